"""Worlds in Python: test_world.py, with PYTHONPATH=python and AMINE_LIBRARY set."""
import signal
import tempfile
import threading
import types
import unittest
from pathlib import Path

import numpy as np

import amine

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
