#!/usr/bin/env python3
"""face.py < PREPROCESSED_HEADER > FACE.c: a library that has what the public headers declare, and nothing else.

Every function that is declared as exported gets an empty body; what is opaque stays so. Compiled with -g it is a description of
the binary interface, which no private struct changes."""
import re
import sys

text = sys.stdin.read()
mark = '__attribute__((visibility("default")))'
parts = text.split(mark)
out = [parts[0]]
for part in parts[1:]:
    end = part.index(";")
    declaration = part[:end]
    if "(" in declaration and not declaration.lstrip().startswith(";"):
        out.append(f"{mark}{declaration} {{ __builtin_trap(); }}{part[end + 1:]}")
    else:
        out.append(f"{mark}{part}")
# a function for each struct, by which it is compared on its own
for name in sorted(set(re.findall(r"\bstruct (amine_\w+) \{", text))):
    out.append(f"\n{mark} void face_of_{name}(struct {name} *x);\nvoid face_of_{name}(struct {name} *x) {{}}\n")
# what a module exports is read by the library: its layout counts, too
out.append("\nextern const struct amine_module amine_module __attribute__((visibility(\"default\")));\n"
           "const struct amine_module amine_module = {0, 0, 0};\n")
sys.stdout.write(re.sub(r"\n{3,}", "\n\n", "".join(out)))
