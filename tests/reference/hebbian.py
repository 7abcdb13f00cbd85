"""Check values for the Hebbian RNN: PyTorch float64 and autograd, and the delta rule in plain NumPy.

  hebbian.py           write tests/data/hebbian.safetensors
  hebbian.py --check   recompute and compare with the file (largest difference <= 1e-12)

Every stage of src/network/hebbian_rnn_lane.h in cases of different shape, T steps in B lanes:

  x_t = tanh(W_x u_t + b + (W_h + H) h),  h = x_{t-1};  y_t = W_o x_t + b_o;  then H by its stage,
  of products x_t h', or x_t x_t' where the stage is "... same".

The loss is summed over lanes: -(1/T) sum_t asked_t 1/n_o sum_k (y - y*)^2, what an episode earns;
`gradient/...` are its derivatives by autograd, H and m included, m given. `delta/...` is the delta
rule, one loop for each weight: sum over lanes of 1/T sum_t asked_t (y* - y) x'. A clipped case has a
bound that is met, and every |H| is then away from it or beyond it, not on it.
"""
import os
import sys

import numpy as np
import torch

from neurons import read_safetensors, write_safetensors

torch.set_default_dtype(torch.float64)
FILE = os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "data",
                    "hebbian.safetensors")
STAGES = ["none", "basic", "connection", "outer", "accumulate", "decay", "modulated",
          # with both ends of a product from the same step
          "outer same", "accumulate same", "decay same", "modulated same"]
SHAPES = [dict(m=3, n=5, o=2, T=7, B=3, eta=0.4, c=0.25), dict(m=1, n=9, o=1, T=10, B=16, eta=0.1, c=1),
          dict(m=13, n=17, o=4, T=4, B=6, eta=0.7, c=0.5)]


def f32(a):
    return np.asarray(a, np.float32).astype(np.float64)


def by_connection(x, h):
    """Hebb's product, connection by connection: what came in times what went out."""
    return torch.stack([torch.stack([h[i] * x[j] for i in range(len(h))]) for j in range(len(x))])


def next_trace(stage, H, x, h, m, eta, c):
    stage, _, same = stage.partition(" ")
    product = x[:, None] * (x if same else h)[None, :]
    if stage == "none":
        return torch.zeros_like(H)
    if stage == "basic":
        return eta * torch.diag(x * h)
    if stage == "connection":
        return eta * by_connection(x, h)
    if stage == "outer":
        return eta * product
    if stage == "accumulate":
        return torch.clamp(H + eta * product, -c, c)
    return (1 - eta) * H + eta * (m if stage == "modulated" else 1) * product


def live(stage, shape, p, u, m):
    """x [T][B][n], the last H [B][n][n], and how often |H| met the bound."""
    n, hits, xs, traces = shape["n"], 0, [], []
    for lane in range(shape["B"]):
        x, H, of_lane = torch.zeros(n), torch.zeros(n, n), []
        for t in range(shape["T"]):
            h = x
            x = torch.tanh(p["i2h.weight"] @ u[t, lane] + p["i2h.bias"] + (p["w"] + H) @ h)
            H = next_trace(stage, H, x, h, m[t, lane], f32(shape["eta"]).item(),
                           f32(shape["c"]).item())
            hits += int((H.abs() >= shape["c"]).sum())
            of_lane.append(x)
        xs.append(torch.stack(of_lane))
        traces.append(H)
    return torch.stack(xs, 1), torch.stack(traces), hits


def delta_rule(x, y, wanted, asked, n_steps):
    """One loop for each weight."""
    (T, B, n), o = x.shape, y.shape[2]
    W, b = np.zeros((o, n)), np.zeros(o)
    for k in range(o):
        for lane in range(B):
            for t in range(T):
                e = asked[t, lane] * (wanted[t, lane, k] - y[t, lane, k]) / n_steps
                b[k] += e
                for i in range(n):
                    W[k, i] += e * x[t, lane, i]
    return W, b


def make():
    out, rng = {}, np.random.default_rng(20261123)
    for number, shape in enumerate(SHAPES):
        m, n, o, T, B = (shape[k] for k in "mnoTB")
        drawn = {"i2h.weight": rng.normal(0, 0.8, (n, m)), "i2h.bias": rng.normal(0, 0.3, n),
                 "w": rng.normal(0, 1.2 / np.sqrt(n), (n, n)), "h2o.weight": rng.normal(0, 0.5, (o, n)),
                 "h2o.bias": rng.normal(0, 0.3, o)}
        u, level = f32(rng.normal(0, 1, (T, B, m))), f32(rng.uniform(-1, 1, (T, B)))
        wanted, asked = f32(rng.normal(0, 1, (T, B, o))), f32(rng.integers(0, 2, (T, B)))
        for stage in STAGES:
            key = lambda name: f"{number}/{stage}/{name}"
            p = {k: torch.tensor(f32(v), requires_grad=True) for k, v in drawn.items()}
            x, H, hits = live(stage, shape, p, torch.tensor(u), torch.tensor(level))
            assert "accumulate" not in stage or (hits > 0) == (number != 1), hits
            y = x @ p["h2o.weight"].T + p["h2o.bias"]
            error = ((y - torch.tensor(wanted)) ** 2).mean(2) * torch.tensor(asked)
            (-error.sum() / T).backward()
            out[key("x")], out[key("H")], out[key("y")] = (v.detach().numpy() for v in (x, H, y))
            for name, v in p.items():
                out[key("gradient/" + name)] = v.grad.numpy()
            W, b = delta_rule(x.detach().numpy(), y.detach().numpy(), wanted, asked, T)
            out[key("delta/h2o.weight")], out[key("delta/h2o.bias")] = W, b
        for name, v in drawn.items():
            out[f"{number}/param/{name}"] = f32(v)
        out[f"{number}/u"], out[f"{number}/m"] = u, level
        out[f"{number}/wanted"], out[f"{number}/asked"] = wanted, asked
        out[f"{number}/rule"] = f32([shape["eta"], shape["c"]])
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
