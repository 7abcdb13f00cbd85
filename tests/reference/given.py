"""Check values for signals that a state reads: float64, one change of a small random network each.

  given.py           write tests/data/given.safetensors
  given.py --check   recompute and compare with the file (largest difference <= 1e-12)

    x <- tanh(W u + b + w m + U x)            m: what the step before brought, 0 at the first step

To an ordinary recurrent network m is one more input, the last column of its input weights; so it is here,
and nothing is known here of signals. The world is the tape of kin.py, m the reward between -1 and 1 that
the action of the step before brought. `bptt` is the whole gradient of the actor-critic's objective,
m, advantages and returns held fixed, and is compared here with differences of it; `e-prop` is made by its definition, a Jacobian a step;
`weight-perturbation` by its own, forward alone.
"""
import os
import sys

import numpy as np
import torch

import kin
from kin import A, B, C_H, C_V, EPISODES, GAMMA, LAMBDA, M, N, SEED, SIGMA, T, WEIGHTS
from neurons import read_safetensors, write_safetensors

FILE = os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "data", "given.safetensors")
CELL = [("net.w_l0", (N,)), ("net.W_l0", (N, M)), ("net.b_l0", (N,)), ("net.U_l0", (N, N))]
HEADS = [("h2o.weight", (A, N)), ("h2o.bias", (A,))]
CRITIC = [("h2v.weight", (1, N)), ("h2v.bias", (1,))]


def step(w, u, m, x):
    """One step of an ordinary recurrent network on the inputs (u, m)."""
    inputs = torch.cat([w["net.W_l0"], w["net.w_l0"][:, None]], 1)
    return torch.tanh(inputs @ torch.cat([u, m[None]]) + w["net.b_l0"] + w["net.U_l0"] @ x)


def live(w, u, tape, b, episode=0):
    """Of one episode: x before and after, m, actions and rewards."""
    x, m, xs, ms, actions, rewards = torch.zeros(N), torch.tensor(0.0), [torch.zeros(N)], [], [], []
    with torch.no_grad():
        for t in range(T):
            ms.append(m)
            x = step(w, u[b, t], m, x)
            xs.append(x)
            actions.append(kin.choose(kin.policy(w, x).exp().numpy(), episode, b, t))
            rewards.append(tape["rewards"][b, t, actions[-1]])
            m = torch.tensor(np.clip(rewards[-1], -1, 1))
    return xs, ms, actions, np.array(rewards)


def advantages(w, xs, rewards):
    """delta, A and the values, of one episode."""
    V = np.append([float((w["h2v.weight"] @ x + w["h2v.bias"])[0]) for x in xs[1:]], 0)
    delta = rewards + GAMMA * V[1:] - V[:T]
    return delta, kin.ahead(delta, GAMMA * LAMBDA), V[:T]


def objective(w, u, tape, lived):
    """Actor-critic; what was lived, m among it, is as it was."""
    total = 0
    for b, (ms, actions, ahead, V) in enumerate(lived):
        x = torch.zeros(N)
        for t in range(T):
            x = step(w, u[b, t], ms[t], x)
            logp, value = kin.policy(w, x), (w["h2v.weight"] @ x + w["h2v.bias"])[0]
            if tape["answers"][b, t] >= 0:
                total = total + logp[actions[t]] * ahead[t] + C_H * kin.entropy(logp)
            total = total - C_V * (ahead[t] + V[t] - value)**2 / 2
    return total / B


def bptt(w, u, tape):
    own, lived = {n: v.clone().requires_grad_(True) for n, v in w.items()}, []
    for b in range(B):
        xs, ms, actions, rewards = live(w, u, tape, b)
        lived.append((ms, actions, *advantages(w, xs, rewards)[1:]))
    change = dict(zip(own, torch.autograd.grad(objective(own, u, tape, lived), list(own.values()))))
    rng, h = np.random.default_rng(1), 1e-5
    for n, v in w.items():
        along = torch.tensor(rng.normal(0, 1, v.shape))
        ends = [float(objective({**w, n: v + s * h * along}, u, tape, lived)) for s in (1, -1)]
        off = abs((ends[0] - ends[1]) / (2 * h) - float((change[n] * along).sum()))
        assert off < 1e-8, (n, off)
    # to the critic's own weights c_v is 1
    return {n: c.numpy() / (C_V if n[:3] == "h2v" else 1) for n, c in change.items()}


def e_prop(w, feedback, u, tape):
    """From rewards: tags that meet dopamine, each unit's trace along itself (kin.py's definition)."""
    change = {n: torch.zeros(s) for n, s in CELL + HEADS + CRITIC}
    for b in range(B):
        xs, ms, actions, rewards = live(w, u, tape, b)
        delta, ahead, _ = advantages(w, xs, rewards)
        e = {n: torch.zeros((N,) + s) for n, s in CELL}
        tag = {n: torch.zeros((N,) + s) for n, s in CELL}
        for t in range(T):
            asked, x = tape["answers"][b, t] >= 0, xs[t + 1]
            head = {n: w[n].clone().requires_grad_(True) for n, _ in HEADS + CRITIC}
            logits = head["h2o.weight"] @ x + head["h2o.bias"]
            logp = torch.log_softmax(logits, 0)
            hit, rest = logp[actions[t]] * asked, C_H * kin.entropy(logp) * asked
            errors = [torch.autograd.grad(s, logits, retain_graph=True)[0] for s in (hit, rest)]
            value = (head["h2v.weight"] @ x + head["h2v.bias"])[0]
            total = ahead[t] * (hit + C_V * value) + rest
            for n, g in zip(head, torch.autograd.grad(total, list(head.values()))):
                change[n] += g
            L, now = feedback[:, :A] @ errors[0] + C_V * feedback[:, A], feedback[:, :A] @ errors[1]
            inner = {n: w[n].clone().requires_grad_(True) for n, _ in CELL}
            before = xs[t].clone().requires_grad_(True)
            out = step(inner, u[b, t], ms[t], before)
            for j in range(N):
                *grads, own = torch.autograd.grad(out[j], list(inner.values()) + [before], retain_graph=True)
                for n, g in zip(inner, grads):
                    e[n][j] = own[j] * e[n][j] + g
                    tag[n][j] = GAMMA * LAMBDA * tag[n][j] + L[j] * e[n][j]
                    change[n] += delta[t] * tag[n][j] + now[j] * e[n][j]
    return {n: c.numpy() / B for n, c in change.items()}


def weight_perturbation(w, u, tape):
    """Lanes 2p and 2p + 1 live episode p of the tape, the second with noise on every weight."""
    at, places = 0, {}
    for n, s in CELL + HEADS:
        places[n], at = at, at + (int(np.prod(s)) + 15) // 16 * 16
    change = {n: np.zeros(s) for n, s in CELL + HEADS}
    for p in range(B // 2):
        draw = {n: np.array([kin.normal(SEED, WEIGHTS, 0, p, places[n] + i)
                             for i in range(int(np.prod(s)))]).reshape(s) for n, s in CELL + HEADS}
        F = []
        for sign in (0, 1):
            own = {n: w[n] + SIGMA * sign * torch.tensor(draw[n]) for n in draw}
            F.append(np.mean([live(own, u, tape, p, episode)[3].sum() for episode in range(EPISODES)]))
        for n in draw:
            change[n] += (F[1] - F[0]) / SIGMA * draw[n] / (B // 2)
    return change


def make():
    out, rng = {}, np.random.default_rng(SEED)
    u = torch.tensor(kin.f32(rng.normal(0, 1, (B, T, M))))
    tape = {"rewards": kin.f32(rng.normal(0, 1, (B, T, A))),
            "answers": rng.integers(-1, A, (B, T)).astype(np.float64)}
    out.update(x=u.numpy(), rewards=tape["rewards"], answers=tape["answers"])

    def weights(case, names):
        w = {n: torch.tensor(kin.f32(rng.normal(0, 0.5, s))) for n, s in names}
        out.update({f"{case}/param/{n}": v.numpy() for n, v in w.items()})
        return w

    w = weights("bptt", CELL + HEADS + CRITIC)
    made = {"bptt": bptt(w, u, tape)}
    w = weights("e-prop", CELL + HEADS + CRITIC)
    feedback = torch.tensor(kin.f32(rng.normal(0, 0.5, (N, A + 1))))
    out["e-prop/param/feedback.weight"] = feedback.numpy()
    made["e-prop"] = e_prop(w, feedback, u, tape)
    made["weight-perturbation"] = weight_perturbation(weights("weight-perturbation", CELL + HEADS), u, tape)
    out.update({f"{case}/change/{n}": np.asarray(v) for case, change in made.items() for n, v in change.items()})
    assert kin.margin[0] > 1e-5, kin.margin  # or float32 might choose another action
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
