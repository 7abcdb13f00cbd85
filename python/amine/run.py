"""Runs: trainings that leave a folder, as `amine train` does.

    run = amine.train("maze", iterations=2000, seed=1)
    run.metrics["reward"]        # float64, a number for each line of metrics.jsonl
    run.weights["w"]             # float32
    run.evaluate(1000)
    run.episode().M              # the modulator, step by step
    run.report()                 # the page; a notebook shows it by itself

Ctrl-C stops between two iterations with everything saved; `run.resume()`, or `amine resume FOLDER`,
goes on to the bit."""
import json
import math
import os
from ctypes import byref
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, Mapping, NamedTuple, Optional, Sequence, Union

import numpy as np

from ._errors import InputError, Stopped
from ._library import C, WATCH, CError, call, error_of, texts
from ._live import Interrupt, Watch
from .experiment import Episode, Experiment, Score, Source, Weights
from .learner import Learner
from .options import merged
from .world import World


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


class RunProgress(NamedTuple):
    """How far a training is."""
    iteration: int  #: done
    iterations: int  #: planned
    seconds: float  #: since the start, earlier sessions included
    rate: float  #: iterations per second lately
    reward: float  #: per episode, a running mean over about 50 iterations


class Run:
    """The folder of a run. What it holds is read when it is asked for."""

    def __init__(self, folder, task: Optional[World] = None, learner: Optional[Learner] = None):
        self.folder = Path(folder)
        self._own = {key: own for key, own in (("task", task), ("learner", learner)) if own is not None}
        if not (self.folder / "config.json").exists():
            raise InputError(f"{folder} holds no run: there is no config.json", str(folder))

    @property
    def config(self) -> Dict[str, Any]:
        """The configuration: every key that applies, nested."""
        with open(self.folder / "config.json", encoding="utf-8") as f:
            return json.load(f)

    @property
    def metrics(self) -> Metrics:
        """What was measured while it trained."""
        return Metrics(self.folder / "metrics.jsonl")

    @property
    def notes(self) -> List[str]:
        """What was taken otherwise than it was said."""
        path = self.folder / "notes.txt"
        return path.read_text(encoding="utf-8").splitlines() if path.exists() else []

    def experiment(self, **options: Any) -> Experiment:
        """The run as it is saved, in memory; options as of Experiment.open."""
        return Experiment.open(self.folder, merged(self._own, options))

    @property
    def weights(self) -> Weights:
        """The tensors of the network as they are saved. To change them: run.experiment().weights."""
        return self.experiment().weights

    def evaluate(self, n: int = 1000, greedy: bool = False, **options: Any) -> Score:
        """Plays n fresh episodes without learning, what `amine eval` plays; options may hold a modulator
        (clamp_readout=0) or change the world (task_size=13)."""
        return self.experiment(**options).evaluate(n, greedy=greedy)

    def episode(self, number: int = 0, **options: Any) -> Episode:
        """An episode step by step; options as of evaluate."""
        return self.experiment(**options).episode(number)

    def resume(self, watch: Optional[Callable[[RunProgress], Any]] = None, quiet: bool = False,
               **options: Any) -> "Run":
        """Goes on where it stopped, to the bit; iterations=N takes it further."""
        _call(C.amine_run_resume, self.folder, self._source(options), watch, quiet)
        return self

    def _source(self, options: Mapping[str, Any]) -> Source:
        more = merged(self._own, options)
        return Source(self.folder, more, saved=True)

    def report(self, page=None) -> Path:
        """Writes the page (report.html in the folder, if no other path is said); returns its path. What it
        shows is evaluated and recorded first, unless it is there."""
        self._record()
        return report([self], page if page is not None else self.folder / "report.html")

    def _record(self) -> None:
        source = self._source({})
        with source as (_, given):
            source.call(C.amine_run_record, os.fsencode(self.folder), byref(given))

    def _repr_html_(self) -> str:
        import html
        with open(self.report(), encoding="utf-8") as f:
            page = f.read()
        return (f'<iframe srcdoc="{html.escape(page, quote=True)}" sandbox="allow-scripts" width="100%" '
                'height="900" style="border:0"></iframe>')

    def __repr__(self) -> str:
        return f"<run {str(self.folder)!r}>"


def load(folder, task: Optional[World] = None, learner: Optional[Learner] = None) -> Run:
    """The run of a folder: of train, or of the command. A run in a World, or by a Learner, of your own asks
    for it again: what a folder names is never loaded by itself."""
    return Run(folder, task, learner)


def report(runs: Sequence[Union[Run, str, "os.PathLike[str]"]], page) -> Path:
    """One page of several runs; those that differ only in their seed are drawn as one curve."""
    known = [r if isinstance(r, Run) else Run(r) for r in runs]
    for run in known:
        run._record()
    words, n = texts([run.folder for run in known])
    call(C.amine_run_report, words, n, os.fsencode(page))
    return Path(page)


def train(preset=None, options: Optional[Mapping[str, Any]] = None, *, folder=None,
          watch: Optional[Callable[[RunProgress], Any]] = None, quiet: bool = False, **more: Any) -> Run:
    """Trains in a new folder and returns its run.

    preset, options: as of Experiment. folder: runs/NAME-seedN, if none is said, or the first of
    runs/NAME-seedN-2, ... that is free. watch is called with a RunProgress after each iteration; if it
    returns True the run is saved and ends. quiet: no progress is shown. Ctrl-C saves, says how to go on,
    and raises KeyboardInterrupt."""
    settings = merged(options, more)
    source = Source(preset, settings)
    where = Path(folder) if folder is not None else _free_folder(preset, settings, source)
    _call(C.amine_run_train, where, source, watch, quiet)
    return Run(where, source.world, source.learner)


def _free_folder(preset, settings: Mapping[str, Any], source: Source) -> Path:
    own = source.registry.world.name if source.registry and source.registry.world else "experiment"
    name = own if preset is None or isinstance(preset, Mapping) else Path(os.fspath(preset)).stem
    base = Path("runs") / f"{name}-seed{settings.get('seed', 1)}"
    path, k = base, 2
    while path.exists():
        path, k = base.with_name(f"{base.name}-{k}"), k + 1
    return path


def _call(function, folder: Path, source: Source, watch, quiet) -> None:
    """A training with one who looks on. An exception of his, KeyboardInterrupt among them, stops it once
    all is saved, and is raised then."""
    raised: List[BaseException] = []
    shown, interrupt = Watch(quiet), Interrupt()

    def look(_, at) -> int:
        p = at.contents
        try:
            now = RunProgress(p.iteration, p.iterations, p.seconds, p.rate, p.reward)
            shown.show(now)
            interrupt.check()
            return int(watch is not None and watch(now) is True)
        except BaseException as e:  # pylint: disable=broad-except
            raised.append(e)
            return 1

    error, onlooker = CError(), WATCH(look)
    try:
        with source as (path, given), interrupt:
            first = [path] if function is C.amine_run_train else []
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
