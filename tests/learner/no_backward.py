"""Learners without backprop cannot propagate a gradient backward: nothing they are linked with does.

  no_backward.py BUILD_DIRECTORY

From the objects of each learner, follows every undefined symbol to the object of the library that
defines it, and on from there. An object whose source is a backward pass must not be reached. The
yardsticks must reach one, so that the test can fail.
"""
import os
import re
import subprocess
import sys

# sources that hold a backward pass, and the learners that may use them
BACKWARD = re.compile(r"(backward|plastic_lane|a2c)")
YARDSTICKS = ["bptt"]
# every learner that says that it does without; others join by their name
FREE = sys.argv[2:] or ["signalling"]


def objects(build):
    """The library's objects: source path -> (defined, undefined symbols)."""
    found = {}
    for folder, _, files in os.walk(os.path.join(build, "CMakeFiles")):
        for name in files:
            path = os.path.join(folder, name)
            if not name.endswith(".c.o") or "/src/" not in path:
                continue
            form = re.search(r"CMakeFiles/(\w+)\.dir/src/(.*)\.c\.o$", path)
            if not form or form.group(1) in ("vector_f64", "amine_command"):
                continue
            out = subprocess.run(["nm", "-P", path], capture_output=True, text=True, check=True)
            defined, wanted = set(), set()
            for line in out.stdout.splitlines():
                symbol, kind = line.split()[:2]
                (wanted if kind in "Uvw" else defined if kind.isupper() else set()).add(symbol)
            found[f"{form.group(2)} ({form.group(1)})"] = (defined, wanted)
    return found


def reached(found, learner):
    """Objects that are linked in with a learner: its own files are those that begin with its name."""
    own = re.compile(rf"^learner/{learner.replace('-', '_')}(_\w+)? \(")
    todo = [name for name in found if own.match(name)]
    if not todo:
        sys.exit(f"no object of learner {learner}")
    where = {symbol: name for name, (defined, _) in found.items() for symbol in defined}
    seen = set(todo)
    while todo:
        for symbol in found[todo.pop()][1]:
            name = where.get(symbol)
            if name and name not in seen:
                seen.add(name)
                todo.append(name)
    return seen


def main():
    found = objects(sys.argv[1])
    for learner in YARDSTICKS:
        if not any(BACKWARD.search(name) for name in reached(found, learner)):
            sys.exit(f"{learner} should reach a backward pass: this test sees nothing")
    bad = 0
    for learner in FREE:
        seen = reached(found, learner)
        guilty = sorted(name for name in seen if BACKWARD.search(name))
        print(f"{learner}: linked with {len(seen)} objects, {len(guilty)} of them backward")
        for name in guilty:
            print("  ", name)
        bad += len(guilty)
    sys.exit(bad > 0)


if __name__ == "__main__":
    main()
