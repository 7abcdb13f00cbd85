"""Makes docs/results/maze.md's figures: trains what is missing, resumes what was stopped, prints the table.

  bench/results_maze.py FOLDER PART...        parts: fast variants-fast variants-paper paper thirteen
  bench/results_maze.py FOLDER --table        only the table of what is there, in Markdown

Every run is an ordinary folder of `amine train`; results do not depend on the number of threads, so several
runs go side by side with one thread each. Stop it at any time; the next call goes on.
"""
import argparse
import concurrent.futures
import json
import os
import statistics
import subprocess
import sys

VARIANTS = {
    "rnn": ["rule.type=none"],
    "plastic": ["modulator.type=constant"],
    "modulated": [],
    "modulated, fan-out": ["modulator.fanout=true", "rule.clip=2"],
    "retroactive": ["rule.type=eligibility"],
}
SHORT = ["iterations=30000"]
FAN_OUT_START = ["network.init_w=0.001", "network.init_alpha=0.001"]


def runs(part):
    """(row of the table, name of the folder, preset, options)"""
    if part == "fast":
        return [("maze, 60,000 iterations", "fast-%d" % s, "maze", ["seed=%d" % s]) for s in range(1, 11)]
    if part == "paper":
        return [("maze-paper, 200,000 iterations", "paper-1", "maze-paper", ["seed=1"])]
    if part == "thirteen":
        return [("maze-paper-13, 200,000 iterations", "thirteen-1", "maze-paper-13", ["seed=1"])]
    preset = {"variants-fast": "maze", "variants-paper": "maze-paper"}[part]
    rows = []
    for name, options in VARIANTS.items():
        extra = FAN_OUT_START if "fan-out" in name else []
        for s in range(1, 4):
            folder = "%s-%s-%d" % (preset, name.replace(", ", "-"), s)
            rows.append(("%s, %s, 30,000 iterations" % (preset, name), folder, preset,
                         SHORT + options + extra + ["seed=%d" % s]))
    return rows


def train(amine, base, run):
    _, name, preset, options = run
    folder = os.path.join(base, name)
    if os.path.exists(os.path.join(folder, "eval.json")):
        return name, "there"
    quiet = ["threads=1", "checkpoint_every=1000"]
    if os.path.exists(os.path.join(folder, "config.json")):
        command = [amine, "resume", folder, "--quiet"]
    else:
        command = [amine, "train", preset] + options + quiet + ["--out", folder, "--quiet"]
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    return name, "done" if done.returncode == 0 else done.stderr.strip()


def figures(base, run):
    """Evaluated reward (drawn, greedy), mean of the last 1,000 training iterations, or None."""
    folder = os.path.join(base, run[1])
    try:
        with open(os.path.join(folder, "eval.json")) as f:
            e = json.load(f)
        with open(os.path.join(folder, "metrics.jsonl")) as f:
            lines = [json.loads(line) for line in f]
    except OSError:
        return None
    last = [m["reward"] for m in lines if m["iteration"] > lines[-1]["iteration"] - 1000]
    first = next((m["iteration"] for k, m in enumerate(lines)
                  if statistics.mean(x["reward"] for x in lines[max(0, k - 9):k + 1]) >= 190), None)
    return e["reward"], e["greedy_reward"], statistics.mean(last), first


def cell(values):
    if len(values) == 1:
        return "%.1f" % values[0]
    return "%.1f (%.1f–%.1f)" % (statistics.median(values), min(values), max(values))


def table(base, parts):
    print("| run | seeds | drawn actions | greedy actions | while learning, last 1,000 | 190 first reached at |")
    print("|---|---|---|---|---|---|")
    for part in parts:
        rows = {}
        for run in runs(part):
            rows.setdefault(run[0], []).append(figures(base, run))
        for row, found in rows.items():
            found = [f for f in found if f]
            if not found:
                continue
            firsts = [f[3] for f in found]
            first = "never in %d" % firsts.count(None) if None in firsts else cell(firsts).replace(".0", "")
            print("| %s | %d | %s | %s | %s | %s |" % (
                row, len(found), cell([f[0] for f in found]), cell([f[1] for f in found]),
                cell([f[2] for f in found]), first))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("parts", nargs="*", help="fast, variants-fast, variants-paper, paper, thirteen")
    parser.add_argument("--amine", default="build/amine")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--table", action="store_true")
    args = parser.parse_intermixed_args()
    parts = args.parts or ["fast", "variants-fast", "variants-paper", "paper", "thirteen"]
    if not args.table:
        os.makedirs(args.folder, exist_ok=True)
        with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
            jobs = [pool.submit(train, args.amine, args.folder, r) for p in parts for r in runs(p)]
            for job in concurrent.futures.as_completed(jobs):
                print("%s: %s" % job.result(), file=sys.stderr, flush=True)
    table(args.folder, parts)


if __name__ == "__main__":
    main()
