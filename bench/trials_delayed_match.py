#!/usr/bin/python3
"""Trials to 95 % on delayed match-to-sample: rule x delay, median and worst of the seeds, failures.

  trials_delayed_match.py [--amine build/amine] [--seeds 100 109] [--delays 12 26 40] [ROW ...]

Prints a table in Markdown. Each cell is a training run of presets/delayed-match.json (or its backprop
twin) with what the row changes, stopped once 95 % of the last 1000 trials were right, or after 60,000
trials. Runs side by side on every processor; the results do not depend on how many.
"""
import argparse
import json
import multiprocessing
import os
import re
import statistics
import subprocess
import tempfile

ROWS = {
    "signals (Kolen–Pollack, gains)": [],
    "no gains": ["modulator.gain=0"],
    "gains on the inputs too": ["modulator.input_gain=1"],
    "gains on the output too": ["modulator.output_gain=1"],
    "gains on all three segments": ["modulator.input_gain=1", "modulator.output_gain=1"],
    "gains on the inputs alone": ["modulator.gain=0", "modulator.input_gain=1"],
    "gains on the output alone": ["modulator.gain=0", "modulator.output_gain=1"],
    "random feedback": ["learner.feedback=random"],
    "random feedback, no gains": ["learner.feedback=random", "modulator.gain=0"],
    "symmetric feedback": ["learner.feedback=symmetric"],
    "trace by decay alone": ["learner.trace=decay"],
    "critic sees the units": ["learner.critic_sees_output=true"],
    "adaptive reward": ["learner.reward=adaptive"],
    "signalling GRU learns, a tenth of the rate": ["learner.signal_share=0.1"],
    "signalling GRU learns, the full rate": ["learner.signal_share=1"],
    "entropy 0": ["learner.entropy_weight=0"],
    "two layers": ["network.layers=2"],
    "rewards and answers": ["learner.teach=mixed"],
    "first weights as PyTorch's": ["network.input_scale=1", "network.recurrent_scale=1",
                                   "network.update_spread=0"],
    "online form": ["learner.form=online"],
    "backprop": None,
}
LIMIT = 60000


def trials(job):
    amine, changes, delay, seed = job
    preset = "delayed-match" if changes is not None else "delayed-match-backprop"
    with tempfile.TemporaryDirectory() as folder:
        run = subprocess.run(
            [amine, "train", preset, f"task.steps={delay}", f"seed={seed}", "threads=1",
             "stop_at_criterion=true", "--no-report", "--out",
             os.path.join(folder, "run"), *(changes or [])],
            capture_output=True, text=True, check=False)
        if run.returncode not in (0, 4):
            raise SystemExit(run.stderr)
        said = re.search(r"after ([\d,]+) trials", run.stdout + run.stderr)
        if run.returncode == 4 or not said:
            return None
        return int(said.group(1).replace(",", ""))


def cell(values):
    solved = [v for v in values if v is not None]
    ranked = sorted(LIMIT * 2 if v is None else v for v in values)
    median = statistics.median(ranked)
    text = f"{median:,.0f}" if median <= LIMIT else "–"
    return f"{len(solved)}/{len(values)}, {text} ({max(solved):,})" if solved else f"0/{len(values)}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--amine", default="build/amine")
    parser.add_argument("--seeds", type=int, nargs=2, default=(100, 109))
    parser.add_argument("--delays", type=int, nargs="+", default=(12, 26, 40))
    parser.add_argument("--json", help="also write all numbers there")
    parser.add_argument("rows", nargs="*", metavar="ROW", help=", ".join(ROWS))
    args = parser.parse_args()
    seeds = range(args.seeds[0], args.seeds[1] + 1)
    rows = args.rows or list(ROWS)
    jobs = [(args.amine, ROWS[row], delay, seed) for row in rows for delay in args.delays
            for seed in seeds]
    with multiprocessing.Pool() as pool:
        found = iter(pool.map(trials, jobs, chunksize=1))
    table = {row: {delay: [next(found) for _ in seeds] for delay in args.delays} for row in rows}
    print("| | " + " | ".join(f"T = {delay}" for delay in args.delays) + " |")
    print("|---" * (1 + len(args.delays)) + "|")
    for row in rows:
        print(f"| {row} | " + " | ".join(cell(table[row][d]) for d in args.delays) + " |")
    if args.json:
        with open(args.json, "w", encoding="utf-8") as out:
            json.dump(table, out)


if __name__ == "__main__":
    main()
