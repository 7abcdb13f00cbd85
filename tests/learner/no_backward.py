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
BACKWARD = re.compile(r"(backward|bptt)")
YARDSTICKS = ["bptt"]
# every learner that says that it does without; others join by their name
FREE = sys.argv[2:] or ["signalling"]


def objects(build):
    """The library's objects: source path -> (defined, undefined symbols)."""
    names = {}
    for folder, _, files in os.walk(os.path.join(build, "CMakeFiles")):
        for name in files:
            path = os.path.join(folder, name)
            form = re.search(r"CMakeFiles/(\w+)\.dir/src/(.*)\.c\.o$", path)
            if form and form.group(1) not in ("vector_f64", "command_objects"):
                names[path] = f"{form.group(2)} ({form.group(1)})"
    found = {name: (set(), set()) for name in names.values()}
    out = subprocess.run(["nm", "-AP", *names], capture_output=True, text=True, check=True)
    for line in out.stdout.splitlines():
        path, symbol, kind = line.rsplit(": ", 1)[0], *line.rsplit(": ", 1)[1].split()[:2]
        defined, wanted = found[names[path]]
        (wanted if kind in "Uvw" else defined if kind.isupper() else set()).add(symbol)
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
