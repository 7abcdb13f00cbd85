"""What a brain's file says, said in Brian2: check values for inputs that change and reach a part of
a population, for states with which neurons begin, for neurons that differ, and for STDP that depends on the weight.

  brain_file.py            write tests/data/brain_file.safetensors
  brain_file.py --check    recompute and compare with the file (largest difference <= 1e-9)

Needs Brian2 (Debian: python3-brian). Each case is a model file (docs/model.md), which stands in the
notes as NAME/model, and the same network in Brian2, in float64, written from the page's words and not
from the library.

Step k of Amine is the step of Brian2 that begins at k dt; a current that is said for a time holds
from the step that begins there. Brian2 holds V for a step less than its `refractory` says
(bench/peer_brain.py), so it is told a step more. No V comes nearer to its threshold than 2e-4 mV:
spikes are those of float32, too.

Tensors: NAME/v [steps / 10][n], after every tenth step; NAME/spikes [m][2]: (step, neuron); NAME/w
[8][synapses], after every 1000 steps, by (source, target).
"""
import argparse
import json
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


# ---------------------------------------------------------------------------------- currents

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

    from brian2 import NeuronGroup, TimedArray, mV, ms
    I = TimedArray(current * mV, dt=DT_MS * ms)
    group = NeuronGroup(n, "dv/dt = (-65*mV - v + I(t, i))/(20*ms) : volt (unless refractory)",
                        threshold="v >= -50*mV", reset="v = -67*mV", refractory=(3 + DT_MS) * ms,
                        method="exact", namespace={"I": I})
    group.v = v0 * mV
    return model, group, steps, -50.0


def differing():
    """Neurons that differ in rest, threshold and reset, and begin at rest."""
    from brian2 import NeuronGroup, mV, ms

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
    group = NeuronGroup(n, """dv/dt = (rest - v + 23*mV)/(20*ms) : volt (unless refractory)
                              rest : volt (constant)
                              threshold_of : volt (constant)
                              reset_to : volt (constant)""", threshold="v >= threshold_of", reset="v = reset_to",
                        refractory=(2 + DT_MS) * ms, method="exact")
    group.v = group.rest = rest * mV
    group.threshold_of, group.reset_to = threshold * mV, reset * mV
    return model, group, steps, threshold[:, None]


# ---------------------------------------------------------------------------------- plasticity

def trains(n, steps, low, rng, odd):
    """Times of n neurons as (neuron, step), on even or on odd steps: arrivals and spikes of the
    targets never fall together, where orders within a step differ."""
    out = []
    for i in range(n):
        at = np.cumsum(rng.integers(low, 4 * low, steps))
        out += [(i, 2 * int(s) + odd) for s in at[2 * at + 10 < steps]]
    return sorted(out, key=lambda p: (p[1], p[0]))


def weight_dependent(values, seed):
    """Six sources and four targets that are told when to fire; a spike arrives five steps after its
    own. `values`: of the rule stdp-weight."""
    from brian2 import Network, SpikeGeneratorGroup, Synapses, ms

    rng, steps, delay = np.random.default_rng(seed), 8000, 6
    pre, post = trains(6, steps, 15, rng, 0), trains(4, steps, 15, rng, 1)
    p = dict({"a_plus": 0.05, "a_minus": 0.05, "mu_plus": 0.02, "mu_minus": 0.02, "tau_plus_ms": 20,
              "tau_minus_ms": 20, "w_min": 0, "w_max": 1}, **values)
    start = np.round(rng.uniform(p["w_min"], p["w_max"], (6, 4)) * 1024) / 1024
    pairs = [[i, j, start[i, j]] for i in range(6) for j in range(4)]

    def told(name, spikes):
        return {"population": name, "type": "spikes", "neurons": [i for i, _ in spikes],
                "times_ms": [round(s * DT_MS, 1) for _, s in spikes]}
    model = {"dt_ms": DT_MS,
             "populations": [{"name": "A", "n": 6, "model": "spikes"}, {"name": "B", "n": 4, "model": "spikes"}],
             "projections": [{"source": "A", "target": "B", "connect": "list", "pairs": pairs,
                              "delay_ms": delay * DT_MS, "rule": "stdp-weight", "values": p}],
             "inputs": [told("A", pre), told("B", post)]}
    groups = [SpikeGeneratorGroup(n, [i for i, _ in s], [k for _, k in s] * (DT_MS * ms))
              for n, s in ((6, pre), (4, post))]
    s = Synapses(*groups, """w : 1
                             dx/dt = -x/(%(tau_plus_ms)s*ms) : 1 (event-driven)
                             dy/dt = -y/(%(tau_minus_ms)s*ms) : 1 (event-driven)""" % p,
                 on_pre="""u = (w - w_min)/(w_max - w_min)
                           w = clip(w - a_minus*u**mu_minus*y, w_min, w_max)
                           x += 1""",
                 on_post="""u = (w - w_min)/(w_max - w_min)
                            w = clip(w + a_plus*(1 - u)**mu_plus*x, w_min, w_max)
                            y += 1""", namespace={k: float(v) for k, v in p.items()})
    s.connect()
    s.pre.delay = delay * DT_MS * ms
    s.w = start.flatten()
    network, rows = Network(*groups, s), []
    for _ in range(8):
        network.run(steps // 8 * DT_MS * ms, namespace={"ms": ms})
        rows.append(np.array(s.w))
    return model, np.array(rows)


PLASTICITY = {"weak": (dict(), 1),
              "mixed": (dict(mu_plus=0.4, mu_minus=1, tau_minus_ms=35, a_minus=0.08), 2),
              "wide": (dict(w_min=-1, w_max=3, a_plus=0.2, a_minus=0.3, mu_plus=1, mu_minus=0.7), 3),
              "additive": (dict(mu_plus=0, mu_minus=0), 4)}
CASES = {"currents": currents, "differing": differing}


def compute():
    from brian2 import Network, SpikeMonitor, StateMonitor, defaultclock, mV, ms, prefs, start_scope
    prefs.codegen.target = "numpy"
    tensors, notes = {}, {}
    defaultclock.dt = DT_MS * ms
    for name, (values, seed) in PLASTICITY.items():
        start_scope()
        model, weights = weight_dependent(values, seed)
        tensors[name + "/w"], notes[name + "/model"] = weights, json.dumps(model)
        print("%-10s weights from %.3f to %.3f, %d of them at a bound" % (
            name, weights[-1].min(), weights[-1].max(),
            np.isin(weights[-1], [model["projections"][0]["values"][k] for k in ("w_min", "w_max")]).sum()))
    for name, case in CASES.items():
        start_scope()
        model, group, steps, threshold = case()
        v = StateMonitor(group, "v", record=True, when="end")
        peaks, spikes = StateMonitor(group, "v", record=True, when="before_thresholds"), SpikeMonitor(group)
        Network(group, v, peaks, spikes).run(steps * DT_MS * ms, namespace={})
        at = np.stack([np.rint(spikes.t / (DT_MS * ms)), spikes.i], 1).astype(np.int64)
        tensors[name + "/v"] = np.array(v.v / mV).T[9::10]
        tensors[name + "/spikes"] = at[np.lexsort((at[:, 1], at[:, 0]))]
        notes[name + "/model"] = json.dumps(model)
        nearest = np.abs(np.array(peaks.v / mV) - threshold).min()
        assert nearest > 2e-4, (name, nearest)
        print("%-10s %4d spikes, nearest to the threshold %.2g mV" % (name, len(at), nearest))
    notes["cases"] = " ".join(CASES)
    return tensors, notes


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--check", action="store_true")
    asked = parser.parse_args()
    tensors, notes = compute()
    if asked.check:
        sys.exit(0 if check(PATH, tensors, notes, 1e-9) else 1)
    write_safetensors(PATH, tensors, notes)


if __name__ == "__main__":
    main()
