"""Speed peer for spiking networks: the same networks in Brian2 (standalone C++).

  peer_brain.py --network coba --form tuned --seconds 10

Prints one line of JSON: network, form, seconds (simulated), simulate_s (wall time of the steps
alone), setup_s (the rest of the program: making the synapses, writing results), build_s (code and
compiler), rate_hz, rate_e_hz, rate_i_hz, n_synapses, peak_mb (largest resident memory of the
program), bytes_per_synapse (that over the synapses), and with --statistics (which records every
spike and takes time) cv, correlation, synchrony. The first 50 ms, with the kicks, count as setup.

Networks. dt = 0.1 ms (reinforcement: 1 ms). Each ordered pair is connected with probability p, no neuron to itself.

  coba        Brette et al. 2007 (10.1007/s10827-007-0038-6), benchmark 1. 3200 E + 800 I, p = 0.02.
              C V' = gL (EL - V) + ge (0 - V) + gi (-80 - V), C 200 pF, gL 10 nS, EL -60 mV,
              threshold -50, reset -60 mV, refractory 5 ms; ge, gi decay with 5, 10 ms; a spike of E
              adds 6 nS to ge, one of I 67 nS to gi. Start: V uniform in [-60, -50); the first 50 E
              neurons are kicked by 20 mV at 0, 10, 20, 30 and 40 ms.
  cuba        Benchmark 2, the same numbers where not said otherwise. 20 ms V' = (-49 - V) + ge + gi
              in mV; 1.62 and -9 mV. Start: V uniform in [-60, -50), no kicks.
  coba-stdp   coba, and all-to-all pair STDP on E to E: tau 20, 20 ms, a_plus 0.01 nS, a_minus
              0.012 nS, w starts at 6 nS and stays in [0, 12]; arrival: w -= a_minus y; post spike:
              w += a_plus x.
  big         16,000 E + 4,000 I, p = 0.05: 1,000 synapses per neuron, 20 million in all.
              20 ms V' = (-70 - V) + ge + gi + I in mV, I = %(drive)g mV (constant); threshold -50,
              reset -60 mV, refractory 2 ms; ge, gi decay with 5, 10 ms; a spike of E adds
              %(w_e)g mV to ge, one of I %(w_i)g mV to gi; delay 1.5 ms. Start: V uniform in
              [-70, -50), ge = gi = 0. It fires at about 42 Hz, irregularly (CV of the intervals
              about 0.9) and asynchronously: the number of spikes in 1 ms varies by a tenth.
  big-poisson big with I = %(drive_poisson)g mV; every neuron has its own Poisson train of 20 kHz
              into ge with %(w_poisson)g mV, which on average makes up for the other %(average)g mV
              (for Brian2 a thousand trains of 20 Hz: it draws a binomial number each step).

  reinforcement  Izhikevich 2007 (10.1093/cercor/bhl152): 800 regular spiking E (a 0.02, d 8) + 200
              fast spiking I (a 0.1, d 2); v, u in two half steps and one, I = 13 (U - 1/2) and what
              arrives; E to 80 E and 20 I each, weight 1, I to 100 E, -1. E's learn: c + 0.1 x at post
              spikes, c - 0.15 y at arrivals, nearest, tau 20, 20 ms; tau_c 1000, tau_d 200 ms;
              w' = c (d + 0.0002) a ms in [0, 4]; d + 0.05 every 5 s.

Delays. A spike of step k that acts in step k + 1 has delay 0 in Brian2 and 0.1 ms in a simulator
whose least delay is one step. coba, cuba, coba-stdp have this least delay; the 1.5 ms of big count
as such a simulator does: 15 steps from the spike's to the one it acts in, 1.4 ms for Brian2.
Refractory. Brian2 holds V for 49 and 19 steps after the spike's own for 5 and 2 ms.

Forms.
  documented  as Brian2's documentation writes such networks: double precision, units, "exact" where
              the equations are linear and "exponential_euler" where they are linear in V, "unless
              refractory", one Synapses object per kind of source with a weight known by name.
              reinforcement: c, d and w of every synapse by their differential equations, as the
              example of this paper in Brian2's documentation has them; traces event-driven.
  tuned       single precision, also in the constants; -ffast-math without Brian2's
              -fno-finite-math-only, so that exp is vectorised; refractory by a counter of steps
              instead of times (and held for 50 and 20 steps); the step written out; one delay per
              Synapses object instead of one per synapse; spikes counted by the neurons instead of a
              monitor; the traces of STDP kept by the neurons. reinforcement: d once for all, c and
              w in the paper's own discrete form, w += c (d + 0.0002) 10, c *= 0.99 every 10 ms.
"""
import argparse
import json
import math
import os
import shutil
import subprocess
import sys
import tempfile
import time
import warnings

warnings.filterwarnings("ignore")

BIG = dict(drive=180.0, drive_poisson=130.0, w_e=0.7, w_i=-3.5, w_poisson=0.5)
__doc__ = __doc__ % dict(BIG, average=BIG["drive"] - BIG["drive_poisson"])

COBA = dict(n_e=3200, n_i=800, p=0.02)
STEP_MS = {"reinforcement": 1.0}  # the others 0.1
SIZES = {"coba": COBA, "cuba": COBA, "coba-stdp": COBA,
         "reinforcement": dict(n_e=800, n_i=200),
         "big": dict(n_e=16000, n_i=4000, p=0.05), "big-poisson": dict(n_e=16000, n_i=4000, p=0.05)}


def options():
    parser = argparse.ArgumentParser(description="speed peer for spiking networks: Brian2")
    parser.add_argument("--network", choices=sorted(SIZES), default="coba")
    parser.add_argument("--form", choices=("documented", "tuned"), default="tuned")
    parser.add_argument("--seconds", type=float, default=1.0, help="simulated, after 50 ms")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--statistics", action="store_true", help="cv, correlation, synchrony")
    parser.add_argument("--keep", metavar="FOLDER", help="leave the generated program there")
    for name, value in BIG.items():
        parser.add_argument("--" + name.replace("_", "-"), type=float, default=value)
    return parser.parse_args()


# ---------------------------------------------------------------- documented: as one would write it

COBA_EQUATIONS = """
dv/dt = (gL*(EL - v) + ge*(Ee - v) + gi*(Ei - v))/C : volt (unless refractory)
dge/dt = -ge/taue : siemens
dgi/dt = -gi/taui : siemens
"""
CUBA_EQUATIONS = """
dv/dt = (ge + gi - (v - El))/taum : volt (unless refractory)
dge/dt = -ge/taue : volt
dgi/dt = -gi/taui : volt
"""
STDP_MODEL = """
w : siemens
dx/dt = -x/taupre : 1 (event-driven)
dy/dt = -y/taupost : 1 (event-driven)
"""


def documented(b, args, size):
    """Returns the group, its synapses, and what else drives it."""
    ms, mV, nS, pF = b.ms, b.mV, b.nS, b.pF
    n = size["n_e"] + size["n_i"]
    p = size["p"]
    if args.network.startswith("coba"):
        space = dict(gL=10*nS, C=200*pF, EL=-60*mV, Ee=0*mV, Ei=-80*mV, taue=5*ms, taui=10*ms,
                     we=6*nS, wi=67*nS, wmax=12*nS, taupre=20*ms, taupost=20*ms,
                     aplus=0.01*nS, aminus=0.012*nS)
        P = b.NeuronGroup(n, COBA_EQUATIONS, threshold="v >= -50*mV", reset="v = -60*mV",
                          refractory=5*ms, method="exponential_euler", namespace=space)
        P.v = "-60*mV + rand()*10*mV"
        E, I = P[:size["n_e"]], P[size["n_e"]:]
        synapses = []
        if args.network == "coba-stdp":
            ee = b.Synapses(E, E, STDP_MODEL, namespace=space, on_pre="""
                ge_post += w
                w = clip(w - aminus*y, 0*nS, wmax)
                x += 1""", on_post="""
                w = clip(w + aplus*x, 0*nS, wmax)
                y += 1""")
            ee.connect("i != j", p=p)
            ee.w = 6*nS
            ei = b.Synapses(E, I, on_pre="ge += we", namespace=space)
            ei.connect(p=p)
            synapses = [ee, ei]
        else:
            e = b.Synapses(E, P, on_pre="ge += we", namespace=space)
            e.connect("i != j", p=p)
            synapses = [e]
        i = b.Synapses(I, P, on_pre="gi += wi", namespace=space)
        i.connect("i != j - %d" % size["n_e"], p=p)
        return P, synapses + [i], []
    if args.network == "cuba":
        space = dict(taum=20*ms, taue=5*ms, taui=10*ms, El=-49*mV, we=1.62*mV, wi=-9*mV)
        P = b.NeuronGroup(n, CUBA_EQUATIONS, threshold="v >= -50*mV", reset="v = -60*mV",
                          refractory=5*ms, method="exact", namespace=space)
        P.v = "-60*mV + rand()*10*mV"
        E, I = P[:size["n_e"]], P[size["n_e"]:]
        e = b.Synapses(E, P, on_pre="ge += we", namespace=space)
        i = b.Synapses(I, P, on_pre="gi += wi", namespace=space)
        e.connect("i != j", p=p)
        i.connect("i != j - %d" % size["n_e"], p=p)
        return P, [e, i], []
    drive = args.drive if args.network == "big" else args.drive_poisson
    space = dict(taum=20*ms, taue=5*ms, taui=10*ms, El=(drive - 70)*mV, we=args.w_e*mV,
                 wi=args.w_i*mV)
    P = b.NeuronGroup(n, CUBA_EQUATIONS, threshold="v >= -50*mV", reset="v = -60*mV",
                      refractory=2*ms, method="exact", namespace=space)
    P.v = "-70*mV + rand()*20*mV"
    E, I = P[:size["n_e"]], P[size["n_e"]:]
    e = b.Synapses(E, P, on_pre="ge += we", delay=1.4*ms, namespace=space)
    i = b.Synapses(I, P, on_pre="gi += wi", delay=1.4*ms, namespace=space)
    e.connect("i != j", p=p)
    i.connect("i != j - %d" % size["n_e"], p=p)
    more = []
    if args.network == "big-poisson":
        more = [b.PoissonInput(P, "ge", 1000, 20*b.Hz, weight=args.w_poisson*mV)]
    return P, [e, i], more


# ------------------------------------------------------------------ tuned: the least code per step

def decay(tau_ms):
    return math.exp(-0.1 / tau_ms)


COBA_STEP = """
g = one + ge + gi
v += int(left <= 0)*(one - exp(share*g))*((el + ei*gi)/g - v)
left -= one
ge *= qe
gi *= qi
"""
CUBA_STEP = """
v += int(left <= 0)*(km*(el - v) + ke*ge + ki*gi)
left -= one
ge *= qe
gi *= qi
"""
def tuned(b, args, size):
    """The same, in mV, ms and units of gL as plain numbers; `left` is how many steps V is still
    held. Constants are variables of the group, for a number in the code would be a double."""
    n, n_e, p = size["n_e"] + size["n_i"], size["n_e"], size["p"]
    q, qe, qi = decay(20), decay(5), decay(10)
    variables = ["v", "left"]
    if args.network.startswith("coba"):
        variables += ["ge", "gi"]
        step, constants = COBA_STEP, dict(one=1, share=-0.1/20, el=-60, ei=-80, qe=qe, qi=qi)
        threshold, reset, hold, v0 = -50, -60, 50, "-60 + 10*rand()"
        effects = "ge_post += 0.6", "gi_post += 6.7"
        if args.network == "coba-stdp":
            variables += ["x"]
            step += "x *= qx"
            constants["qx"] = q
    else:
        variables += ["ge", "gi"]
        step, constants = CUBA_STEP, dict(one=1, km=1 - q, el=-49, ke=5/(20 - 5)*(q - qe),
                                          ki=10/(20 - 10)*(q - qi), qe=qe, qi=qi)
        threshold, reset, hold, v0 = -50, -60, 50, "-60 + 10*rand()"
        effects = "ge_post += 1.62", "gi_post += -9.0"
    if args.network.startswith("big"):
        constants["el"] = (args.drive if args.network == "big" else args.drive_poisson) - 70
        hold, v0 = 20, "-70 + 20*rand()"
        effects = "ge_post += %.17g" % args.w_e, "gi_post += %.17g" % args.w_i
    model = "".join("%s : 1\n" % v for v in variables) + "n_spikes : integer\n" \
        + "".join("%s : 1 (shared)\n" % c for c in constants)
    stdp = args.network == "coba-stdp"
    P = b.NeuronGroup(n, model, threshold="v >= %d" % threshold, reset="""
        v = %d
        left = %d
        n_spikes += 1
        """ % (reset, hold) + ("x += 1" if stdp else ""))
    P.run_regularly(step, when="groups")
    P.v = v0
    for name, value in constants.items():
        setattr(P, name, value)
    E, I = P[:n_e], P[n_e:]
    delay = (1.4 if args.network.startswith("big") else 0)*b.ms
    if stdp:  # x of a neuron serves both sides: both time constants are 20 ms; w in units of gL
        ee = b.Synapses(E, E, "w : 1", on_pre="""
            ge_post += w
            w = clip(w - 0.0012*x_post, 0, 1.2)
            """, on_post="w = clip(w + 0.001*x_pre, 0, 1.2)", delay={"pre": delay, "post": delay})
        ee.connect("i != j", p=p)
        ee.w = 0.6
        e = b.Synapses(E, I, on_pre=effects[0], delay=delay)
        e.connect(p=p)
    else:
        ee = None
        e = b.Synapses(E, P, on_pre=effects[0], delay=delay)
        e.connect("i != j", p=p)
    i = b.Synapses(I, P, on_pre=effects[1], delay=delay)
    i.connect("i != j - %d" % n_e, p=p)
    more = []
    if args.network == "big-poisson":
        more = [b.PoissonInput(P, "ge", 1000, 20*b.Hz, weight=args.w_poisson)]
    return P, [k for k in (ee, e, i) if k is not None], more


# -------------------------------------------------------------------- reinforcement, in both forms

REINFORCEMENT_STEP = """
I = g + 13*(rand() - half)
v += half*((square*v + 5)*v + 140 - u + I)
v += half*((square*v + 5)*v + 140 - u + I)
u += a*(slope*v - u)
g = 0
"""
REINFORCEMENT_MODEL = """
dc/dt = -c/(1000*ms) : 1 (clock-driven)
dd/dt = -d/(200*ms) : 1 (clock-driven)
dw/dt = c*(d + 0.0002)/ms : 1 (clock-driven)
dx/dt = -x/(20*ms) : 1 (event-driven)
dy/dt = -y/(20*ms) : 1 (event-driven)
"""


def reinforcement(b, args, size):
    import numpy as np
    tuned_form, n_e, n = args.form == "tuned", size["n_e"], size["n_e"] + size["n_i"]
    rng = np.random.RandomState(args.seed)
    constants = dict(half=0.5, square=0.04, slope=0.2)
    step = REINFORCEMENT_STEP
    model = "v : 1\nu : 1\ng : 1\nI : 1\na : 1\njump : 1\nn_spikes : integer\n"
    if tuned_form:
        model += "x : 1\nd : 1 (shared)\n"
        step += "x *= qx\n"
        constants["qx"] = math.exp(-1 / 20)
    P = b.NeuronGroup(n, model + "".join("%s : 1 (shared)\n" % c for c in constants),
                      threshold="v >= 30",
                      reset="v = -65\nu += jump" + ("\nn_spikes += 1\nx = 1" if tuned_form else ""))
    P.run_regularly(step, when="groups")
    for name, value in constants.items():
        setattr(P, name, value)
    P.v, P.u = -65, -13
    P.a = np.where(np.arange(n) < n_e, 0.02, 0.1)
    P.jump = np.where(np.arange(n) < n_e, 8, 2)
    more = []
    if tuned_form:  # x of a neuron serves both sides
        P.run_regularly("d *= %.17g" % math.exp(-1 / 200), when="start")
        P.run_regularly("d += 0.05", dt=5*b.second, when="start", order=1)
        E = b.Synapses(P, P, "w : 1\nc : 1", on_pre="g_post += w\nc -= 0.15*x_post",
                       on_post="c += 0.1*x_pre", delay={"pre": 0*b.ms, "post": 0*b.ms})
        E.run_regularly("w = clip(w + c*(d_pre + 0.0002)*10, 0, 4)\nc *= 0.99", dt=10*b.ms)
    else:
        E = b.Synapses(P, P, REINFORCEMENT_MODEL, method="euler", on_pre="""
            g_post += w
            w = clip(w, 0, 4)
            x = 1
            c -= 0.15*y""", on_post="""
            w = clip(w, 0, 4)
            y = 1
            c += 0.1*x""")
        E.run_regularly("d += 0.05", dt=5*b.second)
    I = b.Synapses(P, P, on_pre="g_post -= 1")

    def some(source, first, last, count):
        others = np.setdiff1d(np.arange(first, last), [source])
        return rng.choice(others, count, replace=False)

    to = [np.concatenate([some(k, 0, n_e, 80), some(k, n_e, n, 20)]) for k in range(n_e)]
    E.connect(i=np.repeat(np.arange(n_e), 100), j=np.concatenate(to))
    E.w = 1
    to = [some(k, 0, n_e, 100) for k in range(n_e, n)]
    I.connect(i=np.repeat(np.arange(n_e, n), 100), j=np.concatenate(to))
    return P, [E, I], more


# ------------------------------------------------------------------------------------------ running

def launch(folder):
    """Runs the program: wall time, and the largest resident memory in MB."""
    start = time.time()
    with open(os.path.join(folder, "results", "stdout.txt"), "w") as out:
        child = subprocess.Popen(["./main"], cwd=folder, stdout=out)
        _, status, usage = os.wait4(child.pid, 0)
    if status:
        sys.exit("the program failed: %d" % status)
    return time.time() - start, usage.ru_maxrss / 1024


def statistics(t_ms, i, n, seconds):
    """CV of the intervals, mean correlation of the counts in bins of 5 ms over all pairs of
    neurons that fire, and the variance of all spikes in bins of 1 ms over what independent Poisson
    trains would have."""
    import numpy as np
    trains = np.split(t_ms[np.lexsort((t_ms, i))], np.cumsum(np.bincount(i, minlength=n))[:-1])
    gaps = [np.diff(t) for t in trains if len(t) >= 5]
    cv = float(np.mean([g.std() / g.mean() for g in gaps]))
    bins = int(seconds * 200)
    counts = np.zeros((n, bins), np.float32)
    np.add.at(counts, (i, np.minimum((t_ms / 5).astype(int), bins - 1)), 1)
    counts = counts[counts.std(1) > 0]
    z = (counts - counts.mean(1, keepdims=True)) / counts.std(1, keepdims=True)
    m = len(z)
    correlation = (float(z.sum(0).var()) - m) / (m * (m - 1))
    every = np.bincount(t_ms.astype(int), minlength=int(seconds * 1000))
    return cv, correlation, float(every.var() / every.mean())


def main():
    args = options()
    size, n_e = SIZES[args.network], SIZES[args.network]["n_e"]
    n = n_e + size["n_i"]
    import numpy as np
    import brian2 as b

    b.prefs.codegen.cpp.extra_compile_args_gcc = ["-w", "-O3", "-march=native", "-ffast-math",
                                                  "-std=c++11"]
    b.prefs.devices.cpp_standalone.extra_make_args_unix = ["-j%d" % max(1, args.threads)]
    b.prefs.devices.cpp_standalone.openmp_threads = args.threads if args.threads > 1 else 0
    if args.form == "documented":
        b.prefs.codegen.cpp.extra_compile_args_gcc += ["-fno-finite-math-only"]
    else:
        b.prefs.core.default_float_dtype = np.float32
    b.set_device("cpp_standalone", build_on_run=False)
    b.defaultclock.dt = STEP_MS.get(args.network, 0.1)*b.ms
    b.seed(args.seed)
    start = time.time()
    make = (reinforcement if args.network == "reinforcement" else
            tuned if args.form == "tuned" else documented)
    P, synapses, more = make(b, args, size)
    kick = None
    net = b.Network(P, *synapses, *more)
    monitor = b.SpikeMonitor(P, record=args.statistics)
    if args.form == "documented" or args.statistics:
        net.add(monitor)
    if args.network.startswith("coba"):
        kick = P[:50].run_regularly("v += 20" + ("*mV" if args.form == "documented" else ""),
                                    dt=10*b.ms)
    net.run(50*b.ms)
    if kick is not None:
        kick.active = False
    net.run(args.seconds*b.second)
    folder = args.keep or tempfile.mkdtemp(prefix="peer_brain_")
    b.device.build(directory=folder, compile=True, run=False, with_output=False)
    build_s = time.time() - start
    wall_s, peak_mb = launch(folder)
    b.get_device().has_been_run = True  # so that results can be read
    with open(os.path.join(folder, "results", "last_run_info.txt")) as f:
        simulate_s = float(f.read().split()[0])
    count = np.array(P.n_spikes[:] if args.form == "tuned" else monitor.count[:])
    seconds = args.seconds + 0.05
    n_synapses = int(sum(len(s) for s in synapses))
    out = dict(network=args.network, form=args.form, seconds=args.seconds,
               simulate_s=round(simulate_s, 4), setup_s=round(wall_s - simulate_s, 3),
               build_s=round(build_s, 2), rate_hz=round(count.sum() / n / seconds, 3),
               rate_e_hz=round(count[:n_e].sum() / n_e / seconds, 3),
               rate_i_hz=round(count[n_e:].sum() / (n - n_e) / seconds, 3), n_synapses=n_synapses,
               events_per_s=round(count.sum() * n_synapses / n / seconds * args.seconds
                                  / simulate_s), peak_mb=round(peak_mb, 1),
               bytes_per_synapse=round(peak_mb * 2**20 / n_synapses, 2), threads=args.threads,
               brian2=b.__version__)
    if args.statistics:
        t, i = np.array(monitor.t/b.ms), np.array(monitor.i[:])
        late = t >= 50
        out.update(zip(("cv", "correlation", "synchrony"), (
            round(x, 4) for x in statistics(t[late] - 50, i[late], n, args.seconds))))
    print(json.dumps(out))
    if not args.keep:
        shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
