"""The code of a page, run from top to bottom in an empty folder: test_page.py PAGE, with PYTHONPATH=python."""
import os
import re
import sys
import tempfile


def main(page):
    with open(page, encoding="utf-8") as f:
        text = f.read()
    pieces = [(text[:m.start(1)].count("\n"), m[1]) for m in re.finditer(r"^```python\n(.*?)^```", text, re.M | re.S)]
    assert pieces, f"{page} has no code"
    with tempfile.TemporaryDirectory() as where:
        os.chdir(where)
        names = {"__name__": "page"}
        for line, code in pieces:
            exec(compile("\n" * line + code, page, "exec"), names)  # pylint: disable=exec-used
        os.chdir("/")
    print(f"{len(pieces)} pieces of code")


if __name__ == "__main__":
    main(os.path.abspath(sys.argv[1]))
