#!/usr/bin/python3
"""Speed peer in PyTorch: delayed match-to-sample by backpropagation through time, in float32.

One iteration is one batch of whole episodes, the gradient through all their steps and Adam, with
the recipe of the preset delayed-match-backprop. --network says what learns:

  gru, lstm     one layer of PyTorch's own
  plastic-lstm  one layer written out (presets/networks/plastic-lstm.txt) whose candidate is
                plastic, with the clip rule and a learned read-out

    g = tanh(W_ig u + b_ig + (W_hg + alpha H) h + b_hg);  H <- clip(H + M g h', -1, 1)
    M = tanh(w_m y + b_m)

and of each (equations of the learner: src/learner/bptt.h)

    logits = W_o h + b_o;  V = w_v h + b_v, with h held fixed
    L = mean over lanes of
        -[ log pi(a) (R - V_T) + 0.2 sum_a pi(a) (-log pi(a)) ]     at the last step, which decides
        + sum_t (R - V_t)^2 / 2                                     with R - V_T held fixed

gamma = lambda = 1, so that R is the reward of the last step at each of them. Two forms of the same
gradient (--selftest compares both with a plain model in float64):

  sequence  what does not wait for the step before is done for the whole episode in one call: all
            of nn.GRU and nn.LSTM, the inputs' product of the plastic LSTM, policy, critic and
            draws; possible because what is seen never depends on what was done
  steps     nn.GRUCell, nn.LSTMCell, policy, critic and a draw at each step: what a network needs
            whose next input depends on its own output, as with signals that come back to it

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
    parser.add_argument("--network", choices=("gru", "lstm", "plastic-lstm"), default="gru")
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
CLIP, INIT_ALPHA = 1.0, 0.01  # of the plastic LSTM
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

    def draw(self, logits):
        """Actions [...], by the largest of logit [...][n_act] + Gumbel noise."""
        noise = self.rng.gumbel(size=logits.shape).astype(np.float32)
        return torch.from_numpy((logits.detach().numpy() + noise).argmax(-1))

    def decide(self, actions):
        """Rewards those of the last step [B]."""
        right = actions.numpy() == self.other
        self.reward = torch.from_numpy(right.astype(np.float32))


class Sequence(nn.Module):
    """play: logits [B][n_act] and actions [B] of the last step, V [T][B]."""

    def __init__(self, layer, n):
        super().__init__()
        self.rnn, self.h2o, self.h2v = layer(N_IN, n), nn.Linear(n, N_ACT), nn.Linear(n, 1)

    def play(self, world):
        h = self.rnn(world.u)[0]
        logits = self.h2o(h[-1])
        actions = world.draw(logits)
        world.decide(actions)
        return logits, actions, self.h2v(h.detach())[:, :, 0]


class Steps(nn.Module):
    """The same; `cell`: nn.GRUCell, whose state is h, or nn.LSTMCell, whose state is (h, c)."""

    def __init__(self, cell, n):
        super().__init__()
        self.rnn, self.h2o, self.h2v = cell(N_IN, n), nn.Linear(n, N_ACT), nn.Linear(n, 1)

    def play(self, world):
        state, V = None, []
        for u in world.u:
            state = self.rnn(u, state)
            h = state[0] if isinstance(state, tuple) else state
            logits = self.h2o(h)
            V.append(self.h2v(h.detach())[:, 0])
            actions = world.draw(logits)
        world.decide(actions)
        return logits, actions, torch.stack(V)


class PlasticLSTM(nn.Module):
    """play: as above. H [B][n][n], row post, column pre."""

    def __init__(self, whole, n):
        super().__init__()
        self.whole, self.n = whole, n
        for name, shape in (("weight_ih", (4 * n, N_IN)), ("weight_hh", (4 * n, n)),
                            ("bias_ih", (4 * n,)), ("bias_hh", (4 * n,)), ("alpha", (n, n))):
            self.register_parameter(name, nn.Parameter(torch.zeros(shape)))
        self.h2mod, self.h2o, self.h2v = (nn.Linear(n, k) for k in (1, N_ACT, 1))

    def step(self, given, h, c, H):
        """given: what the inputs and both biases come to."""
        a = given if h is None else torch.addmm(given, h, self.weight_hh.t())
        i_f, g, o = a.split((2 * self.n, self.n, self.n), 1)
        i, f = torch.sigmoid(i_f).chunk(2, 1)
        if H is not None:
            g = g + (self.alpha * H * h[:, None, :]).sum(-1)
        g = torch.tanh(g)
        c = i * g if c is None else torch.addcmul(i * g, f, c)
        return torch.sigmoid(o) * torch.tanh(c), c, g

    def learn(self, g, y, h, H):
        eta = torch.tanh(self.h2mod(y))
        post, pre = (eta * g)[:, :, None], h[:, None, :]
        return F.hardtanh(post * pre if H is None else torch.addcmul(H, post, pre), -CLIP, CLIP)

    def play(self, world):
        weight, bias = self.weight_ih.t(), self.bias_ih + self.bias_hh
        given = world.u @ weight + bias if self.whole else None
        h = c = H = None  # 0 at first
        ys, V = [], []
        for t in range(world.steps):
            now = given[t] if self.whole else torch.addmm(bias, world.u[t], weight)
            y, c, g = self.step(now, h, c, H)
            if h is not None and t + 1 < world.steps:  # nothing sees what the last step would leave
                H = self.learn(g, y, h, H)
            h = y
            if self.whole:
                ys.append(y)
                continue
            logits = self.h2o(y)
            V.append(self.h2v(y.detach())[:, 0])
            actions = world.draw(logits)
        if self.whole:
            logits = self.h2o(ys[-1])
            actions = world.draw(logits)
            V = self.h2v(torch.stack(ys).detach())[:, :, 0]
        else:
            V = torch.stack(V)
        world.decide(actions)
        return logits, actions, V


def make_net(network, form, n):
    whole = form == "sequence"
    if network == "plastic-lstm":
        return PlasticLSTM(whole, n)
    if whole:
        return Sequence({"gru": nn.GRU, "lstm": nn.LSTM}[network], n)
    return Steps({"gru": nn.GRUCell, "lstm": nn.LSTMCell}[network], n)


def initialise(net, network, n, gen):
    """First values as Amine's: all uniform in +-1/sqrt(n), then what the network's text says."""
    k = n ** -0.5
    with torch.no_grad():
        for v in net.parameters():
            v.copy_((2 * torch.rand(v.shape, generator=gen) - 1) * k)
        if network == "plastic-lstm":
            net.alpha.copy_(INIT_ALPHA * torch.rand(n, n, generator=gen))
            return
        w_ih, w_hh, b_ih = list(net.rnn.parameters())[:3]
        for w, scale in ((w_ih, INPUT_SCALE), (w_hh, RECURRENT_SCALE)):
            for gate in (0, 2) if network == "gru" else (2,):
                w[gate * n:(gate + 1) * n] *= scale
        if network == "gru":  # many time constants
            b_ih[n:2 * n] += UPDATE_SPREAD * torch.rand(n, generator=gen)


def loss_of(logits, actions, V, reward):
    logpi = F.log_softmax(logits, -1)
    chosen = logpi.gather(-1, actions[:, None])[:, 0]
    entropy = -(logpi.exp() * logpi).sum()
    ascent = (chosen * (reward - V[-1].detach())).sum() + ENTROPY_WEIGHT * entropy
    return (0.5 * (reward - V).square().sum() - ascent) / len(reward)


def iterate(args):
    world = World(args.batch, args.steps, np.random.default_rng(args.seed))
    net = make_net(args.network, args.form, args.hidden)
    initialise(net, args.network, args.hidden, torch.Generator().manual_seed(args.seed))
    adam = torch.optim.Adam(net.parameters(), lr=RATE, betas=BETAS, eps=ADAM_EPS,
                            **({"foreach": True} if args.foreach else {}))
    for k in itertools.count():
        world.reset()
        played = net.play(world)
        adam.zero_grad(set_to_none=True)
        loss_of(*played, world.reward).backward()
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
        "reward": round(float(np.mean(rewards)), 4), "threads": args.threads,
        "network": args.network, "form": args.form,
        "batch": args.batch, "steps": args.steps, "hidden": args.hidden,
        "iterations": len(times), "torch": torch.__version__, "blas": blas_name()}))


class Script:
    """Inputs u [T][B][n_in], actions [T][B] and rewards [B] that are fixed. `once`: a net that asks
    for the last step's actions alone."""

    def __init__(self, u, actions, reward, once=False):
        self.steps, self.lanes = actions.shape
        self.u, self.actions, self.reward = u, actions, reward
        self.ahead = iter(actions[-1:] if once else actions)

    def draw(self, logits):
        return next(self.ahead) if logits.dim() == 2 else self.actions

    def decide(self, actions):
        pass


def plain_gru(p, u, n):
    """h of each step of one lane, by the letter of presets/networks/gru.txt."""
    w_ih, w_hh, b_ih, b_hh = p[:4]
    h = torch.zeros(n).double()
    for now in u:
        a, c = w_ih @ now + b_ih, w_hh @ h + b_hh
        r, z = torch.sigmoid(a[:n] + c[:n]), torch.sigmoid(a[n:2 * n] + c[n:2 * n])
        h = (1 - z) * torch.tanh(a[2 * n:] + r * c[2 * n:]) + z * h
        yield h


def plain_lstm(p, u, n, alpha=None, w_m=None, b_m=None, clipped=None):
    """The same of lstm.txt; with alpha of plastic-lstm.txt, and `clipped` gets how many were."""
    w_ih, w_hh, b_ih, b_hh = p[:4]
    h, c, H = torch.zeros(n).double(), torch.zeros(n).double(), torch.zeros(n, n).double()
    for now in u:
        a = w_ih @ now + b_ih + w_hh @ h + b_hh
        plastic = 0 if alpha is None else (alpha * H) @ h
        i, f, o = (torch.sigmoid(a[k * n:(k + 1) * n]) for k in (0, 1, 3))
        g = torch.tanh(a[2 * n:3 * n] + plastic)
        c = f * c + i * g
        y = o * torch.tanh(c)
        if alpha is not None:
            H = H + torch.tanh(w_m @ y + b_m) * torch.outer(g, h)
            clipped.append(int((H.abs() > CLIP).sum()))
            H = torch.clamp(H, -CLIP, CLIP)
        h = y
        yield h


def advantages(reward, held):
    """[T] by the recursion, gamma = lambda = 1."""
    A, out = 0.0, []
    for t in reversed(range(len(held))):
        last = t == len(held) - 1
        A = (reward if last else 0.0) + (0.0 if last else held[t + 1]) - held[t] + A
        out.insert(0, A)
    return out


def plain_loss(network, p, world, n, clipped):
    """The learners' equations by the letter: lane by lane, step by step."""
    total, T = 0, world.steps
    if network == "plastic-lstm":
        *units, alpha, w_m, b_m, w_o, b_o, w_v, b_v = p
    else:
        *units, w_o, b_o, w_v, b_v = p
    for k in range(world.lanes):
        if network == "plastic-lstm":
            hs = list(plain_lstm(units, world.u[:, k], n, alpha, w_m, b_m, clipped))
        else:
            hs = list((plain_gru if network == "gru" else plain_lstm)(units, world.u[:, k], n))
        V = [(w_v @ h.detach() + b_v)[0] for h in hs]
        held = [float(v.detach()) for v in V]
        A = advantages(float(world.reward[k]), held)
        for t in range(T):
            pi, a = torch.softmax(w_o @ hs[t] + b_o, 0), world.actions[t, k]
            apart = A[t] + held[t] - V[t]
            total = total + apart ** 2 / 2
            if t == T - 1:
                total = total - torch.log(pi[a]) * A[t]
                total = total + ENTROPY_WEIGHT * (pi * torch.log(pi)).sum()
    return total / world.lanes


def gradients(network, form, n, values, u, actions, reward):
    """Loss and gradients in float64 at `values`, in the order of net.parameters()."""
    net = make_net(network, form, n).double()
    with torch.no_grad():
        for v, value in zip(net.parameters(), values):
            v.copy_(value)
    world = Script(u, actions, reward, once=form == "sequence")
    loss = loss_of(*net.play(world), reward)
    loss.backward()
    return loss.detach(), [v.grad for v in net.parameters()]


def selftest():
    """Both forms of each network against plain_loss, in float64, on random data."""
    lanes, steps, n, good = 3, 9, 7, True
    for network in ("gru", "lstm", "plastic-lstm"):
        gen = torch.Generator().manual_seed(5)
        net = make_net(network, "sequence", n).double()
        initialise(net, network, n, gen)
        p = [v.detach().clone().requires_grad_() for v in net.parameters()]
        if network == "plastic-lstm":  # enough for the clip to be reached
            with torch.no_grad():
                for k, scale in ((1, 4), (4, 100), (5, 9)):
                    p[k] *= scale
        u = torch.randn(steps, lanes, N_IN, generator=gen).double()
        actions = torch.randint(N_ACT, (steps, lanes), generator=gen)
        reward = torch.randn(lanes, generator=gen).double()
        clipped = []
        want = plain_loss(network, p, Script(u, actions, reward), n, clipped)
        want.backward()
        for form in ("sequence", "steps"):
            loss, found = gradients(network, form, n, p, u, actions, reward)
            worst = max(float((v - w.grad).abs().max()) for v, w in zip(found, p))
            least = min(float(w.grad.abs().max()) for w in p)
            worst = max(worst, abs(float(loss - want)))
            good &= worst < 1e-12 < least and (network != "plastic-lstm" or sum(clipped) > 0)
            print("%s, %s: loss and gradients differ by %.2g from the plain model"
                  % (network, form, worst))
    return 0 if good else 1


if __name__ == "__main__":
    torch.set_num_threads(ARGS.threads)
    sys.exit(selftest() if ARGS.selftest else bench(ARGS))
