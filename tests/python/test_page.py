"""The code of pages and notebooks, each run from top to bottom in an empty folder: test_page.py FILE..., with
PYTHONPATH=python."""
import json
import os
import re
import sys
import tempfile


def pieces_of(path):
    """(line, code) of each piece."""
    with open(path, encoding="utf-8") as f:
        text = f.read()
    if path.endswith(".ipynb"):
        cells = [c for c in json.loads(text)["cells"] if c["cell_type"] == "code"]
        assert not any(c["outputs"] or c["execution_count"] for c in cells), f"{path} is kept without outputs"
        return [(0, "".join(c["source"])) for c in cells]
    return [(text[:m.start(1)].count("\n"), m[1]) for m in re.finditer(r"^```python\n(.*?)^```", text, re.M | re.S)]


def run(path):
    pieces = pieces_of(path)
    assert pieces, f"{path} has no code"
    with tempfile.TemporaryDirectory() as where:
        os.chdir(where)
        names = {"__name__": "page"}
        for line, code in pieces:
            exec(compile("\n" * line + code, path, "exec"), names)  # pylint: disable=exec-used
        os.chdir("/")
    print(f"{path}: {len(pieces)} pieces of code")


if __name__ == "__main__":
    for page in [os.path.abspath(p) for p in sys.argv[1:]]:
        run(page)
