"""Check values for the learners without backprop: float64, one change of a small random network each.

  kin.py           write tests/data/kin.safetensors
  kin.py --check   recompute and compare with the file (largest difference <= 1e-12)

The world is a tape: inputs x [B][T][m], rewards [B][T][A] of each action, answers [B][T] (-1: nothing
is asked). Actions, noise of units and of weights come from the same counters as in C, by a Philox
written here. Local traces are made by their definition, one Jacobian a step from autograd and no
formula of a cell's derivatives; what is a gradient (heads, node perturbation's score) is that of an
explicit function. Of reward-walk it is the parameters after some updates. `gradient/...` is that of the expected reward, for the perturbation methods' mean.
"""
import os
import sys

import numpy as np
import torch

from neurons import read_safetensors, write_safetensors

torch.set_default_dtype(torch.float64)
FILE = os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "data", "kin.safetensors")
SEED, T, B, M, N, A, TAU = 20261122, 6, 20, 3, 5, 3, 2.5
GAMMA, LAMBDA, C_V, C_H, SIGMA, EPISODES = 0.9, 0.8, 0.3, 0.07, 0.2, 3
POLICY, SIGNAL, NODES, WEIGHTS, GROUPS = 2, 13, 20, 21, 35
WALK = {"updates": 8, "sigma": 0.05, "average": 0.6, "rate": 0.8}
margin = [1.0]


def philox(seed, stream, episode, lane, step):
    c, k, mask = [step, lane, episode, stream], [seed & 0xffffffff, seed >> 32], 0xffffffff
    for _ in range(10):
        p, q = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [(q >> 32) ^ c[1] ^ k[0], q & mask, (p >> 32) ^ c[3] ^ k[1], p & mask]
        k = [(k[0] + 0x9E3779B9) & mask, (k[1] + 0xBB67AE85) & mask]
    return c


def normal(*key):
    total = sum(sum(v.to_bytes(4, "little")) for v in philox(*key))
    return (total - 2040) / np.sqrt(87380)


def f32(a):
    return np.asarray(a, np.float32).astype(np.float64)


def names_of(kind, critic):
    cell = [("gru.weight_ih_l0", (3 * N, M)), ("gru.weight_hh_l0", (3 * N, N)), ("gru.bias_ih_l0", (3 * N,)),
            ("gru.bias_hh_l0", (3 * N,))] if kind == "gru" else \
           [("rnn.weight_ih_l0", (N, M)), ("rnn.weight_hh_l0", (N, N)), ("rnn.bias_ih_l0", (N,))]
    heads = [("h2o.weight", (A, N)), ("h2o.bias", (A,))]
    return cell, heads + ([("h2v.weight", (1, N)), ("h2v.bias", (1,))] if critic else [])


def cell_step(kind, w, x, h):
    """The next state, and what it keeps of the last."""
    if kind == "gru":
        gi = w["gru.weight_ih_l0"] @ x + w["gru.bias_ih_l0"]
        gh = w["gru.weight_hh_l0"] @ h + w["gru.bias_hh_l0"]
        r, z = torch.sigmoid(gi[:N] + gh[:N]), torch.sigmoid(gi[N:2 * N] + gh[N:2 * N])
        return (1 - z) * torch.tanh(gi[2 * N:] + r * gh[2 * N:]) + z * h, z
    a = torch.tanh(w["rnn.weight_hh_l0"] @ h + w["rnn.weight_ih_l0"] @ x + w["rnn.bias_ih_l0"])
    return (1 - 1 / TAU) * h + a / TAU, torch.full((N,), 1 - 1 / TAU)


def policy(w, h):
    return torch.log_softmax(w["h2o.weight"] @ h + w["h2o.bias"], 0)


def choose(p, episode, lane, t):
    v = philox(SEED, POLICY, episode, lane, t)
    u = (v[0] << 21 | v[1] >> 11) / 2**53
    below = np.cumsum(p)
    margin[0] = min(margin[0], np.abs(below[:-1] - u).min())
    return min(int((u >= below).sum()), A - 1)


def entropy(logp):
    return -(logp.exp() * logp).sum()


def ahead(r, k):
    out = np.zeros(T)
    for t in reversed(range(T)):
        out[t] = r[t] + (k * out[t + 1] if t + 1 < T else 0)
    return out


def live_lane(kind, w, x, tape, b, noise=None):
    """States before and after, log p, actions, rewards of one episode."""
    h, before, after, actions, rewards = torch.zeros(N), [], [], [], []
    with torch.no_grad():
        for t in range(T):
            before.append(h)
            h = cell_step(kind, w, x[b, t], h)[0]
            if noise is not None:
                h = h + SIGMA * noise[t]
            after.append(h)
            a = choose(policy(w, h).exp().numpy(), 0, b, t)
            actions.append(a)
            rewards.append(tape["rewards"][b, t, a])
    return before, after, actions, np.array(rewards)


def local(case, w, feedback, x, tape):
    """The change by traces that are updated step by step, tags and dopamine."""
    kind, teach, trace = case["kind"], case["teach"], case["trace"]
    cell, heads = names_of(kind, teach != "supervised")
    change = {n: torch.zeros(s) for n, s in cell + heads}
    rewarded = teach != "supervised"
    for b in range(B):
        before, after, actions, rewards = live_lane(kind, w, x, tape, b)
        V = np.zeros(T + 1)
        if rewarded:
            V[:T] = [float(w["h2v.weight"] @ h + w["h2v.bias"]) for h in after]
        delta = rewards + GAMMA * V[1:] - V[:T]
        adv = ahead(delta, GAMMA * LAMBDA)
        e = {n: torch.zeros((N,) + s) for n, s in cell}
        tag = {n: torch.zeros((N,) + s) for n, s in cell}
        for t in range(T):
            answer = int(tape["answers"][b, t])
            asked = answer >= 0
            head = {n: w[n].clone().requires_grad_(True) for n, _ in heads}
            logits = (head["h2o.weight"] @ after[t] + head["h2o.bias"])
            logits.retain_grad()
            logp = torch.log_softmax(logits, 0)
            # what meets dopamine, and what does not; their gradients at the logits are the errors
            hit = logp[actions[t]] * asked if rewarded else logp.sum() * 0
            rest = C_H * entropy(logp) * asked
            if teach != "reward" and asked:
                rest = rest + logp[answer]
            hit_error = torch.autograd.grad(hit, logits, retain_graph=True)[0]
            now_error = torch.autograd.grad(rest, logits, retain_graph=True)[0]
            total = adv[t] * hit + rest
            if rewarded:
                total = total + C_V * adv[t] * (head["h2v.weight"] @ after[t] + head["h2v.bias"])[0]
            for n, g in zip(head, torch.autograd.grad(total, list(head.values()))):
                change[n] += g
            L = feedback[:, :A] @ hit_error + (C_V * feedback[:, A] if rewarded else 0)
            now = feedback[:, :A] @ now_error
            inner = {n: w[n].clone().requires_grad_(True) for n, _ in cell}
            h = before[t].clone().requires_grad_(True)
            out, kept = cell_step(kind, inner, x[b, t], h)
            for j in range(N):
                grads = torch.autograd.grad(out[j], list(inner.values()) + [h], retain_graph=True)
                own = {"diagonal": float(grads[-1][j]), "decay": float(kept[j]), "none": 0.0}[trace]
                for n, g in zip(inner, grads):
                    e[n][j] = own * e[n][j] + g
                    tag[n][j] = GAMMA * LAMBDA * tag[n][j] + L[j] * e[n][j]
                    change[n] += (delta[t] * tag[n][j] if rewarded else 0) + now[j] * e[n][j]
    return {n: c.numpy() / B for n, c in change.items()}


def node(w, x, tape, baseline):
    cell, heads = names_of("gru", False)
    change = {n: torch.zeros(s) for n, s in cell + heads}
    for b in range(B):
        noise = torch.tensor([[normal(SEED, NODES, 0, b, t * N + j) for j in range(N)] for t in range(T)])
        before, after, actions, rewards = live_lane("gru", w, x, tape, b, noise)
        R = ahead(rewards, GAMMA) - baseline
        own = {n: w[n].clone().requires_grad_(True) for n, _ in cell + heads}
        J = 0
        for t in range(T):
            mu = cell_step("gru", own, x[b, t], before[t])[0]
            logp = policy(own, after[t])
            J = J - R[t] * ((after[t] - mu)**2).sum() / (2 * SIGMA**2)  # log density of h
            if tape["answers"][b, t] >= 0:
                J = J + R[t] * logp[actions[t]] + C_H * entropy(logp)
        for n, g in zip(own, torch.autograd.grad(J, list(own.values()))):
            change[n] += g
    return {n: c.numpy() / B for n, c in change.items()}


def population(w, x, tape, signs, utility):
    """Lanes 2p and 2p + 1 live episode p of the tape."""
    cell, heads = names_of("gru", False)
    at, places = 0, {}
    for n, s in cell + heads:
        places[n], at = at, at + (int(np.prod(s)) + 15) // 16 * 16
    draws = [{n: np.array([normal(SEED, WEIGHTS, 0, p, places[n] + i) for i in range(int(np.prod(s)))]).reshape(s)
              for n, s in cell + heads} for p in range(B // 2)]
    F = np.zeros(B)
    for k in range(B):
        own = {n: w[n] + SIGMA * signs[k % 2] * torch.tensor(draws[k // 2][n]) for n, _ in cell + heads}
        for episode in range(EPISODES):
            h = torch.zeros(N)
            for t in range(T):
                h = cell_step("gru", own, x[k // 2, t], h)[0]
                F[k] += tape["rewards"][k // 2, t, choose(policy(own, h).exp().numpy(), episode, k // 2, t)] / EPISODES
    f = utility(F)
    return F, {n: sum(f[p] * draws[p][n] for p in range(B // 2)) / (B // 2) for n, _ in cell + heads}


def ranks(F):
    u = np.array([((F < f).sum() + ((F == f).sum() - 1) / 2) / (len(F) - 1) - 0.5 for f in F])
    return (u[1::2] - u[::2]) / (2 * SIGMA)


def z_scores(F):
    u = (F - F.mean()) / F.std()
    return (u[1::2] - u[::2]) / (2 * SIGMA)


def expected(w, x, tape):
    """The gradient of the mean over the tape of sum_t sum_a pi(a) r(a)."""
    cell, heads = names_of("gru", False)
    own = {n: w[n].clone().requires_grad_(True) for n, _ in cell + heads}
    J = 0
    for b in range(B):
        h = torch.zeros(N)
        for t in range(T):
            h = cell_step("gru", own, x[b, t], h)[0]
            J = J + (policy(own, h).exp() * torch.tensor(tape["rewards"][b, t])).sum() / B
    return {n: g.numpy() for n, g in zip(own, torch.autograd.grad(J, list(own.values())))}


def walk(w, x, tape, groups, learn, by_chance):
    """The parameters after some updates by reward-walk; `learn` begins the names of those that learn."""
    names = [n for cell_or_heads in names_of("gru", False) for n in cell_or_heads]
    p = {n: w[n].numpy().copy() for n, _ in names}
    at, places, dealt = 0, {}, {}
    for t, (n, s) in enumerate(names):
        size = int(np.prod(s))
        places[n], at = at, at + (size + 15) // 16 * 16
        order = [i % groups if groups else i for i in range(size)]
        for i in range(size if groups else 0, 1, -1):
            k = philox(SEED, GROUPS, t, 0, i)[0] * i >> 32
            order[i - 1], order[k] = order[k], order[i - 1]
        dealt[n] = order
    p_mean, e_mean, turns = {n: v.copy() for n, v in p.items()}, None, []
    for update in range(WALK["updates"]):
        e = 0
        for b in range(B):
            h, own = torch.zeros(N), {n: torch.tensor(v) for n, v in p.items()}
            for t in range(T):
                h = cell_step("gru", own, x[b, t], h)[0]
                e -= tape["rewards"][b, t, choose(policy(own, h).exp().numpy(), update, b, t)] / B
        e_mean = e if e_mean is None else e_mean
        assert update == 0 or abs(e_mean - e) > 1e-4
        R = np.sign(e_mean - e)
        if by_chance:
            R = 1 if philox(SEED, SIGNAL, update, 0, 0)[0] >> 31 else -1
        turns.append(R)
        for n, s in names:
            if not n.startswith(learn):
                continue
            xi = np.array([normal(SEED, WEIGHTS, update, 0, places[n] + g) for g in dealt[n]]).reshape(s)
            p_mean[n] = (1 - WALK["average"]) * p_mean[n] + WALK["average"] * p[n]
            p[n] = p[n] + WALK["rate"] * (R * (p[n] - p_mean[n]) + WALK["sigma"] * xi)
        e_mean = (1 - WALK["average"]) * e_mean + WALK["average"] * e
    assert 1 in turns[2:] and -1 in turns[2:], turns
    return p


CASES = {
    "e-prop-reward": dict(kind="gru", teach="reward", trace="diagonal"),
    "e-prop-supervised": dict(kind="gru", teach="supervised", trace="decay"),
    "e-prop-leaky": dict(kind="leaky", teach="mixed", trace="diagonal"),
    "rflo": dict(kind="leaky", teach="supervised", trace="decay"),
    "feedback-alignment": dict(kind="gru", teach="mixed", trace="none"),
}


def make():
    out, rng = {}, np.random.default_rng(SEED)
    x = torch.tensor(f32(rng.normal(0, 1, (B, T, M))))
    tape = {"rewards": f32(rng.normal(0, 1, (B, T, A))),
            "answers": rng.integers(-1, A, (B, T)).astype(np.float64)}
    out.update(x=x.numpy(), rewards=tape["rewards"], answers=tape["answers"])

    def weights(case, kind, critic):
        cell, heads = names_of(kind, critic)
        w = {n: torch.tensor(f32(rng.normal(0, 0.5, s))) for n, s in cell + heads}
        out.update({f"{case}/param/{n}": v.numpy() for n, v in w.items()})
        return w

    def keep(case, change):
        out.update({f"{case}/change/{n}": np.asarray(v) for n, v in change.items()})

    for name, case in CASES.items():
        critic = case["teach"] != "supervised"
        w = weights(name, case["kind"], critic)
        feedback = torch.tensor(f32(rng.normal(0, 0.5, (N, A + critic))))
        out[f"{name}/param/feedback.weight"] = feedback.numpy()
        keep(name, local(case, w, feedback, x, tape))
    w = weights("node-perturbation", "gru", False)
    baseline = f32(rng.normal(0, 0.5, T))
    out["node-perturbation/param/baseline"] = baseline
    keep("node-perturbation", node(w, x, tape, baseline))
    for name, signs, utility in [("weight-perturbation", (0, 1), lambda F: (F[1::2] - F[::2]) / SIGMA),
                                 ("evolution-rank", (-1, 1), ranks), ("evolution-z-score", (-1, 1), z_scores)]:
        w = weights(name, "gru", False)
        keep(name, population(w, x, tape, signs, utility)[1])
    w = weights("gradient", "gru", False)
    keep("gradient", expected(w, x, tape))
    for name, how in [("walk-each", (0, "", False)), ("walk-heads", (4, "h2o", False)), ("walk-random", (0, "", True))]:
        out.update({f"{name}/after/{n}": v for n, v in walk(weights(name, "gru", False), x, tape, *how).items()})
    assert margin[0] > 1e-5, margin  # or float32 might choose another action
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
