/* A few hundred events and steps, told as text with the bits of every level and effect: the same
 * source on a computer and on a microcontroller must tell the same. */
#ifndef MICRO_SCENARIO_H
#define MICRO_SCENARIO_H

/* Calls put with one line after the other, without newlines. */
void scenario(void (*put)(const char *line));

#endif
