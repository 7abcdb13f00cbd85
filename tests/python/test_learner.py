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

    def learn(self, batch):
        delta = batch.rewards - batch.values
        delta[:, :-1] += self.gamma * batch.values[:, 1:]
        for t in reversed(range(batch.steps - 1)):
            delta[:, t] += self.gamma * delta[:, t + 1]
        p = batch.said
        log_p = np.log(p)
        push = -p * (log_p - (p * log_p).sum(-1, keepdims=True))
        error = batch.asked[..., None] * (delta[..., None] * (batch.taken - p) + self.entropy_weight * push)
        value = self.value_weight * delta
        n = batch.lanes
        return {"h2o.weight": np.einsum("lsk,lsj->kj", error, batch.units) / n, "h2o.bias": error.sum((0, 1)) / n,
                "h2v.weight": np.einsum("ls,lsj->j", value, batch.units)[None] / n, "h2v.bias": [value.sum() / n]}


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
        with self.assertRaisesRegex(amine.UsageError, "asks='words': of actions, values, real"):
            make(Begins())


if __name__ == "__main__":
    unittest.main()
