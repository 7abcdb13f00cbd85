"""Check values for the gradient through traces that are penalised, and of which the second begins anew with each
trial: float64, one change by what is taught of a small plastic network, less PENALTY times the mean of H^2 at each step.

  traces.py           write tests/data/traces.safetensors
  traces.py --check   recompute and compare with the file (largest difference <= 1e-12)

    y = tanh(W u + b + (w + alpha o H) x),  logits = W_o y + b_o,  then x <- y and, with the x before,

    clip          H <- clip(H + m y x', -C, C)
    eligibility   H <- clip(H + m E, -C, C) with the old E, then E <- (1 - eta_e) E + eta_e y x'
    anew          the same, and E <- 0 where a trial begins with the step, before H takes it up
    m = tanh(p . y);  x, H and E are 0 before the first step

ascends the mean over episodes of sum_t [ log pi(answer_t) - PENALTY mean_ij H_t,ij^2 ], where H_t is what step t reads
and an answer below 0 asks for nothing. Episode b is over after ENDS[b] steps. The gradient is autograd's, compared
here with differences of the objective.
"""
import os
import sys

import numpy as np
import torch

import kin
from neurons import read_safetensors, write_safetensors

FILE = os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "data", "traces.safetensors")
T, B, M, N, A = 11, 20, 3, 5, 3
PENALTY, C = (float(np.float32(v)) for v in (0.7, 0.35))
ENDS = [T if b % 4 else 1 + b % T for b in range(B)]
MARGIN = [1.0]  # how near a trace came to its bound


def shapes(rule):
    own = [("etaet", (1,))] if rule != "clip" else []
    return [("net.W_l0", (N, M)), ("net.b_l0", (N,)), ("net.w_l0", (N, N)), ("net.alpha_l0", (N, N)),
            ("net.p_l0", (1, N)), *own, ("h2o.weight", (A, N)), ("h2o.bias", (A,))]


def episode(w, rule, u, answers, begins):
    x, H, E, total = torch.zeros(N), torch.zeros(N, N), torch.zeros(N, N), 0
    for t in range(len(u)):
        y = torch.tanh(w["net.W_l0"] @ u[t] + w["net.b_l0"] + (w["net.w_l0"] + w["net.alpha_l0"] * H) @ x)
        total = total - PENALTY * (H**2).mean()
        if answers[t] >= 0:
            total = total + torch.log_softmax(w["h2o.weight"] @ y + w["h2o.bias"], 0)[answers[t]]
        m = torch.tanh(w["net.p_l0"][0] @ y)
        if rule == "anew" and begins[t]:
            E = torch.zeros(N, N)
        more = m * (torch.outer(y, x) if rule == "clip" else E)
        H = H + more
        off = (H.detach().abs() - C).abs()[more.detach() != 0]  # what stays at its bound came from behind it
        MARGIN[0] = min(MARGIN[0], float(off.min())) if len(off) else MARGIN[0]
        H = H.clamp(-C, C)
        if rule != "clip":
            E = (1 - w["etaet"]) * E + w["etaet"] * torch.outer(y, x)
        x = y
    return total


def objective(w, rule, tape):
    return sum(episode(w, rule, tape["u"][b, :ENDS[b]], tape["answers"][b], tape["begins"][b])
               for b in range(B)) / B


def change_of(w, rule, tape):
    own = {n: v.clone().requires_grad_(True) for n, v in w.items()}
    grad = torch.autograd.grad(objective(own, rule, tape), list(own.values()))
    rng, h = np.random.default_rng(1), 1e-6
    for (n, v), g in zip(w.items(), grad):
        along = torch.tensor(rng.normal(0, 1, v.shape))
        ends = [float(objective({**w, n: v + s * h * along}, rule, tape)) for s in (1, -1)]
        off = abs((ends[0] - ends[1]) / (2 * h) - float((g * along).sum()))
        assert off < 1e-6 * max(1, float(g.abs().max())), (rule, n, off)
    return {n: g.numpy() for n, g in zip(w, grad)}


def make():
    rng = np.random.default_rng(kin.SEED)
    u, answers = kin.f32(rng.normal(0, 1, (B, T, M))), rng.integers(-1, A, (B, T))
    begins = rng.random((B, T)) < 0.3  # of neighbouring steps, and other ones in neighbouring episodes
    out = {"x": u, "ends": np.array(ENDS, float), "answers": answers.astype(float), "begins": begins.astype(float)}
    tape = {"u": torch.tensor(u), "answers": answers, "begins": begins}
    for rule in ("clip", "eligibility", "anew"):
        w = {n: torch.tensor(kin.f32(rng.normal(0, 0.8, s))) for n, s in shapes(rule)}
        if rule != "clip":
            w["etaet"] = torch.tensor(kin.f32(np.array([0.6])))
        out.update({f"{rule}/param/{n}": v.numpy() for n, v in w.items()})
        out.update({f"{rule}/change/{n}": v for n, v in change_of(w, rule, tape).items()})
    assert MARGIN[0] > 1e-5, MARGIN  # no trace so near its bound that float32 decides otherwise
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
