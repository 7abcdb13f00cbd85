/* The version of these headers. That of the library which a program runs with says amine_version()
 * (amine/status.h); a program that was built with one 0.MINOR runs with that 0.MINOR alone. */
#ifndef AMINE_VERSION_H
#define AMINE_VERSION_H

#define AMINE_VERSION_MAJOR 0
#define AMINE_VERSION_MINOR 1
#define AMINE_VERSION_PATCH 0

/* One number that grows from version to version, for #if: 100 is 0.1.0, 10203 is 1.2.3. */
#define AMINE_VERSION_NUMBER                                                                       \
  (AMINE_VERSION_MAJOR * 10000 + AMINE_VERSION_MINOR * 100 + AMINE_VERSION_PATCH)

#endif
