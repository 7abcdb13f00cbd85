/* Sites are drawn by Floyd's method, which needs n draws and a table of n entries however large the
 * box is (Bentley and Floyd 1987, doi:10.1145/30401.315746), then shuffled. */
#include "brain/lattice_place.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/random.h"

enum { DRAW_SITES, DRAW_ORDER };

uint64_t am_box_sites(const am_box *box) {
  uint64_t n = 1;
  for (int a = 0; a < 4; a++) n *= (uint64_t)(box->high[a] - box->low[a] + 1);
  return n;
}

/* A number in [0, n); the bias is below n / 2^64. */
static uint64_t below(am_random_key key, uint32_t step, uint64_t n) {
  const am_random4 r = am_random(key, step);
  return ((uint64_t)r.v[1] << 32 | r.v[0]) % n;
}

/* The table holds site + 1; 0 is an empty place. false if the site is there already. */
static bool insert(uint64_t *table, uint64_t mask, uint64_t site) {
  uint64_t at = (site * UINT64_C(0x9E3779B97F4A7C15) >> 17) & mask;
  for (; table[at]; at = (at + 1) & mask)
    if (table[at] == site + 1) return false;
  table[at] = site + 1;
  return true;
}

amine_status am_lattice_draw(uint64_t *sites, int n, const am_box *box, uint64_t seed,
                             uint32_t area, amine_error *error) {
  const uint64_t n_sites = am_box_sites(box), count = (uint64_t)n;
  assert(count <= n_sites);
  uint64_t size = 16;
  while (size < 2 * count) size *= 2;
  uint64_t *table = am_alloc(size, sizeof *table);
  if (!table) return am_fail_memory(error, am_size_mul(size, sizeof *table));
  am_random_key key = {seed, AM_STREAM_LATTICE, area, DRAW_SITES};
  for (uint64_t k = 0; k < count; k++) {
    const uint64_t last = n_sites - count + k, site = below(key, (uint32_t)k, last + 1);
    sites[k] = insert(table, size - 1, site) ? site : last;
    if (sites[k] != site) insert(table, size - 1, last);
  }
  am_free(table);
  key.lane = DRAW_ORDER;
  for (uint64_t k = count; k > 1; k--) {
    const uint64_t other = below(key, (uint32_t)k, k), site = sites[k - 1];
    sites[k - 1] = sites[other];
    sites[other] = site;
  }
  return AMINE_OK;
}

static int compare(const void *a, const void *b) {
  const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return (x > y) - (x < y);
}

void am_lattice_positions(float *positions, uint64_t *sites, int n, const am_box *box) {
  qsort(sites, (size_t)n, sizeof *sites, compare);
  for (int k = 0; k < n; k++) {
    uint64_t rest = sites[k];
    for (int a = 0; a < 4; a++) {
      const uint64_t extent = (uint64_t)(box->high[a] - box->low[a] + 1);
      positions[(size_t)k * 4 + (size_t)a] = (float)(box->low[a] + (int)(rest % extent));
      rest /= extent;
    }
  }
}
