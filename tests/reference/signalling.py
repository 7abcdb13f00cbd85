"""Check values for the Neuromodulator Signaling Model: one update by the online causal equations, in
float64 and plain loops, one weight's trace, tag and change at a time (equations:
src/learner/signalling.h).

  signalling.py           write tests/data/signalling.safetensors
  signalling.py --check   recompute and compare with the file; the exact policy gradient by autograd

Order in a step t: m_t from s_{t-1}; layers from below (the matrices read o_{t-1}, z keeps h_{t-1});
output; s_t from [o_t of all layers; p_t; what was done at t-1; r_{t-1}]; V_t; now delta_{t-1} = r_{t-1}
+ gamma V_t - V_{t-1} is known and meets the tags of t-1; then the tags take in step t. After the last
step V = 0. The change of every weight is sum_t delta_t tag_t + N_t e_t, summed over lanes.

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
            plain=0, seed=1, gain_in=0.0, gain_out=0.0)
CASES = [dict(), dict(trace="decay", gain=0.0, feedback="random"), dict(layers=2, sees=1),
         dict(feedback="symmetric", teach="mixed"), dict(teach="supervised", layers=2, n=3),
         dict(linear=1, teach="supervised"), dict(learns=1, S=5),
         # no recurrence, no gains, B = W_o', lambda 1: the exact policy gradient
         dict(plain=1, gain=0.0, feedback="symmetric", lam=1.0, n=5),
         # signals to all three segments, and to each of the two others alone
         dict(gain_in=0.7, gain_out=0.5, teach="mixed", layers=2), dict(gain_in=0.8, gain=0.0),
         dict(gain_out=0.9, gain=0.0, linear=1, teach="supervised")]
MASK = 0xFFFFFFFF


def philox(counter, key):
    c, k = list(counter), list(key)
    for _ in range(10):
        a, b = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [(b >> 32) ^ c[1] ^ k[0], b & MASK, (a >> 32) ^ c[3] ^ k[1], a & MASK]
        k = [(k[0] + 0x9E3779B9) & MASK, (k[1] + 0xBB67AE85) & MASK]
    return c


def draw(p, seed, lane, t):
    v = philox((t, lane, 0, 2), (seed & MASK, seed >> 32))
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


class Gru:
    """One layer: its step, and the traces of each of its weights."""

    def __init__(self, weights, trace):
        self.w, self.trace = weights, trace
        self.n = weights[1].shape[1]
        self.change = [np.zeros_like(w) for w in weights]

    def begin(self):
        self.e = [np.zeros_like(w) for w in self.w]
        self.tag = [np.zeros_like(w) for w in self.w]
        self.h = np.zeros(self.n)

    def step(self, x, before):
        w_ih, w_hh, b_ih, b_hh = self.w
        n, gi, gh = self.n, w_ih @ x + b_ih, w_hh @ before + b_hh
        r, z, q = sigmoid(gi[:n] + gh[:n]), sigmoid(gi[n:2 * n] + gh[n:2 * n]), gh[2 * n:]
        new = np.tanh(gi[2 * n:] + r * q)
        self.seen = (x, before, self.h, r, z, new, q)
        self.h = (1 - z) * new + z * self.h
        return self.h

    def meet(self, delta):
        for c, tag in zip(self.change, self.tag):
            c += delta * tag

    def learn(self, credit, now, k, gain_before):
        x, before, held, r, z, new, q = self.seen
        n, w_hh = self.n, self.w[1]
        for j in range(n):
            pn = (1 - z[j]) * (1 - new[j] ** 2)
            psi = [pn * q[j] * r[j] * (1 - r[j]), (held[j] - new[j]) * z[j] * (1 - z[j]), pn]
            own = z[j]
            if self.trace == "diagonal":
                own += (1 + gain_before[j]) * (psi[0] * w_hh[j, j] + psi[1] * w_hh[n + j, j]
                                               + pn * r[j] * w_hh[2 * n + j, j])
            for gate in range(3):
                row, through = gate * n + j, r[j] if gate == 2 else 1
                for which, s in ((0, x), (1, through * before), (2, 1.0), (3, through)):
                    e, tag = self.e[which], self.tag[which]
                    e[row] = own * e[row] + psi[gate] * s
                    tag[row] = k * tag[row] + credit[j] * e[row]
                    self.change[which][row] += now[j] * e[row]


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


def weights_of(o, rng):
    n, S, I, A, U = o["n"], o["S"], o["I"], o["A"], o["n"] * o["layers"]
    heard, seen = U + 2 * A + 1, S + (U if o["sees"] else 0)
    w = {}
    for l in range(o["layers"]):
        for name, cols in zip(NAMES, (I if l == 0 else n, n, 0, 0)):
            w[f"gru.{name}_l{l}"] = rng.normal(0, .8, (3 * n, cols) if cols else 3 * n)
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


def update(o, w, u, reward, answer):
    L, n, S, A, T = o["layers"], o["n"], o["S"], o["A"], o["T"]
    U, k = n * L, o["gamma"] * o["lam"]
    grus = [Gru([w[f"gru.{x}_l{l}"] for x in NAMES], o["trace"]) for l in range(L)]
    signal = Gru([w[f"signal.{x}_l0"] for x in NAMES], o["trace"])
    Wo, bo, Wa = Linear(A, n), Linear(A), Linear(U, S)
    wv, bv = Linear(*w["critic.weight"].shape), Linear(1)
    Wi, Wu = Linear(o["I"], S), Linear(A, S)  # gains of the inputs, of the output
    everything = grus + [Wo, bo, Wa, wv, bv, Wi, Wu] + ([signal] if o["learns"] else [])
    gained = lambda most, name, s: most * np.tanh(w[name] @ s) if most else 0.0
    slope_of = lambda most, m, h: h * (most - m ** 2 / most)
    B, actions = w["feedback.weight"], np.zeros((o["lanes"], T), int)
    dopamine = np.zeros((o["lanes"], T))
    for lane in range(o["lanes"]):
        for part in everything + [signal]:
            part.begin()
        s, m, out = np.zeros(S), np.zeros(U), [np.zeros(n)] * L
        did, told, V_before = np.zeros(A), 0.0, 0.0
        for t in range(T):
            m_before, s_before = m, s
            m = o["gain"] * np.tanh(w["gain.weight"] @ s)
            m_in = gained(o["gain_in"], "gain_input.weight", s)
            m_out = gained(o["gain_out"], "gain_output.weight", s)
            x, before, held = (1 + m_in) * u[lane, t], out, []
            out = []
            for l in range(L):
                h = grus[l].step(x, before[l])
                held.append(h)
                x = (1 + m[l * n:(l + 1) * n]) * h
                out.append(x)
            meant = w["h2o.weight"] @ out[-1] + w["h2o.bias"]
            p = (1 + m_out) * meant
            if not o["linear"]:
                p = np.exp(p - p.max())
                p /= p.sum()
            every = np.concatenate(out)
            s = signal.step(np.concatenate([every, p, did, [told]]), s)
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
                a = actions[lane, t] = draw(p, o["seed"], lane, t)
                did[a] = 1
                if o["teach"] != "supervised":
                    eps = did - p
                H = -np.sum(p * np.log(p))
                now = o["entropy"] * p * (-np.log(p) - H)
                if o["teach"] != "reward":
                    now = now + np.eye(A)[int(answer[lane, t, 0])] - p
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
                grus[l].learn(credit[at] * (1 + m[at]), credit_now[at] * (1 + m[at]), k,
                              m_before[at])
            slope = h_all * (o["gain"] - m ** 2 / o["gain"] if o["gain"] else 0)
            Wa.learn(credit * slope, credit_now * slope, s_before, k)
            Wo.learn(eps, now, out[-1], k)
            bo.learn(eps, now, [1.0], k)
            wv.learn([1.0], [0.0], seen, k)
            bv.learn([1.0], [0.0], [1.0], k)
            if o["learns"]:
                signal.learn(w["critic.weight"][0, :S], np.zeros(S), k, np.zeros(S))
            V_before = V
        dopamine[lane, T - 1] = told - V_before
        for part in everything:
            part.meet(dopamine[lane, T - 1])
    change = {f"gru.{x}_l{l}": grus[l].change[i] for l in range(L) for i, x in enumerate(NAMES)}
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
    return change, actions, dopamine


def policy_gradient(o, w, u, actions, dopamine):
    """Of sum_t A_t log pi(a_t) + c H_t by autograd, A held fixed."""
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
        change, actions, dopamine = update(o, w, u, reward, answer)
        if o["plain"]:
            want = policy_gradient(o, w, u, actions, dopamine)
            worst = max(float(np.abs(change[k] - v).max()) for k, v in want.items())
        for name, value in (("u", u), ("reward", reward), ("answer", answer),
                            ("actions", actions.astype(np.int64)), ("dopamine", dopamine)):
            out[f"{number}/{name}"] = value
        out.update({f"{number}/param/{k}": v for k, v in w.items()})
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
