#!/usr/bin/python3
"""session.py AMINE: runs under a page, without a browser. What is not touched has the same bits as without a
page; every control does to the run what it says; going back, a twin, and what was done are repeated to the
bit; a person who judges is heard."""
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from client import Page  # noqa: E402

AMINE = os.path.abspath(sys.argv.pop(1))
BRAIN = ["brain", "seed=3"]
NET = ["bandit", "seed=2", "threads=1"]


def digest(*path):
    with open(os.path.join(*path), "rb") as f:
        return hashlib.sha256(f.read()).hexdigest()


def lines(*path):
    """metrics.jsonl without its clock."""
    with open(os.path.join(*path), encoding="utf-8") as f:
        all_lines = [json.loads(line) for line in f]
    for line in all_lines:
        line.pop("seconds")
    return all_lines


class Case(unittest.TestCase):
    def setUp(self):
        self.place = tempfile.TemporaryDirectory(prefix="amine-live-")
        self.page = None

    def tearDown(self):
        if self.page and self.page.process.poll() is None:
            self.page.process.kill()
            self.page.process.communicate()
        self.place.cleanup()

    def at(self, *names):
        return os.path.join(self.place.name, *names)

    def run_amine(self, *args):
        done = subprocess.run([AMINE, *args], cwd=self.place.name, capture_output=True, text=True,
                              timeout=300, check=False)
        return done.returncode, done.stdout + done.stderr

    def open(self, *args):
        self.page = Page(AMINE, *args, cwd=self.place.name)
        return self.page

    def stopped(self):
        """The run is ended from the page, and so is the command."""
        self.page.send(0, "stop")
        self.page.until(0, lambda s: s["done"])
        code, _ = self.page.end()
        self.assertEqual(code, 0, self.page.said)


class Untouched(Case):
    def test_a_brain_that_is_looked_at(self):
        code, said = self.run_amine("simulate", *BRAIN, "duration_s=4", "--no-report", "--out", "a")
        self.assertEqual(code, 0, said)
        p = self.open("simulate", *BRAIN, "duration_s=4", "--no-report", "--live", "--out", "b")
        seen = set()
        def look(state):
            for name in ("spikes", "weights"):
                if p.block(0, name):
                    seen.add(name)
            return state["done"]
        state = p.until(0, look)
        self.assertEqual(seen, {"spikes", "weights"})
        self.assertEqual((state["ended"], state["t_s"]), ("done", 4))
        self.assertEqual(p.end()[0], 0)
        for name in ("checkpoint.safetensors", "spikes.gdf", "recording.npz", "config.json"):
            self.assertEqual(digest(self.at("a", name)), digest(self.at("b", name)), name)
        self.assertEqual(lines(self.at("a", "metrics.jsonl")), lines(self.at("b", "metrics.jsonl")))

    def test_a_training_that_is_looked_at(self):
        args = ["train", *NET, "iterations=400", "--no-report"]
        code, said = self.run_amine(*args, "--out", "a")
        self.assertEqual(code, 0, said)
        p = self.open(*args, "--live", "--out", "b")
        seen = set()
        def look(state):
            for name in ("episode", "series", "weights"):
                if p.block(0, name):
                    seen.add(name)
            return state["done"]
        self.assertEqual(p.until(0, look)["iteration"], 400)
        self.assertEqual(seen, {"episode", "series", "weights"})
        self.assertEqual(p.end()[0], 0)
        self.assertEqual(digest(self.at("a", "checkpoint.safetensors")),
                         digest(self.at("b", "checkpoint.safetensors")))
        self.assertEqual(lines(self.at("a", "metrics.jsonl")), lines(self.at("b", "metrics.jsonl")))


class Brain(Case):
    def test_every_control(self):
        p = self.open("simulate", *BRAIN, "duration_s=100000", "--no-report", "--live", "--out", "r")
        about = None
        about = p.json(0, "run")
        names = [n["name"] for n in about["populations"]]
        self.assertEqual([m["name"] for m in about["modulators"]],
                         ["dopamine", "serotonin", "norepinephrine", "acetylcholine", "orexin"])
        self.assertTrue(p.do(0, "pause")["ok"])
        at = p.until(0, lambda s: s["paused"])["step"]
        self.assertEqual(p.json(0, "state")["step"], at)

        self.assertTrue(p.do(0, "step")["ok"])
        p.until(0, lambda s: s["paused"] and s["step"] == at + 1)
        self.assertTrue(p.do(0, "step", value=7)["ok"])
        p.until(0, lambda s: s["paused"] and s["step"] == at + 8)

        self.assertTrue(p.do(0, "clamp", of="dopamine", value=0.9)["ok"])
        state = p.until(0, lambda s: s["held"][0] is not None)
        self.assertAlmostEqual(state["held"][0], 0.9, 5)
        self.assertIsNone(state["held"][1])
        p.do(0, "step", value=50)
        state = p.until(0, lambda s: s["paused"] and s["step"] == at + 58)
        self.assertAlmostEqual(state["levels"][0], 0.9, 5)
        p.do(0, "release", of="dopamine")
        p.until(0, lambda s: s["held"][0] is None)

        p.do(0, "lesion", of=names[1])
        self.assertEqual(p.until(0, lambda s: s["lesioned"])["lesioned"], [names[1]])
        projection = about["projections"][0]["name"]
        p.do(0, "lesion", of=projection)
        self.assertEqual(p.until(0, lambda s: len(s["lesioned"]) > 1)["lesioned"],
                         [names[1], projection])
        now = p.json(0, "state")["step"]
        p.arrays(0, "spikes")
        p.do(0, "step", value=1500)
        p.until(0, lambda s: s["paused"] and s["step"] == now + 1500)
        raster = p.arrays(0, "spikes")
        first, size = int(raster["first"][1]), int(raster["sizes"][1])
        silent = (raster["i"] >= first) & (raster["i"] < first + size)
        self.assertGreater(raster["i"].size, 100)
        self.assertEqual(int(silent.sum()), 0)
        self.assertTrue((raster["t"] >= raster["window"][0]).all())
        self.assertTrue((raster["t"] < raster["window"][1] + 1e-9).all())
        p.do(0, "heal", of=names[1])
        p.do(0, "heal", of=projection)
        p.until(0, lambda s: not s["lesioned"])

        p.do(0, "learning", value=0)
        self.assertTrue(p.until(0, lambda s: s["resting"])["resting"])
        p.do(0, "look", of=projection)
        before = self.weights(p, projection)
        now = p.json(0, "state")["step"]
        p.do(0, "step", value=300)
        p.until(0, lambda s: s["paused"] and s["step"] == now + 300)
        self.assertEqual(self.weights(p, projection).tobytes(), before.tobytes())
        p.do(0, "learning", value=1)
        p.do(0, "step", value=300)
        p.until(0, lambda s: s["paused"] and s["step"] == now + 600)
        self.assertNotEqual(self.weights(p, projection).tobytes(), before.tobytes())

        reward = p.json(0, "state")["levels"][0]
        p.do(0, "reward", value=1)
        p.do(0, "step", value=2)
        after = p.until(0, lambda s: s["paused"] and s["step"] == now + 602)["levels"][0]
        self.assertGreater(after, reward)

        self.assertTrue(p.do(0, "speed", value=0.5)["ok"])
        self.assertEqual(p.until(0, lambda s: s["speed"] == 0.5)["speed"], 0.5)
        self.assertTrue(p.do(0, "go")["ok"])
        p.until(0, lambda s: not s["paused"] and s["step"] > now + 700)
        self.stopped()
        self.replayed("r")

    def weights(self, p, projection):
        """Of the state as it is now: two that were made after it was asked for are alike."""
        p.block(0, "weights")
        version = 0
        for _ in range(2):
            while not p.block(0, "weights", version):
                pass
            version = p.version
        return p.arrays(0, "weights")[projection]

    def replayed(self, folder):
        code, said = self.run_amine("replay", folder)
        self.assertEqual(code, 0, said)
        self.assertIn("the same bits", said)

    def test_what_is_refused(self):
        p = self.open("simulate", *BRAIN, "duration_s=100000", "--no-report", "--live", "--out", "r")
        p.do(0, "pause")
        for command, word in (({"do": "clamp", "of": "dopamine", "value": 2}, "not in 0 to 1"),
                              ({"do": "clamp", "of": "adrenaline", "value": 0.5}, "adrenaline"),
                              ({"do": "lesion", "of": "nobody"}, "nobody"),
                              ({"do": "dance"}, "dance"),
                              ({"do": "speed", "value": -1}, "speed"),
                              ({"do": "step", "value": 0}, "step"),
                              ({"do": "back", "of": "12"}, "no mark"),
                              ({"do": "prefer", "of": "1", "value": 1}, "nothing is asked")):
            said = p.do(0, **command)
            self.assertFalse(said["ok"], command)
            self.assertIn(word, said["text"])
        self.assertIsNone(p.file(0, "events.jsonl"))
        self.stopped()

    def test_going_back(self):
        p = self.open("simulate", *BRAIN, "duration_s=100000", "--no-report", "--live", "--out", "r")
        p.do(0, "pause")
        p.do(0, "clamp", of="dopamine", value=0.8)
        self.assertTrue(p.do(0, "mark")["ok"])
        mark = p.until(0, lambda s: s["marks"])["marks"][0]
        kept = digest(self.at("r", f"mark-{mark['id']}.safetensors"))
        records = p.file(0, "metrics.jsonl")
        p.do(0, "lesion", of="V1_like")
        p.do(0, "step", value=400)
        state = p.until(0, lambda s: s["paused"] and s["step"] == mark["step"] + 400)
        self.assertEqual(state["lesioned"], ["V1_like"])
        self.assertTrue(p.do(0, "back", of=mark["id"])["ok"])
        state = p.until(0, lambda s: s["epoch"] == 1 and s["step"] == mark["step"])
        self.assertEqual(state["lesioned"], [])
        self.assertEqual(p.file(0, "metrics.jsonl"), records)
        self.assertAlmostEqual(state["held"][0], 0.8, 5)
        self.assertEqual(len(p.file(0, "events.jsonl").splitlines()), 1)
        self.assertTrue(p.do(0, "mark")["ok"])
        again = p.until(0, lambda s: len(s["marks"]) == 2)["marks"][1]
        self.assertEqual(again["step"], mark["step"])
        self.assertNotEqual(again["id"], mark["id"])
        self.assertEqual(digest(self.at("r", f"mark-{again['id']}.safetensors")), kept)
        p.do(0, "step", value=200)
        p.until(0, lambda s: s["paused"] and s["step"] == mark["step"] + 200)
        self.stopped()
        self.replayed("r")

    def test_a_twin(self):
        p = self.open("simulate", *BRAIN, "duration_s=100000", "--no-report", "--live", "--out", "r")
        p.do(0, "pause")
        at = p.json(0, "state")["step"]
        self.assertTrue(p.do(0, "twin")["ok"])
        self.assertFalse(p.do(0, "twin")["ok"])
        twin = p.until(1, lambda s: s["paused"] and s["step"] == at)
        self.assertEqual(p.json("board", "runs")["runs"][1]["twin_of"], 0)
        self.assertEqual(twin["lesioned"], [])
        p.do(1, "lesion", of="A1_like")
        for run in (0, 1):
            p.do(run, "step", value=500)
        for run in (0, 1):
            p.until(run, lambda s: s["paused"] and s["step"] == at + 500)
        self.assertEqual(p.json(0, "state")["lesioned"], [])
        self.assertEqual(p.json(1, "state")["lesioned"], ["A1_like"])
        p.send(1, "stop")
        p.until(1, lambda s: s["done"])
        self.stopped()
        self.replayed("r")
        self.replayed("r-twin")
        self.assertNotEqual(digest(self.at("r", "spikes.gdf")), digest(self.at("r-twin", "spikes.gdf")))


class Training(Case):
    def test_every_control(self):
        p = self.open("train", *NET, "iterations=1000000", "--no-report", "--live", "--out", "r")
        p.do(0, "pause")
        at = p.until(0, lambda s: s["paused"])["iteration"]
        p.do(0, "step", value=3)
        p.until(0, lambda s: s["paused"] and s["iteration"] == at + 3)
        self.assertTrue(p.do(0, "rate", value=0.5)["ok"])
        self.assertEqual(p.until(0, lambda s: s["rate_factor"] == 0.5)["rate_factor"], 0.5)
        self.assertTrue(p.do(0, "learning", value=0)["ok"])
        p.until(0, lambda s: s["resting"])
        self.assertTrue(p.do(0, "mark")["ok"])
        mark = p.until(0, lambda s: s["marks"])["marks"][0]
        records = p.file(0, "metrics.jsonl")
        for epoch, steps in ((1, 1), (2, 30)):
            p.do(0, "step", value=steps)
            p.until(0, lambda s, n=steps: s["paused"] and s["iteration"] == mark["step"] + n)
            self.assertTrue(p.do(0, "mark")["ok"])  # so that the records end there
            self.assertTrue(p.do(0, "back", of=mark["id"])["ok"])
            state = p.until(0, lambda s, n=epoch: s["epoch"] == n and s["iteration"] == mark["step"])
            self.assertEqual(p.file(0, "metrics.jsonl"), records)
        self.assertTrue(state["resting"])
        self.assertFalse(p.do(0, "clamp", of="dopamine", value=1)["ok"])
        p.do(0, "learning", value=1)
        p.do(0, "step", value=20)
        p.until(0, lambda s: s["paused"] and s["iteration"] == mark["step"] + 20)
        about = p.json(0, "run")
        self.assertEqual((about["kind"], about["task"], about["seed"]), ("train", "bandit", 2))
        self.stopped()
        code, said = self.run_amine("replay", "r")
        self.assertEqual(code, 0, said)

    def test_a_person_judges(self):
        args = ["train", "cart-pole", "iterations=2", "seed=1", "reward.type=preferences",
                "reward.judge=file", "reward.file=answers.jsonl", "reward.answers=6", "reward.first=6",
                "--no-report"]
        p = self.open(*args, "--live", "--out", "r")
        for k in range(6):
            asked = p.until(0, lambda s: s["waiting"] or s["done"])
            self.assertEqual(asked["waiting"], "answers")
            clips = p.json(0, "clips")
            self.assertEqual((clips["answered"], clips["task"]), (k, "cart-pole"))
            self.assertGreater(len(clips["first"]["inputs"]), 0)
            self.assertFalse(p.do(0, "prefer", of="999", value=1)["ok"])
            self.assertTrue(p.do(0, "prefer", of=str(clips["pair"]), value=k % 3)["ok"])
            if k < 5:
                p.until(0, lambda s, k=k: p.json(0, "clips") and p.json(0, "clips")["answered"] == k + 1)
        state = p.until(0, lambda s: s["done"])
        self.assertEqual((state["ended"], state["iteration"]), ("done", 2))
        p.end()
        with open(self.at("answers.jsonl"), encoding="utf-8") as f:
            words = [json.loads(line)["preferred"] for line in f]
        self.assertEqual(words, ["equal", "first", "second"] * 2)
        # the same answers from the beginning give the same bits
        code, said = self.run_amine(*args, "--out", "again")
        self.assertEqual(code, 0, said)
        self.assertEqual(digest(self.at("r", "checkpoint.safetensors")),
                         digest(self.at("again", "checkpoint.safetensors")))


class Classroom(Case):
    def test_one_after_the_other(self):
        p = self.open("live")
        listed = p.json("board", "runs")
        self.assertEqual((listed["mode"], listed["runs"]), ("classroom", []))
        names = [d["name"] for d in listed["demonstrations"]]
        self.assertEqual(len(names), 5)
        for run, name in enumerate(names):
            p.send(-1, "begin", of=name)
            p.until(run, lambda s: True)
            listed = p.json("board", "runs")
            self.assertEqual((listed["running"], [r["run"] for r in listed["runs"]]), (name, [run]))
            state = p.until(run, lambda s: s.get("t_s", s.get("iteration")) > 0)
            self.assertGreater(state["speed"], 0)
            self.assertTrue(p.do(run, "pause")["ok"])
            if run > 0:
                self.assertEqual(p.json(run - 1, "state")["ended"], "stopped")
        p.send(-1, "begin", of="nothing")  # ends the one that runs, and begins none
        p.until(4, lambda s: s["done"])
        p.send(-1, "leave")
        p.until(4, lambda s: p.json("board", "runs")["runs"] == [])
        self.assertEqual(p.end()[0], 0)
        self.assertTrue(os.path.exists(self.at("runs", "live-dopamine", "checkpoint.safetensors")))


if __name__ == "__main__":
    unittest.main()
