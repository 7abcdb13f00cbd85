#!/usr/bin/python3
"""folder.py AMINE: pages of folders, without a browser. `amine live DIR` shows a run that is done and one that goes
on in another process; --live beside several runs shows them as they begin; a page as one file holds what the
folder holds and loads nothing."""
import base64
import html.parser
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from client import Page  # noqa: E402

AMINE = os.path.abspath(sys.argv.pop(1))


class Watched(Page):
    """`amine live DIR`, whose address is on standard output, and which has no state of a run 0 to wait for."""

    def __init__(self, *args, cwd):
        self.process = subprocess.Popen([AMINE, "live", *args], cwd=cwd, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True)
        self.first = self.process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:(\d+)/\?token=([0-9a-f]+)", self.first)
        if not found:
            raise AssertionError("no address: " + self.first + self.process.stderr.read())
        self.said, self.port, self.token = "", int(found[1]), found[2]
        status, headers, _ = self.ask("GET", f"/?token={self.token}", cookie=None)
        assert status == 303, status
        self.cookie = headers["Set-Cookie"].split(";")[0]


class Elements(html.parser.HTMLParser):
    """What a page holds: its embedded bytes by id, and every address in it."""

    def __init__(self, text):
        super().__init__()
        self.bytes, self.loads, self.policy, self.scripts = {}, [], None, 0
        self.id = None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.loads += [attrs[k] for k in ("src", "srcset", "data", "action") if attrs.get(k)]
        if tag == "link":
            self.loads.append(attrs["href"])
        if attrs.get("http-equiv") == "Content-Security-Policy":
            self.policy = attrs["content"]
        self.id = attrs.get("id") if attrs.get("type") == "application/octet-stream" else None
        self.scripts += tag == "script" and "type" not in attrs

    def handle_data(self, data):
        if self.id:
            self.bytes[self.id] = self.bytes.get(self.id, b"") + base64.b64decode(data, validate=True)

    def handle_endtag(self, tag):
        self.id = None


def read(*path):
    with open(os.path.join(*path), "rb") as f:
        return f.read()


class Folders(unittest.TestCase):
    def setUp(self):
        self.place = tempfile.TemporaryDirectory(prefix="amine-live-")
        self.page = None
        self.others = []

    def tearDown(self):
        for process in self.others + ([self.page.process] if self.page else []):
            if process.poll() is None:
                process.kill()
            process.communicate()
        self.place.cleanup()

    def amine(self, *args):
        return subprocess.run([AMINE, *args], cwd=self.place.name, capture_output=True, text=True,
                              timeout=300, check=False)

    def made(self, *args):
        done = self.amine(*args)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done

    def watch(self, *args):
        self.page = Watched(*args, cwd=self.place.name)
        return self.page

    def test_a_run_that_is_done(self):
        self.made("train", "bandit", "iterations=30", "--out", "done", "--quiet")
        page = self.watch("done")
        self.assertRegex(page.first, r"^live  http://127\.0\.0\.1:\d+/\?token=[0-9a-f]{32}\n$")
        self.assertEqual([r["name"] for r in page.json("board", "runs")["runs"]], ["bandit, seed 1"])
        self.assertEqual(page.json(0, "run")["command"], "amine train bandit seed=1 iterations=30")
        self.assertEqual(page.json(0, "state")["ended"], "done")
        self.assertEqual(page.file(0, "metrics.jsonl"), read(self.place.name, "done/metrics.jsonl"))
        code, out = page.end(signal.SIGTERM)
        self.assertEqual((code, out), (0, ""))

    def test_a_run_that_goes_on(self):
        other = subprocess.Popen([AMINE, "train", "bandit", "iterations=1000000", "--out", "on", "--quiet"],
                                 cwd=self.place.name)
        self.others.append(other)
        while not os.path.exists(os.path.join(self.place.name, "on/config.json")):
            time.sleep(0.01)
        page = self.watch("on", "--json")
        said = json.loads(page.first)
        self.assertEqual((said["status"], said["folder"]), ("live", "on"))
        first = page.until(0, lambda s: s["iteration"] > 0)
        self.assertIsNone(first["ended"])
        page.until(0, lambda s: s["iteration"] > first["iteration"])
        other.send_signal(signal.SIGINT)
        other.wait()
        last = page.until(0, lambda s: s["ended"] == "stopped")
        self.assertEqual(last["iteration"],
                         json.loads(read(self.place.name, "on/metrics.jsonl").splitlines()[-1])["iteration"])
        self.assertEqual(page.end(), (0, ""))  # the page has said that it is enough

    def test_what_is_no_run(self):
        done = self.amine("live", "nowhere")
        self.assertEqual(done.returncode, 3)
        self.assertIn("there is no run", done.stderr)
        self.assertEqual(self.amine("live", "a", "port=-1").returncode, 2)

    def beside(self, *args):
        self.page = Page.__new__(Page)
        Page.until, until = lambda *_: None, Page.until  # there may be no run yet
        try:
            self.page.__init__(AMINE, *args, cwd=self.place.name)
        finally:
            Page.until = until
        return self.page

    def test_beside_seeds(self):
        page = self.beside("train", "bandit", "seeds=3", "iterations=1500", "--out", "seeds", "--live",
                           "--no-report")
        end = time.monotonic() + 60
        while len(page.json("board", "runs")["runs"]) < 3 and time.monotonic() < end:
            time.sleep(0.05)
        runs = page.json("board", "runs")
        self.assertEqual((runs["mode"], len(runs["runs"])), ("seeds", 3))
        for k in range(3):
            page.until(k, lambda s: s["ended"] == "done" and s["iteration"] == 1500)
        code, out = page.end()
        self.assertEqual((code, out), (0, "folder  seeds\n"))

    def test_beside_a_sweep(self):
        page = self.beside("sweep", "bandit", "iterations=300", "learner.rate=0.001,0.01", "seeds=2", "--out", "s",
                           "--live")
        page.until(0, lambda s: s["ended"] == "done" and s["runs_done"] == 4)
        self.assertEqual(page.json(0, "run")["kind"], "study")
        self.assertIn(b'"arm"', page.file(0, "runs.jsonl"))
        code, out = page.end()
        self.assertEqual(code, 0)
        self.assertIn("report  s/report.html\n", out)

    def test_as_one_file(self):
        self.made("train", "bandit", "iterations=30", "--out", "net", "--quiet")
        self.made("simulate", "brain", "duration_s=0.5", "--out", "brain", "--quiet")
        self.made("train", "bandit", "seeds=2", "iterations=20", "--out", "two", "--quiet")
        for folder, runs in (("net", 1), ("brain", 1), ("two", 2)):
            done = self.made("report", "--interactive", folder)
            self.assertEqual(done.stdout, f"{folder}/live.html\n")
            page = Elements(read(self.place.name, folder, "live.html").decode())
            self.assertEqual(page.loads, ["data:,"])
            self.assertIn("default-src 'none'", page.policy)
            self.assertGreater(page.scripts, 3)
            self.assertEqual(len(json.loads(page.bytes["block-board-runs"])["runs"]), runs)
            for k in range(runs):
                at = [folder] if runs == 1 else [folder, f"seed{k + 1}"]
                self.assertEqual(json.loads(page.bytes[f"block-{k}-state"])["ended"], "done")
                self.assertFalse(json.loads(page.bytes[f"block-{k}-run"])["controls"])
                for name in ("metrics.jsonl", "config.json", "recording.npz"):
                    self.assertEqual(page.bytes[f"file-{k}-{name}"], read(self.place.name, *at, name))
        self.assertNotIn("file-0-spikes.gdf", page.bytes)
        done = self.made("report", "--interactive", "net", "--out", "elsewhere.html")
        self.assertEqual(done.stdout, "elsewhere.html\n")
        done = self.amine("report", "--interactive", "net", "brain")
        self.assertEqual(done.returncode, 2)
        self.assertIn("one folder", done.stderr)

    def test_what_is_too_much_is_left_out(self):
        self.made("train", "bandit", "iterations=30", "--out", "net", "--quiet")
        with open(os.path.join(self.place.name, "net/metrics.jsonl"), "ab") as f:
            line = b'{"iteration":30,"seconds":1,"reward":1,"more":"' + b"x" * (1 << 20) + b'"}\n'
            for _ in range(64):
                f.write(line)
        done = self.made("report", "--interactive", "net")
        self.assertIn("net/metrics.jsonl: 64 MiB do not fit into a page", done.stderr)
        text = read(self.place.name, "net/live.html").decode()
        page = Elements(text)
        self.assertNotIn("file-0-metrics.jsonl", page.bytes)
        self.assertIn("file-0-recording.npz", page.bytes)
        self.assertTrue(re.search("Left out, for it would be too much for one page: net/metrics.jsonl: 64 MiB", text))


unittest.main()
