/* The colours that mean the same thing on every picture of Amine.
 *
 * Each is a pair: on white, and on near-black; both have a contrast of at least 3 : 1 to their
 * ground and can be told from the others with any of the common colour blindnesses (after Okabe and
 * Ito, "Color Universal Design", 2008), together with the label that always stands beside them. */
#ifndef AMINE_REPORT_PALETTE_H
#define AMINE_REPORT_PALETTE_H

/* X(name in configurations and CSS, on light, on dark) */
#define AM_MODULATOR_COLOURS(X)                                                                    \
  X("dopamine", "#c8102e", "#ff6b6b")                                                              \
  X("serotonin", "#0068b5", "#5ab0f5")                                                             \
  X("norepinephrine", "#b36b00", "#f0a830")                                                        \
  X("acetylcholine", "#007d5c", "#35c99b")                                                         \
  X("orexin", "#a3478f", "#e48fce")                                                                \
  X("readout", "#5b4bc4", "#a99bff")

/* Curves of configurations, in the order of their appearance: X(CSS class, on light, on dark) */
#define AM_CURVE_COLOURS(X)                                                                        \
  X("c0", "#0067b1", "#56acf0")                                                                    \
  X("c1", "#d1500b", "#ff8f4f")                                                                    \
  X("c2", "#00805e", "#36c79a")                                                                    \
  X("c3", "#ad4a8e", "#e690c8")                                                                    \
  X("c4", "#a87400", "#ecb53c")                                                                    \
  X("c5", "#5b5f6a", "#b4b9c4")                                                                    \
  X("c6", "#4a5fd0", "#93a4ff")                                                                    \
  X("c7", "#8c2f23", "#e07a6c")
#define AM_N_CURVE_COLOURS 8

/* Heat maps: below and above zero, each from faint to full, red green blue. Their opacity is the
 * magnitude, so that zero is the ground of the page, light or dark. */
#define AM_HEAT_BELOW_FAINT 0x6b, 0xa8, 0xe5
#define AM_HEAT_BELOW_FULL 0x1f, 0x6f, 0xc4
#define AM_HEAT_ABOVE_FAINT 0xf2, 0xa0, 0x6a
#define AM_HEAT_ABOVE_FULL 0xd9, 0x4f, 0x0e

#endif
