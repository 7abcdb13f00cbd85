"""The task `text` once more: words, vocabulary, splits, windows, and the perplexity of a unigram.

  text.py                 write tests/data/text.txt and tests/data/text_expected.txt
  text.py --check         recompute and compare: the same symbols and answers in every window, and the
                          unigram's line to 1e-12
  text.py FILE [SHARE]    what a file has: tokens, different words, the perplexity of a unigram in the
                          whole file, and held out with SHARE (0.05) for validation and for test

By dictionaries and slices, in float64. A line of text_expected.txt is a case: unit, vocabulary, steps,
blocks, shares of validation and test, what is held out, lanes; then symbols, windows of training and
of what is held out, FNV-1a (64 bits) of the names (each with its 0), of all (symbol, answer) of
training, lane by lane, and of what is held out, window by window (16 bits each, little-endian), and
the mean log-probability of the answers held out by the counts of training.
"""
import collections
import math
import os
import random
import re
import sys

DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "data")
TEXT, EXPECTED = os.path.join(DATA, "text.txt"), os.path.join(DATA, "text_expected.txt")
CASES = [("words", 10000, 20, 10, .05, .05, "test", 2), ("words", 30, 7, 10, .1, .2, "valid", 3),
         ("words", 3, 1, 1, .05, .3, "test", 1), ("words", 60, 5, 4, .25, .5, "test", 11),
         ("words", 100, 11, 97, .11, .07, "valid", 5), ("bytes", 10000, 16, 10, .05, .05, "test", 4),
         ("bytes", 10000, 33, 3, .2, .1, "valid", 7)]


def sample():
    """Lines of words as frequent as 1 / rank, some with letters that are not ASCII, some lines empty."""
    draw = random.Random(1)
    letters = "etaoinshrdlucmfwypvbgk" + "äßéλ語"
    words = ["".join(draw.choice(letters) for _ in range(1 + rank.bit_length())) for rank in range(1, 400)]
    lines = []
    for _ in range(400):
        lines.append("  ".join(draw.choices(words, [1 / r for r in range(1, 400)], k=draw.randrange(12))))
    lines[7] += " <unk> <unk>\t<eos> \r"
    return "\ufeff" + "\n".join(lines)  # a mark before it, no newline at its end


def tokens_of(data, unit):
    if unit == "bytes":
        return list(data)
    text = data.decode("utf-8").removeprefix("\ufeff")
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    return [w for line in lines for w in re.split("[ \t\r\v\f]+", line) + ["<eos>"] if w]


def split(tokens, blocks, valid, test):
    parts = {"train": [], "valid": [], "test": []}
    for b in range(blocks):
        stretch = tokens[len(tokens) * b // blocks:len(tokens) * (b + 1) // blocks]
        n = len(stretch)
        n_test = math.floor(n * test + .5)
        n_valid = min(math.floor(n * valid + .5), n - n_test)
        parts["train"] += stretch[:n - n_test - n_valid]
        parts["valid"] += stretch[n - n_test - n_valid:n - n_test]
        parts["test"] += stretch[n - n_test:]
    return parts


def alphabet(tokens, train, unit, most):
    if unit == "bytes":
        shown = set(range(32, 127)) - {ord("\\")}
        return list(range(256)), [chr(b) if b in shown else "\\x%02x" % b for b in range(256)]
    first = {}
    for k, word in enumerate(tokens):
        first.setdefault(word, k)
    count = collections.Counter(w for w in train if w not in ("<unk>", "<eos>"))
    words = ["<unk>", "<eos>"] + sorted(count, key=lambda w: (-count[w], first[w]))
    return words[:most], words[:most]


def windows(symbols, lanes, steps):
    """[lane][window]: symbols, and those that come next."""
    block = len(symbols) // lanes
    return [[(symbols[at:at + steps], symbols[at + 1:at + 1 + steps])
             for at in range(k * block, k * block + (block - 1) // steps * steps, steps)]
            for k in range(lanes)]


def fnv(data):
    h = 14695981039346656037
    for byte in data:
        h = (h ^ byte) * 1099511628211 % 2**64
    return h


def fnv_of(played):
    return fnv(b"".join(x.to_bytes(2, "little") for w in played for pair in zip(*w) for x in pair))


def case(data, unit, most, steps, blocks, valid, test, held, lanes):
    tokens = tokens_of(data, unit)
    parts = split(tokens, blocks, valid, test)
    words, names = alphabet(tokens, parts["train"], unit, most)
    number = {w: k for k, w in enumerate(words)}
    train, out = ([number.get(w, 0) for w in parts[p]] for p in ("train", held))
    by_lane, other = windows(train, lanes, steps), windows(out, lanes, steps)
    in_turn = [other[k][w] for w in range(len(other[0])) for k in range(lanes)]
    count = collections.Counter(train)
    logs = [math.log(count[x] / len(train)) if count[x] else -math.inf for w in in_turn for x in w[1]]
    return (len(words), lanes * len(by_lane[0]), len(in_turn), fnv("\0".join(names).encode() + b"\0"),
            fnv_of([w for lane in by_lane for w in lane]), fnv_of(in_turn), math.fsum(logs) / len(logs))


def row(c, data):
    return "%s %d %d %d %g %g %s %d" % c + " %d %d %d %016x %016x %016x %.17g\n" % case(data, *c)


def check():
    with open(TEXT, "rb") as f:
        data = f.read()
    assert data == sample().encode(), "tests/data/text.txt is another text"
    with open(EXPECTED, encoding="ascii") as f:
        lines = f.read().splitlines()
    assert len(lines) == len(CASES)
    for c, line in zip(CASES, lines):
        *same, unigram = row(c, data).split()
        *known, expected = line.split()
        assert same == known, (line, same)
        assert unigram == expected or abs(float(unigram) - float(expected)) <= 1e-12, (line, unigram)
    print("text: %d cases" % len(lines))


def tell(path, share):
    with open(path, "rb") as f:
        tokens = tokens_of(f.read(), "words")
    count = collections.Counter(tokens)
    whole = -math.fsum(n / len(tokens) * math.log(n / len(tokens)) for n in count.values())
    print("%d tokens, %d different; a unigram's perplexity of all: %.4f" % (
        len(tokens), len(count), math.exp(whole)))
    parts = split(tokens, 10, share, share)
    words, _ = alphabet(tokens, parts["train"], "words", 10000)
    known = set(words)
    train = collections.Counter(w if w in known else "<unk>" for w in parts["train"])
    for part in ("valid", "test"):
        out = [w if w in known else "<unk>" for w in parts[part]]
        h = -math.fsum(math.log(train[w] / len(parts["train"])) for w in out) / len(out)
        print("%s: %d of %d tokens for training, %d symbols, %.2f %% <unk>; perplexity %.4f" % (
            part, len(parts["train"]), len(tokens), len(words), 100 * out.count("<unk>") / len(out),
            math.exp(h)))


if __name__ == "__main__":
    if sys.argv[1:] == ["--check"]:
        check()
    elif len(sys.argv) > 1:
        tell(sys.argv[1], float(sys.argv[2]) if len(sys.argv) > 2 else .05)
    else:
        with open(TEXT, "wb") as f:
            f.write(sample().encode())
        with open(EXPECTED, "w", encoding="ascii") as f:
            f.writelines(row(c, sample().encode()) for c in CASES)
