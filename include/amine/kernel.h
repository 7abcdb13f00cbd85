/* Which instruction set the hot loops use. All of them give the same bits; the choice is for tests
 * and measurements. */
#ifndef AMINE_KERNEL_H
#define AMINE_KERNEL_H

#include "amine/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The name of the kernels in use: "avx512", "avx2", "neon" or "plain". Static storage. */
AMINE_API const char *amine_kernel_name(void);

/* Forces one by its name, or "auto" for the widest that this processor has. AMINE_ERROR_ARGUMENT if
 * there is no such kernel or the processor cannot run it; then nothing changes. Not thread-safe:
 * call it before training starts. */
AMINE_API amine_status amine_kernel_use(const char *name, amine_error *error);

#ifdef __cplusplus
}
#endif
#endif
