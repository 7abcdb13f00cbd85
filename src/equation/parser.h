/* Reading a text: its tokens, names and expressions (parse.c), for those who read statements. What
 * is read is remembered with its place in the text, so that whatever is found wrong later can be
 * shown there. */
#ifndef AMINE_EQUATION_PARSER_H
#define AMINE_EQUATION_PARSER_H

#include "equation/equations.h"

typedef enum am_token_kind {
  AM_T_NUMBER,
  AM_T_NAME,
  AM_T_STRING,
  AM_T_SIGN, /* one character of "+-*" "/@()[],=", or '<' for <-; of a dialect ':' and '\'' too, 'l'
              * for <, 'L' for <=, 'g' for >, 'G' for >= */
  AM_T_LINE, /* the end of a line outside brackets */
  AM_T_END
} am_token_kind;

typedef struct am_token {
  am_token_kind kind;
  char sign;
  int at, length;
  double number;
} am_token;

/* Where the text of a modulator is read in a slot of another. */
typedef struct am_scope {
  int at;                     /* the slot: where its faults are shown */
  am_modulated *slot;         /* what its names begin with, and what it reads */
  char input[AM_SYMBOL_SIZE]; /* the name of its input, "" before it is said */
  int argument, size;         /* the node that is its input, and that one's size */
  int post;                   /* the size of what it goes to */
  int output;                 /* its symbol, -1 before it is said */
} am_scope;

typedef struct am_parser am_parser;

/* Another kind of text of the same tokens and expressions, in which every name is a number and
 * none is learned: its statements, and its functions beside those of all (called with the token
 * behind the bracket's name being the bracket; *known false: there is no such function). */
typedef struct am_dialect {
  const char *about; /* "a text is about one neuron" */
  amine_status (*statement)(am_parser *r);
  amine_status (*call)(am_parser *r, int *out, const char *called, int at, bool *known);
  amine_status (*complete)(am_parser *r); /* what is said at the end of a text */
} am_dialect;

struct am_parser {
  am_equations *e;
  const char *text;
  const am_slots *slots;
  const am_dialect *dialect; /* NULL: networks, rules, modulators */
  void *of;                  /* what the dialect's statements are read into */
  am_scope *in;              /* NULL: the network's own text */
  int at;                    /* the next byte */
  int brackets;              /* open ones, in which lines do not end */
  int depth;
  int first; /* within a state's first values (1) `drawn` is a word, a part's (2) what is of those */
  const char *changes; /* what the assignment is about that is read, NULL: something else is read */
  bool modulated;      /* and it has a modulator */
  am_token now;
  amine_error *error;
};

/* What is said of a place in a modulator's text is shown at its slot. */
static inline int am_parse_shown_at(const am_parser *r, int at) { return r->in ? r->in->at : at; }
#define AM_PARSE_REFUSE(r, where, ...)                                                             \
  am_equations_refuse((r)->e, am_parse_shown_at(r, where), (r)->error, __VA_ARGS__)

/* Goes on to the next token. */
amine_status am_parse_next(am_parser *r);
bool am_parse_is_sign(const am_parser *r, char c);
bool am_parse_is_word(const am_parser *r, const char *word);
/* That sign, and on; else "'c' is missing here, WHERE". */
amine_status am_parse_expect(am_parser *r, char c, const char *where);
/* Copies the name that stands here and goes on; else "the name of OF belongs here". */
amine_status am_parse_name(am_parser *r, char out[AM_SYMBOL_SIZE], const char *of);

/* A new symbol by the name that stands here. */
amine_status am_parse_declare(am_parser *r, int *out, am_symbol_kind kind, const char *of);
amine_status am_parse_symbol(am_parser *r, int *out, const char *called, am_symbol_kind kind,
                             int at);

/* An expression, from here to where it ends. */
amine_status am_parse_sum(am_parser *r, int *out);
amine_status am_parse_node(am_parser *r, int *out, am_node_kind kind, int at);

/* constant NAME = NUMBER [from NUMBER to NUMBER] [UNIT] ["MEANING"]; the word has been read. */
amine_status am_parse_constant(am_parser *r);
amine_status am_parse_signed_number(am_parser *r, double *out);
/* Remembers NAME = NODE. */
amine_status am_parse_assignment(am_parser *r, int symbol, int node, bool update, int at);

/* Reads all statements of a text in a dialect into *e, which is made; `of` is the dialect's. */
amine_status am_parse_dialect(am_equations **e, const am_dialect *dialect, void *of,
                              const char *called, const char *text, amine_error *error);

#endif
