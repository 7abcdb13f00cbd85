"""Check values for the network fast-weight-memory: PyTorch, float64, one change by backprop through an episode.

  fast_weight_memory.py           write tests/data/fast_weight_memory.safetensors
  fast_weight_memory.py --check   recompute and compare with the file (largest difference <= 1e-12)

Written from presets/networks/fast-weight-memory.txt's equations, each matrix held once:

    F <- F + b (v - F k') k'^T     k' the key of the step before, b a rate for each row
    B <- B + c (w - B l) l^T       w and part of c read the input of the step before
    y = tanh(W_u u + b_u + W_r F k + W_m (F k * (W_g u + W_t B q)) + W_s B q + W_h y')

both read before they are written. The world is a tape as in kin.py: inputs, and rewards of each action. `param/...`, and
`change/...`: the gradient of the actor-critic's objective, returns and advantages held fixed, compared here with differences of it.
"""
import os
import sys

import numpy as np
import torch

import kin
from kin import A, B, C_H, C_V, GAMMA, LAMBDA, SEED, T
from neurons import read_safetensors, write_safetensors

FILE = os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "data", "fast_weight_memory.safetensors")
M, N, D = 5, 6, 16
SHAPES = {**{f"W_{x}": (D, M) for x in "kvblqwcg"}, **{f"b_{x}": (D,) for x in "kvblqwc"}, "U_c": (D, M), "W_t": (D, D),
          "W_u": (N, M), "b_u": (N,), "W_r": (N, D), "W_m": (N, D), "W_s": (N, D), "W_h": (N, N)}
HEADS = {"h2o.weight": (A, N), "h2o.bias": (A,), "h2v.weight": (1, N), "h2v.bias": (1,)}
NAMES = {**{f"fwm.{n}_l0": s for n, s in SHAPES.items()}, **HEADS}


def key(W, b, u):
    a = torch.tanh(W @ u + b)
    return a / torch.sqrt(a @ a + 0.1)


class Memory:
    def __init__(self, w):
        self.w = {n: w[f"fwm.{n}_l0"] for n in SHAPES}
        self.F, self.B = torch.zeros(D, D), torch.zeros(D, D)
        self.y, self.k, self.u = torch.zeros(N), torch.zeros(D), torch.zeros(M)

    def step(self, u):
        w = self.w
        k, l, q = (key(w[f"W_{x}"], w[f"b_{x}"], u) for x in "klq")
        read, before = self.F @ k, self.B @ q
        sought = w["W_g"] @ u + w["W_t"] @ before
        self.y = torch.tanh(w["W_u"] @ u + w["b_u"] + w["W_r"] @ read + w["W_m"] @ (read * sought) +
                            w["W_s"] @ before + w["W_h"] @ self.y)
        b = torch.sigmoid(w["W_b"] @ u + w["b_b"])
        c = torch.sigmoid(w["W_c"] @ u + w["U_c"] @ self.u + w["b_c"])
        self.F = self.F + torch.outer(b * (w["W_v"] @ u + w["b_v"] - self.F @ self.k), self.k)
        self.B = self.B + torch.outer(c * (w["W_w"] @ self.u + w["b_w"] - self.B @ l), l)
        self.k, self.u = k, u
        return self.y


def value_of(w, y):
    return (w["h2v.weight"] @ y + w["h2v.bias"])[0]


def live(w, u, rewards, lane):
    """Actions, values and advantages of one episode."""
    memory, actions, values = Memory(w), [], []
    with torch.no_grad():
        for t in range(T):
            y = memory.step(u[lane, t])
            actions.append(kin.choose(kin.policy(w, y).exp().numpy(), 0, lane, t))
            values.append(float(value_of(w, y)))
    earned = np.array([rewards[lane, t, a] for t, a in enumerate(actions)])
    delta = earned + GAMMA * np.append(values[1:], 0) - values
    return actions, values, kin.ahead(delta, GAMMA * LAMBDA)


def objective(w, u, lived):
    total = 0
    for lane, (actions, values, ahead) in enumerate(lived):
        memory = Memory(w)
        for t in range(T):
            y = memory.step(u[lane, t])
            logp = kin.policy(w, y)
            total = total + logp[actions[t]] * ahead[t] + C_H * kin.entropy(logp)
            total = total - C_V * (ahead[t] + values[t] - value_of(w, y))**2 / 2
    return total / B


def make():
    rng = np.random.default_rng(SEED)
    u = torch.tensor(kin.f32(rng.normal(0, 1, (B, T, M))))
    rewards = kin.f32(rng.normal(0, 1, (B, T, A)))
    w = {n: torch.tensor(kin.f32(rng.normal(0, 0.5, s))) for n, s in NAMES.items()}
    lived = [live(w, u, rewards, lane) for lane in range(B)]
    own = {n: v.clone().requires_grad_(True) for n, v in w.items()}
    change = dict(zip(own, torch.autograd.grad(objective(own, u, lived), list(own.values()))))
    for n, v in w.items():
        along, h = torch.tensor(rng.normal(0, 1, v.shape)), 1e-5
        ends = [float(objective({**w, n: v + s * h * along}, u, lived)) for s in (1, -1)]
        off = abs((ends[0] - ends[1]) / (2 * h) - float((change[n] * along).sum()))
        assert off < 1e-7, (n, off)
    assert kin.margin[0] > 1e-5, kin.margin  # or float32 might choose another action
    out = {"x": u.numpy(), "rewards": rewards}
    out.update({f"param/{n}": v.numpy() for n, v in w.items()})
    # to the critic's own weights c_v is 1
    out.update({f"change/{n}": (c / (C_V if n[:3] == "h2v" else 1)).numpy() for n, c in change.items()})
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
