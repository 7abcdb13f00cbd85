/* The table of plasticity rules. */
#include "rule/rule.h"

AM_ISA_DECLARE(const am_trace_ops, am_trace_decay);
AM_ISA_DECLARE(const am_trace_ops, am_trace_oja);
AM_ISA_DECLARE(const am_trace_ops, am_trace_clip);
AM_ISA_DECLARE(const am_trace_ops, am_trace_softclip);
AM_ISA_DECLARE(const am_trace_ops, am_trace_eligibility);
AM_ISA_DECLARE(const am_trace_ops, am_trace_fading);
AM_ISA_DECLARE(const am_trace_ops, am_trace_text);
AM_ISA_DECLARE(const am_trace_ops, am_trace_text_two);
AM_ISA_DECLARE(const am_trace_ops, am_trace_last);
AM_ISA_DECLARE(const am_trace_ops, am_trace_gated);

#define AT(member) AM_MEMBER(am_rule_options, member)
#define ANEW(...)                                                                                  \
  AM_CHOICE("anew", "episode|trial",                                                               \
            "with what the second trace begins anew; trial: in a world that says when one begins", \
            __VA_ARGS__)
static const amine_parameter parameters[] = {
    AM_NUMBER("clip", 1, 1e-6, 1e6, "", "c: bound of |H|", AT(clip),
              .when = "type=clip|softclip|eligibility"),
    AM_NUMBER("eta", 0.01, -100, 100, "",
              "first value of the learned rate eta (modulator.type=constant)", AT(eta),
              .when = "modulator.type=constant|chemical"),
    AM_NUMBER("eta_e", 0.01, 0, 1, "", "first value of the learned rate of the eligibility trace",
              AT(eta_e), .when = "type=eligibility"),
    AM_NUMBER("eta_h", 0.1, 0, 1, "",
              "how fast H takes up the new and lets go the old, in every step", AT(eta_h),
              .when = "type=fading|last"),
    ANEW(AT(anew), .when = "type=eligibility"),
    {0}};

#define RULE(word, text, formula, from, places)                                                    \
  {                                                                                                \
    .kind = AM_RULE, .name = word, .meaning = text, .equation = formula, .source = from,           \
    .parameters = parameters, .options_size = sizeof(am_rule_options), .takes = places             \
  }
#define TRACE(word, text, formula, from) RULE(word, text, formula, from, 1u << AM_MODULATOR)

const am_rule_type am_rules[AM_N_RULES] = {
    [AM_RULE_NONE] = {RULE("none", "no trace: slow weights only", "", "", 0), NULL, {0}},
    [AM_RULE_DECAY] = {TRACE("decay", "Hebb with decay", "H <- (1 - eta) H + eta x h^T",
                             "Miconi, Stanley, Clune 2018, arXiv 1804.02464"),
                       NULL, AM_ISA_TABLE(am_trace_decay)},
    [AM_RULE_OJA] = {TRACE("oja", "Oja's rule, bounded by itself",
                           "H_ij <- H_ij + eta x_i (h_j - x_i H_ij)",
                           "Oja 1982, doi:10.1007/BF00275687; Miconi, Stanley, Clune 2018"),
                     NULL, AM_ISA_TABLE(am_trace_oja)},
    [AM_RULE_CLIP] = {TRACE("clip", "Hebb with a hard bound", "H <- clip(H + eta x h^T, -c, c)",
                            "Miconi, Rawal, Clune, Stanley 2019, arXiv 2002.10585"),
                      NULL, AM_ISA_TABLE(am_trace_clip)},
    [AM_RULE_SOFTCLIP] = {TRACE(
                              "softclip", "Hebb that slows down near its bound of 1",
                              "d = eta x h^T; H <- clip(H + max(d,0)(1-H) + min(d,0)(H+1), -1, 1)",
                              "Miconi, Rawal, Clune, Stanley 2019, arXiv 2002.10585"),
                          NULL, AM_ISA_TABLE(am_trace_softclip)},
    [AM_RULE_ELIGIBILITY] = {TRACE("eligibility",
                                   "Hebb through an eligibility trace (retroactive modulation)",
                                   "H <- clip(H + eta E, -c, c); E <- (1 - eta_e) E + eta_e x h^T",
                                   "Miconi, Rawal, Clune, Stanley 2019, arXiv 2002.10585"),
                             "etaet", AM_ISA_TABLE(am_trace_eligibility)},
    [AM_RULE_FADING] = {TRACE("fading",
                              "Hebb that fades at a pace of its own, times a third factor",
                              "H <- (1 - eta_h) H + eta_h M x h^T",
                              "Ba et al. 2016, arXiv 1610.06258; Fremaux, Gerstner 2016, "
                              "doi:10.3389/fncir.2015.00085"),
                        NULL, AM_ISA_TABLE(am_trace_fading)},
    [AM_RULE_LAST] = {TRACE("last", "Hebb of the last step alone, times a third factor",
                            "H <- eta_h M x h^T",
                            "Hebb 1949; Fremaux, Gerstner 2016, doi:10.3389/fncir.2015.00085"),
                      NULL, AM_ISA_TABLE(am_trace_last)},
    [AM_RULE_GATED] = {TRACE("gated", "a memory that eta keeps, and that is added to",
                             "H <- eta H + x h^T",
                             "Yang, Kautz, Hatamizadeh 2024, arXiv 2412.06464; Schlag, Irie, "
                             "Schmidhuber 2021, arXiv 2102.11174"),
                       NULL, AM_ISA_TABLE(am_trace_gated)},
};

static const amine_parameter text_parameters[] = {
    AM_NUMBER("eta", 0.01, -100, 100, "",
              "first value of the learned rate eta (modulator.type=constant)", AT(eta),
              .when = "modulator.type=constant|chemical"),
    ANEW(AT(anew)),
    {0}};

#define TEXT                                                                                       \
  .kind = AM_RULE, .name = "text", .parameters = text_parameters,                                  \
  .options_size = sizeof(am_rule_text_options), .takes = 1u << AM_MODULATOR
const am_rule_type am_text_rules[2] = {{{TEXT}, NULL, AM_ISA_TABLE(am_trace_text)},
                                       {{TEXT}, NULL, AM_ISA_TABLE(am_trace_text_two)}};
