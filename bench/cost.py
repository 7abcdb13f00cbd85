#!/usr/bin/env python3
"""What an iteration costs against the size of the network, the batch, the episode, the threads.

Runs `amine bench maze peer=none --json` over one size at a time, the others as in the preset
maze-paper; prints Markdown tables and draws four panels. Needs nothing but Python's own library.

  bench/cost.py --amine build/amine                    tables to stdout, docs/pictures/cost.svg
  bench/cost.py --amine build/amine --data cost.json   and keep the figures
  bench/cost.py --redraw cost.json                     tables and picture from kept figures
"""
import argparse
import json
import math
import os
import subprocess
import sys

STANDARD = {"hidden": 100, "batch": 30, "steps": 200}
KEYS = {"hidden": "network.hidden", "batch": "batch", "steps": "task.steps", "threads": "threads"}
SWEEPS = {"hidden": (50, 100, 200, 400, 800),
          "batch": (1, 2, 4, 8, 15, 30, 60, 120),
          "steps": (50, 100, 200, 400, 800)}
TITLES = {"hidden": ("Hidden units N", "N²"), "batch": ("Episodes in a batch", "batch"),
          "steps": ("Steps of an episode T", "T"), "threads": ("Threads", "1/threads")}
FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir)


def options():
    parser = argparse.ArgumentParser(description="what an iteration costs")
    parser.add_argument("--amine", default=os.path.join(FOLDER, "build", "amine"))
    parser.add_argument("--out", default=os.path.join(FOLDER, "docs", "pictures", "cost.svg"))
    parser.add_argument("--seconds", type=float, default=2, help="of each measurement")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=0, help="the most; 0 is every processor")
    parser.add_argument("--data", metavar="FILE", help="keeps the figures as JSON")
    parser.add_argument("--redraw", metavar="FILE", help="measures nothing")
    return parser.parse_args()


# ------------------------------------------------------------------------------ measuring
def bench(args, **sizes):
    words = [args.amine, "bench", "maze", "peer=none", "--json", "--quiet",
             "rounds=%d" % args.rounds, "seconds=%g" % args.seconds]
    words += ["%s=%d" % (KEYS[k], v) for k, v in sizes.items()]
    done = subprocess.run(words, stdout=subprocess.PIPE, check=False)
    if done.returncode != 0:
        sys.exit("cost.py: %s: exit code %d" % (" ".join(words), done.returncode))
    return json.loads(done.stdout)


def measure(args):
    """{"machine": ..., "hidden": [[value, [row, ...]], ...], ...}, a row for each thread count"""
    load = os.getloadavg()[0]
    if load > 0.5:
        print("cost.py: this machine is busy (load average %.2f): the figures are unreliable"
              % load, file=sys.stderr)
    figures = {"load": load}
    for name, values in SWEEPS.items():
        figures[name] = []
        for value in values:
            print("%s %d" % (TITLES[name][0], value), file=sys.stderr)
            answer = bench(args, threads=args.threads, **dict(STANDARD, **{name: value}))
            figures[name].append([value, answer["rows"]])
            figures["machine"] = {k: answer[k] for k in ("processor", "processors", "kernel",
                                                         "version")}
    most = args.threads or figures["machine"]["processors"]
    counts = [k for k in (1 << e for e in range(11)) if k < most] + [most]
    figures["threads"] = []
    for k in counts:
        print("Threads %d" % k, file=sys.stderr)
        rows = bench(args, threads=k, **STANDARD)["rows"]
        figures["threads"].append([k, rows[-1:]])
    return figures


# ------------------------------------------------------------------------------ tables
def work_of(name, value):
    """Connections that are stepped in an iteration: batch x T x N x N."""
    s = dict(STANDARD, **({name: value} if name in STANDARD else {}))
    return s["batch"] * s["steps"] * s["hidden"] ** 2


def table(name, points):
    counts = sorted({row["threads"] for _, rows in points for row in rows})
    if name == "threads":
        print("| threads | ms | iterations/s | times as fast as one | peak MiB |")
        print("|---:|---:|---:|---:|---:|")
        first = points[0][1][0]["ms"]
        for value, (row,) in points:
            print("| %d | %.2f | %.1f | %.2f | %.1f |" % (
                value, row["ms"], row["iterations_per_s"], first / row["ms"], row["peak_mib"]))
        return
    head = [name] + ["ms, %s" % threads_text(k) for k in counts]
    head += ["ps per connection, %s" % threads_text(k) for k in counts] + ["peak MiB"]
    print("| " + " | ".join(head) + " |")
    print("|" + "---:|" * len(head))
    for value, rows in points:
        ms = [row["ms"] for row in rows]
        cells = ["%d" % value] + ["%.3g" % m if m < 10 else "%.1f" % m for m in ms]
        cells += ["%.0f" % (m * 1e9 / work_of(name, value)) for m in ms]
        print("| " + " | ".join(cells + ["%.1f" % max(r["peak_mib"] for r in rows)]) + " |")


def threads_text(k):
    return "%d thread%s" % (k, "" if k == 1 else "s")


def tables(figures):
    m = figures["machine"]
    print("%s, %d processors, %s kernels, amine %s; load average at the start %.2f. Standard: "
          "N %d, batch %d, T %d." % (m["processor"], m["processors"], m["kernel"], m["version"],
                                     figures["load"], STANDARD["hidden"], STANDARD["batch"],
                                     STANDARD["steps"]))
    for name in TITLES:
        print("\n%s\n" % TITLES[name][0])
        table(name, figures[name])


# ------------------------------------------------------------------------------ picture
WIDTH, HEIGHT, GAP = 430, 290, 16
LEFT, RIGHT, TOP, BOTTOM = 62, 92, 36, 46
STYLE = """
  svg { font: 13px system-ui, sans-serif; --ink: #1f2328; --soft: #59636e; --grid: #d8dee4;
        --c0: #0067b1; --c1: #d1500b }
  @media (prefers-color-scheme: dark) {
    svg { --ink: #e6edf3; --soft: #9198a1; --grid: #3d444d; --c0: #56acf0; --c1: #ff8f4f } }
  text { fill: var(--ink) } .soft { fill: var(--soft) } .title { font-weight: 600 }
  .grid { stroke: var(--grid); stroke-width: 1 }
  .ideal { stroke: var(--soft); stroke-width: 1; stroke-dasharray: 3 4; fill: none }
  .c0, .c1 { fill: none; stroke-width: 2; stroke-linejoin: round } .c0 { stroke: var(--c0) }
  .c1 { stroke: var(--c1) } .d0, .t0 { fill: var(--c0) } .d1, .t1 { fill: var(--c1) }
"""


def span(values):
    low, high = math.log10(min(values)), math.log10(max(values))
    room = max(0.06 * (high - low), 0.03)
    return low - room, high + room


def marks(low, high):
    """Round numbers, the fewer the more powers of ten there are."""
    powers = range(math.floor(low), math.ceil(high) + 1)
    wide = high - low
    steps = (1,) if wide > 2.5 else (1, 2, 5) if wide > 0.8 else (1, 1.5, 2, 3, 4, 5, 6, 8)
    found = [s * 10.0 ** p for p in powers for s in steps]
    return [v for v in found if low <= math.log10(v) <= high]


def tidy(value):
    return "%g" % float("%.3g" % value)


def curves_of(name, points):
    """[(label, [(x, ms), ...]), ...]"""
    if name == "threads":
        return [("measured", [(v, rows[0]["ms"]) for v, rows in points])]
    counts = [row["threads"] for row in points[0][1]]
    return [(threads_text(k), [(v, rows[i]["ms"]) for v, rows in points])
            for i, k in enumerate(counts)]


def ideal_of(name, curve):
    """Through the standard point: what the cost would be if only the work counted."""
    at = STANDARD.get(name, 1)
    ms = dict(curve).get(at, curve[0][1])
    slope = {"hidden": 2, "threads": -1}.get(name, 1)
    return [(x, ms * (x / at) ** slope) for x, _ in curve]


def panel(out, name, points, left, top):
    curves = curves_of(name, points)
    ideal = ideal_of(name, curves[0][1])
    xs = span([v for v, _ in points])
    ys = span([ms for _, curve in curves for _, ms in curve] + [ms for _, ms in ideal])

    def x_at(v):
        return left + LEFT + (math.log10(v) - xs[0]) / (xs[1] - xs[0]) * (WIDTH - LEFT - RIGHT)

    def y_at(v):
        return top + HEIGHT - BOTTOM - (math.log10(v) - ys[0]) / (ys[1] - ys[0]) * (
            HEIGHT - TOP - BOTTOM)

    def path(curve):
        return " ".join("%s%.1f %.1f" % ("L" if k else "M", x_at(x), y_at(y))
                        for k, (x, y) in enumerate(curve))

    end, foot = left + WIDTH - RIGHT, top + HEIGHT - BOTTOM
    put = out.append
    put('<text class="title" x="%d" y="%d">%s</text>' % (left + LEFT, top + 20, TITLES[name][0]))
    for v in marks(*ys):
        put('<path class="grid" d="M%d %.1fH%d"/>' % (left + LEFT, y_at(v), end))
        put('<text class="soft" x="%d" y="%.1f" text-anchor="end">%s</text>'
            % (left + LEFT - 8, y_at(v) + 4, tidy(v)))
    for v, _ in points:
        put('<path class="grid" d="M%.1f %dv5"/>' % (x_at(v), foot))
        put('<text class="soft" x="%.1f" y="%d" text-anchor="middle">%s</text>'
            % (x_at(v), foot + 20, tidy(v)))
    put('<path class="ideal" d="%s"/>' % path(ideal))
    ends = [(y_at(curve[-1][1]), "t%d" % (k % 2), label) for k, (label, curve) in enumerate(curves)]
    ends.append((y_at(ideal[-1][1]), "soft", "∝ " + TITLES[name][1]))
    for k, (_, curve) in enumerate(curves):
        put('<path class="c%d" d="%s"/>' % (k % 2, path(curve)))
        for x, y in curve:
            put('<circle class="d%d" cx="%.1f" cy="%.1f" r="3"/>' % (k % 2, x_at(x), y_at(y)))
    low = -1e9
    for y, kind, label in sorted(ends):  # labels that would lie on each other move down
        low = max(y, low + 16)
        put('<text class="%s" x="%d" y="%.1f">%s</text>' % (kind, end + 6, low + 4, label))


def draw(figures, path):
    width, height = 2 * WIDTH + GAP, 2 * HEIGHT + GAP + 24
    out = ['<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img">'
           % (width, height),
           "<title>Milliseconds for one iteration against N, batch, T and threads</title>",
           "<style>%s</style>" % STYLE,
           '<text class="soft" x="%d" y="16">ms for one iteration; the others are N %d, batch %d, '
           'T %d (%s)</text>' % (LEFT, STANDARD["hidden"], STANDARD["batch"], STANDARD["steps"],
                                 figures["machine"]["processor"])]
    for k, name in enumerate(TITLES):
        panel(out, name, figures[name], k % 2 * (WIDTH + GAP), 24 + k // 2 * (HEIGHT + GAP))
    out.append("</svg>\n")
    os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(out))


def main():
    args = options()
    if args.redraw:
        with open(args.redraw, encoding="utf-8") as file:
            figures = json.load(file)
    else:
        figures = measure(args)
    if args.data:
        with open(args.data, "w", encoding="utf-8") as file:
            json.dump(figures, file, indent=1)
    tables(figures)
    draw(figures, args.out)


if __name__ == "__main__":
    main()
