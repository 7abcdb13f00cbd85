#!/usr/bin/env python3
"""Makes docs/results/maze.md's figures: trains what is missing, resumes what was stopped, prints the table.

  bench/results_maze.py FOLDER PART...        parts: fast variants-fast variants-paper paper thirteen
  bench/results_maze.py FOLDER --table        only the table of what is there, in Markdown
  bench/results_maze.py FOLDER --picture      only the pictures of it, docs/pictures/maze_results.svg
                                              and maze_variants.svg

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

from panels import FOLDER as PROJECT, STYLE

VARIANTS = {
    "rnn": ["rule.type=none"],
    "plastic": ["modulator.type=constant"],
    "modulated": [],
    "modulated, fan-out": ["modulator.fanout=true", "rule.clip=2"],
    "retroactive": ["rule.type=eligibility"],
    # as many parameters as the modulated network of 100 units, within 1.5 %
    "rnn, 139 units": ["rule.type=none", "network.hidden=139"],
    "plastic, 101 units": ["modulator.type=constant", "network.hidden=101"],
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
            folder = "%s-%s-%d" % (preset, name.replace(",", "").replace(" ", "-"), s)
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


# ------------------------------------------------------------------------------ the picture
LINES = [("told", 275.0), ("planner", 227.3), ("random", 7.72)]
W, H, LEFT, TOP, RIGHT, BOTTOM = 620, 330, 56, 40, 84, 44
VARIANT_COLOURS = (("#6e7781", "#9198a1"), ("#d1500b", "#ff8f4f"), ("#0067b1", "#56acf0"),
                   ("#0a7d55", "#4cc38a"), ("#8250df", "#c297ff"))  # on light, on dark
VARIANT_STYLE = "".join(
    ".v%d { fill: none; stroke-width: 2; stroke-linejoin: round; stroke: %s } "
    "@media (prefers-color-scheme: dark) { .v%d { stroke: %s } }\n" % (k, light, k, dark)
    for k, (light, dark) in enumerate(VARIANT_COLOURS)) + ".matched { stroke-dasharray: 6 3 }\n"


def look(name):
    """Its classes; a network matched in parameters is drawn as the one of equal width, dashed."""
    if not name.endswith(" units"):
        return "v%d" % list(VARIANTS).index(name)
    return look(name.partition(", ")[0]) + " matched"


def curve(base, run, bins):
    """[(iteration, mean reward)] in so many bins, or None."""
    try:
        with open(os.path.join(base, run[1], "metrics.jsonl")) as f:
            lines = [json.loads(line) for line in f]
    except OSError:
        return None
    width = max(1, len(lines) // bins)
    return [(lines[min(k + width, len(lines)) - 1]["iteration"],
             statistics.mean(m["reward"] for m in lines[k:k + width]))
            for k in range(0, len(lines), width)]


def panel(out, top, title, curves, key=()):
    """curves: [(label, colour class, width, opacity, points)]; key: [(label, colour class)]"""
    last = max(x for c in curves for x, _ in c[4])
    places, x, row = [], LEFT, 0
    for label, colour in key:
        width = 50 + 7 * len(label)
        if x > LEFT and x + width > W - RIGHT:
            x, row = LEFT, row + 1
        places.append((label, colour, x, top + 40 + 18 * row))
        x += width
    first = TOP + (20 + 18 * row if key else 0)

    def at(x, y):
        return (LEFT + (W - LEFT - RIGHT) * x / last, top + first + (H - first - BOTTOM) * (1 - y / 300))

    out.append('<text class="title" x="%d" y="%d">%s</text>' % (LEFT, top + 22, title))
    for y in range(0, 301, 50):
        out.append('<line class="grid" x1="%d" x2="%d" y1="%.1f" y2="%.1f"/>' % (
            LEFT, W - RIGHT, at(0, y)[1], at(0, y)[1]))
        out.append('<text class="soft" text-anchor="end" x="%d" y="%.1f">%d</text>' % (
            LEFT - 8, at(0, y)[1] + 4, y))
    for k in range(5):
        out.append('<text class="soft" text-anchor="middle" x="%.1f" y="%.1f">%s</text>' % (
            at(last * k / 4, 0)[0], at(0, 0)[1] + 20, format(round(last * k / 4), ",")))
    for name, y in LINES:
        out.append('<line class="ideal" x1="%d" x2="%d" y1="%.1f" y2="%.1f"/>' % (
            LEFT, W - RIGHT, at(0, y)[1], at(0, y)[1]))
        out.append('<text class="soft" x="%d" y="%.1f">%s</text>' % (W - RIGHT + 6, at(0, y)[1] + 4, name))
    for label, colour, width, opacity, points in curves:
        faint = ";opacity:%g" % opacity if opacity < 1 else ""
        out.append('<polyline class="%s" style="stroke-width:%g%s" points="%s"><title>%s</title></polyline>' % (
            colour, width, faint, " ".join("%.1f,%.1f" % at(x, y) for x, y in points), label))
    for label, colour, x, y in places:
        out.append('<line class="%s" x1="%d" x2="%d" y1="%d" y2="%d"/>' % (colour, x, x + 20, y, y))
        out.append('<text x="%d" y="%d">%s</text>' % (x + 26, y + 4, label))


def middle(curves):
    """The median of several runs' curves, as far as all of them go."""
    return [(points[0][0], statistics.median(y for _, y in points)) for points in zip(*curves)]


def save(path, label, style, out, height):
    head = ('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" '
            'aria-label="%s"><style>%s</style>' % (W, height, label, style))
    with open(path, "w") as f:
        f.write("\n".join([head] + out + ["</svg>", ""]))


def picture(base, path):
    out, top = [], 0
    for title, part, colour in (("maze, every seed: reward per episode against iterations", "fast", "c0"),
                                ("maze-paper: the published recipe", "paper", "c1")):
        curves = [(r[1], colour, 1.2, 1, c) for r in runs(part) for c in [curve(base, r, 150)] if c]
        if curves:
            panel(out, top, title, curves)
            top += H
    save(path, "Learning curves on the Grid Maze", STYLE, out, top)


def picture_of_variants(base, path):
    """A curve for each seed, thin, and their median."""
    out, top = [], 0
    for title, part in (("maze: reward per episode against iterations, three seeds and their median",
                         "variants-fast"),
                        ("maze-paper: the published recipe", "variants-paper")):
        found = {}
        for r in runs(part):
            c = curve(base, r, 100)
            if c and c[-1][0] >= 30000:
                found.setdefault(r[0].split(", ", 1)[1].rsplit(", ", 1)[0], []).append(c)
        thin, thick, key = [], [], []
        for name in VARIANTS:
            if name in found:
                thin += [(name, look(name), 1, 0.35, c) for c in found[name]]
                thick.append((name, look(name), 2, 1, middle(found[name])))
                key.append((name, look(name)))
        if thick:
            panel(out, top, title, thin + thick, key)
            top += H
    save(path, "Learning curves of the variants on the Grid Maze", STYLE + VARIANT_STYLE, out, top)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("parts", nargs="*", help="fast, variants-fast, variants-paper, paper, thirteen")
    parser.add_argument("--amine", default="build/amine")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--table", action="store_true")
    parser.add_argument("--picture", action="store_true")
    args = parser.parse_intermixed_args()
    parts = args.parts or ["fast", "variants-fast", "variants-paper", "paper", "thirteen"]
    if args.picture:
        pictures = os.path.join(PROJECT, "docs", "pictures")
        picture(args.folder, os.path.join(pictures, "maze_results.svg"))
        picture_of_variants(args.folder, os.path.join(pictures, "maze_variants.svg"))
        return
    if not args.table:
        os.makedirs(args.folder, exist_ok=True)
        with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
            jobs = [pool.submit(train, args.amine, args.folder, r) for p in parts for r in runs(p)]
            for job in concurrent.futures.as_completed(jobs):
                print("%s: %s" % job.result(), file=sys.stderr, flush=True)
    table(args.folder, parts)


if __name__ == "__main__":
    main()
