#!/usr/bin/python3
"""The sentence about a missing Bible says the command that makes it: what that makes is the text of
docs/tasks.md, and its line is that of an independent program. Skipped where bible-kjv is not installed.

  test_bible.py AMINE"""
import json
import math
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, os.pardir, "reference"))
import text  # noqa: E402


def main():
    amine = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "bible.json"), "w", encoding="ascii") as f:
            json.dump({"task": {"type": "text", "file": "bible.txt"}, "batch": 20}, f)
        ask = [amine, "eval", "./bible.json", "policy=unigram", "episodes=1", "--json"]
        run = subprocess.run(ask, cwd=folder, capture_output=True, text=True, check=False)
        command = re.search("has the text; (.*) makes it\n", run.stderr)
        assert run.returncode != 0 and command, run.stderr
        with open(os.path.join(HERE, os.pardir, os.pardir, "docs", "tasks.md"), encoding="utf-8") as f:
            assert "\n    %s\n" % command[1] in f.read(), command[1]
        study = subprocess.run([amine, "reproduce", "language", "quick=true", "seeds=1"], cwd=folder, capture_output=True,
                               text=True, check=False)
        assert study.returncode != 0 and command[1] in study.stderr and os.listdir(folder) == ["bible.json"], study.stderr
        if not shutil.which("bible"):
            print("bible-kjv is not installed")
            return 77
        subprocess.run(command[1], shell=True, cwd=folder, check=True)
        with open(os.path.join(folder, "bible.txt"), "rb") as f:
            data = f.read()
        tokens = text.tokens_of(data, "words")
        assert (len(tokens), len(set(tokens))) == (944579, 12834), len(tokens)
        run = subprocess.run(ask, cwd=folder, capture_output=True, text=True, check=True)
        line = json.loads(run.stdout)["lines"]["unigram"]
        expected = text.case(data, "words", 10000, 20, 10, .05, .05, "test", 20)[-1]
        assert abs(line - expected) < 1e-12, (line, expected)
        print("a unigram's perplexity: %.2f" % math.exp(-line))
    return 0


if __name__ == "__main__":
    sys.exit(main())
