"""Networks of symbols by PyTorch in float64: windows of a text, state and traces carried from one to the
next and cut from the gradient, gradient descent with a bound on the norm; the rate of eligibility is put
back into [0, 1].

  symbols.py              write tests/data/symbols_expected.txt
  symbols.py --check      recompute and compare to 1e-9

A line is a case: rule, whether the read-out of M fans out, layers; then, for each of six windows, the
mean loss of a token (nats) and the norm of the gradient. The text is tests/data/text.txt, 40 words,
5 lanes, windows of 9 steps; 6 units, vectors of 4 numbers. Element i of the k-th tensor is at first
.4 sin(1 + k + .7 i), alpha's .3 more, without its sign where it is the rate of eligibility.
"""
import os
import sys

import torch

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import text  # noqa: E402

EXPECTED = os.path.join(text.DATA, "symbols_expected.txt")
CASES = [("none", 0, 2), ("clip", 0, 1), ("clip", 1, 2), ("eligibility", 1, 2)]
WORDS, LANES, STEPS, WINDOWS, UNITS, VECTOR, RATE, BOUND, CLIP = 40, 5, 9, 6, 6, 4, .3, 2, .2


def tensors_of(rule, fanout, n_layers):
    """In the order in which they are saved."""
    shapes = {}
    for k in range(n_layers):
        behind = "_l%d" % k if k else ""
        wide = UNITS if k else VECTOR
        shapes.update({"lstm.weight_ih_l%d" % k: (4 * UNITS, wide), "lstm.weight_hh_l%d" % k: (4 * UNITS, UNITS),
                       "lstm.bias_ih_l%d" % k: (4 * UNITS,), "lstm.bias_hh_l%d" % k: (4 * UNITS,)})
        if rule == "none":
            continue
        shapes.update({"lstm.alpha_l%d" % k: (UNITS, UNITS), "h2mod.weight" + behind: (1, UNITS),
                       "h2mod.bias" + behind: (1,)})
        if fanout:
            shapes.update({"modfanout.weight" + behind: (UNITS,), "modfanout.bias" + behind: (UNITS,)})
        if rule == "eligibility":
            shapes["etaet" + behind] = (1,)
    shapes.update({"symbols.weight": (WORDS, VECTOR), "h2s.weight": (WORDS, UNITS), "h2s.bias": (WORDS,)})
    out = {}
    for k, (name, shape) in enumerate(shapes.items()):
        n = shape[0] * (shape[1] if len(shape) > 1 else 1)
        values = .4 * torch.sin(1 + k + .7 * torch.arange(n, dtype=torch.float64)) + .3 * ("alpha" in name)
        out[name] = (values.abs() if "etaet" in name else values).reshape(shape).requires_grad_()
    return out


class Layer:
    """LSTM; with a rule the candidate's recurrent weights have a trace."""

    def __init__(self, w, k, rule):
        def get(name):
            return w.get("lstm.%s_l%d" % (name, k), w.get(name + ("_l%d" % k if k else "")))

        self.ih, self.hh, self.bi, self.bh = map(get, ("weight_ih", "weight_hh", "bias_ih", "bias_hh"))
        self.get, self.rule = get, rule
        self.n = self.hh.shape[1]

    def start(self, lanes):
        zero = torch.zeros(lanes, self.n, dtype=torch.float64)
        trace = torch.zeros(lanes, self.n, self.n, dtype=torch.float64)
        return [zero, zero, trace, trace] if self.rule else [zero, zero]

    def step(self, u, state):
        h, c = state[:2]
        n = self.n
        x = u @ self.ih.T + self.bi + h @ self.hh.T + self.bh
        i, f, o = (torch.sigmoid(x[:, k * n:k * n + n]) for k in (0, 1, 3))
        q = x[:, 2 * n:3 * n]
        if self.rule:
            q = q + torch.einsum("ij,bij,bj->bi", self.get("alpha"), state[2], h)
        g = torch.tanh(q)
        c = f * c + i * g
        y = o * torch.tanh(c)
        if not self.rule:
            return y, [y, c]
        M = torch.tanh(y @ self.get("h2mod.weight").T + self.get("h2mod.bias"))
        eta = M if self.get("modfanout.weight") is None else \
            M * self.get("modfanout.weight") + self.get("modfanout.bias")
        H, E = state[2:]
        hebb = g[:, :, None] * h[:, None, :]
        if self.rule == "clip":
            return y, [y, c, torch.clamp(H + eta[:, :, None] * hebb, -CLIP, CLIP), E]
        eta_e = self.get("etaet")
        return y, [y, c, torch.clamp(H + eta[:, :, None] * E, -CLIP, CLIP), (1 - eta_e) * E + eta_e * hebb]


def losses(w, windows, n_layers, rule):
    """Of each window the mean loss of a token and the norm of the gradient."""
    layers = [Layer(w, k, rule) for k in range(n_layers)]
    lanes = len(windows)
    state = [x.start(lanes) for x in layers]
    for at in range(WINDOWS):
        shown, after = (torch.tensor([windows[k][at][q] for k in range(lanes)]) for q in (0, 1))
        state = [[s.detach() for s in x] for x in state]
        total = 0
        for t in range(STEPS):
            u = w["symbols.weight"][shown[:, t]]
            for k, x in enumerate(layers):
                u, state[k] = x.step(u, state[k])
            z = u @ w["h2s.weight"].T + w["h2s.bias"]
            total = total + torch.nn.functional.cross_entropy(z, after[:, t], reduction="sum")
        loss = total / lanes
        loss.backward()
        used = [x for x in w.values() if x.grad is not None]
        norm = float(torch.sqrt(sum((x.grad ** 2).sum() for x in used)))
        with torch.no_grad():
            for x in used:
                x -= RATE * min(1, BOUND / (norm + 1e-6)) * x.grad
                x.grad = None
            for name in (x for x in w if x.startswith("etaet")):
                w[name].clamp_(0, 1)
        yield float(loss.detach()) / STEPS
        yield norm


def row(rule, fanout, n_layers):
    with open(text.TEXT, "rb") as f:
        tokens = text.tokens_of(f.read(), "words")
    parts = text.split(tokens, 10, .05, .05)
    words, _ = text.alphabet(tokens, parts["train"], "words", WORDS)
    number = {x: k for k, x in enumerate(words)}
    windows = text.windows([number.get(x, 0) for x in parts["train"]], LANES, STEPS)
    return list(losses(tensors_of(rule, fanout, n_layers), windows, n_layers, None if rule == "none" else rule))


def main():
    rows = [row(*case) for case in CASES]
    if sys.argv[1:] != ["--check"]:
        with open(EXPECTED, "w", encoding="ascii") as f:
            for case, values in zip(CASES, rows):
                f.write("%s %d %d " % case + " ".join("%.12g" % x for x in values) + "\n")
        return
    with open(EXPECTED, encoding="ascii") as f:
        lines = f.read().splitlines()
    assert len(lines) == len(CASES)
    for case, values, line in zip(CASES, rows, lines):
        *names, known = line.split(" ", 3)
        assert " ".join(names) == "%s %d %d" % case, line
        known = [float(x) for x in known.split()]
        assert len(known) == len(values) and all(abs(a - b) <= 1e-9 * abs(b) for a, b in zip(values, known)), line
    print("symbols: %d cases" % len(rows))


if __name__ == "__main__":
    main()
