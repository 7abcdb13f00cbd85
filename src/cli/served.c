/* What live pages of the command share (see served.h). */
#include "cli/served.h"

#include <stdio.h>

#include "format/json.h"

amine_status cli_live_missing(const char *what, amine_error *error) {
  return am_fail(
      error, AMINE_ERROR_ARGUMENT,
      "%s: this program was built without pages; install libmicrohttpd-dev, and build it "
      "again (cmake -DAMINE_LIVE=ON)",
      what);
}

void cli_live_say(const cli_line *line, const char *url, const char *folder) {
  am_text text = {0};
  if (cli_has(line, CLI_JSON)) {
    am_json_begin(&text);
    am_json_put_string(&text, "status", "live");
    am_json_put_string(&text, "url", url);
    if (folder) am_json_put_string(&text, "folder", folder);
    am_json_end(&text);
  } else {
    am_text_printf(&text, "live  %s\n", url);
  }
  cli_print(&text);
  fflush(stdout);
}
