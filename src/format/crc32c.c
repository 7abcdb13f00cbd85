/* CRC-32C eight bytes at a time ("slicing by 8": Kounavis and Berry 2005,
 * doi:10.1109/ISCC.2005.18). The tables are made once, at first use. */
#include "format/crc32c.h"

#include <pthread.h>
#include <string.h>

#if !defined(__BYTE_ORDER__) || __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "eight bytes are loaded as a little-endian number"
#endif

#define POLYNOMIAL 0x82f63b78u

/* table[k][b]: the effect of byte b followed by k zero bytes */
static uint32_t table[8][256];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void make_table(void) {
  for (uint32_t b = 0; b < 256; b++) {
    uint32_t c = b;
    for (int bit = 0; bit < 8; bit++) c = c >> 1 ^ (c & 1 ? POLYNOMIAL : 0);
    table[0][b] = c;
  }
  for (uint32_t b = 0; b < 256; b++)
    for (int k = 1; k < 8; k++)
      table[k][b] = table[k - 1][b] >> 8 ^ table[0][table[k - 1][b] & 255];
}

uint32_t am_crc32c(uint32_t crc, const void *data, size_t size) {
  pthread_once(&once, make_table);
  const unsigned char *p = data;
  uint32_t c = ~crc;
  for (; size >= 8; p += 8, size -= 8) {
    uint64_t w;
    memcpy(&w, p, 8);
    w ^= c;
    c = table[7][w & 255] ^ table[6][w >> 8 & 255] ^ table[5][w >> 16 & 255] ^
        table[4][w >> 24 & 255] ^ table[3][w >> 32 & 255] ^ table[2][w >> 40 & 255] ^
        table[1][w >> 48 & 255] ^ table[0][w >> 56];
  }
  for (; size > 0; p++, size--) c = c >> 8 ^ table[0][(c ^ *p) & 255];
  return ~c;
}
