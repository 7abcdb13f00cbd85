"""Check values for the learners without backprop on networks whose traces live: float64.

  kin_plastic.py           write tests/data/kin_plastic.safetensors
  kin_plastic.py --check   recompute and compare with the file (largest difference <= 1e-12)

The world is a tape as in kin.py. A trace H (and E) is each episode's own, 0 at first; after each
step it takes up post, pre and the modulator's eta, and no derivative goes through it: it is an
input of the next step. Local traces of weights are made by their definition, one Jacobian a step
from autograd: e_a <- sum_b d_ab e_b + psi_a for each state a of a unit, d_ab the effect of the
unit's own state b. With `decay` what matrices read counts as given, so d is that of the elements
alone. Node perturbation disturbs the output, which the next step, the rule and the modulator then
see; weight perturbation and evolution perturb every tensor, the modulator's and the rule's too.
`gradient/...` is that of the expected reward, through the traces: what the perturbations of weights
follow in the mean.
"""
import os
import sys

import numpy as np
import torch

import kin
from kin import A, B, C_H, C_V, EPISODES, GAMMA, LAMBDA, M, N, NODES, SEED, SIGMA, T, WEIGHTS
from kin import ahead, choose, entropy, f32, normal, policy, ranks
from neurons import read_safetensors, write_safetensors

torch.set_default_dtype(torch.float64)
FILE = os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "data", "kin_plastic.safetensors")
CLIP = 0.15


def names_of(case):
    alpha = {"connection": (N, N), "neuron": (N,), "network": (1,)}[case["alpha"]]
    if case["network"] == "rnn":
        cell = [("i2h.weight", (N, M)), ("i2h.bias", (N,)), ("w", (N, N)), ("alpha", alpha)]
    else:
        cell = [("lstm.weight_ih_l0", (4 * N, M)), ("lstm.weight_hh_l0", (4 * N, N)), ("lstm.bias_ih_l0", (4 * N,)),
                ("lstm.bias_hh_l0", (4 * N,)), ("lstm.alpha_l0", alpha)]
    slot = {"readout": [("h2mod.weight", (1, N)), ("h2mod.bias", (1,))], "constant": [("eta", (1,))],
            "given": []}[case["modulator"]]
    if case["rule"] == "eligibility":
        slot = slot + [("etaet", (1,))]
    heads = [("h2o.weight", (A, N)), ("h2o.bias", (A,))]
    return cell, slot, heads + ([("h2v.weight", (1, N)), ("h2v.bias", (1,))] if case.get("critic") else [])


def plastic(case, w, name, H):
    alpha = w[name]
    return (alpha[:, None] if case["alpha"] == "neuron" else alpha) * H


def cell_step(case, w, u, s, H, read=None):
    """The states after a step from s; `read` is what matrices read of h, s[0] if nobody says."""
    h = s[0] if read is None else read
    if case["network"] == "rnn":
        return [torch.tanh(w["i2h.weight"] @ u + w["i2h.bias"] + (w["w"] + plastic(case, w, "alpha", H)) @ h)]
    W, V = w["lstm.weight_ih_l0"], w["lstm.weight_hh_l0"]
    b = w["lstm.bias_ih_l0"] + w["lstm.bias_hh_l0"]
    z = [W[k * N:(k + 1) * N] @ u + V[k * N:(k + 1) * N] @ h + b[k * N:(k + 1) * N] for k in range(4)]
    g = torch.tanh(z[2] + plastic(case, w, "lstm.alpha_l0", H) @ h)
    c = torch.sigmoid(z[1]) * s[1] + torch.sigmoid(z[0]) * g
    return [torch.sigmoid(z[3]) * torch.tanh(c), c, g]


def take_up(case, w, H, E, before, after, reward):
    """H, E after the step."""
    y, pre = after[0], before[0]
    post = after[0] if case["network"] == "rnn" else after[2]
    if case["modulator"] == "readout":
        eta = torch.tanh(w["h2mod.weight"] @ y + w["h2mod.bias"])
    else:
        eta = w["eta"] if case["modulator"] == "constant" else torch.tensor([max(-1.0, min(1.0, reward))])
    if case["rule"] == "clip":
        return torch.clamp(H + eta * torch.outer(post, pre), -CLIP, CLIP), E
    if case["rule"] == "decay":
        return (1 - eta) * H + eta * torch.outer(post, pre), E
    if case["rule"] == "oja":
        return H + eta * post[:, None] * (pre[None, :] - post[:, None] * H), E
    return torch.clamp(H + eta * E, -CLIP, CLIP), (1 - w["etaet"]) * E + w["etaet"] * torch.outer(post, pre)


def live_lane(case, w, x, tape, b, noise=None):
    """One episode: states before and after, traces that the step read, actions, rewards."""
    s = [torch.zeros(N) for _ in range(1 if case["network"] == "rnn" else 2)]
    H, E, lived = torch.zeros(N, N), torch.zeros(N, N), []
    with torch.no_grad():
        for t in range(T):
            after = cell_step(case, w, x[b, t], s, H)
            if noise is not None:
                after[0] = after[0] + SIGMA * noise[t]
            a = choose(policy(w, after[0]).exp().numpy(), 0, b, t)
            r = tape["rewards"][b, t, a]
            lived.append(dict(before=s, after=after, H=H, action=a, reward=r))
            H, E = take_up(case, w, H, E, s, after, r)
            s = after[:len(s)]
    return lived


def local(case, w, feedback, x, tape):
    cell, _, heads = names_of(case)
    teach, trace = case["teach"], case["trace"]
    change = {n: torch.zeros(s) for n, s in cell + heads}
    rewarded = teach != "supervised"
    S = 1 if case["network"] == "rnn" else 2
    for b in range(B):
        lived = live_lane(case, w, x, tape, b)
        V = np.zeros(T + 1)
        if rewarded:
            V[:T] = [float(w["h2v.weight"] @ p["after"][0] + w["h2v.bias"]) for p in lived]
        delta = np.array([p["reward"] for p in lived]) + GAMMA * V[1:] - V[:T]
        adv = ahead(delta, GAMMA * LAMBDA)
        e = [{n: torch.zeros((N,) + s) for n, s in cell} for _ in range(S)]
        tag = {n: torch.zeros((N,) + s) for n, s in cell}
        for t, p in enumerate(lived):
            answer = int(tape["answers"][b, t])
            asked = answer >= 0
            head = {n: w[n].clone().requires_grad_(True) for n, _ in heads}
            logits = head["h2o.weight"] @ p["after"][0] + head["h2o.bias"]
            logp = torch.log_softmax(logits, 0)
            hit = logp[p["action"]] * asked if rewarded else logp.sum() * 0
            rest = C_H * entropy(logp) * asked
            if teach != "reward" and asked:
                rest = rest + logp[answer]
            hit_error = torch.autograd.grad(hit, logits, retain_graph=True)[0]
            now_error = torch.autograd.grad(rest, logits, retain_graph=True)[0]
            total = adv[t] * hit + rest
            if rewarded:
                total = total + C_V * adv[t] * (head["h2v.weight"] @ p["after"][0] + head["h2v.bias"])[0]
            for n, g in zip(head, torch.autograd.grad(total, list(head.values()))):
                change[n] += g
            L = feedback[:, :A] @ hit_error + (C_V * feedback[:, A] if rewarded else 0)
            now = feedback[:, :A] @ now_error
            inner = {n: w[n].clone().requires_grad_(True) for n, _ in cell}
            s = [v.clone().requires_grad_(True) for v in p["before"]]
            out = cell_step(case, inner, x[b, t], s, p["H"], p["before"][0] if trace == "decay" else None)[:S]
            old = [{n: v.clone() for n, v in ea.items()} for ea in e]
            for a in range(S):
                for j in range(N):
                    grads = torch.autograd.grad(out[a][j], list(inner.values()) + s, retain_graph=True, allow_unused=True)
                    for n, g in zip(inner, grads):
                        e[a][n][j] = 0 if g is None else g
                        for q in range(S):
                            d = grads[len(inner) + q]
                            if trace != "none" and d is not None:
                                e[a][n][j] += d[j] * old[q][n][j]
            for j in range(N):
                for n in inner:
                    tag[n][j] = GAMMA * LAMBDA * tag[n][j] + L[j] * e[0][n][j]
                    change[n] += (delta[t] * tag[n][j] if rewarded else 0) + now[j] * e[0][n][j]
    return {n: c.numpy() / B for n, c in change.items()}


def delta(case, w, x, tape, values):
    """The read-out alone: of actions, or of the values that the tape has for rewards."""
    change = {"h2o.weight": torch.zeros(A, N), "h2o.bias": torch.zeros(A)}
    for b in range(B):
        s, H, E = [torch.zeros(N) for _ in range(1 if case["network"] == "rnn" else 2)], torch.zeros(N, N), torch.zeros(N, N)
        for t in range(T):
            after, answer = cell_step(case, w, x[b, t], s, H), int(tape["answers"][b, t])
            p = policy(w, after[0]).exp()
            if values:
                said, wanted = w["h2o.weight"] @ after[0] + w["h2o.bias"], torch.tensor(tape["rewards"][b, t])
                r = float(1 - ((wanted - said)**2).mean()) if answer >= 0 else 0.0
            else:
                said, wanted = p, torch.eye(A)[max(answer, 0)]
                r = tape["rewards"][b, t, choose(p.numpy(), 0, b, t)]
            error = (wanted - said) * (answer >= 0) / T
            change["h2o.weight"] += torch.outer(error, after[0])
            change["h2o.bias"] += error
            H, E = take_up(case, w, H, E, s, after, r)
            s = after[:len(s)]
    return {n: c.numpy() / B for n, c in change.items()}


def node(case, w, x, tape, baseline):
    cell, _, heads = names_of(case)
    change = {n: torch.zeros(s) for n, s in cell + heads}
    for b in range(B):
        noise = torch.tensor([[normal(SEED, NODES, 0, b, t * N + j) for j in range(N)] for t in range(T)])
        lived = live_lane(case, w, x, tape, b, noise)
        R = ahead(np.array([p["reward"] for p in lived]), GAMMA) - baseline
        own = {n: w[n].clone().requires_grad_(True) for n, _ in cell + heads}
        J = 0
        for t, p in enumerate(lived):
            mu = cell_step(case, own, x[b, t], p["before"], p["H"])[0]
            logp = policy(own, p["after"][0])
            J = J - R[t] * ((p["after"][0] - mu)**2).sum() / (2 * SIGMA**2)
            if tape["answers"][b, t] >= 0:
                J = J + R[t] * logp[p["action"]] + C_H * entropy(logp)
        for n, g in zip(own, torch.autograd.grad(J, list(own.values()))):
            change[n] += g
    return {n: c.numpy() / B for n, c in change.items()}


def population(case, w, x, tape, signs, utility):
    every = [one for group in names_of(case) for one in group]
    at, places = 0, {}
    for n, s in every:
        places[n], at = at, at + (int(np.prod(s)) + 15) // 16 * 16
    draws = [{n: np.array([normal(SEED, WEIGHTS, 0, p, places[n] + i) for i in range(int(np.prod(s)))]).reshape(s)
              for n, s in every} for p in range(B // 2)]
    F = np.zeros(B)
    for k in range(B):
        own = {n: w[n] + SIGMA * signs[k % 2] * torch.tensor(draws[k // 2][n]) for n, _ in every}
        for episode in range(EPISODES):
            s = [torch.zeros(N) for _ in range(1 if case["network"] == "rnn" else 2)]
            H, E = torch.zeros(N, N), torch.zeros(N, N)
            for t in range(T):
                after = cell_step(case, own, x[k // 2, t], s, H)
                r = tape["rewards"][k // 2, t, choose(policy(own, after[0]).exp().numpy(), episode, k // 2, t)]
                F[k] += r / EPISODES
                H, E = take_up(case, own, H, E, s, after, r)
                s = after[:len(s)]
    f = utility(F)
    return {n: sum(f[p] * draws[p][n] for p in range(B // 2)) / (B // 2) for n, _ in every}


def expected(case, w, x, tape):
    every = [one for group in names_of(case) for one in group]
    own = {n: w[n].clone().requires_grad_(True) for n, _ in every}
    J = 0
    for b in range(B):
        s, H, E = [torch.zeros(N)], torch.zeros(N, N), torch.zeros(N, N)
        for t in range(T):
            after = cell_step(case, own, x[b, t], s, H)
            J = J + (policy(own, after[0]).exp() * torch.tensor(tape["rewards"][b, t])).sum() / B
            H, E = take_up(case, own, H, E, s, after, 0)
            s = after[:1]
    return {n: g.numpy() for n, g in zip(own, torch.autograd.grad(J, list(own.values())))}


LOCAL = {
    "e-prop-rnn": dict(network="rnn", rule="clip", modulator="readout", alpha="connection", teach="reward",
                       trace="diagonal"),
    "e-prop-lstm": dict(network="lstm", rule="eligibility", modulator="given", alpha="neuron", teach="mixed",
                        trace="diagonal"),
    "e-prop-lstm-decay": dict(network="lstm", rule="oja", modulator="readout", alpha="connection",
                              teach="supervised", trace="decay"),
    "rflo-rnn": dict(network="rnn", rule="oja", modulator="constant", alpha="network", teach="supervised",
                     trace="decay"),
    "feedback-lstm": dict(network="lstm", rule="decay", modulator="constant", alpha="connection", teach="mixed",
                          trace="none"),
}
NODE = {
    "node-rnn": dict(network="rnn", rule="clip", modulator="readout", alpha="connection"),
    "node-lstm": dict(network="lstm", rule="decay", modulator="readout", alpha="neuron"),
}
DELTA = {
    "delta-actions": dict(network="lstm", rule="eligibility", modulator="given", alpha="neuron"),
    "delta-values": dict(network="rnn", rule="clip", modulator="given", alpha="connection"),
}
RNN = dict(network="rnn", rule="clip", modulator="readout", alpha="connection")
POPULATION = {
    "weight-rnn": (dict(network="rnn", rule="eligibility", modulator="constant", alpha="connection"), (0, 1),
                   lambda F: (F[1::2] - F[::2]) / SIGMA),
    "evolution-lstm": (dict(network="lstm", rule="clip", modulator="given", alpha="network"), (-1, 1), ranks),
}


def make():
    out, rng = {}, np.random.default_rng(SEED + 1)
    x = torch.tensor(f32(rng.normal(0, 1, (B, T, M))))
    tape = {"rewards": f32(rng.normal(0, 1, (B, T, A))),
            "answers": rng.integers(-1, A, (B, T)).astype(np.float64)}
    out.update(x=x.numpy(), rewards=tape["rewards"], answers=tape["answers"])

    def weights(name, case):
        w = {n: torch.tensor(f32(rng.normal(0, 0.5, s))) for group in names_of(case) for n, s in group}
        for n in w:
            if "alpha" in n and name != "gradient":
                w[n] = w[n] * 2 + 1  # or H would hardly be felt
            if n in ("eta", "etaet"):
                w[n] = torch.tensor([0.25])
        out.update({f"{name}/param/{n}": v.numpy() for n, v in w.items()})
        return w

    def keep(name, change):
        out.update({f"{name}/change/{n}": np.asarray(v) for n, v in change.items()})

    for name, case in LOCAL.items():
        case["critic"] = case["teach"] != "supervised"
        w = weights(name, case)
        feedback = torch.tensor(f32(rng.normal(0, 0.5, (N, A + case["critic"]))))
        out[f"{name}/param/feedback.weight"] = feedback.numpy()
        keep(name, local(case, w, feedback, x, tape))
    for name, case in NODE.items():
        w = weights(name, case)
        baseline = f32(rng.normal(0, 0.5, T))
        out[f"{name}/param/baseline"] = baseline
        keep(name, node(case, w, x, tape, baseline))
    for name, (case, signs, utility) in POPULATION.items():
        keep(name, population(case, weights(name, case), x, tape, signs, utility))
    for name, case in DELTA.items():
        keep(name, delta(case, weights(name, case), x, tape, name == "delta-values"))
    keep("gradient", expected(RNN, weights("gradient", RNN), x, tape))
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
