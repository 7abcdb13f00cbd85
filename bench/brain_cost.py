#!/usr/bin/env python3
"""What a step of a spiking network costs against neurons, synapses, firing rate, threads.

Runs `amine bench brain network=random peer=none --json` over one size at a time, the others at
their standard; prints Markdown tables and draws eight panels: the time of a step (0.1 ms of
biological time) and the synaptic events per second. Needs nothing but Python's own library.

  bench/brain_cost.py --amine build/amine                tables, docs/pictures/brain_cost.svg
  bench/brain_cost.py --amine build/amine --data b.json  and keep the figures
  bench/brain_cost.py --redraw b.json                    tables and picture from kept figures
"""
import argparse

import panels

STANDARD = {"neurons": 10000, "synapses": 500, "rate": 10.0}
SWEEPS = {"neurons": (1000, 3000, 10000, 30000, 100000),
          "synapses": (50, 100, 200, 500, 1000, 2000, 5000),
          "rate": (1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0)}
TITLES = {"neurons": "neurons", "synapses": "synapses per neuron", "rate": "rate in Hz",
          "threads": "threads"}
LONGEST_S = 20  # of biological time; a network that hardly fires takes no longer


def options():
    parser = argparse.ArgumentParser(description="what a step of a spiking network costs")
    panels.add_options(parser, "brain_cost.svg")
    parser.add_argument("--events", type=float, default=5e8,
                        help="synaptic events of each measurement, about")
    return parser.parse_args()


# ------------------------------------------------------------------------------ measuring
def bench(args, threads, **sizes):
    s = dict(STANDARD, **sizes)
    seconds = min(LONGEST_S, args.events / (s["neurons"] * s["synapses"] * s["rate"]))
    return panels.ask(args, "brain", network="random", threads=threads,
                      seconds=round(float(seconds), 3), **s)


def measure(args):
    """{"machine": ..., "neurons": [[value, [row, ...]], ...], ...}, a row for each thread count"""
    figures = {"load": panels.load()}
    for name, values in SWEEPS.items():
        figures[name] = []
        for value in values:
            panels.say("%s %g" % (TITLES[name], value))
            answer = bench(args, args.threads, **{name: value})
            figures[name].append([value, answer["rows"]])
            figures["machine"] = panels.machine_of(answer)
    figures["threads"] = []
    for k in panels.thread_counts(args, figures["machine"]):
        panels.say("threads %d" % k)
        figures["threads"].append([k, bench(args, k)["rows"][-1:]])
    return figures


# ------------------------------------------------------------------------------ tables
def table(name, points):
    counts = sorted({row["threads"] for _, rows in points for row in rows})
    if name == "threads":
        print("| threads | µs per step | × real time | M events/s | times as fast as one "
              "| peak MiB |")
        print("|---:|---:|---:|---:|---:|---:|")
        first = points[0][1][0]["us_per_step"]
        for value, (row,) in points:
            print("| %d | %s | %s | %.1f | %.2f | %.1f |" % (
                value, panels.tidy(row["us_per_step"]), panels.tidy(row["real_time"]),
                row["events_per_s"] / 1e6, first / row["us_per_step"], row["peak_mib"]))
        return
    head = [TITLES[name]] + ["µs per step, %s" % panels.threads_text(k) for k in counts]
    head += ["M events/s, %s" % panels.threads_text(k) for k in counts]
    head += ["bytes per synapse", "peak MiB"]
    print("| " + " | ".join(head) + " |")
    print("|" + "---:|" * len(head))
    for value, rows in points:
        cells = ["%g" % value] + [panels.tidy(row["us_per_step"]) for row in rows]
        cells += ["%.1f" % (row["events_per_s"] / 1e6) for row in rows]
        cells += ["%.1f" % rows[0]["bytes_per_synapse"], "%.1f" % max(r["peak_mib"] for r in rows)]
        print("| " + " | ".join(cells) + " |")


def tables(figures):
    print("%s. Standard: %d neurons, %d synapses per neuron, %g Hz."
          % (panels.machine_text(figures), STANDARD["neurons"], STANDARD["synapses"],
             STANDARD["rate"]))
    for name in TITLES:
        print("\n%s%s\n" % (TITLES[name][0].upper(), TITLES[name][1:]))
        table(name, figures[name])


# ------------------------------------------------------------------------------ picture
def curves_of(name, points, what, scale):
    """[(label, [(x, value), ...]), ...]"""
    if name == "threads":
        return [("measured", [(v, rows[0][what] * scale) for v, rows in points])]
    counts = [row["threads"] for row in points[0][1]]
    return [(panels.threads_text(k), [(v, rows[i][what] * scale) for v, rows in points])
            for i, k in enumerate(counts)]


def ideal_of(name, curve, slope):
    """Through the standard point: what it would be if only the events counted."""
    at = STANDARD.get(name, 1)
    value = dict(curve).get(at, curve[0][1])
    return [(x, value * (x / at) ** slope) for x, _ in curve]


def panels_of(name, points):
    title = TITLES[name]
    alone = name == "threads"
    times = curves_of(name, points, "us_per_step", 1)
    rates = curves_of(name, points, "events_per_s", 1e-6)
    yield dict(title="µs per step against " + title, curves=times, write=panels.brief,
               ideal=ideal_of(name, times[0][1], -1 if alone else 1),
               ideal_label="∝ 1/threads" if alone else "∝ " + title.split()[0])
    yield dict(title="M events/s against " + title, curves=rates, write=panels.brief,
               ideal=ideal_of(name, rates[0][1], 1 if alone else 0),
               ideal_label="∝ threads" if alone else "constant")


def draw(figures, path):
    panels.draw(path, "Time of a step and synaptic events per second against neurons, synapses, "
                      "rate and threads",
                "a step is 0.1 ms; the others are %d neurons, %d synapses per neuron, %g Hz (%s)"
                % (STANDARD["neurons"], STANDARD["synapses"], STANDARD["rate"],
                   figures["machine"]["processor"]),
                [p for name in TITLES for p in panels_of(name, figures[name])])


def main():
    args = options()
    figures = panels.figures_of(args, measure)
    tables(figures)
    draw(figures, args.out)


if __name__ == "__main__":
    main()
