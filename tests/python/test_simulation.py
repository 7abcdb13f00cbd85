"""Simulations in Python: test_simulation.py, with PYTHONPATH=python and AMINE_LIBRARY set.

A world in Python that draws what a task of the library draws is played by a brain to the same spikes."""
import json
import math
import os
import tempfile
import unittest
from pathlib import Path

import numpy as np

import amine
from philox import TASK, TASK_START, draw

class TwoArms(amine.World):
    """the better of two arms, as the library's bandit draws it"""
    inputs, actions, steps = 4, 2, 5

    def __init__(self):
        self.lanes, self.fails_at, self.n_steps = [], None, 0

    def start(self, lanes):
        self.lanes.append((self.episode, lanes.tolist()))
        first = [np.float32(draw(self.seed, TASK_START, self.episode, int(n), 0)[0] >> 8) * np.float32(2**-24)
                 for n in lanes]
        self.numbers, self.p, self.t = lanes, np.stack([first, 1 - np.array(first)], 1), 0
        return np.zeros((len(lanes), 4), np.float32)

    def step(self, actions):
        self.n_steps += 1
        if self.n_steps == self.fails_at:
            raise ValueError("in the world")
        words = [draw(self.seed, TASK, self.episode, int(n), self.t)[0] for n in self.numbers]
        won = np.array(words) < 2.0**32 * self.p[np.arange(len(actions)), actions].astype(float)
        self.t += 1
        shown = np.zeros((len(actions), 4), np.float32)
        shown[np.arange(len(actions)), actions] = 1
        shown[:, 2], shown[:, 3] = won, np.float32(self.t) / np.float32(self.steps)
        return shown, won, None


def arrow(source, target, w_max=1):
    return {"source": source, "target": target, "connect": "all", "weight": 0.3, "rule": "da-stdp", "factor": "signed",
            "values": {"a_plus": 0.01, "a_minus": 0, "tau_c_ms": 100, "w_max": w_max}}


BRAIN = {"neuromodulation": {"dopamine": {"tau_ms": 50}},
         "populations": [{"name": "eyes", "n": 40, "model": "poisson"}, {"name": "left", "n": 6, "model": "lif"},
                         {"name": "right", "n": 6, "model": "lif"}, {"name": "V", "n": 6, "model": "lif"}],
         "projections": [arrow("eyes", "left"), arrow("eyes", "right"), arrow("eyes", "V")],
         "inputs": [{"population": p, "type": "poisson", "rate_hz": 800, "weight": 0.5} for p in ("left", "right", "V")],
         "targets": [{"population": p, "effects": "learning"} for p in ("left", "right", "V")],
         "body": {"sense": "eyes", "action": "left,right", "drive": "rate", "bias": True, "episodes": 8, "act_ms": 40,
                  "pause_ms": 10, "gap_ms": 50},
         "record": {"interval_s": 0.2}, "duration_s": 2, "seed": 4}


class Bodies(unittest.TestCase):
    def setUp(self):
        self.where = tempfile.TemporaryDirectory()

    def tearDown(self):
        self.where.cleanup()

    def run_(self, name, model=BRAIN, **options):
        return amine.simulate(model, folder=os.path.join(self.where.name, name), quiet=True, **options)

    def same(self, a, b, but=()):
        for name in ("spikes.gdf", "metrics.jsonl"):
            lines = [Path(s.folder, name).read_text(encoding="utf-8").splitlines() for s in (a, b)]
            for x, y in zip(*lines, strict=True):
                if '"seconds"' not in x:
                    self.assertEqual(x, y)
        measured = b.measures
        for name, value in a.measures.items():
            if name not in but:
                np.testing.assert_equal(measured[name], value, name)
        for name in ("levels", "w", "events_value"):
            np.testing.assert_array_equal(a.recording[name], b.recording[name])

    def test_a_world_in_python_is_played_as_one_of_the_library_is(self):
        for name, body in (("average", {}), ("td", {"reward": "td", "critic": "V", "look_ms": 10, "bootstrap": True})):
            model = {**BRAIN, "body": {**BRAIN["body"], **body}}
            ours = self.run_("ours-" + name, model, task="bandit", task_steps=5)
            world = TwoArms()
            mine = self.run_("mine-" + name, model, task=world)
            self.assertEqual(mine.config["task"]["type"], "two-arms")
            self.assertEqual(world.lanes, [(k, [0]) for k in range(len(world.lanes))])
            self.assertGreater(len(world.lanes), 4)
            self.assertEqual(mine.measures["episodes"], len(world.lanes) - (mine.measures["episodes"] < len(world.lanes)))
            self.same(ours, mine, but=["score", *(n for n in ours.measures if n.endswith("steps"))])  # ours never ends early
            self.assertTrue(math.isnan(mine.measures["score"]))  # nobody has said what guessing earns

    def test_it_goes_on_to_the_bit(self):
        whole = self.run_("whole", task=TwoArms())
        seen = []
        parts = self.run_("parts", task=TwoArms(), watch=lambda p: seen.append(p) or p.t_s >= 0.65)
        self.assertEqual((len(seen), seen[-1].duration_s), (7, 2.0))
        again = amine.load(parts.folder)
        self.assertIsInstance(again, amine.Simulation)
        with self.assertRaisesRegex(amine.Error, "two-arms"):
            again.resume(quiet=True)
        world = TwoArms()
        parts = amine.load(parts.folder, task=world).resume(quiet=True)
        self.assertGreater(world.lanes[0][0], 0)  # the episode that was going on, played anew
        self.same(whole, parts)
        self.assertEqual(Path(whole.folder, "checkpoint.safetensors").read_bytes(),
                         Path(parts.folder, "checkpoint.safetensors").read_bytes())
        longer = parts.resume(quiet=True, duration_s=2.5)
        self.assertEqual(longer.config["duration_s"], 2.5)

    def test_what_it_raises_is_raised(self):
        world = TwoArms()
        world.fails_at = 12
        with self.assertRaisesRegex(ValueError, "in the world"):
            self.run_("raises", task=world, checkpoint_every_s=0.3)
        world.fails_at = world.n_steps + 1  # once more, where what was saved is played anew
        s = amine.load(os.path.join(self.where.name, "raises"), task=world)
        with self.assertRaisesRegex(ValueError, "in the world"):
            s.resume(quiet=True)
        world.fails_at = None
        self.same(s.resume(quiet=True), self.run_("never", task=TwoArms(), checkpoint_every_s=0.3))

        class Short(TwoArms):
            """shows too little"""

            def start(self, lanes):
                return super().start(lanes)[:, :3]

        with self.assertRaisesRegex(amine.UsageError, "start: an array of 1 x 4 numbers is wanted"):
            self.run_("short", task=Short())

    def test_a_sweep(self):
        path = Path(self.where.name, "brain.json")
        path.write_text(json.dumps({**BRAIN, "task": "bandit"}), encoding="utf-8")
        s = amine.sweep(path, task=TwoArms(), clamp_dopamine=[0.5, None], seeds=1, seed=4, quiet=True,
                        folder=os.path.join(self.where.name, "sweep"))
        self.assertEqual(s["late_reward"][1], self.run_("free", task=TwoArms()).measures["late_reward"])
        self.assertEqual(s["late_error"][0], self.run_("held", task=TwoArms(), clamp_dopamine=0.5).measures["late_error"])

    def test_an_episode_that_the_world_ends(self):
        class Ends(TwoArms):
            """ends after three steps"""

            def step(self, actions):
                shown, won, _ = super().step(actions)
                return shown, won, np.full(len(actions), self.t == 3)

        s = self.run_("ends", task=Ends())
        self.assertEqual(s.measures["late_steps"], 3)

    def test_a_simulation_without_a_world(self):
        s = self.run_("alone", {k: v for k, v in BRAIN.items() if k != "body"}, record_window_s=np.float64(0.2),
                      duration_s=0.5)
        self.assertEqual(s.config["record"]["window_s"], 0.2)
        times, neurons = s.spikes("left")
        all_times, all_neurons = s.spikes()
        self.assertTrue((times >= 300 - 1e-3).all() and len(times) > 0)
        np.testing.assert_array_equal(all_neurons[(all_neurons >= 40) & (all_neurons < 46)] - 40, neurons)
        self.assertGreater(len(all_times), len(times))
        self.assertIn("<html", s.report().read_text(encoding="utf-8"))
        self.assertEqual(len(s.metrics["t_s"]), 3)
        with self.assertRaisesRegex(amine.UsageError, "no population 'ears'; there is eyes, left, right, V"):
            s.spikes("ears")

    def test_mistakes_get_a_sentence(self):
        class Real(amine.World):
            """moves"""
            inputs, real, steps = 4, 2, 5

        for words, model, options in (("body.sens", BRAIN, {"body_sens": "eyes", "task": "bandit"}),
                                      ("task.type=real asks for real actions", BRAIN, {"task": Real()}),
                                      ("a preset's name, a model file or a model", None, {}),
                                      ("TwoArms: a class", BRAIN, {"task": TwoArms}),
                                      ("a model is of numbers", {**BRAIN, "seed": {1, 2}}, {}),
                                      ("duration_s=-1", BRAIN, {"duration_s": -1, "task": "bandit"})):
            with self.assertRaisesRegex(amine.Error, words):
                self.run_("refused", model, **options)
        self.assertFalse(os.path.exists(os.path.join(self.where.name, "refused")))


if __name__ == "__main__":
    unittest.main()
