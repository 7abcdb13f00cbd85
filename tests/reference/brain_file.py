"""What a brain's file says, said in Brian2: check values for inputs that change and reach a part of
a population, and for states with which neurons begin.

  brain_file.py            write tests/data/brain_file.safetensors
  brain_file.py --check    recompute and compare with the file (largest difference <= 1e-9)

Needs Brian2 (Debian: python3-brian). Each case is a model file (docs/model.md), which stands in the
notes as NAME/model, and the same network in Brian2, in float64, written from the page's words and not
from the library.

Step k of Amine is the step of Brian2 that begins at k dt; a current that is said for a time holds
from the step that begins there. Brian2 holds V for a step less than its `refractory` says
(bench/peer_brain.py), so it is told a step more. No V comes nearer to its threshold than 2e-4 mV:
spikes are those of float32, too.

Tensors: NAME/v [steps / 10][n], after every tenth step; NAME/spikes [m][2]: (step, neuron).
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
    return model, group, steps


CASES = {"currents": currents}


def compute():
    from brian2 import Network, SpikeMonitor, StateMonitor, defaultclock, mV, ms, prefs, start_scope
    prefs.codegen.target = "numpy"
    tensors, notes = {}, {}
    for name, case in CASES.items():
        start_scope()
        defaultclock.dt = DT_MS * ms
        model, group, steps = case()
        v = StateMonitor(group, "v", record=True, when="end")
        peaks, spikes = StateMonitor(group, "v", record=True, when="before_thresholds"), SpikeMonitor(group)
        Network(group, v, peaks, spikes).run(steps * DT_MS * ms, namespace={})
        at = np.stack([np.rint(spikes.t / (DT_MS * ms)), spikes.i], 1).astype(np.int64)
        tensors[name + "/v"] = np.array(v.v / mV).T[9::10]
        tensors[name + "/spikes"] = at[np.lexsort((at[:, 1], at[:, 0]))]
        notes[name + "/model"] = json.dumps(model)
        nearest = np.abs(np.array(peaks.v / mV) + 50).min()
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
