#!/usr/bin/env python3
"""Weights from other programs: test_weights.py PATH_OF_AMINE [PART ...]

The Python of docs/checkpoints.md is run as it stands there, on a small run of its name; what it writes has
to come back. Shares the tools of test_cli.py."""
import json
import os
import re
import sys

sys.dont_write_bytecode = True  # nothing is left beside the sources
import test_cli as cli
from test_cli import check, expect, read

SMALL = ["task.size=5", "task.steps=12", "network.hidden=12", "batch=8", "threads=1"]
PAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../docs/checkpoints.md")


def blocks():
    with open(PAGE, encoding="utf-8") as f:
        return re.findall(r"```python\n(.*?)```", f.read(), re.S)


def small_run(d):
    folder = os.path.join(d, "runs", "maze-seed1")
    if not os.path.exists(folder):
        expect(0, "train", "maze", "iterations=3", *SMALL, "--no-report", "--quiet", "--out", folder)
    return folder


def run_page(d, n):
    """The first n blocks of the page, in folder d; their names."""
    names, here = {"print": lambda *words: None}, os.getcwd()
    os.chdir(d)
    try:
        for block in blocks()[:n]:
            exec(block, names)
    finally:
        os.chdir(here)
    return names


def reward(*args):
    return json.loads(expect(0, "eval", *args, "episodes=50", "--json").out)


def test_numpy(d):
    folder = small_run(d)
    names = run_page(d, 2)
    lesioned = os.path.join(d, "lesioned.safetensors")
    same = os.path.join(d, "same.safetensors")
    tensors, _ = names["read"](os.path.join(folder, "checkpoint.safetensors"))
    names["write"](same, tensors)
    own, again = reward(folder), reward(folder, "weights=" + same)
    check("the same weights", own["reward"] == again["reward"] and again["weights"] == same, own, again)
    cut, _ = names["read"](lesioned)
    check("a lesion", (cut["w"] == 0).sum() >= cut["w"].size // 2 > (tensors["w"] == 0).sum(), "zeros", cut["w"])
    expect(0, "eval", folder, "weights=" + lesioned, "episodes=5")
    names["write"](lesioned, {n: -9 * a for n, a in tensors.items()})
    other = reward(folder, "weights=" + lesioned)
    check("other weights", own["reward"] != other["reward"], "another reward", other)
    preset = reward("maze", *SMALL, "weights=" + same, "seed=1")
    check("a preset and weights", preset["reward"] == own["reward"], own, preset)
    parameters = {n: a for n, a in tensors.items() if not re.match(r"(adam|run)\.", n)}
    names["write"](same, parameters)
    check("parameters alone", reward(folder, "weights=" + same)["reward"] == own["reward"], own, "another")


def test_train(d):
    """A run that begins with weights: they are its first checkpoint's, it keeps them, and goes on to the bit."""
    small_run(d)
    names, begun, weights = run_page(d, 1), os.path.join(d, "begun"), os.path.join(d, "w.safetensors")
    tensors, _ = names["read"](os.path.join(small_run(d), "checkpoint.safetensors"))
    parameters = {n: a for n, a in tensors.items() if not re.match(r"(adam|run)\.", n)}
    names["write"](weights, parameters)
    expect(0, "train", "maze", *SMALL, "iterations=4", "learner.rate=0", "weights=" + weights,
           "--no-report", "--quiet", "--out", begun)
    later, _ = names["read"](os.path.join(begun, "checkpoint.safetensors"))
    check("weights begin", all((later[n] == a).all() for n, a in parameters.items()), "the file's", "others")
    check("a copy", read(begun, "weights.safetensors") == read(weights), "the same bytes", "others")
    config = json.loads(read(begun, "config.json"))
    check("config.json", config["weights"] == "weights.safetensors", "its copy", config.get("weights"))
    os.remove(weights)
    again, on = os.path.join(d, "again"), os.path.join(d, "on")
    learning = ["iterations=4", "learner.schedule_iterations=4", "--no-report", "--quiet", "--out"]
    copy = os.path.join(begun, "weights.safetensors")
    expect(0, "train", "maze", *SMALL, "weights=" + copy, *learning, again)
    expect(0, "train", "maze", *SMALL, "weights=" + copy, "iterations=2", *learning[1:], on)
    expect(2, "resume", on, "weights=" + copy, says="keeps its weights")
    expect(0, "resume", on, "iterations=4", "--no-report", "--quiet")
    a, b = (names["read"](os.path.join(f, "checkpoint.safetensors"))[0] for f in (again, on))
    check("resume", all((a[n] == b[n]).all() for n in a), "the same tensors", "others")
    expect(0, "train", os.path.join(begun, "config.json"), "--no-report", "--quiet", "--out",
           os.path.join(d, "from the folder"))
    several = os.path.join(d, "several")
    expect(0, "train", os.path.join(begun, "config.json"), "seeds=2", "--quiet", "--no-report", "--out", several)
    expect(2, "resume", several, "weights=" + copy, says="keeps its weights")
    expect(0, "resume", several, "iterations=5", "--quiet", "--no-report")
    seeds = json.loads(read(several, "seeds.json"))
    check("seeds.json", "weights.safetensors" in json.dumps(seeds) and d not in json.dumps(seeds),
          "the copy beside it", seeds)


def test_from(d):
    """A network from a run goes to another task, and only what is named learns."""
    folder, new, bare = small_run(d), os.path.join(d, "new"), ["--no-report", "--quiet"]
    names = run_page(d, 1)
    r = expect(0, "train", "bandit", "from=" + folder, "learn=heads,biases", "iterations=20", *bare[:1], "--out", new)
    check("a note", "made anew, and learned whatever learns: i2h.weight, signal.weight_ih_l0" in r.err, "its tensors", r)
    check("notes.txt", "made anew" in read(new, "notes.txt").decode(), "the line", read(new, "notes.txt"))
    config = json.loads(read(new, "config.json"))
    check("config.json", (config["from"], config["learn"]) == ("weights.safetensors", "biases,heads"), "both keys", config)
    check("its network", config["network"]["hidden"] == 12, 12, config["network"])
    a, b = (names["read"](os.path.join(f, "checkpoint.safetensors"))[0] for f in (folder, new))
    same = {n: a[n].shape == b[n].shape and (a[n] == b[n]).all() for n in b if "." not in n or n[:3] in ("i2h", "h2m")}
    check("what is held", same == {n: n[:3] != "i2h" for n in same}, "all but the input's", same)
    expect(2, "resume", new, "from=" + folder, "iterations=30", says="keeps its weights")
    expect(2, "resume", new, "learn=all", "iterations=30", says="learn=biases,heads cannot be changed to all")
    expect(0, "resume", new, "iterations=30", *bare)
    expect(0, "train", os.path.join(new, "config.json"), "iterations=3", "seeds=2", *bare, "--out", os.path.join(d, "two"))
    shown = reward("bandit", "from=" + folder)
    check("evaluated elsewhere", shown["iteration"] == 0 and "network_from" in shown, "its source", shown)
    expect(2, "train", "bandit", "learn=heads,wieghts", says="did you mean weights?")
    expect(2, "train", "maze", *SMALL, "learn=gains", says="learn=gains: this network has none that learn")
    expect(3, "train", "maze", "from=" + d, says=d)
    expect(2, "train", "maze", "from=" + folder, "weights=" + folder, says="one of them is enough")


def test_refused(d):
    folder = small_run(d)
    names, bad = run_page(d, 1), os.path.join(d, "bad.safetensors")
    tensors, _ = names["read"](os.path.join(folder, "checkpoint.safetensors"))

    def refused(changed, *parts):
        names["write"](bad, {n: a for n, a in changed.items() if a is not None})
        r = expect(3, "eval", folder, "weights=" + bad, says=parts[0])
        for part in parts[1:]:
            check("a sentence", part in r.err, part, r)

    refused({**tensors, "w": tensors["w"][:5]}, "tensor w: shape [12, 12] is wanted, [5, 12] is found")
    refused({**tensors, "alpha": None}, "alpha is missing")
    refused({**tensors, "alpha": None, "alhpa": tensors["alpha"]}, "alpha is missing",
            "alhpa is no tensor of this network (is it alpha?)")
    refused({**tensors, "w": tensors["w"] * float("nan")}, "w holds a value that is not finite")
    refused({n + "x": a for n, a in tensors.items()}, "is missing; ", "; and ")
    names["write"](bad, tensors)
    r = expect(3, "eval", bad, says="it has no checksums, so another program wrote it")
    check("how to use it", "weights=FILE" in r.err, "weights=FILE", r)
    cli.write(os.path.join(folder, "checkpoint.safetensors"), read(bad))
    expect(3, "resume", folder, "iterations=5", says="it has no checksums")
    expect(3, "eval", "maze", "weights=" + os.path.join(d, "none.safetensors"), says="none.safetensors")
    expect(2, "eval", "maze", says="weights=FILE")
    expect(2, "eval", "maze", "weights=", says="a file, or none")


def test_torch(d):
    try:
        import torch
    except ImportError:
        print("skipped: no PyTorch")
        return
    del torch
    folder = small_run(d)
    run_page(d, 3)
    halved = reward(folder, "weights=" + os.path.join(d, "halved.safetensors"))
    check("halved weights", halved["reward"] != reward(folder)["reward"], "another reward", halved)


TESTS = [test_numpy, test_train, test_from, test_refused, test_torch]

if __name__ == "__main__":
    cli.TESTS = TESTS
    sys.exit(cli.main())
