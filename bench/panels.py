"""What cost.py and brain_cost.py share: asking `amine bench`, and drawing panels of curves."""
import json
import math
import os
import subprocess
import sys

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir)
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


# ------------------------------------------------------------------------------ measuring
def add_options(parser, picture):
    parser.add_argument("--amine", default=os.path.join(FOLDER, "build", "amine"))
    parser.add_argument("--out", default=os.path.join(FOLDER, "docs", "pictures", picture))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=0, help="the most; 0 is every processor")
    parser.add_argument("--data", metavar="FILE", help="keeps the figures as JSON")
    parser.add_argument("--redraw", metavar="FILE", help="measures nothing")


def say(text):
    print(text, file=sys.stderr)


def load():
    """The load average, with a warning if it is high."""
    average = os.getloadavg()[0]
    if average > 0.5:
        say("this machine is busy (load average %.2f): the figures are unreliable" % average)
    return average


def ask(args, name, **keys):
    """What `amine bench NAME peer=none KEY=VALUE ... --json` answers."""
    words = [args.amine, "bench", name, "peer=none", "--json", "--quiet", "rounds=%d" % args.rounds]
    words += ["%s=%s" % (k, "%g" % v if isinstance(v, float) else v) for k, v in keys.items()]
    done = subprocess.run(words, stdout=subprocess.PIPE, check=False)
    if done.returncode != 0:
        sys.exit("%s: exit code %d" % (" ".join(words), done.returncode))
    return json.loads(done.stdout)


def machine_of(answer):
    return {k: answer[k] for k in ("processor", "processors", "kernel", "version")}


def thread_counts(args, machine):
    """1, 2, 4, ... and the most."""
    most = args.threads or machine["processors"]
    return [k for k in (1 << e for e in range(11)) if k < most] + [most]


def figures_of(args, measure):
    """Those that were kept, or new ones."""
    if args.redraw:
        with open(args.redraw, encoding="utf-8") as file:
            figures = json.load(file)
    else:
        figures = measure(args)
    if args.data:
        with open(args.data, "w", encoding="utf-8") as file:
            json.dump(figures, file, indent=1)
    return figures


# ------------------------------------------------------------------------------ words
def threads_text(k):
    return "%d thread%s" % (k, "" if k == 1 else "s")


def machine_text(figures):
    m = figures["machine"]
    return "%s, %d processors, %s kernels, amine %s; load average at the start %.2f" % (
        m["processor"], m["processors"], m["kernel"], m["version"], figures["load"])


def tidy(value):
    return "%g" % float("%.3g" % value)


def brief(value):
    """1000 as 1k, 2000000 as 2M."""
    for unit, letter in ((1e6, "M"), (1e3, "k")):
        if value >= unit:
            return tidy(value / unit) + letter
    return tidy(value)


# ------------------------------------------------------------------------------ picture
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


def panel(out, left, top, title, curves, ideal, ideal_label, write=tidy):
    """One panel, both axes logarithmic. curves: [(label, [(x, y), ...]), ...]; ideal: one of them,
    dotted; write: how values on the x axis are written."""
    ticks = sorted({x for _, curve in curves for x, _ in curve})
    xs = span(ticks)
    ys = span([y for _, curve in curves for _, y in curve] + [y for _, y in ideal])

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
    put('<text class="title" x="%d" y="%d">%s</text>' % (left + LEFT, top + 20, title))
    for v in marks(*ys):
        put('<path class="grid" d="M%d %.1fH%d"/>' % (left + LEFT, y_at(v), end))
        put('<text class="soft" x="%d" y="%.1f" text-anchor="end">%s</text>'
            % (left + LEFT - 8, y_at(v) + 4, tidy(v)))
    for v in ticks:
        put('<path class="grid" d="M%.1f %dv5"/>' % (x_at(v), foot))
        put('<text class="soft" x="%.1f" y="%d" text-anchor="middle">%s</text>'
            % (x_at(v), foot + 20, write(v)))
    put('<path class="ideal" d="%s"/>' % path(ideal))
    ends = [(y_at(curve[-1][1]), "t%d" % (k % 2), label) for k, (label, curve) in enumerate(curves)]
    ends.append((y_at(ideal[-1][1]), "soft", ideal_label))
    for k, (_, curve) in enumerate(curves):
        put('<path class="c%d" d="%s"/>' % (k % 2, path(curve)))
        for x, y in curve:
            put('<circle class="d%d" cx="%.1f" cy="%.1f" r="3"/>' % (k % 2, x_at(x), y_at(y)))
    low = -1e9
    for y, kind, label in sorted(ends):  # labels that would lie on each other move down
        low = max(y, low + 16)
        put('<text class="%s" x="%d" y="%.1f">%s</text>' % (kind, end + 6, low + 4, label))


def draw(path, title, caption, panels):
    """Two panels beside each other in each row; panels: arguments of panel from `title` on."""
    rows = (len(panels) + 1) // 2
    width, height = 2 * WIDTH + GAP, rows * HEIGHT + (rows - 1) * GAP + 24
    out = ['<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img">'
           % (width, height),
           "<title>%s</title>" % title,
           "<style>%s</style>" % STYLE,
           '<text class="soft" x="%d" y="16">%s</text>' % (LEFT, caption)]
    for k, arguments in enumerate(panels):
        panel(out, k % 2 * (WIDTH + GAP), 24 + k // 2 * (HEIGHT + GAP), **arguments)
    out.append("</svg>\n")
    os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(out))
