"""Runs: trainings that leave a folder, as `amine train` does.

    run = amine.train("maze", iterations=2000, seed=1)
    run.metrics["reward"]        # float64, a number for each line of metrics.jsonl
    run.weights["w"]             # float32
    run.evaluate(1000)
    run.episode().M              # the modulator, step by step
    run.report()                 # the page; a notebook shows it by itself

Ctrl-C stops between two iterations with everything saved; `run.resume()`, or `amine resume FOLDER`,
goes on to the bit."""
import math
import os
from ctypes import byref
from pathlib import Path
from typing import Any, Callable, Mapping, NamedTuple, Optional

from ._library import C
from ._live import Shown, left
from .experiment import Episode, Experiment, Score, Source, Weights
from .folder import Folder, free_folder, go, name_of
from .learner import Learner
from .options import merged
from .world import World


class RunProgress(NamedTuple):
    """How far a training is."""
    iteration: int  #: done
    iterations: int  #: planned
    seconds: float  #: since the start, earlier sessions included
    rate: float  #: iterations per second lately
    reward: float  #: per episode, a running mean over about 50 iterations

    def shown(self) -> Shown:
        """For who looks on."""
        to_go = (self.iterations - self.iteration) / self.rate if self.rate > 0 else math.nan
        line = f"{self.iteration:,} of {self.iterations:,}  {self.rate:,.0f}/s  reward {self.reward:.4g}  {left(to_go)}"
        return Shown(self.iteration, self.iterations, "iterations", self.reward, line.rstrip())


class Run(Folder):
    """The folder of a training. What it holds is read when it is asked for."""

    def __init__(self, folder, task: Optional[World] = None, learner: Optional[Learner] = None):
        super().__init__(folder)
        self._own = {key: own for key, own in (("task", task), ("learner", learner)) if own is not None}

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
        go(C.amine_run_resume, self.folder, self._source(options), RunProgress, watch, quiet, False)
        return self

    def _source(self, options: Mapping[str, Any]) -> Source:
        more = merged(self._own, options)
        return Source(self.folder, more, saved=True)

    def _record(self) -> None:
        source = self._source({})
        with source as (_, given):
            source.call(C.amine_run_record, os.fsencode(self.folder), byref(given))


def train(preset=None, options: Optional[Mapping[str, Any]] = None, *, folder=None,
          watch: Optional[Callable[[RunProgress], Any]] = None, quiet: bool = False, **more: Any) -> Run:
    """Trains in a new folder and returns its run.

    preset, options: as of Experiment. folder: runs/NAME-seedN, if none is said, or the first of
    runs/NAME-seedN-2, ... that is free. watch is called with a RunProgress after each iteration; if it
    returns True the run is saved and ends. quiet: no progress is shown. Ctrl-C saves, says how to go on,
    and raises KeyboardInterrupt."""
    settings = merged(options, more)
    source = Source(preset, settings)
    where = Path(folder) if folder is not None else free_folder(name_of(preset, source, "experiment"), settings)
    go(C.amine_run_train, where, source, RunProgress, watch, quiet, True)
    return Run(where, source.world, source.learner)
