"""Simulations: a brain, what is done to it and the task that it plays, in a run that leaves a folder, as
`amine simulate` does.

    s = amine.simulate("my-brain.json", task=MyWorld(), body_sense="eyes", body_action=["left", "right"],
                       duration_s=60)
    s.measures["late_reward"]    # what the protocol measures
    s.metrics["t_s"]             # float64, a number for each line of metrics.jsonl
    s.recording["levels"]        # arrays of recording.npz
    s.spikes("left")             # times in ms, neurons
    s.report()                   # the page; a notebook shows it by itself

A brain alone, step by step, is amine.Brain."""
import json
import math
import os
from ctypes import byref
from pathlib import Path
from typing import Any, Callable, Dict, Mapping, NamedTuple, Optional, Tuple

import numpy as np

from ._errors import UsageError
from ._library import C
from ._live import Shown, left
from .experiment import Source, registry_of, taken
from .folder import Folder, free_folder, go, name_of, read_json
from .options import Assignments, merged
from .world import World


class SimulationProgress(NamedTuple):
    """How far a simulation is."""
    t_s: float  #: biological time done
    duration_s: float  #: planned
    seconds: float  #: since the start, earlier sessions included
    speed: float  #: biological time for clock time, lately
    reward: float  #: the sum of all that dopamine was told

    def shown(self) -> Shown:
        """For who looks on."""
        to_go = (self.duration_s - self.t_s) / self.speed if self.speed > 0 else math.nan
        line = f"{self.t_s:.1f} of {self.duration_s:g} s  {self.speed:.3g} x real time  {left(to_go)}"
        return Shown(self.t_s, self.duration_s, "s", self.reward, line.rstrip())


class Scene(Source):
    """What a simulation is made of while this is entered, as of a Source: a brain's file, preset or dict, which
    is JSON as it stands."""

    def __init__(self, model, options: Mapping[str, Any], saved: bool = False):
        options, model = dict(options), dict(model) if isinstance(model, Mapping) else model
        self.world, self.learner = taken(World, "task", options, model), None
        self.registry = registry_of(self.world, None)
        self._path = self._text = None
        if model is None:
            raise UsageError("a simulation wants a preset's name, a model file or a model as a dict")
        if self.registry is not None and not saved:
            options.update(self.registry.names())
        if isinstance(model, Mapping):
            chosen = options.pop("task", None) or options.pop("task.type", None)
            if chosen is not None:  # it stands where its body does
                given = model.get("task")
                model["task"] = {**given, "type": chosen} if isinstance(given, Mapping) else chosen
            self._text = json.dumps(model, default=_listed).encode()
        else:
            self._path = os.fsencode(model)
        self._assignments = Assignments(options)


def _listed(value: Any) -> Any:
    """An array or a number of numpy's as JSON has it."""
    if hasattr(value, "tolist"):
        return value.tolist()
    raise UsageError(f"{value!r}: a model is of numbers, texts, lists and dicts")


class Simulation(Folder):
    """The folder of a simulation. What it holds is read when it is asked for."""

    def __init__(self, folder, task: Optional[World] = None):
        super().__init__(folder)
        self._own = {} if task is None else {"task": task}

    @property
    def measures(self) -> Dict[str, float]:
        """What its protocol measures, up to where it is; NaN for what is not to be measured yet."""
        self._record()
        found = read_json(self.folder / "protocol.json")["measures"]
        return {m["name"]: math.nan if m["value"] is None else float(m["value"]) for m in found}

    @property
    def recording(self) -> Dict[str, np.ndarray]:
        """The arrays of recording.npz (docs/runs.md)."""
        self._record()
        with np.load(self.folder / "recording.npz") as arrays:
            return dict(arrays)

    def spikes(self, population: Optional[str] = None) -> Tuple[np.ndarray, np.ndarray]:
        """Those of the recording, which are of the last record_window_s: when, float64 in ms, and which neurons,
        int64; of one population, counted from its first, or of all, counted through."""
        r = self.recording
        if "i" not in r:
            raise UsageError("the recording has no spikes")
        neurons, times = r["i"].astype(np.int64), r["t"].astype(np.float64) * 1e3
        if population is None:
            return times, neurons
        names = [bytes(row).rstrip(b"\0").decode() for row in r["population_names"]]
        if population not in names:
            raise UsageError(f"there is no population {population!r}; there is {', '.join(names)}")
        k = names.index(population)
        first, n = int(r["first"][k]), int(r["sizes"][k])
        its = (neurons >= first) & (neurons < first + n)
        return times[its], neurons[its] - first

    def resume(self, watch: Optional[Callable[[SimulationProgress], Any]] = None, quiet: bool = False,
               **options: Any) -> "Simulation":
        """Goes on where it stopped, to the bit; duration_s=S takes it further."""
        go(C.amine_simulation_resume, self.folder, self._source(options), SimulationProgress, watch, quiet, False)
        return self

    def _source(self, options: Mapping[str, Any]) -> Scene:
        return Scene(self.folder, merged(self._own, options), saved=True)

    def _record(self) -> None:
        source = self._source({})
        with source as (_, given):
            source.call(C.amine_simulation_record, os.fsencode(self.folder), byref(given))


def simulate(model, options: Optional[Mapping[str, Any]] = None, *, folder=None,
             watch: Optional[Callable[[SimulationProgress], Any]] = None, quiet: bool = False,
             **more: Any) -> Simulation:
    """Simulates in a new folder and returns the simulation.

    model: a preset's name, a model file (docs/model.md) or a model as a dict. options: the keys of
    `amine show PRESET`, as of train (body_sense="eyes", record_window_s=5, clamp_dopamine=0.5). task: a
    task's name, or a World, which the brain then plays through a body (docs/body.md), episode k being
    that of lane 0. folder: runs/NAME-seedN, if none is said, or the first that is free. watch is called with a
    SimulationProgress every 0.1 s of biological time; if it returns True the run is saved and ends. Ctrl-C
    saves, says how to go on, and raises KeyboardInterrupt."""
    settings = merged(options, more)
    source = Scene(model, settings)
    where = Path(folder) if folder is not None else free_folder(name_of(model, source, "brain"), settings)
    go(C.amine_simulation_run, where, source, SimulationProgress, watch, quiet, True)
    return Simulation(where, source.world)
