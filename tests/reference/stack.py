"""Check values for layers of the networks that are texts: PyTorch float64 and autograd.

  stack.py           write tests/data/stack.safetensors
  stack.py --check   recompute and compare with the file (largest difference <= 1e-12)

RNN and LSTM are PyTorch's own, feed-forward layers its linear; leaky, highway and spiking units and the LSTM without a forget gate are written out;
attention is of PyTorch's linear, layer_norm and softmax, each head's products masked so that no step sees a later one;
nmn has PyTorch's gated units, and its activation is the published one, sum by sum.
T steps in B lanes, initial states
of 0; the loss is sum over t, lanes, units of c * h of the top layer, c given. (Gated units: gru.py.)
"""
import os
import sys

import numpy as np
import torch

from neurons import read_safetensors, write_safetensors

torch.set_default_dtype(torch.float64)
FILE = os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "data", "stack.safetensors")
CASES = {"rnn": dict(m=3, n=5, layers=2, T=7, B=3), "lstm": dict(m=4, n=6, layers=2, T=6, B=16),
         "leaky-rnn": dict(m=2, n=7, layers=1, T=9, B=4), "highway": dict(m=3, n=4, layers=3, T=6, B=5),
         "spiking": dict(m=3, n=8, layers=2, T=12, B=4), "lstm-1997": dict(m=2, n=5, layers=2, T=8, B=3),
         "attention": dict(m=3, n=12, layers=2, T=9, B=5), "nmn": dict(m=3, n=6, layers=2, T=7, B=4),
         "highway-layer": dict(m=7, n=5, layers=4, T=2, B=6), "plain-layer": dict(m=7, n=5, layers=3, T=2, B=6)}
HEADS, BETA = 3, 1.5
TAU = 2.5


def f32(a):
    return np.asarray(a, np.float32).astype(np.float64)


class Spike(torch.autograd.Function):
    """1 above 0, with the pseudo-derivative max(0, 1 - |v|)."""

    @staticmethod
    def forward(ctx, v):
        ctx.save_for_backward(v)
        return (v > 0).double()

    @staticmethod
    def backward(ctx, g):
        return g * torch.clamp(1 - ctx.saved_tensors[0].abs(), min=0)


class WrittenOut(torch.nn.Module):
    """Layers of one kind of unit, weights named as PyTorch names its own."""

    def __init__(self, kind, m, n, layers):
        super().__init__()
        self.kind, self.n, self.layers = kind, n, layers
        rows = {"highway": 2 * n, "lstm-1997": 3 * n}.get(kind, n)
        for layer in range(layers):
            width = m if layer == 0 else n
            shapes = [("weight_ih", (rows, width)), ("weight_hh", (rows, n)), ("bias_ih", (rows,))]
            for name, shape in shapes + [("bias_hh", (rows,))] * (kind == "lstm-1997"):
                self.register_parameter(f"{name}_l{layer}", torch.nn.Parameter(torch.zeros(shape)))

    def forward(self, x):
        for layer in range(self.layers):
            w, v, b = (getattr(self, f"{name}_l{layer}") for name in ("weight_ih", "weight_hh", "bias_ih"))
            h, all_h = torch.zeros(x.shape[1], self.n), []
            membrane, adapted, fired = torch.zeros_like(h), torch.zeros_like(h), torch.zeros_like(h)
            for u in x:
                a = u @ w.T + (fired if self.kind == "spiking" else h) @ v.T + b
                if self.kind == "spiking":
                    membrane = membrane - membrane / TAU + a - fired
                    fired = Spike.apply(membrane - 1 - 0.2 * adapted)
                    adapted = adapted - adapted / 100 + fired
                    h = h + (fired - h) / 10
                elif self.kind == "highway":
                    new, gate = torch.tanh(a[:, :self.n]), torch.sigmoid(a[:, self.n:])
                    h = (1 - gate) * h + gate * new
                elif self.kind == "lstm-1997":
                    i, g, o = (a + getattr(self, f"bias_hh_l{layer}")).split(self.n, 1)
                    membrane = membrane + torch.sigmoid(i) * torch.tanh(g)  # the cell
                    h = torch.sigmoid(o) * torch.tanh(membrane)
                else:
                    h = (1 - 1 / TAU) * h + torch.tanh(a) / TAU
                all_h.append(h)
            x = torch.stack(all_h)
        return x, None


class Attention(torch.nn.Module):
    """Layers of causal attention; in float64, T x T."""

    SHAPES = (("embed_weight", "nm"), ("embed_bias", "n"), ("norm1_weight", "n"), ("norm1_bias", "n"),
              ("in_proj_weight", "3n"), ("in_proj_bias", "3"), ("out_proj_weight", "nn"), ("out_proj_bias", "n"),
              ("norm2_weight", "n"), ("norm2_bias", "n"), ("linear1_weight", "nn"), ("linear1_bias", "n"),
              ("linear2_weight", "nn"), ("linear2_bias", "n"))

    def __init__(self, kind, m, n, layers):
        super().__init__()
        self.n, self.layers = n, layers
        for layer in range(layers):
            for name, of in self.SHAPES:
                shape = [{"n": n, "3": 3 * n, "m": n if layer else m}[c] for c in of]
                self.register_parameter(f"{name}_l{layer}", torch.nn.Parameter(torch.zeros(shape)))

    def look(self, q, k, v):
        """[T, B, n] each."""
        T, B, n = q.shape
        q, k, v = (a.reshape(T, B, HEADS, n // HEADS).permute(1, 2, 0, 3) for a in (q, k, v))
        products = q @ k.transpose(2, 3) / (n // HEADS) ** 0.5
        products = products.masked_fill(torch.ones(T, T).triu(1).bool(), -torch.inf)
        return (torch.softmax(products, 3) @ v).permute(2, 0, 1, 3).reshape(T, B, n)

    def forward(self, x):
        f = torch.nn.functional
        for layer in range(self.layers):
            p = {name: getattr(self, f"{name}_l{layer}") for name, _ in self.SHAPES}
            e = f.linear(x, p["embed_weight"], p["embed_bias"])
            x = f.layer_norm(e, (self.n,), p["norm1_weight"], p["norm1_bias"])
            q, k, v = f.linear(x, p["in_proj_weight"], p["in_proj_bias"]).chunk(3, 2)
            y = e + f.linear(self.look(BETA * q, k, v), p["out_proj_weight"], p["out_proj_bias"])
            z = f.layer_norm(y, (self.n,), p["norm2_weight"], p["norm2_bias"])
            z = f.relu(f.linear(z, p["linear1_weight"], p["linear1_bias"]))
            x = y + f.linear(z, p["linear2_weight"], p["linear2_bias"])
        return x, None


class Modulated(torch.nn.Module):
    """Layers that see the first input alone, gains and thresholds set by PyTorch's own gated units."""

    SIGNAL = 20
    OWN = (("signal_weight", "sn"), ("signal_bias", "s"), ("gain", "ns"), ("threshold", "ns"), ("weight", "nm"),
           ("bias", "n"))

    def __init__(self, kind, m, n, layers):
        super().__init__()
        self.cells = torch.nn.ModuleList()
        for layer in range(layers):
            width = n if layer else m
            cell = torch.nn.GRU(width, n)
            for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
                self.register_parameter(f"{name}_l{layer}", getattr(cell, f"{name}_l0"))
            for name, of in self.OWN:
                shape = [{"s": self.SIGNAL, "n": n, "m": width}[c] for c in of]
                self.register_parameter(f"{name}_l{layer}", torch.nn.Parameter(torch.zeros(shape)))
            self.cells.append(cell)

    def forward(self, x):
        f = torch.nn.functional
        for layer, cell in enumerate(self.cells):
            p = {name: getattr(self, f"{name}_l{layer}") for name, _ in self.OWN}
            z = f.relu(f.linear(cell(x)[0], p["signal_weight"], p["signal_bias"]))
            summed = x[..., :1] @ p["weight"][:, :1].T
            w_s, w_b = p["gain"], p["threshold"]
            # z^T (x w_s + w_b), and what is there without z
            x = f.hardtanh(summed + torch.einsum("tbs,tbns->tbn", z, summed[..., None] * w_s + w_b) + p["bias"])
        return x, None


class FeedForward(torch.nn.Module):
    """Layers that see one step; below those of highway units a plain one."""

    def __init__(self, kind, m, n, layers):
        super().__init__()
        self.layers, self.plain = layers, kind == "plain-layer"
        shapes = {"weight": (n, n), "bias": (n,)} if self.plain else {"weight": (2 * n, n), "bias": (n,), "gate_bias": (n,)}
        for layer in range(layers):
            for name, shape in shapes.items():
                shape = (n, m) if self.plain and layer == 0 and name == "weight" else shape
                self.register_parameter(f"{name}_l{layer}", torch.nn.Parameter(torch.zeros(shape)))
        if not self.plain:
            self.plain_weight_l0 = torch.nn.Parameter(torch.zeros(n, m))
            self.plain_bias_l0 = torch.nn.Parameter(torch.zeros(n))

    def forward(self, x):
        linear = torch.nn.functional.linear
        if not self.plain:
            x = torch.tanh(linear(x, self.plain_weight_l0, self.plain_bias_l0))
        for layer in range(self.layers):
            weight, bias = getattr(self, f"weight_l{layer}"), getattr(self, f"bias_l{layer}")
            if self.plain:
                x = torch.tanh(linear(x, weight, bias))
                continue
            new, gate = weight.chunk(2)
            t = torch.sigmoid(linear(x, gate, getattr(self, f"gate_bias_l{layer}")))
            x = t * torch.tanh(linear(x, new, bias)) + (1 - t) * x
        return x, None


def against_multihead():
    """The heads, and the mask, are those of PyTorch's own attention."""
    torch.manual_seed(1)
    n, T, B = 12, 9, 5
    net, own = torch.nn.MultiheadAttention(n, HEADS), Attention("attention", 3, n, 1)
    x = torch.randn(T, B, n)
    theirs, _ = net(x, x, x, attn_mask=torch.ones(T, T).triu(1).bool())
    q, k, v = torch.nn.functional.linear(x, net.in_proj_weight, net.in_proj_bias).chunk(3, 2)
    ours = net.out_proj(own.look(q, k, v))
    assert float((ours - theirs).abs().max()) < 1e-14


def make():
    out, rng = {}, np.random.default_rng(20261129)
    against_multihead()
    for kind, case in CASES.items():
        m, n, layers, T, B = (case[k] for k in ("m", "n", "layers", "T", "B"))
        net = {"rnn": torch.nn.RNN, "lstm": torch.nn.LSTM}.get(kind)
        own = {"attention": Attention, "nmn": Modulated, "highway-layer": FeedForward, "plain-layer": FeedForward}
        own = own.get(kind, WrittenOut)
        net = net(m, n, layers) if net else own(kind, m, n, layers)
        for p in net.parameters():
            p.data = torch.tensor(f32(rng.normal(0, 1.2 if kind == "spiking" else 0.6, p.shape)))
        x, c = torch.tensor(f32(rng.normal(0, 1, (T, B, m)))), torch.tensor(f32(rng.normal(0, 1, (T, B, n))))
        h, _ = net(x)
        (h * c).sum().backward()
        out[f"{kind}/x"], out[f"{kind}/c"], out[f"{kind}/h"] = x.numpy(), c.numpy(), h.detach().numpy()
        for name, p in net.named_parameters():
            out[f"{kind}/param/{name}"], out[f"{kind}/gradient/{name}"] = p.detach().numpy(), p.grad.numpy().copy()
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
