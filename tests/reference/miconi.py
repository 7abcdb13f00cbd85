"""Check values and an independent simulation of the reward-modulated Hebbian network of
Miconi 2017, eLife 6:e20899, doi:10.7554/eLife.20899, in float64 numpy.

  miconi.py                 write tests/data/miconi.safetensors
  miconi.py --check         recompute and compare (largest difference <= 1e-11)
  miconi.py --run dnms --constants printed --seeds 1 2 3 --trials 2000 [--rule node] [--shuffled]
                            the whole experiment; one line a run: trials to criterion, milliseconds
                            a trial; errors to --out FILE.npz

One trial, dt = 1 ms, t = 1 ... T; J is [post][pre]; r(0) = tanh(x(0)), xbar(0) = x(0):

  x(t)    = x(t-1) + dt/tau (-x(t-1) + J r(t-1) + B u(t) + xi(t));  bias neurons are then put back
  D(t)    = x(t) - xbar(t-1);     xbar(t) = .05 xbar(t-1) + .95 x(t);     r(t) = tanh(x(t))
  exploratory:        H_ij += (r_j(t-1) D_i(t))^3
  node perturbation:  H_ij += r_j(t-1) xi_i(t)
  e       = mean over the last 200 ms of |r_0(t) - target|
  J_ij   += clip(-eta m (e - ebar_k) H_ij, -c, c),  m = ebar_k if scaled, else 1     after warm-up
  ebar_k  = a ebar_k + (1 - a) e          k: the sort of trial; ebar_k = 0 at first

The same learner on networks whose equations name no noise (PyTorch's rnn and gru): xi is added to each
sum in which matrices stand, a = W u + V h + b + xi and so on, and H of each of its matrices is

  exploratory:        H_ij += (pre_j(t) (a_i(t) - abar_i(t-1)))^3,  abar <- .05 abar + .95 a, a(1) at first
  node perturbation:  H_ij += pre_j(t) xi_i(t)

Matrices that read u learn `share` times as fast. Biases stay.

And where a connection has a slow part w and a trace L that lives (LIVING below), y = (w + alpha L) x, L is an
input of the step: with noise xi_i in the sum a_i that y_i stands in, H is

  of w          as of any matrix, with pre_j = x_j
  of alpha      exploratory: sum_t (L_ij x_j D_i)^3     node perturbation: sum_t L_ij x_j xi_i
  of one alpha for each post unit, or for all: L_ij x_j becomes sum_j L_ij x_j, and for all the sum over i

A read-out w_m y + b_m that modulates is a sum with noise of its own. `alpha` learns `alpha_rate` times as fast.
"""
import argparse
import json
import os
import sys
import time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
import numpy as np  # noqa: E402

FILE = os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "data",
                    "miconi.safetensors")
# A trial of 1,000 steps carries the last digit of its first sums: two BLAS libraries end 1.2e-12 apart.
TOLERANCE = 1e-11
TAU, X0, KEEP = 30.0, 0.1, 0.05

# printed: the constants in the paper's text; the perturbation of the activation by +-0.5 is one of
# +-15 inside the bracket. working: those of Amine's specification.
PRINTED = dict(bias={1: 1.0, 10: 1.0, 11: 1.0, 12: 1.0}, rate=0.003, amplitude=15.0, eta=0.5,
               scaled=False, clip=1e-4, average=0.33, warmup=100, target=1.0)
WORKING = dict(bias={1: 1.0, 10: 1.0, 11: -1.0}, rate=0.003, amplitude=16.0, eta=0.1,
               scaled=True, clip=3e-4, average=0.75, warmup=100, target=0.98)


def constants(name, task):
    c = dict(PRINTED if name == "printed" else WORKING)
    if name == "working" and task == "selective":
        c.update(amplitude=30.0, clip=2e-4, eta=0.01)
    return c


def clamp(x, bias):
    for i, value in bias.items():
        x[i] = value


def trial(J, B, x, u, xi, bias, rule):
    """Plays a trial; returns r [T][N], the last x and H."""
    x = x.copy()
    clamp(x, bias)
    xbar, r = x.copy(), np.tanh(x)
    steps, n = xi.shape
    post, pre, rates = np.empty((steps, n)), np.empty((steps, n)), np.empty((steps, n))
    drive = u @ B.T + xi
    for t in range(steps):
        pre[t] = r
        x = x + (1 / TAU) * (-x + J @ r + drive[t])
        clamp(x, bias)
        post[t] = x - xbar
        xbar = KEEP * xbar + (1 - KEEP) * x
        r = np.tanh(x)
        rates[t] = r
    if rule == "exploratory":
        H = (post ** 3).T @ pre ** 3
    else:
        H = xi.T @ pre
    return rates, x, H


def trial_loops(J, B, x, u, xi, bias, rule):
    """The same by the letter: one neuron, one connection, one step at a time."""
    n, x = len(x), list(x)
    clamp(x, bias)
    xbar, r = list(x), [np.tanh(a) for a in x]
    H, rates = np.zeros((n, n)), []
    for t in range(len(u)):
        new = []
        for i in range(n):
            inside = -x[i] + xi[t][i]
            for j in range(n):
                inside += J[i][j] * r[j]
            for k in range(u.shape[1]):
                inside += B[i][k] * u[t][k]
            new.append(x[i] + inside / TAU)
        clamp(new, bias)
        for i in range(n):
            d = new[i] - xbar[i]
            for j in range(n):
                H[i][j] += (r[j] * d) ** 3 if rule == "exploratory" else r[j] * xi[t][i]
            xbar[i] = KEEP * xbar[i] + (1 - KEEP) * new[i]
        x, r = new, [np.tanh(a) for a in new]
        rates.append(r)
    return np.array(rates), np.array(x), H


def trial_text(kind, W, h, u, xi, rule):
    """W: weight_ih [S n][n_in], weight_hh [S n][n], bias_ih, bias_hh; xi [T][sums][n]. Returns the
    outputs [T][n] and H of both weights."""
    n, H, mean = len(h), {k: np.zeros_like(W[k]) for k in W}, None
    sigmoid, outputs = lambda a: 1 / (1 + np.exp(-a)), []
    part = [slice(k * n, (k + 1) * n) for k in range(3)]
    for t in range(len(u)):
        x, y = W["weight_ih"] @ u[t] + W["bias_ih"], W["weight_hh"] @ h + W["bias_hh"]
        if kind == "rnn":
            a = [x + y + xi[t, 0]]
            rows = [(part[0], True, True)]  # of which rows, onto which of the two
            new = np.tanh(a[0])
        else:  # gates r, z; q is what r multiplies
            a = [x[part[0]] + y[part[0]] + xi[t, 0], x[part[1]] + y[part[1]] + xi[t, 1],
                 y[part[2]] + xi[t, 2]]
            r, z = sigmoid(a[0]), sigmoid(a[1])
            a.append(x[part[2]] + r * a[2] + xi[t, 3])
            rows = [(part[0], True, True), (part[1], True, True), (part[2], False, True),
                    (part[2], True, False)]
            new = (1 - z) * np.tanh(a[3]) + z * h
        mean = [b.copy() for b in a] if mean is None else mean
        for k, (s, reads_u, reads_h) in enumerate(rows):
            post = a[k] - mean[k] if rule == "exploratory" else xi[t, k]
            power = 3 if rule == "exploratory" else 1
            if reads_u:
                H["weight_ih"][s] += np.outer(post, u[t]) ** power
            if reads_h:
                H["weight_hh"][s] += np.outer(post, h) ** power
            mean[k] = KEEP * mean[k] + (1 - KEEP) * a[k]
        h = new
        outputs.append(h)
    return np.array(outputs), H


def living_names(case, n):
    """The tensors of a case in the program's order: name, shape, size of its numbers."""
    net, alpha, mod, rule = case["network"], case["alpha"], case["modulator"], case["rule"]
    few = {"connection": (n, n), "neuron": (n,), "network": (1,), "none": None}[alpha]
    if net == "lstm":
        out = [("lstm.weight_ih_l0", (4 * n, 2), 1), ("lstm.weight_hh_l0", (4 * n, n), .25),
               ("lstm.bias_ih_l0", (4 * n,), .25), ("lstm.bias_hh_l0", (4 * n,), .25),
               ("lstm.alpha_l0", few, 1)]
    else:
        out = [("i2h.weight", (n, 2), 1), ("i2h.bias", (n,), .25), ("w", (n, n), .25)]
        out += [("alpha", few, 1)] if few else []
    if mod == "readout":
        out += [("h2mod.weight", (1, n), .25), ("h2mod.bias", (1,), .25)]
    if rule == "eligibility":
        out += [("etaet", (1,), .25)]
    return out


def given_number(what, u, t, off):
    """m of step t, of what was seen up to it or how far the answer was off (None: nothing was asked)."""
    if what == "novelty":
        mean = u[:t].mean(0) if t else np.zeros(u.shape[1])
        return min(1.0, max(abs(a - b) for a, b in zip(u[t], mean)))
    return 0.0 if off is None else min(1.0, abs(off))  # error: the root of its square


def trial_living(case, W, h, u, xi, target):
    """xi [T][sums][n] (of a read-out's the first of n). target of the last fifth of the steps. Returns
    outputs [T][n], H of the matrices and alphas, and L after the last step."""
    n, steps = len(h), len(u)
    sigmoid = lambda a: 1 / (1 + np.exp(-a))
    f = (lambda a: a ** 3) if case["learns"] == "exploratory" else (lambda a: a)
    H = {k: np.zeros_like(W[k]) for k in W if "bias" not in k and k != "etaet"}
    L, E, c, mean, outputs = np.zeros((n, n)), np.zeros((n, n)), np.zeros(n), None, []
    lstm, readout = case["network"] == "lstm", case["modulator"] == "readout"
    alpha = {"lstm": "lstm.alpha_l0"}.get(case["network"], "alpha")
    for t in range(steps):
        x = h.copy()
        A = W[alpha] if alpha in W else np.ones(1)
        K = (A[:, None] if case["alpha"] == "neuron" else A) * L
        if lstm:
            V, U = W["lstm.weight_ih_l0"], W["lstm.weight_hh_l0"]
            b = W["lstm.bias_ih_l0"] + W["lstm.bias_hh_l0"]
            a = []
            for k in range(4):
                s = slice(k * n, (k + 1) * n)
                a.append(V[s] @ u[t] + U[s] @ x + (K @ x if k == 2 else 0) + b[s] + xi[t, k])
            g = np.tanh(a[2])
            c = sigmoid(a[1]) * c + sigmoid(a[0]) * g
            h = sigmoid(a[3]) * np.tanh(c)
        else:
            a = [W["i2h.weight"] @ u[t] + W["i2h.bias"] + (W["w"] + K) @ x + xi[t, 0]]
            h = g = np.tanh(a[0])
        outputs.append(h)
        if readout:
            a.append(W["h2mod.weight"] @ h + W["h2mod.bias"] + xi[t, len(a), :1])
            eta = np.tanh(a[-1])[0]
        else:
            eta = given_number(case["modulator"], u, t, h[0] - target if t >= steps - steps // 5 else None)
        mean = [v.copy() for v in a] if mean is None else mean
        D = [f(v - m) if case["learns"] == "exploratory" else xi[t, k, :len(v)]
             for k, (v, m) in enumerate(zip(a, mean))]
        mean = [KEEP * m + (1 - KEEP) * v for m, v in zip(mean, a)]
        for i in range(n):  # by the letter: one neuron at a time
            for k in range(4 if lstm else 1):
                into, of = ("lstm.weight_ih_l0", "lstm.weight_hh_l0") if lstm else ("i2h.weight", "w")
                H[into][k * n + i] += D[k][i] * f(u[t])
                H[of][k * n + i] += D[k][i] * f(x)
            d = D[2 if lstm else 0][i]
            if case["alpha"] == "connection":
                H[alpha][i] += d * f(L[i] * x)
            elif alpha in W:
                H[alpha][i if case["alpha"] == "neuron" else 0] += d * f(sum(L[i, j] * x[j] for j in range(n)))
        if readout:
            H["h2mod.weight"][0] += D[-1][0] * f(h)
        product = np.outer(g, x)
        if case["rule"] == "clip":
            L = np.clip(L + eta * product, -case["bound"], case["bound"])
        elif case["rule"] == "decay":
            L = (1 - eta) * L + eta * product
        else:
            L, E = np.clip(L + eta * E, -case["bound"], case["bound"]), \
                (1 - W["etaet"]) * E + W["etaet"] * product
    return np.array(outputs), H, L


def learn(J, H, e, expected, kind, c, index):
    """Changes J and expected[kind] by the trial's error; returns the change."""
    change = np.zeros_like(J)
    if index >= c["warmup"]:
        m = expected[kind] if c["scaled"] else 1.0
        change = np.clip(-c["eta"] * m * (e - expected[kind]) * H, -c["clip"], c["clip"])
        J += change
    expected[kind] = c["average"] * expected[kind] + (1 - c["average"]) * e
    return change


# ------------------------------------------------------------------ the tasks
def dnms(rng):
    """(u [1000][2], sort of trial, sign of the target)"""
    first, second = rng.integers(2), rng.integers(2)
    u = np.zeros((1000, 2))
    u[0:200, first] = 1
    u[400:600, second] = 1
    return u, 2 * first + second, 1.0 if first != second else -1.0


def selective(rng):
    """(u [700][4], ...): two noisy inputs for 500 ms, two context inputs throughout"""
    context, sign = rng.integers(2), rng.integers(2, size=2)
    u = np.zeros((700, 4))
    u[:500, 0:2] = rng.standard_normal((500, 2)) + (sign - 0.5)
    u[:, 2 + context] = 1
    return u, 4 * context + 2 * sign[0] + sign[1], 1.0 if sign[context] else -1.0


TASKS = {"dnms": (dnms, 2, 4), "selective": (selective, 4, 8)}


def experiment(task, c, rule, seed, trials, shuffled):
    """The errors of a run. shuffled: learns from the error of a random one of the last 100 trials."""
    make, n_in, n_kinds = TASKS[task]
    rng = np.random.default_rng(seed)
    n = 200
    J = rng.standard_normal((n, n)) * 1.5 / np.sqrt(n)
    B = rng.uniform(-1, 1, (n, n_in))
    expected, errors = np.zeros(n_kinds), []
    for index in range(trials):
        u, kind, sign = make(rng)
        xi = np.where(rng.random((len(u), n)) < c["rate"], 1.0, 0.0)
        xi *= c["amplitude"] * rng.uniform(-1, 1, xi.shape)
        rates, _, H = trial(J, B, rng.uniform(-X0, X0, n), u, xi, c["bias"], rule)
        errors.append(np.abs(rates[-200:, 0] - sign * c["target"]).mean())
        seen = errors[-1 - rng.integers(min(100, len(errors)))] if shuffled else errors[-1]
        learn(J, H, seen, expected, kind, c, index)
    return np.array(errors)


def criterion(errors, bound=1.0, window=100, share=95):
    """Trials until `share` of `window` successive ones had an error below the bound; -1: never."""
    good = np.cumsum(np.concatenate([[0], errors < bound]))
    full = np.nonzero(good[window:] - good[:-window] >= share)[0]
    return int(full[0]) + window if len(full) else -1


def simulate(o):
    c = constants(o.constants, o.task)
    for name in ("eta", "clip"):
        if getattr(o, name) is not None:
            c[name] = getattr(o, name)
    kept = {}
    for seed in o.seeds:
        start = time.time()
        errors = experiment(o.task, c, o.rule, seed, o.trials, o.shuffled)
        ms = 1000 * (time.time() - start) / o.trials
        kept["seed%d" % seed] = errors
        print("%s %s %s%s seed %d: 95 of 100 below 1 after %d, below .5 after %d; mean of the last "
              "100 %.3f; %.1f ms a trial" % (o.task, o.constants, o.rule,
                                             " shuffled" if o.shuffled else "", seed,
                                             criterion(errors), criterion(errors, 0.5),
                                             errors[-100:].mean(), ms), flush=True)
        if o.out:
            np.savez(o.out, **kept)


# ------------------------------------------------------------------ check values
class Draws:
    """The generator of the cases: s = s * 6364136223846793005 + 1442695040888963407 (mod 2^64),
    a draw is (s >> 40) / 2^24. All numbers made of it are rounded to float32."""

    def __init__(self, seed):
        self.s = seed

    def uniform(self, scale, *shape):
        out = np.empty(int(np.prod(shape)))
        for k in range(len(out)):
            self.s = (self.s * 6364136223846793005 + 1442695040888963407) % 2 ** 64
            out[k] = np.float32(2 * ((self.s >> 40) / 2 ** 24) - 1) * np.float32(scale)
        return out.astype(np.float32).astype(np.float64).reshape(shape)

    def rare(self, rate, amplitude, *shape):
        hit = self.uniform(1, *shape) < 2 * rate - 1
        return np.where(hit, self.uniform(amplitude, *shape), 0.0)


CASES = {  # n, T, trials, rule, constants, chance and amplitude of a perturbation, clip
    "small": (19, 60, 4, "exploratory", "printed", 0.03, 15, 1e-4),
    "scaled": (33, 45, 4, "exploratory", "working", 0.03, 16, 3e-4),
    "node": (19, 60, 4, "node", "printed", 0.03, 15, 2e-3),
    "full": (200, 1000, 2, "exploratory", "working", 0.003, 16, 3e-4),
}


def compute(name):
    """Successive trials; the sorts of trial are 0, 1, 0, 1 ...; no warm-up."""
    n, steps, trials, rule, const, rate, amplitude, limit = CASES[name]
    c = dict(constants(const, "dnms"), clip=limit, warmup=0)
    draws = Draws(20170000 + n)
    scale = np.float32(1.5 * np.sqrt(3.0 / n))
    J, B = draws.uniform(scale, n, n), draws.uniform(1, n, 2)
    expected = np.array([1.0, 0.75])
    out = {}
    for k in range(trials):
        x = draws.uniform(X0, n)
        u = np.zeros((steps, 2))
        u[0:steps // 5, k % 2] = 1
        u[2 * steps // 5:3 * steps // 5, k // 2] = 1
        xi = draws.rare(rate, amplitude, steps, n)
        play = trial_loops if n < 40 else trial
        rates, x, H = play(J, B, x, u, xi, c["bias"], rule)
        target = c["target"] if k % 2 else -c["target"]
        e = np.abs(rates[-(steps // 5):, 0] - target).mean()
        change = learn(J, H, e, expected, k % 2, c, k)
        tag = "%s/%d/" % (name, k)
        out[tag + "output"] = rates[:, 0]
        out[tag + "x"] = x
        out[tag + "error"] = np.array([e])
        rows = slice(0, n if n < 40 else 3)
        out[tag + "H"] = H[rows]
        out[tag + "change"] = change[rows]
    out[name + "/expected"] = expected
    return out


# kind, sums, n, T, trials, rule, chance and amplitude, clip, share of the input's matrices
TEXTS = {
    "rnn": ("rnn", 1, 19, 60, 3, "exploratory", 0.03, 2, 0.2, 0.5),
    "gru": ("gru", 4, 19, 60, 3, "exploratory", 0.03, 2, 0.2, 0.5),
    "gru-node": ("gru", 4, 19, 60, 2, "node", 0.03, 2, 0.2, 0),
}


def compute_text(name):
    kind, sums, n, steps, trials, rule, rate, amplitude, limit, share = TEXTS[name]
    c = dict(PRINTED, clip=limit, warmup=0)
    draws = Draws(20170000 + n)
    S = 3 if kind == "gru" else 1
    W = {"weight_ih": draws.uniform(1, S * n, 2), "weight_hh": draws.uniform(.5, S * n, n),
         "bias_ih": draws.uniform(.5, S * n), "bias_hh": draws.uniform(.5, S * n)}
    expected = np.array([1.0, 0.75])
    out = {}
    for k in range(trials):
        h = draws.uniform(X0, n)
        u = np.zeros((steps, 2))
        u[0:steps // 5, k % 2] = 1
        u[2 * steps // 5:3 * steps // 5, k // 2] = 1
        xi = draws.rare(rate, amplitude, steps, sums, n)
        outputs, H = trial_text(kind, W, h, u, xi, rule)
        e = np.abs(outputs[-(steps // 5):, 0] - (1.0 if k % 2 else -1.0)).mean()
        before = expected.copy()
        tag = "%s/%d/" % (name, k)
        for w in ("weight_ih", "weight_hh"):
            expected[:] = before
            c["eta"] = PRINTED["eta"] * (share if w == "weight_ih" else 1)
            out[tag + "change_" + w] = learn(W[w], H[w], e, expected, k % 2, c, k)
        out[tag + "output"] = outputs[:, 0]
        out[tag + "x"] = outputs[-1]
        out[tag + "error"] = np.array([e])
        out[tag + "H_weight_ih"] = H["weight_ih"] * (share > 0)
        out[tag + "H_weight_hh"] = H["weight_hh"]
    out[name + "/expected"] = expected
    return out


# steps: more than two blocks of the program's 32
LIVING = {
    "living-rnn": dict(network="rnn", rule="clip", modulator="readout", alpha="connection", learns="exploratory",
                       sums=2, share=0.5, alpha_rate=1.0),
    "living-lstm": dict(network="lstm", rule="decay", modulator="novelty", alpha="neuron", learns="exploratory",
                        sums=4, share=0.5, alpha_rate=0.25),
    "living-node": dict(network="rnn", rule="eligibility", modulator="error", alpha="network", learns="node",
                        sums=1, share=0, alpha_rate=2.0),
    "living-alone": dict(network="hebbian", rule="clip", modulator="novelty", alpha="none", learns="exploratory",
                         sums=1, share=0, alpha_rate=1.0),
}
LIVING_N, LIVING_T, LIVING_TRIALS = 19, 75, 3


def compute_living(name):
    case = dict(LIVING[name], bound=0.15)
    n, steps = LIVING_N, LIVING_T
    c = dict(PRINTED, clip=0.05, warmup=0)
    draws = Draws(20170000 + n)
    W = {k: draws.uniform(scale, *shape) for k, shape, scale in living_names(case, n)}
    expected, out = np.array([1.0, 0.75]), {}
    for k in range(LIVING_TRIALS):
        h = draws.uniform(X0, n)
        u = np.zeros((steps, 2))
        u[0:steps // 5, k % 2] = 1
        u[2 * steps // 5:3 * steps // 5, k // 2] = 1
        xi = draws.rare(0.03, 2, steps, case["sums"], n)
        target = 1.0 if k % 2 else -1.0
        outputs, H, L = trial_living(case, W, h, u, xi, target)
        assert np.abs(L).max() > 0.1
        e = np.abs(outputs[-(steps // 5):, 0] - target).mean()
        before, tag = expected.copy(), "%s/%d/" % (name, k)
        for w in H:
            share = case["share"] if w in ("i2h.weight", "lstm.weight_ih_l0") else 1
            share *= case["alpha_rate"] if "alpha" in w else 1
            if share == 0:
                continue
            expected[:] = before
            c["eta"] = PRINTED["eta"] * share
            out[tag + "change_" + w] = learn(W[w], H[w], e, expected, k % 2, c, k)
            out[tag + "H_" + w] = H[w]
        out[tag + "output"], out[tag + "x"], out[tag + "error"] = outputs[:, 0], outputs[-1], np.array([e])
    out[name + "/expected"] = expected
    return out


def write_safetensors(path, tensors):
    header, blobs, at = {}, [], 0
    for name in sorted(tensors):
        a = np.ascontiguousarray(tensors[name], "<f8")
        blobs.append(a.tobytes())
        header[name] = {"dtype": "F64", "shape": list(a.shape), "data_offsets": [at, at + a.nbytes]}
        at += a.nbytes
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as f:
        f.write(len(text).to_bytes(8, "little") + text + b"".join(blobs))


def read_safetensors(path):
    with open(path, "rb") as f:
        raw = f.read()
    size = int.from_bytes(raw[:8], "little")
    tensors = {}
    for name, e in json.loads(raw[8:8 + size]).items():
        a, b = (8 + size + k for k in e["data_offsets"])
        tensors[name] = np.frombuffer(raw[a:b], "<f8").reshape(e["shape"])
    return tensors


def selftest():
    """The two forms of a trial agree."""
    draws = Draws(7)
    n, steps = 23, 50
    J, B, x = draws.uniform(0.5, n, n), draws.uniform(1, n, 2), draws.uniform(X0, n)
    u, xi = draws.uniform(1, steps, 2), draws.rare(0.05, 15, steps, n)
    worst = 0.0
    for rule in ("exploratory", "node"):
        for a, b in zip(trial(J, B, x, u, xi, PRINTED["bias"], rule),
                        trial_loops(J, B, x, u, xi, PRINTED["bias"], rule)):
            worst = max(worst, float(np.abs(a - b).max()))
    print("the two forms of a trial differ by %.3g" % worst)
    return worst < TOLERANCE


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    parser.add_argument("--run", dest="task", choices=TASKS)
    parser.add_argument("--constants", choices=("printed", "working"), default="printed")
    parser.add_argument("--rule", choices=("exploratory", "node"), default="exploratory")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument("--trials", type=int, default=2000)
    parser.add_argument("--shuffled", action="store_true")
    parser.add_argument("--eta", type=float)
    parser.add_argument("--clip", type=float)
    parser.add_argument("--out")
    o = parser.parse_args()
    if o.task:
        simulate(o)
        return 0
    good = selftest()
    tensors = {}
    for name in CASES:
        tensors.update(compute(name))
    for name in TEXTS:
        tensors.update(compute_text(name))
    for name in LIVING:
        tensors.update(compute_living(name))
    if not o.check:
        write_safetensors(FILE, tensors)
        return 0 if good else 1
    old = read_safetensors(FILE)
    good = good and old.keys() == tensors.keys()
    worst = max(float(np.abs(old[k] - tensors[k]).max()) for k in old) if good else float("inf")
    print("largest difference %.3g" % worst)
    return 0 if worst <= TOLERANCE else 1


if __name__ == "__main__":
    sys.exit(main())
