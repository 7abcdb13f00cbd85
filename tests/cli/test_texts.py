#!/usr/bin/env python3
"""Texts of one's own by a key: test_texts.py PATH_OF_AMINE [PART ...]

network.text and its like: constants are keys, mistakes are shown in their place, a run goes on
without the file, and a text of ours named as a file gives the bytes that it gives by its name.
Shares the tools of test_cli.py."""
import json
import os
import sys

import numpy

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


CLIP = b"""# Hebb with a bound
rule clip
constant c = 1 from 1e-6 to 1e6 "bound of |H|"
trace H
H <- clip(H + eta * outer(post, pre), -c, c)
"""
RETRO = b"""# as rule.type=eligibility
constant c = 1 from 1e-6 to 1e6 "bound of |H|"
constant begin = 0.01 from 0 to 1
trace H
trace E
learned r as "etaet" = begin
H <- clip(H + eta * E, -c, c)
E <- (1 - r) * E + r * outer(post, pre)
"""


def parameters(folder):
    """name: values, of what is learned."""
    data = read(folder, "checkpoint.safetensors")
    n = int.from_bytes(data[:8], "little")
    return {name: numpy.frombuffer(data[8 + n:][slice(*t["data_offsets"])], numpy.float32)
            for name, t in json.loads(data[8:8 + n]).items()
            if name != "__metadata__" and t["dtype"] == "F32" and not name.startswith(("adam.", "run."))}


def test_rule(d):
    """A rule as a text learns what the same rule in C learns, but for rounding."""
    for name, text, keys, more in (("clip", CLIP, "rule.c=0.5", "rule.clip=0.5"),
                                   ("eligibility", RETRO, "rule.begin=0.2", "rule.eta_e=0.2")):
        path = write(os.path.join(d, name + ".txt"), text)
        for modulator in (["modulator.fanout=true"], ["modulator.type=constant", "rule.eta=0.3"]):
            a, b = (os.path.join(d, f"{name}-{how}-{len(modulator)}") for how in ("c", "text"))
            big = ["network.hidden=150", "iterations=4", "learner.rate=1e-4"]
            expect(0, "train", "maze", f"rule.type={name}", *SMALL, more, *modulator, *big, "--no-report", "--quiet", "--out", a)
            expect(0, "train", "maze", f"rule.text={path}", *SMALL, keys, *modulator, *big, "--no-report", "--quiet", "--out", b)
            ours, texts = parameters(a), parameters(b)
            check(name, list(ours) == list(texts), "the same tensors", [list(ours), list(texts)])
            apart = max(float(abs(ours[k] - texts[k]).max()) for k in ours)
            check(name, apart < 2e-5, "the same numbers but for rounding", apart)
            moved = [k for k in ours if "eta" in k and len(ours[k])]
            check(name, name != "eligibility" or "etaet" in moved, "its own rate is learned", list(ours))
            for what, env, threads in (("plain", {"AMINE_KERNEL": "plain"}, 1), ("two threads", {}, 2)):
                again = os.path.join(d, f"{name}-{what}-{len(modulator)}")
                expect(0, "train", "maze", f"rule.text={path}", *SMALL, keys, *modulator, *big, f"threads={threads}",
                       "--no-report", "--quiet", "--out", again, env=cli.environment(**env))
                check(f"{name}, {what}", tensors(again) == tensors(b), "the same bytes", "others")
    # sixteen episodes side by side: learners without backprop
    path = write(os.path.join(d, "clip.txt"), CLIP)
    for learner in ("none", "e-prop"):
        a, b = (os.path.join(d, f"{learner}-{how}") for how in ("c", "text"))
        common = ["network.type=plastic-rnn", f"learner.type={learner}", "task.steps=8", "network.hidden=20", "batch=16",
                  "iterations=3", "modulator.fanout=false", "--no-report", "--quiet"]
        expect(0, "train", "e-prop", *common, "rule.type=clip", "--out", a)
        expect(0, "train", "e-prop", *common, f"rule.text={path}", "--out", b)
        ours, texts = parameters(a), parameters(b)
        apart = max(float(abs(ours[k] - texts[k]).max()) for k in ours)
        check(learner, list(ours) == list(texts) and apart < 2e-5, "the same numbers but for rounding", apart)
    path = write(os.path.join(d, "tau.txt"), CLIP.replace(b"rule clip", b"rule other"))
    folder = os.path.join(d, "rule")
    train(folder, "maze", f"rule.text={path}", "iterations=2", "rule.c=0.25")
    os.remove(path)
    expect(0, "resume", folder, "iterations=3", "--no-report", "--quiet")
    other = write(os.path.join(d, "tau.txt"), RETRO)
    expect(2, "resume", folder, f"rule.text={other}", "iterations=5", says="rule.text: the text differs")
    expect(2, "train", "maze", "network.type=gru", f"rule.text={other}", says="rule.text has no effect with network.type=gru")
    expect(2, "train", "maze", f"rule.text={other}", "rule.clip=1", says="rule.clip has no effect with rule.type=text")
    out = expect(0, "show", "rule", other).out
    for word in ("H[i, j]", "E[i, j]", "post[i]", "pre[j]", "etaet = r", "rule.begin"):
        check("amine show rule", word in out, word, out)
    expect(2, "show", "rule", "clip", says="is code")


TWO = b"""# one signal says what is kept of its own activity, another what is kept of the input
network twofold
input u
state x[n]
trace H[n, n]
trace G[n, n]
f = tanh(W_in @ u)
y = tanh((w + alpha * H) @ x + b + (v + beta * G) @ f)
H <- rule(post = y, pre = x, eta = modulator(y))
search = modulator(u)
G <- rule(post = y, pre = f, eta = search)
x <- y
output y
"""


def test_two_modulators(d):
    """Each slot of a text has tensors and a series of its own; keys are those of both."""
    two = write(os.path.join(d, "two.txt"), TWO)
    mod = write(os.path.join(d, "steep.txt"), MODULATOR)
    for n, (keys, weight, bias, gain) in enumerate(((["modulator.type=readout"], "h2mod.weight", "h2mod.bias", 1),
                                                    ([f"modulator.text={mod}", "modulator.gain=3"], "mod.weight", None, 3))):
        folder = os.path.join(d, f"two-{n}")
        expect(0, "train", "maze", f"network.text={two}", *keys, *SMALL, "iterations=4", "learner.rate=0.01", "--quiet", "--out",
               folder)
        learned, r = parameters(folder), numpy.load(os.path.join(folder, "recording.npz"))
        for scope, series, reads in (("", "level", "activity"), ("search.", "search.M", "inputs")):
            w = learned[scope + weight]
            said = numpy.tanh(gain * (r[reads] @ w) + (learned[scope + bias] if bias else 0))
            check(series, abs(r[series] - said).max() < 1e-5 and numpy.ptp(said) > 1e-3, said, r[series])
        check("two modulators", numpy.ravel(r["search.M"]).tolist() != numpy.ravel(r["level"]).tolist(), "two series", "one")
    out = expect(0, "show", "network", two).out
    check("amine show network", "line 9  modulator.\n  line 10 search.\n" in out, "both slots", out)
    slots = json.loads(expect(0, "show", "network", two, "--json").out)["modulators"]
    check("amine show network --json", slots == [{"line": 9, "begins": "modulator."}, {"line": 10, "begins": "search."}], "both", slots)
    for learner in ("e-prop", "none", "weight-perturbation", "signalling"):
        expect(0, "train", "e-prop", f"network.text={two}", f"learner.type={learner}", "rule.type=clip", "task.steps=8", "network.hidden=9",
               "batch=16", "iterations=2", "--no-report", "--quiet", "--out", os.path.join(d, "two-" + learner))
    write(two, TWO.replace(b"x <- y", b"".join(b"m%d = modulator(y)\n" % k for k in range(3)) + b"x <- y"))
    expect(3, "train", "maze", f"network.text={two}", says="two.txt:14:6: a text has at most 4 modulators")
    expect(3, "show", "network", two, says="at most 4 modulators")


WRONG_RULES = (
    (b"trace H\nH <- H + eta * outer(pre, post)\n", "outer(x, y) is of something of post"),
    (b"trace H\nH <- H + eta * outer(post, pres)\n", "2:28: nothing above says what pres is"),
    (b"trace H\n", "nothing says what H is after a step"),
    (b"x = post * pre\n", "there is no trace"),
    (b"trace H\ntrace E\ntrace F\nH <- 0\n", "a rule has one trace, or two"),
    (b"trace H\nlearned r = 1\nlearned q = 2\nH <- H\n", "a rule learns one number, r"),
    (b"trace H\nlearned r\nH <- r * H\n", "begins as one"),
    (b"trace H\nH <- sum(post) * H\n", "sum is of several connections"),
    (b"trace H\nH <- post @ pre\n", "a rule is about one connection"),
    (b"input u\ntrace H\nH <- H\n", "a rule has no input"),
    (b"trace H\nH <- modulator(post) * pre\n", "what a modulator says is eta in a rule"),
    (b"constant eta = 1\ntrace H\nH <- eta * H\n", "there is eta already"),
    (b"trace H\n" + b"".join(b"d%d = tanh(H + %d)\n" % (k, k) for k in range(30)) +
     b"H <- " + b" + ".join(b"d%d" % k for k in range(30)) + b"\n", "a rule has at most 32 operations"),
)


def test_wrong_rules(d):
    path = os.path.join(d, "wrong.txt")
    for text, says in WRONG_RULES:
        write(path, text)
        expect(3, "train", "maze", f"rule.text={path}", *SMALL, "iterations=1", "--no-report", "--out", os.path.join(d, "no"), says=says)


REWARD = b"input y\ngiven reward\nM = 1 * reward\noutput M\n"
DOPAMINE = b"""input y
given dopamine
learned eta[1] as "eta" = 0.01
now = eta * dopamine
output now
"""
BOTH = b"""# two read-outs, each opened by something else that a step brought
input y
given reward
given novelty
given serotonin
constant gain = 2 from 0 to 10
learned w[1, y] as "first.weight" = linear(y)
learned v[1, y] as "second.weight" = linear(y)
M_first = tanh(gain * (w @ y)) * reward
M_second = tanh(v @ y) * novelty
M = M_first + M_second * serotonin
output M
"""


def test_given(d):
    """Numbers that are given go by their names, several in one text; all are recorded."""
    path = os.path.join(d, "given.txt")
    cases = ((REWARD, ["modulator.type=given", "modulator.given=reward"], []),
             (DOPAMINE, ["modulator.type=chemical", "modulator.baseline=0.3"], ["modulator.baseline=0.3"]))
    for n, (text, named, keys) in enumerate(cases):
        write(path, text)
        a, b = os.path.join(d, f"named-{n}"), os.path.join(d, f"text-{n}")
        train(a, "maze", "iterations=3", *named)
        train(b, "maze", "iterations=3", f"modulator.text={path}", *keys)
        check("given by name", tensors(a) == tensors(b), "the bytes of the modulator of ours", "others")
    write(path, BOTH)
    for task in ("maze", "bandit"):
        folder, small = os.path.join(d, "both-" + task), SMALL if task == "maze" else SMALL[2:]
        expect(0, "train", task, "network.type=plastic-rnn", "rule.type=clip", "learner.type=a2c", "network.hidden=12",
               "threads=1", "iterations=3", f"modulator.text={path}", *small, "--quiet", "--out", folder)
        r = numpy.load(os.path.join(folder, "recording.npz"))
        level, first, second = (numpy.ravel(r[name]) for name in ("level", "M_first", "M_second"))
        serotonin, reward, novelty = (numpy.ravel(r[name]) for name in ("serotonin", "reward", "novelty"))
        check(task, abs(level - first - second * serotonin).max() < 1e-6, "M as the text makes it", level)
        rewards = numpy.ravel(r["rewards"])
        wanted = numpy.minimum(rewards, 1)
        check(task, abs(reward - numpy.maximum(wanted, -1)).max() < 1e-6, "the rewards", reward)
        check(task, (first[reward == 0] == 0).all() and (second[novelty == 0] == 0).all() and novelty.max() > 0,
              "opened by what was given", [first, second])
    expect(0, "show", "modulator", path)
    write(path, b"input y\ngiven weather\nM = weather\noutput M\n")
    expect(2, "train", "maze", f"modulator.text={path}", says="or a name that says which: one, random, error, reward, novelty, dopamine")
    write(path, DOPAMINE.replace(b"dopamine", b"reward"))
    expect(2, "train", "maze", f"modulator.text={path}", "modulator.baseline=0.1", says="no effect")
    write(path, b"input y\n" + b"".join(b"given g%d\n" % k for k in range(9)) +
          b"M = " + b" + ".join(b"g%d" % k for k in range(9)) + b"\noutput M\n")
    expect(3, "train", "maze", f"modulator.text={path}", says="at most 8 numbers are given")


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


def test_trace_of_the_input(d):
    """Its gradient is known in one layer; who needs none trains two."""
    text = write(os.path.join(d, "below.txt"), b"""input u
state h[n]
trace H[n, u]
y = tanh(W @ h + (V + alpha * H) @ u)
H <- rule(post = y, pre = u, eta = modulator(y))
h <- y
output y
""")
    train(os.path.join(d, "one"), "maze", f"network.text={text}", "iterations=2")
    expect(0, "train", "maze", f"network.text={text}", *SMALL[:-1], "iterations=2", "network.layers=2", "learner.type=none",
           "--no-report", "--quiet", "--out", os.path.join(d, "two"))
    expect(2, "train", "maze", f"network.text={text}", "network.layers=2", "--out", os.path.join(d, "no"), says="network.layers=1")


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
    expect(2, "show", "rule", "clip", says="is code")
    for word in ("network.biases", "three | four | none", "given   xi[n]"):
        check("amine show network ctrnn", word in expect(0, "show", "network", "ctrnn").out, word, "")
    expect(2, "show", "nets", "gru", says="the first is network")
    expect(2, "show", "network", "gru", "network.hidden=3", says="has no effect")


QIF = b"""# Quadratic integrate and fire
neuron qif
constant tau_m_ms = 10 from 1e-3 to 1e6 ms "membrane time constant"
constant delta_mv = 15 from 1e-3 to 1e3 mV "so far above rest it runs away"
state v = -65 mV
input I
arrival a
given threshold
x = v + 65
v' = (x * (x - delta_mv * threshold) / delta_mv + I) / tau_m_ms by midpoint
end : v <- v + a
spike v >= 20 : v <- -80
"""


def brain(model):
    return json.dumps({"dt_ms": 0.5, "seed": 3, "populations": [{"name": "E", "n": 60, "model": model, "values": {"delta_mv": 14}}],
                       "projections": [{"source": "E", "target": "E", "connect": "probability", "probability": 0.2, "weight": 1.5}],
                       "inputs": [{"population": "E", "type": "current", "mean": 4, "noise": 20}]}).encode()


def test_neurons(d):
    """A model file with a neuron by its text: a path beside it, or the lines; it goes on without the file."""
    beside = os.path.join(d, "beside")
    os.mkdir(beside)
    text, model = write(os.path.join(beside, "qif.txt"), QIF), write(os.path.join(beside, "model.json"), brain("qif.txt"))
    lines = write(os.path.join(d, "lines.json"), brain(QIF.decode().splitlines()))
    whole, parts, same = (os.path.join(d, name) for name in ("brain-whole", "brain-parts", "brain-lines"))
    simulate = lambda what, folder, *more: expect(0, "simulate", what, *more, "threads=1", "--quiet", "--out", folder)
    simulate(model, whole, "duration_s=0.6")
    check("spikes", read(whole, "spikes.gdf").count(b"\n") > 200, "many", read(whole, "spikes.gdf").count(b"\n"))
    simulate(lines, same, "duration_s=0.6")
    check("lines", read(same, "spikes.gdf") == read(whole, "spikes.gdf"), "the same spikes as of the path", "others")
    simulate(model, parts, "duration_s=0.3")
    os.remove(text)
    expect(0, "resume", parts, "duration_s=0.6", "--quiet")
    check("resumed", read(parts, "spikes.gdf") == read(whole, "spikes.gdf"), "the spikes of one go", "others")
    with open(os.path.join(parts, "config.json"), encoding="utf-8") as f:
        kept = json.load(f)["populations"][0]["model"]
    check("config.json", "\n".join(kept) + "\n" == QIF.decode(), "the text, line by line", kept)
    # keys, and what is wrong
    r = expect(0, "show", lines)
    for word in ("populations.E.values.delta_mv", "so far above rest", "populations.E.values.tau_m_ms"):
        check("amine show", word in r.out, word, r.out)
    expect(2, "simulate", lines, "populations.E.values.tau_mm=3", says="tau_m_ms")
    expect(2, "simulate", lines, "populations.E.values.delta_mv=0", says="it must be a number from 0.001 to 1000")
    expect(3, "simulate", model, says="qif.txt")  # it is gone
    write(text, QIF.replace(b"* (x -", b"* (y -"))
    expect(3, "simulate", model, says="qif.txt:10:12: nothing above says what y is")
    write(lines, brain(QIF.replace(b"by midpoint", b"by magic").decode().splitlines()))
    expect(3, "simulate", lines, says="lines.json: populations.E.model:10:68: magic is no scheme")
    write(lines, brain(["neuron x", 3]))
    expect(3, "simulate", lines, says="it must be the name of a model, the path of a text, or an array of its lines")
    write(lines, brain("qiff"))
    expect(3, "simulate", lines, says="is no neuron model")
    mine = write(os.path.join(d, "mine-qif.txt"), QIF)
    r = expect(0, "show", "neuron", mine)
    for word in ("v           midpoint", "tau_m_ms", "so far above rest"):
        check("amine show neuron", word in r.out, word, r.out)
    out = json.loads(expect(0, "show", "neuron", "lif", "--json").out)
    check("--json", out["states"][1] == {"name": "g_e", "integrated": "exact"}, "g_e", out["states"])
    expect(2, "show", "neuron", "liff", says="did you mean lif?")
    expect(2, "show", "neuron", "spikes", says="is code")
    write(lines, brain("lif"))
    faster = write(os.path.join(d, "other-qif.txt"), QIF.replace(b"-80", b"-70"))
    folder = os.path.join(d, "brain-typed")
    simulate(lines, folder, f"populations.E.model={mine}", "populations.E.values={}", "duration_s=0.3")
    expect(2, "resume", folder, f"populations.E.model={faster}", "duration_s=0.6", says="populations.E.model")


VAN_ROSSUM = b"""# STDP with depression proportional to the weight
synapse van_rossum
constant a_plus = 0.05 from 0 to 1 weight "potentiation of a pair without delay"
constant tau_ms = 20 from 1e-3 to 1e7 ms
weight w from 0 to 2
source x
target y
x' = -x / tau_ms
y' = -y / tau_ms
arrival : w <- w - 0.06 * w * y, x <- x + 1
spike : w <- w + a_plus * x, y <- y + 1
"""


def plastic(rule):
    return json.dumps({"dt_ms": 0.5, "seed": 3, "populations": [{"name": "E", "n": 60, "model": "lif"}],
                       "projections": [{"source": "E", "target": "E", "connect": "probability", "probability": 0.2, "weight": 0.5,
                                        "rule": rule, "values": {"a_plus": 0.04}}],
                       "inputs": [{"population": "E", "type": "current", "mean": 16, "noise": 60}]}).encode()


def test_synapses(d):
    """A model file with a synapse rule by its text, as with a neuron."""
    beside = os.path.join(d, "rule-beside")
    os.mkdir(beside)
    text, model = write(os.path.join(beside, "mine.txt"), VAN_ROSSUM), write(os.path.join(beside, "model.json"), plastic("mine.txt"))
    lines = write(os.path.join(d, "rule-lines.json"), plastic(VAN_ROSSUM.decode().splitlines()))
    whole, parts, same = (os.path.join(d, name) for name in ("rule-whole", "rule-parts", "rule-same"))
    simulate = lambda what, folder, *more: expect(0, "simulate", what, *more, "threads=1", "--quiet", "--out", folder)
    simulate(model, whole, "duration_s=0.6")
    simulate(lines, same, "duration_s=0.6")
    check("lines", read(same, "spikes.gdf") == read(whole, "spikes.gdf"), "the same spikes as of the path", "others")
    plain = os.path.join(d, "rule-plain")
    simulate(lines, plain, "duration_s=0.6", "projections.E-E.rule=none", "projections.E-E.values={}")
    check("learns", read(plain, "spikes.gdf") != read(whole, "spikes.gdf"), "other spikes than without a rule", "the same")
    simulate(model, parts, "duration_s=0.3")
    os.remove(text)
    expect(0, "resume", parts, "duration_s=0.6", "--quiet")
    check("resumed", read(parts, "spikes.gdf") == read(whole, "spikes.gdf"), "the spikes of one go", "others")
    r = expect(0, "show", lines)
    check("amine show", "projections.E-E.values.tau_ms" in r.out and "potentiation of a pair" in r.out, "its constants", r.out)
    expect(2, "simulate", lines, "projections.E-E.values.a_pluss=3", says="a_plus")
    expect(3, "simulate", model, says="mine.txt")  # it is gone
    write(text, VAN_ROSSUM.replace(b"* w * y", b"* w * z"))
    expect(3, "simulate", model, says="mine.txt:10:31: nothing above says what z is")
    write(lines, plastic(VAN_ROSSUM.replace(b"-x / tau_ms", b"-x * x").decode().splitlines()))
    expect(3, "simulate", lines, says="rule-lines.json: projections.E-E.rule:8:9: x' is not linear with constant coefficients: say how")
    write(lines, plastic(["synapse x", 3]))
    expect(3, "simulate", lines, says="it must be the name of a rule, the path of a text, or an array of its lines")
    write(lines, plastic("stdb"))
    expect(3, "simulate", lines, says="is no plasticity rule; did you mean stdp?")
    mine = write(os.path.join(d, "typed.txt"), VAN_ROSSUM)
    r = expect(0, "show", "synapse", mine)
    for word in ("x           of the source", "tau_ms", "values of a projection"):
        check("amine show synapse", word in r.out, word, r.out)
    out = json.loads(expect(0, "show", "synapse", "da-stdp", "--json").out)
    check("--json", out["numbers"][3] == {"name": "c", "of": "of each synapse: its eligibility"}, "c", out["numbers"])
    expect(2, "show", "synapse", "stdb", says="did you mean stdp?")
    expect(2, "show", "synapse", "none", says="is code")
    write(lines, plastic("stdp"))
    typed = os.path.join(d, "rule-typed")
    simulate(lines, typed, f"projections.E-E.rule={mine}", "duration_s=0.6")
    check("typed", read(typed, "spikes.gdf") == read(whole, "spikes.gdf"), "the spikes of the path", "others")
    other = write(os.path.join(d, "typed-other.txt"), VAN_ROSSUM.replace(b"0.06", b"0.07"))
    expect(2, "resume", typed, f"projections.E-E.rule={other}", "duration_s=0.9", says="projections.E-E.rule")


TESTS = [test_same_as_ours, test_neurons, test_synapses, test_keys, test_modulator, test_rule, test_wrong_rules, test_given, test_two_modulators, test_mistakes, test_trace_of_the_input, test_without_the_file, test_show]

if __name__ == "__main__":
    cli.TESTS = TESTS
    sys.exit(cli.main())
