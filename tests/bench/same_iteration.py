#!/usr/bin/python3
"""What amine bench signalling, lstm and plastic-lstm measure is one computation in both programs.

  same_iteration.py AMINE BENCH    BENCH: the folder of peer_delayed_match.py

Trains with the words that the benchmark says, one episode, no step (learner.rate=0), so that the
checkpoint holds the weights and, Adam's beta1 being 0, as adam.m the gradient there. The peer takes
the gradient at the same weights, in float64, of every episode that could have been: each pair of
cues with each last action, the only one that counts. Exactly one must be it, to float32's precision. Then the peer's own
--selftest. Of language and plastic-language two windows of a text in a row: loss and norm of the
gradient. 77: no PyTorch.
"""
import itertools
import json
import os
import subprocess
import sys
import tempfile

try:
    import torch
except ImportError:
    sys.exit(77)

AMINE, BENCH = map(os.path.abspath, sys.argv[1:3])
del sys.argv[1:]  # the peer reads its own
sys.dont_write_bytecode = True
sys.path[:0] = [BENCH, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir,
                                    "reference")]
import peer_delayed_match as peer  # noqa: E402
import peer_language  # noqa: E402
import text  # noqa: E402
from neurons import read_safetensors  # noqa: E402

STEPS, HIDDEN = 6, 7
NEAR, FAR = 1e-5, 1e-3  # of the largest gradient
# the network in the peer's words
BENCHES = (("signalling", "gru"), ("lstm", "lstm"), ("plastic-lstm", "plastic-lstm"))
HEADS = ("h2mod", "h2o", "h2v")
UNITS = ("weight_ih", "weight_hh", "bias_ih", "bias_hh", "alpha")


def ask(*words):
    done = subprocess.run([AMINE, *words], stdout=subprocess.PIPE, check=True)
    return done.stdout


def amine_iteration(bench, seed):
    """Weights and gradient, each by its name."""
    said = json.loads(ask("bench", bench, "peer=none", "rounds=1", "seconds=0.001", "--json",
                          "--quiet"))
    with tempfile.TemporaryDirectory() as folder:
        run = os.path.join(folder, "run")
        ask("train", *said["train"].split(), "iterations=1", "batch=1", f"task.steps={STEPS}",
            f"network.hidden={HIDDEN}", f"seed={seed}", "learner.schedule=constant",
            "learner.rate=0", "learner.beta1=0", "--no-report", "--quiet", "--out", run)
        tensors, _ = read_safetensors(os.path.join(run, "checkpoint.safetensors"))
    before = "adam.m."
    gradient = {k[len(before):]: v for k, v in tensors.items() if k.startswith(before)}
    return {k: tensors[k] for k in gradient}, gradient


def in_order(tensors, network):
    """As net.parameters() has them, in one list."""
    net = peer.make_net(network, "sequence", HIDDEN)
    out = []
    for name, v in net.named_parameters():
        last = name.split(".")[-1].replace("_l0", "")
        ours = [k for k in tensors if (k == name if name.split(".")[0] in HEADS
                                       else k.split(".")[-1] == last + "_l0")]
        assert len(ours) == 1, (name, ours, list(tensors))
        out.append(torch.tensor(tensors[ours[0]]).double().reshape(v.shape))
    assert len(out) == len(tensors), list(tensors)
    return out


def episodes():
    """Inputs, actions [T][1] and reward [1] of each that could be."""
    world = peer.World(1, STEPS, None)
    for first, second, action in itertools.product(range(2), repeat=3):
        u = world.u.clone().double()
        u[0] = u[-2] = 0
        u[0, 0, first] = u[-2, 0, second] = 1
        right = action == (first != second)
        yield u, torch.tensor([0] * (STEPS - 1) + [action])[:, None], torch.tensor([float(right)]).double()


def check(bench, network, seed):
    weights, gradient = (in_order(k, network) for k in amine_iteration(bench, seed))
    scale = max(float(g.abs().max()) for g in gradient)
    apart = []
    for u, actions, reward in episodes():
        _, found = peer.gradients(network, "sequence", HIDDEN, weights, u, actions, reward)
        apart.append(max(float((g + f).abs().max())
                         for g, f in zip(gradient, found)) / scale)
    apart.sort()
    print("%s, seed %d: %.2g from the nearest of %d episodes, %.2g from the next"
          % (bench, seed, apart[0], len(apart), apart[1]))
    return scale > 1e-3 and apart[0] < NEAR and apart[1] > FAR


def check_language(bench, network):
    lanes, steps, words, hidden = 3, 5, 40, 7
    with open(text.TEXT, "rb") as f:
        data = f.read()
    tokens = text.tokens_of(data, "words")
    train = text.split(tokens, 10, .05, .05)["train"]
    alphabet, _ = text.alphabet(tokens, train, "words", words)
    number = {w: k for k, w in enumerate(alphabet)}
    played = text.windows([number.get(w, 0) for w in train], lanes, steps)
    with tempfile.TemporaryDirectory() as folder:
        os.symlink(os.path.abspath(text.TEXT), os.path.join(folder, "bible.txt"))
        here = os.getcwd()
        os.chdir(folder)
        sizes = [f"batch={lanes}", f"task.steps={steps}", f"task.vocabulary={words}", f"network.hidden={hidden}"]
        said = json.loads(ask("bench", bench, "peer=none", "rounds=1", "seconds=0.001", *sizes, "--json", "--quiet"))
        ask("train", *said["train"].split(), *sizes, "iterations=2", "record=1", "learner.rate=0", "--no-report",
            "--quiet", "--out", "run")
        os.chdir(here)
        tensors, _ = read_safetensors(os.path.join(folder, "run", "checkpoint.safetensors"))
        with open(os.path.join(folder, "run", "metrics.jsonl"), encoding="ascii") as f:
            ours = [json.loads(line) for line in f]
    own = {k: v for k, v in tensors.items()
           if k.split(".")[0] in ("lstm", "symbols", "h2s", "h2mod", "modfanout")}
    windows = [[torch.tensor([played[k][at][q] for k in range(lanes)]).T for q in (0, 1)] for at in range(2)]
    found = list(peer_language.losses(network, own, windows))
    apart = max(abs(a / b - 1) for row, (loss, norm) in zip(ours, found)
                for a, b in ((row["loss"], loss), (row["gradient_norm"], norm)))
    print("%s: loss and norm of two windows differ by %.2g" % (bench, apart))
    return len(ours) == len(found) == 2 and apart < NEAR


good = [check_language("language", "lstm"), check_language("plastic-language", "plastic-lstm")]
good += [check(*bench, seed) for bench in BENCHES for seed in (1, 2)]
sys.exit(0 if peer.selftest() == 0 and all(good) else 1)
