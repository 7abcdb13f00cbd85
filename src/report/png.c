/* The smallest PNG that browsers show: IHDR, PLTE, tRNS, IDAT, IEND (W3C PNG, second edition). */
#include "report/png.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "report/html.h"
#include "report/palette.h"

#define SIZE_LIMIT 4096
#define COLOURS 256

uint8_t am_heat_index(double value, double scale) {
  if (!isfinite(value)) return AM_HEAT_NONE;
  double x = fmax(-1, fmin(1, value / scale));
  return (uint8_t)(AM_HEAT_ZERO + (int)lround(AM_HEAT_ZERO * x));
}

static void *zlib_alloc(void *unused, uInt count, uInt size) {
  (void)unused;
  return am_alloc(count, size);
}
static void zlib_free(void *unused, void *block) {
  (void)unused;
  am_free(block);
}

static void put_u32(unsigned char *out, uint32_t v) {
  for (int k = 0; k < 4; k++) out[k] = (unsigned char)(v >> (24 - 8 * k));
}

static void put_chunk(am_text *png, const char *type, const unsigned char *data, size_t n) {
  unsigned char number[4];
  put_u32(number, (uint32_t)n);
  am_text_add(png, (const char *)number, 4);
  uLong crc = crc32(crc32(0, NULL, 0), (const Bytef *)type, 4);
  if (n > 0) crc = crc32(crc, data, (uInt)n);
  am_text_add(png, type, 4);
  am_text_add(png, (const char *)data, n);
  put_u32(number, (uint32_t)crc);
  am_text_add(png, (const char *)number, 4);
}

/* Colour and opacity of each number. */
static void palette(unsigned char rgb[3 * COLOURS], unsigned char opacity[COLOURS]) {
  static const unsigned char ends[2][2][3] = {{{AM_HEAT_BELOW_FAINT}, {AM_HEAT_BELOW_FULL}},
                                              {{AM_HEAT_ABOVE_FAINT}, {AM_HEAT_ABOVE_FULL}}};
  for (int k = 0; k < AM_HEAT_NONE; k++) {
    double m = abs(k - AM_HEAT_ZERO) / (double)AM_HEAT_ZERO;
    const unsigned char(*side)[3] = ends[k > AM_HEAT_ZERO];
    for (int c = 0; c < 3; c++)
      rgb[3 * k + c] = (unsigned char)lround((1 - m) * side[0][c] + m * side[1][c]);
    opacity[k] = (unsigned char)lround(255 * m);
  }
  memset(rgb + 3 * AM_HEAT_NONE, 0x80, 3);
  opacity[AM_HEAT_NONE] = 0x60;
}

/* The pixels with the filter byte 0 before each row, deflated. */
static amine_status put_pixels(am_text *png, const uint8_t *pixels, size_t height, size_t width,
                               amine_error *error) {
  const size_t raw_size = height * (width + 1);
  unsigned char *raw = am_alloc(raw_size, 1);
  z_stream z = {.zalloc = zlib_alloc, .zfree = zlib_free};
  bool ready = raw && deflateInit(&z, 9) == Z_OK;
  size_t most = ready ? deflateBound(&z, (uLong)raw_size) : 0;
  unsigned char *packed = ready ? am_alloc(most, 1) : NULL;
  bool done = false;
  if (packed) {
    for (size_t row = 0; row < height; row++)
      memcpy(raw + row * (width + 1) + 1, pixels + row * width, width);
    z.next_in = raw;
    z.avail_in = (uInt)raw_size;
    z.next_out = packed;
    z.avail_out = (uInt)most;
    done = deflate(&z, Z_FINISH) == Z_STREAM_END;
    if (done) put_chunk(png, "IDAT", packed, z.total_out);
  }
  if (ready) deflateEnd(&z);
  am_free(packed);
  am_free(raw);
  return done ? AMINE_OK : am_fail_memory(error, raw_size);
}

static void put_base64(am_text *page, const unsigned char *data, size_t n) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (size_t k = 0; k < n; k += 3) {
    uint32_t v = (uint32_t)data[k] << 16;
    if (k + 1 < n) v |= (uint32_t)data[k + 1] << 8;
    if (k + 2 < n) v |= data[k + 2];
    char out[4] = {digits[v >> 18], digits[v >> 12 & 63], '=', '='};
    if (k + 1 < n) out[2] = digits[v >> 6 & 63];
    if (k + 2 < n) out[3] = digits[v & 63];
    am_text_add(page, out, 4);
  }
}

amine_status am_png_data(am_text *page, const uint8_t *pixels, size_t height, size_t width,
                         amine_error *error) {
  if (height == 0 || width == 0 || height > SIZE_LIMIT || width > SIZE_LIMIT)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "a picture of %zu x %zu pixels", height, width);
  unsigned char head[13] = {0}, rgb[3 * COLOURS], opacity[COLOURS];
  am_text png = {0};
  put_u32(head, (uint32_t)width);
  put_u32(head + 4, (uint32_t)height);
  head[8] = 8; /* bits */
  head[9] = 3; /* numbers of a palette */
  palette(rgb, opacity);
  am_text_add(&png, "\x89PNG\r\n\x1a\n", 8);
  put_chunk(&png, "IHDR", head, sizeof head);
  put_chunk(&png, "PLTE", rgb, sizeof rgb);
  put_chunk(&png, "tRNS", opacity, sizeof opacity);
  amine_status status = put_pixels(&png, pixels, height, width, error);
  put_chunk(&png, "IEND", NULL, 0);
  if (status == AMINE_OK && png.failed) status = am_fail_memory(error, png.length);
  if (status == AMINE_OK) {
    am_text_puts(page, "data:image/png;base64,");
    put_base64(page, (const unsigned char *)png.data, png.length);
  }
  am_text_free(&png);
  return status;
}

void am_heat_scale(am_text *page, double low, double high, const char *unit) {
  am_text_puts(page, "<p class=\"bar\"><span>");
  am_html_figure(page, low, 2);
  am_text_puts(page, low < 0 ? "</span><i class=\"both\"></i><span>" : "</span><i></i><span>");
  am_html_figure(page, high, 2);
  am_html_between(page, "</span><span>", unit, 80, "</span></p>\n");
}
