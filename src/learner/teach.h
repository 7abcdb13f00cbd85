/* What tells a learner what was right. */
#ifndef AMINE_LEARNER_TEACH_H
#define AMINE_LEARNER_TEACH_H

#include "base/parameter.h"

typedef enum am_teach {
  AM_TEACH_REWARD,     /* rewards alone */
  AM_TEACH_SUPERVISED, /* the right answer, or the wanted values, where they are asked for */
  AM_TEACH_MIXED       /* both */
} am_teach;

#define AM_TEACH_PARAMETER(AT)                                                                     \
  AM_CHOICE("teach", "reward|supervised|mixed",                                                    \
            "what tells right from wrong: rewards, the right answers, or both", AT(teach))

#endif
