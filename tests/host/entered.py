#!/usr/bin/env python3
"""What a guest in somebody's program does and does not: entered.py SOURCE_FOLDER

Every public function that can fail begins with AM_ENTER (base/host.h), but for those of the parts that run
on microcontrollers, and one that calls the host between what enters; and nothing in the library reads numbers by the process's locale or changes the process."""
import os
import re
import sys

FREESTANDING = {"modulator/chemical.c", "learner/controller.c", "learner/controller_step.c"}
NO_NUMBERS = {"kernel/isa.c"}
CALLS_THE_HOST = {"amine_experiment_run"}
FORBIDDEN = r"\b(json_set_alloc_funcs|json_load\w*|json_dump\w*|json_pack|json_unpack|strto[df]|strtold|atof|\w*scanf|" \
            r"setlocale|signal|sigaction|sigprocmask|setenv|putenv|umask|chdir|fesetround|fesetenv)\s*\("
ALLOWED = {("base/host.c", "fesetenv")}


def sources(top):
    for folder, _, files in os.walk(top):
        for name in files:
            path = os.path.join(folder, name)
            part = os.path.relpath(path, top)
            if name.endswith((".c", ".h")) and not part.startswith("cli/"):
                with open(path, encoding="utf-8") as f:
                    yield part, re.sub(r"/\*.*?\*/", lambda m: "\n" * m[0].count("\n"), f.read(), flags=re.S)


def main():
    wrong, entered = [], 0
    for part, text in sources(os.path.join(sys.argv[1], "src")):
        for m in re.finditer(FORBIDDEN, re.sub(r'"(\\.|[^"\\\n])*"', '""', text)):
            if (part, m[1]) not in ALLOWED:
                wrong.append(f"src/{part}: {m[1]}")
        if part in FREESTANDING | NO_NUMBERS:
            continue
        for m in re.finditer(r"^amine_status (amine_\w+)\([^;{]*\)\s*\{\s*(\w+)", text, re.M):
            entered += 1
            if (m[2] != "AM_ENTER") != (m[1] in CALLS_THE_HOST):
                wrong.append(f"src/{part}: {m[1]} should {'not ' * (m[1] in CALLS_THE_HOST)}begin with AM_ENTER")
    print("\n".join(wrong) or f"{entered} public functions enter")
    return 1 if wrong or entered < 25 else 0


if __name__ == "__main__":
    sys.exit(main())
