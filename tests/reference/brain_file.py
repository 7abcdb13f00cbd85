"""What a brain's file says, said twice more: check values for inputs that change and reach a part of a
population, for states with which neurons begin, for neurons that differ, and for plasticity: of weights that
depend on themselves, and where a part of the delay is the dendrite's.

  brain_file.py            write tests/data/brain_file.safetensors: what Brian2 gives
  brain_file.py --check    recompute and compare with the file (largest difference <= 1e-9): by numpy, and
                           by Brian2 where it is installed

Writing needs Brian2 (Debian: python3-brian). Each case is a model file (docs/model.md), which stands in the
notes as NAME/model, and the same network in Brian2, in float64, written from the page's words and not
from the library; and once more in numpy, where plasticity is a sum over pairs of spikes.

Step k of Amine is the step of Brian2 that begins at k dt; a current that is said for a time holds
from the step that begins there. Brian2 holds V for a step less than its `refractory` says
(bench/peer_brain.py), so it is told a step more; what arrives with a delay moves the membrane a step later there
(docs/from-brian2-nest.md), so it is told a step less. No V comes nearer to its threshold than 2e-4 mV:
spikes are those of float32, too.

Tensors: NAME/v [steps / 10][n], after every tenth step; NAME/spikes [m][2]: (step, neuron); NAME/w
[8][synapses], at eighths of the time, by (source, target).
"""
import argparse
import importlib.util
import json
import math
import os
import sys
import warnings

import numpy as np

from neurons import check, write_safetensors

warnings.filterwarnings("ignore")
PATH = os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "data",
                    "brain_file.safetensors")
DT_MS = 0.1


def course(points, t, before, ramps=False):
    """The value at times t: that of the last point that has begun, or on lines between them."""
    times, values = np.array(points, float).T
    k = np.searchsorted(times, t + 1e-9, side="right")
    out = np.where(k > 0, values[np.maximum(k - 1, 0)], before)
    if ramps:
        inside = (k > 0) & (k < len(times))
        out[inside] = np.interp(t[inside], times, values)
    return out


# ---------------------------------------------------------------------------------- neurons

def leaky(current, v0, rest, threshold, reset, refractory_ms, tau_ms=20.0):
    """lif under currents [steps][n], by the solution of its equation: v after each step, spikes, and how near v comes
    to the threshold."""
    v, held, after, spikes, nearest = np.array(v0, float), np.zeros(len(v0), int), [], [], math.inf
    keep, n_held = math.exp(-DT_MS / tau_ms), round(refractory_ms / DT_MS)
    rest, threshold, reset = (np.broadcast_to(np.array(x, float), v.shape) for x in (rest, threshold, reset))
    for k, now in enumerate(current):
        free = held == 0
        v = np.where(free, rest + now + (v - rest - now) * keep, v)
        fired = free & (v >= threshold)
        nearest = min(nearest, np.abs(v - threshold)[free].min(initial=math.inf))
        v = np.where(fired, reset, v)
        held = np.where(fired, n_held, np.maximum(held - 1, 0))
        spikes += [(k, i) for i in np.flatnonzero(fired)]
        after.append(v)
    return np.array(after), np.array(spikes), nearest


def watched(group, steps):
    """The same of a group of Brian2, in mV."""
    from brian2 import Network, SpikeMonitor, StateMonitor, mV, ms

    v = StateMonitor(group, "v", record=True, when="end")
    spikes = SpikeMonitor(group)
    return (Network(group, v, spikes), lambda: np.array(v.v / mV).T,
            lambda: ordered(np.rint(spikes.t / (DT_MS * ms)), spikes.i))


def ordered(steps, neurons):
    at = np.stack([steps, neurons], 1).astype(np.int64)
    return at[np.lexsort((at[:, 1], at[:, 0]))]


def currents():
    n, steps = 7, 2000
    v0 = [-70, -69, -66.5, -65, -60.25, -58, -52]
    first = [[10, 21.5], [60, 4], [95.5, 30], [150, 0]]
    ramp = [[0, 2], [80, 40], [81, 8], [170, 25]]
    model = {"dt_ms": DT_MS,
             "populations": [{"name": "E", "n": n, "model": "lif", "initial": {"v": v0},
                              "values": {"refractory_ms": 3, "v_reset_mv": -67}}],
             "inputs": [{"population": "E", "type": "current", "mean": 6},
                        {"name": "steps", "population": "E", "type": "current", "mean": 1.5, "steps": first,
                         "range": [0, 3]},
                        {"name": "ramps", "population": "E", "type": "current", "ramps": ramp,
                         "neurons": [5, 1]},
                        {"name": "sine", "population": "E", "type": "current", "mean": 7, "amplitude": 9,
                         "period_ms": 35, "phase": 0.3, "neurons": [2, 4, 6, 5]}]}
    t = np.arange(steps) * DT_MS
    current = np.full((steps, n), 6.0)
    current[:, 0:4] += course(first, t, 1.5)[:, None]
    current[:, [1, 5]] += course(ramp, t, 0, ramps=True)[:, None]
    current[:, [2, 4, 5, 6]] += (7 + 9 * np.sin(2 * np.pi * (t / 35 + 0.3)))[:, None]

    def by_brian():
        from brian2 import NeuronGroup, TimedArray, mV, ms

        I = TimedArray(current * mV, dt=DT_MS * ms)
        group = NeuronGroup(n, "dv/dt = (-65*mV - v + I(t, i))/(20*ms) : volt (unless refractory)",
                            threshold="v >= -50*mV", reset="v = -67*mV", refractory=(3 + DT_MS) * ms,
                            method="exact", namespace={"I": I})
        group.v = v0 * mV
        return lived(group, steps)
    return model, lambda: leaky(current, v0, -65, -50, -67, 3), by_brian


def differing():
    """Neurons that differ in rest, threshold and reset, and begin at rest."""
    n, steps = 12, 3000
    rng = np.random.default_rng(6)

    def numbers(low, high):
        return np.round(rng.uniform(low, high, n) * 64) / 64
    rest, threshold, reset = numbers(-70, -60), numbers(-54, -46), numbers(-75, -65)
    model = {"dt_ms": DT_MS,
             "populations": [{"name": "E", "n": n, "model": "lif",
                              "values": {"refractory_ms": 2, "v_rest_mv": list(rest), "v_reset_mv": list(reset),
                                         "v_threshold_mv": list(threshold)}}],
             "inputs": [{"population": "E", "type": "current", "mean": 23}]}

    def by_brian():
        from brian2 import NeuronGroup, mV, ms

        group = NeuronGroup(n, """dv/dt = (rest - v + 23*mV)/(20*ms) : volt (unless refractory)
                                  rest : volt (constant)
                                  threshold_of : volt (constant)
                                  reset_to : volt (constant)""", threshold="v >= threshold_of",
                            reset="v = reset_to", refractory=(2 + DT_MS) * ms, method="exact")
        group.v = group.rest = rest * mV
        group.threshold_of, group.reset_to = threshold * mV, reset * mV
        return lived(group, steps)
    return model, lambda: leaky(np.full((steps, n), 23.0), rest, rest, threshold, reset, 2), by_brian


def lived(group, steps):
    from brian2 import ms

    network, v, spikes = watched(group, steps)
    network.run(steps * DT_MS * ms, namespace={})
    return v(), spikes()


# ---------------------------------------------------------------------------------- receptors

def arriving(rng, receptors, steps, n, weights):
    """Two sources for each receptor, which fire on even steps, onto n neurons: the trains, and by receptor the weights
    [2][n]."""
    spikes = trains(2 * len(receptors), steps, 40, rng, 0)
    return spikes, {r: np.round(rng.uniform(0.5, 1, (2, n)) * w * 1024) / 1024 for r, w in zip(receptors, weights)}


def projections(weights, delay):
    """From the sources of each receptor, and by step and receptor what arrives."""
    return [{"name": r, "source": "A", "target": "E", "connect": "list", "receptor": r, "delay_ms": delay * DT_MS,
             "pairs": [[2 * k + i, j, w[i, j]] for i in range(2) for j in range(w.shape[1])]}
            for k, (r, w) in enumerate(weights.items())]


def arrivals(spikes, weights, delay, steps):
    out = {r: np.zeros((steps + delay, w.shape[1])) for r, w in weights.items()}
    for i, s in spikes:
        r = list(weights)[i // 2]
        out[r][s + delay] += weights[r][i % 2]
    return out


def in_brian_arriving(spikes, weights, group, unit, late):
    """The same synapses onto g_RECEPTOR; a spike arrives at the end of the step `late` steps after its own."""
    from brian2 import Synapses, ms

    sources = told_group(2 * len(weights), spikes)
    all = []
    for k, (r, w) in enumerate(weights.items()):
        s = Synapses(sources, group, "w : 1", on_pre="g_%s_post += w*%s" % (r, unit))
        i, j = np.meshgrid(range(2), range(w.shape[1]), indexing="ij")
        s.connect(i=2 * k + i.flatten(), j=j.flatten())
        s.w, s.delay = w.flatten(), late * ms
        all.append(s)
    return [sources] + all


FINE = 10  # steps of the method of Runge and Kutta in one of ours


def fine():
    from brian2 import defaultclock, ms
    defaultclock.dt = DT_MS / FINE * ms


def lived_fine(group, spikes, weights, unit, delay, steps):
    """v after each of our steps, in mV, and no spikes."""
    from brian2 import Network, StateMonitor, defaultclock, mV, ms, nS, pA, pF

    v = StateMonitor(group, "v", record=True, when="end")
    Network(group, v, *in_brian_arriving(spikes, weights, group, unit, delay * DT_MS - DT_MS / FINE)).run(
        steps * DT_MS * ms, namespace={"mV": mV, "ms": ms, "nS": nS, "pA": pA, "pF": pF})
    defaultclock.dt = DT_MS * ms
    return np.array(v.v / mV).T[FINE - 1::FINE], np.zeros((0, 2), int)


def receptors():
    """Currents of four receptors, one slower than the membrane, below the threshold."""
    n, steps, delay = 4, 1000, 7
    tau = {"excitatory": 5.0, "inhibitory": 10.0, "nmda": 100.0, "gaba_b": 37.5}
    spikes, weights = arriving(np.random.default_rng(21), tau, steps, n, (9, -6, 2.5, -1.5))
    model = {"dt_ms": DT_MS,
             "populations": [{"name": "A", "n": 8, "model": "spikes"},
                             {"name": "E", "n": n, "model": "lif", "initial": {"g_nmda": 2},
                              "values": {"tau_e_ms": 5, "tau_i_ms": 10, "v_threshold_mv": 100},
                              "receptors": {"nmda": {"tau_ms": 100}, "gaba_b": {"tau_ms": 37.5}}}],
             "projections": projections(weights, delay),
             "inputs": [told("A", spikes), {"population": "E", "type": "current", "mean": 8}]}

    def by_numpy():
        come, v = arrivals(spikes, weights, delay, steps), np.full(n, -65.0)
        g = {r: np.full(n, 2.0 * (r == "nmda")) for r in tau}
        left, after = {r: math.exp(-DT_MS / t) for r, t in dict(tau, v=20.0).items()}, []
        for k in range(steps):
            v = -57 + (v + 57) * left["v"]
            for r, t in tau.items():
                g[r] = g[r] + come[r][k]
                v = v + t / (20 - t) * (left["v"] - left[r]) * g[r]
                g[r] *= left[r]
            after.append(v)
        return np.array(after), np.zeros((0, 2), int)

    def by_brian():
        from brian2 import NeuronGroup, mV

        fine()
        group = NeuronGroup(n, "dv/dt = (-57*mV - v + %s)/(20*ms) : volt\n" % " + ".join("g_" + r for r in tau) +
                            "\n".join("dg_%s/dt = -g_%s/(%r*ms) : volt" % (r, r, t) for r, t in tau.items()), method="rk4")
        group.v, group.g_nmda = -65 * mV, 2 * mV
        return lived_fine(group, spikes, weights, "mV", delay, steps)
    return model, by_numpy, by_brian


def conductances():
    """Conductances of four receptors, below the threshold: the solution itself, in fine steps."""
    n, steps, delay = 3, 700, 5
    tau = {"excitatory": (5.0, 0.0), "inhibitory": (10.0, -80.0), "nmda": (100.0, 0.0), "gaba_b": (150.0, -95.0)}
    spikes, weights = arriving(np.random.default_rng(22), tau, steps, n, (12, 9, 1.5, 3))
    model = {"dt_ms": DT_MS,
             "populations": [{"name": "A", "n": 8, "model": "spikes"},
                             {"name": "E", "n": n, "model": "lif-cond",
                              "values": {"c_pf": 250, "g_leak_ns": 12.5, "v_rest_mv": -70, "v_threshold_mv": 100,
                                         "tau_e_ms": 5, "tau_i_ms": 10, "e_e_mv": 0, "e_i_mv": -80},
                              "receptors": [{"name": "nmda", "tau_ms": 100, "e_mv": 0},
                                            {"name": "gaba_b", "tau_ms": 150, "e_mv": -95}]}],
             "projections": projections(weights, delay),
             "inputs": [told("A", spikes), {"population": "E", "type": "current", "mean": 60}]}

    def by_numpy():
        come, v, h = arrivals(spikes, weights, delay, steps), np.full(n, -70.0), DT_MS / FINE
        g, after = {r: np.zeros(n) for r in tau}, []
        for k in range(steps):
            g = {r: g[r] + come[r][k] for r in tau}

            def slope(v, t):
                return (12.5 * (-70 - v) + 60 + sum(g[r] * math.exp(-t / s) * (e - v) for r, (s, e) in tau.items())) / 250
            for i in range(FINE):
                a = slope(v, i * h)
                b = slope(v + h / 2 * a, (i + 0.5) * h)
                c = slope(v + h / 2 * b, (i + 0.5) * h)
                v = v + h / 6 * (a + 2 * b + 2 * c + slope(v + h * c, (i + 1) * h))
            g = {r: g[r] * math.exp(-DT_MS / s) for r, (s, _) in tau.items()}
            after.append(v)
        return np.array(after), np.zeros((0, 2), int)

    def by_brian():
        from brian2 import NeuronGroup, mV

        fine()
        group = NeuronGroup(n, "dv/dt = (12.5*nS*(-70*mV - v) + 60*pA + %s)/(250*pF) : volt\n" % " + ".join(
            "g_%s*(%r*mV - v)" % (r, e) for r, (_, e) in tau.items()) + "\n".join(
            "dg_%s/dt = -g_%s/(%r*ms) : siemens" % (r, r, t) for r, (t, _) in tau.items()), method="rk4")
        group.v = -70 * mV
        return lived_fine(group, spikes, weights, "nS", delay, steps)
    return model, by_numpy, by_brian


# ---------------------------------------------------------------------------------- plasticity

RULES = {  # their standard values, and in Brian2 what happens to w at an arrival and at a spike of the target
    "stdp-weight": (dict(a_plus=0.05, a_minus=0.05, mu_plus=0.02, mu_minus=0.02, tau_plus_ms=20, tau_minus_ms=20,
                         w_min=0, w_max=1),
                    "-a_minus*((w - w_min)/(w_max - w_min))**mu_minus*y",
                    "a_plus*((w_max - w)/(w_max - w_min))**mu_plus*x"),
    "stdp": (dict(a_plus=0.02, a_minus=0.013, tau_plus_ms=20, tau_minus_ms=30, w_min=0, w_max=1),
             "-a_minus*y", "a_plus*x"),
    "triplet": (dict(a2_plus=0.004, a3_plus=0.01, a2_minus=0.02, a3_minus=0.003, tau_plus_ms=17, tau_minus_ms=34,
                     tau_x_ms=101, tau_y_ms=125, w_min=0, w_max=1),
                "-y*(a2_minus + a3_minus*x2)", "x*(a2_plus + a3_plus*y2)"),
    "istdp": (dict(eta=0.005, rho0_hz=130, tau_ms=25, w_min=0, w_max=2),
              "eta*(y - 2*rho0_hz*tau_ms/1000)", "eta*x"),
}
TRACES = {"x": ("tau_plus_ms", "tau_ms"), "y": ("tau_minus_ms", "tau_ms"), "x2": ("tau_x_ms",), "y2": ("tau_y_ms",)}


def taus(values):
    """The time constants of the traces that a rule has."""
    return {trace: values[key] for trace, keys in TRACES.items() for key in keys if key in values}


class Synapse:
    """One, by sums over all spikes that were there: arrivals and spikes of the target, by step."""

    def __init__(self, rule, values, w):
        _, self.arrival, self.spike = (compile(text, rule, "eval") if isinstance(text, str) else text
                                       for text in RULES[rule])
        self.values, self.w, self.taus, self.pre, self.post = values, float(w), taus(values), [], []

    def change(self, text, step):
        def left(spikes, tau):
            return sum(math.exp(-(step - s) * DT_MS / tau) for s in spikes)
        now = {k: left(self.pre if k[0] == "x" else self.post, tau) for k, tau in self.taus.items()}
        self.w = min(max(self.w + eval(text, {}, dict(self.values, w=self.w, **now)), self.values["w_min"]),
                     self.values["w_max"])

    def arrives(self, step):
        self.change(self.arrival, step)
        self.pre.append(step)

    def fires(self, step):
        self.change(self.spike, step)
        self.post.append(step)


def in_brian(rule, values, groups, start, axon, dendrite):
    """The synapses, all to all; a spike is at one `axon` steps after it was fired, one of the target `dendrite`."""
    from brian2 import Synapses, ms

    _, arrival, spike = RULES[rule]
    traces = ["d%s/dt = -%s/(%r*ms) : 1 (event-driven)" % (k, k, float(tau)) for k, tau in taus(values).items()]
    jump = {side: "".join("\n%s += 1" % k for k in taus(values) if k[0] == side) for side in "xy"}
    change = "\n".join(["sent = w", "w = clip(w + (%s), w_min, w_max)"])
    s = Synapses(*groups, "\n".join(["w : 1", "sent : 1"] + traces), on_pre=change % arrival + jump["x"],
                 on_post=(change % spike).replace("sent = w\n", "") + jump["y"],
                 namespace={k: float(v) for k, v in values.items()})
    s.connect()
    s.pre.delay, s.post.delay = axon * DT_MS * ms, dendrite * DT_MS * ms
    s.pre.order, s.post.order = 0, 1
    s.w = start.flatten()
    return s


def trains(n, steps, low, rng, odd):
    """Times of n neurons as (neuron, step), on even or on odd steps: arrivals and spikes of the
    targets never fall together, where orders within a step differ."""
    out = []
    for i in range(n):
        at = np.cumsum(rng.integers(low, 4 * low, steps))
        out += [(i, 2 * int(s) + odd) for s in at[2 * at + 10 < steps]]
    return sorted(out, key=lambda p: (p[1], p[0]))


def told(name, spikes):
    return {"population": name, "type": "spikes", "neurons": [i for i, _ in spikes],
            "times_ms": [round(s * DT_MS, 1) for _, s in spikes]}


def told_group(n, spikes):
    from brian2 import SpikeGeneratorGroup, ms

    return SpikeGeneratorGroup(n, [i for i, _ in spikes], [k for _, k in spikes] * (DT_MS * ms))


def learning(rule, given, seed, delay=6, dendrite=0):
    """Six sources and four targets that are told when to fire."""
    rng, steps = np.random.default_rng(seed), 8000
    pre, post = trains(6, steps, 15, rng, 0), trains(4, steps, 15, rng, 1)
    values = dict(RULES[rule][0], **given)
    start = np.round(rng.uniform(values["w_min"], values["w_max"], (6, 4)) * 1024) / 1024
    pairs = [[i, j, start[i, j]] for i in range(6) for j in range(4)]
    axon, eighth = delay - dendrite, steps // 8
    projection = {"source": "A", "target": "B", "connect": "list", "pairs": pairs, "delay_ms": delay * DT_MS,
                  "rule": rule, "values": values}
    if dendrite:
        projection["dendritic_delay_ms"] = dendrite * DT_MS
    if not axon:  # a synapse that lives a step late says so at the next step only
        assert not any((s + dendrite + 1) % eighth == 0 for _, s in post)
    model = {"dt_ms": DT_MS,
             "populations": [{"name": "A", "n": 6, "model": "spikes"}, {"name": "B", "n": 4, "model": "spikes"}],
             "projections": [projection], "inputs": [told("A", pre), told("B", post)]}

    def by_numpy():
        synapses = [Synapse(rule, values, w) for _, _, w in pairs]
        events = sorted([(s + axon, 0, i) for i, s in pre] + [(s + dendrite, 1, j) for j, s in post])
        rows, row = [], []
        for end in range(eighth, steps + 1, eighth):
            for step, which, k in (e for e in events if end - eighth <= e[0] < end):
                for n in range(4 * k, 4 * k + 4) if which == 0 else range(k, 24, 4):
                    (synapses[n].fires if which else synapses[n].arrives)(step)
            row = [s.w for s in synapses]
            rows.append(row)
        return np.array(rows)

    def by_brian():
        from brian2 import Network, ms

        groups = told_group(6, pre), told_group(4, post)
        s = in_brian(rule, values, groups, start, axon, dendrite)
        network, rows = Network(*groups, s), []
        for _ in range(8):
            network.run(eighth * DT_MS * ms, namespace={"ms": ms})
            rows.append(np.array(s.w))
        return np.array(rows)
    return model, by_numpy, by_brian


def dendrites():
    """Eight sources drive three neurons by synapses that learn: what arrives at the soma is the weight of the moment at
    which the spike was at the synapse."""
    rng, steps, delay, dendrite, tau_e = np.random.default_rng(12), 4000, 31, 24, 5.0
    pre, axon = trains(8, steps, 25, rng, 0), delay - dendrite
    rule, values = "stdp", dict(RULES["stdp"][0], a_plus=0.3, a_minus=0.3, w_max=8)
    start = np.round(rng.uniform(1, 7, (8, 3)) * 1024) / 1024
    mean = np.array([11.0, 12.5, 14.0])
    model = {"dt_ms": DT_MS,
             "populations": [{"name": "A", "n": 8, "model": "spikes"},
                             {"name": "B", "n": 3, "model": "lif",
                              "values": {"tau_e_ms": tau_e, "refractory_ms": 2, "v_reset_mv": -65}}],
             "projections": [{"source": "A", "target": "B", "connect": "list", "rule": rule, "values": values,
                              "pairs": [[i, j, start[i, j]] for i in range(8) for j in range(3)],
                              "delay_ms": delay * DT_MS, "dendritic_delay_ms": dendrite * DT_MS}],
             "inputs": [told("A", pre)] + [{"name": "mean%d" % k, "population": "B", "type": "current", "mean": m,
                                            "neurons": [k]} for k, m in enumerate(mean)]}

    def by_numpy():
        synapses = [[Synapse(rule, values, w) for w in row] for row in start]
        arriving, v, g = np.zeros((steps + delay, 3)), np.full(3, -65.0), np.zeros(3)
        decay_m, decay_e = math.exp(-DT_MS / 20), math.exp(-DT_MS / tau_e)
        k_e, held = tau_e / (20 - tau_e) * (decay_m - decay_e), np.zeros(3, int)
        after, spikes, nearest = [], [], math.inf
        for k in range(steps):
            for i in (i for i, s in pre if s + axon == k):
                arriving[k + dendrite] += [s.w for s in synapses[i]]
                for s in synapses[i]:
                    s.arrives(k)
            g, free = g + arriving[k], held == 0
            v = np.where(free, -65 + mean + (v + 65 - mean) * decay_m + k_e * g, v)
            g *= decay_e
            nearest = min(nearest, np.abs(v + 50)[free].min(initial=math.inf))
            fired = free & (v >= -50)
            v, held = np.where(fired, -65, v), np.where(fired, 20, np.maximum(held - 1, 0))
            spikes += [(k, j) for j in np.flatnonzero(fired)]
            for j in (j for s, j in spikes if s + dendrite == k):
                for row in synapses:
                    row[j].fires(k)
            after.append(v)
        return np.array(after), np.array(spikes), nearest

    def by_brian():
        from brian2 import NeuronGroup, Network, SpikeMonitor, StateMonitor, Synapses, mV, ms

        group = NeuronGroup(3, """dv/dt = (-65*mV - v + g + I)/(20*ms) : volt (unless refractory)
                                  dg/dt = -g/(%r*ms) : volt
                                  I : volt (constant)""" % tau_e, threshold="v >= -50*mV", reset="v = -65*mV",
                            refractory=(2 + DT_MS) * ms, method="exact")
        group.v, group.I = -65 * mV, mean * mV
        sources = told_group(8, pre)
        learns = {k: float(x) for k, x in values.items()}
        s = Synapses(sources, group, """w : 1
                                        sent : 1
                                        dx/dt = -x/(20*ms) : 1 (event-driven)
                                        dy/dt = -y/(30*ms) : 1 (event-driven)""",
                     on_pre={"pre": "sent = w\nw = clip(w - a_minus*y, w_min, w_max)\nx += 1",
                             "soma": "g_post += sent*mV"},
                     on_post="w = clip(w + a_plus*x, w_min, w_max)\ny += 1", namespace=learns)
        s.connect()
        s.pre.delay, s.post.delay, s.soma.delay = (axon * DT_MS * ms, dendrite * DT_MS * ms,
                                                   (delay - 1) * DT_MS * ms)
        s.pre.order, s.post.order = 0, 1
        s.w = start.flatten()
        v, at = StateMonitor(group, "v", record=True, when="end"), SpikeMonitor(group)
        Network(sources, group, s, v, at).run(steps * DT_MS * ms, namespace={"ms": ms, "mV": mV})
        return np.array(v.v / mV).T, ordered(np.rint(at.t / (DT_MS * ms)), at.i)
    return model, by_numpy, by_brian


PLASTICITY = {"weak": ("stdp-weight", dict(), 1),
              "mixed": ("stdp-weight", dict(mu_plus=0.4, mu_minus=1, tau_minus_ms=35, a_minus=0.08), 2),
              "wide": ("stdp-weight", dict(w_min=-1, w_max=3, a_plus=0.2, a_minus=0.3, mu_plus=1, mu_minus=0.7), 3),
              "additive": ("stdp-weight", dict(mu_plus=0, mu_minus=0), 4),
              "dendrite-weight": ("stdp-weight", dict(mu_plus=1, mu_minus=1), 5, 10, 6),
              "dendrite-stdp": ("stdp", dict(), 6, 150, 120),
              "dendrite-triplet": ("triplet", dict(), 7, 20, 10),
              "dendrite-istdp": ("istdp", dict(), 8, 16, 14),
              "dendrite-whole": ("stdp", dict(), 9, 60, 60)}
NEURONS = {"currents": currents, "differing": differing, "dendrites": dendrites, "receptors": receptors,
           "conductances": conductances}


def each(brian):
    """(name, model, {tensor: value}) of each case, by Brian2 or by numpy."""
    for name, said in PLASTICITY.items():
        model, *ways = learning(*said)
        weights = ways[brian]()
        print("%-16s weights from %.3f to %.3f, %d of them at a bound" % (
            name, weights[-1].min(), weights[-1].max(),
            np.isin(weights[-1], [model["projections"][0]["values"][k] for k in ("w_min", "w_max")]).sum()))
        yield name, model, {"w": weights}
    for name, case in NEURONS.items():
        model, *ways = case()
        v, spikes, *nearest = ways[brian]()
        if nearest:
            print("%-16s %4d spikes, nearest to the threshold %.2g mV" % (name, len(spikes), nearest[0]))
            assert nearest[0] > 2e-4, (name, nearest[0])
        yield name, model, {"v": v[9::10], "spikes": np.array(spikes, np.int64)}


def compute(brian):
    if brian:
        from brian2 import defaultclock, ms, prefs, start_scope
        prefs.codegen.target = "numpy"
        defaultclock.dt = DT_MS * ms
        start_scope()
    tensors, notes = {}, {}
    for name, model, values in each(brian):
        notes[name + "/model"] = json.dumps(model)
        tensors.update({name + "/" + k: value for k, value in values.items()})
    notes["cases"] = " ".join(NEURONS)
    return tensors, notes


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--check", action="store_true")
    asked = parser.parse_args()
    spec = importlib.util.find_spec("brian2")
    has_brian = spec is not None and spec.origin is not None  # what a removed package leaves is none
    if not asked.check:
        compute(0)
        write_safetensors(PATH, *compute(1))
        return 0
    good = check(PATH, *compute(0), 1e-9)
    if has_brian:
        print("by Brian2:")
        good &= check(PATH, *compute(1), 1e-9)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
