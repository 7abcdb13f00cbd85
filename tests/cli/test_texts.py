#!/usr/bin/env python3
"""Texts of one's own by a key: test_texts.py PATH_OF_AMINE [PART ...]

network.text and its like: constants are keys, mistakes are shown in their place, a run goes on
without the file, and a text of ours named as a file gives the bytes that it gives by its name.
Shares the tools of test_cli.py."""
import json
import os
import sys

sys.dont_write_bytecode = True  # nothing is left beside the sources
import test_cli as cli
from test_cli import check, expect, read, write

SMALL = ["task.size=5", "task.steps=12", "network.hidden=12", "batch=8", "threads=1", "learner.schedule=constant"]
TEXTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../presets/networks")

LEAKY = b"""# leaky units of my own
network mine
constant leak = 0.5 from 0 to 1 per_step "how much is let go"
input u
state h[n]
h <- h + leak * (tanh(W_in @ u + b + W @ h) - h)
output h
"""
MODULATOR = b"""# as the read-out, but steeper
input y
constant gain = 2 from 0 to 100 "steepness"
learned w[1, y] as "mod.weight" = linear(y)
M = tanh(gain * (w @ y))
output M
"""


def tensors(folder):
    data = read(folder, "checkpoint.safetensors")
    return data[8 + int.from_bytes(data[:8], "little"):]


def train(folder, *args):
    return expect(0, "train", *args, *SMALL, "--no-report", "--quiet", "--out", folder)


def test_same_as_ours(d):
    """The texts of presets/networks, named as files."""
    for name, more in (("plastic-rnn", ["rule.type=eligibility"]), ("gru", []), ("plastic-lstm", ["network.forget_bias=1"]),
                       ("ctrnn", ["network.biases=four"])):
        a, b = os.path.join(d, name), os.path.join(d, name + "-text")
        train(a, "maze", "iterations=3", f"network.type={name}", *more)
        train(b, "maze", "iterations=3", *more, f"network.text={TEXTS}/{name}.txt")
        check(name, tensors(a) == tensors(b), "the same bytes as by its name", "others")


def test_keys(d):
    mine = write(os.path.join(d, "mine.txt"), LEAKY)
    folder = os.path.join(d, "keys")
    train(folder, "maze", "network.leak=0.25", f"network.text={mine}", "iterations=2")
    with open(os.path.join(folder, "config.json"), encoding="utf-8") as f:
        network = json.load(f)["network"]
    check("config.json", network["leak"] == 0.25 and "type" not in network, "the constant", network)
    check("config.json", "\n".join(network["text"]) + "\n" == LEAKY.decode(), "the text, line by line", network)
    r = expect(0, "show", "maze", f"network.text={mine}")
    for word in ("network.leak", "how much is let go", "per_step", "0 to 1", mine[:20]):
        check("amine show", word in r.out, word, r.out)
    expect(2, "train", "maze", f"network.text={mine}", "network.leak=2", says="network.leak=2: it must be a number from 0 to 1")
    expect(2, "train", "maze", f"network.text={mine}", "network.lake=1", says="did you mean network.leak?")
    expect(2, "train", "maze", f"network.text={mine}", "network.type=lstm", says="one of them is enough")
    expect(2, "train", "maze", "network.type=lstm", f"network.text={mine}", says="one of them is enough")
    expect(2, "train", "maze", f"network.text={mine}", "network.tau=5", says="network.tau has no effect with network.type=text")
    modulator = write(os.path.join(d, "mod.txt"), MODULATOR)
    expect(2, "train", "maze", f"network.text={mine}", f"modulator.text={modulator}", says="modulator.text has no effect")
    # in a file, beside it
    write(os.path.join(d, "my.json"), json.dumps({"preset": "maze", "network": {"leak": 0.5, "text": "mine.txt"}}).encode())
    expect(0, "show", os.path.join(d, "my.json"))
    write(os.path.join(d, "bad.json"), json.dumps({"preset": "maze", "network": {"text": 3}}).encode())
    expect(3, "show", os.path.join(d, "bad.json"), says="network.text must be a file in quotes, or an array of lines")
    # another choice over what a file says
    r = expect(0, "show", folder, "network.type=gru", "--json")
    check("another network", json.loads(r.out)["network"]["type"] == "gru", "gru", r.out)


def test_modulator(d):
    """A modulator of one's own: its constants are keys, and it does what it says."""
    steep = write(os.path.join(d, "steep.txt"), MODULATOR)
    plain = write(os.path.join(d, "plain.txt"), MODULATOR.replace(b"gain = 2", b"gain = 1"))
    a, b, c = (os.path.join(d, name) for name in ("mod-a", "mod-b", "mod-c"))
    train(a, "maze", f"modulator.text={steep}", "modulator.gain=1", "iterations=3")
    train(b, "maze", f"modulator.text={plain}", "iterations=3")
    train(c, "maze", f"modulator.text={steep}", "iterations=3")
    check("modulator.gain", tensors(a) == tensors(b) != tensors(c), "what the constant says", "something else")
    expect(2, "train", "maze", f"modulator.text={steep}", "rule.type=none", says="modulator.text has no effect with rule.type=none")


WRONG = (  # text, what is said, and the mark
    (b"input u\nstate h[n]\nh <- tahn(W @ h)\noutput h\n", "3:6: there is no function tahn; did you mean tanh?", "h <- tahn(W @ h)\n     ^"),
    (b"input u\nstate h[n]\nh <- tanh(W @ h\noutput h\n", "4:1", "output h\n^"),
    (b"input u\nstate h[n]\nh <- tanh(W @ h + A @ u)\n", "there is no output", "input u\n^"),
    (b"", "the text is empty", None),
    (b" \n\n", "the text is empty", None),
    (b"input u\n\0", "byte 0", None),
    (b"# \xff\ninput u\n", "no text in UTF-8", None),
    (b"constant hidden = 1\n" + LEAKY, "network.hidden is a key of every network", "constant hidden = 1\n         ^"),
    (b"".join(b"constant c%d = 1\n" % k for k in range(40)) + LEAKY, "at most 32 constants", None),
    (b"#" * 70000, "bytes", None),
)


def test_mistakes(d):
    path = os.path.join(d, "wrong.txt")
    for text, says, mark in WRONG:
        write(path, text)
        r = expect(3, "train", "maze", f"network.text={path}", says=says)
        check("the file", path[:100] in r.err, "its name", r)
        check("the mark", mark is None or mark in r.err, mark, r)
        expect(3, "show", "network", path, says=says)
    expect(3, "train", "maze", "network.text=" + os.path.join(d, "nowhere.txt"), says="nowhere.txt")
    expect(3, "train", "maze", f"network.text={d}")
    write(path, MODULATOR.replace(b"w @ y", b"w @ z"))
    expect(3, "train", "maze", f"modulator.text={path}", says="wrong.txt")
    # what only shows in its slot: sizes that do not fit
    write(path, b"input u\nstate x[n]\ntrace H[n, n]\nx <- tanh((W + H) @ x + A @ u)\n"
                b"H <- rule(post = u, pre = x, eta = modulator(x))\noutput x\n")
    r = expect(3, "train", "maze", f"network.text={path}", says="wrong.txt:5:")
    check("the mark", "^" in r.err, "a mark", r)


def test_without_the_file(d):
    mine = write(os.path.join(d, "gone.txt"), LEAKY)
    mod = write(os.path.join(d, "gone-mod.txt"), MODULATOR)
    plastic = os.path.join(d, "gone-plastic.txt")
    write(plastic, read(TEXTS, "plastic-rnn.txt"))
    for name, keys in (("leaky", [f"network.text={mine}", "network.leak=0.3"]),
                       ("plastic", [f"network.text={plastic}", f"modulator.text={mod}", "modulator.gain=3"])):
        whole, folder = os.path.join(d, name + "-whole"), os.path.join(d, name + "-parts")
        for path, text in ((mine, LEAKY), (mod, MODULATOR), (plastic, read(TEXTS, "plastic-rnn.txt"))):
            write(path, text)
        train(whole, "maze", *keys, "iterations=4")
        expect(0, "train", "maze", *keys, *SMALL, "iterations=2", "--no-report", "--quiet", "--out", folder)
        for path in (mine, mod):
            os.remove(path)
        write(plastic, b"something else\n")
        expect(0, "resume", folder, "iterations=4", "--no-report", "--quiet")
        check(name, tensors(folder) == tensors(whole), "the same bytes as in one go", "others")
        expect(0, "eval", folder, "episodes=5")
        expect(0, "eval", os.path.join(folder, "checkpoint.safetensors"), "episodes=5")
        expect(0, "report", folder, "--quiet")
        check(name, "text" in expect(0, "show", folder).out, "the text is named", "")
    other = write(os.path.join(d, "other.txt"), LEAKY.replace(b"tanh", b"sigmoid"))
    r = expect(2, "resume", os.path.join(d, "leaky-parts"), f"network.text={other}", "iterations=9",
               says="network.text: the text differs from the one that this run began with")
    same = write(os.path.join(d, "same.txt"), LEAKY)
    expect(0, "resume", os.path.join(d, "leaky-parts"), f"network.text={same}", "iterations=5", "--no-report", "--quiet")
    seeds = os.path.join(d, "seeds")
    expect(0, "train", "maze", f"network.text={same}", *SMALL, "iterations=2", "seeds=2", "--quiet", "--out", seeds)
    os.remove(same)
    expect(0, "resume", seeds, "--quiet")


def test_show(d):
    r = expect(0, "show", "network", "gru")
    for word in ("r = sigmoid(W_ir @ u", "input   u[u]", "h[n]", "weight_ih = W_ir[n, u] W_iz[n, u] W_in[n, u]",
                 "network.update_bias", "-10 to 10"):
        check("amine show network gru", word in r.out, word, r.out)
    order = [r.out.index(name) for name in ("weight_ih =", "weight_hh =", "bias_ih =", "bias_hh =")]
    check("amine show network gru", order == sorted(order), "the order in which it is saved", order)
    out = json.loads(expect(0, "show", "network", "leaky-rnn", "--json").out)
    tau = out["constants"][0]
    check("--json", (tau["name"], tau["value"], tau["min"], tau["unit"]) == ("tau", 5, 1, "steps"), "tau", tau)
    check("--json", {"kind": "output", "shape": "h[n]"} in out["shapes"], "the output", out["shapes"])
    for name in json.loads(expect(0, "list", "modulators", "--json").out)["modulators"]:
        expect(0, "show", "modulator", name["name"])
    mine = write(os.path.join(d, "shown.txt"), LEAKY)
    check("of a file", "W_in[n, u]" in expect(0, "show", "network", mine).out, "shapes", "")
    expect(2, "show", "network", "gruu", says="did you mean gru?")
    expect(2, "show", "network", "hebbian-rnn", says="is code")
    for word in ("network.biases", "three | four | none", "given   xi[n]"):
        check("amine show network ctrnn", word in expect(0, "show", "network", "ctrnn").out, word, "")
    expect(2, "show", "nets", "gru", says="the first is network")
    expect(2, "show", "network", "gru", "network.hidden=3", says="has no effect")


TESTS = [test_same_as_ours, test_keys, test_modulator, test_mistakes, test_without_the_file, test_show]

if __name__ == "__main__":
    cli.TESTS = TESTS
    sys.exit(cli.main())
