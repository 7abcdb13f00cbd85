#!/usr/bin/python3
"""Depth and highway layers on 8 x 8 digits, in PyTorch: the experiment of src/run/study/highway_depth.c once more, with
other random numbers (Srivastava, Greff, Schmidhuber 2015, arXiv 1507.06228).

  highway_depth.py DIGITS.csv.gz [SEED ...]     prints the share of test that is named right, by kind of layer and depth

A layer of depth 1 and all plain layers: y = tanh(W x + b). Layers of highway units above it: y = t tanh(W x + b) + (1 - t) x,
t = sigmoid(V x + c), c = -3 at first. W, V uniform within +-1/sqrt(50) at first, in the form "larger" W sqrt(3) times as much,
b = 0. 2,000 steps of descent, momentum 0.9, rate 0.03, of the mean cross-entropy of 32 examples drawn alike, the norm of the
gradient at most 4. Each fifth row is test. What is printed is the mean of p(right) over test: the share that is right if
answers are drawn.
"""
import gzip
import sys

import numpy as np
import torch

WIDTH, BATCH, STEPS, RATE, MOMENTUM, GATE_BIAS = 50, 32, 2000, 0.03, 0.9, -3.0


def digits(path):
    table = np.loadtxt(gzip.open(path), delimiter=",")
    k = np.arange(len(table))
    test = np.floor((k + 1) * 0.2) > np.floor(k * 0.2)
    x = torch.tensor(table[:, :-1] / table[~test, :-1].max(), dtype=torch.float32)
    y = torch.tensor(table[:, -1].astype(int))
    return x[~test], y[~test], x[test], y[test]


def drawn(rows, columns, bound):
    return ((torch.rand(rows, columns) * 2 - 1) * bound).requires_grad_()


def constant(value):
    return torch.full((WIDTH,), value).requires_grad_()


def train(kind, depth, seed, data):
    torch.manual_seed(seed)
    x, y, x_test, y_test = data
    bound = WIDTH ** -0.5
    layers = []
    for layer in range(depth):
        gain = 3 ** 0.5 if kind == "larger" else 1
        layers.append([drawn(WIDTH, WIDTH if layer else x.shape[1], gain * bound), constant(0.0)])
        if kind == "highway" and layer > 0:
            layers[-1] += [drawn(WIDTH, WIDTH, bound), constant(GATE_BIAS)]
    head = [drawn(10, WIDTH, bound), torch.zeros(10, requires_grad=True)]

    def logits(u):
        for W, b, *gate in layers:
            new = torch.tanh(u @ W.T + b)
            u = u + torch.sigmoid(u @ gate[0].T + gate[1]) * (new - u) if gate else new
        return u @ head[0].T + head[1]

    parameters = [p for layer in layers for p in layer] + head
    descent = torch.optim.SGD(parameters, lr=RATE, momentum=MOMENTUM)
    for _ in range(STEPS):
        rows = torch.randint(len(y), (BATCH,))
        loss = torch.nn.functional.cross_entropy(logits(x[rows]), y[rows])
        descent.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 4)
        descent.step()
    with torch.no_grad():
        p = torch.softmax(logits(x_test), 1)
    return float(p[torch.arange(len(y_test)), y_test].mean())


if __name__ == "__main__":
    torch.set_num_threads(1)
    DATA = digits(sys.argv[1])
    for SEED in [int(word) for word in sys.argv[2:]] or [0]:
        for KIND in ("highway", "plain", "larger"):
            print(SEED, KIND, *("%d: %.3f" % (d, train(KIND, d, SEED, DATA)) for d in (10, 20, 50)), flush=True)
