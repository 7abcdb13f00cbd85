"""Check values for learning synapses: one synapse replayed in float64, from spike trains.

  synapses.py            write tests/data/synapses.safetensors
  synapses.py --check    recompute and compare with the file (largest difference <= 1e-10)

Both also replay 1,000 random trains with random parameters in two ways, `step_by_step` and
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
            d += amount at a reward, w' = c (d - b), clipped at each touch (arrival, post spike or
            scaling) and in what is read; between touches, with 1/tau = 1/tau_c + 1/tau_d,
            dw = c (d tau (1 - e^(-t / tau)) - b tau_c (1 - e^(-t / tau_c)))
  decay     every rule, at the beginning of a step after each 100 ms: w *= exp(-weight_decay 100 ms)
  scaling   every rule, at the beginning of a step after each time_window_ms (a multiple of 100 ms):
            w *= 1 + scaling_rate (target - n) / target, n being the post neuron's rate in the
            window; in one change with the decay, and before what else the step brings
  short-term (Tsodyks, Pawelzik, Markram 1998): u' = -u / tau_facil, R' = (1 - R) / tau_rec; at an
            arrival u += U (1 - u), w u R is delivered, then R -= u R. tau_facil = 0: u = U.

Sources: pairs, Song et al. 2000 (10.1038/78829); triplets, Pfister, Gerstner 2006
(10.1523/JNEUROSCI.1425-06.2006), whose all-to-all set for visual cortex is a2_plus 5e-10, a3_plus
6.2e-3, a2_minus 7e-3, a3_minus 2.3e-4, tau_plus 16.8, tau_x 101, tau_minus 33.7, tau_y 125 ms;
istdp, Vogels et al. 2011 (10.1126/science.1211095); dopamine, Izhikevich 2007
(10.1093/cercor/bhl152); short-term, Tsodyks et al. 1998 (10.1162/089976698300017502).

Hand-made trains (HAND below) come first; then random ones. Tensors of a train T: T/pre, T/post
(steps; pre when emitted), T/w0 [1], T/at [m] (steps done when read: after each touch and at the
end), T/w and for da-stdp T/c [m]; T/level_at, T/level: a modulator's level from that step on;
T/reward_at, T/reward. Notes: trains, T/group (the rule, or da-stdp-swept: with scaling or decay),
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
                    tau_d_ms=200, b=0, nearest=0),
}
FACTORS = {
    "none": lambda l: 1.0,
    "dopamine": lambda l: 2 * l,
    "signed": lambda l: 2 * (l - 0.5),
    "acetylcholine": lambda l: 1 + 1.5 * l,
    "norepinephrine": lambda l: 1 + 2 * l,
    "serotonin": lambda l: 1 - 0.5 * l,
    "all": lambda l: 2 * l * (1 + 1.5 * l),
    "signed-all": lambda l: 2 * (l - 0.5) * (1 + 1.5 * l),
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


def sweep(w, t, k):
    """Scaling and decay at the beginning of step k."""
    v = t["v"]
    w *= math.exp(-v.get("weight_decay", 0) * SWEEP_MS)
    window = int(round(v.get("time_window_ms", 1000) / t["dt"]))
    if v.get("target_rate_hz") and k % window == 0:
        rate = sum(k - window <= s < k for s in t["post"]) / (window * t["dt"] / 1000)
        w *= 1 + v["scaling_rate"] * (v["target_rate_hz"] - rate) / v["target_rate_hz"]
    return clip(w, v)


# --------------------------------------------------------------- first way: traces, step after step

def step_by_step(t):
    """w and c at each of readings(t)."""
    v, dt, rule = t["v"], t["dt"], t["rule"]
    arrivals, posts = {s + t["delay"] for s in t["pre"]}, set(t["post"])
    rewards, read = dict(t["rewards"]), set(readings(t))
    w, c, d, theta = t["w0"], 0.0, 0.0, 1.0
    taus = {"stdp": ("tau_plus_ms", "tau_minus_ms"), "da-stdp": ("tau_plus_ms", "tau_minus_ms"),
            "triplet": ("tau_plus_ms", "tau_minus_ms"), "istdp": ("tau_ms", "tau_ms"),
            "bcm": ("tau_rate_ms", "tau_rate_ms")}.get(rule)
    qx, qy = (math.exp(-dt / v[k]) for k in taus) if taus else (0, 0)
    slow = ("tau_x_ms", "tau_y_ms") if rule == "triplet" else ()
    q_slow = [math.exp(-dt / v[k]) for k in slow] or (0, 0)
    x = y = x2 = y2 = 0.0
    nearest, every = bool(v.get("nearest")), sweep_steps(t)
    pending = 0.0  # what w' has brought since the last touch
    ws, cs = [], []
    for k in range(t["steps"]):
        a, p, m = k in arrivals, k in posts, factor_at(t, k)
        if every and k and k % every == 0:
            w, pending = sweep(clip(w + pending, v), t, k), 0.0
        if rule == "da-stdp":
            d += rewards.get(k, 0)
            if a or p:
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
            elif rule == "da-stdp":
                c -= v["a_minus"] * y
            x = 1.0 if nearest else x + 1
            x2 += 1
        if p:
            if rule == "stdp":
                w = clip(w + m * v["a_plus"] * x, v)
            elif rule == "triplet":
                w = clip(w + m * x * (v["a2_plus"] + v["a3_plus"] * y2), v)
            elif rule == "istdp":
                w = clip(w + v["eta"] * x, v)
            elif rule == "da-stdp":
                c += v["a_plus"] * x
            y = 1.0 if nearest else y + 1
            y2 += 1
        if rule == "da-stdp":
            both = 1 / (1 / v["tau_c_ms"] + 1 / v["tau_d_ms"])
            pending += c * (d * both * -math.expm1(-dt / both)
                            - v["b"] * v["tau_c_ms"] * -math.expm1(-dt / v["tau_c_ms"]))
            c *= math.exp(-dt / v["tau_c_ms"])
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

    def c_at(time, done):
        """Eligibility at a time in steps, of the touches in `done`: (step, change)."""
        return sum(change * math.exp(-(time - k) * dt / v["tau_c_ms"]) for k, change in done)

    def d_at(time, since):
        return sum(amount * math.exp(-(time - k) * dt / v["tau_d_ms"])
                   for k, amount in t["rewards"] if k <= since)

    nodes, weights = np.polynomial.legendre.leggauss(20)

    def integral(a, b, done):
        """Of c (d - b) from step a to b, by Gauss's rule between the rewards."""
        total, stops = 0.0, sorted({a, b} | {k for k, _ in t["rewards"] if a < k < b})
        for start, stop in zip(stops, stops[1:]):
            n = max(1, int((stop - start) * dt / 50))
            edges = np.linspace(start, stop, n + 1)
            for lo, hi in zip(edges, edges[1:]):
                at = (lo + hi) / 2 + nodes * (hi - lo) / 2
                f = [c_at(s, done) * (d_at(s, start) - v["b"]) for s in at]
                total += float(np.dot(weights, f)) * (hi - lo) / 2 * dt
        return total

    theta = thetas(t) if rule == "bcm" else None
    every = sweep_steps(t)
    events = {k: (a, p) for k, a, p in touches(t)}
    stops = sorted(set(events) | set(readings(t)) |
                   (set(range(every, t["steps"], every)) if every else set()))
    w, touched, done = t["w0"], 0, []
    ws, cs = [], []
    for k in stops:
        if k in readings(t):
            ws.append(clip(w + integral(touched, k, done), v) if rule == "da-stdp" else w)
            cs.append(c_at(k, done) if rule == "da-stdp" else 0.0)
        if every and 0 < k < t["steps"] and k % every == 0:
            if rule == "da-stdp":
                w, touched = clip(w + integral(touched, k, done), v), k
            w = sweep(w, t, k)
        if k not in events:
            continue
        a, p = events[k]
        m, changes = factor_at(t, k), []
        if rule == "da-stdp":
            w = clip(w + integral(touched, k, done), v)
            touched = k
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
        if rule == "da-stdp":
            if a:
                done.append((k, -v["a_minus"] * trace(posts, k, (v["tau_minus_ms"], False))))
            if p:
                done.append((k, v["a_plus"] * trace(arrivals, k, (v["tau_plus_ms"], True))))
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
    "factor_signed_all": train("stdp", range(0, 90, 10), range(4, 90, 10), 100, factor="signed-all",
                               levels=[(0, 1.0), (31, 0.0), (62, 0.25)]),
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
    "reward_none": train("da-stdp", [0, 30], [11, 25], 100, dict(**LONG_TAUS)),
}
for _rule in ("stdp", "da-stdp"):
    HAND["decay_" + _rule] = train(_rule, range(0, 900, 90), range(30, 900, 70), 1000,
                                   dict(weight_decay=0.001, w_min=-1),
                                   rewards=[(200, 0.0625)] if _rule == "da-stdp" else ())
    HAND["scaling_" + _rule] = train(_rule, range(0, 900, 90), range(30, 900, 70), 1000,
                                     dict(scaling_rate=0.25, target_rate_hz=8, time_window_ms=200),
                                     rewards=[(200, 0.0625)] if _rule == "da-stdp" else ())

RANDOM_KEPT = 60  # of the 1,000
MANY = ("hebb", "stdp", "nearest", "triplet", "istdp", "bcm", "da-stdp")


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
    if rule in ("stdp", "da-stdp"):
        v["nearest"] = int(rng.rand() < 0.5)
    if rule == "da-stdp":
        v.update(tau_c_ms=nice_number(rng, 200, 2000), tau_d_ms=nice_number(rng, 50, 500),
                 b=nice_number(rng, 1e-4, 1e-2) if rng.rand() < 0.5 else 0)
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
    if rule not in ("istdp", "da-stdp") and rng.rand() < 0.5:
        factor = rng.choice([f for f in FACTORS if f != "none"])
        at = sorted(set(rng.randint(1, steps, 4).tolist()))
        levels = [(k, float(rng.randint(0, 65)) / 64) for k in [0] + at]
    if rule == "da-stdp":
        at = sorted(set(rng.randint(0, steps, rng.randint(0, 9)).tolist()))
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
    rule = "stdp" if kind == "nearest" else kind
    values = random_values(rng, rule)
    if "nearest" in values:
        values["nearest"] = int(kind == "nearest")
    steps, delay, dt = 600, int(rng.randint(1, 12)), 0.5
    trains = [[np.flatnonzero(rng.rand(steps) < 0.02).tolist() for _ in range(n)]
              for n in (23, 17)]
    pairs = np.argwhere(rng.rand(23, 17) < 0.5)
    w0 = rng.randint(8, 40, len(pairs)) / 64
    rewards = [(100, 0.0625), (333, 0.03125)] if rule == "da-stdp" else []
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


def put(tensors, meta, name, t, w, c):
    def steps(values):
        return np.array(list(values), np.int32)

    tensors.update({name + "/pre": steps(t["pre"]), name + "/post": steps(t["post"]),
                    name + "/w0": np.array([t["w0"]], np.float32), name + "/at": steps(readings(t)),
                    name + "/w": w})
    if t["rule"] == "da-stdp":
        tensors[name + "/c"] = c
    for kind in ("level", "reward"):
        if t[kind + "s"]:
            at, values = zip(*t[kind + "s"])
            tensors[name + "/%s_at" % kind] = steps(at)
            tensors[name + "/" + kind] = np.array(values, np.float64)
    notes(meta, name, t)


def notes(meta, name, t):
    group = t["rule"]
    if group == "da-stdp" and sweep_steps(t):
        group = "da-stdp-swept"
    meta.update({name + "/group": group, name + "/rule": t["rule"], name + "/values": text(t["v"]),
                 name + "/dt_ms": "%.17g" % t["dt"], name + "/delay": str(t["delay"]),
                 name + "/steps": str(t["steps"]), name + "/factor": t["factor"]})


def difference(a, b):
    return max((float(np.abs(p - q).max()) for p, q in zip(a, b)), default=0.0)


def compute():
    tensors, names, worst, golden = {}, [], 0.0, None
    meta = {"golden": "%.17g" % GOLDEN}
    for name, t in HAND.items():
        w, c = step_by_step(t)
        worst = max(worst, difference((w, c), event_by_event(t)))
        put(tensors, meta, name, t, w, c)
        names.append(name)
        golden = w[-1] if name == "golden" else golden
    print("%d hand-made trains, two ways apart by at most %.1e; golden value %.7f" % (
        len(HAND), worst, golden))
    for seed in range(1000):
        t = random_train(seed)
        w, c = step_by_step(t)
        worst = max(worst, difference((w, c), event_by_event(t)))
        if seed < RANDOM_KEPT:
            put(tensors, meta, "random%02d" % seed, t, w, c)
            names.append("random%02d" % seed)
    print("1000 random trains, two ways apart by at most %.1e" % worst)
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
    return tensors, meta, worst < TOLERANCE and abs(golden - GOLDEN) < 5e-6


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
