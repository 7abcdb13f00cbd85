#!/usr/bin/python3
"""live.py AMINE [PAIRS]: what a live page costs, and what it draws, in headless Chromium (docs/performance.md).

  - a training and a brain, with the page open and without, in turns: the median of the ratios of their speeds, by
    the seconds of their own records, of one thread and of two;
  - the first picture, in ms since the page was asked for;
  - how often the charts are drawn: 500,000 points of a reward curve, 10,000 neurons;
  - memory of the process with a page and without.

Needs the packages of `tools/install-needs browser`."""
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

AMINE = os.path.abspath(sys.argv[1])
PAIRS = int(sys.argv[2]) if len(sys.argv) > 2 else 5


def browser():
    options = Options()
    for word in ("--headless=new", "--no-sandbox", "--disable-gpu", "--window-size=1200,1600"):
        options.add_argument(word)
    options.binary_location = "/usr/bin/chromium"
    return webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))


def begin(*args, live):
    process = subprocess.Popen([AMINE, *args] + (["--live"] if live else []), stdout=subprocess.DEVNULL,
                               stderr=subprocess.PIPE if live else subprocess.DEVNULL, text=True)
    url = None
    while live and not url:
        found = re.search(r"http://\S+", process.stderr.readline())
        url = found[0] if found else None
    return process, url


def peak(process):
    with open(f"/proc/{process.pid}/status", encoding="utf-8") as f:
        return int(re.search(r"VmHWM:\s+(\d+)", f.read())[1]) / 1024


def speed(folder, key):
    """Of the middle of a run: what its lines count, for each second."""
    with open(os.path.join(folder, "metrics.jsonl"), encoding="utf-8") as f:
        lines = [json.loads(line) for line in f if line.endswith("\n")]
    first, last = lines[len(lines) // 4], lines[-1]
    return (last[key] - first[key]) / (last["seconds"] - first["seconds"])


def once(place, name, args, key, seconds, driver):
    folder = os.path.join(place, name)
    process, url = begin(*args, "--no-report", "--out", folder, live=driver is not None)
    if driver:
        driver.get(url)
    time.sleep(seconds)
    first = driver.execute_script("return window.amine.firstPicture") if driver else None
    frames = driver.execute_script("return window.amine.framesPerSecond") if driver else None
    memory = peak(process)
    process.terminate()
    process.wait()
    if driver:
        driver.get("about:blank")
    return speed(folder, key), memory, first, frames


def compare(driver, title, args, key, seconds):
    ratios, memories, firsts, frames = [], [], [], None
    with tempfile.TemporaryDirectory() as place:
        for k in range(PAIRS):
            bare = once(place, f"bare{k}", args, key, seconds, None)
            seen = once(place, f"seen{k}", args, key, seconds, driver)
            ratios.append(seen[0] / bare[0])
            memories.append(seen[1] - bare[1])
            firsts.append(seen[2])
            frames = seen[3]
    drawn = ", ".join(f"{name} {rate:.1f}" for name, rate in sorted(frames.items()))
    print(f"{title}: {statistics.median(ratios):.3f} of the speed without a page ({min(ratios):.3f} to {max(ratios):.3f}, "
          f"{PAIRS} pairs); {statistics.median(memories):+.1f} MB; first picture {statistics.median(firsts):.0f} ms; "
          f"drawn a second: {drawn}", flush=True)


def long_curve(driver):
    """A folder of a run of 500,000 lines, as `amine live` shows it."""
    with tempfile.TemporaryDirectory() as place:
        folder = os.path.join(place, "long")
        subprocess.run([AMINE, "train", "bandit", "iterations=20", "record=10", "--no-report", "--quiet", "--out", folder],
                       check=True, stdout=subprocess.DEVNULL)
        with open(os.path.join(folder, "metrics.jsonl"), "w", encoding="utf-8") as f:
            for k in range(500000):
                f.write(f'{{"iteration":{10 * (k + 1)},"seconds":{k / 100},"reward":{(k * 7919) % 1000 / 1000}}}\n')
        process = subprocess.Popen([AMINE, "live", folder, "--json"], stdout=subprocess.PIPE, text=True)
        url = json.loads(process.stdout.readline())["url"]
        began = time.monotonic()
        driver.get(url)
        while True:
            drawn = driver.execute_script("return window.amine.run(0)")
            if drawn and drawn["rows"] == 500000:
                break
            time.sleep(0.05)
        whole = time.monotonic() - began
        first = driver.execute_script("return window.amine.firstPicture")
        took = driver.execute_script(
            "return new Promise(done => window.amine.redrawn ? done(window.amine.redrawn()) : done(null))")
        print(f"500,000 points: first picture {first:.0f} ms, all read and drawn {whole:.1f} s"
              + (f", a whole drawing {took:.1f} ms" if took else ""), flush=True)
        process.terminate()
        process.wait()


def main():
    driver = browser()
    try:
        for threads in (1, 2):
            compare(driver, f"train maze, {threads} threads", ["train", "maze", f"threads={threads}", "iterations=1000000"],
                    "iteration", 20)
            compare(driver, f"simulate brain, {threads} threads",
                    ["simulate", "brain", f"threads={threads}", "duration_s=100000"], "t_s", 10)
        compare(driver, "simulate brunel2000, 12,500 neurons, 1 thread", ["simulate", "brunel2000", "threads=1", "duration_s=1000"],
                "t_s", 20)
        long_curve(driver)
    finally:
        driver.quit()


if __name__ == "__main__":
    main()
