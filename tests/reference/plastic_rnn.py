"""Check values for the plastic recurrent networks: a float64 PyTorch model with plain autograd.

  plastic_rnn.py           write tests/data/plastic_rnn_<case>.safetensors
  plastic_rnn.py --check   recompute all and compare with the files (largest difference <= 1e-12)
  plastic_rnn.py --check rnn full ...   only those cases (also without --check)

Model (Miconi, Stanley, Clune 2018, arXiv 1804.02464; Miconi et al. 2019, arXiv 2002.10585).
Per lane and step t; h is the x of the step before; h, H, E are 0 at t = 0; row i post, column j
pre:

  x      = tanh(W_in u + b + (w + alpha o H) h)       i2h.weight, i2h.bias, w, alpha
  logits = W_o x + b_o      value = w_v . x + b_v     h2o.weight, h2o.bias, h2v.weight, h2v.bias
  M      = f(w_m . x + b_m), f tanh, sigmoid, linear  h2mod.weight, h2mod.bias
  m_i    = f_i M + g_i with fan-out, else M           modfanout.weight, modfanout.bias

Then the trace, with this x and the previous h (eta, etaet: learned scalars):

  rnn          no alpha, no trace
  decay        H <- (1 - eta) H + eta x h'
  oja          H_ij <- H_ij + eta x_i (h_j - x_i H_ij)
  clip         H <- clip(H + eta x h', -c, c)
  softclip     d = eta x h';  H <- clip(H + max(d,0) (1 - H) + min(d,0) (H + 1), -1, 1)
  modulated    H <- clip(H + diag(m) x h', -c, c)
  retroactive  H <- clip(H + diag(m) E, -c, c) with the old E, then E <- (1 - etaet) E + etaet x h'

Loss, with everything in A and R detached (v_T = 0, A_T = 0):

  delta_t = r_t + gamma v_{t+1} - v_t,  A_t = delta_t + gamma lambda A_{t+1},  R_t = A_t + v_t
  baseline shared0: v is lane 0's in every lane, in A and R and in the value's loss
  L = mean over lanes of sum_t [ -log pi(a_t) A_t + c_v (R_t - v_t)^2 + beta ent_t ] / T
  ends: lane b lives only its first ends[b] steps; the rest is cut off from its network, from its
  returns and from the sum over t (T stays), and v_t = 0 there
  ent_t = sum_a pi(a)^2 (squared) or sum_a pi(a) log pi(a) (true)

All parameters and inputs are exact in float32, so a float32 program reads the same numbers. No
value before a clip lies within CLIP_MARGIN of the bound, so rounding to float32 does not move the
clip's mask (ties of softclip aside, at which no gradient depends on the choice).

The case `full` stores no inputs: a reader makes them by this generator. The state s is a 64-bit
unsigned integer, at first 20261122. One draw: s = s * 6364136223846793005 + 1442695040888963407
(mod 2^64), then v = (s >> 40) / 2^24. A parameter is the float32 product (2 v - 1) * scale, where
2 v - 1 is exact in float32 and scale is the float32 nearest to the number in FULL_SCALES. Arrays
are filled in the order of FULL_SCALES, each row-major, then u [B][T][n_in] = (v < 0.5 ? 0 : 1).
It is modulated, tanh, no fan-out, c = 1, N = 100, n_in = 17, n_act = 4, T = 200, B = 2.
"""
import argparse
import json
import os
import sys

import numpy as np
import torch

DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "data")
TOLERANCE = 1e-12
CLIP_MARGIN = 5e-6

DEFAULTS = dict(rule="decay", modulator="none", fanout="no", alpha="connection", c=0.25, gamma=0.9,
                lam=1.0, beta=0.03, value_weight=0.1, entropy="squared", baseline="own",
                n=19, n_in=5, n_act=4, steps=13, lanes=3, seed=3, ends=None)
MODULATED = dict(rule="modulated", modulator="tanh")
CASES = {
    "rnn": dict(rule="rnn", alpha="none"),
    "decay": dict(rule="decay"),
    "oja": dict(rule="oja"),
    "clip": dict(rule="clip"),
    "softclip": dict(rule="softclip", c=1.0, seed=2),
    "modulated": dict(MODULATED),
    "modulated_sigmoid": dict(MODULATED, modulator="sigmoid"),
    "modulated_linear": dict(MODULATED, modulator="linear"),
    "modulated_fanout": dict(MODULATED, fanout="yes"),
    "retroactive": dict(MODULATED, rule="retroactive", seed=6),
    "retroactive_fanout": dict(MODULATED, rule="retroactive", fanout="yes", seed=2),
    "decay_alpha_neuron": dict(rule="decay", alpha="neuron"),
    "modulated_alpha_network": dict(MODULATED, alpha="network"),
    "modulated_gae": dict(MODULATED, lam=0.9, entropy="true"),
    "modulated_shared0": dict(MODULATED, baseline="shared0"),
    "modulated_ends": dict(MODULATED, ends=(6, 13, 1)),
    "modulated_shared0_ends": dict(MODULATED, baseline="shared0", lam=0.9, ends=(6, 13, 1)),
    "modulated_n33": dict(MODULATED, n=33, seed=1),
    "modulated_c1": dict(MODULATED, c=1.0),
}
FULL = dict(MODULATED, c=1.0, n=100, n_in=17, steps=200, lanes=2)
FULL_SCALES = [  # name, shape, scale
    ("i2h.weight", (100, 17), 0.24253563),
    ("i2h.bias", (100,), 0.24253563),
    ("w", (100, 100), 0.1),
    ("alpha", (100, 100), 0.05),
    ("h2mod.weight", (1, 100), 0.3),
    ("h2mod.bias", (1,), 0.3),
    ("h2o.weight", (4, 100), 0.1),
    ("h2o.bias", (4,), 0.1),
    ("h2v.weight", (1, 100), 0.1),
    ("h2v.bias", (1,), 0.1),
]
MODULATORS = {"tanh": torch.tanh, "sigmoid": torch.sigmoid, "linear": lambda z: z}


def clip(pre, c, seen):
    """Clamp; its gradient passes where |pre| <= c. `seen` collects what comes in."""
    seen.append(pre.detach())
    return pre.clamp(-c, c)


def forward(p, u, cfg, seen):
    """p: name -> tensor; u [B][T][n_in]. Returns x, logits, value, M (each over [B][T]) and H."""
    rule, c = cfg["rule"], cfg["c"]
    lanes, steps, _ = u.shape
    n = p["w"].shape[0]
    h = u.new_zeros(lanes, n)
    H = u.new_zeros(lanes, n, n)
    E = u.new_zeros(lanes, n, n)
    alpha = p.get("alpha")
    xs, logits, values, Ms = [], [], [], []
    for t in range(steps):
        W = p["w"].expand(lanes, n, n) if rule == "rnn" else p["w"] + alpha * H
        rec = torch.einsum("bij,bj->bi", W, h)
        x = torch.tanh(u[:, t] @ p["i2h.weight"].T + p["i2h.bias"] + rec)
        xs.append(x)
        logits.append(x @ p["h2o.weight"].T + p["h2o.bias"])
        values.append((x @ p["h2v.weight"].T + p["h2v.bias"])[:, 0])
        if cfg["modulator"] != "none":
            z = x @ p["h2mod.weight"].T + p["h2mod.bias"]  # [B][1]
            m = M = MODULATORS[cfg["modulator"]](z)
            Ms.append(M[:, 0])
            if cfg["fanout"] == "yes":
                m = M * p["modfanout.weight"][:, 0] + p["modfanout.bias"]
        xh = torch.einsum("bi,bj->bij", x, h)
        if rule == "decay":
            H = (1 - p["eta"]) * H + p["eta"] * xh
        elif rule == "oja":
            H = H + p["eta"] * x[:, :, None] * (h[:, None, :] - x[:, :, None] * H)
        elif rule == "clip":
            H = clip(H + p["eta"] * xh, c, seen)
        elif rule == "softclip":
            d = p["eta"] * xh
            H = clip(H + d.clamp(min=0) * (1 - H) + d.clamp(max=0) * (H + 1), 1.0, seen)
        elif rule == "modulated":
            H = clip(H + m[:, :, None] * xh, c, seen)
        elif rule == "retroactive":
            H = clip(H + m[:, :, None] * E, c, seen)
            E = (1 - p["etaet"]) * E + p["etaet"] * xh
        h = x
    M = torch.stack(Ms, 1) if Ms else None
    return torch.stack(xs, 1), torch.stack(logits, 1), torch.stack(values, 1), M, H


def forward_cut(p, u, cfg, seen):
    """As forward, each lane by itself up to its end, and zeros behind it."""
    lanes = [forward(p, u[b:b + 1, :end], cfg, seen) for b, end in enumerate(cfg["ends"])]
    pad = lambda y: torch.cat([y[0], y.new_zeros(u.shape[1] - y.shape[1], *y.shape[2:])])
    *rest, H = zip(*lanes)
    return [torch.stack([pad(y) for y in part]) for part in rest] + [torch.cat(H)]


def a2c_loss(logits, value, actions, rewards, cfg):
    """logits [B][T][n_act]; value, actions, rewards [B][T]."""
    gamma, (lanes, steps) = cfg["gamma"], rewards.shape
    ends = cfg["ends"] or (steps,) * lanes
    if cfg["baseline"] == "shared0":
        value = value[:1].expand(lanes, steps)
    v = value.detach()
    A = torch.zeros_like(v)
    for b, end in enumerate(ends):
        ahead = v_next = 0
        for t in reversed(range(end)):
            ahead = A[b, t] = rewards[b, t] + gamma * v_next - v[b, t] + gamma * cfg["lam"] * ahead
            v_next = v[b, t]
    R = A + v
    logpi = torch.log_softmax(logits, -1)
    pi = logpi.exp()
    ent = (pi * pi).sum(-1) if cfg["entropy"] == "squared" else (pi * logpi).sum(-1)
    chosen = logpi.gather(-1, actions[:, :, None])[:, :, 0]
    per_step = -chosen * A + cfg["value_weight"] * (R - value) ** 2 + cfg["beta"] * ent
    return sum(per_step[b, :end].sum() / steps for b, end in enumerate(ends)) / lanes


def random_case(cfg):
    """Parameters and data of a small case, all exact in float32."""
    rng = np.random.RandomState(cfg["seed"])
    n, n_in, n_act, lanes, steps = (cfg[k] for k in ("n", "n_in", "n_act", "lanes", "steps"))

    def normal(scale, *shape):
        v = (scale * rng.standard_normal(shape)).astype(np.float32)
        return torch.from_numpy(v.astype(np.float64))

    p = {"i2h.weight": normal(0.6, n, n_in), "i2h.bias": normal(0.3, n)}
    p["w"] = normal(n ** -0.5, n, n)
    shape = {"connection": (n, n), "neuron": (n, 1), "network": (1,)}
    if cfg["alpha"] != "none":
        p["alpha"] = normal(0.3, *shape[cfg["alpha"]])
    if cfg["rule"] in ("decay", "oja", "clip"):
        p["eta"] = 0.3 + normal(0.02, 1)
    if cfg["rule"] == "softclip":
        p["eta"] = 1.35 + normal(0.02, 1)  # above 1, or a trace never reaches its bound
    if cfg["rule"] == "retroactive":
        p["etaet"] = 0.3 + normal(0.02, 1)
    if cfg["modulator"] != "none":
        p["h2mod.weight"], p["h2mod.bias"] = normal(0.4, 1, n), normal(0.5, 1)
    if cfg["fanout"] == "yes":
        p["modfanout.weight"], p["modfanout.bias"] = normal(1.0, n, 1), normal(0.3, n)
    p["h2o.weight"], p["h2o.bias"] = normal(2 * n ** -0.5, n_act, n), normal(0.3, n_act)
    p["h2v.weight"], p["h2v.bias"] = normal(n ** -0.5, 1, n), normal(0.3, 1)
    p = {k: v.float().double() for k, v in p.items()}
    u = normal(1.0, lanes, steps, n_in)
    actions = torch.from_numpy(rng.randint(0, n_act, (lanes, steps)).astype(np.int64))
    rewards = normal(1.0, lanes, steps)
    return p, u, actions, rewards


def full_case():
    """Parameters and inputs of the case `full` (float64, exact in float32)."""
    s = 20261122

    def draw():
        nonlocal s
        s = (s * 6364136223846793005 + 1442695040888963407) % 2 ** 64
        return (s >> 40) / 2 ** 24

    p = {}
    for name, shape, scale in FULL_SCALES:
        v = np.array([2 * draw() - 1 for _ in range(int(np.prod(shape)))], np.float32)
        p[name] = torch.from_numpy((v * np.float32(scale)).astype(np.float64).reshape(shape))
    shape = (FULL["lanes"], FULL["steps"], FULL["n_in"])
    u = np.array([0.0 if draw() < 0.5 else 1.0 for _ in range(int(np.prod(shape)))])
    return p, torch.from_numpy(u.reshape(shape))


def clip_report(cfg, seen):
    """Share of updates that the clip holds, and how near an update comes to the bound."""
    pre = torch.cat([x.flatten() for x in seen]).abs()
    c = 1.0 if cfg["rule"] == "softclip" else cfg["c"]
    gap = (pre - c).abs()
    if cfg["rule"] == "softclip":
        gap = gap[gap > 0]
    active = float((pre > c).double().mean())
    assert 0 < active < 1, "the clip must be active for some entries and inactive for others"
    assert float(gap.min()) > CLIP_MARGIN, "an update lies near the bound: choose another seed"
    return {"clip_active_fraction": "%.4f" % active, "clip_margin": "%.3g" % float(gap.min())}


def describe(name, cfg):
    variant = {"rnn": "rnn", "modulated": "modulated", "retroactive": "retroactive"}
    keys = ("rule", "modulator", "fanout", "alpha", "c", "gamma", "beta", "value_weight", "entropy",
            "baseline")
    meta = {"case": name, "variant": variant.get(cfg["rule"], "plastic"), "lambda": str(cfg["lam"])}
    meta.update({k: str(cfg[k]) for k in keys})
    if cfg["ends"]:
        meta["ends"] = " ".join(str(end) for end in cfg["ends"])
    return meta


def run(cfg, p, u, actions, rewards, seen):
    """One forward and backward pass: out/... and grad/..."""
    p = {k: v.detach().clone().requires_grad_() for k, v in p.items()}
    x, logits, value, M, H = forward(p, u, cfg, seen) if not cfg["ends"] else \
        forward_cut(p, u, cfg, seen)
    loss = a2c_loss(logits, value, actions, rewards, cfg)
    loss.backward()
    out = {"out/x": x, "out/logits": logits, "out/value": value, "out/H_last": H,
           "out/loss": loss.reshape(1)}
    if M is not None:
        out["out/M"] = M
    out.update({"grad/" + k: v.grad for k, v in p.items()})
    return {k: v.detach() for k, v in out.items()}


def compute_small(name):
    cfg = dict(DEFAULTS, **CASES[name])
    p, u, actions, rewards = random_case(cfg)
    seen = []
    out = run(cfg, p, u, actions, rewards, seen)
    assert all(bool(v.isfinite().all()) for v in out.values())
    assert all(float(v.abs().max()) > 0 for k, v in out.items() if k.startswith("grad/"))
    meta = describe(name, cfg)
    if seen:
        meta.update(clip_report(cfg, seen))
    out32 = run(cfg, {k: v.float() for k, v in p.items()}, u.float(), actions, rewards.float(), [])
    off = {k: float((v - out32[k]).abs().max()) for k, v in out.items()}
    print("%-24s in float32: outputs off by %.1e, gradients by %.1e" % (
        name, max(v for k, v in off.items() if k.startswith("out/")),
        max(v for k, v in off.items() if k.startswith("grad/"))))
    out.update({"param/" + k: v for k, v in p.items()})
    out.update({"input/u": u, "input/actions": actions, "input/rewards": rewards})
    return {k: v.numpy() for k, v in out.items()}, meta


def compute_full():
    cfg = dict(DEFAULTS, **FULL)
    p, u = full_case()
    seen = []
    with torch.no_grad():
        out64 = forward(p, u, cfg, seen)
        out32 = forward({k: v.float() for k, v in p.items()}, u.float(), cfg, [])
    names = ("out/x", "out/logits", "out/value", "out/M", "out/H_last")
    off = {k: float((a - b).abs().max()) for k, a, b in zip(names, out64, out32)}
    print("full: float32 against float64, largest difference:",
          ", ".join("%s %.2g" % kv for kv in off.items()))
    assert max(off.values()) < 1e-5
    active = float((torch.stack(seen).abs() > cfg["c"]).double().mean())
    assert 0 < active < 1
    meta = describe("full", cfg)
    meta.update({"clip_active_fraction": "%.4f" % active, "generator_start": "20261122"})
    keep = {k: v.numpy() for k, v in zip(names, out64) if k in ("out/logits", "out/value", "out/M")}
    return keep, meta


def write_safetensors(path, tensors, meta):
    header, blobs, at = {"__metadata__": meta}, [], 0
    for name in sorted(tensors):
        a = np.ascontiguousarray(tensors[name])
        dtype = {"float64": "F64", "int64": "I64"}[a.dtype.name]
        blobs.append(a.astype(a.dtype.newbyteorder("<")).tobytes())
        header[name] = {"dtype": dtype, "shape": list(a.shape), "data_offsets": [at, at + a.nbytes]}
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
    for name, e in header.items():
        a, b = (8 + size + k for k in e["data_offsets"])
        dtype = {"F64": "<f8", "I64": "<i8"}[e["dtype"]]
        tensors[name] = np.frombuffer(raw[a:b], dtype).reshape(e["shape"])
    return tensors, meta


def check(name, path, tensors, meta):
    old, old_meta = read_safetensors(path)
    same = old.keys() == tensors.keys() and old_meta == meta and \
        all(old[k].shape == tensors[k].shape for k in old)
    worst = max(float(np.abs(old[k] - tensors[k]).max()) for k in old) if same else float("inf")
    good = worst <= TOLERANCE
    print("%-24s largest difference %.3g %s" % (name, worst, "ok" if good else "WRONG"))
    return good


def main():
    parser = argparse.ArgumentParser(description="check values for the plastic recurrent networks")
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    parser.add_argument("case", nargs="*", help="default: all")
    args = parser.parse_args()
    torch.set_num_threads(1)
    good = True
    for name in args.case or list(CASES) + ["full"]:
        tensors, meta = compute_full() if name == "full" else compute_small(name)
        path = os.path.join(DATA, "plastic_rnn_%s.safetensors" % name)
        if args.check:
            good &= check(name, path, tensors, meta)
        else:
            write_safetensors(path, tensors, meta)
            clips = (k + "=" + meta[k] for k in meta if k.startswith("clip"))
            print("%-24s written" % name, *clips)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
