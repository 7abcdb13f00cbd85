"""Check values for real actions: float64, one change by the actor-critic of a small random network.

  real.py           write tests/data/real.safetensors
  real.py --check   recompute and compare with the file (largest difference <= 1e-12)

    x <- tanh(W u + b + U x),   (mu, s) = W_o x + b_o,   a = mu + exp(min(max(s, -3), 1)) e

log pi is that of torch.distributions.Normal, its entropy too, and in the other form of the penalty the integral of
pi^2 is the density of pi's own difference at 0: that of Normal(0, sigma sqrt(2)). The world is a tape of goals g,
whose reward is c - |a - g|^2; draws are those of kin.py. Advantages, returns and actions are held fixed. The
gradient is autograd's, compared here with differences of the objective.
"""
import os
import sys

import numpy as np
import torch
from torch.distributions import Normal

import kin
from kin import B, C_H, C_V, GAMMA, LAMBDA, M, N, POLICY, SEED, T
from neurons import read_safetensors, write_safetensors

FILE = os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "data", "real.safetensors")
K = 2  # numbers of an action
LOW, HIGH = -3, 1
WEIGHTS = [("net.W_l0", (N, M)), ("net.b_l0", (N,)), ("net.U_l0", (N, N)), ("h2o.weight", (2 * K, N)),
           ("h2o.bias", (2 * K,)), ("h2v.weight", (1, N)), ("h2v.bias", (1,))]


def step(w, u, x):
    return torch.tanh(w["net.W_l0"] @ u + w["net.b_l0"] + w["net.U_l0"] @ x)


def policy(w, x):
    heads = w["h2o.weight"] @ x + w["h2o.bias"]
    return Normal(heads[:K], heads[K:].clamp(LOW, HIGH).exp())


def value(w, x):
    return (w["h2v.weight"] @ x + w["h2v.bias"])[0]


def live(w, u, tape, b):
    """Actions, A and returns of one episode, and how many spreads met their bounds."""
    x, actions, rewards, values, bounded = torch.zeros(N), [], [], [], 0
    with torch.no_grad():
        for t in range(T):
            x = step(w, u[b, t], x)
            pi = policy(w, x)
            e = torch.tensor([kin.normal(SEED, POLICY, 0, b, t * K + k) for k in range(K)])
            actions.append(pi.mean + pi.stddev * e)
            apart = actions[-1].numpy() - tape["goals"][b, t]
            rewards.append(tape["rewards"][b, t] - (apart**2).sum())
            values.append(float(value(w, x)))
            s = pi.stddev.log()
            bounded += int(((s <= LOW + 1e-9) | (s >= HIGH - 1e-9)).sum())
    V = np.append(values, 0)
    ahead = kin.ahead(np.array(rewards) + GAMMA * V[1:] - V[:T], GAMMA * LAMBDA)
    return actions, ahead, ahead + V[:T], bounded


def objective(w, u, lived, squared):
    total = 0
    for b, (actions, ahead, returns, _) in enumerate(lived):
        x = torch.zeros(N)
        for t in range(T):
            x = step(w, u[b, t], x)
            pi = policy(w, x)
            if squared:
                other = Normal(torch.zeros(K), pi.stddev * 2**0.5)
                penalty = other.log_prob(torch.zeros(K)).sum().exp()
            else:
                penalty = -pi.entropy().sum()
            total = total + pi.log_prob(actions[t]).sum() * ahead[t] - C_H * penalty
            total = total - C_V * (returns[t] - value(w, x))**2 / 2
    return total / B


def change_of(w, u, tape, squared):
    own = {n: v.clone().requires_grad_(True) for n, v in w.items()}
    lived = [live(w, u, tape, b) for b in range(B)]
    n_bounded = sum(one[3] for one in lived)
    assert 0 < n_bounded < B * T * K / 2, n_bounded
    grad = torch.autograd.grad(objective(own, u, lived, squared), list(own.values()))
    rng, h = np.random.default_rng(1), 1e-6
    for (n, v), g in zip(w.items(), grad):
        along = torch.tensor(rng.normal(0, 1, v.shape))
        ends = [float(objective({**w, n: v + s * h * along}, u, lived, squared)) for s in (1, -1)]
        off = abs((ends[0] - ends[1]) / (2 * h) - float((g * along).sum()))
        assert off < 1e-6 * max(1, float(g.abs().max())), (n, off)
    # to the critic's own weights c_v is 1
    return {n: g.numpy() / (C_V if n[:3] == "h2v" else 1) for n, g in zip(w, grad)}


def make():
    rng = np.random.default_rng(SEED)
    u = torch.tensor(kin.f32(rng.normal(0, 1, (B, T, M))))
    tape = {"rewards": kin.f32(rng.normal(0, 1, (B, T))), "goals": kin.f32(rng.normal(0, 1, (B, T, K)))}
    w = {n: torch.tensor(kin.f32(rng.normal(0, 1 if n[:3] == "h2o" else 0.5, s))) for n, s in WEIGHTS}
    out = {"x": u.numpy(), **tape, **{f"param/{n}": v.numpy() for n, v in w.items()}}
    for squared in (False, True):
        made = change_of(w, u, tape, squared)
        out.update({f"{'squared' if squared else 'true'}/{n}": v for n, v in made.items()})
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
