"""Sweeps: every combination of the values of some keys, over seeds, side by side.

    s = amine.sweep("delayed-match", seeds=10, network_hidden=[12, 24, 48], iterations=300)
    s                            # a row for each combination: medians and quartiles over the seeds
    s["evaluation"][s["network.hidden"] == 24]
    s.frame()                    # a pandas DataFrame with a row for each run, if pandas is there"""
import csv
import ctypes
import os
import threading
from pathlib import Path
from typing import Any, Dict, Iterator, List, Mapping, NamedTuple, Optional, Tuple

import numpy as np

from ._errors import UsageError
from ._library import C, CError, CSweepOptions, SWEEP_WATCH, error_of, texts
from ._live import Interrupt, Percent
from .experiment import registry_of, taken
from .learner import Learner
from .options import assigned, merged
from .world import World


class Summary(NamedTuple):
    """A measure of a combination over its seeds; NaN where no run has one."""
    median: float
    low: float  #: quartiles
    high: float
    n: int  #: runs that have it


class Sweep(Mapping[str, np.ndarray]):
    """The runs of a sweep as columns: the keys that are swept, `seed`, the measures and `broke`, a number
    or a word for each run."""

    def __init__(self, folder):
        self.folder = Path(folder)
        with open(self.folder / "sweep.csv", newline="", encoding="utf-8") as f:
            names, *rows = list(csv.reader(f))
        self._columns = {n: _column([r[k] for r in rows]) for k, n in enumerate(names)}
        #: The keys that are swept, and the measures.
        self.keys_swept = names[:names.index("seed")]
        self.measures = names[names.index("seed") + 1:names.index("broke")]

    def __getitem__(self, name: str) -> np.ndarray:
        return self._columns[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)

    def summary(self, measure: Optional[str] = None) -> Dict[Tuple[Any, ...], Summary]:
        """Of a measure (the last, if none is said), by the values of the keys that are swept."""
        if measure is None:
            measure = self.measures[-1]
        if measure not in self.measures:
            raise UsageError(f"there is no measure {measure!r}; there is {', '.join(self.measures)}")
        found: Dict[Tuple[Any, ...], List[float]] = {}
        for k, value in enumerate(self[measure]):
            found.setdefault(tuple(self[key][k] for key in self.keys_swept), []).append(value)
        return {key: _summary(np.array(v, float)) for key, v in found.items()}

    def frame(self):
        """A pandas DataFrame, if pandas is there."""
        import pandas
        return pandas.DataFrame(self._columns)

    def __repr__(self) -> str:
        measure = self.measures[-1]
        lines = ["  ".join([*self.keys_swept, f"{measure}: median (quartiles)"])]
        for key, s in self.summary().items():
            words = [f"{k:g}" if isinstance(k, float) else str(k) for k in key]
            lines.append("  ".join([*words, f"{s.median:.4g} ({s.low:.4g} to {s.high:.4g})"]))
        return "\n".join(lines)


def _column(words: List[str]) -> np.ndarray:
    try:
        return np.array([float(w) for w in words])
    except ValueError:
        return np.array(words)


def _summary(values: np.ndarray) -> Summary:
    there = values[np.isfinite(values)]
    if len(there) == 0:
        return Summary(np.nan, np.nan, np.nan, 0)
    return Summary(*map(float, np.percentile(there, [50, 25, 75])), len(there))


def sweep(preset, options: Optional[Mapping[str, Any]] = None, *, seeds: int = 5, seed: int = 0,
          threads: int = 0, folder=None, quiet: bool = False, **more: Any) -> Sweep:
    """Runs a preset or a file, of a training or of a brain, with every combination of the options that are
    lists, `seeds` times each from `seed` on, `threads` at a time (0: one for every processor).

    `task` may be a World and `learner` a Learner, one for all runs, which then come one after the other.

    folder: runs/NAME-sweep, if none is said. Where it has the same sweep, that is gone on with; Ctrl-C
    keeps what is done."""
    settings = merged(options, more)
    registry = registry_of(taken(World, "task", settings, None), taken(Learner, "learner", settings, None))
    own = registry.names() if registry is not None else {}
    if registry is not None and threads > 1:
        raise UsageError(f"sweep: threads={threads}: with a world or a learner of your own runs come one after the other")
    words = [_assignment(key, value) for key, value in {**own, **settings}.items()]
    where = Path(folder) if folder is not None else Path("runs") / f"{Path(os.fspath(preset)).stem}-sweep"
    shown, stop = Percent(quiet), ctypes.c_int(0)
    listed, n = texts(words)
    watch = SWEEP_WATCH(lambda _, done: shown.show(done))
    o = CSweepOptions(ctypes.sizeof(CSweepOptions), listed, n, registry.handle if registry else None, seed, seeds,
                      1 if registry else threads, watch, None, ctypes.pointer(stop))
    error, status = CError(), [0]

    def work() -> None:
        status[0] = C.amine_sweep_run(os.fsencode(where), os.fsencode(preset), ctypes.byref(o), ctypes.byref(error))

    # In a thread of its own: Python hears of Ctrl-C only while this one runs Python.
    worker = threading.Thread(target=work)
    worker.start()
    with Interrupt() as interrupt:
        while worker.is_alive():
            worker.join(0.2)
            stop.value = interrupt.kept
    shown.end()
    interrupt.check()
    if status[0]:
        raised = registry.raised() if registry is not None else None
        raise raised if raised is not None else error_of(error, status[0])
    return Sweep(where)


def _assignment(key: str, value: Any) -> str:
    values = value if isinstance(value, (list, tuple, np.ndarray)) else [value]
    return f"{key}=" + "|".join(assigned(key, v) for v in values)
