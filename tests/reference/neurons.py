"""Check values for the spiking neuron models: float64, one step after the other, in plain NumPy.

  neurons.py             write tests/data/neurons.safetensors
  neurons.py --check     recompute and compare with the file (largest difference <= 1e-9)
  neurons.py --converge  hold every scheme against an independent solution (also done by both)

Step k (V in mV, times in ms; g are the synapses' states):

  arrivals of step k reach g; then the model's equations; then V >= threshold is a spike of step k.

lif       tau_m V' = (v_rest - V) + g_e + g_i + I,  g' = -g / tau.  Exact over a step:
          V <- E + (V - E) p + c_e g_e + c_i g_i,  E = v_rest + I,  p = exp(-dt / tau_m),
          c = tau / (tau - tau_m) (exp(-dt / tau) - p), or dt / tau_m p if tau = tau_m; g <- g q.
          tau = 0: an arrival is a jump of V at the end of the step, before the threshold test.
lif-cond  C V' = gL (EL - V) + g_e (E_e - V) + g_i (E_i - V) + I.  Exponential midpoint:
          with g at half time, G = gL + g_e + g_i, V_inf = (gL EL + g_e E_e + g_i E_i + I) / G,
          V <- V_inf + (V - V_inf) exp(-dt G / C); then g <- g q.
izhikevich  twice V <- V + dt/2 ((0.04 V + 5) V + 140 - u + I + g_e + g_i), then
          u <- u + dt a (b V - u); V >= v_peak: V = c, u += d. Then g <- g q (tau = 0: g <- 0).
izhikevich-2007  twice V <- V + dt/2 (k (x - v_r) (x - v_t) - u + I + g_e + g_i) / C, then
          u <- u + dt a (b (x - v_r) - u), x = min(V, v_peak) each time; the rest as izhikevich.
adex      C V' = -gL (V - EL) + gL DT exp((V - VT) / DT) - w + g_e (E_e - V) + g_i (E_i - V) + I,
          tau_w w' = a (V - EL) - w.  Heun's method; g is exact at both ends of the step (before and
          after its decay). V >= v_peak: V = v_reset, w += b.
          Every term of a slope sees min(V, v_peak) (clamp = "all"). Were it the exponential alone
          (clamp = "exp"), w would follow the predictor's V, which leaves toward infinity at a
          spike: --converge shows w off by hundreds of pA then.

lif, lif-cond: after a spike V = v_reset is held for round(refractory / dt) further steps; g go on
decaying, jumps of V are lost.

Sources: Izhikevich 2003 (10.1109/TNN.2003.820440); Izhikevich 2007, Dynamical Systems in Neuroscience
(10.7551/mitpress/2526.001.0001), chapter 8; Brette, Gerstner 2005 (10.1152/jn.00686.2005)
with the parameters 281 pF, 30 nS, ...; Brette et al. 2007 (10.1007/s10827-007-0038-6) for lif-cond.

Tensors of a case NAME: NAME/v0 (and /u0, /w0) [n]; NAME/current [40][n], row s for the steps 50 s
to 50 s + 49; NAME/e_weight [2n], NAME/i_weight [n]: source j reaches neuron j mod n;
NAME/e_spikes, NAME/i_spikes [m][2]: (step in which it is emitted, source), delays of 1 and 3 steps;
NAME/c, NAME/d [n] where neurons have their own. Results: NAME/v, /u or /w, /g_e, /g_i (where tau is
not 0) [2000 / block][n] after every `block` steps, NAME/spikes [m][2]: (step, neuron).

izhikevich, izhikevich-2007 and adex magnify a rounding error with every spike. So after each of these readings their
V, u or w, g_e and g_i are put to the float32 nearest to what was read, and go on from there.

Strings in __metadata__: cases, delay_e, delay_i, NAME/model, NAME/dt_ms, NAME/values
("name=value name=value", what is not the default), NAME/block, NAME/float32 (largest difference of
the same steps done in float32, over the larger of 1 and the largest value). Inputs are exact in
float32, and no V comes nearer to a threshold than 20 times its float32 error.
"""
import argparse
import json
import math
import os
import sys

import numpy as np

PATH = os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "data",
                    "neurons.safetensors")
TOLERANCE = 1e-9
N_STEPS, BLOCK = 2000, 50
DELAY_E, DELAY_I = 1, 3

DEFAULTS = {
    "lif": dict(tau_m_ms=20, v_rest_mv=-65, v_reset_mv=-70, v_threshold_mv=-50, refractory_ms=5,
                tau_e_ms=0, tau_i_ms=0),
    "lif-cond": dict(c_pf=200, g_leak_ns=10, v_rest_mv=-60, v_reset_mv=-60, v_threshold_mv=-50,
                     refractory_ms=5, tau_e_ms=5, tau_i_ms=10, e_e_mv=0, e_i_mv=-80),
    "izhikevich": dict(a=0.02, b=0.2, c=-65, d=8, v_peak_mv=30, tau_e_ms=0, tau_i_ms=0),
    "izhikevich-2007": dict(c_pf=100, k=0.7, v_r_mv=-60, v_t_mv=-40, a=0.03, b=-2, c=-50, d=100, v_peak_mv=35,
                            tau_e_ms=0, tau_i_ms=0),
    "adex": dict(c_pf=281, g_leak_ns=30, v_rest_mv=-70.6, v_t_mv=-50.4, delta_t_mv=2,
                 tau_w_ms=144, a_ns=4, b_pa=80.5, v_reset_mv=-70.6, v_peak_mv=0, refractory_ms=0,
                 tau_e_ms=5, tau_i_ms=10, e_e_mv=0, e_i_mv=-80),
}
THRESHOLD = {"lif": "v_threshold_mv", "lif-cond": "v_threshold_mv", "izhikevich": "v_peak_mv",
             "izhikevich-2007": "v_peak_mv", "adex": "v_peak_mv"}
SLOW = {"izhikevich": "u", "izhikevich-2007": "u", "adex": "w"}

# current: [low, high); e, i: weight [low, high) and rate in Hz of each source
CASES = {
    "lif": dict(model="lif", dt=0.1, n=5, current=(5, 25), e=(1, 3, 150), i=(-2, -1, 150)),
    "lif_1ms": dict(model="lif", dt=1, n=3, current=(5, 20), e=(1, 4, 100), i=(-3, -1, 100)),
    "lif_exp": dict(model="lif", dt=0.1, n=19, current=(0, 20), e=(4, 10, 100), i=(-12, -6, 60),
                    values=dict(tau_e_ms=5, tau_i_ms=10, v_reset_mv=-60)),
    "lif_exp_1ms": dict(model="lif", dt=1, n=5, current=(0, 20), e=(4, 10, 60), i=(-12, -6, 40),
                        values=dict(tau_e_ms=5, tau_i_ms=10, tau_m_ms=10, refractory_ms=2)),
    "lif_equal": dict(model="lif", dt=0.1, n=3, current=(5, 20), e=(4, 10, 60), i=(-10, -6, 40),
                      values=dict(tau_e_ms=20, tau_i_ms=20, v_rest_mv=-70, v_threshold_mv=-55)),
    "lif_one_jump": dict(model="lif", dt=0.1, n=3, current=(5, 20), e=(1, 3, 150), i=(-9, -6, 60),
                         values=dict(tau_e_ms=0, tau_i_ms=8, tau_m_ms=15)),
    "lif_cond": dict(model="lif-cond", dt=0.1, n=19, current=(-50, 150), e=(4, 10, 150),
                     i=(20, 60, 40)),
    "lif_cond_1ms": dict(model="lif-cond", dt=1, n=3, current=(-50, 150), e=(4, 10, 100),
                         i=(20, 60, 30), values=dict(refractory_ms=3, v_reset_mv=-58, e_i_mv=-75)),
    "izhikevich": dict(model="izhikevich", dt=0.1, n=5, block=25, current=(0, 15),
                       e=(20, 60, 80), i=(-60, -20, 60)),
    "izhikevich_1ms": dict(model="izhikevich", dt=1, n=3, block=5, current=(-5, 12), e=(3, 9, 60),
                           i=(-9, -3, 60)),
    "izhikevich_fs": dict(model="izhikevich", dt=1, n=3, block=5, current=(0, 10), e=(2, 6, 60),
                          i=(-6, -2, 60), values=dict(a=0.1, d=2)),
    "izhikevich_exp": dict(model="izhikevich", dt=0.1, n=17, block=25, current=(-3, 10),
                           e=(1, 3, 60), i=(-3, -1, 60), values=dict(tau_e_ms=5, tau_i_ms=10),
                           own=True),
    "izhikevich_2007": dict(model="izhikevich-2007", dt=0.1, n=5, block=25, current=(60, 260), e=(200, 600, 80),
                            i=(-600, -200, 60)),
    "izhikevich_2007_exp": dict(model="izhikevich-2007", dt=0.5, n=17, block=10, current=(0, 120),
                                e=(10, 40, 80), i=(-40, -10, 60), values=dict(tau_e_ms=5, tau_i_ms=10, c_pf=90),
                                own=True),
    "adex": dict(model="adex", dt=0.1, n=5, current=(200, 1200), e=(1, 6, 80), i=(2, 8, 40)),
    "adex_1ms": dict(model="adex", dt=1, n=5, block=25, current=(200, 900), e=(1, 4, 60),
                     i=(2, 8, 30)),
}
SEEDS = {"lif_exp": 2, "lif_equal": 6, "lif_cond_1ms": 2, "izhikevich": 5, "izhikevich_fs": 3,
         "izhikevich_exp": 6, "adex_1ms": 3}  # the others 1


def values_of(case):
    return dict(DEFAULTS[case["model"]], **case.get("values", {}))


# ---------------------------------------------------------------------------------- the schemes

class Stepper:
    """n neurons of a model, stepped in `real` (float64, or float32 to see what that costs)."""

    def __init__(self, model, p, dt, n, real=np.float64, clamp="all"):
        self.model, self.p, self.dt, self.real, self.clamp = model, p, dt, real, clamp
        self.v, self.slow, self.ge, self.gi = (np.zeros(n, real) for _ in range(4))
        self.held = np.zeros(n, np.int64)
        self.own = {k: real(p[k]) for k in ("c", "d") if k in p}  # may become arrays
        self.tau = [p["tau_e_ms"], p["tau_i_ms"]]
        self.q = [real(math.exp(-dt / t)) if t > 0 else real(0) for t in self.tau]
        self.half = [real(math.exp(-dt / (2 * t))) if t > 0 else real(0) for t in self.tau]
        if "refractory_ms" in p:
            self.hold = int(math.floor(p["refractory_ms"] / dt + 0.5))
        if model == "lif":
            self.decay = real(math.exp(-dt / p["tau_m_ms"]))
            self.push = [real(self.propagator(t, p["tau_m_ms"])) for t in self.tau]

    def propagator(self, tau, tau_m):
        if tau == 0:
            return 0.0
        if tau == tau_m:
            return self.dt / tau_m * math.exp(-self.dt / tau_m)
        return tau / (tau - tau_m) * (math.exp(-self.dt / tau) - math.exp(-self.dt / tau_m))

    def step(self, current, e, i):
        """One step with the arrivals e, i [n]. Returns who fired; self.peak is V before resets."""
        self.ge = self.ge + e
        self.gi = self.gi + i
        with np.errstate(over="ignore"):
            getattr(self, self.model.replace("-", "_"))(current)
        return self.fired

    def hold_and_fire(self, v, threshold, reset):
        free = self.held == 0
        self.v = np.where(free, v, self.v)
        self.peak = np.where(free, v, -np.inf)
        self.held = np.where(free, 0, self.held - 1)
        self.fired = free & (self.v >= self.real(threshold))
        self.v = np.where(self.fired, self.real(reset), self.v)
        self.held = np.where(self.fired, self.hold, self.held)

    def lif(self, current):
        r, p = self.real, self.p
        rest = r(p["v_rest_mv"]) + current
        v = rest + (self.v - rest) * self.decay + self.push[0] * self.ge + self.push[1] * self.gi
        for tau, g in zip(self.tau, (self.ge, self.gi)):
            if tau == 0:
                v = v + g
        self.ge, self.gi = self.ge * self.q[0], self.gi * self.q[1]
        self.hold_and_fire(v, p["v_threshold_mv"], p["v_reset_mv"])

    def lif_cond(self, current):
        r, p = self.real, self.p
        ge, gi = self.ge * self.half[0], self.gi * self.half[1]
        total = r(p["g_leak_ns"]) + ge + gi
        pull = r(p["g_leak_ns"]) * r(p["v_rest_mv"]) + ge * r(p["e_e_mv"]) \
            + gi * r(p["e_i_mv"]) + current
        v_inf = pull / total
        v = v_inf + (self.v - v_inf) * np.exp(-r(self.dt / p["c_pf"]) * total)
        self.ge, self.gi = self.ge * self.q[0], self.gi * self.q[1]
        self.hold_and_fire(v, p["v_threshold_mv"], p["v_reset_mv"])

    def izhikevich(self, current):
        r, p, u = self.real, self.p, self.slow
        drive = current + self.ge + self.gi
        v = self.v
        for _ in range(2):
            v = v + r(self.dt / 2) * ((r(0.04) * v + r(5)) * v + r(140) - u + drive)
        u = u + r(self.dt) * r(p["a"]) * (r(p["b"]) * v - u)
        self.peak, self.fired = v, v >= r(p["v_peak_mv"])
        self.v = np.where(self.fired, self.own["c"], v)
        self.slow = np.where(self.fired, u + self.own["d"], u)
        self.ge, self.gi = self.ge * self.q[0], self.gi * self.q[1]

    def izhikevich_2007(self, current):
        r, p, u = self.real, self.p, self.slow
        drive, v = current + self.ge + self.gi - u, self.v
        k, rest, threshold, peak = (r(p[x]) for x in ("k", "v_r_mv", "v_t_mv", "v_peak_mv"))
        for _ in range(2):
            x = np.minimum(v, peak)
            v = v + r(self.dt / 2 / p["c_pf"]) * (k * (x - rest) * (x - threshold) + drive)
        u = u + r(self.dt * p["a"]) * (r(p["b"]) * (np.minimum(v, peak) - rest) - u)
        self.peak, self.fired = v, v >= peak
        self.v = np.where(self.fired, self.own["c"], v)
        self.slow = np.where(self.fired, u + self.own["d"], u)
        self.ge, self.gi = self.ge * self.q[0], self.gi * self.q[1]

    def adex_slope(self, v, w, ge, gi, current):
        r, p = self.real, self.p
        low = np.minimum(v, r(p["v_peak_mv"]))
        if self.clamp == "all":
            v = low
        leak, rest, delta = r(p["g_leak_ns"]), r(p["v_rest_mv"]), r(p["delta_t_mv"])
        dv = leak * (rest - v) + leak * delta * np.exp((low - r(p["v_t_mv"])) / delta) - w \
            + ge * (r(p["e_e_mv"]) - v) + gi * (r(p["e_i_mv"]) - v) + current
        return dv / r(p["c_pf"]), (r(p["a_ns"]) * (v - rest) - w) / r(p["tau_w_ms"])

    def adex(self, current):
        r, p, dt = self.real, self.p, self.real(self.dt)
        v, w = self.v, self.slow
        v1, w1 = self.adex_slope(v, w, self.ge, self.gi, current)
        self.ge, self.gi = self.ge * self.q[0], self.gi * self.q[1]
        v2, w2 = self.adex_slope(v + dt * v1, w + dt * w1, self.ge, self.gi, current)
        v, w = v + dt * r(0.5) * (v1 + v2), w + dt * r(0.5) * (w1 + w2)
        self.peak, self.fired = v, v >= r(p["v_peak_mv"])
        self.v = np.where(self.fired, r(p["v_reset_mv"]), v)
        self.slow = np.where(self.fired, w + r(p["b_pa"]), w)


# ------------------------------------------------------------------------------------- the cases

def quantized(rng, low, high, *shape):
    """Uniform, in steps of 1/64: exact in float32."""
    return np.round((low + (high - low) * rng.random_sample(shape)) * 64) / 64


def make_inputs(name, case, seed):
    rng = np.random.RandomState(seed)
    n, dt = case["n"], case["dt"]
    x = {"current": quantized(rng, *case["current"], N_STEPS // BLOCK, n),
         "e_weight": quantized(rng, *case["e"][:2], 2 * n),
         "i_weight": quantized(rng, *case["i"][:2], n)}
    for kind, count, rate in (("e", 2 * n, case["e"][2]), ("i", n, case["i"][2])):
        step, source = np.nonzero(rng.random_sample((N_STEPS, count)) < rate * dt / 1000)
        x[kind + "_spikes"] = np.stack([step, source], 1)
    p = values_of(case)
    x["v0"] = quantized(rng, p.get("v_reset_mv", p["v_rest_mv"] if "v_rest_mv" in p else -70),
                        p.get("v_threshold_mv", -60), n)
    if case["model"] == "izhikevich-2007":
        x["u0"] = quantized(rng, -40, 40, n)
    if case["model"] == "izhikevich":
        x["u0"] = quantized(rng, -15, -10, n)
    if case["model"] == "adex":
        x["w0"] = quantized(rng, 0, 50, n)
    if case.get("own"):
        spike = (2, 8) if case["model"] == "izhikevich" else (40, 120)
        x["c"], x["d"] = quantized(rng, -65, -50, n), quantized(rng, *spike, n)
    return x


def arrivals(x, n):
    """[step][n] for both receptors."""
    out = []
    for kind, delay in (("e", DELAY_E), ("i", DELAY_I)):
        a = np.zeros((N_STEPS + delay, n))
        for step, source in x[kind + "_spikes"]:
            a[step + delay, source % n] += x[kind + "_weight"][source]
        out.append(a[:N_STEPS])
    return out


def run(case, x, real=np.float64, clamp="all", restart=None):
    """Results as in the file, and the peaks [step][n]. `restart`: results of another run to start
    each block from, instead of this one's own."""
    n, model, block = case["n"], case["model"], case.get("block", BLOCK)
    s = Stepper(model, values_of(case), case["dt"], n, real, clamp)
    s.v = x["v0"].astype(real)
    if model in SLOW:
        s.slow = x[SLOW[model] + "0"].astype(real)
    if "c" in x:
        s.own = {k: x[k].astype(real) for k in ("c", "d")}
    e, i = (a.astype(real) for a in arrivals(x, n))
    current = x["current"].astype(real)
    rows = {k: [] for k in ("v", SLOW.get(model, "v"), "g_e", "g_i")}
    spikes, peaks = [], []
    for k in range(N_STEPS):
        fired = s.step(current[k // BLOCK], e[k], i[k])
        spikes += [(k, int(j)) for j in np.flatnonzero(fired)]
        peaks.append(s.peak)
        if (k + 1) % block == 0:
            rows["v"].append(s.v)
            rows["g_e"].append(s.ge)
            rows["g_i"].append(s.gi)
            if model in SLOW:
                rows[SLOW[model]].append(s.slow)
                start = {key: r[-1] for key, r in rows.items()} if restart is None else \
                    {key: r[k // block] for key, r in restart.items() if key != "spikes"}
                s.v, s.slow = (start[key].astype(np.float32).astype(real)
                               for key in ("v", SLOW[model]))
                if "g_e" in start and s.tau[0] > 0:
                    s.ge, s.gi = (start[key].astype(np.float32).astype(real)
                                  for key in ("g_e", "g_i"))
    out = {k: np.array(v, np.float64) for k, v in rows.items()}
    for k, tau in zip(("g_e", "g_i"), s.tau):
        if tau == 0:
            assert not out.pop(k).any()
    out["spikes"] = np.array(spikes, np.int64).reshape(-1, 2)
    return out, np.array(peaks, np.float64)


def compare_float32(case, x, out, peaks, clamp="all"):
    """(same spikes, worst relative difference, smallest distance from the threshold in units of
    the float32 error there)"""
    out32, peaks32 = run(case, x, np.float32, clamp, out)
    if not np.array_equal(out["spikes"], out32["spikes"]):
        return False, math.inf, 0.0
    worst = max(np.abs(out[k] - out32[k]).max() / max(1, np.abs(out[k]).max())
                for k in out if k != "spikes")
    free = np.isfinite(peaks)
    threshold = values_of(case)[THRESHOLD[case["model"]]]
    error = np.maximum(np.abs(peaks[free] - peaks32[free]), 1e-6 * abs(threshold) / 20)
    return True, worst, float((np.abs(peaks[free] - threshold) / error).min())


def compute(name):
    case = CASES[name]
    x = make_inputs(name, case, SEEDS.get(name, 1))
    out, peaks = run(case, x)
    same, worst, margin = compare_float32(case, x, out, peaks)
    rate = len(out["spikes"]) / case["n"] / (N_STEPS * case["dt"] / 1000)
    print("%-15s %4d spikes, %5.1f Hz; in float32 off by %.1e, margin %.0f" % (
        name, len(out["spikes"]), rate, worst, margin))
    assert len(out["spikes"]) >= 2 * case["n"]
    limit = 2e-5 if case["model"] == "izhikevich" and case["dt"] == 1 else 3e-6
    assert same and worst < limit and margin > 20, "choose another seed"
    tensors = {k: v.astype(np.int32) if "spikes" in k else v.astype(np.float32)
               for k, v in x.items()}
    tensors.update({k: v.astype(np.int32) if k == "spikes" else v for k, v in out.items()})
    values = " ".join("%s=%.17g" % kv for kv in case.get("values", {}).items())
    meta = {"model": case["model"], "dt_ms": "%.17g" % case["dt"], "values": values,
            "block": str(case.get("block", BLOCK)), "float32": "%.1e" % worst}
    return ({name + "/" + k: v for k, v in tensors.items()},
            {name + "/" + k: v for k, v in meta.items()})


# ---------------------------------------------------------------------- an independent solution

def slopes(model, p, current):
    """dy/dt for y = (V, slow, g_e, g_i), as the papers write it."""
    def g_slopes(ge, gi):
        return -ge / p["tau_e_ms"], -gi / p["tau_i_ms"]

    def lif(t, y):
        return [((p["v_rest_mv"] - y[0]) + y[2] + y[3] + current) / p["tau_m_ms"], 0.0,
                *g_slopes(y[2], y[3])]

    def lif_cond(t, y):
        return [(p["g_leak_ns"] * (p["v_rest_mv"] - y[0]) + y[2] * (p["e_e_mv"] - y[0])
                 + y[3] * (p["e_i_mv"] - y[0]) + current) / p["c_pf"], 0.0, *g_slopes(y[2], y[3])]

    def izhikevich(t, y):
        return [0.04 * y[0] ** 2 + 5 * y[0] + 140 - y[1] + current + y[2] + y[3],
                p["a"] * (p["b"] * y[0] - y[1]), *g_slopes(y[2], y[3])]

    def izhikevich_2007(t, y):
        return [(p["k"] * (y[0] - p["v_r_mv"]) * (y[0] - p["v_t_mv"]) - y[1] + current + y[2] + y[3]) / p["c_pf"],
                p["a"] * (p["b"] * (y[0] - p["v_r_mv"]) - y[1]), *g_slopes(y[2], y[3])]

    def adex(t, y):
        v, w, ge, gi = y
        spike = p["g_leak_ns"] * p["delta_t_mv"] \
            * math.exp((min(v, 0) - p["v_t_mv"]) / p["delta_t_mv"])
        return [(-p["g_leak_ns"] * (v - p["v_rest_mv"]) + spike - w + ge * (p["e_e_mv"] - v)
                 + gi * (p["e_i_mv"] - v) + current) / p["c_pf"],
                (p["a_ns"] * (v - p["v_rest_mv"]) - w) / p["tau_w_ms"], *g_slopes(ge, gi)]

    return {"lif": lif, "lif-cond": lif_cond, "izhikevich": izhikevich, "izhikevich-2007": izhikevich_2007,
            "adex": adex}[model]


def solve(model, p, y, currents, block_ms, events, threshold):
    """Adaptive Runge-Kutta of order 8 between arrivals, spikes located exactly. `events` are
    (time, index in y, weight). Returns the spike times and y at the end. AdEx is followed to
    30 mV above VT; from there on the exponential alone counts and takes C / gL exp(-30 / DT) more:
    0.000003 ms."""
    from scipy.integrate import solve_ivp

    end = len(currents) * block_ms
    stops = sorted({round(t, 9) for t, _, _ in events}
                   | {k * block_ms for k in range(1, len(currents) + 1)})
    by_time = {}
    for t, k, w in events:
        by_time.setdefault(round(t, 9), []).append((k, w))

    stop_at = p["v_t_mv"] + 30 if model == "adex" else threshold
    rest_ms = p["c_pf"] / p["g_leak_ns"] * math.exp(-30 / p["delta_t_mv"]) if model == "adex" else 0

    def crossing(t, y):
        return y[0] - stop_at
    crossing.terminal, crossing.direction = True, 1

    y, t, spikes, free_at = np.array(y, float), 0.0, [], 0.0
    for k, w in by_time.get(0.0, []):
        y[k] += w
    for stop in stops:
        while t < stop - 1e-12:
            rhs = slopes(model, p, currents[min(int(t / block_ms + 1e-9), len(currents) - 1)])
            if t < free_at - 1e-12:  # held: V stands, g decay
                until = min(free_at, stop)
                for k, tau in ((2, "tau_e_ms"), (3, "tau_i_ms")):
                    y[k] *= math.exp(-(until - t) / p[tau])
                t = until
                continue
            s = solve_ivp(rhs, (t, stop), y, method="DOP853", rtol=1e-11, atol=1e-11,
                          events=crossing)
            y, t = s.y[:, -1].copy(), s.t[-1]
            assert s.status >= 0
            if s.status == 1:
                spikes.append(t + rest_ms)
                y[0] = p["c"] if "c" in p else p["v_reset_mv"]
                y[1] += p.get("d", 0) if "c" in p else p.get("b_pa", 0)
                free_at = t + p.get("refractory_ms", 0)
        for k, w in by_time.get(stop, []):
            y[k] += w
        if stop >= end - 1e-9:
            break
    return np.array(spikes), y


CONVERGE = {  # currents of 5 ms each are drawn from `current`
    "lif": dict(values=dict(tau_e_ms=5, tau_i_ms=10), current=(10, 35), e=(4, 10), i=(-12, -6),
                v0=-65),
    "lif-cond": dict(values={}, current=(50, 250), e=(4, 10), i=(20, 60), v0=-60),
    "izhikevich": dict(values=dict(tau_e_ms=5, tau_i_ms=10), current=(0, 10), e=(1, 3), i=(-3, -1),
                       v0=-65, slow=-13),
    "izhikevich-2007": dict(values=dict(tau_e_ms=5, tau_i_ms=10), current=(0, 120), e=(10, 40), i=(-40, -10),
                            v0=-60, slow=0),
    "adex": dict(values={}, current=(400, 1200), e=(1, 6), i=(2, 8), v0=-70.6, slow=20),
}


def stepped(model, p, setup, currents, events, dt, n_blocks, clamp):
    s = Stepper(model, p, dt, 1, clamp=clamp)
    s.v[:], s.slow[:] = setup["v0"], setup.get("slow", 0)
    arriving = {}
    for t, k, w in events:
        arriving.setdefault(int(round(t / dt)), []).append((k, w))
    per_block, times = int(round(5 / dt)), []
    for k in range(n_blocks * per_block):
        a = arriving.get(k, [])
        fired = s.step(np.array([currents[k // per_block]]),
                       np.array([sum(w for j, w in a if j == 2)]),
                       np.array([sum(w for j, w in a if j == 3)]))
        if fired[0]:
            times.append((k + 1) * dt)
    return np.array(times), s


def converge():
    """The error of each scheme against dt. Below threshold it must fall with the scheme's order;
    spikes can only fall on steps, so their times are off by about dt each."""
    good = True
    orders = {"lif": None, "lif-cond": 2, "izhikevich": 1, "izhikevich-2007": 1, "adex": 2}
    for model, setup in CONVERGE.items():
        p = dict(DEFAULTS[model], **setup["values"])
        rng = np.random.RandomState(7)
        n_blocks = 30
        currents = rng.uniform(*setup["current"], n_blocks)
        events = [(0.8 * k, j, rng.uniform(*setup[w])) for k in range(1, 180)
                  for j, w, chance in ((2, "e", 0.15), (3, "i", 0.05)) if rng.rand() < chance]
        quiet_blocks, spike_at = n_blocks, p[THRESHOLD[model]]
        # Below threshold: lif without one; the others up to their first spike.
        no_spike = dict(p)
        if model in ("lif", "lif-cond"):
            no_spike["v_threshold_mv"] = 1e9
        y0 = [setup["v0"], setup.get("slow", 0.0), 0.0, 0.0]
        if model in SLOW:
            first = solve(model, p, y0, currents, 5, events, spike_at)[0][0]
            quiet_blocks = int(first // 5)
        _, y = solve(model, no_spike, y0, currents[:quiet_blocks], 5,
                     [e for e in events if e[0] < 5 * quiet_blocks], no_spike[THRESHOLD[model]])
        errors = []
        for dt in (0.2, 0.1, 0.05, 0.025):
            _, s = stepped(model, no_spike, setup, currents, events, dt, quiet_blocks, "all")
            errors.append(abs(s.v[0] - y[0]))
        print("%-10s below threshold, %3d ms, |V - exact| at dt 0.2, 0.1, 0.05, 0.025:" % (
            model, 5 * quiet_blocks), " ".join("%.1e" % e for e in errors))
        if orders[model] is None:
            good &= max(errors) < 1e-8
        else:
            good &= all(a / b > 2 ** (orders[model] - 0.4) for a, b in zip(errors, errors[1:]))
        exact, y = solve(model, p, y0, currents, 5, events, spike_at)
        for clamp in ("exp", "all") if model == "adex" else ("all",):
            offs, slows = [], []
            for dt in (0.1, 0.05, 0.025, 0.0125):
                times, s = stepped(model, p, setup, currents, events, dt, n_blocks, clamp)
                same = len(times) == len(exact)
                offs.append(np.abs(times - exact).max() if same else math.inf)
                slows.append(abs(s.slow[0] - y[1]))
            slow = ", slow variable off by " + " ".join("%.1e" % e for e in slows) \
                if model in SLOW else ""
            print("%-10s %d spikes, %d ms%s, times off by (ms) at dt 0.1, 0.05, 0.025, 0.0125:" % (
                "", len(exact), 5 * n_blocks, ", clamp " + clamp if model == "adex" else ""),
                " ".join("%.3f" % e for e in offs) + slow)
            good &= clamp == "exp" or all(off <= dt * (len(exact) + 1) for off, dt in
                                          zip(offs, (0.1, 0.05, 0.025, 0.0125)))
    # Jumps: V is the sum of the answers to each, exactly; a jump stands at the end of its step.
    p, dt, rng = dict(DEFAULTS["lif"], v_threshold_mv=1e9), 0.1, np.random.RandomState(3)
    jumps, current = rng.uniform(-2, 3, N_STEPS) * (rng.rand(N_STEPS) < 0.02), 7.5
    s = Stepper("lif", p, dt, 1)
    s.v[:] = -61
    for k in range(N_STEPS):
        s.step(np.array([current]), np.array([jumps[k]]), np.array([0.0]))
    after = (N_STEPS - 1 - np.arange(N_STEPS)) * dt
    want = -65 + current + (-61 + 65 - current) * math.exp(-N_STEPS * dt / 20) \
        + float(np.sum(jumps * np.exp(-after / 20)))
    print("%-10s jumps: off the closed form by %.1e" % ("lif", abs(s.v[0] - want)))
    return good and abs(s.v[0] - want) < 1e-10


# --------------------------------------------------------------------------------- the data file

DTYPES = {"float64": "F64", "float32": "F32", "int32": "I32", "int64": "I64",
          "uint64": "U64"}


def write_safetensors(path, tensors, meta):
    header, blobs, at = {"__metadata__": meta}, [], 0
    order = sorted(tensors, key=lambda k: (-np.asarray(tensors[k]).itemsize, k))  # stay aligned
    for name in order:
        a = np.ascontiguousarray(tensors[name])
        blobs.append(a.astype(a.dtype.newbyteorder("<")).tobytes())
        header[name] = {"dtype": DTYPES[a.dtype.name], "shape": list(a.shape),
                        "data_offsets": [at, at + a.nbytes]}
        at += a.nbytes
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as f:
        f.write(len(text).to_bytes(8, "little") + text + b"".join(blobs))


def read_safetensors(path):
    with open(path, "rb") as f:
        raw = f.read()
    size = int.from_bytes(raw[:8], "little")
    header = json.loads(raw[8:8 + size])
    meta, tensors = header.pop("__metadata__"), {}
    names = {v: k for k, v in DTYPES.items()}
    for name, e in header.items():
        a, b = (8 + size + k for k in e["data_offsets"])
        kind = np.dtype(names[e["dtype"]]).newbyteorder("<")
        tensors[name] = np.frombuffer(raw[a:b], kind).reshape(e["shape"])
    return tensors, meta


def check(path, tensors, meta, tolerance, loose=()):
    """Compares with the file: same names and shapes, values to `tolerance` of the larger of 1 and
    the largest; notes whose name ends in one of `loose` may differ."""
    old, old_meta = read_safetensors(path)

    def strict(m):
        return {k: v for k, v in m.items() if not k.endswith(tuple(loose) or ("\0",))}
    same = old.keys() == tensors.keys() and strict(old_meta) == strict(meta) and \
        all(old[k].shape == tensors[k].shape for k in old)
    worst = max(float(np.abs(old[k].astype(float) - tensors[k]).max()
                      / max(1, np.abs(old[k]).max())) if old[k].size else 0.0
                for k in old) if same else math.inf
    good = worst <= tolerance
    print("%s: largest difference %.3g %s" % (os.path.basename(path), worst,
                                              "ok" if good else "WRONG"))
    return good


def main():
    parser = argparse.ArgumentParser(description="check values for the spiking neuron models")
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    parser.add_argument("--converge", action="store_true", help="only the schemes' errors")
    args = parser.parse_args()
    good = converge()
    if not good:
        print("a scheme does not converge as it should")
    if args.converge:
        return 0 if good else 1
    tensors, meta = {}, {"cases": " ".join(CASES), "delay_e": str(DELAY_E), "delay_i": str(DELAY_I)}
    for name in CASES:
        t, m = compute(name)
        tensors.update(t)
        meta.update(m)
    if args.check:
        good &= check(PATH, tensors, meta, TOLERANCE, ("/float32",))
    else:
        write_safetensors(PATH, tensors, meta)
        print("%s: %d bytes" % (os.path.basename(PATH), os.path.getsize(PATH)))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
