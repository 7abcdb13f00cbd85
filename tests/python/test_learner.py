"""Learners in Python: test_learner.py, with PYTHONPATH=python and AMINE_LIBRARY set."""
import os
import tempfile
import unittest

import numpy as np

import amine

SMALL = {"network": "gru", "network_hidden": 8, "batch": 12, "seed": 3, "task": "bandit", "task_steps": 10}


class Readout(amine.Learner):
    """an actor and a critic read units that do not learn"""
    rate, critic = 0.01, True
    gamma, entropy_weight, value_weight = 0.9, 0.03, 0.1

    def errors(self, batch):
        """At the policy [lane][step][said], and at the critic [lane][step]."""
        A = batch.rewards - batch.values
        A[:, :-1] += self.gamma * batch.values[:, 1:]
        for t in reversed(range(batch.steps - 1)):
            A[:, t] += self.gamma * A[:, t + 1]
        p = batch.said
        log_p = np.log(p)
        push = -p * (log_p - (p * log_p).sum(-1, keepdims=True))
        error = batch.asked[..., None] * (A[..., None] * (batch.taken - p) + self.entropy_weight * push)
        return error, self.value_weight * A

    def learn(self, batch):
        error, value = self.errors(batch)
        n = batch.lanes
        return {"h2o.weight": np.einsum("lsk,lsj->kj", error, batch.units) / n, "h2o.bias": error.sum((0, 1)) / n,
                "h2v.weight": np.einsum("ls,lsj->j", value, batch.units)[None] / n, "h2v.bias": [value.sum() / n]}


def before(after):
    """What was left by the step before, 0 at first."""
    return np.concatenate([np.zeros_like(after[:, :1]), after[:, :-1]], 1)


class EProp(Readout):
    """e-prop, by traces that are carried from step to step (Bellec et al. 2020, doi:10.1038/s41467-020-17236-y)"""
    sees = ("values", "traces")

    def inside(self, batch):
        """d [lane][step][unit], what a unit does to itself; and for each weight psi, what enters there does to
        it, and what enters."""
        raise NotImplementedError

    def learn(self, batch):
        change = super().learn(batch)
        w, n = batch.weights, batch.lanes
        error, value = self.errors(batch)
        L = error @ w["h2o.weight"] + value[..., None] * w["h2v.weight"][0]
        d, enters = self.inside(batch)
        for name, (psi, source) in enters.items():
            e, total, gates = 0, 0, psi.shape[-1] // d.shape[-1]  # the weights of each gate follow each other
            for t in range(batch.steps):
                s = source[:, t] if source is not None else np.ones((n, 1))
                now = psi[:, t][..., None] * (s if s.ndim == 3 else s[:, None, :])
                e = np.tile(d[:, t], gates)[..., None] * e + now
                total = total + (np.tile(L[:, t], gates)[..., None] * e).sum(0)
            change[name] = total.reshape(w[name].shape) / n
        return change


class GruEProp(EProp):
    """of gated units, each gate apart"""

    def inside(self, batch):
        w, v = batch.weights, batch.inner
        r, z, q, g, h = (v[x + "_l0"] for x in "rzqgh")
        h0 = before(h)
        of_g = (1 - z) * (1 - g * g)
        psi = {"r": of_g * q * r * (1 - r), "z": (h0 - g) * z * (1 - z), "g": of_g, "q": of_g * r}
        U_r, U_z, U_n = (np.diag(m) for m in np.split(w["gru.weight_hh_l0"], 3))
        d = z + psi["q"] * U_n + psi["z"] * U_z + psi["r"] * U_r
        parts = {}
        for name, source, gates in (("weight_ih_l0", batch.inputs, "rzg"), ("weight_hh_l0", h0, "rzq"),
                                    ("bias_ih_l0", None, "rzg"), ("bias_hh_l0", None, "rzq")):
            parts[f"gru.{name}"] = np.concatenate([psi[k] for k in gates], -1), source
        return d, parts


class PlasticEProp(EProp):
    """of units whose connections have a slow and a plastic part: alpha reads what the trace says"""

    def inside(self, batch):
        w, v = batch.weights, batch.inner
        y, H = v["y_l0"], before(v["H_l0"])
        assert H.shape == (batch.lanes, batch.steps, y.shape[-1], y.shape[-1])
        psi, x = 1 - y * y, before(y)
        d = psi * (np.diag(w["w"]) + np.diag(w["alpha"]) * np.diagonal(H, axis1=2, axis2=3))
        return d, {"w": (psi, x), "alpha": (psi, H * x[:, :, None, :]), "i2h.weight": (psi, batch.inputs),
                   "i2h.bias": (psi, None)}


class Keeper(amine.Learner):
    """moves by what it keeps"""
    plain = True

    def begin(self, sizes):
        self.sizes = sizes
        return {"count": 2, "mean": np.zeros(sizes.steps), "m": [[1, 2], [3, 4]]}

    def learn(self, batch):
        self.kept["count"] += 1
        self.kept["mean"] += 0.1 * (batch.rewards.mean(0) - self.kept["mean"])
        noise = self.random.standard_normal(batch.weights["h2o.bias"].shape)
        return {"h2o.bias": self.kept["mean"].sum() * noise}


class Pairs(amine.Learner):
    """weight perturbation of the read-out"""
    twins = 2

    def vary(self, lane, weights):
        if lane % 2:
            weights["h2o.bias"] += self.noise(lane // 2)

    def noise(self, pair):
        return np.random.Generator(np.random.Philox(key=[self.seed, self.iteration * 1000 + pair])).normal(size=2)

    def learn(self, batch):
        F = batch.rewards.sum(1)
        f = F[1::2] - F[::2]
        return {"h2o.bias": np.mean([x * self.noise(k) for k, x in enumerate(f)], axis=0)}


def make(learner, **options):
    return amine.Experiment(learner=learner, **{**SMALL, **options})


class Learners(unittest.TestCase):
    def test_it_learns_what_e_prop_learns_where_heads_alone_learn(self):
        ours = amine.Experiment(**SMALL, learner_type="e-prop", learn="heads", learner_feedback="random",
                                learner_rate=0.01)
        mine = [make(Readout(), threads=1 + k) for k in range(2)]
        before = mine[0].weights["h2o.weight"]
        np.testing.assert_array_equal(before, ours.weights["h2o.weight"])
        for _ in range(20):
            a, b, c = [x.step() for x in (*mine, ours)]
            self.assertEqual(a, b._replace(loss=a.loss))
            self.assertEqual(a.reward, c.reward)
            self.assertAlmostEqual(a.gradient_norm, c.gradient_norm, delta=1e-4 * c.gradient_norm)
        for name, w in mine[0].weights.items():
            np.testing.assert_allclose(w, ours.weights[name], atol=1e-5)
            np.testing.assert_array_equal(w, mine[1].weights[name])
        self.assertGreater(abs(mine[0].weights["h2o.weight"] - before).max(), 0.05)
        self.assertEqual(mine[0].config["learner"]["type"], "readout")
        self.assertEqual(mine[0].config["learner"]["rate"], 0.01)

    def same_as_e_prop(self, mine, names, **more):
        small = {**SMALL, "learner_rate": 0.003, **more}
        mine = [amine.Experiment(small, learner=mine, threads=1 + k) for k in range(2)]
        ours = amine.Experiment(small, learner_type="e-prop", learner_feedback="symmetric")
        before = {n: ours.weights[n] for n in names}
        for _ in range(15):
            a, b, c = [x.step() for x in (*mine, ours)]
            self.assertEqual(a, b._replace(loss=a.loss))
            self.assertEqual(a.reward, c.reward)
            self.assertAlmostEqual(a.gradient_norm, c.gradient_norm, delta=1e-4 * c.gradient_norm)
        for n in mine[0].weights:
            np.testing.assert_allclose(mine[0].weights[n], ours.weights[n], atol=1e-5, err_msg=n)
            np.testing.assert_array_equal(mine[0].weights[n], mine[1].weights[n])
        for n in names:
            self.assertGreater(abs(ours.weights[n] - before[n]).max(), 0.01, n)

    def test_e_prop_by_the_gates(self):
        self.same_as_e_prop(GruEProp(), ["gru.weight_ih_l0", "gru.weight_hh_l0", "gru.bias_ih_l0", "gru.bias_hh_l0"])

    def test_e_prop_by_the_traces(self):
        self.same_as_e_prop(PlasticEProp(), ["w", "alpha", "i2h.weight", "i2h.bias"], network="plastic-rnn",
                            rule="decay", modulator="constant")

    def test_what_is_inside_the_units_obeys_the_text(self):
        seen, units = [], []

        class Looks(amine.Learner):
            """looks on"""
            sees = ("values", "traces")

            def begin(self, sizes):
                seen.append(sizes.inner)

            def learn(self, batch):
                seen.append((dict(batch.inner), batch))
                units.append(batch.units)
                assert len(batch.live) == batch.lanes

        def look(**options):
            seen.clear()
            make(type(options.pop("learner", Looks()))(), **options).step()
            sizes, (inner, batch) = seen
            self.assertEqual({k: a.shape[2:] for k, a in inner.items()}, sizes)
            return inner, batch

        class Varies(Looks):
            """looks on networks that differ"""

            def vary(self, lane, weights):
                weights["gru.bias_hh_l0"] += lane

        for options in ({"network_layers": 2}, {"network_layers": 2, "network_dropout": 0.5}, {"learner": Varies()}):
            v, batch = look(**options)
            layers = options.get("network_layers", 1)
            self.assertEqual(list(v), [f"{x}_l{k}" for k in range(layers) for x in "hrzqg"])
            for k in range(layers):
                h, z, g = (v[f"{x}_l{k}"] for x in "hzg")
                np.testing.assert_allclose(h, (1 - z) * g + z * before(h), atol=1e-6)
            np.testing.assert_array_equal(v[f"h_l{layers - 1}"], units[-1])
            self.assertGreater(abs(h).max(), 0.01)

        v, batch = look(network="plastic-rnn", rule="eligibility", modulator="readout", rule_eta_e=0.1)
        self.assertEqual(list(v), ["x_l0", "y_l0", "modulator.x_l0", "modulator.M_l0", "H_l0", "H.E_l0"])
        y, M, H, E = (v[f"{x}_l0"] for x in ("y", "modulator.M", "H", "H.E"))
        coincident = y[..., None] * before(y)[..., None, :]
        np.testing.assert_allclose(E, 0.9 * before(E) + 0.1 * coincident, atol=1e-7)
        np.testing.assert_allclose(H, np.clip(before(H) + M[..., None] * before(E), -1, 1), atol=1e-7)
        self.assertGreater(abs(H).max(), 1e-4)
        v, _ = look(network="plastic-rnn", rule="clip", modulator="given", batch=3)
        self.assertEqual((v["modulator.M_l0"].shape, v["H_l0"].shape), ((3, 10), (3, 10, 8, 8)))
        with self.assertRaisesRegex(amine.UsageError, "batch.inner: h_l0: a batch is read while it is learned from"):
            batch.inner["h_l0"]
        v, batch = look(task="cart-pole", task_steps=60, network="plastic-rnn")
        over = batch._cache["live"] == 0
        self.assertTrue(over.any() and not any(v[x][over].any() for x in v))
        Looks.sees = ("values",)
        self.assertNotIn("H_l0", look(network="plastic-rnn")[0])
        Looks.sees = ()
        self.assertEqual(look()[0], {})
        with self.assertRaisesRegex(amine.UsageError, "looks: sees='values': a tuple of values, traces"):
            Looks.sees = "values"
            make(Looks())

    def test_what_it_keeps_is_saved(self):
        learner = Keeper()
        x = make(learner)
        self.assertEqual(learner.sizes.weights["h2o.weight"], (2, 8))
        list(x.iterate(3))
        self.assertEqual(float(learner.kept["count"]), 5)
        np.testing.assert_array_equal(learner.kept["m"], [[1, 2], [3, 4]])
        with tempfile.TemporaryDirectory() as where:
            path = os.path.join(where, "x.safetensors")
            x.save(path)
            with self.assertRaisesRegex(amine.Error, "learner.type=keeper: there is no such learner"):
                amine.Experiment.open(path)
            y = amine.Experiment.open(path, learner=Keeper())
        for _ in range(2):
            self.assertEqual(x.step().reward, y.step().reward)
        np.testing.assert_array_equal(x.weights["h2o.bias"], y.weights["h2o.bias"])
        self.assertEqual(float(learner.kept["count"]), 7)

    def test_networks_that_differ(self):
        x, y = make(Pairs(), batch=40, threads=2), make(Pairs(), batch=40, threads=1)
        before = x.weights["h2o.bias"]
        self.assertEqual([p.reward for p in x.iterate(5)], [p.reward for p in y.iterate(5)])
        self.assertGreater(abs(x.weights["h2o.bias"] - before).max(), 0)
        with self.assertRaisesRegex(amine.UsageError, "batch=13: learner.type=pairs plays 2 lanes alike"):
            make(Pairs(), batch=13)

    def test_a_run(self):
        with tempfile.TemporaryDirectory() as where:
            folder = os.path.join(where, "r")
            run = amine.train(learner=Keeper(), **SMALL, iterations=2, folder=folder, quiet=True)
            self.assertEqual(run.evaluate(20).n, 20)
            again = amine.load(folder, learner=Keeper()).resume(iterations=4, quiet=True)
            whole = amine.train({**SMALL, "learner": {"type": Keeper()}}, iterations=4, quiet=True,
                                folder=os.path.join(where, "w"))
            np.testing.assert_array_equal(again.weights["h2o.bias"], whole.weights["h2o.bias"])
            with self.assertRaisesRegex(amine.Error, "learner.type=keeper: there is no such learner"):
                amine.load(folder).evaluate(1)

    def test_a_world_and_a_learner(self):
        class Light(amine.World):
            """say which is lit"""
            inputs, actions, steps = 2, 2, 5

            def start(self, lanes):
                return self.show(len(lanes))

            def show(self, n):
                self.lit = self.random.integers(2, size=n)
                return np.eye(2)[self.lit]

            def step(self, actions):
                hit = actions == self.lit
                return self.show(len(hit)), hit, None

        shown = []

        class Looker(amine.Learner):
            """looks on"""

            def learn(self, batch):
                shown.append(batch)
                assert (batch.actions == batch.inputs.argmax(-1)).astype(int).tolist() == batch.rewards.tolist()
                batch.loss = 7

        x = amine.Experiment(task=Light(), learner=Looker(), network="gru", network_hidden=4, batch=20)
        p = x.step()
        self.assertEqual(p.loss, 7)
        self.assertAlmostEqual(p.reward, shown[0].rewards.sum(1).mean(), places=5)
        self.assertEqual(shown[0].inputs.shape, (20, 5, 2))
        with self.assertRaisesRegex(amine.UsageError, "batch.units: a batch is read while it is learned from"):
            shown[0].units
        self.assertEqual((x.config["task"]["type"], x.config["learner"]["type"]), ("light", "looker"))

    def test_a_sweep(self):
        class Arms(amine.World):
            """the second pays"""
            inputs, actions, steps = 1, 2, 4

            def start(self, lanes):
                return np.ones((len(lanes), 1))

            def step(self, actions):
                if self.fails:
                    raise ValueError("in the world")
                return np.ones((len(actions), 1)), actions == 1, None

            fails = False

        small = {"network": "gru", "network_hidden": 4, "batch": 6, "iterations": 2, "quiet": True, "seeds": 2}
        with tempfile.TemporaryDirectory() as where:
            s = amine.sweep("bandit", task=Arms(), learner=Keeper(), learner_rate=[0.01, 1], folder=where + "/s", **small)
            self.assertEqual(list(s["learner.rate"]), [0.01, 0.01, 1, 1])
            alone = amine.train("bandit", task=Arms(), learner=Keeper(), learner_rate=1, seed=1, folder=where + "/r",
                                **{k: v for k, v in small.items() if k != "seeds"})
            self.assertAlmostEqual(s["evaluation"][3], alone.evaluate(1000).mean, places=5)
            again = amine.sweep("bandit", task=Arms(), learner=Keeper(), learner_rate=[0.01, 1], folder=where + "/s", **small)
            np.testing.assert_array_equal(again["evaluation"], s["evaluation"])
            world = Arms()
            world.fails = True
            with self.assertRaisesRegex(ValueError, "in the world"):
                amine.sweep("bandit", task=world, learner=Keeper(), learner_rate=[0.01, 1], folder=where + "/f", **small)
            with self.assertRaisesRegex(amine.UsageError, "threads=2: with a world or a learner"):
                amine.sweep("bandit", task=world, threads=2, folder=where + "/t", **small)

    def test_what_is_wrong_is_said(self):
        class Wrong(Keeper):
            """goes wrong"""
            way = None

            def learn(self, batch):
                return self.way(batch)

        def stops(_):
            raise KeyError("mine")

        ways = [(lambda b: {"h3o": 0}, amine.UsageError, "learn: there is no h3o; the network has .*h2o.weight"),
                (lambda b: {"h2o.bias": [1, 2, 3]}, amine.UsageError, "h2o.bias: an array of 2 numbers is wanted"),
                (lambda b: {"h2o.bias": [1, np.nan]}, amine.NumericError, "largest at h2o.bias"),
                (lambda b: b.values, amine.UsageError, "batch.values: there is none; critic = True"),
                (stops, KeyError, "mine")]
        learner = Wrong()
        x = make(learner)
        before = x.weights["h2o.bias"]
        for way, error, words in ways:
            learner.way = way
            with self.assertRaisesRegex(error, words):
                x.step()
            np.testing.assert_array_equal(x.weights["h2o.bias"], before)
        learner.way = lambda b: learner.kept.clear()
        with self.assertRaisesRegex(amine.UsageError, "kept: there is no count any more"):
            x.step()

        class Begins(amine.Learner):
            """begins wrongly"""

            def begin(self, sizes):
                return {"a": np.zeros((2, 2, 2))}

        class Breaks(amine.Learner):
            """breaks as it begins"""

            def begin(self, sizes):
                raise ZeroDivisionError("in begin")

        class Varies(Pairs):
            """varies wrongly"""

            def vary(self, lane, weights):
                raise RuntimeError("in vary")

        with self.assertRaisesRegex(amine.UsageError, "begin: a: a number, a vector or a matrix is wanted"):
            make(Begins())
        with self.assertRaisesRegex(ZeroDivisionError, "in begin"):
            make(Breaks())
        with self.assertRaisesRegex(RuntimeError, "in vary"):
            make(Varies()).step()
        with self.assertRaisesRegex(NotImplementedError, "Learner has no learn"):
            make(amine.Learner()).step()
        Begins.asks = ("words",)
        with self.assertRaisesRegex(amine.UsageError, "asks='words': a tuple of actions, values, real"):
            make(Begins())


if __name__ == "__main__":
    unittest.main()
