#!/usr/bin/python3
"""Speed peer in PyTorch: the next word of a text by truncated backpropagation through time, in float32.

One iteration is one window of a batch of lanes, with the recipe of the preset language: vectors of the
words, two layers, a softmax over the alphabet,

    L = 1 / lanes sum over lanes and steps of - log p(next),

its gradient with a norm of at most 5, and a step of 1 against it. States, and traces, go on from window
to window and are cut from the gradient there. --network says what the layers are:

  lstm          nn.LSTM, both layers in one call for the whole window
  plastic-lstm  written out (presets/networks/plastic-lstm.txt), with the clip rule, a learned read-out
                that fans out, and alpha for each neuron; what does not wait for the step before, the
                products of the layer's inputs, is one product for the whole window

    g = tanh(W_ig u + b_ig + W_hg h + alpha (H h) + b_hg)
    M = tanh(w_m y + b_m);  H <- clip(H + (f M + k) g h', -1, 1)

The words are drawn by --seed, all alike: an iteration takes as long with these as with a text's.
Left out, in the peer's favour: alpha's own step size.

Prints one line of JSON. For its best time run it with --foreach and with malloc kept from handing memory
back (MALLOC_MMAP_THRESHOLD_=4294967296 MALLOC_TRIM_THRESHOLD_=17179869184 MALLOC_TOP_PAD_=268435456).
"""
import argparse
import ctypes
import itertools
import json
import os
import resource
import sys
import time


def options():
    parser = argparse.ArgumentParser(description="speed peer in PyTorch: the next word of a text")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=2, help="time for so long, though at least 3 iterations")
    parser.add_argument("--warmup", type=int, default=3, help="iterations before those")
    parser.add_argument("--batch", type=int, default=20)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--hidden", type=int, default=200)
    parser.add_argument("--vocabulary", type=int, default=10000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--network", choices=("lstm", "plastic-lstm"), default="lstm")
    parser.add_argument("--foreach", action="store_true", help="the step on all tensors at once")
    return parser.parse_args()


ARGS = options()
os.environ["OPENBLAS_NUM_THREADS"] = str(ARGS.threads)  # read at load; the large products are all its own

import numpy as np  # noqa: E402
import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402
from torch import nn  # noqa: E402

LAYERS, RATE, NORM, CLIP, INIT_ALPHA = 2, 1.0, 5.0, 1.0, 0.01


class Plain(nn.Module):
    """u [T][B][n], state (h, c) [layers][B][n] each, or None -> y [T][B][n], state."""

    def __init__(self, n):
        super().__init__()
        self.lstm = nn.LSTM(n, n, LAYERS)

    def forward(self, u, state):
        return self.lstm(u, state)


class PlasticLayer(nn.Module):
    """u [T][B][n], state (h, c [B][n], H [B][n][n], row post, column pre) -> y [T][B][n], state."""

    def __init__(self, n):
        super().__init__()
        self.n = n
        for name, shape in (("weight_ih", (4 * n, n)), ("weight_hh", (4 * n, n)), ("bias_ih", (4 * n,)),
                            ("bias_hh", (4 * n,)), ("alpha", (n,)), ("fan", (n,)), ("fan_bias", (n,))):
            self.register_parameter(name, nn.Parameter(torch.zeros(shape)))
        self.h2mod = nn.Linear(n, 1)

    def forward(self, u, state):
        h, c, H = state
        given, weight, ys = F.linear(u, self.weight_ih, self.bias_ih + self.bias_hh), self.weight_hh.t(), []
        for now in given:
            i_f, g, o = torch.addmm(now, h, weight).split((2 * self.n, self.n, self.n), 1)
            i, f = torch.sigmoid(i_f).chunk(2, 1)
            g = torch.tanh(torch.addcmul(g, self.alpha, torch.bmm(H, h[:, :, None])[:, :, 0]))
            c = torch.addcmul(i * g, f, c)
            y = torch.sigmoid(o) * torch.tanh(c)
            eta = torch.addcmul(self.fan_bias, torch.tanh(self.h2mod(y)), self.fan)
            H = F.hardtanh(torch.baddbmm(H, (eta * g)[:, :, None], h[:, None, :]), -CLIP, CLIP)
            h = y
            ys.append(y)
        return torch.stack(ys), (h, c, H)


class Plastic(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.n, self.layers = n, nn.ModuleList(PlasticLayer(n) for _ in range(LAYERS))

    def forward(self, u, state):
        if state is None:
            h = u.new_zeros(u.shape[1], self.n)
            state = ((h, h, u.new_zeros(u.shape[1], self.n, self.n)),) * LAYERS
        after = []
        for layer, s in zip(self.layers, state):
            u, s = layer(u, s)
            after.append(s)
        return u, tuple(after)


class Reader(nn.Module):
    def __init__(self, network, n, n_words):
        super().__init__()
        self.vectors, self.h2s = nn.Embedding(n_words, n), nn.Linear(n, n_words)
        self.units = {"lstm": Plain, "plastic-lstm": Plastic}[network](n)

    def loss(self, shown, after, state):
        """shown, after [T][B]; -> L, what is carried on."""
        y, state = self.units(self.vectors(shown), state)
        z = self.h2s(y).flatten(0, 1)
        return F.cross_entropy(z, after.flatten(), reduction="sum") / shown.shape[1], cut(state)


def cut(state):
    return state.detach() if torch.is_tensor(state) else tuple(cut(s) for s in state)


def initialise(net, n, gen):
    """First values as Amine's; what they are is no matter of speed."""
    with torch.no_grad():
        for name, v in net.named_parameters():
            bound = 0.1 if name in ("vectors.weight", "h2s.weight") else 0 if name == "h2s.bias" else n ** -0.5
            v.copy_((2 * torch.rand(v.shape, generator=gen) - 1) * bound)
            if name.endswith("alpha"):
                v.copy_(INIT_ALPHA * torch.rand(v.shape, generator=gen))


def name_of(ours):
    """What a tensor of Amine's checkpoint is called here, of a plastic network."""
    kind, _, layer = ours.partition("_l") if ours[-3:-1] == "_l" else (ours, "", "0")
    layer = layer or "0"
    own = {"h2mod.weight": "h2mod.weight", "h2mod.bias": "h2mod.bias", "modfanout.weight": "fan",
           "modfanout.bias": "fan_bias"}
    if ours in ("h2s.weight", "h2s.bias"):
        return ours
    if ours == "symbols.weight":
        return "vectors.weight"
    return "units.layers.%s.%s" % (layer, own.get(kind, kind.split(".")[-1]))


def losses(network, tensors, windows):
    """Of each window (shown, after [T][B]) L / T and the norm of L's gradient at the tensors of a
    checkpoint of Amine's, by their names there, in float64."""
    n_words, n = tensors["symbols.weight"].shape
    net, state = Reader(network, n, n_words).double(), None
    here = {("units." + k if k.startswith("lstm.") else name_of(k)) if network == "lstm" else name_of(k): v
            for k, v in tensors.items()}
    params = dict(net.named_parameters())
    assert set(params) == set(here), set(params) ^ set(here)
    with torch.no_grad():
        for k, v in here.items():
            params[k].copy_(torch.as_tensor(v).double().reshape(params[k].shape))
    for shown, after in windows:
        net.zero_grad()
        loss, state = net.loss(torch.as_tensor(shown), torch.as_tensor(after), state)
        loss.backward()
        norm = torch.sqrt(sum((p.grad ** 2).sum() for p in net.parameters()))
        yield float(loss) / len(shown), float(norm)


def iterate(args):
    gen = torch.Generator().manual_seed(args.seed)
    net, state = Reader(args.network, args.hidden, args.vocabulary), None
    initialise(net, args.hidden, gen)
    more = {"foreach": True} if args.foreach else {}
    sgd = torch.optim.SGD(net.parameters(), lr=RATE, **more)
    words = torch.randint(args.vocabulary, (64 * args.steps + 1, args.batch), generator=gen)
    for k in itertools.count():
        at = k % 64 * args.steps
        loss, state = net.loss(words[at:at + args.steps], words[at + 1:at + args.steps + 1], state)
        sgd.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), NORM)
        sgd.step()
        yield -loss.item() / args.steps


def blas_name():
    """Which BLAS Debian's PyTorch runs on: the configuration of OpenBLAS, or what can be said."""
    try:
        config = ctypes.CDLL("libblas.so.3").openblas_get_config
    except OSError:
        return "unknown"
    except AttributeError:
        return "not OpenBLAS"
    config.restype = ctypes.c_char_p
    return config().decode().strip()


def bench(args):
    times, rewards, run = [], [], iterate(args)
    for k in itertools.count(1):
        start = time.perf_counter()
        reward = next(run)
        if k > args.warmup:
            times.append((time.perf_counter() - start) * 1e3)
            rewards.append(reward)
        if len(times) >= 3 and sum(times) >= args.seconds * 1e3:
            break
    print(json.dumps({
        "ms_per_iteration": round(float(np.median(times)), 4), "min_ms": round(min(times), 4),
        "peak_rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        "reward": round(float(np.mean(rewards)), 4), "threads": args.threads, "network": args.network,
        "batch": args.batch, "steps": args.steps, "hidden": args.hidden, "iterations": len(times),
        "torch": torch.__version__, "blas": blas_name()}))


if __name__ == "__main__":
    torch.set_num_threads(ARGS.threads)
    sys.exit(bench(ARGS))
