"""The band in which the networks of Brette et al. 2007 must fire: Brian2, twenty networks of 5.5 s.

  networks.py            write tests/data/networks.safetensors
  networks.py --check    one new network of each kind, which must lie within 4 standard deviations

Needs Brian2 and a C++ compiler (Debian: python3-brian, g++). What a chaotic network does step by
step means nothing; its statistics do. Ten networks at a time are copies in one program, told apart
by what is drawn at random: connections and start.

coba  3200 E + 800 I, every ordered pair connected with probability 0.02, no neuron to itself.
      C V' = gL (EL - V) + ge (0 - V) + gi (-80 - V), C 200 pF, gL 10 nS, EL -60 mV; V >= -50 mV is
      a spike: V = -60 mV, held for 50 steps more; ge, gi decay with 5, 10 ms; a spike of E adds
      6 nS to ge of its targets, one of I 67 nS to gi, and acts in the next step. dt 0.1 ms.
      Start: V uniform in [-60, -50), ge = gi = 0; 20 mV are added to V of the first 50 E neurons
      before the steps 0, 100, 200, 300 and 400.
cuba  the same, but 20 ms V' = (-49 - V) + ge + gi in mV, 1.62 and -9 mV, no kicks.

Brette et al. 2007, 10.1007/s10827-007-0038-6, benchmarks 1 and 2; Vogels, Abbott 2005,
10.1523/JNEUROSCI.3508-05.2005.

From 0.5 to 5.5 s, one value for each network:
  rate_hz, rate_e_hz, rate_i_hz   mean over all, E, I neurons
  cv            standard deviation over mean of the intervals between spikes, mean over the neurons
                with at least 10 spikes
  correlation   of the numbers of spikes in bins of 5 ms, mean over all pairs of the neurons that
                fire: (variance of the sum of their z-scores - m) / (m (m - 1)) for m neurons
  synchrony     variance over mean of the number of all spikes in bins of 1 ms
  last_hz       rate in the last 0.5 s: not 0 if the activity sustains itself

Tensors KIND/NAME [20], float64; notes KIND/NAME/mean and KIND/NAME/deviation.
"""
import argparse
import os
import shutil
import sys
import tempfile
import warnings

import numpy as np

from neurons import read_safetensors, write_safetensors

warnings.filterwarnings("ignore")
PATH = os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "data",
                    "networks.safetensors")
N_E, N, P = 3200, 4000, 0.02
START_MS, END_MS = 500, 5500
EQUATIONS = {
    "coba": """dv/dt = (ge*(0*mV - v) + gi*(-80*mV - v) + 10*nS*(-60*mV - v))/(200*pF)
                       : volt (unless refractory)
               dge/dt = -ge/(5*ms) : siemens
               dgi/dt = -gi/(10*ms) : siemens""",
    "cuba": """dv/dt = (ge + gi + (-49*mV - v))/(20*ms) : volt (unless refractory)
               dge/dt = -ge/(5*ms) : volt
               dgi/dt = -gi/(10*ms) : volt""",
}
WEIGHTS = {"coba": ("6*nS", "67*nS"), "cuba": ("1.62*mV", "-9*mV")}
METHOD = {"coba": "exponential_euler", "cuba": "exact"}


def simulate(kind, copies, seed):
    """Times in ms and neurons of all spikes."""
    import brian2 as b

    folder = tempfile.mkdtemp(prefix="networks_")
    b.device.reinit()
    b.device.activate()
    b.set_device("cpp_standalone", directory=folder, build_on_run=False)
    b.prefs.devices.cpp_standalone.extra_make_args_unix = ["-j1"]
    b.defaultclock.dt = 0.1*b.ms
    b.seed(seed)
    # Brian2 holds V for one step less than the refractory period has.
    group = b.NeuronGroup(copies*N, EQUATIONS[kind], threshold="v >= -50*mV", reset="v = -60*mV",
                          refractory=5.1*b.ms, method=METHOD[kind])
    group.v = "-60*mV + rand()*10*mV"
    net = b.Network(group)
    for name, weight, mine in zip(("ge", "gi"), WEIGHTS[kind], ("<", ">=")):
        s = b.Synapses(group, group, on_pre="%s += %s" % (name, weight), delay=0*b.ms)
        s.connect(j="k for k in sample(i//%d*%d, (i//%d + 1)*%d, p=%g) if i%%%d %s %d and k != i"
                  % (N, N, N, N, P, N, mine, N_E))
        net.add(s)
    if kind == "coba":
        net.add(group.run_regularly("v += 20*mV*int(i%%%d < 50)*int(t < 45*ms)" % N, dt=10*b.ms))
    monitor = b.SpikeMonitor(group)
    net.add(monitor)
    net.run(END_MS*b.ms)
    b.device.build(directory=folder, with_output=False)
    t, i = np.array(monitor.t/b.ms), np.array(monitor.i[:])
    shutil.rmtree(folder)
    return t, i


def statistics(t, i):
    """Of one network; t in ms, any order."""
    late = t >= START_MS - 1e-6
    t, i = t[late] - START_MS, i[late]
    span = END_MS - START_MS
    count = np.bincount(i, minlength=N)
    trains = np.split(t[np.lexsort((t, i))], np.cumsum(count)[:-1])
    cvs = [np.diff(x).std() / np.diff(x).mean() for x in trains if len(x) >= 10]
    bins = np.zeros((N, span // 5))
    np.add.at(bins, (i, ((t + 1e-6) / 5).astype(int)), 1)
    bins = bins[count > 0]
    z = (bins - bins.mean(1, keepdims=True)) / bins.std(1, keepdims=True)
    m = len(z)
    every = np.bincount((t + 1e-6).astype(int), minlength=span)
    return {"rate_hz": count.mean() / span * 1000, "rate_e_hz": count[:N_E].mean() / span * 1000,
            "rate_i_hz": count[N_E:].mean() / span * 1000, "cv": np.mean(cvs),
            "correlation": (z.sum(0).var() - m) / (m * (m - 1)),
            "synchrony": every.var() / every.mean(), "last_hz": every[-500:].sum() / N / 0.5}


def measure(kind, copies, seed):
    """Name -> [copies]."""
    t, i = simulate(kind, copies, seed)
    each = [statistics(t[i // N == c], i[i // N == c] % N) for c in range(copies)]
    return {name: np.array([e[name] for e in each], np.float64) for name in each[0]}


def check():
    tensors, meta = read_safetensors(PATH)
    good = True
    for kind in EQUATIONS:
        for name, value in measure(kind, 1, 99).items():
            mean, deviation = (float(meta["%s/%s/%s" % (kind, name, k)])
                               for k in ("mean", "deviation"))
            off = (value[0] - mean) / deviation
            good &= abs(off) <= 4
            print("%s %-12s %9.5f, %+.1f standard deviations from %9.5f %s" % (
                kind, name, value[0], off, mean, "ok" if abs(off) <= 4 else "WRONG"))
    return good


def main():
    parser = argparse.ArgumentParser(description="the band for the networks of Brette et al. 2007")
    parser.add_argument("--check", action="store_true", help="one network each, write nothing")
    args = parser.parse_args()
    if args.check:
        return 0 if check() else 1
    tensors, meta = {}, {}
    for kind in EQUATIONS:
        first, second = measure(kind, 10, 1), measure(kind, 10, 2)
        for name in first:
            values = np.concatenate([first[name], second[name]])
            tensors[kind + "/" + name] = values
            mean, deviation = values.mean(), values.std(ddof=1)
            meta["%s/%s/mean" % (kind, name)] = "%.9g" % mean
            meta["%s/%s/deviation" % (kind, name)] = "%.9g" % deviation
            print("%s %-12s %9.5f, standard deviation %.5f (%.5f to %.5f)" % (
                kind, name, mean, deviation, values.min(), values.max()))
    write_safetensors(PATH, tensors, meta)
    return 0


if __name__ == "__main__":
    sys.exit(main())
