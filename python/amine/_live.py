"""What a run shows while it goes on: a line on a terminal, a curve in a notebook, else nothing."""
import math
import signal
import sys
import threading
import time
from typing import List, NamedTuple, Tuple


def _in_notebook() -> bool:
    """Whether there is a front end that shows HTML: a kernel of Jupyter, not a terminal."""
    shell = sys.modules.get("IPython")
    shell = shell.get_ipython() if shell else None
    return shell is not None and hasattr(shell, "kernel")


class Shown(NamedTuple):
    """What a run shows of itself at a moment."""
    done: float
    planned: float
    unit: str  #: of both
    reward: float
    line: str  #: for people


def curve(points: List[Tuple[float, float]], planned: float, unit: str = "iterations", width: int = 600, height: int = 180) -> str:
    """The reward over what is done as SVG: points (done, reward)."""
    known = [(i, r) for i, r in points if math.isfinite(r)]
    if not known:
        return ""
    low, high = min(r for _, r in known), max(r for _, r in known)
    span, left, top = (high - low) or 1.0, 60, 10
    w, h = width - left - 10, height - top - 30
    path = " ".join(f"{left + w * i / max(planned, 1):.1f},{top + h * (high - r) / span:.1f}" for i, r in known)
    text = 'font-family="sans-serif" font-size="11" fill="currentColor"'
    return (f'<svg width="{width}" height="{height}" role="img" aria-label="reward over {unit}">'
            f'<path d="M{left} {top}v{h}h{w}" fill="none" stroke="currentColor" stroke-opacity="0.4"/>'
            f'<polyline points="{path}" fill="none" stroke="#2a7ab9" stroke-width="1.5"/>'
            f'<text x="{left - 6}" y="{top + 10}" text-anchor="end" {text}>{high:.3g}</text>'
            f'<text x="{left - 6}" y="{top + h}" text-anchor="end" {text}>{low:.3g}</text>'
            f'<text x="{left}" y="{height - 12}" {text}>0</text>'
            f'<text x="{left + w}" y="{height - 12}" text-anchor="end" {text}>{planned:g} {unit}</text></svg>')


class Percent:
    """How much is done, on a terminal."""

    def __init__(self, quiet: bool):
        self._shows, self._last = not quiet and sys.stderr.isatty(), -1

    def show(self, done: float) -> None:
        percent = int(100 * done)
        if self._shows and percent != self._last:
            print(f"\r\x1b[K{percent} %", end="", file=sys.stderr, flush=True)
            self._last = percent

    def end(self) -> None:
        if self._shows and self._last >= 0:
            print(file=sys.stderr)


def left(seconds: float) -> str:
    """How long it still takes, if that is known."""
    if not math.isfinite(seconds):
        return ""
    s = int(seconds)
    return f"{s // 3600}:{s // 60 % 60:02d}:{s % 60:02d} left" if s >= 3600 else f"{s // 60}:{s % 60:02d} left"


class Interrupt:
    """While this is entered a first Ctrl-C is kept for check(), which raises it; a second one is as always."""

    def __init__(self) -> None:
        self.kept = False
        self._before = None

    def __enter__(self) -> "Interrupt":
        if threading.current_thread() is threading.main_thread() and \
                signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            self._before = signal.signal(signal.SIGINT, self._keep)
        return self

    def __exit__(self, *_) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)

    def _keep(self, *_) -> None:
        self.kept = True
        signal.signal(signal.SIGINT, self._before)

    def check(self) -> None:
        if self.kept:
            self.kept = False
            raise KeyboardInterrupt


class Watch:
    """Shows progress at most a few times a second."""

    POINTS = 400  # of the curve

    def __init__(self, quiet: bool):
        self.notebook = not quiet and _in_notebook()
        self.terminal = not quiet and not self.notebook and sys.stderr.isatty()
        self._last, self._handle, self._now = -math.inf, None, None
        self._points: List[Tuple[float, float]] = []

    def show(self, now: Shown) -> None:
        if not (self.notebook or self.terminal):
            return
        self._now = now
        at, every = time.monotonic(), 0.5 if self.notebook else 0.1
        if at - self._last < every and now.done < now.planned:
            return
        self._last = at
        self._points.append((now.done, now.reward))
        if len(self._points) > self.POINTS:
            del self._points[1:-1:2]
        self._draw()

    def _draw(self) -> None:
        if self.terminal:
            full = int(20 * self._now.done / max(self._now.planned, 1))
            print(f"\r\x1b[K[{'=' * full}{' ' * (20 - full)}] {self._now.line}", end="", file=sys.stderr, flush=True)
            return
        import html
        from IPython.display import HTML, display
        shown = HTML(f"{curve(self._points, self._now.planned, self._now.unit)}<div>{html.escape(self._now.line)}</div>")
        if self._handle is None:
            self._handle = display(shown, display_id=True)
        else:
            self._handle.update(shown)

    def end(self) -> None:
        if self._now is not None and self._points and self._points[-1][0] != self._now.done:
            self._points.append((self._now.done, self._now.reward))
            self._draw()
        if self.terminal and self._now is not None:
            print(file=sys.stderr)

    def say(self, sentence: str) -> None:
        if self.notebook or self.terminal:
            print(sentence, file=sys.stderr)
