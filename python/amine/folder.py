"""What a run leaves, a training or a simulation: its folder, and how one is made while somebody looks on."""
import json
import math
import os
from ctypes import byref
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, Mapping, Optional, Sequence

import numpy as np

from ._errors import InputError, Stopped
from ._library import C, CError, SIMULATION_WATCH, WATCH, call, error_of, texts
from ._live import Interrupt, Watch
from .experiment import Source


class Metrics(Mapping[str, np.ndarray]):
    """The lines of metrics.jsonl as columns: metrics["reward"], float64 [lines]; NaN where a line has no
    number."""

    def __init__(self, path: Path):
        rows: List[Dict[str, Any]] = []
        with open(path, "rb") as f:
            for line in f:
                if line.endswith(b"\n"):
                    rows.append(json.loads(line))
        names = list(dict.fromkeys(n for r in rows for n, v in r.items() if _is_number(v)))
        self._columns = {n: np.array([_number(r.get(n)) for r in rows]) for n in names}
        self._n = len(rows)

    def __getitem__(self, name: str) -> np.ndarray:
        if name not in self._columns:
            raise KeyError(f"{name}: the lines have {', '.join(self._columns)}")
        return self._columns[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)

    def frame(self):
        """A pandas DataFrame, if pandas is there."""
        import pandas
        return pandas.DataFrame(self._columns)

    def __repr__(self) -> str:
        return f"<{self._n} lines of {', '.join(self._columns)}>"


def _is_number(v: Any) -> bool:
    return v is None or (isinstance(v, (int, float)) and not isinstance(v, bool))


def _number(v: Any) -> float:
    return float(v) if isinstance(v, (int, float)) else math.nan


class Folder:
    """The folder of a run. What it holds is read when it is asked for."""

    def __init__(self, folder):
        self.folder = Path(folder)
        if not (self.folder / "config.json").exists():
            raise InputError(f"{folder} holds no run: there is no config.json", str(folder))

    @property
    def config(self) -> Dict[str, Any]:
        """The configuration: every key that applies, nested."""
        return read_json(self.folder / "config.json")

    @property
    def metrics(self) -> Metrics:
        """What was measured while it ran."""
        return Metrics(self.folder / "metrics.jsonl")

    @property
    def notes(self) -> List[str]:
        """What was taken otherwise than it was said."""
        path = self.folder / "notes.txt"
        return path.read_text(encoding="utf-8").splitlines() if path.exists() else []

    def report(self, page=None) -> Path:
        """Writes the page (report.html in the folder, if no other path is said); returns its path. What it
        shows is evaluated and recorded first, unless it is there."""
        return write_page([self], page if page is not None else self.folder / "report.html")

    def _record(self) -> None:
        """What a page shows is there after it."""
        raise NotImplementedError

    def _repr_html_(self) -> str:
        import html
        with open(self.report(), encoding="utf-8") as f:
            page = f.read()
        return (f'<iframe srcdoc="{html.escape(page, quote=True)}" sandbox="allow-scripts" width="100%" '
                'height="900" style="border:0"></iframe>')

    def __repr__(self) -> str:
        return f"<{type(self).__name__.lower()} {str(self.folder)!r}>"


def read_json(path: Path) -> Any:
    with open(path, encoding="utf-8") as f:
        return json.load(f)


def write_page(runs: Sequence[Folder], page) -> Path:
    """One page of them."""
    for run in runs:
        run._record()
    words, n = texts([run.folder for run in runs])
    call(C.amine_run_report, words, n, os.fsencode(page))
    return Path(page)


def free_folder(name: str, settings: Mapping[str, Any]) -> Path:
    """runs/NAME-seedN, or the first of runs/NAME-seedN-2, ... that is free."""
    base = Path("runs") / f"{name}-seed{settings.get('seed', 1)}"
    path, k = base, 2
    while path.exists():
        path, k = base.with_name(f"{base.name}-{k}"), k + 1
    return path


def name_of(given: Any, source: Source, otherwise: str) -> str:
    """What a run of a preset or a file is called after; without one, its world, or `otherwise`."""
    if given is not None and not isinstance(given, Mapping):
        return Path(os.fspath(given)).stem
    return source.registry.world.name if source.registry and source.registry.world else otherwise


def go(function, folder: Path, source: Source, kind: type, watch: Optional[Callable[[Any], Any]], quiet: bool,
       begins: bool) -> None:
    """Runs, while somebody looks on who is shown each progress, of that kind: a tuple of what the library's
    has behind its size. An exception of his, KeyboardInterrupt among them, stops it once all is saved, and is
    raised then. begins: it is a new run, of a preset or a file."""
    raised: List[BaseException] = []
    shown, interrupt = Watch(quiet), Interrupt()

    def look(_, at) -> int:
        p = at.contents
        try:
            now = kind(*[getattr(p, field) for field in kind._fields])
            shown.show(now.shown())
            interrupt.check()
            return int(watch is not None and watch(now) is True)
        except BaseException as e:  # pylint: disable=broad-except
            raised.append(e)
            return 1

    error, onlooker = CError(), function.argtypes[-3](look)
    try:
        with source as (path, given), interrupt:
            first = [path] if begins else []
            status = function(os.fsencode(folder), *first, byref(given), onlooker, None, byref(error))
    finally:
        shown.end()
    if raised:
        if isinstance(raised[0], KeyboardInterrupt):
            shown.say(f"stopped; everything is saved. To go on: amine.load({str(folder)!r}).resume()")
        raise raised[0]
    if status:
        failure = error_of(error, status)
        ours = source.registry.raised() if source.registry is not None else None
        if ours is not None:
            raise ours
        if not (isinstance(failure, Stopped) and watch is not None):
            raise failure
