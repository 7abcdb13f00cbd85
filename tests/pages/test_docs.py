"""What the pages say that can be looked up: test_docs.py PATH_OF_AMINE

Every link to a file of the repository finds it, and its heading; every command that is shown with a preset has keys and
values that the preset takes (amine show), whatever it would run for."""
import glob
import os
import re
import subprocess
import sys

ROOT = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../.."))
PAGES = [os.path.join(ROOT, name) for name in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "tests/reference/README.md")]
PAGES += sorted(glob.glob(os.path.join(ROOT, "docs/**/*.md"), recursive=True))
BLOCK = re.compile(r"^```.*?^```", re.M | re.S)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
COMMAND = re.compile(r"\bamine (train|simulate|sweep) ([^\n`]+)")
OF_THE_COMMAND = re.compile(r"--|seeds=|quick=")
# What stands for something else, or is there only where the command before it ran.
STANDS_FOR = re.compile(r"\b[A-Z]{2,}\b|=[A-Z]$|\.\.\.|\.(json|txt|so|safetensors)\b|runs/|^from=|\bmy\b")


def text_of(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


def headings(path):
    """As they are linked: small letters, signs left out, blanks as hyphens."""
    said = re.findall(r"^#+ (.*)$", BLOCK.sub("", text_of(path)), re.M)
    plain = [LINK.sub(lambda m: m[0][1:m[0].index("]")], s).replace("`", "").replace("*", "").strip() for s in said]
    return {re.sub(r"[^\w\- ]", "", s.lower()).replace(" ", "-") for s in plain}


def links(page):
    for target in LINK.findall(BLOCK.sub("", text_of(page))):
        path, _, heading = target.partition("#")
        there = os.path.normpath(os.path.join(os.path.dirname(page), path)) if path else page
        if re.match(r"https?:|mailto:", target):
            continue
        if not os.path.exists(there):
            yield f"{target}: there is no such file"
        elif heading and there.endswith(".md") and heading not in headings(there):
            yield f"{target}: there is no such heading"


def commands(page):
    """(what is shown, the words of amine show that ask for the same keys)"""
    for kind, rest in COMMAND.findall(text_of(page).replace("\\\n", " ")):
        words = [w.strip("'").rstrip(",.;:)") for w in re.sub(r"\s#.*", "", rest).split()]
        keys = []
        for word in words[1:]:
            if "=" not in word and not word.startswith("--"):
                break  # prose goes on, or --out's folder
            if not OF_THE_COMMAND.match(word):
                keys.append(re.sub(r"=([^,|]*?)(\.\.|[,|]).*", r"=\1", word) if kind == "sweep" else word)
        if words and re.fullmatch(r"[a-z][\w-]*", words[0]) and not any(STANDS_FOR.search(k) for k in keys):
            yield f"amine {kind} {' '.join(words)}", [words[0], *keys]


def main():
    wrong, shown = [], {}
    for page in PAGES:
        name = os.path.relpath(page, ROOT)
        wrong += [f"{name}: {what}" for what in links(page)]
        for what, words in commands(page):
            shown.setdefault(tuple(words), f"{name}: {what}")
    for words, where in shown.items():
        done = subprocess.run([sys.argv[1], "show", *words], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                              encoding="utf-8", check=False)
        if done.returncode != 0:
            wrong.append(f"{where}: {done.stderr.strip()}")
    print("\n".join(wrong) or f"{len(PAGES)} pages, {len(shown)} commands")
    return bool(wrong) or len(shown) < 80


if __name__ == "__main__":
    sys.exit(main())
