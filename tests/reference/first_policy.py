"""Check values for the way from the policy that a run began with: float64, one change by the actor-critic of a
small random network, less KL_WEIGHT KL(pi || pi_first) of each step.

  first_policy.py           write tests/data/first_policy.safetensors
  first_policy.py --check   recompute and compare with the file (largest difference <= 1e-12)

    x <- tanh(W u + b + U x),   heads = W_o x + b_o

pi is a softmax of A actions, or a Gaussian of K real ones as in real.py; KL is that of torch.distributions. pi_first
is a network of other parameters that meets what pi has met. The episodes are those of iteration 1, whose draws are
kin.py's; episode b is over after ENDS[b] steps. Advantages, returns and actions are held fixed; the gradient is
autograd's, compared here with differences of the objective.
"""
import os
import sys

import numpy as np
import torch
from torch.distributions import Categorical, Normal, kl_divergence

import kin
from kin import A, B, C_H, C_V, GAMMA, LAMBDA, M, N, POLICY, SEED, T
from neurons import read_safetensors, write_safetensors

FILE = os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "data", "first_policy.safetensors")
K, KL_WEIGHT, EPISODE = 2, float(np.float32(0.4)), 1
LOW, HIGH = -3, 1
ENDS = [T if b % 4 else 1 + b % T for b in range(B)]


def shapes(n_out):
    return [("net.W_l0", (N, M)), ("net.b_l0", (N,)), ("net.U_l0", (N, N)), ("h2o.weight", (n_out, N)),
            ("h2o.bias", (n_out,)), ("h2v.weight", (1, N)), ("h2v.bias", (1,))]


def step(w, u, x):
    return torch.tanh(w["net.W_l0"] @ u + w["net.b_l0"] + w["net.U_l0"] @ x)


def policy(w, x, real):
    heads = w["h2o.weight"] @ x + w["h2o.bias"]
    return Normal(heads[:K], heads[K:].clamp(LOW, HIGH).exp()) if real else Categorical(logits=heads)


def value(w, x):
    return (w["h2v.weight"] @ x + w["h2v.bias"])[0]


def live(w, tape, b, real):
    """Actions, A and returns of one episode."""
    x, actions, rewards, values = torch.zeros(N), [], [], []
    with torch.no_grad():
        for t in range(ENDS[b]):
            x = step(w, tape["u"][b, t], x)
            pi = policy(w, x, real)
            if real:
                e = [kin.normal(SEED, POLICY, EPISODE, b, t * K + k) for k in range(K)]
                actions.append(pi.mean + pi.stddev * torch.tensor(e))
                rewards.append(tape["rewards"][b, t, 0] - ((actions[-1].numpy() - tape["goals"][b, t])**2).sum())
            else:
                actions.append(torch.tensor(kin.choose(pi.probs.numpy(), EPISODE, b, t)))
                rewards.append(tape["rewards"][b, t, int(actions[-1])])
            values.append(float(value(w, x)))
    V = np.append(values, 0)
    delta = np.array(rewards) + GAMMA * V[1:] - V[:-1]
    ahead = kin.ahead(np.append(delta, np.zeros(T - ENDS[b])), GAMMA * LAMBDA)[:ENDS[b]]
    return actions, ahead, ahead + V[:-1]


def objective(w, first, tape, lived, real):
    """What is ascended, and the sum of KL, means over episodes."""
    total = kl = 0
    for b, (actions, ahead, returns) in enumerate(lived):
        x, y = torch.zeros(N), torch.zeros(N)
        for t in range(ENDS[b]):
            x, y = step(w, tape["u"][b, t], x), step(first, tape["u"][b, t], y)
            pi, old = policy(w, x, real), policy(first, y, real)
            here = kl_divergence(pi, old).sum()
            total = total + pi.log_prob(actions[t]).sum() * ahead[t] + C_H * pi.entropy().sum()
            total = total - C_V * (returns[t] - value(w, x))**2 / 2 - KL_WEIGHT * here
            kl = kl + here
    return total / B, kl / B


def change_of(w, first, tape, real):
    own = {n: v.clone().requires_grad_(True) for n, v in w.items()}
    lived = [live(w, tape, b, real) for b in range(B)]
    total, kl = objective(own, first, tape, lived, real)
    grad = torch.autograd.grad(total, list(own.values()))
    rng, h = np.random.default_rng(1), 1e-6
    for (n, v), g in zip(w.items(), grad):
        along = torch.tensor(rng.normal(0, 1, v.shape))
        ends = [float(objective({**w, n: v + s * h * along}, first, tape, lived, real)[0]) for s in (1, -1)]
        off = abs((ends[0] - ends[1]) / (2 * h) - float((g * along).sum()))
        assert off < 1e-6 * max(1, float(g.abs().max())), (n, off)
    # to the critic's own weights c_v is 1
    return {**{n: g.numpy() / (C_V if n[:3] == "h2v" else 1) for n, g in zip(w, grad)}, "kl": np.array([float(kl.detach())])}


def make():
    rng = np.random.default_rng(SEED)
    u = kin.f32(rng.normal(0, 1, (B, T, M)))
    tape = {"rewards": kin.f32(rng.normal(0, 1, (B, T, A))), "goals": kin.f32(rng.normal(0, 1, (B, T, K)))}
    out = {"x": u, "ends": np.array(ENDS, float), **tape}
    tape["u"] = torch.tensor(u)
    for real in (False, True):
        kind, n_out = ("real", 2 * K) if real else ("actions", A)
        networks = [{n: torch.tensor(kin.f32(rng.normal(0, 0.5, s))) for n, s in shapes(n_out)}
                    for _ in range(2)]
        for name, w in zip(("first", "param"), networks):
            out.update({f"{kind}/{name}/{n}": v.numpy() for n, v in w.items()})
        made = change_of(networks[1], networks[0], tape, real)
        out.update({f"{kind}/change/{n}": v for n, v in made.items()})
    assert kin.margin[0] > 1e-5, kin.margin  # no draw so near a bound that float32 decides otherwise
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
