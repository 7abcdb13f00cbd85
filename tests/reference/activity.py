"""The bands for the networks of docs/reproductions.md: Brian2, and the mean field for brunel2000.

  activity.py vogels-abbott    COBA, CUBA, 30 networks of each, and their controls
  activity.py brunel2000       the four points; theory first
  activity.py vogels2011       with and without plasticity
  activity.py theory           the mean field alone, at once
  activity.py plain            g 5, eta 2 of brunel2000 in NumPy alone: rates of two networks

Needs Brian2 and a C++ compiler (Debian: python3-brian, g++). Prints, for each network and each
window of time, mean, standard deviation over the networks and range of the measures of the protocol
"activity", which are defined here a second time, from the list of all spikes:

  window        from settle to the end less one bin of 5 ms (the protocol has not seen the last)
  rate, rate_e, rate_i   spikes for each neuron and second: of all, E, I
  cv            standard deviation over mean of the intervals between spikes, mean over the neurons
                with at least 10 spikes; of at most 1,000 neurons of E and of I, evenly spread
                (neuron k n // 1000), weighted as they stand for their populations
  correlation   Pearson's, of counts in bins of 5 ms, mean over the pairs of 200 neurons
                (k N // 200) that have a variance
  silent        share of neurons without a spike, of those of cv
  synchrony     variance over mean of the number of all spikes in bins of 1 ms

vogels-abbott  networks.py has the equations.
brunel2000     10,000 E, 2,500 I; 20 ms V' = -V; V >= 20 mV is a spike: 10 mV, held for 20 steps,
               arrivals meanwhile are lost. J = 0.1 mV, -g J, after 15 steps; each neuron has a
               Poisson train of eta 20 mV / (J 20 ms) with jumps of J. dt 0.1 ms: decay, jumps,
               threshold. Each neuron has 1,000 sources of E and 250 of I, or ("binomial
               in-degrees") each with probability 0.1. Start: V uniform in [0, 20).
               Brunel 2000, 10.1023/A:1008925309027.
vogels2011     8,000 E, 2,000 I, every pair with probability 0.02; neurons of COBA with 200 pA;
               E adds 0.3 nS, I to I 3 nS, I to E w, from 0, within 0 to 100 nS: an arrival adds
               eta (y - 2 3 Hz 20 ms), a spike of the target eta x, x and y jump by 1 and decay
               with 20 ms; eta 0.1 nS, ten times what is published, as it settles sooner. Start: V
               uniform in [-60, -50).
               Vogels et al. 2011, 10.1126/science.1211095, numbers of ModelDB 143751.
"""
import argparse
import shutil
import sys
import tempfile
import warnings

import numpy as np

import networks

warnings.filterwarnings("ignore")
BIN_MS, LEAST, SAMPLE, PAIRED = 5, 10, 1000, 200


# ------------------------------------------------------------------------------ measures
def sampled(n, most):
    k = min(n, most)
    return np.arange(k) * n // k


def irregularity(t, i, n):
    """Sum of the CVs, how many, how many silent, how many sampled; t in order."""
    total, many, silent = 0.0, 0, 0
    order = np.lexsort((t, i))
    count = np.bincount(i, minlength=n)
    trains = np.split(t[order], np.cumsum(count)[:-1])
    who = sampled(n, SAMPLE)
    for k in who:
        silent += count[k] == 0
        if count[k] >= LEAST:
            gaps = np.diff(trains[k])
            total, many = total + gaps.std() / gaps.mean(), many + 1
    return total, many, silent, len(who)


def correlation(t, i, n, bins):
    who = sampled(n, PAIRED)
    counts = np.zeros((len(who), bins))
    place = np.full(n, -1)
    place[who] = np.arange(len(who))
    mine = place[i] >= 0
    np.add.at(counts, (place[i[mine]], (t[mine] / BIN_MS).astype(int)), 1)
    counts = counts[counts.std(1) > 0]
    m = len(counts)
    if m < 2:
        return np.nan
    r = np.corrcoef(counts)
    return (r.sum() - m) / (m * (m - 1))


def measure(t, i, sizes, settle_ms, end_ms):
    """t in ms, a whole number of steps of 0.1 ms."""
    n_e, n = sizes[0], sum(sizes)
    end_ms -= BIN_MS
    t = np.round(t, 1)
    now = ((t >= end_ms - 1000) & (t < end_ms)).sum() / n
    last = t.max() / 1000 if len(t) else np.nan
    inside = (t > settle_ms - 0.05) & (t < end_ms - 0.05)
    t, i = t[inside] - settle_ms + 0.01, i[inside]
    span = end_ms - settle_ms
    e = i < n_e
    parts = [irregularity(t[e], i[e], n_e), irregularity(t[~e], i[~e] - n_e, n - n_e)]
    scale = [size / part[3] for size, part in zip(sizes, parts)]
    cvs, many = (sum(s * p[k] for s, p in zip(scale, parts)) for k in (0, 1))
    every = np.bincount(t.astype(int), minlength=span)
    return {"rate": len(t) / n / span * 1000, "rate_e": e.sum() / n_e / span * 1000,
            "rate_i": (~e).sum() / (n - n_e) / span * 1000, "cv": cvs / many if many else np.nan,
            "correlation": correlation(t, i, n, span // BIN_MS) if len(t) else np.nan,
            "silent": sum(s * p[2] for s, p in zip(scale, parts)) / n,
            "synchrony": every.var() / every.mean() if len(t) else np.nan,
            "now": now, "alive_s": last}


def show(title, each):
    print(title, "(%d networks)" % len(each))
    for name in each[0]:
        x = np.array([e[name] for e in each])
        print("  %-12s %10.5f, standard deviation %.5f (%.5f to %.5f)" % (
            name, x.mean(), x.std(ddof=1) if len(x) > 1 else np.nan, x.min(), x.max()))
    sys.stdout.flush()


# ------------------------------------------------------------------------------ vogels-abbott
def some_networks(kind, copies, seed, windows, results):
    sizes = (networks.N_E, networks.N - networks.N_E)
    t, i = networks.simulate(kind, copies, seed)
    for c in range(copies):
        mine = i // networks.N == c
        for result, end in zip(results, windows):
            result.append(measure(t[mine], i[mine] % networks.N, sizes, 500, end))


def vogels_abbott(n):
    """Ten networks in a program, seeds 1 and 2 those of networks.py."""
    fixed = dict(networks.WEIGHTS)
    for kind, none in (("coba", "0*nS"), ("cuba", "0*mV")):
        for title, weights, windows, seeds, copies in (
                ("", fixed[kind], (5500, 1500), (1, 2, 11)[:n], 10),
                (", no inhibition", (fixed[kind][0], none), (1500,), (1,), 2)):
            networks.WEIGHTS[kind], networks.END_MS = weights, windows[0]
            results = [[] for _ in windows]
            for seed in seeds:
                some_networks(kind, copies, seed, windows, results)
            for result, end in zip(results, windows):
                show("%s%s, 0.5 to %g s" % (kind, title, end / 1000), result)


# ------------------------------------------------------------------------------ brunel2000
POINTS = ((6, 4, 60.7), (5, 2, 37.7), (4.5, 0.9, 5.5), (3, 2, None))


def siegert(mu, sigma):
    """Rate of a neuron with white noise, in Hz: Brunel 2000, eq. 21."""
    from scipy.integrate import quad
    from scipy.special import erfcx
    low, high = (10 - mu) / sigma, (20 - mu) / sigma
    if high > 25:
        return 0.0
    return 1 / (0.002 + 0.02 * np.sqrt(np.pi) * quad(lambda u: erfcx(-u), low, high, limit=200)[0])


def mean_field(g, eta, spread):
    """Self-consistent rate. With `spread`, in-degrees are binomial: the mean input of a neuron is
    normal around that of all."""
    x, weight = np.polynomial.hermite_e.hermegauss(60)
    external, low, high = eta * 20 / (0.1 * 0.02), 0.0, 499.0

    def of(rate):
        mu = 0.02 * 0.1 * (external + rate * (1000 - g * 250))
        sigma = np.sqrt(0.02 * 0.01 * (external + rate * (1000 + g * g * 250)))
        if not spread:
            return siegert(mu, sigma)
        wide = 0.02 * 0.1 * rate * np.sqrt(0.9 * (1000 + g * g * 250))
        return sum(w * siegert(mu + wide * k, sigma) for k, w in zip(x, weight)) / weight.sum()

    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if of(middle) > middle else (low, middle)
    return low


def theory():
    for g, eta, published in POINTS:
        print("g %g, eta %g: mean field %.2f Hz, with binomial in-degrees %.2f Hz; published %s" % (
            g, eta, mean_field(g, eta, False), mean_field(g, eta, True), published))
    sys.stdout.flush()


def sources_of(exact, n, rng):
    """Who of n reaches a neuron."""
    return rng.choice(n, n // 10 if exact else rng.binomial(n, 0.1), replace=False)


def brunel(g, eta, exact, seed, end_ms):
    """One network for each of `exact`, all in one program."""
    import brian2 as b
    folder = tempfile.mkdtemp(prefix="activity_")
    b.device.reinit()
    b.device.activate()
    b.set_device("cpp_standalone", directory=folder, build_on_run=False)
    b.prefs.devices.cpp_standalone.extra_make_args_unix = ["-j1"]
    b.defaultclock.dt = 0.1*b.ms
    b.seed(seed)
    rng, n = np.random.default_rng(seed), 12500
    group = b.NeuronGroup(len(exact)*n, "dv/dt = -v/(20*ms) : volt (unless refractory)",
                          threshold="v >= 20*mV", reset="v = 10*mV", refractory=2.1*b.ms,
                          method="exact")
    group.v = "rand()*20*mV"
    group.run_regularly("v += 0.1*mV*poisson(%.17g)*int(not_refractory)"
                        % (eta * 20 / (0.1 * 0.02) * 1e-4), when="synapses")
    net = b.Network(group)
    # Jumps come before the threshold, so spikes are queued a step later: one step less of delay.
    net.schedule = ["start", "groups", "synapses", "thresholds", "resets", "end"]
    for size, of, weight in ((10000, 0, 0.1), (2500, 10000, -0.1 * g)):
        s = b.Synapses(group, group, on_pre="v_post += %.17g*mV*int(not_refractory_post)" % weight,
                       delay=1.4*b.ms)
        rows = [c*n + of + sources_of(fixed, size, rng)
                for c, fixed in enumerate(exact) for _ in range(n)]
        s.connect(i=np.concatenate(rows),
                  j=np.repeat(np.arange(len(rows)), [len(row) for row in rows]))
        net.add(s)
    monitor = b.SpikeMonitor(group)
    net.add(monitor)
    net.run(end_ms*b.ms)
    b.device.build(directory=folder, with_output=False)
    t, i = np.array(monitor.t/b.ms), np.array(monitor.i[:])
    shutil.rmtree(folder)
    return [(t[i // n == c], i[i // n == c] % n) for c in range(len(exact))]


def brunel2000(n):
    theory()
    for g, eta, published in POINTS:
        end = 500 if published is None else 1200
        exact = [True] * (1 if published is None else n)
        if (g, eta) == (6, 4):
            exact += [False] * n
        each = brunel(g, eta, exact, 1, end)
        for last in (end, 500)[:1 if end == 500 else 2]:
            results = [measure(t, i, (10000, 2500), 200, last) for t, i in each]
            title = "g %g, eta %g, 0.2 to %g s" % (g, eta, last / 1000)
            show(title, results[:n])
            if results[n:]:
                show(title + ", binomial in-degrees", results[n:])


def plain(g, eta, seed):
    """The same network without Brian2, measured from 0.2 to 1.2 s."""
    rng, n, delay = np.random.default_rng(seed), 12500, 15
    source = np.concatenate([of + sources_of(True, size, rng) for _ in range(n)
                             for size, of in ((10000, 0), (2500, 10000))])
    target = np.repeat(np.arange(n, dtype=np.int32), 1250)[np.argsort(source, kind="stable")]
    first = np.concatenate([[0], np.cumsum(np.bincount(source, minlength=n))])
    v, held, spiked = rng.uniform(0, 20, n), np.zeros(n, int), []
    waiting = [np.empty(0, int)] * delay
    for step in range(12000):
        spikes = waiting[step % delay]
        jump = 0.1 * rng.poisson(eta, n)
        for some, weight in ((spikes[spikes < 10000], 0.1), (spikes[spikes >= 10000], -0.1 * g)):
            if len(some):
                reached = np.concatenate([target[first[k]:first[k + 1]] for k in some])
                jump = jump + weight * np.bincount(reached, minlength=n)
        free = held == 0
        v = np.where(free, v * np.exp(-0.005) + jump, v)
        held[~free] -= 1
        fired = free & (v >= 20)
        v[fired], held[fired] = 10, 20
        waiting[step % delay] = np.flatnonzero(fired)
        who = waiting[step % delay]
        spiked.append((np.full(len(who), step * 0.1), who))
    t, i = (np.concatenate(part) for part in zip(*spiked))
    return measure(t, i, (10000, 2500), 200, 1200)


# ------------------------------------------------------------------------------ vogels2011
def vogels(eta, seed, end_ms):
    import brian2 as b
    folder = tempfile.mkdtemp(prefix="activity_")
    b.device.reinit()
    b.device.activate()
    b.set_device("cpp_standalone", directory=folder, build_on_run=False)
    b.prefs.devices.cpp_standalone.extra_make_args_unix = ["-j1"]
    b.defaultclock.dt = 0.1*b.ms
    b.seed(seed)
    group = b.NeuronGroup(10000, """
        dv/dt = (ge*(0*mV - v) + gi*(-80*mV - v) + 10*nS*(-60*mV - v) + 200*pA)/(200*pF)
                : volt (unless refractory)
        dge/dt = -ge/(5*ms) : siemens
        dgi/dt = -gi/(10*ms) : siemens""", threshold="v >= -50*mV", reset="v = -60*mV",
                          refractory=5.1*b.ms, method="exponential_euler")
    group.v = "-60*mV + rand()*10*mV"
    e, i = group[:8000], group[8000:]
    from_e = b.Synapses(e, group, on_pre="ge += 0.3*nS")
    i_to_i = b.Synapses(i, i, on_pre="gi += 3*nS")
    i_to_e = b.Synapses(i, e, """w : 1
        dx/dt = -x/(20*ms) : 1 (event-driven)
        dy/dt = -y/(20*ms) : 1 (event-driven)""", on_pre="""gi += w*nS
        x += 1
        w = clip(w + %.17g*(y - 0.12), 0, 100)""" % eta, on_post="""y += 1
        w = clip(w + %.17g*x, 0, 100)""" % eta)
    from_e.connect("i != j", p=0.02)
    i_to_i.connect("i != j", p=0.02)
    i_to_e.connect(p=0.02)
    i_to_e.w = 0
    monitor = b.SpikeMonitor(group)
    net = b.Network(group, from_e, i_to_i, i_to_e, monitor)
    net.run(end_ms*b.ms)
    b.device.build(directory=folder, with_output=False)
    t, who = np.array(monitor.t/b.ms), np.array(monitor.i[:])
    print("  mean weight I to E %.4f nS" % np.array(i_to_e.w).mean())
    shutil.rmtree(folder)
    return t, who


def vogels2011(n):
    for eta, end, windows, copies in ((0.1, 40000, ((30000, 40000), (4000, 6000)), n),
                                      (0, 6000, ((4000, 6000),), 1)):
        results = [[] for _ in windows]
        for seed in range(1, copies + 1):
            t, i = vogels(eta, seed, end)
            print("  rate_e second by second:", " ".join("%.2f" % (
                ((t >= s * 1000) & (t < s * 1000 + 1000) & (i < 8000)).sum() / 8000)
                for s in range(end // 1000)))
            for result, (settle, last) in zip(results, windows):
                result.append(measure(t, i, (8000, 2000), settle, last))
        for result, (settle, last) in zip(results, windows):
            show("eta %g nS, %g to %g s" % (eta, settle / 1000, last / 1000), result)


def main():
    parser = argparse.ArgumentParser(description="bands for docs/reproductions.md")
    parser.add_argument("which", choices=("vogels-abbott", "brunel2000", "vogels2011", "theory",
                                          "plain"))
    args = parser.parse_args()
    if args.which == "vogels-abbott":
        vogels_abbott(3)
    elif args.which == "brunel2000":
        brunel2000(3)
    elif args.which == "vogels2011":
        vogels2011(2)
    elif args.which == "plain":
        show("g 5, eta 2, 0.2 to 1.2 s, NumPy", [plain(5, 2, seed) for seed in range(1, 7)])
    else:
        theory()
    return 0


if __name__ == "__main__":
    sys.exit(main())
