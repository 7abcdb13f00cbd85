"""Check values for a reward that is learned from comparisons: PyTorch in float64.

  preferences.py           write tests/data/preferences.safetensors
  preferences.py --check   recompute and compare with the file (largest difference <= 1e-12)

Two layers of leaking rectifiers and a sum say what a step is worth; a clip is worth the sum over the
steps that it lived; the loss is Bradley and Terry's with a judge who slips (src/learner/reward_model.h),
its mean over 16 pairs, and half the square of all parameters times `decay`. `x` [16][2][25][5] are the
steps of both clips of each pair, `lengths` [16][2] how many of them are lived, `preferred` [16] the
answers, 1/2 among them; all are exact in float32. `worth` [16][2] are the sums, `p` [16] the
probability that the first is preferred, before a slip. For each slip there is `SLIP/NAME`, the gradient
of a parameter.
"""
import os
import sys

import numpy as np
import torch

from neurons import read_safetensors, write_safetensors

torch.set_default_dtype(torch.float64)
FILE = os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "data", "preferences.safetensors")
PAIRS, CLIP, N_IN, HIDDEN, DECAY, SLIPS = 16, 25, 5, 7, 0.01, (0.0, 0.1)


def f32(a):
    return np.asarray(a, np.float32).astype(np.float64)


def loss_of(worth, preferred, slip):
    p = (1 - slip) * torch.sigmoid(worth[:, 0] - worth[:, 1]) + slip / 2
    return -(preferred * torch.log(p) + (1 - preferred) * torch.log1p(-p)).mean()


def make():
    rng = np.random.default_rng(20171706)
    shapes = {"0.weight": (HIDDEN, N_IN), "0.bias": (HIDDEN,), "2.weight": (HIDDEN, HIDDEN),
              "2.bias": (HIDDEN,), "4.weight": (1, HIDDEN), "4.bias": (1,)}
    out = {name: f32(rng.uniform(-0.5, 0.5, shape)) for name, shape in shapes.items()}
    out["x"] = f32(rng.normal(0, 1, (PAIRS, 2, CLIP, N_IN)))
    lengths = rng.integers(1, CLIP + 1, (PAIRS, 2))
    lengths[0], lengths[1] = (CLIP, 1), (16, 17)  # whole, and around a block's end
    out["lengths"], out["preferred"] = lengths.astype(float), rng.choice([0, 0.5, 1], PAIRS)
    model = torch.nn.Sequential(torch.nn.Linear(N_IN, HIDDEN), torch.nn.LeakyReLU(0.01),
                                torch.nn.Linear(HIDDEN, HIDDEN), torch.nn.LeakyReLU(0.01),
                                torch.nn.Linear(HIDDEN, 1))
    model.load_state_dict({name: torch.tensor(out[name]) for name in shapes})
    lived = torch.arange(CLIP) < torch.tensor(lengths)[..., None]
    for slip in map(float, map(np.float32, SLIPS)):
        model.zero_grad()
        worth = (model(torch.tensor(out["x"]))[..., 0] * lived).sum(-1)
        loss = loss_of(worth, torch.tensor(out["preferred"]), slip)
        loss = loss + float(np.float32(DECAY)) / 2 * sum((p ** 2).sum() for p in model.parameters())
        loss.backward()
        for name, p in model.named_parameters():
            out[f"{slip:.1f}/{name}"] = p.grad.numpy().copy()
    out["worth"] = worth.detach().numpy()
    out["p"] = torch.sigmoid(worth[:, 0] - worth[:, 1]).detach().numpy()
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
