#!/usr/bin/env python3
"""What an iteration costs against the size of the network, the batch, the episode, the threads.

Runs `amine bench maze peer=none --json` over one size at a time, the others as in the preset
maze-paper; prints Markdown tables and draws four panels. Needs nothing but Python's own library.

  bench/cost.py --amine build/amine                    tables to stdout, docs/pictures/cost.svg
  bench/cost.py --amine build/amine --data cost.json   and keep the figures
  bench/cost.py --redraw cost.json                     tables and picture from kept figures
"""
import argparse

import panels

STANDARD = {"hidden": 100, "batch": 30, "steps": 200}
KEYS = {"hidden": "network.hidden", "batch": "batch", "steps": "task.steps", "threads": "threads"}
SWEEPS = {"hidden": (50, 100, 200, 400, 800),
          "batch": (1, 2, 4, 8, 15, 30, 60, 120),
          "steps": (50, 100, 200, 400, 800)}
TITLES = {"hidden": ("Hidden units N", "N²"), "batch": ("Episodes in a batch", "batch"),
          "steps": ("Steps of an episode T", "T"), "threads": ("Threads", "1/threads")}


def options():
    parser = argparse.ArgumentParser(description="what an iteration costs")
    panels.add_options(parser, "cost.svg")
    parser.add_argument("--seconds", type=float, default=2, help="of each measurement")
    return parser.parse_args()


# ------------------------------------------------------------------------------ measuring
def bench(args, **sizes):
    return panels.ask(args, "maze", seconds=args.seconds,
                      **{KEYS[k]: v for k, v in sizes.items()})


def measure(args):
    """{"machine": ..., "hidden": [[value, [row, ...]], ...], ...}, a row for each thread count"""
    figures = {"load": panels.load()}
    for name, values in SWEEPS.items():
        figures[name] = []
        for value in values:
            panels.say("%s %d" % (TITLES[name][0], value))
            answer = bench(args, threads=args.threads, **dict(STANDARD, **{name: value}))
            figures[name].append([value, answer["rows"]])
            figures["machine"] = panels.machine_of(answer)
    figures["threads"] = []
    for k in panels.thread_counts(args, figures["machine"]):
        panels.say("Threads %d" % k)
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
    head = [name] + ["ms, %s" % panels.threads_text(k) for k in counts]
    head += ["ps per connection, %s" % panels.threads_text(k) for k in counts] + ["peak MiB"]
    print("| " + " | ".join(head) + " |")
    print("|" + "---:|" * len(head))
    for value, rows in points:
        ms = [row["ms"] for row in rows]
        cells = ["%d" % value] + ["%.3g" % m if m < 10 else "%.1f" % m for m in ms]
        cells += ["%.0f" % (m * 1e9 / work_of(name, value)) for m in ms]
        print("| " + " | ".join(cells + ["%.1f" % max(r["peak_mib"] for r in rows)]) + " |")


def tables(figures):
    print("%s. Standard: N %d, batch %d, T %d." % (panels.machine_text(figures), STANDARD["hidden"],
                                                   STANDARD["batch"], STANDARD["steps"]))
    for name in TITLES:
        print("\n%s\n" % TITLES[name][0])
        table(name, figures[name])


# ------------------------------------------------------------------------------ picture
def curves_of(name, points):
    """[(label, [(x, ms), ...]), ...]"""
    if name == "threads":
        return [("measured", [(v, rows[0]["ms"]) for v, rows in points])]
    counts = [row["threads"] for row in points[0][1]]
    return [(panels.threads_text(k), [(v, rows[i]["ms"]) for v, rows in points])
            for i, k in enumerate(counts)]


def ideal_of(name, curve):
    """Through the standard point: what the cost would be if only the work counted."""
    at = STANDARD.get(name, 1)
    ms = dict(curve).get(at, curve[0][1])
    slope = {"hidden": 2, "threads": -1}.get(name, 1)
    return [(x, ms * (x / at) ** slope) for x, _ in curve]


def draw(figures, path):
    drawn = []
    for name, (title, work) in TITLES.items():
        curves = curves_of(name, figures[name])
        drawn.append(dict(title=title, curves=curves, ideal=ideal_of(name, curves[0][1]),
                          ideal_label="∝ " + work))
    panels.draw(path, "Milliseconds for one iteration against N, batch, T and threads",
                "ms for one iteration; the others are N %d, batch %d, T %d (%s)"
                % (STANDARD["hidden"], STANDARD["batch"], STANDARD["steps"],
                   figures["machine"]["processor"]), drawn)


def main():
    args = options()
    figures = panels.figures_of(args, measure)
    tables(figures)
    draw(figures, args.out)


if __name__ == "__main__":
    main()
