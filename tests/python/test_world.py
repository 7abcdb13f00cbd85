"""Worlds in Python: test_world.py, with PYTHONPATH=python and AMINE_LIBRARY set."""
import signal
import tempfile
import threading
import types
import unittest
from pathlib import Path

import numpy as np

import amine
from philox import TASK_START, draw

SMALL = {"network": "gru", "learner_type": "e-prop", "network_hidden": 8, "batch": 12, "seed": 3}


class FollowTheLight(amine.World):
    """say which of two is lit"""
    inputs, actions, steps = 2, 2, 6

    def __init__(self):
        self.calls, self.fail = 0, None

    def _show(self):
        self.lit = self.random.integers(2, size=self.n)
        return np.eye(2)[self.lit]

    def start(self, lanes):
        self.n = len(lanes)
        self.over = lanes % 3 == 2  # every third is a step shorter
        return self._show()

    def step(self, actions):
        self.calls += 1
        if self.fail is not None:
            return self.fail()
        hit = actions == self.lit
        return self._show(), hit, self.over & (self.calls % self.steps == 5)


class Real(amine.World):
    """go to where it is said"""
    name, inputs, real, steps = "go-there", 1, 2, 4

    def start(self, lanes):
        self.aim = self.random.uniform(-1, 1, len(lanes))
        return self.aim[:, None]

    def step(self, actions):
        assert actions.shape == (len(self.aim), 2) and actions.dtype == np.float32
        return self.aim[:, None], -(actions.sum(1) - self.aim) ** 2, None


# ------------------------------------------------------------------------------ those of the library once more
class Contexts(amine.World):
    """which of two arms is right for which of three things, and says so"""
    inputs, actions, steps = 3, 2, 10

    def start(self, lanes):
        self.lanes, self.t = lanes, 0
        return self.show()

    def show(self):
        words = [draw(self.seed, TASK_START, self.episode, int(k), self.t)[0] for k in self.lanes]
        self.context = np.array([w * 3 >> 32 for w in words])
        return np.eye(3)[self.context]

    def ask(self):
        return self.context % 2

    def step(self, actions):
        hit = actions == self.context % 2
        self.t += 1
        return (self.show() if self.t < self.steps else np.zeros((len(hit), 3))), hit, None


class Vectors(amine.World):
    """three vectors of two, and after two steps more they are asked for"""
    inputs, targets, steps = 3, 2, 8

    def start(self, lanes):
        self.lanes, self.t = lanes, 0
        return self.show()

    def vectors(self, k):
        words = np.array([draw(self.seed, TASK_START, self.episode, int(n), 16 * k)[:2] for n in self.lanes])
        return 2 * ((words >> 8).astype(np.float32) * np.float32(2**-24)) - 1

    def show(self):
        shown = np.zeros((len(self.lanes), 3), np.float32)
        if self.t < 3:
            shown[:, :2] = self.vectors(self.t)
        shown[:, 2] = 5 <= self.t < 8
        return shown

    def ask(self):
        k, n = self.t - 5, len(self.lanes)
        return self.vectors(k) if k >= 0 else np.zeros((n, 2)), np.full(n, k >= 0)

    def step(self, actions):
        assert not actions.any()
        self.t += 1
        return self.show(), None, None


class Letters(amine.World):
    """the next byte of a text, as the library cuts one into windows"""
    symbols, steps, holds_out = [f"<{k}>" for k in range(256)], 12, True
    texts = [bytes(97 + (k * k + 3 * k) % 7 for k in range(6 * 13)), bytes(97 + (k * k) % 5 for k in range(6 * 13))]

    def start(self, lanes):
        text = np.frombuffer(self.texts[self.held], np.uint8)
        self.windows, self.t = text.reshape(6, 13)[lanes % 6].astype(int), 0
        return self.windows[:, 0]

    def ask(self):
        return self.windows[:, self.t + 1]

    def step(self, actions):
        self.t += 1
        return self.windows[:, self.t], None, None


class WhatIsAskedFor(unittest.TestCase):
    def same(self, world, task, n=12, scores=True, **options):
        ours = amine.Experiment(task, {**SMALL, **options})
        mine = [amine.Experiment({**SMALL, **options}, task=world(), threads=1 + k) for k in range(2)]
        before = ours.weights
        for _ in range(3):
            a, b, c = [x.step() for x in (*mine, ours)]
            np.testing.assert_equal(tuple(a), tuple(b))
            np.testing.assert_equal(tuple(a), tuple(c))
        for name, w in ours.weights.items():
            np.testing.assert_array_equal(mine[0].weights[name], w, name)
        self.assertEqual(mine[0].evaluate(n), ours.evaluate(n))
        e, f = mine[0].episode(2), ours.episode(2)
        for name in f:
            np.testing.assert_array_equal(e[name], f[name], name)

    def test_which_action_is_right(self):
        contexts = {"task": {"type": "contextual-bandit", "contexts": 3, "arms": 2, "steps": 10}}
        for options in ({"learner_teach": "supervised"}, {"learner_type": "bptt", "learner_teach": "supervised"},
                        {"network": "plastic-rnn", "learner_type": "bptt", "learner_teach": "supervised"}):
            self.same(Contexts, contexts, **options)

    def test_values(self):
        recall = {"task": {"type": "recall-values", "length": 3, "delay": 2, "width": 2}}
        for options in ({"learner_teach": "supervised"}, {"learner_type": "bptt"}, {"learner_type": "signalling", "learner_teach": "supervised"},
                        {"network": "plastic-rnn", "learner_type": "bptt"},
                        {"network": "ctrnn", "learner_type": "exploratory-hebb"}):
            self.same(Vectors, recall, **options)
        kinds = [type("Kind", (Vectors,), {"__doc__": "recall", **k})() for k in ({}, {"counted": 3}, {"absolute": True})]
        whole, counted, absolute = [amine.Experiment({**SMALL, "learner_teach": "supervised"}, task=w).evaluate(12).mean
                                    for w in kinds]
        self.assertAlmostEqual(whole / counted, 3 / 8, places=5)
        self.assertLess(absolute, 1.2 * whole)

    def test_symbols(self):
        with tempfile.TemporaryDirectory() as where:
            for k, text in enumerate(Letters.texts):
                Path(where, f"{k}.txt").write_bytes(text)
            Path(where, "valid.txt").write_bytes(Letters.texts[1])
            text = {"task": {"type": "text", "unit": "bytes", "file": f"{where}/0.txt", "test_file": f"{where}/1.txt",
                             "valid_file": f"{where}/valid.txt", "steps": 12, "blocks": 1}}
            for options in ({"network": "lstm"}, {"network": "plastic-rnn"}):
                self.same(Letters, text, 6, batch=6, learner_type="bptt", **options)

    def test_what_is_wrong_is_said(self):
        recall = {**SMALL, "learner_teach": "supervised"}
        symbols = {"network": "lstm", "learner_type": "bptt", "network_hidden": 8, "batch": 6}

        def world(base, **changes):
            return type("Wrong", (base,), {"__doc__": "goes wrong", **changes})()

        for w, options, words in (
                (world(Vectors, ask=lambda s: np.zeros((3, 2))), recall, "ask: an array of 12 x 2 numbers"),
                (world(Vectors, ask=lambda s: (np.zeros((12, 2)), [1])), recall, "which count: 12 truth values"),
                (world(Vectors, ask=lambda s: np.full((12, 2), np.nan)), recall, "a target of lane 0 is not finite"),
                (world(Vectors, ask=amine.World.ask), recall, "values and symbols want the function ask"),
                (world(Vectors, targets=0, actions=2, ask=lambda s: np.full(12, 2)), SMALL, "answer of lane 0 is none"),
                (world(Contexts, ask=lambda s: s.context / 2), SMALL, "ask: 12 whole numbers are wanted"),
                (world(Contexts, targets=2), SMALL, "n_actions=2, n_real=0, n_targets=2, n_symbols=0: one of them"),
                (world(Letters, ask=lambda s: np.full(6, 256)), symbols, "the answer of lane 0 is none that there is"),
                (world(Letters, start=lambda s, lanes: np.full(6, 300)), symbols, "start showed a symbol in lane 0"),
                (world(Letters, symbols="ab"), symbols, "symbols='ab': a list of their names"),
                (world(Letters, symbols=["a"]), symbols, "n_symbols=1: 2 to 65535"),
                (world(Real, ask=lambda s: 1 / 0), {"learner_type": "a2c"}, "of real actions none is said"),
                (world(Letters), SMALL, "learner.type=e-prop needs")):
            with self.assertRaisesRegex(amine.Error, words):
                amine.Experiment(options, task=w).step()


class Worlds(unittest.TestCase):
    def test_one_call_steps_all_lanes_and_gives_the_same_twice(self):
        worlds = [FollowTheLight(), FollowTheLight()]
        both = [amine.Experiment(task=w, threads=1 + k, **SMALL) for k, w in enumerate(worlds)]
        rewards = [[p.reward for p in x.iterate(5)] for x in both]
        self.assertEqual(worlds[0].calls, 5 * 6)
        self.assertEqual(rewards[0], rewards[1])
        self.assertGreater(len(set(rewards[0])), 1)
        np.testing.assert_array_equal(both[0].weights["h2o.weight"], both[1].weights["h2o.weight"])
        self.assertEqual(both[0].evaluate(30, seed=9), both[1].evaluate(30, seed=9))
        self.assertEqual(both[0].config["task"]["type"], "follow-the-light")
        e = both[0].episode()
        self.assertEqual(e.inputs.shape[1], 2)
        np.testing.assert_array_equal(e.rewards, e.inputs[np.arange(len(e.rewards)), e.actions.astype(int)])

    def test_it_is_learned(self):
        x = amine.Experiment(task=FollowTheLight(), **{**SMALL, "batch": 30}, learner_rate=0.02)
        list(x.iterate(150))
        self.assertGreater(x.evaluate(300).mean, 5)  # of 6, or 5 of a third; chance is 2.8

    def test_real_actions(self):
        x = amine.Experiment(task=Real(), learner_type="a2c", network_hidden=8, batch=8)
        self.assertLess(next(x.iterate(1)).reward, 0)
        self.assertEqual(x.config["task"]["type"], "go-there")

    def test_what_is_held_out_is_evaluated(self):
        class Pays(amine.World):
            """pays two where it is held out"""
            inputs, actions, steps, holds_out, fails = 1, 2, 3, True, False

            def start(self, lanes):
                return np.ones((len(lanes), 1))

            def step(self, actions):
                if self.fails and self.held:
                    raise ValueError("held out")
                return np.ones((len(actions), 1)), np.full(len(actions), 1 + self.held), None

        world = Pays()
        x = amine.Experiment(task=world, **SMALL)
        self.assertEqual((x.step().reward, x.evaluate(40).min, x.evaluate(40).max, x.step().reward), (3, 6, 6, 3))
        self.assertEqual(x.episode().rewards.tolist(), [2, 2, 2])
        world.fails = True
        with self.assertRaisesRegex(ValueError, "held out"):
            x.evaluate(5)
        self.assertEqual(x.step().reward, 3)

    def test_what_it_raises_is_raised(self):
        world = FollowTheLight()
        x = amine.Experiment(task=world, **SMALL)
        list(x.iterate(2))
        before = x.weights["h2o.weight"]
        world.fail = lambda: 1 / 0
        with self.assertRaises(ZeroDivisionError):
            x.step()
        with self.assertRaises(ZeroDivisionError):
            x.evaluate(10)
        with self.assertRaises(ZeroDivisionError):
            x.episode()
        eye = np.zeros((12, 2))
        for answer, words in (((eye[:5], np.zeros(12), None), "what is shown: an array of 12 x 2"),
                              ((eye, np.zeros((12, 1)), None), "rewards: an array of 12 numbers"),
                              ((eye, np.zeros(12), [True]), "over: 12 truth values"),
                              ((eye.astype(str), np.zeros(12), None), "what is shown")):
            world.fail = lambda answer=answer: answer
            with self.assertRaisesRegex(amine.UsageError, words):
                x.step()
        world.fail = lambda: (eye, np.full(12, np.nan), None)
        with self.assertRaisesRegex(amine.UsageError, "reward of lane 0 is not finite"):
            x.step()
        np.testing.assert_array_equal(x.weights["h2o.weight"], before)
        world.fail = None
        self.assertEqual(x.step().iteration, 3)

    def test_what_is_impossible_is_refused(self):
        world = FollowTheLight()
        world.inputs = 0
        with self.assertRaisesRegex(amine.UsageError, "n_inputs=0"):
            amine.Experiment(task=world, **SMALL)
        with self.assertRaises(NotImplementedError):
            empty = amine.World()
            empty.inputs = empty.actions = empty.steps = 1
            amine.Experiment(task=empty, **SMALL).step()
        with self.assertRaisesRegex(amine.Error, "task.type=follow-the-light"):
            amine.Experiment(task="follow-the-light", **SMALL)
        with self.assertRaisesRegex(amine.UsageError, r"task=FollowTheLight: a class, not a task; FollowTheLight\(\) makes"):
            amine.Experiment(task=FollowTheLight, **SMALL)
        with self.assertRaisesRegex(amine.UsageError, r"its word: task=FollowTheLight\(\)"):
            amine.Experiment(FollowTheLight(), **SMALL)

    def test_a_run_asks_for_its_world_again(self):
        with tempfile.TemporaryDirectory() as where:
            run = amine.train(task=FollowTheLight(), **SMALL, iterations=6, folder=f"{where}/parts",
                              watch=lambda p: p.iteration == 3)
            whole = amine.train(task=FollowTheLight(), **SMALL, iterations=6, folder=f"{where}/whole")
            run = amine.load(run.folder)
            for play in (run.resume, run.report, run.evaluate, run.episode):
                with self.assertRaisesRegex(amine.Error, "follow-the-light"):
                    play()
            run = amine.load(run.folder, task=FollowTheLight()).resume()
            same = [Path(r.folder, "checkpoint.safetensors").read_bytes() for r in (run, whole)]
            self.assertEqual(*same)
            self.assertIn("<html", run.report().read_text(encoding="utf-8"))
            self.assertEqual(run.evaluate(10), whole.evaluate(10))

    def test_ctrl_c_saves_first(self):
        world = FollowTheLight()
        with tempfile.TemporaryDirectory() as where:
            begun = threading.Event()

            def interrupt():
                begun.wait()
                signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
            threading.Thread(target=interrupt).start()
            with self.assertRaises(KeyboardInterrupt):
                amine.train(task=world, **SMALL, iterations=10**6, folder=f"{where}/run",
                            watch=lambda p: begun.set() if p.iteration == 5 else None)
            self.assertGreaterEqual(amine.load(f"{where}/run", task=world).experiment().iteration, 5)
            self.assertIs(signal.getsignal(signal.SIGINT), signal.default_int_handler)


# ------------------------------------------------------------------------------ Gymnasium, as it is met
class Box:
    def __init__(self, low, high, shape):
        self.low, self.high = np.full(shape, low), np.full(shape, high)
        self.shape, self.dtype = shape, np.dtype(np.float32)


class Discrete:
    def __init__(self, n, start=0):
        self.n, self.start, self.shape = n, start, ()


class Env:
    """Count down from a number that is shown; 1 or 2 at a time; exactly 0 is a success."""
    observation_space, action_space = Box(0, 10, (1,)), Discrete(2, start=1)
    spec = types.SimpleNamespace(id="Count-v0", max_episode_steps=8)

    def reset(self, *, seed=None, options=None):
        self.left, self.t = 3 + seed % 4, 0
        return np.array([self.left], np.float32), {}

    def step(self, action):
        assert action in (1, 2)
        self.left -= action
        self.t += 1
        return np.array([self.left], np.float32), float(self.left == 0), self.left <= 0, self.t >= 8, {}


class Vector:
    """The same side by side, which begins anew by itself a step after the end."""
    single_observation_space, single_action_space = Env.observation_space, Env.action_space
    observation_space = action_space = spec = None
    metadata = {"autoreset_mode": types.SimpleNamespace(value="NextStep")}

    def __init__(self, n):
        self.envs, self.done = [Env() for _ in range(n)], np.zeros(n, bool)

    def reset(self, *, seed=None, options=None):
        self.done[:] = False
        return np.stack([e.reset(seed=s)[0] for e, s in zip(self.envs, seed)]), {}

    def step(self, actions):
        out = [(e.reset(seed=0)[0], 0.0, False, False) if d else e.step(a)[:4]
               for e, a, d in zip(self.envs, actions, self.done)]
        seen, given, ended, cut = map(np.array, zip(*out))
        self.done = ended | cut
        return seen, given, ended, cut, {}


class FromGymnasium(unittest.TestCase):
    def test_one_for_each_lane_or_a_vector(self):
        one = amine.Experiment(task=amine.tasks.from_gymnasium(Env), **SMALL)
        all_ = amine.Experiment(task=amine.tasks.from_gymnasium(Vector, 12, steps=8), **SMALL)
        self.assertEqual(one.config["task"]["type"], "count-v0")
        self.assertEqual([p.reward for p in one.iterate(4)], [p.reward for p in all_.iterate(4)])
        np.testing.assert_array_equal(one.weights["h2o.weight"], all_.weights["h2o.weight"])
        self.assertEqual(one.evaluate(20), all_.evaluate(20))
        e = one.episode()
        self.assertLess(len(e.rewards), 8)

    def test_what_it_cannot_take(self):
        with self.assertRaisesRegex(amine.UsageError, "12 lanes play at once, and the environment has 4"):
            amine.Experiment(task=amine.tasks.from_gymnasium(Vector, 4, steps=8), **SMALL).step()
        with self.assertRaisesRegex(amine.UsageError, "steps="):
            amine.tasks.from_gymnasium(Vector, 4)
        still = type("Still", (Vector,), {"metadata": {"autoreset_mode": types.SimpleNamespace(value="Disabled")}})
        with self.assertRaisesRegex(amine.UsageError, "autoreset is disabled"):
            amine.tasks.from_gymnasium(still, 4, steps=8)
        odd = type("Odd", (Env,), {"action_space": types.SimpleNamespace()})
        with self.assertRaisesRegex(amine.UsageError, "a Box or Discrete is wanted"):
            amine.tasks.from_gymnasium(odd)

    def test_spaces(self):
        class Numbers(Env):
            observation_space, action_space = Discrete(4, start=1), Box(-1, 1, (2,))

            def reset(self, *, seed=None, options=None):
                return 1 + seed % 4, {}

            def step(self, action):
                assert action.shape == (2,) and (abs(action) <= 1).all()
                return 4, 0.0, False, False, {}
        world = amine.tasks.from_gymnasium(Numbers)
        self.assertEqual((world.inputs, world.real, world.actions), (4, 2, 0))
        world.random = np.random.default_rng(1)
        shown = world.start(np.arange(3))
        np.testing.assert_array_equal(shown.sum(1), 1)
        shown, *_ = world.step(np.full((3, 2), 5, np.float32))
        np.testing.assert_array_equal(shown, np.tile([0, 0, 0, 1], (3, 1)))


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever began this may have it ignored
    unittest.main()
