"""Check values for fast weights and for attention with modulators: PyTorch float64 and autograd.

  retrieval.py           write tests/data/retrieval.safetensors
  retrieval.py --check   recompute and compare with the file (largest difference <= 1e-12)

The networks are written here as their papers have them: a sequence of keys k and values v at once, all matrices
F_t = g_t F_(t-1) + b_t (v_t - F_(t-1) k_t) k_t^T as one product (Schlag et al. 2021; gated: arXiv 2412.06464), or without
- F k for sums; attention by a masked softmax over all pairs of steps (stack.py holds such a one to PyTorch's own).
The loss is minus the log probability of the right answers where there is one, of a linear read-out.
"""
import os
import sys

import numpy as np
import torch

from neurons import read_safetensors, write_safetensors

torch.set_default_dtype(torch.float64)
FILE = os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "data", "retrieval.safetensors")
T, B, M, N, A, HEADS = 9, 20, 7, 6, 5, 3
NOREPINEPHRINE, ACETYLCHOLINE, BETA = 1.5, 0.75, 1.25
FAST = [("fast_weights.in_weight_l0", (3 * N, M)), ("fast_weights.gate_weight_l0", (2, M)),
        ("fast_weights.gate_bias_l0", (2,))]
LOOKING = [("attention_modulated.in_proj_weight_l0", (3 * N, M)), ("attention_modulated.out_proj_weight_l0", (N, N)),
           ("h2mod.weight", (1, M)), ("h2mod.bias", (1,)), ("M_acetylcholine.h2mod.weight", (1, M)),
           ("M_acetylcholine.h2mod.bias", (1,))]
HEAD = [("h2o.weight", (A, N)), ("h2o.bias", (A,))]


def of_the_step_before(x):
    """[T, B, n], one step later, 0 at first."""
    return torch.cat([torch.zeros_like(x[:1]), x[:-1]])


def fast_weights(w, u, delta):
    """What each step reads before it writes, [T, B, N]. By sums, r_t = sum over s < t of g_(s+1) .. g_(t-1) b_s v_s
    (k_s . k_t), the delta rule with v_s - r_s for v_s."""
    k, p, v = (u @ w["fast_weights.in_weight_l0"].T).split(N, 2)
    gates = torch.sigmoid(u @ w["fast_weights.gate_weight_l0"].T + w["fast_weights.gate_bias_l0"])
    b, g = gates[:, :, :1], gates[:, :, 1:]
    k = k + of_the_step_before(p)
    k = k / torch.sqrt((k * k).sum(2, keepdim=True) + 1e-4)
    written, read = [], []
    for t in range(T):
        r = torch.zeros(B, N)
        for s in range(t):
            kept = torch.prod(g[s + 1:t], 0) if t > s + 1 else torch.ones(B, 1)
            r = r + kept * written[s] * (k[s] * k[t]).sum(1, keepdim=True)
        read.append(r)
        written.append(b[t] * (v[t] - delta * r))
    return torch.stack(read)


def attention(w, u):
    k, q, v = (u @ w["attention_modulated.in_proj_weight_l0"].T).split(N, 2)
    gain, new = (torch.tanh(u @ w[slot + "h2mod.weight"].T + w[slot + "h2mod.bias"]) for slot in ("", "M_acetylcholine."))
    q = BETA * torch.exp(NOREPINEPHRINE * gain) * q
    q, k, heads = (a.reshape(T, B, HEADS, N // HEADS).permute(1, 2, 0, 3) for a in (q, of_the_step_before(k), v))
    products = (q @ k.transpose(2, 3) / (N // HEADS)**0.5).masked_fill(torch.ones(T, T).triu(1).bool(), -torch.inf)
    stored, change = (torch.softmax(products, 3) @ heads).permute(2, 0, 1, 3).reshape(T, B, N), ACETYLCHOLINE * new
    return ((1 - change) * stored + (1 + change) * v) @ w["attention_modulated.out_proj_weight_l0"].T


CASES = {"delta": (FAST, lambda w, u: fast_weights(w, u, 1)), "sum": (FAST, lambda w, u: fast_weights(w, u, 0)),
         "attention": (LOOKING, attention)}


def as_matrices(w, u):
    """The delta rule with its matrices written down: that the sums above are it."""
    k, p, v = (u @ w["fast_weights.in_weight_l0"].T).split(N, 2)
    gates = torch.sigmoid(u @ w["fast_weights.gate_weight_l0"].T + w["fast_weights.gate_bias_l0"])
    F, before, read = torch.zeros(B, N, N), torch.zeros(B, N), []
    for t in range(T):
        key = k[t] + before
        key = key / torch.sqrt((key * key).sum(1, keepdim=True) + 1e-4)
        r = (F @ key[:, :, None])[:, :, 0]
        b, g = gates[t, :, :1, None], gates[t, :, 1:, None]
        F = g * F + b * (v[t] - r)[:, :, None] * key[:, None, :]
        before = p[t]
        read.append(r)
    return torch.stack(read)


def make():
    out, rng = {}, np.random.default_rng(20261130)

    def f32(a):
        return np.asarray(a, np.float32).astype(np.float64)

    x, answers = f32(rng.normal(0, 1, (B, T, M))), rng.integers(-1, A, (B, T))
    out.update(x=x, answers=answers.astype(np.float64))
    u, rows = torch.tensor(x).transpose(0, 1), torch.tensor(answers).T
    for name, (tensors, run) in CASES.items():
        w = {n: torch.tensor(f32(rng.normal(0, 0.5, s)), requires_grad=True) for n, s in tensors + HEAD}
        y = run(w, u)
        if name == "delta":
            assert float((y - as_matrices(w, u)).abs().max()) < 1e-13
        logp = torch.log_softmax(y @ w["h2o.weight"].T + w["h2o.bias"], 2)
        of_right = logp.gather(2, rows.clamp(min=0)[:, :, None])[:, :, 0] * (rows >= 0)
        change = torch.autograd.grad(of_right.sum() / B, list(w.values()))
        out.update({f"{name}/param/{n}": v.detach().numpy() for n, v in w.items()})
        out.update({f"{name}/change/{n}": c.numpy() for n, c in zip(w, change)})
        out[f"{name}/surprise"] = np.array([-float(of_right.detach().sum()) / B])
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
