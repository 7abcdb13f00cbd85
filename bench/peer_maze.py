#!/usr/bin/python3
"""Speed peer in PyTorch: A2C on the grid maze with the modulated plastic network, in float32.

One iteration is one batch of whole episodes, the gradient over all steps, the norm clip and Adam:

  x = tanh(W_in u + b + (w + alpha o H) h);  logits, value and z: a linear layer of x;  M = tanh(z)
  H <- clip(H + M x h', -1, 1),  h <- x
  L = mean over lanes of
      sum_t [ -log pi(a_t) (R_t - v_t) + 0.1 (R_t - v_t)^2 + 0.03 sum_a pi(a)^2 ] / T

Two ways to the same gradient (--selftest compares both with tests/reference/plastic_rnn.py):

  manual    backward pass by hand, all memory kept from one iteration to the next (the default)
  autograd  the ordinary way

Prints one line of JSON. For its best time run it with OpenBLAS behind libblas.so.3 and, for
autograd, with malloc kept from handing memory back (MALLOC_MMAP_THRESHOLD_=4294967296
MALLOC_TRIM_THRESHOLD_=17179869184 MALLOC_TOP_PAD_=268435456).
"""
import argparse
import ctypes
import itertools
import json
import os
import resource
import sys
import time


def options():
    parser = argparse.ArgumentParser(description="speed peer in PyTorch: A2C on the grid maze")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--iterations", type=int, default=10, help="timed iterations")
    parser.add_argument("--seconds", type=float,
                        help="time for so long instead, though at least 3 iterations")
    parser.add_argument("--warmup", type=int, default=3, help="iterations before those")
    parser.add_argument("--batch", type=int, default=30)
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--hidden", type=int, default=100)
    parser.add_argument("--size", type=int, default=11, help="cells along a side of the maze")
    parser.add_argument("--lr", type=float, default=1e-4)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--net", choices=("manual", "autograd"), default="manual")
    parser.add_argument("--progress", type=int, default=0, metavar="K",
                        help="mean reward of every K iterations to stderr")
    parser.add_argument("--selftest", action="store_true")
    return parser.parse_args()


ARGS = options()
os.environ["OPENBLAS_NUM_THREADS"] = "1"  # read at load; its threads and OpenMP's hinder each other

import numpy as np  # noqa: E402
import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402

N_IN, N_ACT, C = 17, 4, 1.0
GAMMA, VALUE_WEIGHT, BETA = 0.9, 0.1, 0.03
NORM_CLIP, ADAM_EPS = 4.0, 1e-4


class Maze:
    """All lanes at once; a cell is row * size + column."""

    def __init__(self, size, lanes, steps, rng):
        self.lanes, self.steps, self.rng = lanes, steps, rng
        row, col = np.divmod(np.arange(size * size), size)
        self.centre = size // 2 * size + size // 2
        wall = (row == 0) | (row == size - 1) | (col == 0) | (col == size - 1)
        wall |= (row % 2 == 0) & (col % 2 == 0)
        wall[self.centre] = False
        self.free = np.flatnonzero(~wall)
        self.rank = np.cumsum(~wall) - 1  # place of a free cell in `free`
        self.next = np.zeros((size * size, N_ACT), np.int64)
        self.view = np.zeros((size * size, 9), np.float32)
        around = [r * size + c for r in (-1, 0, 1) for c in (-1, 0, 1)]
        for cell in self.free:
            for a, step in enumerate((-size, size, -1, 1)):  # up, down, left, right
                self.next[cell, a] = cell if wall[cell + step] else cell + step
            self.view[cell] = [wall[cell + k] for k in around]
        self.one_hot = np.eye(N_ACT, dtype=np.float32)
        self.all_lanes = np.arange(lanes)

    def free_but(self, cells, k):
        """The k-th free cell of those that are not `cells`, per lane."""
        return self.free[k + (k >= self.rank[cells])]

    def reset(self, u):
        """u [T][B][17] receives what is known before the episode: 0, 1, t/T."""
        n_other = len(self.free) - 1
        self.at = np.full(self.lanes, self.centre)
        self.goal = self.free_but(self.at, self.rng.integers(n_other, size=self.lanes))
        self.jumps = self.rng.integers(n_other, size=(self.steps, self.lanes))
        u[:, :, 9] = 0
        u[:, :, 10] = 1
        u[:, :, 11] = np.arange(self.steps, dtype=np.float32)[:, None] / self.steps
        u[0, :, 12:] = 0
        u[0, :, :9] = self.view[self.at]

    def step(self, u, rewards, t, actions):
        """Writes rewards[t] and, but for the last step, the rest of u[t + 1]."""
        at = self.next[self.at, actions]
        hit = at == self.goal
        if hit.any():
            at = np.where(hit, self.free_but(self.goal, self.jumps[t]), at)
        self.at = at
        np.multiply(hit, 10.0, out=rewards[t], casting="unsafe")
        if t + 1 < self.steps:
            u[t + 1, :, :9] = self.view[at]
            u[t + 1, :, 12] = rewards[t]
            u[t + 1, :, 13:] = self.one_hot[actions]


def make_parameters(n, gen, dtype=torch.float32):
    def uniform(low, high, *shape):
        return (low + (high - low) * torch.rand(*shape, generator=gen)).to(dtype)

    p = {"w": uniform(0, 0.01, n, n), "alpha": uniform(0, 0.01, n, n)}
    for name, n_out, n_in in (("i2h", n, N_IN), ("h2mod", 1, n), ("h2o", N_ACT, n), ("h2v", 1, n)):
        k = n_in ** -0.5
        p[name + ".weight"], p[name + ".bias"] = uniform(-k, k, n_out, n_in), uniform(-k, k, n_out)
    return {k: v.requires_grad_() for k, v in p.items()}


def heads(p):
    """The layers that read x, as one: logits, value, input of M."""
    layers = ("h2o", "h2v", "h2mod")
    return tuple(torch.cat([p[k + end] for k in layers]) for end in (".weight", ".bias"))


def a2c_loss(y, actions, rewards):
    """y [T][B][n_act + 2]; actions, rewards [T][B]."""
    steps, lanes = rewards.shape
    R = torch.empty_like(rewards)
    ahead = np.zeros(lanes)
    for t in reversed(range(steps)):
        ahead = rewards[t].numpy() + GAMMA * ahead
        R[t] = torch.from_numpy(ahead)
    logpi = F.log_softmax(y[:, :, :N_ACT], -1)
    error = R - y[:, :, N_ACT]
    chosen = logpi.gather(-1, actions[:, :, None])[:, :, 0]
    total = VALUE_WEIGHT * error.square() - chosen * error.detach()
    return (total.sum() + BETA * (2 * logpi).exp().sum()) / (steps * lanes)


class AutogradNet:
    """Tried and slower: bmm, baddbmm and einsum for the sums over j (thirty small products each),
    clamp (its backward pass makes masks), torch.jit.script of a step."""

    def __init__(self, p, steps, lanes):
        self.p, self.lanes, self.n = p, lanes, p["w"].shape[0]

    def begin(self):
        self.W, self.b = heads(self.p)
        self.h = self.W.new_zeros(self.lanes, self.n)
        self.H = self.W.new_zeros(self.lanes, self.n, self.n)
        self.y = []

    def step(self, u):
        """u [B][17]; returns logits [B][n_act], without a graph."""
        p, row = self.p, self.h[:, None, :]
        rec = F.linear(self.h, p["w"]) + (p["alpha"] * (self.H * row)).sum(-1)
        x = torch.tanh(F.linear(u, p["i2h.weight"], p["i2h.bias"]) + rec)
        y = F.linear(x, self.W, self.b)
        M = torch.tanh(y[:, N_ACT + 1:])
        self.H = F.hardtanh(torch.addcmul(self.H, (M * x)[:, :, None], row), -C, C)
        self.h = x
        self.y.append(y)
        return y.detach()[:, :N_ACT]

    def finish(self, u, actions, rewards):
        """Leaves the gradient in every parameter's grad; returns the loss."""
        for v in self.p.values():
            v.grad = None
        loss = a2c_loss(torch.stack(self.y), actions, rewards)
        loss.backward()
        self.y = self.H = self.h = None
        return loss.item()


class ManualNet:
    """Keeps x, M and H of every step; x[t], H[t] are those before step t."""

    def __init__(self, p, steps, lanes):
        n = p["w"].shape[0]
        new = p["w"].new_zeros
        self.p, self.steps = p, steps
        self.x, self.H = new(steps + 1, lanes, n), new(steps + 1, lanes, n, n)
        self.y, self.M = new(steps, lanes, N_ACT + 2), new(steps, lanes, 1)
        self.Mx, self.da = new(steps, lanes, n), new(steps, lanes, n)
        self.G, self.dH, self.dalpha = (new(lanes, n, n) for _ in range(3))
        self.rec = new(lanes, n)

    @torch.no_grad()
    def begin(self):
        self.W, self.b = heads(self.p)
        self.Wt, self.Wut = self.W.t(), self.p["i2h.weight"].t()
        self.t = 0

    @torch.no_grad()
    def step(self, u):
        p, t, G = self.p, self.t, self.G
        H, row, x = self.H[t], self.x[t][:, None, :], self.x[t + 1]
        torch.addcmul(p["w"], p["alpha"], H, out=G)
        torch.sum(G.mul_(row), -1, out=self.rec)
        torch.addmm(p["i2h.bias"], u, self.Wut, out=x)
        x.add_(self.rec).tanh_()
        y = torch.addmm(self.b, x, self.Wt, out=self.y[t])
        if t + 1 < self.steps:
            torch.tanh(y[:, N_ACT + 1:], out=self.M[t])
            torch.mul(x, self.M[t], out=self.Mx[t])
            torch.addcmul(H, self.Mx[t][:, :, None], row, out=self.H[t + 1])
            F.hardtanh_(self.H[t + 1], -C, C)
        self.t = t + 1
        return y[:, :N_ACT]

    def finish(self, u, actions, rewards):
        y = self.y.detach().requires_grad_()
        loss = a2c_loss(y, actions, rewards)
        loss.backward()
        with torch.no_grad():
            self.backward(y.grad, u)
        return loss.item()

    def backward(self, dy, u):
        p, G, dH, n = self.p, self.G, self.dH, self.rec.shape[1]
        clip_backward = torch.ops.aten.hardtanh_backward.grad_input
        w, alpha = p["w"], p["alpha"]
        dH.zero_()
        self.dalpha.zero_()
        dx = torch.zeros_like(self.rec)
        for t in reversed(range(self.steps)):
            h, x, da, H = self.x[t], self.x[t + 1], self.da[t], self.H[t]
            row = h[:, None, :]
            if t + 1 < self.steps:  # through H <- clip(H + M x h')
                clip_backward(dH, self.H[t + 1], -C, C, grad_input=dH)
                torch.mul(dH, row, out=G)
                d = G.sum(-1)
                M = self.M[t]
                dM = (d * x).sum(-1, keepdim=True)
                dy[t, :, N_ACT + 1:] = dM * (1 - M * M)
                dx.addcmul_(d, M)
            dx.addmm_(dy[t], self.W)
            torch.addcmul(dx, dx * x, x, value=-1, out=da)
            if t == 0:  # h and H are 0
                break
            col = da[:, :, None]
            if t + 1 < self.steps:
                torch.mul(dH, self.Mx[t][:, :, None], out=G)
                torch.sum(G, 1, out=dx)
            else:
                dx.zero_()
            dx.addmm_(da, w)
            torch.mul(H, col, out=G)
            self.dalpha.addcmul_(G, row)
            dx += G.mul_(alpha).sum(1)
            torch.mul(col, row, out=G)
            dH.addcmul_(G, alpha)
        da = self.da.view(-1, n)
        x = self.x[1:].view(-1, n)
        dy = dy.view(-1, N_ACT + 2)
        g = {"w": da.t() @ self.x[:-1].view(-1, n), "alpha": self.dalpha.sum(0),
             "i2h.weight": da.t() @ u.view(-1, N_IN), "i2h.bias": da.sum(0)}
        weight, bias, at = dy.t() @ x, dy.sum(0), 0
        for name, rows in (("h2o", N_ACT), ("h2v", 1), ("h2mod", 1)):
            g[name + ".weight"], g[name + ".bias"] = weight[at:at + rows], bias[at:at + rows]
            at += rows
        for k, v in p.items():
            v.grad = g[k]


NETS = {"manual": ManualNet, "autograd": AutogradNet}


def iterate(args):
    rng = np.random.default_rng(args.seed)
    p = make_parameters(args.hidden, torch.Generator().manual_seed(args.seed))
    net = NETS[args.net](p, args.steps, args.batch)
    maze = Maze(args.size, args.batch, args.steps, rng)
    adam = torch.optim.Adam(p.values(), lr=args.lr, eps=ADAM_EPS)
    u = torch.zeros(args.steps, args.batch, N_IN)
    rewards = torch.zeros(args.steps, args.batch)
    actions = torch.zeros(args.steps, args.batch, dtype=torch.int64)
    u_np, rewards_np, actions_np = u.numpy(), rewards.numpy(), actions.numpy()
    while True:
        gumbel = rng.gumbel(size=(args.steps, args.batch, N_ACT)).astype(np.float32)
        maze.reset(u_np)
        net.begin()
        for t in range(args.steps):  # the largest of logit + Gumbel noise: a draw from the softmax
            actions_np[t] = (net.step(u[t]).numpy() + gumbel[t]).argmax(1)
            maze.step(u_np, rewards_np, t, actions_np[t])
        net.finish(u, actions, rewards)
        torch.nn.utils.clip_grad_norm_(p.values(), NORM_CLIP)
        adam.step()
        yield float(rewards_np.sum()) / args.batch


def blas_name():
    """Which BLAS Debian's PyTorch runs on: the configuration of OpenBLAS, or what can be said."""
    try:
        config = ctypes.CDLL("libblas.so.3").openblas_get_config
    except OSError:
        return "unknown"
    except AttributeError:
        return "not OpenBLAS"
    config.restype = ctypes.c_char_p
    return config().decode().strip()


def bench(args):
    times, rewards, recent = [], [], []
    run = iterate(args)
    for k in itertools.count(1):
        start = time.perf_counter()
        reward = next(run)
        if k > args.warmup:
            times.append((time.perf_counter() - start) * 1e3)
            rewards.append(reward)
        recent.append(reward)
        if args.progress and k % args.progress == 0:
            print("iteration %d reward %.1f" % (k, np.mean(recent)), file=sys.stderr)
            recent = []
        if args.seconds is None:
            done = len(times) >= args.iterations
        else:
            done = len(times) >= 3 and sum(times) >= args.seconds * 1e3
        if done:
            break
    print(json.dumps({
        "ms_per_iteration": round(float(np.median(times)), 2), "min_ms": round(min(times), 2),
        "peak_rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        "reward": round(float(np.mean(rewards)), 2), "threads": args.threads, "net": args.net,
        "batch": args.batch, "steps": args.steps, "hidden": args.hidden,
        "iterations": len(times), "torch": torch.__version__, "blas": blas_name()}))


def selftest():
    """Both nets against the reference model, in float64, on random data of a short episode."""
    sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                    os.pardir, "tests", "reference"))
    sys.dont_write_bytecode = True
    import plastic_rnn as reference
    lanes, steps, n = 3, 40, 23
    gen = torch.Generator().manual_seed(5)
    p = make_parameters(n, gen, torch.float64)
    with torch.no_grad():  # enough for the clip to be reached
        for k, scale in (("w", n ** -0.5), ("alpha", 0.3)):
            p[k].copy_(scale * torch.randn(n, n, generator=gen))
        p["h2mod.weight"] *= 3
    u = torch.randn(steps, lanes, N_IN, generator=gen).double()
    actions = torch.randint(N_ACT, (steps, lanes), generator=gen)
    rewards = torch.randn(steps, lanes, generator=gen).double()
    cfg = dict(reference.DEFAULTS, **reference.CASES["modulated"])
    cfg.update(c=C, gamma=GAMMA, value_weight=VALUE_WEIGHT, beta=BETA)
    seen = []
    want = reference.run(cfg, p, *(k.transpose(0, 1) for k in (u, actions, rewards)), seen)
    assert 0 < (torch.stack(seen).abs() > C).double().mean() < 1
    good = True
    for name, make in NETS.items():
        net = make(p, steps, lanes)
        for _ in range(2):  # the second time with memory that was used
            net.begin()
            for t in range(steps):
                net.step(u[t])
            loss = net.finish(u, actions, rewards)
        worst = max(float((v.grad - want["grad/" + k]).abs().max()) for k, v in p.items())
        worst = max(worst, abs(loss - float(want["out/loss"])))
        good &= worst < 1e-12
        print("%s: loss and gradients differ by %.2g from the reference" % (name, worst))
    return 0 if good else 1


if __name__ == "__main__":
    torch.set_num_threads(ARGS.threads)
    sys.exit(selftest() if ARGS.selftest else bench(ARGS))
