#!/usr/bin/python3
"""Speed peer in PyTorch: delayed match-to-sample by backpropagation through time, in float32.

The controller and the recipe of the preset delayed-match-backprop. One iteration is one batch of
whole episodes, the gradient through all their steps (equations: src/learner/bptt.h) and Adam:

  h_t = GRU(u_t, h_t-1);  logits = W_o h + b_o;  V = w_v h + b_v, with h held fixed
  L = mean over lanes of
      -[ log pi(a) (R - V_T) + 0.2 sum_a pi(a) (-log pi(a)) ] at the last step, which alone decides
      + sum_t (R - V_t)^2 / 2                                 with the advantage R - V_T held fixed

gamma = lambda = 1, so that R is the reward of the last step at each of them. Two forms of the same
gradient (--selftest compares both with a plain model in float64):

  sequence  nn.GRU over the whole episode in one call, the critic over all steps in one, the policy
            where it is asked for; possible because what is seen never depends on what was done
  steps     nn.GRUCell, policy, critic and a draw at each step: what a network needs whose next
            input depends on its own output, as with signals that come back to it

Left out, in the peer's favour: the norm of the gradient, whose bound (1e9) is never met.

Prints one line of JSON. For its best time run it with --foreach and with malloc kept from handing
memory back (MALLOC_MMAP_THRESHOLD_=4294967296 MALLOC_TRIM_THRESHOLD_=17179869184
MALLOC_TOP_PAD_=268435456).
"""
import argparse
import collections
import ctypes
import itertools
import json
import os
import resource
import sys
import time


def options():
    parser = argparse.ArgumentParser(description="speed peer in PyTorch: delayed match by BPTT")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--iterations", type=int, default=100, help="timed iterations")
    parser.add_argument("--seconds", type=float,
                        help="time for so long instead, though at least 3 iterations")
    parser.add_argument("--warmup", type=int, default=3, help="iterations before those")
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--steps", type=int, default=26)
    parser.add_argument("--hidden", type=int, default=24)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--form", choices=("sequence", "steps"), default="sequence")
    parser.add_argument("--foreach", action="store_true", help="Adam on all tensors at once")
    parser.add_argument("--progress", type=int, default=0, metavar="K",
                        help="mean reward of every K iterations to stderr, and after how many "
                        "trials 95 %% of the last 1000 were right")
    parser.add_argument("--selftest", action="store_true")
    return parser.parse_args()


ARGS = options()
os.environ["OPENBLAS_NUM_THREADS"] = "1"  # read at load; its threads and OpenMP's hinder each other

import numpy as np  # noqa: E402
import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402
from torch import nn  # noqa: E402

N_CUES, N_ACT = 2, 2
N_IN = N_CUES + 1
ENTROPY_WEIGHT = 0.2
RATE, RATE_END, SCHEDULE = 0.015, 0.0005, 3750  # linear over so many iterations
BETAS, ADAM_EPS = (0.5, 0.999), 1e-8
INPUT_SCALE, RECURRENT_SCALE, UPDATE_SPREAD = 8.0, 3.0, 4.0
WINDOW, CRITERION = 1000, 0.95


class World:
    """All lanes at once: a cue, a delay, a second cue, and at the last step the decision."""

    def __init__(self, lanes, steps, rng):
        self.lanes, self.steps, self.rng = lanes, steps, rng
        self.u = torch.zeros(steps, lanes, N_IN)
        self.u[-1, :, -1] = 1
        self.seen = self.u.numpy()
        self.all_lanes = np.arange(lanes)

    def reset(self):
        first = self.rng.integers(N_CUES, size=self.lanes)
        self.other = self.rng.integers(2, size=self.lanes)  # the right action: 0 same, 1 different
        self.seen[0] = self.seen[-2] = 0
        self.seen[0, self.all_lanes, first] = 1
        self.seen[-2, self.all_lanes, (first + self.other) % N_CUES] = 1

    def act(self, t, logits):
        """Draws by the largest of logit + Gumbel noise; at the last step that is rewarded."""
        noise = self.rng.gumbel(size=(self.lanes, N_ACT)).astype(np.float32)
        actions = (logits.detach().numpy() + noise).argmax(1)
        if t == self.steps - 1:
            self.actions = torch.from_numpy(actions)
            self.reward = torch.from_numpy((actions == self.other).astype(np.float32))


class Sequence(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.gru, self.h2o, self.h2v = nn.GRU(N_IN, n), nn.Linear(n, N_ACT), nn.Linear(n, 1)

    def play(self, world):
        """Logits [B][n_act] of the last step and V [T][B]."""
        h, last = self.gru(world.u)
        logits = self.h2o(last[0])
        world.act(world.steps - 1, logits)
        return logits, self.h2v(h.detach())[:, :, 0]


class Steps(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.gru, self.h2o, self.h2v = nn.GRUCell(N_IN, n), nn.Linear(n, N_ACT), nn.Linear(n, 1)
        self.n = n

    def play(self, world):
        h = world.u.new_zeros(world.lanes, self.n)
        V = []
        for t in range(world.steps):
            h = self.gru(world.u[t], h)
            logits = self.h2o(h)
            V.append(self.h2v(h.detach())[:, 0])
            world.act(t, logits)
        return logits, torch.stack(V)


FORMS = {"sequence": Sequence, "steps": Steps}


def initialise(net, n, gen):
    """As am_gru_initialise: all uniform in +-1/sqrt(n), then the scales and many time constants."""
    k = n ** -0.5
    with torch.no_grad():
        for v in net.parameters():
            v.copy_((2 * torch.rand(v.shape, generator=gen) - 1) * k)
        w_ih, w_hh, b_ih = list(net.gru.parameters())[:3]
        for w, scale in ((w_ih, INPUT_SCALE), (w_hh, RECURRENT_SCALE)):
            w[:n] *= scale
            w[2 * n:] *= scale
        b_ih[n:2 * n] += UPDATE_SPREAD * torch.rand(n, generator=gen)


def loss_of(logits, V, actions, reward):
    logpi = F.log_softmax(logits, -1)
    chosen = logpi.gather(-1, actions[:, None])[:, 0]
    entropy = -(logpi.exp() * logpi).sum()
    ascent = (chosen * (reward - V[-1].detach())).sum() + ENTROPY_WEIGHT * entropy
    return (0.5 * (reward - V).square().sum() - ascent) / len(reward)


def iterate(args):
    world = World(args.batch, args.steps, np.random.default_rng(args.seed))
    net = FORMS[args.form](args.hidden)
    initialise(net, args.hidden, torch.Generator().manual_seed(args.seed))
    adam = torch.optim.Adam(net.parameters(), lr=RATE, betas=BETAS, eps=ADAM_EPS,
                            **({"foreach": True} if args.foreach else {}))
    for k in itertools.count():
        world.reset()
        logits, V = net.play(world)
        adam.zero_grad(set_to_none=True)
        loss_of(logits, V, world.actions, world.reward).backward()
        adam.param_groups[0]["lr"] = RATE + (RATE_END - RATE) * min(k / SCHEDULE, 1)
        adam.step()
        yield world.reward.numpy()


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


class Progress:
    """Says on stderr how it learns; `every` 0: nothing."""

    def __init__(self, every):
        self.every, self.recent, self.reached = every, collections.deque(maxlen=WINDOW), False

    def see(self, k, reward):
        if not self.every:
            return
        self.recent.extend(reward.tolist())
        mean = sum(self.recent) / len(self.recent)
        if not self.reached and len(self.recent) == WINDOW and mean >= CRITERION:
            self.reached = True
            print("trials to %g %%: %d" % (100 * CRITERION, k * len(reward)), file=sys.stderr)
        if k % self.every == 0:
            print("iteration %d reward %.3f" % (k, mean), file=sys.stderr)


def bench(args):
    times, rewards, progress = [], [], Progress(args.progress)
    run = iterate(args)
    for k in itertools.count(1):
        start = time.perf_counter()
        reward = next(run)
        if k > args.warmup:
            times.append((time.perf_counter() - start) * 1e3)
            rewards.append(reward.mean())
        progress.see(k, reward)
        if args.seconds is None:
            done = len(times) >= args.iterations
        else:
            done = len(times) >= 3 and sum(times) >= args.seconds * 1e3
        if done:
            break
    print(json.dumps({
        "ms_per_iteration": round(float(np.median(times)), 4), "min_ms": round(min(times), 4),
        "peak_rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        "reward": round(float(np.mean(rewards)), 4), "threads": args.threads, "form": args.form,
        "batch": args.batch, "steps": args.steps, "hidden": args.hidden,
        "iterations": len(times), "torch": torch.__version__, "blas": blas_name()}))


class Script:
    """Random inputs at every step, fixed actions and rewards."""

    def __init__(self, lanes, steps, gen):
        self.lanes, self.steps = lanes, steps
        self.u = torch.randn(steps, lanes, N_IN, generator=gen).double()
        self.actions = torch.randint(N_ACT, (lanes,), generator=gen)
        self.reward = torch.randn(lanes, generator=gen).double()

    def act(self, t, logits):
        pass


def plain_loss(p, world, n):
    """The equations of src/network/gru_lane.h and src/learner/bptt.h by the letter: lane by lane,
    step by step, the advantage by its recursion."""
    w_ih, w_hh, b_ih, b_hh, w_o, b_o, w_v, b_v = p
    total = 0
    for k in range(world.lanes):
        h, V, held = torch.zeros(n).double(), [], []
        for t in range(world.steps):
            a, c = w_ih @ world.u[t, k] + b_ih, w_hh @ h + b_hh
            r, z = torch.sigmoid(a[:n] + c[:n]), torch.sigmoid(a[n:2 * n] + c[n:2 * n])
            h = (1 - z) * torch.tanh(a[2 * n:] + r * c[2 * n:]) + z * h
            V.append((w_v @ h.detach() + b_v)[0])
            held.append(float(V[-1].detach()))
        pi = torch.softmax(w_o @ h + b_o, 0)
        A = 0
        for t in reversed(range(world.steps)):
            last = t == world.steps - 1
            ahead = 0 if last else held[t + 1]
            A = (float(world.reward[k]) if last else 0) + ahead - held[t] + A
            if last:
                total = total - torch.log(pi[world.actions[k]]) * A
                total = total + ENTROPY_WEIGHT * (pi * torch.log(pi)).sum()
            total = total + (A + held[t] - V[t]) ** 2 / 2
    return total / world.lanes


def selftest():
    """Both forms against plain_loss, in float64, on random data."""
    lanes, steps, n, good = 3, 9, 7, True
    for name, make in FORMS.items():
        gen = torch.Generator().manual_seed(5)
        net = make(n).double()
        initialise(net, n, gen)
        world = Script(lanes, steps, gen)
        loss = loss_of(*net.play(world), world.actions, world.reward)
        loss.backward()
        p = [v.detach().clone().requires_grad_() for v in net.parameters()]
        want = plain_loss(p, world, n)
        want.backward()
        worst = max(float((v.grad - w.grad).abs().max()) for v, w in zip(net.parameters(), p))
        least = min(float(w.grad.abs().max()) for w in p)
        worst = max(worst, abs(float(loss - want)))
        good &= worst < 1e-12 < least
        print("%s: loss and gradients differ by %.2g from the plain model" % (name, worst))
    return 0 if good else 1


if __name__ == "__main__":
    torch.set_num_threads(ARGS.threads)
    sys.exit(selftest() if ARGS.selftest else bench(ARGS))
