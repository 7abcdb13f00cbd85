"""Check values for gated recurrent units: PyTorch float64 and autograd, and plain loops for traces.

  gru.py           write tests/data/gru.safetensors
  gru.py --check   recompute and compare with the file (largest difference <= 1e-12)

Cases of different shape; each is a stack of layers over T steps in B lanes, with weights, inputs
and initial states of 0. The loss is sum over t, lanes, units of c * h (the top layer), c given, so
that its gradient is known to autograd; `gradient/...` are all weights', `dx` the input's.

Local traces, for the lowest layer alone, by the definition (src/equation/plan_eligibility.h), one loop for
each weight: e, tag and change, with the credits L and N and dopamine delta given, for both kinds of trace. What
a trace multiplies is taken from autograd, not from formulas: psi_j s_i is the derivative of unit j's
next state with respect to the weight with the state before held fixed, and the diagonal d_j that
with respect to the unit's own state before.
"""
import os
import sys

import numpy as np
import torch

from neurons import read_safetensors, write_safetensors

torch.set_default_dtype(torch.float64)
FILE = os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "data", "gru.safetensors")
CASES = [dict(m=3, n=5, layers=1, T=7, B=2), dict(m=1, n=4, layers=2, T=6, B=16),
         dict(m=9, n=24, layers=1, T=12, B=5), dict(m=4, n=9, layers=3, T=5, B=11)]


def f32(a):
    return np.asarray(a, np.float32).astype(np.float64)


def network(case, rng):
    gru = torch.nn.GRU(case["m"], case["n"], case["layers"])
    for p in gru.parameters():
        p.data = torch.tensor(f32(rng.normal(0, 0.6, p.shape)))
    return gru


def one_step(gru, x, h):
    """The lowest layer as a function of its own weights, for autograd."""
    n = h.shape[-1]
    gi = x @ gru.weight_ih_l0.T + gru.bias_ih_l0
    gh = h @ gru.weight_hh_l0.T + gru.bias_hh_l0
    r = torch.sigmoid(gi[:n] + gh[:n])
    z = torch.sigmoid(gi[n:2 * n] + gh[n:2 * n])
    new = torch.tanh(gi[2 * n:] + r * gh[2 * n:])
    return (1 - z) * new + z * h, z


def traces(gru, x, credit, delta, now, k, kind):
    """Changes of the four tensors, lane by lane, step by step."""
    weights = [gru.weight_ih_l0, gru.weight_hh_l0, gru.bias_ih_l0, gru.bias_hh_l0]
    n, (T, B, _) = gru.hidden_size, x.shape
    change = [torch.zeros_like(w) for w in weights]
    for b in range(B):
        h = torch.zeros(n)
        e = [torch.zeros_like(w) for w in weights]
        tag = [torch.zeros_like(w) for w in weights]
        for t in range(T):
            before = h.clone().requires_grad_(True)
            after, z = one_step(gru, x[t, b], before)
            for j in range(n):
                grads = torch.autograd.grad(after[j], weights + [before], retain_graph=True)
                own = grads[-1][j] if kind == "diagonal" else z[j]
                for w in range(4):
                    rows = [j, n + j, 2 * n + j]  # the gates of unit j
                    e[w][rows] = own.detach() * e[w][rows] + grads[w][rows]
                    tag[w][rows] = k * tag[w][rows] + credit[t, b, j] * e[w][rows]
            for w in range(4):
                each = now[t, b].repeat(3) if w > 1 else now[t, b].repeat(3)[:, None]
                change[w] += delta[t, b] * tag[w] + each * e[w]
            h = after.detach()
    return change


NAMES = ["weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"]


def make():
    out, rng = {}, np.random.default_rng(20261122)
    for number, case in enumerate(CASES):
        key = lambda name: f"{number}/{name}"
        gru = network(case, rng)
        x = torch.tensor(f32(rng.normal(0, 1, (case["T"], case["B"], case["m"]))), requires_grad=True)
        c = torch.tensor(f32(rng.normal(0, 1, (case["T"], case["B"], case["n"]))))
        h, _ = gru(x)
        (h * c).sum().backward()
        out[key("x")], out[key("c")], out[key("h")] = x.detach().numpy(), c.numpy(), h.detach().numpy()
        out[key("dx")] = x.grad.numpy()
        for name, p in gru.named_parameters():
            out[key("param/" + name)] = p.detach().numpy()
            out[key("gradient/" + name)] = p.grad.numpy().copy()
        if case["n"] > 10:
            continue  # one autograd call a unit, lane and step
        delta = torch.tensor(f32(rng.normal(0, 1, (case["T"], case["B"]))))
        now = torch.tensor(f32(rng.normal(0, 1, (case["T"], case["B"], case["n"]))))
        out[key("delta")], out[key("now")] = delta.numpy(), now.numpy()
        for kind in ("diagonal", "decay"):
            change = traces(gru, x.detach(), c, delta, now, 0.75, kind)
            for name, d in zip(NAMES, change):
                out[key(f"{kind}/{name}")] = d.numpy()
    return out


if __name__ == "__main__":
    made = make()
    if "--check" in sys.argv:
        kept, _ = read_safetensors(FILE)
        assert set(kept) == set(made), "other tensors"
        worst = max(float(np.abs(kept[k] - made[k]).max()) for k in made)
        print("largest difference", worst)
        sys.exit(worst > 1e-12)
    write_safetensors(FILE, made, {})
