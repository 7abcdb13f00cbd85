/* The scenario on this computer. */
#include <stdio.h>

#include "scenario.h"

static void put(const char *line) { puts(line); }

int main(void) {
  scenario(put);
  return 0;
}
