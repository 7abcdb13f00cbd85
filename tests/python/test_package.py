"""The Python package: test_package.py COMMAND LAYOUT, with PYTHONPATH=python and AMINE_LIBRARY set.

What it hands on is the library's, to the bit; what it does not understand it refuses; structs are as
the compiler has them."""
import ctypes
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from pathlib import Path

import numpy as np

import amine
from amine import _library

COMMAND = LAYOUT = ""


class Structs(unittest.TestCase):
    def test_structs_are_as_the_compiler_has_them(self):
        said = subprocess.run([LAYOUT], stdout=subprocess.PIPE, encoding="utf-8", check=True).stdout
        lines = {w[0]: [int(n) for n in w[1:]] for w in map(str.split, said.splitlines())}
        ours = {}
        for name, struct in _library.STRUCTS.items():
            ours[name] = [ctypes.sizeof(struct)]
            for field, *_ in struct._fields_:
                at = getattr(struct, field)
                ours[f"{name}.{field}"] = [at.offset, at.size]
        room = lines.pop("room")[0]
        self.assertEqual(lines, ours)
        self.assertLessEqual(room, _library.CHEMICAL_BYTES)

    def test_a_missing_library_is_said(self):
        env = {**os.environ, "AMINE_LIBRARY": "/nowhere/libamine.so"}
        done = subprocess.run([sys.executable, "-c", "import amine"], env=env, stderr=subprocess.PIPE,
                              encoding="utf-8", check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("looked for /nowhere/libamine.so", done.stderr)
        env["AMINE_LIBRARY"] = __file__
        done = subprocess.run([sys.executable, "-c", "import amine"], env=env, stderr=subprocess.PIPE,
                              encoding="utf-8", check=False)
        self.assertIn("is not a library of Amine", done.stderr)


def small_brain(seed=1, threads=1):
    b = amine.Brain(dt=0.5, seed=seed, threads=threads)
    e = b.population("E", 40, "izhikevich")
    i = b.population("I", 10, "izhikevich")
    e.current(4, 12)
    p = b.connect(e, i, probability=0.3, weight=(1, 3), delay=(1, 5), rule="da-stdp", w_max=4)
    b.connect("I", "E", n_out=5, weight=-2.0, delay=1, name="back")
    return b, e, i, p


class Brains(unittest.TestCase):
    def test_the_same_calls_give_the_same_spikes(self):
        a, e, i, p = small_brain()
        a.run(200)
        b, f, _, q = small_brain(threads=3)
        b.run(80)
        b.run(steps=240)
        self.assertEqual((a.steps, a.time), (400, 200.0))
        self.assertEqual((b.steps, len(p)), (400, len(q)))
        t, n = a.spikes(e)
        self.assertGreater(len(t), 50)
        self.assertEqual(len(t), e.count)
        np.testing.assert_array_equal(t, b.spikes(f)[0])
        np.testing.assert_array_equal(n, b.spikes(f)[1])
        np.testing.assert_array_equal(e.state("v"), f.state("v"))
        np.testing.assert_array_equal(p.weights, b.weights("E-I"))
        times, which, neurons = a.spikes()
        self.assertEqual(len(times), e.count + i.count)
        np.testing.assert_array_equal(neurons[which == 0], n)
        self.assertAlmostEqual(e.rate, e.count / 40 / 0.2)
        a.forget()
        self.assertEqual(len(a.spikes(e)[0]), 0)

    def test_synapses_are_named_and_set(self):
        b, _, _, p = small_brain()
        s = p.synapses()
        self.assertEqual(len(s), len(p))
        self.assertTrue(((s["source"] < 40) & (s["target"] < 10)).all())
        self.assertTrue(((s["delay"] >= 1) & (s["delay"] <= 5)).all())
        self.assertTrue(((p.weights >= 1) & (p.weights <= 3)).all())
        wanted = np.linspace(0, 2, len(p))
        p.weights = wanted
        np.testing.assert_allclose(p.weights, wanted.astype(np.float32))
        np.testing.assert_array_equal(b["back"].weights, np.full(50, -2, np.float32))
        c = amine.Brain(dt=1)
        e = c.population("E", 4, "izhikevich")
        q = c.connect(e, e, pairs=([0, 3, 1], [1, 2, 0]), weights=[1.0, 2.0, 3.0], delay=2)
        self.assertEqual([tuple(r) for r in q.synapses()], [(0, 1, 2.0, 1.0), (1, 0, 2.0, 3.0), (3, 2, 2.0, 2.0)])

    def test_parts_are_lesioned(self):
        b, e, _, p = small_brain()
        self.assertFalse(e.silent or p.blocked or b.resting)
        b.resting = True
        before = p.weights
        b.run(200)
        np.testing.assert_array_equal(p.weights, before)
        fired, e.silent = e.count, True
        self.assertGreater(fired, 50)
        b.run(200)
        self.assertEqual(e.count, fired)
        e.silent, p.blocked, b.resting = False, True, False
        b.run(200)
        self.assertGreater(e.count, fired)
        np.testing.assert_array_equal(p.weights, before)
        self.assertTrue(p.blocked)

    def test_synapses_of_sixteen_bits(self):
        found = {}
        for layout in ("full", "compact"):
            b = amine.Brain(dt=0.5, seed=2)
            e = b.population("E", 300, "izhikevich")
            e.current(4, 20)
            p = b.connect(e, e, n_out=40, weight=(0.5, 1.5), delay=(1, 8))
            b.set_layout(layout)
            self.assertEqual(p.is_compact, layout == "compact")
            found[layout] = p.synapses(), p
        full, compact = (found[k][0] for k in ("full", "compact"))
        for name in ("source", "target", "delay"):
            np.testing.assert_array_equal(full[name], compact[name])
        quanta = compact["weight"] * 2.0 ** 14
        np.testing.assert_array_equal(quanta, np.rint(full["weight"] * 2.0 ** 14))
        b, p = found["compact"][1].brain, found["compact"][1]
        b.run(200)
        self.assertGreater(b["E"].count, 100)
        with self.assertRaisesRegex(amine.Error, "16 bits"):
            p.weights = full["weight"]
        with self.assertRaisesRegex(amine.Error, "until the first run"):
            b.set_layout("full")
        with self.assertRaisesRegex(amine.Error, "dense.*automatic, full, compact"):
            amine.Brain().set_layout("dense")

    def test_texts_stand_for_names(self):
        rule = ("synapse pairs\nconstant a_plus = 0.01 from 0 to 1\nweight w from 0 to 1\nsource x\ntarget y\n"
                "x' = -x / 20\ny' = -y / 20\narrival : w <- w - 0.012 * y, x <- x + 1\n"
                "spike : w <- w + a_plus * x, y <- y + 1\n")
        neuron = ("neuron counts\nconstant tau_ms = 10 from 1 to 100 ms\nstate v\ninput I\narrival a\n"
                  "v' = (I - v) / tau_ms\nend : v <- v + a\nspike v >= 15 : v <- 0\n")
        weights = []
        for said in ("stdp", rule):
            b = amine.Brain(dt=1, seed=3)
            e = b.population("E", 30, neuron, tau_ms=12)
            e.current(16, 30)
            p = b.connect(e, e, probability=0.5, weight=(0.2, 0.8), rule=said, a_plus=0.02)
            b.run(300)
            self.assertGreater(e.count, 100)
            weights.append(p.weights)
        np.testing.assert_array_equal(*weights)
        b = amine.Brain(dt=1)
        with self.assertRaisesRegex(amine.Error, "population E:3:10: nothing above says what u is"):
            b.population("E", 3, "state v\ninput I\nv' = I - u\n")

    def test_mistakes_get_a_sentence(self):
        b = amine.Brain(dt=1)
        e = b.population("E", 3, "lif")
        for wrong, words in ((lambda: b.spikes("F"), "there is no population 'F'; there is E"),
                             (lambda: b.run("1 s"), "a duration in ms"), (lambda: b.run(), "a duration in ms"),
                             (lambda: amine.Brain(dt="1 ms"), "dt='1 ms': a number of ms"),
                             (lambda: b.population("F", 1.5, "lif"), "n=1.5 is no whole number of neurons"),
                             (lambda: b.connect(e, "F"), "there is no population 'F'"),
                             (lambda: b.connect(e, e, rule="STDP"), "no rule STDP; did you mean stdp?"),
                             (lambda: b.population("F", 1, "lief"), "no neuron model lief; did you mean lif?"),
                             (lambda: b.population("F", 1, "lif", tau_m=9), "tau_m; did you mean tau_m_ms?"),
                             (lambda: e.state("V"), "a neuron of lif has no V; it has v, g_e, g_i")):
            with self.assertRaisesRegex(amine.UsageError, words):
                wrong()
        with self.assertRaisesRegex(KeyError, "F: the brain has E"):
            b["F"]

    def test_spikes_that_are_told_come_when_told(self):
        b = amine.Brain(dt=0.1)
        s = b.population("S", 5, "spikes")
        s.fire([4, 0, 2], [3.0, 1.0, 2.0])
        b.run(10)
        t, n = b.spikes(s)
        self.assertEqual(n.tolist(), [0, 2, 4])
        np.testing.assert_allclose(t, [1, 2, 3], atol=0.05)

    def test_modulators(self):
        b, *_ = small_brain()
        with self.assertRaisesRegex(amine.UsageError, "no chemical modulators"):
            b.chemical.levels
        b.chemical.use(1.0, dopamine={"tau_ms": 100}, acetylcholine={})
        self.assertEqual(sorted(b.chemical.levels), ["acetylcholine", "dopamine", "norepinephrine", "serotonin"])
        self.assertAlmostEqual(b.chemical.reward(1.0, 0.75), 0.25)
        self.assertAlmostEqual(b.chemical.levels["dopamine"], 0.75)
        b.run(100)
        self.assertAlmostEqual(b.chemical.levels["dopamine"], 0.5 + 0.25 * np.exp(-1), places=4)
        b.chemical.clamp("dopamine", 0.9)
        b.chemical.reward(-1)
        b.run(10)
        self.assertAlmostEqual(b.chemical.levels["dopamine"], 0.9, places=6)
        b.chemical.unclamp("dopamine")
        b.run(200)
        self.assertLess(b.chemical.levels["dopamine"], 0.6)
        first, second = b.events()
        self.assertEqual((first.kind, first.first, first.second), ("reward", 1.0, 0.75))
        self.assertAlmostEqual(float(first.after[0]), 0.75)
        self.assertEqual(second.time, 100.0)
        with self.assertRaisesRegex(amine.UsageError, "dopamin'"):
            b.chemical.clamp("dopamin", 0.5)
        with self.assertRaisesRegex(amine.UsageError, "not 1.5"):
            b.chemical.clamp("dopamine", 1.5)

    def test_it_goes_on_from_where_it_was_saved(self):
        a, e, *_ = small_brain()
        a.run(60)
        with tempfile.TemporaryDirectory() as where:
            a.save(f"{where}/b.safetensors")
            a.run(40)
            b, f, *_ = small_brain()
            b.restore(f"{where}/b.safetensors")
            b.run(40)
            np.testing.assert_array_equal(e.state("v"), f.state("v"))
            c, *_ = small_brain()
            c.population("more", 3, "izhikevich")
            with self.assertRaises(amine.InputError):
                c.restore(f"{where}/b.safetensors")
        with self.assertRaises(amine.IOError) as caught:
            b.restore(f"{where}/b.safetensors")
        self.assertIsInstance(caught.exception, OSError)

    def test_a_model_file(self):
        model = {"dt_ms": 1, "populations": [{"name": "E", "n": 20, "model": "izhikevich"}],
                 "inputs": [{"population": "E", "type": "current", "mean": 10}]}
        b = amine.Brain.from_model(model, seed=3)
        self.assertEqual(b["E"].n, 20)
        b.run(50)
        self.assertGreater(b["E"].count, 0)
        with tempfile.TemporaryDirectory() as where:
            Path(where, "b.json").write_text(json.dumps(model), encoding="utf-8")
            c = amine.Brain.from_file(Path(where, "b.json"), seed=3)
            c.run(50)
        np.testing.assert_array_equal(b["E"].state(), c["E"].state())
        model["populations"][0]["n"] = -3
        with self.assertRaisesRegex(amine.InputError, "populations.E.n=-3"):
            amine.Brain.from_model(model)

    def test_parts_say_what_they_are(self):
        self.assertIn("izhikevich", amine.neurons())
        tau = amine.synapse_rules()["da-stdp"].parameters["tau_c_ms"]
        self.assertEqual((tau.unit, tau.standard), ("ms", 1000))

    def test_ctrl_c_stops_between_steps(self):
        b, *_ = small_brain()
        main = threading.main_thread().ident
        threading.Timer(0.3, signal.pthread_kill, (main, signal.SIGINT)).start()
        with self.assertRaises(KeyboardInterrupt):
            b.run(steps=10**12)
        done = b.steps
        b.run(steps=3)
        self.assertEqual(b.steps, done + 3)


class Arrays(unittest.TestCase):
    """Strided and wrong-typed arrays are converted or refused, never misread."""

    def setUp(self):
        self.brain, self.e, _, self.p = small_brain()

    def test_any_real_array_is_read_as_it_is(self):
        wanted = np.arange(40, dtype=np.float32)
        for given in (wanted[::-1][::-1], np.arange(80, dtype=np.float64)[::2] / 2, wanted.astype(">f4"),
                      wanted.astype(np.int64), list(range(40)), np.repeat(wanted, 3).reshape(40, 3)[:, 1],
                      wanted.astype(np.float16), wanted.astype(np.uint8)):
            self.e.set_state("u", np.zeros(40))
            self.e.set_state("u", given)
            np.testing.assert_array_equal(self.e.state("u"), wanted)
        self.e.set_state("u", wanted[::-1])
        np.testing.assert_array_equal(self.e.state("u"), wanted[::-1])

    def test_what_is_no_such_array_is_refused(self):
        refused = [(np.zeros(39), "40 numbers is wanted, not of 39"), (np.zeros((40, 1)), "not of 40 x 1"),
                   (3.0, "a single number"), (np.zeros(40, complex), "not complex128"),
                   (["a"] * 40, "real numbers"), (np.full(40, 1e39), "more than a float32"),
                   ([object()] * 40, "real numbers"), ([[1, 2], [3]], "array of numbers"), (None, "real numbers")]
        before = self.e.state("v")
        for given, words in refused:
            with self.assertRaisesRegex(amine.UsageError, words):
                self.e.set_state("v", given)
            np.testing.assert_array_equal(self.e.state("v"), before)
        for neurons in ([40], [-1], [0.5], [2**40]):
            with self.assertRaises(amine.UsageError):
                self.e.kick(neurons, 1.0)
        with self.assertRaises(amine.UsageError):
            self.e.current("much")

    def test_numbers_of_neurons_are_given_or_drawn(self):
        b = amine.Brain(dt=1, seed=4)
        e = b.population("E", 1000, "izhikevich")
        e.set_initial("v", uniform=(-70, -60))
        e.set_initial("u", -13)
        e.set_initial("g_e", np.arange(1000) / 1000)
        e.set_parameter("d", normal=(6, 0.5))
        with self.assertRaisesRegex(amine.UsageError, "v: one of values, uniform"):
            e.set_initial("v")
        with self.assertRaisesRegex(amine.UsageError, "has no w"):
            e.set_initial("w", 1)
        with self.assertRaisesRegex(amine.UsageError, "is not in -1000 to 1000"):
            e.set_parameter("c", lognormal=(9, 1))
        v = e.state("v")
        self.assertTrue((v >= -70).all() and (v < -60).all() and v.std() > 2)
        self.assertTrue((e.state("u") == -13).all())
        np.testing.assert_array_equal(e.state("g_e"), (np.arange(1000) / 1000).astype(np.float32))

    def test_drives_change_in_time_and_reach_a_part(self):
        b = amine.Brain(dt=1, seed=4)
        e = b.population("E", 3, "lif", v_threshold_mv=1000)
        p = b.population("P", 200, "poisson", rate_hz=0)
        e.drive("current", 2, steps=[(10, 5)], neurons=[0, 2])
        e.drive("current", ramps=[(0, 0), (20, 20)], neurons=[1])
        p.drive("rate", steps=[(20, 50)])
        with self.assertRaisesRegex(amine.UsageError, "one of the two"):
            e.drive("current", steps=[(1, 1)], ramps=[(1, 1)])
        with self.assertRaisesRegex(amine.UsageError, "poisson takes a rate"):
            p.drive("current", 1)
        with self.assertRaisesRegex(amine.UsageError, "kind='voltage'"):
            e.drive("voltage", 1)
        b.run(20)
        v = np.full(3, -65.0)
        for k in range(20):
            rest = np.array([2 if k < 10 else 5, k, 2 if k < 10 else 5]) - 65
            v = rest + (v - rest) * np.exp(-1 / 20)
        np.testing.assert_allclose(e.state("v"), v, rtol=1e-6)
        self.assertEqual(p.count, 0)
        b.run(100)
        self.assertTrue(abs(p.count - 1000) < 5 * 1000**0.5)

    def test_an_array_that_is_filled_again(self):
        read = self.e.reader("v")
        first = read()
        np.testing.assert_array_equal(first, self.e.state("v"))
        self.brain.run(20)
        self.assertIs(read(), first)
        np.testing.assert_array_equal(first, self.e.state("v"))
        with self.assertRaisesRegex(amine.UsageError, "nothing"):
            self.e.state("nothing")


class Experiments(unittest.TestCase):
    def test_options_by_dots_and_by_words(self):
        x = amine.Experiment("bandit", network_hidden=np.int64(12), learner={"rate": 2e-3}, threads=1)
        y = amine.Experiment("bandit", {"network": {"hidden": 12}, "learner.rate": 2e-3, "threads": 1})
        self.assertEqual(x.config, y.config)
        self.assertEqual((x.config["network"]["hidden"], x.config["learner"]["rate"]), (12, 2e-3))
        self.assertEqual([p.reward for p in x.iterate(3)], [p.reward for p in y.iterate(3)])
        self.assertEqual(x.iteration, 3)
        z = amine.Experiment(task="bandit", network="gru", learner_type="e-prop", network_hidden=8)
        self.assertEqual(z.config["learner"]["type"], "e-prop")
        w = amine.Experiment({"preset": "bandit", "network": {"hidden": 12}}, learner_rate=2e-3, threads=1)
        self.assertEqual(next(w.iterate(1)).iteration, 1)
        np.testing.assert_array_equal(w.weights["h2o.weight"],
                                      amine_after(1, network_hidden=12, learner_rate=2e-3)["h2o.weight"])

    def test_mistakes_get_the_sentence_of_the_library(self):
        for options, words in (({"learner_rat": 1}, "did you mean learner.rate"),
                               ({"network_hidden": 0}, "network.hidden"), ({"iterations": "x"}, "iterations"),
                               ({"task_size": 11}, "task.size has no effect")):
            with self.assertRaisesRegex(amine.UsageError, words):
                amine.Experiment("bandit", options)
        with self.assertRaises(amine.Error) as caught:
            amine.Experiment("bandits")
        self.assertIn("bandits", str(caught.exception))
        with self.assertRaises(amine.UsageError):
            amine.Experiment()
        with self.assertRaises(amine.UsageError):
            amine.Experiment("bandit", network_hidden={1, 2})
        with self.assertRaisesRegex(amine.UsageError, "network: a text of equations is wrapped: amine.Network"):
            amine.Experiment("bandit", network="network mine\ninput u\n")

    def test_weights_are_copies_in_their_shapes(self):
        x = amine.Experiment("bandit", network_hidden=12)
        w = x.weights
        self.assertEqual(w["gru.weight_ih_l0"].shape, (36, 4))
        self.assertEqual(w["critic.weight"].shape, (1, 16))
        self.assertEqual(w["h2o.bias"].shape, (2,))
        copy = w["h2o.weight"]
        copy[:] = 7
        self.assertFalse((w["h2o.weight"] == 7).any())
        wanted = np.arange(24).reshape(12, 2)
        w["h2o.weight"] = wanted.T
        np.testing.assert_array_equal(w["h2o.weight"], wanted.T)
        with self.assertRaisesRegex(amine.UsageError, "2 x 12"):
            w["h2o.weight"] = wanted
        with self.assertRaisesRegex(KeyError, "h2o.weight"):
            w["h2o"]

    def test_a_network_of_ones_own(self):
        text = (Path(__file__).parents[2] / "presets/networks/rnn.txt").read_text(encoding="utf-8")
        options = {"task": "delayed-match", "learner_type": "e-prop", "network_hidden": 8, "threads": 1}
        own = amine.Experiment(options, network=amine.Network(text))
        ours = amine.Experiment(options, network="rnn")
        self.assertEqual(list(own.iterate(2)), list(ours.iterate(2)))
        self.assertEqual("\n".join(own.config["network"]["text"]) + "\n", text)
        again = amine.Experiment(own.config)
        self.assertEqual([p.reward for p in again.iterate(2)],
                         [p.reward for p in amine.Experiment(options, network="rnn").iterate(2)])
        text = amine.Network(text.replace("tanh", "tan"))
        with self.assertRaises(amine.InputError) as caught:
            amine.Experiment(options, network=text)
        self.assertRegex(str(caught.exception), "^network:\\d+:\\d+: there is no function tan")
        self.assertIn("^", caught.exception.excerpt)

    def test_saved_and_opened(self):
        x = amine.Experiment("bandit", network_hidden=12, threads=1)
        list(x.iterate(2))
        with tempfile.TemporaryDirectory() as where:
            x.save(f"{where}/x")
            y = amine.Experiment.open(f"{where}/x", threads=2)
        self.assertEqual(y.iteration, 2)
        self.assertEqual(next(x.iterate(1)), next(y.iterate(1)))
        score = y.evaluate(20, seed=4)
        self.assertEqual(score, x.evaluate(20, seed=4))
        self.assertEqual((score.n, score.min <= score.mean <= score.max), (20, True))
        e = y.episode(seed=4)
        self.assertEqual(e.activity.shape, (20, 12))
        self.assertEqual(e.rewards.shape, (20,))
        np.testing.assert_array_equal(e.M, e["dopamine"])
        with self.assertRaisesRegex(AttributeError, "it has activity"):
            e.activty


def amine_after(n, **options):
    x = amine.Experiment("bandit", options, threads=1)
    list(x.iterate(n))
    return x.weights


class Runs(unittest.TestCase):
    OPTIONS = {"network_hidden": 12, "seed": 5, "threads": 1}

    def setUp(self):
        self.where = tempfile.TemporaryDirectory()
        self.addCleanup(self.where.cleanup)
        self.folder = Path(self.where.name)

    def test_a_run_is_that_of_the_command(self):
        seen = []
        run = amine.train("bandit", self.OPTIONS, iterations=30, folder=self.folder / "ours", watch=seen.append)
        subprocess.run([COMMAND, "train", "bandit", "network.hidden=12", "seed=5", "threads=1", "iterations=30",
                        "--no-report", "--out", self.folder / "theirs"], check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
        same = lambda name: self.assertEqual((self.folder / "ours" / name).read_bytes(),
                                             (self.folder / "theirs" / name).read_bytes(), name)
        same("checkpoint.safetensors")
        same("config.json")
        self.assertEqual([p.iteration for p in seen], list(range(1, 31)))
        np.testing.assert_array_equal(run.metrics["reward"], amine.load(self.folder / "theirs").metrics["reward"])
        self.assertEqual(run.metrics["iteration"].tolist(), [10, 20, 30])
        x = run.experiment()
        self.assertEqual(run.evaluate(20), x.evaluate(20))
        np.testing.assert_array_equal(run.weights["h2o.weight"], x.weights["h2o.weight"])
        with self.assertRaisesRegex(amine.UsageError, "ours"):
            amine.train("bandit", folder=self.folder / "ours")
        with self.assertRaisesRegex(amine.InputError, "holds no run"):
            amine.load(self.folder)

    def test_stopped_and_gone_on_with(self):
        whole = amine.train("bandit", self.OPTIONS, iterations=20, folder=self.folder / "whole")
        run = amine.train("bandit", self.OPTIONS, iterations=20, folder=self.folder / "parts",
                          watch=lambda p: p.iteration == 7)
        self.assertEqual(run.experiment().iteration, 7)

        def interrupt(_):
            raise KeyboardInterrupt
        with self.assertRaises(KeyboardInterrupt):
            run.resume(watch=interrupt)
        self.assertEqual(run.experiment().iteration, 8)
        with self.assertRaises(ZeroDivisionError):
            run.resume(watch=lambda p: 1 / 0)
        run.resume()
        for name in ("checkpoint.safetensors",):
            self.assertEqual((whole.folder / name).read_bytes(), (run.folder / name).read_bytes())
        run.resume(iterations=22)
        self.assertEqual(run.experiment().iteration, 22)

    def test_the_page_and_what_it_shows(self):
        run = amine.train("bandit", self.OPTIONS, iterations=5, folder=self.folder / "run")
        page = run.report()
        self.assertIn("<html", page.read_text(encoding="utf-8"))
        self.assertTrue((run.folder / "eval.json").exists())
        self.assertIn("iframe", run._repr_html_())
        other = amine.report([run, run.folder], self.folder / "both.html")
        self.assertGreater(other.stat().st_size, 10000)


class Sweeps(unittest.TestCase):
    def test_a_sweep_is_that_of_the_command(self):
        with tempfile.TemporaryDirectory() as where:
            s = amine.sweep("bandit", network_hidden=[8, 12], iterations=3, seeds=2, seed=4, folder=f"{where}/ours")
            subprocess.run([COMMAND, "sweep", "bandit", "network.hidden=8,12", "iterations=3", "seeds=2", "seed=4",
                            "--out", f"{where}/theirs"], check=True, stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL)
            for name in ("sweep.csv", "runs.jsonl", "study.json"):
                self.assertEqual(*[Path(where, w, name).read_bytes() for w in ("ours", "theirs")], name)
            self.assertTrue(Path(where, "ours", "report.html").exists())
            self.assertEqual(s.keys_swept, ["network.hidden"])
            self.assertEqual(s["network.hidden"].tolist(), [8, 8, 12, 12])
            self.assertEqual(s["seed"].tolist(), [4, 5, 4, 5])
            values = s["evaluation"][s["network.hidden"] == 12]
            self.assertAlmostEqual(s.summary("evaluation")[(12.0,)].median, float(np.median(values)))
            self.assertIn("quartiles", repr(s))
            with self.assertRaisesRegex(amine.UsageError, "nothing"):
                s.summary("nothing")
            with self.assertRaisesRegex(amine.UsageError, "network.hidden"):
                amine.sweep("bandit", network_hidden=[8, 0], folder=f"{where}/refused")
            with self.assertRaises(amine.UsageError):
                amine.sweep("bandit", network_hidden=[8, 9], folder=f"{where}/ours")  # it has another

    def test_ctrl_c_keeps_what_is_done(self):
        with tempfile.TemporaryDirectory() as where:
            folder = Path(where, "sweep")

            def interrupt():
                while not (folder / "study.json").exists():
                    time.sleep(0.01)
                signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
            threading.Thread(target=interrupt).start()
            options = {"network_hidden": [8, 12], "iterations": 10**6, "checkpoint_every": 20}
            with self.assertRaises(KeyboardInterrupt):
                amine.sweep("bandit", options, seeds=1, threads=1, folder=folder)
            self.assertTrue((folder / "study.json").exists())


class Live(unittest.TestCase):
    def test_a_curve_is_a_picture_of_its_points(self):
        from amine._live import curve
        picture = curve([(0, 0.0), (50, 1.0), (100, float("nan"))], 100)
        self.assertEqual(picture.count("<svg"), 1)
        self.assertIn("60.0,150.0 325.0,10.0\"", picture)
        self.assertEqual(curve([], 100), "")


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever began this may have it ignored
    COMMAND, LAYOUT = sys.argv[1:3]
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
