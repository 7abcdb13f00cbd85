"""Check values for the Neuromodulator Signaling Model: one update by the online causal equations, in
float64 and plain loops, one weight's trace, tag and change at a time (equations:
src/learner/signalling.h).

  signalling.py           write tests/data/signalling.safetensors
  signalling.py --check   recompute and compare with the file; the exact policy gradient by autograd

Order in a step t: m_t from s_{t-1}; layers from below (the matrices read o_{t-1}, z keeps h_{t-1});
output; s_t from [o_t of all layers; p_t; what was done at t-1; r_{t-1}]; V_t; now delta_{t-1} = r_{t-1}
+ gamma V_t - V_{t-1} is known and meets the tags of t-1; then the tags take in step t. After the last
step V = 0. The change of every weight is sum_t delta_t tag_t + N_t e_t, summed over lanes. Last of all a
trace H takes up the step: post, and pre as gains left it; to e it is an input of the step. Where it pays for its
way from a first policy (kl), that one, with weights of its own, meets what this one meets, and the draws are those
of episode 1.

Actions are drawn as Amine draws them: u = the first number of Philox4x32-10 with counter (t, lane,
episode, stream 2), the key the seed; the action is the first whose cumulated probability exceeds u.
"""
import math
import os
import sys

import numpy as np

from neurons import read_safetensors, write_safetensors

FILE = os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "data",
                    "signalling.safetensors")
BASE = dict(layers=1, n=4, S=3, I=2, A=3, T=6, lanes=3, gain=0.6, gamma=0.9, lam=0.8, entropy=0.1,
            trace="diagonal", feedback="kolen-pollack", teach="reward", linear=0, sees=0, learns=0,
            plain=0, seed=1, gain_in=0.0, gain_out=0.0, network="gru", rule="none", modulator="none",
            alpha="connection", kl=0.0)
CASES = [dict(), dict(trace="decay", gain=0.0, feedback="random"), dict(layers=2, sees=1),
         dict(feedback="symmetric", teach="mixed"), dict(teach="supervised", layers=2, n=3),
         dict(linear=1, teach="supervised"), dict(learns=1, S=5),
         # no recurrence, no gains, B = W_o', lambda 1: the exact policy gradient
         dict(plain=1, gain=0.0, feedback="symmetric", lam=1.0, n=5),
         # signals to all three segments, and to each of the two others alone
         dict(gain_in=0.7, gain_out=0.5, teach="mixed", layers=2), dict(gain_in=0.8, gain=0.0),
         dict(gain_out=0.9, gain=0.0, linear=1, teach="supervised"),
         # traces that live
         dict(network="plastic-rnn", rule="clip", modulator="readout", gain_in=0.7),
         dict(network="plastic-rnn", rule="oja", modulator="constant", alpha="network", trace="decay",
              teach="mixed"),
         dict(network="plastic-gru", rule="eligibility", modulator="given", alpha="neuron", layers=2, T=10),
         dict(network="plastic-gru", rule="clip", modulator="readout", n=5, sees=1, gain_out=0.5,
              T=10),
         # less kl KL(pi || pi_first), in the exact gradient too
         dict(plain=1, gain=0.0, feedback="symmetric", lam=1.0, n=5, kl=0.4),
         dict(network="plastic-gru", rule="clip", modulator="given", layers=2, gain_in=0.7, gain_out=0.5,
              teach="mixed", kl=0.7)]
MASK, CLIP = 0xFFFFFFFF, 0.3


def philox(counter, key):
    c, k = list(counter), list(key)
    for _ in range(10):
        a, b = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [(b >> 32) ^ c[1] ^ k[0], b & MASK, (a >> 32) ^ c[3] ^ k[1], a & MASK]
        k = [(k[0] + 0x9E3779B9) & MASK, (k[1] + 0xBB67AE85) & MASK]
    return c


def draw(p, seed, episode, lane, t):
    v = philox((t, lane, episode, 2), (seed & MASK, seed >> 32))
    u = (v[0] << 21 | v[1] >> 11) * 2.0 ** -53
    below = 0
    for a, pa in enumerate(p):
        below += pa
        if u < below:
            assert abs(below - u) > 1e-4 and (a == 0 or u - (below - pa) > 1e-4), "too near"
            return a
    return len(p) - 1


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


class Layer:
    """One layer: its step, and the traces of each of its weights; alpha, if it has one, comes last."""

    def __init__(self, weights, trace, alpha=None, slot=None):
        self.w, self.trace, self.slot = weights, trace, slot
        self.n = weights[1].shape[1]
        self.alpha = 0 if alpha is None else alpha[:, None] if alpha.shape == (self.n,) else alpha
        self.all = weights + ([] if alpha is None else [np.zeros((self.n, self.n))])
        self.change = [np.zeros_like(w) for w in self.all]

    def begin(self):
        self.e = [np.zeros_like(w) for w in self.all]
        self.tag = [np.zeros_like(w) for w in self.all]
        self.h = np.zeros(self.n)
        self.H, self.E = np.zeros((self.n, self.n)), np.zeros((self.n, self.n))

    def meet(self, delta):
        for c, tag in zip(self.change, self.tag):
            c += delta * tag

    def take_up(self, reward):
        """H, E <- rule(post, pre, eta)"""
        if not self.slot:
            return
        rule, modulator, w = self.slot
        eta = np.tanh(w[0] @ self.h + w[1]) if modulator == "readout" else \
            max(-1.0, min(1.0, reward)) if modulator == "given" else w[0]
        hebb = np.outer(self.post, self.pre)
        if rule == "clip":
            self.H = np.clip(self.H + eta * hebb, -CLIP, CLIP)
        elif rule == "oja":
            self.H = self.H + eta * self.post[:, None] * (self.pre[None, :] - self.post[:, None] * self.H)
        else:
            rate = w[-1]
            self.H, self.E = np.clip(self.H + eta * self.E, -CLIP, CLIP), (1 - rate) * self.E + rate * hebb

    def move(self, which, row, own, source, credit, now, k):
        e, tag = self.e[which], self.tag[which]
        e[row] = own * e[row] + source
        tag[row] = k * tag[row] + credit * e[row]
        self.change[which][row] += now * e[row]


class Rnn(Layer):
    def step(self, x, before):
        w_in, w, b = self.w
        self.h = self.post = np.tanh(w_in @ x + b + (w + self.alpha * self.H) @ before)
        self.seen, self.pre = x, before
        return self.h

    def learn(self, credit, now, k, gain_before):
        W = self.w[1] + self.alpha * self.H
        for j in range(self.n):
            psi = 1 - self.h[j] ** 2
            own = psi * (1 + gain_before[j]) * W[j, j] if self.trace == "diagonal" else 0.0
            for which, s in enumerate((self.seen, self.pre, 1.0, self.H[j] * self.pre)):
                self.move(which, j, own, psi * s, credit[j], now[j], k)


class Gru(Layer):
    def step(self, x, before):
        w_ih, w_hh, b_ih, b_hh = self.w
        n, gi, gh = self.n, w_ih @ x + b_ih, w_hh @ before + b_hh
        gh[2 * n:] += (self.alpha * self.H) @ before
        r, z, q = sigmoid(gi[:n] + gh[:n]), sigmoid(gi[n:2 * n] + gh[n:2 * n]), gh[2 * n:]
        new = np.tanh(gi[2 * n:] + r * q)
        self.seen, self.pre, self.post = (x, before, self.h, r, z, new, q), before, new
        self.h = (1 - z) * new + z * self.h
        return self.h

    def learn(self, credit, now, k, gain_before):
        x, before, held, r, z, new, q = self.seen
        n, w_hh, plastic = self.n, self.w[1], self.alpha * self.H  # 0 where no trace lives
        for j in range(n):
            pn = (1 - z[j]) * (1 - new[j] ** 2)
            psi = [pn * q[j] * r[j] * (1 - r[j]), (held[j] - new[j]) * z[j] * (1 - z[j]), pn]
            own = z[j]
            if self.trace == "diagonal":
                own += (1 + gain_before[j]) * (psi[0] * w_hh[j, j] + psi[1] * w_hh[n + j, j]
                                               + pn * r[j] * (w_hh[2 * n + j, j] + plastic[j, j]))
            for gate in range(3):
                row, through = gate * n + j, r[j] if gate == 2 else 1
                for which, s in ((0, x), (1, through * before), (2, 1.0), (3, through)):
                    self.move(which, row, own, psi[gate] * s, credit[j], now[j], k)
            if self.slot:
                self.move(4, j, own, pn * r[j] * self.H[j] * before, credit[j], now[j], k)


class Linear:
    def __init__(self, *shape):
        self.change, self.tag = np.zeros(shape), np.zeros(shape)

    def begin(self):
        self.tag[:] = 0

    def meet(self, delta):
        self.change += delta * self.tag

    def learn(self, a, now, b, k):
        self.tag[:] = k * self.tag + np.outer(a, b).reshape(self.tag.shape)
        self.change += np.outer(now, b).reshape(self.tag.shape)


NAMES = ["weight_ih", "weight_hh", "bias_ih", "bias_hh"]


def names_of(o, l):
    """Of a layer: its weights, alpha or None, and what stands in its slot."""
    last = f"_l{l}" if l else ""
    if o["network"] == "plastic-rnn":
        cell, alpha = [f"{k}{last}" for k in ("i2h.weight", "w", "i2h.bias")], f"alpha{last}"
    else:
        cell, alpha = [f"gru.{k}_l{l}" for k in NAMES], f"gru.alpha_l{l}"
    slot = {"readout": ["h2mod.weight", "h2mod.bias"], "constant": ["eta"]}.get(o["modulator"], [])
    slot = slot + (["etaet"] if o["rule"] == "eligibility" else [])
    return cell, alpha if o["rule"] != "none" else None, [k + last for k in slot]


def layer_of(o, w, l):
    cell, alpha, slot = names_of(o, l)
    make = Rnn if o["network"] == "plastic-rnn" else Gru
    return make([w[k] for k in cell], o["trace"], w[alpha] if alpha else None,
                (o["rule"], o["modulator"], [w[k] for k in slot]) if alpha else None)


def change_of(o, layer, l):
    cell, alpha, _ = names_of(o, l)
    change = dict(zip(cell, layer.change))
    if alpha:
        whole = layer.change[-1]
        change[alpha] = {"connection": whole, "neuron": whole.sum(1),
                         "network": whole.sum(keepdims=True)[0]}[o["alpha"]]
    return change


def weights_of(o, rng):
    n, S, I, A, U = o["n"], o["S"], o["I"], o["A"], o["n"] * o["layers"]
    heard, seen = U + 2 * A + 1, S + (U if o["sees"] else 0)
    w = {}
    for l in range(o["layers"]):
        cell, alpha, slot = names_of(o, l)
        rows = n if o["network"] == "plastic-rnn" else 3 * n
        for name, cols in zip(cell, (I if l == 0 else n, n, 0, 0)):
            w[name] = rng.normal(0, .8, (rows, cols) if cols else rows)
        if alpha:
            shape = {"connection": (n, n), "neuron": n, "network": 1}[o["alpha"]]
            w[alpha] = rng.normal(1, .8, shape)  # or H would hardly be felt
        for name in slot:
            w[name] = rng.normal(0, .8, (1, n) if "weight" in name else 1) if "h2mod" in name else \
                np.array([0.25])
        if o["plain"]:
            w[f"gru.weight_hh_l{l}"][:] = 0
    for name, cols in zip(NAMES, (heard, S, 0, 0)):
        w[f"signal.{name}_l0"] = rng.normal(0, .8, (3 * S, cols) if cols else 3 * S)
    for name, shape in (("h2o.weight", (A, n)), ("h2o.bias", A), ("feedback.weight", (U, A)),
                        ("gain.weight", (U, S)), ("critic.weight", (1, seen)), ("critic.bias", 1)):
        w[name] = rng.normal(0, .8, shape)
    if o["gain_in"]:
        w["gain_input.weight"] = rng.normal(0, .8, (I, S))
        w["feedback_input.weight"] = rng.normal(0, .8, (I, A))
    if o["gain_out"]:
        w["gain_output.weight"] = rng.normal(0, .8, (A, S))
    w = {k: v.astype(np.float32).astype(np.float64) for k, v in w.items()}
    if o["feedback"] == "symmetric":
        w["feedback.weight"][-n:] = w["h2o.weight"].T
    return w


def networks_of(o, w):
    return [layer_of(o, w, l) for l in range(o["layers"])], Gru([w[f"signal.{x}_l0"] for x in NAMES], o["trace"])


def think(o, w, units, signal, s, out, u, did, told):
    """One step of both networks: the gains of units, inputs and output, h and o of each layer, W_o o + b_o, p, s."""
    gained = lambda most, name: most * np.tanh(w[name] @ s) if most else 0.0
    n = o["n"]
    m = o["gain"] * np.tanh(w["gain.weight"] @ s)
    m_in, m_out = gained(o["gain_in"], "gain_input.weight"), gained(o["gain_out"], "gain_output.weight")
    x, before, held, out = (1 + m_in) * u, out, [], []
    for l, layer in enumerate(units):
        h = layer.step(x, before[l])
        held.append(h)
        x = (1 + m[l * n:(l + 1) * n]) * h
        out.append(x)
    meant = w["h2o.weight"] @ out[-1] + w["h2o.bias"]
    p = (1 + m_out) * meant
    if not o["linear"]:
        p = np.exp(p - p.max())
        p /= p.sum()
    return m, m_in, m_out, held, out, meant, p, signal.step(np.concatenate(out + [p, did, [told]]), s)


def update(o, w, first, u, reward, answer):
    """first: the weights of the policy that it is to stay near, which meets the same."""
    L, n, S, A, T = o["layers"], o["n"], o["S"], o["A"], o["T"]
    U, k = n * L, o["gamma"] * o["lam"]
    units, signal = networks_of(o, w)
    old_units, old_signal = networks_of(o, first)
    Wo, bo, Wa = Linear(A, n), Linear(A), Linear(U, S)
    wv, bv = Linear(*w["critic.weight"].shape), Linear(1)
    Wi, Wu = Linear(o["I"], S), Linear(A, S)  # gains of the inputs, of the output
    everything = units + [Wo, bo, Wa, wv, bv, Wi, Wu] + ([signal] if o["learns"] else [])
    slope_of = lambda most, m, h: h * (most - m ** 2 / most)
    B, actions = w["feedback.weight"], np.zeros((o["lanes"], T), int)
    dopamine, said = np.zeros((o["lanes"], T)), np.zeros((o["lanes"], T, A))
    far = 0.0
    for lane in range(o["lanes"]):
        for part in everything + [signal] + old_units + [old_signal]:
            part.begin()
        s, m, out = np.zeros(S), np.zeros(U), [np.zeros(n)] * L
        old_s, old_out = s, out
        did, told, V_before = np.zeros(A), 0.0, 0.0
        for t in range(T):
            m_before, s_before = m, s
            *_, old_out, _, old_p, old_s = think(o, first, old_units, old_signal, old_s, old_out, u[lane, t], did, told)
            m, m_in, m_out, held, out, meant, p, s = think(o, w, units, signal, s, out, u[lane, t], did, told)
            every = np.concatenate(out)
            seen = np.concatenate([s, every]) if o["sees"] else s
            V = float(w["critic.weight"][0] @ seen + w["critic.bias"][0])
            if t > 0:
                dopamine[lane, t - 1] = told + o["gamma"] * V - V_before
                for part in everything:
                    part.meet(dopamine[lane, t - 1])
            eps, now, did = np.zeros(A), np.zeros(A), np.zeros(A)
            if o["linear"]:
                now = answer[lane, t] - p
                told = -np.mean((answer[lane, t] - p) ** 2) / T
            else:
                a = actions[lane, t] = draw(p, o["seed"], int(o["kl"] > 0), lane, t)
                did[a] = 1
                if o["teach"] != "supervised":
                    eps = did - p
                H = -np.sum(p * np.log(p))
                now = o["entropy"] * p * (-np.log(p) - H)
                if o["teach"] != "reward":
                    now = now + np.eye(A)[int(answer[lane, t, 0])] - p
                apart, said[lane, t] = np.log(p / old_p), old_p
                far += p @ apart / o["lanes"]
                now = now - o["kl"] * p * (apart - p @ apart)
                told = reward[lane, t]
            if o["gain_out"]:
                slope = slope_of(o["gain_out"], m_out, meant)
                Wu.learn(eps * slope, now * slope, s_before, k)
                eps, now = (1 + m_out) * eps, (1 + m_out) * now
            if o["gain_in"]:
                slope = slope_of(o["gain_in"], m_in, u[lane, t])
                Bi = w["feedback_input.weight"]
                Wi.learn((Bi @ eps) * slope, (Bi @ now) * slope, s_before, k)
            credit, credit_now = B @ eps, B @ now
            h_all = np.concatenate(held)
            for l in range(L):
                at = slice(l * n, (l + 1) * n)
                units[l].learn(credit[at] * (1 + m[at]), credit_now[at] * (1 + m[at]), k,
                              m_before[at])
            slope = h_all * (o["gain"] - m ** 2 / o["gain"] if o["gain"] else 0)
            Wa.learn(credit * slope, credit_now * slope, s_before, k)
            Wo.learn(eps, now, out[-1], k)
            bo.learn(eps, now, [1.0], k)
            wv.learn([1.0], [0.0], seen, k)
            bv.learn([1.0], [0.0], [1.0], k)
            if o["learns"]:
                signal.learn(w["critic.weight"][0, :S], np.zeros(S), k, np.zeros(S))
            for layer in units + old_units:
                layer.take_up(reward[lane, t])
            V_before = V
        dopamine[lane, T - 1] = told - V_before
        for part in everything:
            part.meet(dopamine[lane, T - 1])
    change = {}
    for l in range(L):
        change.update(change_of(o, units[l], l))
    change.update({"h2o.weight": Wo.change, "h2o.bias": bo.change, "critic.weight": wv.change,
                   "critic.bias": bv.change})
    if o["gain"]:
        change["gain.weight"] = Wa.change
    if o["gain_in"]:
        change["gain_input.weight"] = Wi.change
    if o["gain_out"]:
        change["gain_output.weight"] = Wu.change
    if o["learns"]:
        change.update({f"signal.{x}_l0": signal.change[i] for i, x in enumerate(NAMES)})
    if o["kl"]:
        change["kl"] = np.array([far])
    return change, actions, dopamine, said


def policy_gradient(o, w, u, actions, dopamine, said):
    """Of sum_t A_t log pi(a_t) + c H_t - kl KL(pi || pi_first) by autograd, A held fixed."""
    import torch
    torch.set_default_dtype(torch.float64)
    p = {k: torch.tensor(v, requires_grad=True) for k, v in w.items()
         if k.startswith(("gru.", "h2o."))}
    cell = lambda x, h: torch.gru_cell(x[None], h[None], *(p[f"gru.{x_}_l0"] for x_ in NAMES))[0]
    total, k = 0, o["gamma"] * o["lam"]
    for lane in range(o["lanes"]):
        h = torch.zeros(o["n"])
        for t in range(o["T"]):
            h = cell(torch.tensor(u[lane, t]), h)
            logp = torch.log_softmax(p["h2o.weight"] @ h + p["h2o.bias"], 0)
            A = sum(k ** (i - t) * dopamine[lane, i] for i in range(t, o["T"]))
            total = total + A * logp[actions[lane, t]] - o["entropy"] * (logp.exp() * logp).sum()
            if o["kl"]:
                total = total - o["kl"] * (logp.exp() * (logp - torch.tensor(said[lane, t]).log())).sum()
    total.backward()
    return {name: v.grad.numpy() for name, v in p.items()}


def make():
    out, notes, worst = {}, {}, 0
    for number, changes in enumerate(CASES):
        o = dict(BASE, **changes)
        rng = np.random.default_rng(100 + number)
        f32 = lambda a: a.astype(np.float32).astype(np.float64)
        w = weights_of(o, rng)
        u = f32(rng.normal(0, 1, (o["lanes"], o["T"], o["I"])))
        reward = f32(rng.normal(0, 1, (o["lanes"], o["T"])))
        answer = f32(rng.normal(0, 1, (o["lanes"], o["T"], o["A"]))) if o["linear"] else \
            rng.integers(0, o["A"], (o["lanes"], o["T"], 1)).astype(float)
        first = weights_of(o, rng) if o["kl"] else w
        change, actions, dopamine, said = update(o, w, first, u, reward, answer)
        if o["plain"]:
            want = policy_gradient(o, w, u, actions, dopamine, said)
            worst = max([worst] + [float(np.abs(change[k] - v).max()) for k, v in want.items()])
        for name, value in (("u", u), ("reward", reward), ("answer", answer),
                            ("actions", actions.astype(np.int64)), ("dopamine", dopamine)):
            out[f"{number}/{name}"] = value
        out.update({f"{number}/param/{k}": v for k, v in w.items()})
        if o["kl"]:
            out.update({f"{number}/first/{k}": v for k, v in first.items()})
        out.update({f"{number}/change/{k}": v for k, v in change.items()})
        notes[f"{number}"] = ",".join(f"{k}={v}" for k, v in o.items())
    return out, notes, worst


if __name__ == "__main__":
    made, notes, worst = make()
    print("without recurrence the change is off the policy gradient by", worst)
    assert worst < 1e-12
    if "--check" in sys.argv:
        kept, kept_notes = read_safetensors(FILE)
        assert set(kept) == set(made) and kept_notes == notes
        off = max(float(np.abs(kept[k] - made[k]).max()) for k in made)
        print("largest difference", off)
        sys.exit(off > 1e-12)
    write_safetensors(FILE, made, notes)
