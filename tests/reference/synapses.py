"""Check values for learning synapses: one synapse replayed in float64, from spike trains.

  synapses.py            write tests/data/synapses.safetensors
  synapses.py --check    recompute and compare with the file (largest difference <= 1e-10)

Both also replay 1,600 random trains with random parameters in two ways, `step_by_step` and
`event_by_event` (sums over all spike pairs instead of traces, quadrature instead of the closed
integral), and fail unless these agree to 1e-10.

Time. A spike that its source emits in step s arrives in step s + D. In step k, in this order:
a reward given before step k is there; the arrival sees post traces of earlier steps only; then post
spikes, which see the arrival of this step. All of it happens at time k dt; a value read after K
steps is that of time K dt. M is the third factor as it stands in the step; clip means to
[w_min, w_max], at every change.

  x, y      += 1 at an arrival, at a post spike (nearest: = 1), else x' = -x / tau_plus and
            y' = -y / tau_minus
  hebb      arrival: dw = M eta if the target fires in the same step, else -M eta / 2
  stdp      arrival: dw = -M a_minus y            post: dw = M a_plus x
  triplet   arrival: dw = -M o1 (a2_minus + a3_minus r2)     r2 before this arrival
            post:    dw = M r1 (a2_plus + a3_plus o2)        o2 before this spike
            r1, r2: tau_plus, tau_x;  o1, o2: tau_minus, tau_y; all-to-all
  istdp     arrival: dw = eta (y - alpha), alpha = 2 rho0 tau    post: dw = eta x    (one tau)
  bcm       r = y(tau_rate) / tau_rate / bcm_target_rate, arrival: dw = M eta r (r - theta). From
            step to step y decays, and then theta += (1 - exp(-dt / bcm_tau)) (r^2 - theta), clipped
            to [theta_min, theta_max]. At first theta is 1, where a neuron at its target rate has it
  da-stdp   arrival: dc = -a_minus y   post: dc = a_plus x;  c' = -c / tau_c, d' = -d / tau_d,
            d += amount at a reward, w' = c (d - b), clipped at each touch (arrival, post spike,
            scaling, or end of an epoch: 8 tau_c in whole steps and reads) and in what is read;
            between touches, with 1/tau = 1/tau_c + 1/tau_d,
            dw = c (d tau (1 - e^(-t / tau)) - b tau_c (1 - e^(-t / tau_c))). With a factor M
            stands for d, held through a step, and there are no rewards.
            read_ms > 0: c and w' jump instead, at times m that are multiples of read_ms: after the
            arrival in the step that ends at m and before its post spike, with the d of its end,
            dw = c (d - b) read_ms, then c *= e^(-read_ms / tau_c)
  mstdp     z of a step is -a_minus y of its arrival + a_plus x of its post spike; a reward r after
            the step (before the next one): dw = gamma r z, clipped. With a factor: r = M dt
  mstdpet   arrival: dz = -a_minus y e^(dt / tau_z) / tau_z   post: dz = a_plus x e^(dt / tau_z) /
            tau_z;   z' = -z / tau_z; a reward r: dw = gamma r z, clipped at each touch. With a
            factor: w' = gamma M z
  decay     every rule, at the beginning of a step after each 100 ms: w *= exp(-weight_decay 100 ms)
  scaling   every rule, at the beginning of a step after each time_window_ms (a multiple of 100 ms):
            w *= max(0, 1 + scaling_rate (target - n) / target), n being the post neuron's rate in
            the window; in one change with the decay, and before what else the step brings
  short-term (Tsodyks, Pawelzik, Markram 1998): u' = -u / tau_facil, R' = (1 - R) / tau_rec; at an
            arrival u += U (1 - u), w u R is delivered, then R -= u R. tau_facil = 0: u = U.

Sources: pairs, Song et al. 2000 (10.1038/78829); triplets, Pfister, Gerstner 2006
(10.1523/JNEUROSCI.1425-06.2006), whose all-to-all set for visual cortex is a2_plus 5e-10, a3_plus
6.2e-3, a2_minus 7e-3, a3_minus 2.3e-4, tau_plus 16.8, tau_x 101, tau_minus 33.7, tau_y 125 ms;
istdp, Vogels et al. 2011 (10.1126/science.1211095); dopamine, Izhikevich 2007
(10.1093/cercor/bhl152); mstdp and mstdpet, Florian 2007 (10.1162/neco.2007.19.6.1468); short-term,
Tsodyks et al. 1998 (10.1162/089976698300017502).

Hand-made trains (HAND below) come first; then random ones. Tensors of a train T: T/pre, T/post
(steps; pre when emitted), T/w0 [1], T/at [m] (steps done when read: after each touch and at the
end, of most random trains at the end only), T/w and for rules with eligibility T/c [m];
T/level_at, T/level: a modulator's level from that step on; T/reward_at, T/reward. Notes: trains,
T/group (the rule, or da-stdp-read: with read_ms, or da-stdp-swept: with scaling or decay),
T/rule, T/values ("name=value name=value": all that the rule has), T/dt_ms, T/delay (steps),
T/steps, T/factor. Factors with the chemical defaults, for a level l: dopamine 2 l, signed
2 (l - 0.5), acetylcholine 1 + 1.5 l, norepinephrine 1 + 2 l, serotonin 1 - 0.5 l, all
2 l (1 + 1.5 l) (both at l).

Trains of many synapses (note many): T/sources, T/targets [n], T/w0, T/w [n], T/pre, T/post [m][2]
(step, neuron). Short-term trains (note short): T/pre, T/w0, T/delivered [m], what each arrival
delivers; T/values has U, tau_rec_ms, tau_facil_ms.
"""
import argparse
import math
import os
import sys

import numpy as np

from neurons import check, write_safetensors

PATH = os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "data",
                    "synapses.safetensors")
TOLERANCE = 1e-10
GOLDEN = 0.46194
SWEEP_MS = 100

BOUNDS = dict(w_min=0, w_max=1)
RULES = {
    "hebb": dict(eta=0.01),
    "stdp": dict(a_plus=0.01, tau_plus_ms=20, a_minus=0.012, tau_minus_ms=20, nearest=0),
    "triplet": dict(a2_plus=5e-10, a3_plus=6.2e-3, a2_minus=7e-3, a3_minus=2.3e-4, tau_plus_ms=16.8,
                    tau_x_ms=101, tau_minus_ms=33.7, tau_y_ms=125),
    "istdp": dict(eta=0.01, rho0_hz=3, tau_ms=20),
    "bcm": dict(eta=0.01, tau_rate_ms=100, bcm_target_rate_hz=5, bcm_tau_ms=1000, theta_min=0.1,
                theta_max=2),
    "da-stdp": dict(a_plus=0.1, tau_plus_ms=20, a_minus=0.15, tau_minus_ms=20, tau_c_ms=1000,
                    tau_d_ms=200, b=0, nearest=0, read_ms=0),
    "mstdp": dict(gamma=0.1, a_plus=1, tau_plus_ms=20, a_minus=1, tau_minus_ms=20, nearest=0),
    "mstdpet": dict(gamma=0.625, a_plus=1, tau_plus_ms=20, a_minus=1, tau_minus_ms=20, tau_z_ms=25,
                    nearest=0),
}
ELIGIBLE = ("da-stdp", "mstdp", "mstdpet")
FACTORS = {
    "none": lambda l: 1.0,
    "dopamine": lambda l: 2 * l,
    "signed": lambda l: 2 * (l - 0.5),
    "acetylcholine": lambda l: 1 + 1.5 * l,
    "norepinephrine": lambda l: 1 + 2 * l,
    "serotonin": lambda l: 1 - 0.5 * l,
    "all": lambda l: 2 * l * (1 + 1.5 * l),
}


def train(rule, pre, post, steps, values=None, dt=1.0, delay=1, w0=0.5, factor="none", levels=(),
          rewards=()):
    v = dict(BOUNDS, **RULES[rule])
    v.update(values or {})
    assert all(a < b for a, b in zip(pre, pre[1:])) and all(a < b for a, b in zip(post, post[1:]))
    return dict(rule=rule, pre=list(pre), post=list(post), steps=steps, v=v, dt=dt, delay=delay,
                w0=w0, factor=factor, levels=list(levels), rewards=list(rewards))


def touches(t):
    """(step, is arrival, is post spike), in order."""
    arrivals = {s + t["delay"] for s in t["pre"] if s + t["delay"] < t["steps"]}
    posts = {s for s in t["post"] if s < t["steps"]}
    return [(k, k in arrivals, k in posts) for k in sorted(arrivals | posts)]


def readings(t):
    """After each touch, and at the end."""
    return sorted({k + 1 for k, _, _ in touches(t)} | {t["steps"]})


def factor_at(t, k):
    level = 0.5
    for at, l in t["levels"]:
        if at <= k:
            level = l
    return FACTORS[t["factor"]](level)


def clip(w, v):
    return min(max(w, v["w_min"]), v["w_max"])


def sweep_steps(t):
    """Steps between two sweeps of scaling and decay; 0: there are none."""
    wanted = t["v"].get("target_rate_hz") or t["v"].get("weight_decay")
    return int(round(SWEEP_MS / t["dt"])) if wanted else 0


def epoch_steps(t):
    """Steps of an epoch, after which all synapses are touched; 0: there are none."""
    v, dt = t["v"], t["dt"]
    tau = v.get("tau_c_ms", v.get("tau_z_ms"))
    if tau is None:
        return 0
    read = max(1, int(round(v.get("read_ms", 0) / dt)))
    return -(-math.ceil(8 * tau / dt) // read) * read


def sweep(w, t, k):
    """Scaling and decay at the beginning of step k."""
    v = t["v"]
    w *= math.exp(-v.get("weight_decay", 0) * SWEEP_MS)
    window = int(round(v.get("time_window_ms", 1000) / t["dt"]))
    if v.get("target_rate_hz") and k % window == 0:
        rate = sum(k - window <= s < k for s in t["post"]) / (window * t["dt"] / 1000)
        w *= max(0, 1 + v["scaling_rate"] * (v["target_rate_hz"] - rate) / v["target_rate_hz"])
    return clip(w, v)


# --------------------------------------------------------------- first way: traces, step after step

def step_by_step(t):
    """w and c at each of readings(t)."""
    v, dt, rule = t["v"], t["dt"], t["rule"]
    arrivals, posts = {s + t["delay"] for s in t["pre"]}, set(t["post"])
    rewards, read = dict(t["rewards"]), set(readings(t))
    w, c, d, theta = t["w0"], 0.0, 0.0, 1.0
    taus = {"hebb": None, "istdp": ("tau_ms", "tau_ms"),
            "bcm": ("tau_rate_ms", "tau_rate_ms")}.get(rule, ("tau_plus_ms", "tau_minus_ms"))
    qx, qy = (math.exp(-dt / v[k]) for k in taus) if taus else (0, 0)
    slow = ("tau_x_ms", "tau_y_ms") if rule == "triplet" else ()
    q_slow = [math.exp(-dt / v[k]) for k in slow] or (0, 0)
    x = y = x2 = y2 = 0.0
    nearest, every, epoch = bool(v.get("nearest")), sweep_steps(t), epoch_steps(t)
    held = t["factor"] != "none"
    reading = int(round(v.get("read_ms", 0) / dt))
    tau_c = v.get("tau_c_ms", v.get("tau_z_ms"))
    grow = math.exp(dt / v["tau_z_ms"]) / v["tau_z_ms"] if rule == "mstdpet" else 1
    pending = 0.0  # what w' has brought since the last touch
    ws, cs = [], []
    for k in range(t["steps"]):
        a, p, m = k in arrivals, k in posts, factor_at(t, k)
        if rule in ELIGIBLE and rule != "da-stdp" and k and not held:
            pending += v["gamma"] * rewards.get(k, 0) * c
        if epoch and k % epoch == 0:
            w, pending = clip(w + pending, v), 0.0
        if every and k and k % every == 0:
            w, pending = sweep(clip(w + pending, v), t, k), 0.0
        if rule == "da-stdp":
            d = m if held else d + rewards.get(k, 0)
        if rule == "mstdp":
            w, pending, c = clip(w + pending, v), 0.0, 0.0
        if rule in ELIGIBLE and (a or p):
            w, pending = clip(w + pending, v), 0.0
        if a:
            if rule == "hebb":
                w = clip(w + (m * v["eta"] if p else -m * v["eta"] / 2), v)
            elif rule == "stdp":
                w = clip(w - m * v["a_minus"] * y, v)
            elif rule == "triplet":
                w = clip(w - m * y * (v["a2_minus"] + v["a3_minus"] * x2), v)
            elif rule == "istdp":
                w = clip(w + v["eta"] * (y - 2 * v["rho0_hz"] / 1000 * v["tau_ms"]), v)
            elif rule == "bcm":
                r = y / v["tau_rate_ms"] * 1000 / v["bcm_target_rate_hz"]
                w = clip(w + m * v["eta"] * r * (r - theta), v)
            elif rule in ELIGIBLE:
                c -= v["a_minus"] * y * grow
            x = 1.0 if nearest else x + 1
            x2 += 1
        if reading and (k + 1) % reading == 0:
            at_end = d if held else d * math.exp(-dt / v["tau_d_ms"])
            pending += c * (at_end - v["b"]) * v["read_ms"]
            c *= math.exp(-v["read_ms"] / tau_c)
            if p:
                w, pending = clip(w + pending, v), 0.0
        if p:
            if rule == "stdp":
                w = clip(w + m * v["a_plus"] * x, v)
            elif rule == "triplet":
                w = clip(w + m * x * (v["a2_plus"] + v["a3_plus"] * y2), v)
            elif rule == "istdp":
                w = clip(w + v["eta"] * x, v)
            elif rule in ELIGIBLE:
                c += v["a_plus"] * x * grow
            y = 1.0 if nearest else y + 1
            y2 += 1
        if rule == "da-stdp" and not reading:
            both = tau_c if held else 1 / (1 / tau_c + 1 / v["tau_d_ms"])
            pending += c * (d * both * -math.expm1(-dt / both)
                            - v["b"] * tau_c * -math.expm1(-dt / tau_c))
            c *= math.exp(-dt / tau_c)
        elif rule == "mstdp" and held:
            pending += v["gamma"] * m * dt * c
        elif rule == "mstdpet":
            pending += v["gamma"] * m * tau_c * -math.expm1(-dt / tau_c) * c if held else 0
            c *= math.exp(-dt / tau_c)
        if rule == "da-stdp":
            d *= math.exp(-dt / v["tau_d_ms"])
        x, y, x2, y2 = x * qx, y * qy, x2 * q_slow[0], y2 * q_slow[1]
        if rule == "bcm":
            r = y / v["tau_rate_ms"] * 1000 / v["bcm_target_rate_hz"]
            theta += -math.expm1(-dt / v["bcm_tau_ms"]) * (r * r - theta)
            theta = min(max(theta, v["theta_min"]), v["theta_max"])
        if k + 1 in read:
            ws.append(clip(w + pending, v))
            cs.append(c)
    return np.array(ws), np.array(cs)


# --------------------------------------------------- second way: sums over pairs, event after event

def event_by_event(t):
    v, dt, rule = t["v"], t["dt"], t["rule"]
    arrivals = np.array([s + t["delay"] for s in t["pre"]], float)
    posts = np.array(t["post"], float)

    def trace(spikes, before, tau):
        """All earlier spikes; or the last one."""
        past = spikes[spikes < before + 0.5 if tau[1] else spikes < before - 0.5]
        if v.get("nearest"):
            past = past[-1:]
        return float(np.exp(-(before - past) * dt / tau[0]).sum())

    # Moments of step k: look before it k - 0.1, reward k - 0.07, sweep k - 0.05, arrival k, read at
    # its end k + 0.25, post spike k + 0.5.
    reading = int(round(v.get("read_ms", 0) / dt))
    tau_c = v.get("tau_c_ms", v.get("tau_z_ms"))
    held = t["factor"] != "none"

    def reads(at):
        """How many reads were before."""
        return math.floor((at + 0.75) / reading)

    def c_at(at, done):
        """Eligibility, of the touches in `done`: (when, change)."""
        if rule == "mstdp":
            return sum(change for k, change in done if math.floor(k) == math.ceil(at) - 1)
        if reading:
            return sum(change * math.exp((reads(k) - reads(at)) * v["read_ms"] / tau_c)
                       for k, change in done)
        return sum(change * math.exp(-(at - math.floor(k)) * dt / tau_c) for k, change in done)

    def d_at(at, since):
        if held:
            return factor_at(t, since)
        return sum(amount * math.exp(-(at - k) * dt / v["tau_d_ms"])
                   for k, amount in t["rewards"] if k <= since)

    nodes, weights = np.polynomial.legendre.leggauss(20)

    def integral(a, b, f):
        """Of f(time, beginning) from step a to b, by Gauss's rule between what jumps."""
        jumps = {k for k, _ in t["rewards"] + t["levels"] if a < k < b}
        total, stops = 0.0, sorted({a, b} | jumps)
        for start, stop in zip(stops, stops[1:]):
            n = max(1, int((stop - start) * dt / 50))
            edges = np.linspace(start, stop, n + 1)
            for lo, hi in zip(edges, edges[1:]):
                at = (lo + hi) / 2 + nodes * (hi - lo) / 2
                total += float(np.dot(weights, [f(s, start) for s in at])) * (hi - lo) / 2 * dt
        return total

    def gained(a, b, done):
        """What the modulator has made of the eligibility between two moments."""
        if reading:
            return sum(c_at(m - 0.8, done) * (d_at(m, m - 1) - v["b"]) * v["read_ms"]
                       for m in range(reading, t["steps"] + 1, reading) if a < m - 0.75 <= b)
        if rule != "da-stdp" and not held:
            return v["gamma"] * sum(r * c_at(k, done) for k, r in t["rewards"]
                                    if a < k - 0.07 <= b)
        a, b = math.floor(a + 0.1), math.ceil(b - 0.5)
        if rule == "da-stdp":
            return integral(a, b, lambda s, since: c_at(s, done) * (d_at(s, since) - v["b"]))
        if rule == "mstdp":
            return v["gamma"] * factor_at(t, a) * dt * c_at(a + 1, done) if b > a else 0.0
        return v["gamma"] * integral(a, b, lambda s, since: c_at(s, done) * d_at(s, since))

    grow = math.exp(dt / v["tau_z_ms"]) / v["tau_z_ms"] if rule == "mstdpet" else 1
    theta = thetas(t) if rule == "bcm" else None
    every, epoch = sweep_steps(t), epoch_steps(t)
    events = {k: (a, p) for k, a, p in touches(t)}
    stops = sorted(set(events) | set(readings(t)) |
                   (set(range(every, t["steps"], every)) if every else set()) |
                   (set(range(epoch, t["steps"], epoch)) if epoch else set()))
    w, touched, done = t["w0"], 0, []
    ws, cs = [], []
    for k in stops:
        if k in readings(t):
            ws.append(clip(w + gained(touched, k - 0.1, done), v) if rule in ELIGIBLE else w)
            cs.append(c_at(k - 0.1 if reading else k, done) if rule in ELIGIBLE else 0.0)
        sweeps = every and 0 < k < t["steps"] and k % every == 0
        if rule in ELIGIBLE and k and (sweeps or (epoch and k % epoch == 0)):
            w, touched = clip(w + gained(touched, k - 0.05, done), v), k - 0.05
        if sweeps:
            w = sweep(w, t, k)
        if k not in events:
            continue
        a, p = events[k]
        m, changes = factor_at(t, k), []
        if rule in ELIGIBLE:
            if a:
                w, touched = clip(w + gained(touched, k, done), v), k
                past = trace(posts, k, (v["tau_minus_ms"], False))
                done.append((k, -v["a_minus"] * past * grow))
            if p:
                w, touched = clip(w + gained(touched, k + 0.5, done), v), k + 0.5
                past = trace(arrivals, k, (v["tau_plus_ms"], True))
                done.append((k + 0.5, v["a_plus"] * past * grow))
        if a and rule == "hebb":
            changes.append(m * v["eta"] * (1 if p else -0.5))
        elif a and rule == "stdp":
            changes.append(-m * v["a_minus"] * trace(posts, k, (v["tau_minus_ms"], False)))
        elif a and rule == "triplet":
            r2 = trace(arrivals, k, (v["tau_x_ms"], False))
            changes.append(-m * trace(posts, k, (v["tau_minus_ms"], False))
                           * (v["a2_minus"] + v["a3_minus"] * r2))
        elif a and rule == "istdp":
            changes.append(v["eta"] * (trace(posts, k, (v["tau_ms"], False))
                                       - 0.002 * v["rho0_hz"] * v["tau_ms"]))
        elif a and rule == "bcm":
            r = trace(posts, k, (v["tau_rate_ms"], False)) / (v["tau_rate_ms"] / 1000) \
                / v["bcm_target_rate_hz"]
            changes.append(m * v["eta"] * r * (r - theta[k]))
        if p and rule == "stdp":
            changes.append(m * v["a_plus"] * trace(arrivals, k, (v["tau_plus_ms"], True)))
        elif p and rule == "triplet":
            o2 = trace(posts, k, (v["tau_y_ms"], False))
            changes.append(m * trace(arrivals, k, (v["tau_plus_ms"], True))
                           * (v["a2_plus"] + v["a3_plus"] * o2))
        elif p and rule == "istdp":
            changes.append(v["eta"] * trace(arrivals, k, (v["tau_ms"], True)))
        for change in changes:
            w = clip(w + change, v)
    return np.array(ws), np.array(cs)


def thetas(t):
    """BCM's threshold before each step."""
    v, out = t["v"], [1.0]
    posts = np.array(t["post"], float)
    for k in range(t["steps"]):
        past = posts[posts <= k]
        r = np.exp(-(k + 1 - past) * t["dt"] / v["tau_rate_ms"]).sum() * 1000 / v["tau_rate_ms"] \
            / v["bcm_target_rate_hz"]
        keep = math.exp(-t["dt"] / v["bcm_tau_ms"])
        out.append(float(np.clip(keep * out[-1] + (1 - keep) * r ** 2, v["theta_min"],
                                 v["theta_max"])))
    return out


def tsodyks_markram(t):
    """What each arrival delivers."""
    v, u, R, last, out = t["v"], 0.0, 1.0, None, []
    for k in t["pre"]:
        if last is not None:
            gone = (k - last) * t["dt"]
            u *= math.exp(-gone / v["tau_facil_ms"]) if v["tau_facil_ms"] > 0 else 0
            R = 1 - (1 - R) * math.exp(-gone / v["tau_rec_ms"])
        u += v["U"] * (1 - u)
        out.append(t["w0"] * u * R)
        R -= u * R
        last = k
    return np.array(out)


def tsodyks_markram_stepped(t):
    """The same by u and R at every step: for comparison."""
    v, u, R, out, spikes = t["v"], 0.0, 1.0, [], set(t["pre"])
    qf = math.exp(-t["dt"] / v["tau_facil_ms"]) if v["tau_facil_ms"] > 0 else 0.0
    qr = math.exp(-t["dt"] / v["tau_rec_ms"])
    for k in range(t["steps"]):
        if k in spikes:
            u = u + v["U"] - u * v["U"]
            out.append(t["w0"] * u * R)
            R *= 1 - u
        u, R = u * qf, 1 + (R - 1) * qr
    return np.array(out)


# --------------------------------------------------------------------------------------- the trains

LONG_TAUS = dict(tau_c_ms=1000, tau_d_ms=200)
# factors of a step of 1 ms, 0.95 and 0.995, and of a read, 0.99; d is DA / 10
IZHIKEVICH = dict(a_plus=0.1, a_minus=0.15 / 0.95, tau_plus_ms=-1 / math.log(0.95),
                  tau_minus_ms=-1 / math.log(0.95), tau_c_ms=-10 / math.log(0.99),
                  tau_d_ms=-1 / math.log(0.995), nearest=1, read_ms=10, w_max=4)
GOLDEN_READ = {"golden_read_500": 0.294969, "golden_read_1000": 0.178458}
HAND = {
    # one pair: arrival in step 11, post in 21; and the other way round
    "pair_causal": train("stdp", [10], [21], 60),
    "pair_acausal": train("stdp", [20], [11], 60),
    # arrival and post spike in one step: the post spike sees the arrival, not the other way round
    "pair_same_step": train("stdp", [10], [11], 60),
    "pair_next_step": train("stdp", [10], [12], 60),
    "pair_step_before": train("stdp", [10], [10], 60),
    # the delay decides: emitted before the post spike, arriving after it
    "pair_delayed": train("stdp", [10], [12], 60, delay=7),
    "pair_delay_exact": train("stdp", [10], [17], 60, delay=7),
    "pair_tenths": train("stdp", [100], [211], 600, dt=0.1, delay=15),
    # both neurons fire in the same step again and again
    "pair_regular": train("stdp", range(0, 200, 10), range(0, 200, 10), 220, delay=3),
    "pair_in_step": train("stdp", range(0, 200, 10), range(3, 200, 10), 220, delay=3),
    "pair_first_step": train("stdp", [0], [0, 1], 20),
    "burst_all": train("stdp", [10, 12, 14, 16], [20, 23, 26], 60),
    "burst_nearest": train("stdp", [10, 12, 14, 16], [20, 23, 26], 60, dict(nearest=1)),
    "burst_nearest_mixed": train("stdp", [10, 14, 22, 30], [12, 20, 23, 31], 60, dict(nearest=1)),
    "pre_only": train("stdp", [5, 9, 30], [], 50),
    "post_only": train("stdp", [], [5, 9, 30], 50),
    # the bounds: reached, held, left again
    "bound_upper": train("stdp", range(0, 100, 5), range(3, 100, 5), 120, dict(a_plus=0.0625),
                         w0=0.875),
    "bound_lower": train("stdp", range(3, 100, 5), range(0, 100, 5), 120, dict(a_minus=0.0625),
                         w0=0.125),
    "bound_and_back": train("stdp", list(range(0, 40, 4)) + list(range(61, 100, 4)),
                            list(range(2, 40, 4)) + list(range(60, 100, 4)), 120,
                            dict(a_plus=0.125, a_minus=0.125, w_min=-0.5), w0=0.5),
    # third factor: off, on, negative
    "factor_off_on": train("stdp", range(0, 90, 10), range(4, 90, 10), 100, factor="dopamine",
                           levels=[(0, 0.0), (31, 1.0), (62, 0.25)]),
    "factor_signed": train("stdp", range(0, 90, 10), range(4, 90, 10), 100, factor="signed",
                           levels=[(0, 1.0), (31, 0.0), (62, 0.5)]),
    "hebb_together": train("hebb", [10, 20, 30], [11, 21, 31], 50),
    "hebb_apart": train("hebb", [10, 20, 30], [10, 20, 30], 50),
    "hebb_mixed": train("hebb", [10, 20, 30, 40], [11, 14, 31, 33], 50, w0=0.25),
    "hebb_negative": train("hebb", [10, 20, 30], [], 50, dict(w_min=-1, eta=0.5), w0=-0.75),
    "triplet_pre_post_pre": train("triplet", [10, 30], [21], 60),
    "triplet_post_pre_post": train("triplet", [20], [11, 31], 60),
    "triplet_post_post": train("triplet", [20], [22, 24, 26], 60),
    "triplet_pre_pre": train("triplet", [20, 22, 24], [10], 60, dict(a3_minus=0.01)),
    "triplet_same_step": train("triplet", [10, 20, 30], [11, 21, 31], 60,
                               dict(a2_plus=0.01, a3_minus=0.01)),
    "istdp_silent": train("istdp", range(0, 100, 10), [], 120),
    "istdp_same_step": train("istdp", [10, 40], [11, 41], 80),
    "istdp_around": train("istdp", [20, 60], [11, 31, 55, 61], 100),
    "bcm_silent": train("bcm", range(0, 100, 10), [], 120),
    "bcm_fast": train("bcm", range(0, 500, 20), range(0, 500, 25), 520),
    "bcm_same_step": train("bcm", [10, 20], [11, 21], 60),
    # the value of the specification: 0.46194
    "golden": train("da-stdp", [0], [11], 8000, dict(a_plus=1, w_max=10, **LONG_TAUS), w0=0.0,
                    rewards=[(101, 1 / 200)]),
    "reward_before": train("da-stdp", [0], [11], 500, dict(w_max=10, **LONG_TAUS), w0=0.0,
                           rewards=[(0, 0.25)]),
    "reward_with_arrival": train("da-stdp", [0, 30], [11], 500, dict(w_max=10, **LONG_TAUS),
                                 rewards=[(31, 0.125)]),
    "reward_with_post": train("da-stdp", [0], [11, 40], 500, dict(w_max=10, **LONG_TAUS),
                              rewards=[(40, 0.125)]),
    "reward_many": train("da-stdp", [0, 700], [11, 705], 1500, dict(w_max=20, **LONG_TAUS),
                         rewards=[(k, 0.0625) for k in range(50, 1200, 90)]),
    "reward_negative": train("da-stdp", [0], [11], 1000, dict(w_max=10, w_min=-10, **LONG_TAUS),
                             rewards=[(100, 0.125), (160, -0.25)]),
    "reward_baseline": train("da-stdp", [0, 30], [11, 25], 600,
                             dict(w_max=10, w_min=-10, b=0.03125, **LONG_TAUS), w0=1.0,
                             rewards=[(100, 0.125)]),
    "reward_to_bound": train("da-stdp", [0, 300, 600], [11, 295, 620], 900,
                             dict(a_plus=1, w_max=1, **LONG_TAUS), rewards=[(20, 0.5)]),
    # one pairing 11 ms apart, read every 10 ms, DA + 0.5 after 50 reads: 0.294969; 100: 0.178458
    "golden_read_500": train("da-stdp", [8], [19], 10020, IZHIKEVICH, w0=0.0,
                             rewards=[(520, 0.05)]),
    "golden_read_1000": train("da-stdp", [8], [19], 10020, IZHIKEVICH, w0=0.0,
                              rewards=[(1020, 0.05)]),
    "read_coincidence": train("da-stdp", [8, 18, 28], [9, 19, 28], 60, IZHIKEVICH,
                              rewards=[(5, 0.05)]),
    "read_dip": train("da-stdp", [8, 18, 28, 300], [9, 19, 28, 301], 900,
                      dict(IZHIKEVICH, b=0.0002, w_min=-4), rewards=[(30, 0.05), (200, -0.1)]),
    "read_often": train("da-stdp", [3, 50], [5, 52], 300, dict(LONG_TAUS, read_ms=1),
                        rewards=[(60, 0.01)]),
    "read_held": train("da-stdp", [3, 50], [5, 52], 300, dict(LONG_TAUS, read_ms=10, w_min=-9),
                       factor="signed", levels=[(0, 0.5), (60, 0.75), (200, 0.25)]),
    "held": train("da-stdp", [3, 50], [5, 52], 300, dict(LONG_TAUS, b=0.125, w_min=-9),
                  factor="dopamine", levels=[(0, 0.5), (60, 0.75), (200, 0.25)]),
    "mstdp_pair": train("mstdp", [3, 20], [5, 18], 40, dict(w_min=-5, w_max=5),
                        rewards=[(6, 1), (7, 1), (22, -1)]),
    "mstdp_same_step": train("mstdp", [3, 8, 20], [4, 9, 21], 40, dict(w_min=-5, w_max=5),
                             rewards=[(0, 1), (5, 1), (10, -1), (22, 1), (40, 1)]),
    "mstdp_bounded": train("mstdp", [3, 8], [4, 9], 40, dict(gamma=1), rewards=[(5, 1), (10, -2)]),
    "mstdp_held": train("mstdp", [3, 8], [4, 9], 40, dict(w_min=-5), factor="signed",
                        levels=[(0, 0.5), (4, 0.75), (9, 0.25)]),
    "mstdpet_pair": train("mstdpet", [3, 20], [5, 18], 200, dict(w_min=-5, w_max=5),
                          rewards=[(6, 1), (7, 1), (22, -1), (90, 1)]),
    "mstdpet_bounded": train("mstdpet", [3, 8], [4, 9], 90, dict(gamma=20),
                             rewards=[(5, 1), (10, -2), (30, 1)]),
    "mstdpet_held": train("mstdpet", [3, 8], [4, 9], 40, dict(w_min=-5), factor="signed",
                          levels=[(0, 0.5), (4, 0.75), (9, 0.25)]),
    "reward_none": train("da-stdp", [0, 30], [11, 25], 100, dict(**LONG_TAUS)),
}
for _rule in ("stdp", "da-stdp", "mstdpet"):
    HAND["decay_" + _rule] = train(_rule, range(0, 900, 90), range(30, 900, 70), 1000,
                                   dict(weight_decay=0.001, w_min=-1),
                                   rewards=[(200, 0.0625)] if _rule in ELIGIBLE else ())
    HAND["scaling_" + _rule] = train(_rule, range(0, 900, 90), range(30, 900, 70), 1000,
                                     dict(scaling_rate=0.25, target_rate_hz=8, time_window_ms=200),
                                     rewards=[(200, 0.0625)] if _rule in ELIGIBLE else ())

RANDOM = 1600
RANDOM_READ = 80  # of these all readings are kept, of the others the last one
MANY = ("hebb", "stdp", "nearest", "triplet", "istdp", "bcm", "da-stdp", "read", "mstdp", "mstdpet")


def nice_number(rng, low, high):
    """Log-uniform, four digits."""
    return float("%.4g" % math.exp(rng.uniform(math.log(low), math.log(high))))


def random_values(rng, rule):
    v = {}
    if rule == "hebb":
        v["eta"] = nice_number(rng, 0.001, 0.1)
    elif rule == "triplet":
        v = dict(a2_plus=nice_number(rng, 1e-4, 1e-2), a3_plus=nice_number(rng, 1e-3, 1e-2),
                 a2_minus=nice_number(rng, 1e-3, 1e-2), a3_minus=nice_number(rng, 1e-4, 1e-2),
                 tau_plus_ms=nice_number(rng, 10, 30), tau_minus_ms=nice_number(rng, 10, 50),
                 tau_x_ms=nice_number(rng, 50, 800), tau_y_ms=nice_number(rng, 40, 200))
    elif rule == "istdp":
        v = dict(eta=nice_number(rng, 0.001, 0.05), rho0_hz=nice_number(rng, 1, 20),
                 tau_ms=nice_number(rng, 5, 50))
    elif rule == "bcm":
        v = dict(eta=nice_number(rng, 0.001, 0.02), tau_rate_ms=nice_number(rng, 30, 1000),
                 bcm_target_rate_hz=nice_number(rng, 3, 30), bcm_tau_ms=nice_number(rng, 200, 3000))
    else:
        v = dict(a_plus=nice_number(rng, 0.002, 0.1), a_minus=nice_number(rng, 0.002, 0.1),
                 tau_plus_ms=nice_number(rng, 5, 50), tau_minus_ms=nice_number(rng, 5, 50))
    if rule == "stdp" or rule in ELIGIBLE:
        v["nearest"] = int(rng.rand() < 0.5)
    if rule == "da-stdp":
        v.update(tau_c_ms=nice_number(rng, 200, 2000), tau_d_ms=nice_number(rng, 50, 500),
                 b=nice_number(rng, 1e-4, 1e-2) if rng.rand() < 0.5 else 0)
        v["read_ms"] = float(rng.choice([0, 0, 1, 10, 50]))
    if rule in ("mstdp", "mstdpet"):
        v.update(gamma=nice_number(rng, 0.1, 10))
    if rule == "mstdpet":
        v.update(tau_z_ms=nice_number(rng, 5, 200))
    v["w_min"] = float(rng.choice([-1, 0]))
    v["w_max"] = float(rng.choice([0.75, 1, 2]))
    return v


def random_train(seed):
    rng = np.random.RandomState(seed)
    rule = list(RULES)[seed % len(RULES)]
    dt = float(rng.choice([0.1, 0.5, 1]))
    steps = int(rng.randint(800, 2500))
    delay = int(rng.randint(1, 40 if rng.rand() < 0.5 else 3))
    expected = rng.uniform(5, 45, 2)
    pre, post = (np.flatnonzero(rng.rand(steps) < n / steps).tolist() for n in expected)
    if rng.rand() < 0.3:  # some that coincide
        post = sorted(set(post) | {s + delay for s in pre[::3] if s + delay < steps})
    factor, levels, rewards = "none", [], []
    if rule != "istdp" and rng.rand() < (0.2 if rule in ELIGIBLE else 0.5):
        factor = rng.choice([f for f in FACTORS if f != "none"])
        at = sorted(set(rng.randint(1, steps, 4).tolist()))
        levels = [(k, float(rng.randint(0, 65)) / 64) for k in [0] + at]
    if rule in ELIGIBLE and factor == "none":
        n = rng.randint(0, 9) if rule == "da-stdp" else rng.randint(0, steps // 4)
        at = sorted(set(rng.randint(0, steps, n).tolist()))
        rewards = [(k, float(rng.randint(-8, 33)) / 512) for k in at]
    v = random_values(rng, rule)
    if rng.rand() < 0.15:
        v["weight_decay"] = nice_number(rng, 1e-5, 1e-3)
    if rng.rand() < 0.15:
        v.update(scaling_rate=nice_number(rng, 0.01, 0.3), target_rate_hz=nice_number(rng, 2, 30),
                 time_window_ms=float(rng.choice([100, 200])))
    w0 = float(rng.randint(8, 40)) / 64
    return train(rule, pre, post, steps, v, dt, delay, w0, str(factor), levels, rewards)


def many(kind, seed):
    """23 sources, 17 targets, about half of the pairs."""
    rng = np.random.RandomState(seed)
    rule = {"nearest": "stdp", "read": "da-stdp"}.get(kind, kind)
    values = random_values(rng, rule)
    if rule == "da-stdp":
        values["read_ms"] = 10 if kind == "read" else 0
    if "nearest" in values:
        values["nearest"] = int(kind == "nearest")
    steps, delay, dt = 600, int(rng.randint(1, 12)), 0.5
    trains = [[np.flatnonzero(rng.rand(steps) < 0.02).tolist() for _ in range(n)]
              for n in (23, 17)]
    pairs = np.argwhere(rng.rand(23, 17) < 0.5)
    w0 = rng.randint(8, 40, len(pairs)) / 64
    rewards = [(100, 0.0625), (333, 0.03125)] if rule in ELIGIBLE else []
    w = []
    for (i, j), start in zip(pairs, w0):
        t = train(rule, trains[0][i], trains[1][j], steps, values, dt, delay, float(start),
                  rewards=rewards)
        w.append(step_by_step(t)[0][-1])
    return t, pairs, trains, w0, np.array(w)


SHORT = {
    "depressing": dict(U=0.5, tau_rec_ms=800, tau_facil_ms=0),
    "facilitating": dict(U=0.05, tau_rec_ms=100, tau_facil_ms=1000),
    "both": dict(U=0.25, tau_rec_ms=300, tau_facil_ms=150),
    "all_at_once": dict(U=1, tau_rec_ms=200, tau_facil_ms=0),
}


# ------------------------------------------------------------------------------------------ writing

def text(values):
    return " ".join("%s=%.17g" % kv for kv in values.items())


def put(tensors, meta, name, t, w, c, last=False):
    def steps(values):
        return np.array(list(values), np.int32)

    kept = slice(-1, None) if last else slice(None)
    tensors.update({name + "/pre": steps(t["pre"]), name + "/post": steps(t["post"]),
                    name + "/w0": np.array([t["w0"]], np.float32),
                    name + "/at": steps(readings(t)[kept]), name + "/w": w[kept]})
    if t["rule"] in ELIGIBLE:
        tensors[name + "/c"] = c[kept]
    for kind in ("level", "reward"):
        if t[kind + "s"]:
            at, values = zip(*t[kind + "s"])
            tensors[name + "/%s_at" % kind] = steps(at)
            tensors[name + "/" + kind] = np.array(values, np.float64)
    notes(meta, name, t)


def notes(meta, name, t):
    group = t["rule"]
    if group == "da-stdp" and t["v"].get("read_ms"):
        group = "da-stdp-read"
    if group == "da-stdp" and sweep_steps(t):
        group = "da-stdp-swept"
    meta.update({name + "/group": group, name + "/rule": t["rule"], name + "/values": text(t["v"]),
                 name + "/dt_ms": "%.17g" % t["dt"], name + "/delay": str(t["delay"]),
                 name + "/steps": str(t["steps"]), name + "/factor": t["factor"]})


def difference(a, b):
    return max((float(np.abs(p - q).max()) for p, q in zip(a, b)), default=0.0)


def compute():
    tensors, names, worst, golden, wrong = {}, [], 0.0, None, 0
    meta = {"golden": "%.17g" % GOLDEN}
    for name, t in HAND.items():
        w, c = step_by_step(t)
        worst = max(worst, difference((w, c), event_by_event(t)))
        put(tensors, meta, name, t, w, c)
        names.append(name)
        golden = w[-1] if name == "golden" else golden
        wrong += name in GOLDEN_READ and abs(w[-1] - GOLDEN_READ[name]) > 1e-6
    print("%d hand-made trains, two ways apart by at most %.1e; golden value %.7f" % (
        len(HAND), worst, golden))
    for seed in range(RANDOM):
        t = random_train(seed)
        w, c = step_by_step(t)
        worst = max(worst, difference((w, c), event_by_event(t)))
        put(tensors, meta, "random%02d" % seed, t, w, c, seed >= RANDOM_READ)
        names.append("random%02d" % seed)
    print("%d random trains, two ways apart by at most %.1e" % (RANDOM, worst))
    for kind in MANY:
        name = "many_" + kind
        t, pairs, trains, w0, w = many(kind, 11)
        for key, which in (("pre", 0), ("post", 1)):
            spikes = sorted((k, n) for n, ks in enumerate(trains[which]) for k in ks)
            tensors[name + "/" + key] = np.array(spikes, np.int32)
        tensors.update({name + "/sources": pairs[:, 0].astype(np.int32),
                        name + "/targets": pairs[:, 1].astype(np.int32),
                        name + "/w0": w0.astype(np.float32), name + "/w": w})
        if t["rewards"]:
            at, amount = zip(*t["rewards"])
            tensors[name + "/reward_at"] = np.array(at, np.int32)
            tensors[name + "/reward"] = np.array(amount, np.float64)
        notes(meta, name, t)
    for k, (name, v) in enumerate(SHORT.items()):
        rng = np.random.RandomState(k)
        pre = np.flatnonzero(rng.rand(2000) < 0.015).tolist() + list(range(2000, 2100, 5))
        t = dict(v=v, pre=pre, dt=1.0, w0=1.5, steps=2200)
        delivered = tsodyks_markram(t)
        worst = max(worst, float(np.abs(delivered - tsodyks_markram_stepped(t)).max()))
        tensors.update({name + "/pre": np.array(pre, np.int32), name + "/delivered": delivered,
                        name + "/w0": np.array([t["w0"]], np.float32)})
        meta.update({name + "/values": text(v), name + "/dt_ms": "1"})
    print("with short-term plasticity apart by at most %.1e" % worst)
    meta.update({"trains": " ".join(names), "many": " ".join("many_" + k for k in MANY),
                 "short": " ".join(SHORT)})
    return tensors, meta, \
        worst < TOLERANCE and abs(golden - GOLDEN) < 5e-6 and not wrong


def main():
    parser = argparse.ArgumentParser(description="check values for learning synapses")
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    args = parser.parse_args()
    tensors, meta, good = compute()
    if not good:
        print("the two ways disagree, or the golden value is wrong")
    if args.check:
        good &= check(PATH, tensors, meta, TOLERANCE)
    else:
        write_safetensors(PATH, tensors, meta)
        print("%s: %d bytes" % (os.path.basename(PATH), os.path.getsize(PATH)))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
