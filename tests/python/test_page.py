"""The code of pages and notebooks, each from top to bottom in an empty folder: test_page.py [--slow] FILE..., with
PYTHONPATH=python, and with the command in AMINE for pages that call it.

What a piece is, the words after the three marks say:

    python          runs; all pieces of a page share their names
    python torch    runs where that package is there, else is passed over, which is said
    sh              runs, with amine and this python3 on the PATH
    sh slow         of the commands only the keys are looked at (amine show); with --slow they run
    text mine.txt   is that file (whatever its language)
    output          is what the piece before printed, but for what stands for anything: ...
"""
import contextlib
import importlib.util
import io
import json
import os
import re
import subprocess
import sys
import tempfile

FENCE = re.compile(r"^```([a-z]+)(?: ([\w.-]+))?\n(.*?)^```", re.M | re.S)


def pieces_of(path):
    """(line, language, word, code) of each piece; of a language that nobody runs, too."""
    with open(path, encoding="utf-8") as f:
        text = f.read()
    if path.endswith(".ipynb"):
        cells = [c for c in json.loads(text)["cells"] if c["cell_type"] == "code"]
        assert not any(c["outputs"] or c["execution_count"] for c in cells), f"{path} is kept without outputs"
        return [(0, "python", None, "".join(c["source"])) for c in cells]
    return [(text[:m.start(3)].count("\n"), m[1], m[2], m[3]) for m in FENCE.finditer(text)]


def is_there(package):
    """What is left of one that was removed, a folder without code, does not count."""
    spec = importlib.util.find_spec(package)
    return spec is not None and spec.origin is not None


def python(path, line, code, names):
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(compile("\n" * line + code, path, "exec"), names)  # pylint: disable=exec-used
    return said.getvalue()


def shell(path, line, code):
    done = subprocess.run(["sh", "-eu", "-c", code], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8",
                          stdin=subprocess.DEVNULL, timeout=600, check=False)
    assert done.returncode == 0, f"{path}:{line}: exit {done.returncode}: {done.stdout}"
    return done.stdout


def keys_of(code):
    """The same trainings, simulations and sweeps as questions for their keys."""
    commands = re.sub(r"\\\n", " ", code).splitlines()
    shown = [re.sub(r"#.*|--\w+.*|\bseeds?=\S+", "", c).split() for c in commands]
    return "\n".join(" ".join(["amine", "show", *c[2:]]) for c in shown
                     if c[:1] == ["amine"] and c[1] in ("train", "simulate"))


def compare(path, line, wanted, found):
    strip = lambda text: "\n".join(s.rstrip() for s in text.strip().splitlines())
    pattern = re.escape(strip(wanted)).replace(r"\.\.\.", r".*?")
    assert re.fullmatch(pattern, strip(found), re.S), f"{path}:{line}: it printed\n{found}\nand not\n{wanted}"


def run(path, slow):
    ran, passed, said = 0, 0, None
    names = {"__name__": "page"}
    for line, language, word, code in pieces_of(path):
        if word and "." in word:
            with open(word, "w", encoding="utf-8") as f:
                f.write(code)
        elif language == "output":
            if said is not None:
                compare(path, line, code, said)
        elif language == "python" and word and not is_there(word):
            said, passed = None, passed + 1
            print(f"{path}:{line}: passed over: there is no package {word}")
        elif language == "python":
            ran, said = ran + 1, python(path, line, code, names)
        elif language == "sh":
            whole = word != "slow" or slow
            said = shell(path, line, code if whole else keys_of(code))
            ran, said = ran + 1, said if whole else None
    assert ran, f"{path} has no code"
    print(f"{path}: {ran} pieces of code" + (f", {passed} passed over" if passed else ""))


def main(words):
    slow = words[:1] == ["--slow"]
    pages = [os.path.abspath(p) for p in words[slow:]]
    with tempfile.TemporaryDirectory() as place:
        os.makedirs(os.path.join(place, "bin"))
        for name, program in (("amine", os.environ.get("AMINE")), ("python3", sys.executable)):
            if program:
                os.symlink(program, os.path.join(place, "bin", name))
        os.environ["PATH"] = os.path.join(place, "bin") + os.pathsep + os.environ["PATH"]
        for k, page in enumerate(pages):
            here = os.path.join(place, str(k))
            os.makedirs(here)
            os.chdir(here)
            run(page, slow)
            os.chdir("/")


if __name__ == "__main__":
    main(sys.argv[1:])
