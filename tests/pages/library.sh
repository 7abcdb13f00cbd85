#!/bin/sh
# library.sh PAGES INCLUDE LIBRARY AMINE [FLAGS…]: what docs/library.md shows (taken out of it into PAGES), done as it stands there,
# by a user who has the headers, the shared library and the command.
set -eu
pages=$1 include=$2 library=$3 amine=$4
shift 4
where=$(mktemp -d)
trap 'rm -rf "$where"' EXIT
cp "$pages/first.c" "$pages/echo.c" "$pages/mine.c" "$pages/own.sh" "$pages/readout.c" "$pages/learner.sh" "$where"
cd "$where"
mkdir bin && ln -s "$amine" bin/amine
PATH=$where/bin:$PATH CPATH=$include LD_LIBRARY_PATH=$(dirname "$library") export PATH CPATH LD_LIBRARY_PATH
OMP_WAIT_POLICY=passive export OMP_WAIT_POLICY # who waits beside other tests lets them work
flags="-std=c17 -O2 -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror"
# shellcheck disable=SC2086
"${CC:-cc}" $flags "$@" first.c "$library" -o first
# shellcheck disable=SC2086
"${CC:-cc}" $flags "$@" mine.c echo.c "$library" -o mine
./first
./mine
sh -eux own.sh >said 2>told || { cat said told; exit 1; }
for word in "say what was shown a step ago" "task.words" "how many there are" ceiling; do
  grep -q "$word" said || { echo "own.sh does not say: $word"; cat said; exit 1; }
done
grep -q '"iterations": 300' run/config.json
sh -eux learner.sh >said 2>told || { cat said told; exit 1; }
grep -q "of the critic's error" said || { echo "learner.sh does not show its keys"; cat said; exit 1; }
grep -q '"iterations": 200' learned/config.json
/usr/bin/python3 - <<'END' # chance is 10 of 20
import json
mean = json.load(open("learned/eval.json"))["reward"]
assert mean > 11, mean
END
