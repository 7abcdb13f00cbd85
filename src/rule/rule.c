/* The table of plasticity rules. */
#include "rule/rule.h"

AM_ISA_DECLARE(const am_trace_ops, am_trace_decay);
AM_ISA_DECLARE(const am_trace_ops, am_trace_oja);
AM_ISA_DECLARE(const am_trace_ops, am_trace_clip);
AM_ISA_DECLARE(const am_trace_ops, am_trace_softclip);
AM_ISA_DECLARE(const am_trace_ops, am_trace_eligibility);

const am_rule_type am_rules[AM_N_RULES] = {
    [AM_RULE_NONE] = {"none", "no trace: slow weights only", "", "", {0}},
    [AM_RULE_DECAY] = {"decay", "Hebb with decay", "H <- (1 - eta) H + eta x h^T",
                       "Miconi, Stanley, Clune 2018, arXiv 1804.02464",
                       AM_ISA_TABLE(am_trace_decay)},
    [AM_RULE_OJA] = {"oja", "Oja's rule, bounded by itself",
                     "H_ij <- H_ij + eta x_i (h_j - x_i H_ij)",
                     "Oja 1982, doi:10.1007/BF00275687; Miconi, Stanley, Clune 2018",
                     AM_ISA_TABLE(am_trace_oja)},
    [AM_RULE_CLIP] = {"clip", "Hebb with a hard bound", "H <- clip(H + eta x h^T, -c, c)",
                      "Miconi, Rawal, Clune, Stanley 2019, arXiv 2002.10585",
                      AM_ISA_TABLE(am_trace_clip)},
    [AM_RULE_SOFTCLIP] = {"softclip", "Hebb that slows down near its bound of 1",
                          "d = eta x h^T; H <- clip(H + max(d,0)(1-H) + min(d,0)(H+1), -1, 1)",
                          "Miconi, Rawal, Clune, Stanley 2019, arXiv 2002.10585",
                          AM_ISA_TABLE(am_trace_softclip)},
    [AM_RULE_ELIGIBILITY] = {"eligibility",
                             "Hebb through an eligibility trace (retroactive modulation)",
                             "H <- clip(H + eta E, -c, c); E <- (1 - eta_e) E + eta_e x h^T",
                             "Miconi, Rawal, Clune, Stanley 2019, arXiv 2002.10585",
                             AM_ISA_TABLE(am_trace_eligibility)},
};
