"""Check values for optimisers and schedules: PyTorch in float64.

  optimisers.py           write tests/data/optimisers.safetensors
  optimisers.py --check   recompute and compare with the file (largest difference <= 1e-12)

`start` [12] and `gradients` [40][12] are exact in float32; `steps/CASE` [40][12] are the parameters
after each step of torch.optim. The last of the gradients are 0, so that what momentum remembers is
seen alone.

`rates/CASE` [60] are the step sizes of torch.optim.lr_scheduler, those of iterations 0, 1, ... A
warm-up of W is a LinearLR from 1 / W to 1 over W - 1 iterations, by SequentialLR. ReduceLROnPlateau
is told the smoothed reward; its step size of iteration k is the one after it has heard k rewards and
one more, and it asks for any rise at all (threshold 0). `rates/dopamine` is a loop, by the equations
of src/learner/schedule.h: no scheduler of PyTorch is like it.
"""
import os
import sys
import warnings

import numpy as np
import torch
from torch.optim import lr_scheduler

from neurons import read_safetensors, write_safetensors

torch.set_default_dtype(torch.float64)
warnings.filterwarnings("ignore", "The epoch parameter")  # which PyTorch itself passes
FILE = os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "data", "optimisers.safetensors")
N, STEPS, ITERATIONS, RATE, END = 12, 40, 60, 0.01, 0.001
# what the C code is given is in float32
B1, B2, B3, EPS, MOMENTUM = (float(np.float32(x)) for x in (0.9, 0.999, 0.95, 1e-4, 0.9))
OPTIMISERS = {
    "adam": lambda p: torch.optim.Adam(p, lr=RATE, betas=(B1, B2), eps=EPS),
    "rmsprop": lambda p: torch.optim.RMSprop(p, lr=RATE, alpha=B3, eps=EPS),
    "rmsprop-momentum": lambda p: torch.optim.RMSprop(p, lr=RATE, alpha=B3, eps=EPS, momentum=MOMENTUM),
    "sgd": lambda p: torch.optim.SGD(p, lr=RATE),
    "sgd-momentum": lambda p: torch.optim.SGD(p, lr=RATE, momentum=MOMENTUM),
}
LENGTH, WARMUP, FROM = 45, 7, 13
SCHEDULES = {
    "constant": lambda o: lr_scheduler.LambdaLR(o, lambda k: 1),
    "linear": lambda o: lr_scheduler.LinearLR(o, 1, END / RATE, LENGTH),
    "step": lambda o: lr_scheduler.StepLR(o, 9, 0.3),
    "cosine": lambda o: lr_scheduler.CosineAnnealingLR(o, LENGTH, END),
}


def f32(a):
    return np.asarray(a, np.float32).astype(np.float64)


def optimised(make, start, gradients):
    p = torch.nn.Parameter(torch.tensor(start))
    optimiser, out = make([p]), []
    for g in gradients:
        p.grad = torch.tensor(g)
        optimiser.step()
        out.append(p.detach().numpy().copy())
    return np.array(out)


def scheduled(make, warmup=0):
    """CosineAnnealingLR rises again after its length: ours stays, so no more than that is compared."""
    optimiser = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=RATE)
    if warmup:
        rise = lr_scheduler.LinearLR(optimiser, 1 / warmup, 1, warmup - 1)
        schedule = lr_scheduler.SequentialLR(optimiser, [rise, make(optimiser)], [warmup])
    else:
        schedule = make(optimiser)
    out = []
    for _ in range(ITERATIONS):
        out.append(optimiser.param_groups[0]["lr"])
        optimiser.step()
        schedule.step()
    return np.array(out)


def plateau(rewards, span):
    optimiser = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=RATE)
    schedule = lr_scheduler.ReduceLROnPlateau(optimiser, "max", 0.3, 4, threshold=0, threshold_mode="abs", eps=0)
    mean, out = 0.0, []
    for k, r in enumerate(rewards):
        mean += (r - mean) / min(k + 1, span)
        optimiser.step()
        if k + 1 >= span:
            schedule.step(mean)
        out.append(optimiser.param_groups[0]["lr"])
    return np.array(out)


def dopamine(rewards, scale):
    expected, out = rewards[0], []
    for r in rewards:
        out.append(RATE * 2 * min(max(0.5 + (r - expected) / scale, 0), 1))
        expected += 0.1 * (r - expected)
    return np.array(out)


def make():
    rng = np.random.default_rng(20261130)
    start, gradients = f32(rng.normal(0, 1, N)), f32(rng.normal(0, 1, (STEPS, N)) * 10 ** rng.uniform(-3, 1, N))
    gradients[-8:] = 0
    rewards = f32(np.minimum(np.arange(ITERATIONS) / 20, 1) + rng.normal(0, 0.2, ITERATIONS))
    out = {"start": start, "gradients": gradients, "rewards": rewards}
    for name, optimiser in OPTIMISERS.items():
        out["steps/" + name] = optimised(optimiser, start, gradients)
    for name, schedule in SCHEDULES.items():
        out["rates/" + name] = scheduled(schedule)[:LENGTH + 1]
        out["rates/" + name + "-warmup"] = scheduled(schedule, WARMUP)[:LENGTH + WARMUP + 1]
    out["rates/step-from"] = scheduled(lambda o: lr_scheduler.SequentialLR(
        o, [lr_scheduler.ConstantLR(o, 1, 1), SCHEDULES["step"](o)], [FROM]))
    for span in (1, 6):
        out[f"rates/plateau-{span}"] = plateau(rewards, span)
    out["rates/dopamine"] = dopamine(rewards, 0.5)
    return out


if __name__ == "__main__":
    made = make()
    if "--check" in sys.argv:
        kept, _ = read_safetensors(FILE)
        assert set(kept) == set(made), "other tensors"
        worst = max(float(np.abs(kept[k] - made[k]).max()) for k in made)
        print("largest difference", worst)
        sys.exit(worst > 1e-12)
    write_safetensors(FILE, made, {})
