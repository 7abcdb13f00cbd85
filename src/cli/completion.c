/* Completion scripts for bash, zsh and fish, written from the tables. */
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "run/config/parts.h"
#include "run/config/preset.h"
#include "run/protocol/protocols.h"
#include "run/simulate/config.h"
#include "run/study/study.h"

/* "a|b|c" as "a b c" */
static void spaced(am_text *out, const char *choices) {
  for (const char *p = choices; *p; p++) am_text_add(out, *p == '|' ? " " : p, 1);
}

static bool has_choices(const amine_parameter *key) { return key->choices != NULL; }

/* Of the kinds that a subcommand takes. */
static void presets(am_text *out, unsigned takes) {
  for (int k = 0; am_presets[k].name; k++)
    if (takes & (am_presets[k].brain ? CLI_BRAINS : CLI_PRESETS))
      am_text_printf(out, " %s", am_presets[k].name);
}

static void studies(am_text *out, unsigned takes) {
  if (!(takes & CLI_STUDIES)) return;
  am_text_puts(out, " all");
  for (int k = 0; am_study_at(k); k++) am_text_printf(out, " %s", am_study_at(k)->name);
}

static void commands(am_text *out) {
  for (const cli_command *c = cli_commands; c->name; c++) am_text_printf(out, " %s", c->name);
}

/* Options, and the words of a subcommand that are known beforehand. */
static void words_of(am_text *out, const cli_command *c) {
  for (const cli_option *o = cli_options; o->name; o++)
    if (c->options & o->bit) am_text_printf(out, " %s", o->name);
  presets(out, c->takes);
  studies(out, c->takes);
  if (c->takes & CLI_COMMANDS) commands(out);
  if (c->choices) {
    am_text_puts(out, " ");
    spaced(out, c->choices);
  }
}

/* ------------------------------------------------------------------------------ bash and zsh */
/* `word`: of the variant that the key belongs to, or NULL */
static void value_case(am_text *out, const char *word, const amine_parameter *key) {
  if (!has_choices(key)) return;
  am_text_printf(out, "      %s\\ %s) values=\"", word ? word : "*", key->name);
  spaced(out, key->choices);
  am_text_puts(out, "\" ;;\n");
}

/* if the word is key=..., `values` becomes what may follow */
static void value_cases(am_text *out) {
  am_text_puts(out, "  if [[ $cur == *=* && $cur != -* ]]; then\n"
                    "    key=${cur%%=*}\n    values=\n    case \"$first $key\" in\n");
  for (const cli_command *c = cli_commands; c->name; c++)
    for (const cli_variant *v = c->variants; v && v->word; v++)
      for (int k = 0; k < v->n_keys; k++) value_case(out, v->word, &v->keys[k]);
  for (const cli_command *c = cli_commands; c->name; c++)
    for (int k = 0; k < c->n_keys; k++) value_case(out, NULL, &c->keys[k]);
  am_keys keys;
  for (am_keys_begin(&keys, &am_standard_parts); am_keys_next(&keys);)
    value_case(out, NULL, &keys.key.p);
  for (int k = 0; k < AM_N_SIM_KEYS; k++) value_case(out, NULL, &am_simulation_keys[k]);
  amine_parameter key;
  char name[80];
  for (int k = 0; am_protocol_section_key(&key, name, k); k++)
    if (key.kind != AMINE_WORD) value_case(out, NULL, &key);
  am_text_puts(out, "    esac\n");
}

/* For each subcommand: the shell variables list (words), keys, and files (f, d for folders alone,
 * or empty). */
static void word_cases(am_text *out) {
  am_keys keys;
  const char *space = "";
  am_text_puts(out, "  all=\"");
  for (am_keys_begin(&keys, &am_standard_parts); am_keys_next(&keys); space = " ")
    am_text_printf(out, "%s%s=", space, keys.key.name);
  am_text_puts(out, "\"\n  brain=\"");
  for (int k = 0; k < AM_N_SIM_KEYS; k++)
    am_text_printf(out, "%s%s=", k ? " " : "", am_simulation_keys[k].name);
  for (am_keys_begin(&keys, &am_standard_parts); am_keys_next(&keys);)
    if (keys.key.kind == AM_TASK) am_text_printf(out, " %s=", keys.key.name);
  amine_parameter key;
  char name[80];
  for (int k = 0; am_protocol_section_key(&key, name, k); k++) am_text_printf(out, " %s=", name);
  am_text_puts(out, "\"\n  case \"$command\" in\n");
  for (const cli_command *c = cli_commands; c->name; c++) {
    am_text_printf(out, "    %s)\n      list=\"", c->name);
    words_of(out, c);
    am_text_puts(out, "\"\n      keys=\"");
    for (int k = 0; k < c->n_keys; k++) am_text_printf(out, "%s= ", c->keys[k].name);
    am_text_printf(out, "%s%s\"\n      files=%s ;;\n", (c->takes & CLI_KEYS) ? "$all " : "",
                   (c->takes & CLI_BRAIN_KEYS) ? "$brain" : "",
                   (c->takes & CLI_FILES)     ? "f"
                   : (c->takes & CLI_FOLDERS) ? "d"
                                              : "");
  }
  am_text_puts(out, "  esac\n  case \"$command $first\" in\n");
  for (const cli_command *c = cli_commands; c->name; c++)
    for (const cli_variant *v = c->variants; v && v->word; v++) {
      am_text_printf(out, "    %s\\ %s) keys=\"", c->name, v->word);
      for (int k = 0; k < v->n_keys; k++)
        am_text_printf(out, "%s%s=", k ? " " : "", v->keys[k].name);
      am_text_puts(out, "\" ;;\n");
    }
  am_text_puts(out, "  esac\n");
}

/* What the word after --option may be. */
static void option_cases(am_text *out) {
  am_text_puts(out, "  case \"$before\" in\n");
  for (const cli_option *o = cli_options; o->name; o++) {
    if (!o->choices) continue;
    am_text_printf(out, "    %s) keys= files= list=\"", o->name);
    spaced(out, o->choices);
    am_text_puts(out, "\" ;;\n");
  }
  am_text_puts(out, "    --out) keys= list= files=f ;;\n  esac\n");
}

static void bash(am_text *out) {
  am_text_puts(out, "# bash completion of amine: source it, or put it into\n"
                    "# ~/.local/share/bash-completion/completions/amine\n"
                    "_amine() {\n"
                    "  local line cur before command first key values list keys files all brain k\n"
                    "  line=${COMP_LINE:0:COMP_POINT}\n"
                    "  cur=${line##*[[:space:]]}\n"
                    "  command=${COMP_WORDS[1]}\n"
                    "  first=${COMP_WORDS[2]}\n"
                    "  before=${COMP_WORDS[COMP_CWORD-1]}\n"
                    "  COMPREPLY=()\n"
                    "  if [[ $COMP_CWORD -eq 1 ]]; then\n"
                    "    COMPREPLY=($(compgen -W \"");
  commands(out);
  am_text_puts(out, " --help --version\" -- \"$cur\"))\n    return\n  fi\n");
  value_cases(out);
  am_text_puts(out,
               "    COMPREPLY=($(compgen -W \"$values\" -- \"${cur#*=}\"))\n"
               "    if [[ $COMP_WORDBREAKS != *=* ]]; then\n"
               "      for k in \"${!COMPREPLY[@]}\"; do COMPREPLY[k]=$key=${COMPREPLY[k]}; done\n"
               "    fi\n"
               "    return\n  fi\n");
  word_cases(out);
  option_cases(out);
  am_text_puts(out, "  [[ $COMP_CWORD -gt 2 ]] && list=\"$list $keys\"\n"
                    "  COMPREPLY=($(compgen -W \"$list\" -- \"$cur\"))\n"
                    "  if [[ -n $files ]]; then\n"
                    "    while IFS= read -r k; do\n"
                    "      compopt -o filenames\n"
                    "      COMPREPLY+=(\"$k\")\n"
                    "    done < <(compgen -$files -- \"$cur\")\n"
                    "  fi\n"
                    "  if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]]; then\n"
                    "    compopt -o nospace\n"
                    "  fi\n"
                    "}\n"
                    "complete -F _amine amine\n");
}

static void zsh(am_text *out) {
  am_text_puts(out, "#compdef amine\n"
                    "# zsh completion of amine: put it as _amine into a folder of $fpath\n"
                    "_amine() {\n"
                    "  local cur before command first key values list keys files all brain\n"
                    "  cur=${words[CURRENT]}\n"
                    "  before=${words[CURRENT-1]}\n"
                    "  command=${words[2]}\n"
                    "  first=${words[3]}\n"
                    "  if (( CURRENT == 2 )); then\n"
                    "    compadd --");
  commands(out);
  am_text_puts(out, " --help --version\n    return\n  fi\n");
  value_cases(out);
  am_text_puts(out, "    compadd -P \"$key=\" -- ${=values}\n    return\n  fi\n");
  word_cases(out);
  option_cases(out);
  am_text_puts(out, "  compadd -- ${=list}\n"
                    "  (( CURRENT > 3 )) && compadd -S '' -- ${=keys}\n"
                    "  [[ $files == f ]] && _files\n"
                    "  [[ $files == d ]] && _files -/\n"
                    "}\n"
                    "if [[ $funcstack[1] == _amine ]]; then\n"
                    "  _amine \"$@\"\n"
                    "else\n"
                    "  compdef _amine amine\n"
                    "fi\n");
}

/* ------------------------------------------------------------------------------ fish */
/* A text between single quotes. */
static void fish_quoted(am_text *out, const char *s) {
  am_text_puts(out, "'");
  for (; *s; s++) {
    if (*s == '\'' || *s == '\\') am_text_puts(out, "\\");
    am_text_add(out, s, 1);
  }
  am_text_puts(out, "'");
}

/* `when`: what must be so, as fish says it */
static void fish_key(am_text *out, const char *when, const amine_parameter *key) {
  am_text_printf(out, "complete -c amine %s -a '", when);
  if (has_choices(key)) {
    for (const char *p = key->choices; p; p = strchr(p, '|') ? strchr(p, '|') + 1 : NULL)
      am_text_printf(out, "%s%s=%.*s", p == key->choices ? "" : " ", key->name,
                     (int)strcspn(p, "|"), p);
  } else {
    am_text_printf(out, "%s=", key->name);
  }
  am_text_puts(out, "' -d ");
  fish_quoted(out, key->meaning);
  am_text_puts(out, "\n");
}

/* Those of the subcommand only where no word of a variant stands. */
static void fish_keys(am_text *out, const cli_command *c) {
  am_text when = {0};
  am_text_printf(&when, "-n '__fish_seen_subcommand_from %s", c->name);
  for (const cli_variant *v = c->variants; v && v->word; v++)
    am_text_printf(&when, "; and not __fish_seen_subcommand_from %s", v->word);
  am_text_puts(&when, "'");
  out->failed |= when.failed;
  if (out->failed) {
    am_text_free(&when);
    return;
  }
  for (int k = 0; k < c->n_keys; k++) fish_key(out, when.data, &c->keys[k]);
  am_keys keys;
  for (am_keys_begin(&keys, &am_standard_parts); (c->takes & CLI_KEYS) && am_keys_next(&keys);)
    fish_key(out, when.data, &keys.key.p);
  for (int k = 0; (c->takes & CLI_BRAIN_KEYS) && k < AM_N_SIM_KEYS; k++)
    fish_key(out, when.data, &am_simulation_keys[k]);
  for (am_keys_begin(&keys, &am_standard_parts);
       (c->takes & CLI_BRAIN_KEYS) && !(c->takes & CLI_KEYS) && am_keys_next(&keys);)
    if (keys.key.kind == AM_TASK) fish_key(out, when.data, &keys.key.p);
  amine_parameter key;
  char name[80];
  for (int k = 0; (c->takes & CLI_BRAIN_KEYS) && am_protocol_section_key(&key, name, k); k++)
    fish_key(out, when.data, &key);
  am_text_free(&when);
  for (const cli_variant *v = c->variants; v && v->word; v++) {
    char both[160];
    snprintf(both, sizeof both,
             "-n '__fish_seen_subcommand_from %s; and __fish_seen_subcommand_from %s'", c->name,
             v->word);
    for (int k = 0; k < v->n_keys; k++) fish_key(out, both, &v->keys[k]);
  }
}

static void fish_command(am_text *out, const cli_command *c) {
  char when[80];
  snprintf(when, sizeof when, "-n '__fish_seen_subcommand_from %s'", c->name);
  am_text_printf(out, "complete -c amine -f -n '__fish_use_subcommand' -a %s -d ", c->name);
  fish_quoted(out, c->meaning);
  am_text_puts(out, "\n");
  for (const cli_option *o = cli_options; o->name; o++) {
    if (!(c->options & o->bit)) continue;
    am_text_printf(out, "complete -c amine %s -l %s", when, o->name + 2);
    if (o->choices) {
      am_text_puts(out, " -x -a '");
      spaced(out, o->choices);
      am_text_puts(out, "'");
    } else if (o->value) {
      am_text_puts(out, " -r");
    }
    am_text_puts(out, " -d ");
    fish_quoted(out, o->meaning);
    am_text_puts(out, "\n");
  }
  /* Files are fish's own idea: not where none is taken, and not after key= */
  if (c->takes & (CLI_FILES | CLI_FOLDERS))
    am_text_printf(out,
                   "complete -c amine -f -n '__fish_seen_subcommand_from %s; and string match -q "
                   "\"*=*\" -- (commandline -ct)'\n",
                   c->name);
  else am_text_printf(out, "complete -c amine -f %s\n", when);
  am_text words = {0};
  presets(&words, c->takes);
  studies(&words, c->takes);
  if (c->takes & CLI_COMMANDS) commands(&words);
  if (c->choices) spaced(&words, c->choices);
  if (words.data) am_text_printf(out, "complete -c amine %s -a '%s'\n", when, words.data);
  am_text_free(&words);
  fish_keys(out, c);
}

static void fish(am_text *out) {
  am_text_puts(out, "# fish completion of amine: put it into\n"
                    "# ~/.config/fish/completions/amine.fish\n");
  for (const cli_command *c = cli_commands; c->name; c++) fish_command(out, c);
}

void cli_complete(am_text *out, const char *shell) {
  if (strcmp(shell, "bash") == 0) bash(out);
  else if (strcmp(shell, "zsh") == 0) zsh(out);
  else fish(out);
}
