#!/usr/bin/python3
"""The experiment on digits says whose package brings them and leaves nothing behind where they are missing; where they are
there, its quick form runs to its verdicts and the page has what came out against the depth. Skipped where they are missing.

  test_digits.py AMINE"""
import json
import os
import subprocess
import sys
import tempfile


def main():
    amine = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        ask = [amine, "reproduce", "highway-depth", "quick=true", "seeds=1", "threads=1", "--out", "run"]
        run = subprocess.run(ask, cwd=folder, capture_output=True, text=True, check=False)
        if "python3-sklearn" in run.stderr:
            assert run.returncode == 3 and not os.listdir(folder), (run, os.listdir(folder))
            print("the digits of python3-sklearn are not installed")
            return 77
        assert run.returncode in (0, 6), run
        with open(os.path.join(folder, "run", "study.json"), encoding="utf-8") as f:
            assert len(json.load(f)["across"][0]["points"]) == 9
        with open(os.path.join(folder, "run", "report.html"), encoding="utf-8") as f:
            assert "Digits of test that are named right" in f.read()
    return 0


if __name__ == "__main__":
    sys.exit(main())
