/* CRC-32C (Castagnoli, reflected polynomial 0x82f63b78), the checksum of checkpoints and of
 * TensorBoard records. It finds every error of up to 32 neighbouring bits. */
#ifndef AMINE_FORMAT_CRC32C_H
#define AMINE_FORMAT_CRC32C_H

#include <stddef.h>
#include <stdint.h>

/* The checksum of what `crc` stands for followed by these bytes; start with crc = 0. Any thread. */
uint32_t am_crc32c(uint32_t crc, const void *data, size_t size);

#endif
