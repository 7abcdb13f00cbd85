#!/usr/bin/python3
"""page.py AMINE: the page of a run, in headless Chromium. What is drawn is what the run's files and blocks say; each
control does to the run what it says; keys, dark mode, reduced motion, 600 pixels; nothing is asked of anybody
else, and no word in the console. Figures (first picture, pictures a second) are printed, not judged. Exit code 77
where there is no Chromium to try it in."""
import base64
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

try:
    import numpy as np
    from selenium import webdriver
    from selenium.webdriver.chrome.options import Options
    from selenium.webdriver.chrome.service import Service
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys
    from selenium.webdriver.support.select import Select
except ImportError as missing:
    print("page.py:", missing)
    sys.exit(77)
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")
if not CHROMIUM or not DRIVER:
    print("page.py: no chromium with its driver (Debian: chromium chromium-driver python3-selenium)")
    sys.exit(77)

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from client import Page  # noqa: E402

AMINE = os.path.abspath(sys.argv.pop(1))
SOURCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "src")
BRAIN = ["simulate", "brain", "seed=3", "duration_s=3600", "threads=1", "--no-report"]
MAZE = ["train", "maze", "seed=1", "threads=1", "--no-report"]
MODULATORS = ["dopamine", "serotonin", "norepinephrine", "acetylcholine", "orexin"]


def start_browser(width=1280, height=1000):
    options = Options()
    options.binary_location = CHROMIUM
    for word in ("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
                 "--disable-dev-shm-usage", "--disable-background-networking"):
        options.add_argument(word)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    browser = webdriver.Chrome(options=options, service=Service(DRIVER))
    resize(browser, width, height)
    return browser


def resize(browser, width, height):
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
        "width": width, "height": height, "deviceScaleFactor": 1, "mobile": False})


def kill_children(parent):
    """As kill -9 does; returns how many."""
    n = 0
    for name in os.listdir("/proc"):
        try:
            with open(f"/proc/{name}/stat", encoding="utf-8") as f:
                is_child = name.isdigit() and int(f.read().rsplit(")", 1)[1].split()[1]) == parent
            if is_child:
                os.kill(int(name), signal.SIGKILL)
                n += 1
        except (OSError, ValueError):
            pass
    return n


def media(browser, **features):
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [
        {"name": name.replace("_", "-"), "value": value} for name, value in features.items()]})


class Case(unittest.TestCase):
    browser = None

    @classmethod
    def setUpClass(cls):
        cls.browser = start_browser()

    @classmethod
    def tearDownClass(cls):
        cls.browser.quit()

    def setUp(self):
        self.place = tempfile.TemporaryDirectory(prefix="amine-page-")
        self.page = None
        resize(self.browser, 1280, 1000)
        media(self.browser)

    def tearDown(self):
        self.browser.get("about:blank")
        if self.page and self.page.process.poll() is None:
            self.page.process.kill()
            self.page.process.communicate()
        self.place.cleanup()

    # ------------------------------------------------------------------ pages
    def open(self, *args):
        self.page = Page(AMINE, *args, "--live", "--out", os.path.join(self.place.name, "r"),
                         cwd=self.place.name)
        self.visit()
        return self.page

    def visit(self, view="run"):
        for log in ("browser", "performance"):
            self.browser.get_log(log)
        self.browser.get(self.page.url)
        self.until("return window.amine && amine.view.startsWith(arguments[0])", view)

    def js(self, script, *args):
        return self.browser.execute_script(script, *args)

    def until(self, script, *args, seconds=30):
        """What the script returns, once that is something."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = self.js(script, *args)
            if found:
                return found
            time.sleep(0.05)
        shown = self.js("return document.body.innerText")
        raise AssertionError(f"never: {script}\n{shown[:3000]}")

    def one(self, css):
        return self.browser.find_element(By.CSS_SELECTOR, css)

    def click(self, css):
        self.until("const found = document.querySelector(arguments[0]); return found && found.offsetParent !== null", css)
        element = self.one(css)
        self.js("arguments[0].scrollIntoView({block: 'center'})", element)
        element.click()

    def press(self, keys, css=None):
        if css:
            element = self.one(css)
            self.js("arguments[0].scrollIntoView({block: 'center'}); arguments[0].focus()", element)
        else:
            self.js("document.activeElement.blur()")
        ActionChains(self.browser).send_keys(keys).perform()

    def see(self, css):
        self.js("document.querySelector(arguments[0]).scrollIntoView({block: 'start'})", css)

    def heard(self, text):
        return self.until("return document.querySelector('#heard').innerText.includes(arguments[0])", text)

    def pause(self):
        """Pauses, and waits until the page has drawn the state of then."""
        self.page.do(0, "pause")
        state = self.page.until(0, lambda s: s["paused"])
        key = "step" if "step" in state else "iteration"
        self.until("return amine.run(0) && amine.run(0).state && amine.run(0).state[arguments[0]] === arguments[1]",
                   key, state[key])
        return state

    def pixels(self, css):
        """A canvas as [rows][columns][4]."""
        data = self.js("""const canvas = document.querySelector(arguments[0]);
          const bytes = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
          let text = '';
          for (let k = 0; k < bytes.length; k += 8192)
            text += String.fromCharCode(...bytes.subarray(k, k + 8192));
          return [canvas.width, canvas.height, btoa(text)]""", css)
        return np.frombuffer(base64.b64decode(data[2]), np.uint8).reshape(data[1], data[0], 4)

    def colour(self, name):
        text = self.js("return getComputedStyle(document.documentElement).getPropertyValue(arguments[0])", name)
        text = text.strip().lstrip("#")
        return np.array([int(text[k:k + 2], 16) for k in (0, 2, 4)])

    def silent(self):
        """No word in the console, nothing asked of anybody else."""
        words = [w for w in self.browser.get_log("browser") if w["level"] in ("SEVERE", "WARNING")
                 and "willReadFrequently" not in w["message"]]  # that was this test, which reads pixels
        self.assertEqual(words, [])
        self.assertEqual(self.js("return amine.failures"), 0)
        asked = set()
        for entry in self.browser.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                asked.add(message["params"]["request"]["url"])
        mine = f"http://{self.page.host}/"
        elsewhere = [url for url in asked if not url.startswith((mine, "data:", "about:"))]
        self.assertEqual(elsewhere, [])
        self.assertTrue(any(url.startswith(mine) for url in asked))

    def no_scrolling_aside(self):
        wide = self.js("return document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wide > 0:
            wide = self.js("""return [...document.querySelectorAll('body *')].filter(e =>
              e.getBoundingClientRect().right > innerWidth + 1).map(e => e.tagName + '.' + e.className).slice(0, 8)""")
        self.assertEqual(wide, 0)


# ------------------------------------------------------------------------------ what is drawn
class Drawn(Case):
    def test_the_curve_is_the_metrics(self):
        p = self.open("train", "bandit", "seed=1", "threads=1", "--no-report")
        self.until("return amine.run(0) && amine.run(0).rows >= 30", seconds=60)
        self.pause()
        rows = [json.loads(line) for line in p.file(0, "metrics.jsonl").splitlines()]
        self.until("return amine.run(0).rows === arguments[0] && amine.run(0).curve.n === arguments[0]", len(rows))
        for name in ("iteration", "reward", "loss", "seconds"):
            self.assertEqual(self.js("return amine.column(0, arguments[0])", name), [row[name] for row in rows])
        curve = self.js("return amine.run(0).curve")
        self.assertEqual((curve["name"], curve["over"]), ("reward", "iteration"))
        place = curve["place"]
        image = self.pixels(".curve canvas")
        blue = self.colour("--c0")
        # the running mean, of a thirtieth of the rows, is drawn in full colour where the numbers say
        half = len(rows) // 60 if len(rows) <= 600 else None
        self.assertIsNotNone(half, "paused too late")
        def at(x, y):
            across = (x - place["x"][0]) / (place["x"][1] - place["x"][0])
            down = (place["y"][1] - y) / (place["y"][1] - place["y"][0])
            return (int(round(place["left"] + across * place["width"])),
                    int(round(place["top"] + down * place["height"])))
        hits = 0
        for k, row in list(enumerate(rows))[2:-2]:
            around = [r["reward"] for r in rows[max(0, k - half):k + half + 1]]
            column, line = at(row["iteration"], sum(around) / len(around))
            near = image[max(0, line - 2):line + 3, max(0, column - 2):column + 3]
            close = np.abs(near[..., :3].astype(int) - blue).sum(-1) < 60
            hits += bool((close & (near[..., 3] > 60)).any())
        self.assertGreaterEqual(hits, 0.9 * (len(rows) - 4))
        # and nowhere far from them
        column, _ = at(rows[len(rows) // 2]["iteration"], 0)
        far = image[at(0, min(row["reward"] for row in rows))[1] + 12:, column]
        self.assertGreater(len(far), 20)
        self.assertFalse(((np.abs(far[:, :3].astype(int) - blue).sum(-1) < 60) & (far[:, 3] > 60)).any())
        # the lines have their names
        about = p.json(0, "run")
        self.assertGreater(len(about["lines"]), 1)
        for line in about["lines"]:
            self.assertTrue(place["y"][0] <= line["reward"] <= place["y"][1])
        self.silent()

    def test_the_episode_is_the_runs(self):
        p = self.open(*MAZE)
        self.see(".stage")
        self.until("return document.querySelector('.playing')")
        self.until("return document.querySelectorAll('.strip').length >= 4")
        titles = self.js("return [...document.querySelectorAll('.strip h4 span')].map(e => e.textContent)")
        self.assertEqual(titles, ["Activity", "Modulator M(t)", "Trace H", "Value"])
        self.pause()
        episode = p.arrays(0, "episode")
        last = len(episode["rewards"])
        if self.js("return document.querySelector('.play').classList.contains('on')"):
            self.click(".playing .play")
        self.press([Keys.END], ".playing .at")
        words = self.one(".playing .now").text
        self.assertIn(f"step {last} of {last}", words)
        image = self.pixels(".maze")
        side = image.shape[1]
        cells = len(episode["walls"])
        wall = self.colour("--wall")
        for i in range(cells):
            for j in range(cells):
                y, x = int((i + 0.5) * side / cells), int((j + 0.5) * side / cells)
                self.assertEqual(bool((image[y, x, :3] == wall).all()), bool(episode["walls"][i, j]), (i, j))
        self.see(".weights")
        self.until("return amine.run(0).maps.length >= 2")
        self.assertEqual(self.js("return amine.run(0).maps"), list(p.arrays(0, "weights").keys()))
        self.silent()

    def test_the_raster_is_the_spikes(self):
        p = self.open(*BRAIN)
        self.until("return amine.run(0) && amine.run(0).raster && amine.run(0).raster.spikes > 100")
        p.do(0, "speed", value=1)
        self.until("return amine.run(0).state.t_s > 2", seconds=60)
        self.pause()
        time.sleep(0.5)
        spikes = p.arrays(0, "spikes")
        self.until("return amine.run(0).raster.spikes === arguments[0]", len(spikes["i"]))
        about = p.json(0, "run")
        image = self.pixels(".spikes")
        shown = self.js("return amine.run(0).raster")
        begin, end = shown["window"]
        n, down, across = shown["neurons"], image.shape[0] - 24, image.shape[1]
        self.assertEqual(n, sum(q["n"] for q in about["populations"]))
        inks = [self.colour(f"--c{k}") for k in range(len(about["populations"]))]
        self.assertGreater(len(spikes["i"]), 100)
        for k in range(0, len(spikes["i"]), max(1, len(spikes["i"]) // 50)):
            neuron, t = int(spikes["i"][k]), float(spikes["t"][k])
            which = [q for q, one in enumerate(about["populations"]) if one["first"] <= neuron][-1]
            y = int((neuron + 0.5) / n * down)
            x = int((t - begin) * (across - 2) / (end - begin))
            near = image[y:y + 2, max(0, x - 1):x + 3, :3].astype(int)
            self.assertTrue((np.abs(near - inks[which]).sum(-1) < 12).any(), (neuron, t))
        # the levels beside the sliders, and the rates beside the names
        self.see(".levels")
        state = p.json(0, "state")
        wanted = ["%.2f" % v for v in state["levels"]]
        self.until("return amine.run(0).levels.map(one => one.shown).join() === arguments[0]", ",".join(wanted))
        levels = self.js("return amine.run(0).levels")
        self.assertEqual([one["name"] for one in levels], MODULATORS)
        rows = [json.loads(line) for line in p.file(0, "metrics.jsonl").splitlines()]
        self.until("return amine.run(0).rows === arguments[0]", len(rows))
        self.assertEqual(self.js("return amine.column(0, 'level.dopamine')"),
                         [row["level"]["dopamine"] for row in rows])
        self.silent()

    def test_colours_are_the_reports(self):
        def pairs(path, pattern):
            with open(os.path.join(SOURCE, path), encoding="utf-8") as f:
                return re.findall(pattern, f.read())
        wanted = pairs("report/palette.h", r'X\("(\w+)", "(#\w+)", "(#\w+)"\)')
        found = pairs("live/page/live.css", r"--(\w+):(#\w+)")
        for name, light, dark in wanted:
            self.assertEqual([value for key, value in found if key == name], [light, dark], name)


# ------------------------------------------------------------------------------ what persons do
class Done(Case):
    def test_pace(self):
        p = self.open(*MAZE)
        self.until("return document.querySelector('.pause span').textContent === 'Pause'")
        self.click(".pause")
        state = p.until(0, lambda s: s["paused"])
        self.until("return document.querySelector('.pause span').textContent === 'Go on'")
        self.click(".step")
        p.until(0, lambda s: s["paused"] and s["iteration"] == state["iteration"] + 1)
        self.press(".")
        p.until(0, lambda s: s["paused"] and s["iteration"] == state["iteration"] + 2)
        Select(self.one(".pace select")).select_by_visible_text("5 a second")
        p.until(0, lambda s: s["speed"] == 5)
        self.press(" ")
        p.until(0, lambda s: not s["paused"])
        self.press(" ")
        p.until(0, lambda s: s["paused"])
        self.press("  ")  # faster than the run's word on the first comes back
        p.until(0, lambda s: [w["text"].split()[0] for w in s["said"][-2:]] == ["going", "paused"])
        self.press("m")
        self.heard("kept")
        marks = p.until(0, lambda s: s["marks"])["marks"]
        self.until("return document.querySelectorAll('.marks li').length === 1")
        self.press(".")
        p.until(0, lambda s: s["iteration"] > marks[0]["step"])
        self.click(".marks button")
        p.until(0, lambda s: s["epoch"] == 1 and s["iteration"] == marks[0]["step"])
        self.silent()

    def test_a_training_is_reached_into(self):
        p = self.open(*MAZE)
        self.until("return document.querySelector('.switch')")
        self.assertEqual(self.one(".switch").get_attribute("aria-checked"), "true")
        self.click(".switch")
        p.until(0, lambda s: s["resting"])
        self.until("return document.querySelector('.switch').getAttribute('aria-checked') === 'false'")
        self.click(".switch")
        p.until(0, lambda s: not s["resting"])
        field = self.one(".give input")
        self.js("arguments[0].focus(); arguments[0].select()", field)
        field.send_keys("0.5", Keys.ENTER)
        p.until(0, lambda s: s["rate_factor"] == 0.5)
        self.js("arguments[0].select()", field)
        field.send_keys(Keys.BACKSPACE, Keys.ENTER)
        self.heard("this is no number")
        field.send_keys("-7", Keys.ENTER)
        said = p.until(0, lambda s: s["said"] and not s["said"][-1]["ok"])["said"][-1]["text"]
        self.heard(said)
        self.until("return document.querySelector('.said .refused')")
        events = [json.loads(line) for line in p.file(0, "events.jsonl").splitlines()]
        self.assertEqual([(e["do"], e["value"]) for e in events], [("learning", 0), ("learning", 1), ("rate", 0.5)])
        self.until("return document.querySelectorAll('.done li').length === 3")
        self.assertEqual(self.js("return amine.run(0).events"), events)
        self.assertIn(p.json(0, "run")["command"], self.one(".reach").text)
        self.silent()

    def test_a_brain_is_reached_into(self):
        p = self.open(*BRAIN)
        self.see(".levels")
        self.until("return document.querySelector('.level .hold:not([hidden])')")
        for k in range(len(MODULATORS)):
            css = f".level:nth-child({k + 1})"
            self.press([Keys.END], css + " input")
            p.until(0, lambda s, k=k: s["held"][k] == 1)
            self.until("return document.querySelector(arguments[0]).textContent === 'Release'", css + " .hold")
            self.click(css + " .hold")
            p.until(0, lambda s, k=k: s["held"][k] is None)
            self.until("return document.querySelector(arguments[0]).textContent === 'Hold'", css + " .hold")
            self.click(css + " .hold")
            p.until(0, lambda s, k=k: s["held"][k] is not None)
            self.until("return document.querySelector(arguments[0]).textContent === 'Release'", css + " .hold")
            self.click(css + " .hold")
            p.until(0, lambda s, k=k: s["held"][k] is None)
        # the page is scrolled down: what the run says and does is known all the same
        self.assertLess(self.js("return document.querySelector('.figures').getBoundingClientRect().bottom"), 0)
        self.heard("release orexin")
        self.press(" ")
        p.until(0, lambda s: s["paused"])
        self.until("return document.querySelector('.pause span').textContent === 'Go on'")
        self.press(" ")
        for name in ("reward", "punishment", "uncertainty", "novelty", "attention"):
            self.click(f"button[aria-label='Give {name}']")
            self.heard(name + " 1")
        part = p.json(0, "run")["populations"][1]["name"]
        Select(self.one(".lesion select")).select_by_visible_text(part)
        self.click(".lesion button")
        p.until(0, lambda s: s["lesioned"] == [part])
        self.until("return document.querySelector('.populations').innerText.includes('lesioned')")
        self.click(f"button[aria-label='Heal {part}']")
        p.until(0, lambda s: s["lesioned"] == [])
        # what stands below it moves up
        self.until("return !document.querySelector(arguments[0])", f"button[aria-label='Heal {part}']")
        self.click(".switch")
        p.until(0, lambda s: s["resting"])
        self.see("[data-section=weights]")
        self.until("return amine.run(0).maps.length === 1")
        other = p.json(0, "run")["projections"][2]["name"]
        Select(self.one(".projection")).select_by_value(other)
        self.until("return amine.run(0).maps[0] === arguments[0]", other)
        kinds = {kind["name"] for kind in p.json(0, "run")["reach"]}
        events = [json.loads(line) for line in p.file(0, "events.jsonl").splitlines()]
        self.assertEqual({e["do"] for e in events}, kinds)
        self.silent()

    def test_a_twin_is_beside_it(self):
        p = self.open(*BRAIN)
        p.do(0, "speed", value=1)
        self.until("return document.querySelector('.twin:not([hidden])')")
        self.click(".twin")
        self.until("return document.querySelectorAll('.window').length === 2")
        self.until("return amine.run(1) && amine.run(1).raster && amine.run(1).raster.spikes > 0")
        labels = self.js("return [...document.querySelectorAll('.whose h2')].map(e => e.textContent)")
        self.assertTrue(labels[0].startswith("A, original") and labels[1].startswith("B, copy"), labels)
        self.click(".whose-choice label:nth-of-type(2)")
        part = p.json(0, "run")["populations"][0]["name"]
        Select(self.one(".lesion select")).select_by_visible_text(part)
        self.click(".lesion button")
        p.until(1, lambda s: s["lesioned"] == [part])
        self.assertEqual(p.json(0, "state")["lesioned"], [])
        self.click(".pause")
        for run in (0, 1):
            p.until(run, lambda s: s["paused"])
        self.no_scrolling_aside()
        resize(self.browser, 600, 900)
        time.sleep(0.3)
        self.no_scrolling_aside()
        self.silent()

    def test_a_person_judges(self):
        self.open("train", "cart-pole", "seed=1", "threads=1", "iterations=2", "reward.type=preferences",
                  "reward.judge=file", "reward.file=answers.jsonl", "reward.first=3", "reward.spread=1",
                  "reward.every=1", "--no-report")
        for k, key in enumerate("120"):
            self.until("return !document.querySelector('.asked').hidden && "
                       "document.querySelector('.tally').textContent.startsWith(arguments[0])", f"{k} of")
            image = self.pixels(".pair canvas")
            self.assertTrue((np.abs(image[..., :3].astype(int) - self.colour("--c0")).sum(-1) < 12).any())
            self.press(key)
            time.sleep(0.1)
        end = time.monotonic() + 30
        answers = os.path.join(self.place.name, "answers.jsonl")
        words = []
        while time.monotonic() < end and len(words) < 3:
            if os.path.exists(answers):
                with open(answers, encoding="utf-8") as f:
                    words = [json.loads(line)["preferred"] for line in f.read().splitlines()]
            time.sleep(0.05)
        self.assertEqual(words[:3], ["first", "second", "equal"])
        self.silent()


# ------------------------------------------------------------------------------ for whom it is
class Readers(Case):
    def test_narrow_dark_and_still(self):
        self.open(*MAZE)
        media(self.browser, prefers_color_scheme="dark", prefers_reduced_motion="reduce")
        resize(self.browser, 600, 900)
        self.browser.refresh()
        self.until("return amine.run(0) && amine.run(0).curve && amine.run(0).rows > 2", seconds=60)
        self.see(".stage")
        self.until("return document.querySelector('.playing')", seconds=60)
        self.until("return document.querySelector('.playing .at').max > 0")
        self.no_scrolling_aside()
        self.assertEqual(self.js("return getComputedStyle(document.body).backgroundColor"), "rgb(19, 21, 25)")
        before = self.js("return document.querySelector('.playing .at').value")
        time.sleep(1)
        self.assertEqual(self.js("return document.querySelector('.playing .at').value"), before)
        self.assertFalse(self.js("return document.querySelector('.playing .play').classList.contains('on')"))
        self.see(".curve")
        self.until("return amine.run(0).curve.drawn > 0")
        time.sleep(1.2)
        image = self.pixels(".curve canvas")
        dark = self.colour("--c0")
        self.assertEqual(list(dark), [0x56, 0xac, 0xf0])
        self.assertTrue(((np.abs(image[..., :3].astype(int) - dark).sum(-1) < 12) & (image[..., 3] > 200)).any())
        # and light again, without loading it anew
        media(self.browser)
        time.sleep(1.2)
        image = self.pixels(".curve canvas")
        light = self.colour("--c0")
        self.assertEqual(list(light), [0x00, 0x67, 0xb1])
        self.assertTrue(((np.abs(image[..., :3].astype(int) - light).sum(-1) < 12) & (image[..., 3] > 200)).any())
        self.silent()

    def test_all_can_be_reached_by_keys(self):
        self.open(*BRAIN)
        self.see(".levels")
        self.until("return document.querySelector('.level .hold:not([hidden])')")
        self.until("return document.querySelector('.lesion select')")
        wanted = self.js("""return [...document.querySelectorAll('button,select,input,a[href],summary')]
          .filter(e => e.offsetParent && !e.disabled && e.type !== 'radio').length""")
        self.assertGreater(wanted, 20)
        names = set()
        self.js("document.activeElement.blur(); scrollTo(0, 0)")
        for _ in range(wanted + 40):
            ActionChains(self.browser).send_keys(Keys.TAB).perform()
            names.add(self.js("""const e = document.activeElement;
              if (e === document.body) return '';
              const line = getComputedStyle(e);
              if ((line.outlineStyle === 'none' || parseFloat(line.outlineWidth) < 1) && e.id !== 'main') throw Error('no focus to be seen: ' + e.outerHTML);
              if (!e.dataset.n) e.dataset.n = Math.random();
              return e.dataset.n"""))
        self.assertGreaterEqual(len(names), wanted)
        unnamed = self.js("""return [...document.querySelectorAll('button,select,input')].filter(e => e.offsetParent &&
          !(e.getAttribute('aria-label') || e.textContent.trim() || (e.labels && e.labels.length))).map(e => e.outerHTML)""")
        self.assertEqual(unnamed, [])
        self.silent()

    def test_a_killed_browser_harms_nothing(self):
        p = self.open(*MAZE)
        other = start_browser()
        try:
            other.get(self.page.url)
            time.sleep(1)
            at = p.json(0, "state")["iteration"]
            killed = kill_children(other.service.process.pid)
            self.assertGreater(killed, 0)
        finally:
            other.service.stop()
        p.until(0, lambda s: s["iteration"] > at + 2)
        self.until("return amine.run(0).state.iteration > arguments[0]", at)

    def test_the_stream_breaks(self):
        p = self.open(*MAZE)
        self.until("return document.querySelector('#link').textContent.includes('live')")
        p.process.kill()
        p.process.wait()
        self.until("return document.querySelector('#link').classList.contains('broken')")
        self.assertIn("Trying again", self.one("#link").text)

    def test_a_hidden_page_asks_for_nothing(self):
        self.open(*BRAIN)
        self.until("return amine.run(0) && amine.run(0).raster")
        def asked(seconds):
            self.js("performance.clearResourceTimings()")
            time.sleep(seconds)
            return self.js("return performance.getEntriesByType('resource').length")
        def hide(hidden):
            self.js("""Object.defineProperty(document, 'hidden', {value: arguments[0], configurable: true});
              document.dispatchEvent(new Event('visibilitychange'))""", hidden)
            time.sleep(1)
        self.assertGreater(asked(2), 3)
        self.js("""window.streams = {closed: 0, opened: 0};
          const Stream = EventSource, close = EventSource.prototype.close;
          EventSource.prototype.close = function () { streams.closed++; close.call(this); };
          window.EventSource = class extends Stream { constructor(url) { super(url); streams.opened++; } };""")
        hide(True)
        self.assertEqual(self.js("return streams"), {"closed": 1, "opened": 0})
        self.assertEqual(asked(3), 0)
        hide(False)
        self.assertGreater(asked(2), 3)


# ------------------------------------------------------------------------------ folders and files
class Folders(Case):
    def make(self, *args):
        done = subprocess.run([AMINE, *args, "threads=1", "--out", "made"], cwd=self.place.name,
                              capture_output=True, text=True, timeout=300, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return os.path.join(self.place.name, "made")

    def look(self, *args, view="run"):
        self.page = Page(AMINE, "live", *args, cwd=self.place.name)
        self.visit(view)
        return self.page

    def test_several_seeds(self):
        self.make("train", "bandit", "seeds=3", "iterations=60", "--no-report")
        p = self.look("made", view="study")
        self.until("return document.querySelectorAll('.tile').length === 3")
        self.until("return [...document.querySelectorAll('.tile .far')].every(e => e.textContent === '✓ done')")
        image = self.pixels(".tile canvas")
        self.assertTrue((np.abs(image[..., :3].astype(int) - self.colour("--c0")).sum(-1) < 12).any())
        self.click(".tile:nth-of-type(2)")
        self.until("return amine.view === 'run1'")
        rows = [json.loads(line) for line in p.file(1, "metrics.jsonl").splitlines()]
        self.until("return amine.run(1) && amine.run(1).rows === arguments[0]", len(rows))
        self.assertEqual(self.js("return amine.column(1, 'reward')"), [row["reward"] for row in rows])
        self.assertTrue(self.js("return document.querySelector('.transport').hidden"))
        self.click("#crumb a")
        self.until("return amine.view === 'study' && document.querySelectorAll('.tile').length === 3")
        resize(self.browser, 600, 900)
        time.sleep(0.3)
        self.no_scrolling_aside()
        self.silent()

    def test_a_page_in_a_file(self):
        for args, key in ((["train", "maze", "seed=1", "iterations=30"], "reward"),
                          (["simulate", "brain", "seed=1", "duration_s=2"], "level.dopamine")):
            folder = self.make(*args)
            done = subprocess.run([AMINE, "report", "--interactive", "made", "--out", "page.html"], timeout=60,
                                  cwd=self.place.name, capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 0, done.stderr)
            with open(os.path.join(folder, "metrics.jsonl"), encoding="utf-8") as f:
                rows = [json.loads(line) for line in f]
            shutil.rmtree(folder)  # the page needs nothing else
            for log in ("browser", "performance"):
                self.browser.get_log(log)
            self.browser.get("file://" + os.path.join(self.place.name, "page.html"))
            self.until("return amine.run(0) && amine.run(0).rows === arguments[0]", len(rows))
            first, *rest = key.split(".")
            self.assertEqual(self.js("return amine.column(0, arguments[0])", key),
                             [row[first][rest[0]] if rest else row[first] for row in rows])
            self.until("return document.querySelector('.maze') || amine.run(0).raster")
            self.assertEqual(self.js("return [...document.querySelectorAll('.transport button, .grip button, form')]"
                                     ".filter(e => e.offsetParent).length"), 0)
            self.no_scrolling_aside()
            words = [w for w in self.browser.get_log("browser") if w["level"] in ("SEVERE", "WARNING")]
            self.assertEqual(words, [])
            asked = [json.loads(entry["message"])["message"] for entry in self.browser.get_log("performance")]
            asked = [m["params"]["request"]["url"] for m in asked if m["method"] == "Network.requestWillBeSent"]
            self.assertEqual([url for url in asked if not url.startswith(("file:", "data:", "about:"))], [])

    def test_half_a_million_points(self):
        folder = self.make("train", "bandit", "iterations=20", "--no-report")
        n = 500000
        rng = np.random.default_rng(1)
        y = 10 + 5 * (1 - np.exp(-np.arange(n) / 1e5)) + rng.normal(size=n)
        y[123456] = 40  # a peak that no picture may lose
        with open(os.path.join(folder, "metrics.jsonl"), "w", encoding="utf-8") as f:
            for k in range(n):
                f.write('{"iteration":%d,"seconds":%.3f,"reward":%.6g,"loss":0.1,"entropy":0.5}\n'
                        % (k + 1, k / 1000, y[k]))
        self.look("made")
        self.until("return amine.firstPicture > 0")
        first = self.js("return amine.firstPicture")
        begun = time.monotonic()
        self.until("return amine.run(0).curve && amine.run(0).curve.n === arguments[0]", n, seconds=120)
        whole = time.monotonic() - begun
        place = self.js("return amine.run(0).curve.place")
        image = self.pixels(".curve canvas")
        across = (123457 - place["x"][0]) / (place["x"][1] - place["x"][0])
        down = (place["y"][1] - 38) / (place["y"][1] - place["y"][0])
        column = int(round(place["left"] + across * place["width"]))
        line = int(round(place["top"] + down * place["height"]))
        blue = (image[line, column - 2:column + 3, 2] > image[line, column - 2:column + 3, 0] + 40)
        self.assertTrue(blue.any(), "the peak is lost")
        took = self.js("""const section = [...sections.values()].find(s => s.element.dataset.section === 'curve');
          const begun = performance.now();
          for (let k = 0; k < 10; k++) section.draw();
          return (performance.now() - begun) / 10""")
        print(f"\n500,000 points: first picture {first:.0f} ms, all read after {whole:.1f} s, "
              f"{took:.1f} ms to draw them")


# ------------------------------------------------------------------------------ figures
class Figures(Case):
    def test_ten_thousand_neurons(self):
        p = self.open("simulate", "brain", "seed=1", "duration_s=3600", "neuron_density=0.3125", "--no-report")
        self.until("return amine.run(0) && amine.run(0).raster && amine.run(0).raster.neurons === 10000", seconds=120)
        p.do(0, "speed", value=0.1)
        time.sleep(8)
        fps = self.js("return amine.framesPerSecond")
        shown = self.js("return amine.run(0).raster")
        print(f"\n10,000 neurons: first picture {self.js('return amine.firstPicture'):.0f} ms; "
              f"{fps.get('raster', 0):.1f} pictures of the raster a second, {shown['spikes']} spikes each")


if __name__ == "__main__":
    unittest.main()
