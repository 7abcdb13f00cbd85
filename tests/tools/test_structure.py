#!/usr/bin/env python3
"""tools/check-structure on a small house: it passes as it is, and each thing that is put into it is found:
test_structure.py TOOL"""
import os
import subprocess
import sys
import tempfile

TABLE = """| floor | part | keeps |
|---|---|---|
| 2 | `src/top/`, in rooms: `one/` `two/` | a part with rooms |
| 1 | `src/left/` · `src/right/` | two neighbours |
| 0 | `src/base/` | the ground |
"""
HOUSE = {
    "ARCHITECTURE.md": TABLE,
    "include/amine/all.h": '#include "amine/some.h"\n',
    "include/amine/some.h": "#include <stddef.h>\n",
    "src/base/a.h": '#include "amine/some.h"\n',
    "src/base/a.c": '#include "base/a.h"\n\n#include "base/b.h"\n',
    "src/base/b.h": "/* #include \"base/a.h\" is a remark */\n",
    "src/left/x.c": '#include "base/a.h"\n#include "right/y.h"\n',
    "src/right/y.h": '#include "base/b.h"\n',
    "src/top/door.c": '#include "top/one/p.h"\n#include "top/two/q.h"\n',
    "src/top/shared.h": "",
    "src/top/one/p.h": '#include "top/shared.h"\n',
    "src/top/two/q.h": '#include "top/one/p.h"\n#include "left/x.h"\n',
    "src/left/x.h": "",
}
# what is put in -> words of the line that says so
WRONG = [
    ({"src/base/b.c": '#include "base/b.h"\n#include "base/a.h"\n'}, ["files", "base/a -> base/b -> base/a"]),
    ({"src/base/b.h": '# include "base/a.h"\n'}, ["files", "base/a -> base/b -> base/a"]),
    ({"src/right/z.c": '#include "base/b.h"\n#include "left/x.h"\n'}, ["parts", "left -> right -> left"]),
    ({"src/base/c.c": '#include "left/x.h"\n'}, ["src/base/c (floor 0) includes left/x (floor 1)"]),
    ({"src/right/z.h": '#include "top/shared.h"\n'}, ["src/right/z (floor 1) includes top/shared (floor 2)"]),
    ({"src/top/one/r.c": '#include "top/two/q.h"\n'}, ["rooms", "top/one -> top/two -> top/one"]),
    ({"src/top/shared.c": '#include "top/shared.h"\n#include "top/two/q.h"\n'},
     ["rooms", "top/one -> top/shared -> top/two -> top/one"]),
    ({"src/base/c.c": '#include "base/nowhere.h"\n'}, ["base/nowhere.h", "no file"]),
    ({"src/base/c.c": '#include "c.h"\n', "src/base/c.h": ""}, ['"c.h"', "no file"]),
    ({"src/attic/c.c": "\n"}, ["src/attic/", "no floor"]),
    ({"include/amine/some.h": '#include "base/b.h"\n'}, ["include/amine/some.h", "not public"]),
]


def run(tool, more):
    with tempfile.TemporaryDirectory(prefix="amine-structure-") as top:
        for path, text in {**HOUSE, **more}.items():
            os.makedirs(os.path.dirname(os.path.join(top, path)), exist_ok=True)
            with open(os.path.join(top, path), "w", encoding="utf-8") as f:
                f.write(text)
        done = subprocess.run([tool, top], stdout=subprocess.PIPE, encoding="utf-8", check=False)
        return done.returncode, done.stdout


def main():
    tool, failed = sys.argv[1], 0
    code, said = run(tool, {})
    if code != 0 or "8 files, 9 arrows, no circle" not in said:
        failed += 1
        print("the house as it is:", code, said)
    for more, words in WRONG:
        code, said = run(tool, more)
        if code == 0 or not any(all(w in line for w in words) for line in said.splitlines()):
            failed += 1
            print(f"{more}: {words} wanted, said with {code}:\n{said}")
    code, said = run(tool, {"ARCHITECTURE.md": ""})
    if code == 0:
        failed += 1
        print("a table without floors passes")
    return failed


if __name__ == "__main__":
    sys.exit(main())
