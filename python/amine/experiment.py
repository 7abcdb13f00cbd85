"""An experiment in memory: a task, a network and a learner.

    x = amine.Experiment("maze", network_hidden=64, seed=3)
    for progress in x.iterate(1000):
        print(progress.iteration, progress.reward)
    x.weights["w"]                       # a copy, float32 [64][64]
    x.evaluate(1000)                     # Score(mean=..., se=..., ...)
    x.save("mine.safetensors")

Options are the keys of `amine show PRESET`, with their dots as underscores, or as a dict. What is read
is a copy; what is set is copied. The same options give the same bits."""
import ctypes
import json
import math
import os
from ctypes import byref
from typing import Any, Dict, Iterator, List, Mapping, MutableMapping, NamedTuple, Optional, Tuple, Union

import numpy as np

from ._arrays import floats
from ._errors import Error, UsageError
from ._handle import Handle
from ._library import C, COptions, CProgress, CScore, call, texts
from .options import Assignments, Modulator, Network, Rule, flat, merged
from . import learner as _learner
from . import world as _world
from ._own import Registry
from .learner import Learner
from .world import World


class Progress(NamedTuple):
    """What an iteration did: means over its batch of episodes; NaN for what the learner does not have."""
    iteration: int  #: iterations done
    reward: float  #: per episode, in units of the task's reward
    value: float  #: the critic's mean estimate per step
    entropy: float  #: of the policy, nats per step
    loss: float  #: per step
    gradient_norm: float  #: before clipping
    rate: float  #: step size of the slow weights


class Score(NamedTuple):
    """Rewards of n evaluation episodes."""
    mean: float
    se: float  #: standard error of the mean
    min: float
    max: float
    n: int

    def __repr__(self) -> str:
        return f"Score(mean={self.mean:.6g}, se={self.se:.2g}, min={self.min:g}, max={self.max:g}, n={self.n})"


class Weights(MutableMapping[str, np.ndarray]):
    """The tensors of the network by their PyTorch names. w["w"] is a copy, float32, in PyTorch's shape;
    w["w"] = array sets it; w["w"][0, 0] = 1 changes the copy only."""

    def __init__(self, experiment: "Experiment"):
        self._experiment = experiment
        self._place: Dict[str, Tuple[int, Tuple[int, ...]]] = {}
        name, dims = ctypes.c_char_p(), (ctypes.c_int * 2)()
        while C.amine_experiment_tensor(experiment._handle, len(self._place), byref(name), dims):
            k = len(self._place)
            rank = C.amine_experiment_tensor_rank(experiment._handle, k)
            shape = tuple(dims[:rank])
            self._place[(name.value or b"").decode()] = k, shape

    def _of(self, name: str) -> Tuple[int, Tuple[int, ...]]:
        if name not in self._place:
            raise KeyError(f"{name}: the network has {', '.join(self._place)}")
        return self._place[name]

    def shape(self, name: str) -> Tuple[int, ...]:
        """[out][in] of a matrix, [n] of a vector."""
        return self._of(name)[1]

    def __getitem__(self, name: str) -> np.ndarray:
        k, shape = self._of(name)
        out = np.empty(shape, np.float32)
        self._experiment._call(C.amine_experiment_get, k, out.ctypes.data)
        return out

    def __setitem__(self, name: str, values) -> None:
        k, shape = self._of(name)
        a = floats(values, shape, name)
        self._experiment._call(C.amine_experiment_set, k, a.ctypes.data)

    def __delitem__(self, name: str) -> None:
        raise UsageError(f"{name}: a network keeps its tensors")

    def __iter__(self) -> Iterator[str]:
        return iter(self._place)

    def __len__(self) -> int:
        return len(self._place)

    def __repr__(self) -> str:
        return "<weights " + ", ".join(f"{n} {list(s)}" for n, (_, s) in self._place.items()) + ">"


class Episode(Mapping[str, np.ndarray]):
    """An episode step by step: episode["activity"] or episode.activity, float32 [steps] or
    [steps][width]. `M` is the modulator's level, under whatever name the learner has for it."""

    def __init__(self, series: Mapping[str, np.ndarray], meanings: Mapping[str, str]):
        self._series, self.meanings = dict(series), dict(meanings)

    def __getitem__(self, name: str) -> np.ndarray:
        return self._series[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._series)

    def __len__(self) -> int:
        return len(self._series)

    def __getattr__(self, name: str) -> np.ndarray:
        series = self.__dict__.get("_series", {})
        names = ("M", "level", "dopamine") if name == "M" else (name,)
        for n in names:
            if n in series:
                return series[n]
        raise AttributeError(f"the episode has no {name}; it has {', '.join(series)}")

    def __dir__(self) -> List[str]:
        return [*super().__dir__(), *self._series]

    def __repr__(self) -> str:
        return "<episode " + ", ".join(f"{n} {list(a.shape)}" for n, a in self._series.items()) + ">"


class Experiment(Handle):
    """A task, a network and a learner, made from a preset's name, a JSON file or a configuration as a dict,
    and changed by options; without any of these by the options alone, of which `task` must be one: a name or
    a World. `learner` may be a Learner. One thread at a time may use it."""

    _free = C.amine_experiment_destroy

    def __init__(self, preset: Union[str, "os.PathLike[str]", Mapping[str, Any], None] = None,
                 options: Optional[Mapping[str, Any]] = None, **more: Any):
        self._open(C.amine_experiment_create_with, preset, merged(options, more))

    @classmethod
    def open(cls, checkpoint, options: Optional[Mapping[str, Any]] = None, **more: Any) -> "Experiment":
        """The state that a checkpoint (or the folder of a run) keeps. Options may change what does not
        change the shapes of the weights (task_size, clamp_readout, threads); weights=FILE replaces
        the network's tensors."""
        x = cls.__new__(cls)
        x._open(C.amine_experiment_open_with, checkpoint, merged(options, more))
        return x

    def _open(self, function, source, options: Dict[str, Any]) -> None:
        handle = ctypes.c_void_p()
        made = Source(source, options, function is C.amine_experiment_open_with)
        with made as (path, given):
            made.call(function, byref(handle), path, byref(given))
        self._registry = made.registry
        self._hold(handle)
        self._progress = CProgress(size=ctypes.sizeof(CProgress))
        self._progress_at = byref(self._progress)
        #: The configuration: every key that applies, nested.
        self.config: Dict[str, Any] = json.loads(C.amine_experiment_config(handle))
        self.weights = Weights(self)

    def _failed(self) -> BaseException:
        """What the world or the learner has raised, if one of them has."""
        raised = self._registry.raised() if self._registry is not None else None
        return raised if raised is not None else super()._failed()

    def step(self) -> Progress:
        """One iteration: plays a batch of episodes and changes the weights once. NumericError: a number
        broke; the weights are as before."""
        self._call(C.amine_experiment_iterate, self._progress_at)
        p = self._progress
        return Progress(self.iteration, p.reward, p.value, p.entropy, p.loss, p.gradient_norm, p.rate)

    def iterate(self, n: Optional[int] = None) -> Iterator[Progress]:
        """n iterations, or those that are left of the option `iterations`; yields what each did. Ctrl-C
        stops between two of them, and everything may go on from there."""
        left = n if n is not None else max(int(self.config["iterations"]) - self.iteration, 0)
        for _ in range(left):
            yield self.step()

    @property
    def iteration(self) -> int:
        """Iterations done."""
        return C.amine_experiment_iteration(self._handle)

    def evaluate(self, n: int = 1000, seed: Optional[int] = None, greedy: bool = False) -> Score:
        """Plays n fresh episodes without learning, always the same ones for a seed (of the experiment, if
        none is said); greedy: the most probable action instead of one drawn from the policy."""
        score = CScore(size=ctypes.sizeof(CScore))
        self._call(C.amine_experiment_evaluate, byref(score), n, self.config["seed"] if seed is None else seed,
                   int(greedy))
        return Score(score.mean, score.se, score.min, score.max, n)

    def episode(self, number: int = 0, seed: Optional[int] = None) -> Episode:
        """Plays episode `number` of those that evaluate plays, and records it step by step: what the learner
        can tell (activity, M, ...) and what the world showed and gave (inputs, rewards, ...)."""
        handle = ctypes.c_void_p()
        self._call(C.amine_experiment_episode, byref(handle), self.config["seed"] if seed is None else seed,
                   number)
        try:
            return _episode(handle)
        finally:
            C.amine_episode_destroy(handle)

    def save(self, path) -> None:
        """Writes everything that shapes the future as a safetensors file, as a whole or not at all."""
        self._call(C.amine_experiment_save, os.fsencode(path))

    def __repr__(self) -> str:
        kind = lambda key: self.config.get(key, {}).get("type", "own")
        return (f"<experiment: {kind('task')}, {kind('network')}, {kind('learner')}; "
                f"{self.iteration} iterations done>")


def _episode(handle) -> Episode:
    steps, series, meanings = C.amine_episode_steps(handle), {}, {}
    name, meaning, width = ctypes.c_char_p(), ctypes.c_char_p(), ctypes.c_int()
    while True:
        values = C.amine_episode_series(handle, len(series), byref(name), byref(meaning), byref(width))
        if not values:
            return Episode(series, meanings)
        key = (name.value or b"").decode()
        a = np.ctypeslib.as_array(values, (steps, width.value)).copy()
        series[key] = a[:, 0] if width.value == 1 else a
        meanings[key] = (meaning.value or b"").decode()


class Source:
    """What an experiment or a run is made of while this is entered: (a preset's name or a path, or None;
    options for the library). A dict, or no preset at all, becomes a configuration."""

    def __init__(self, source, options: Mapping[str, Any], saved: bool = False):
        options = dict(options)
        if isinstance(source, World):
            raise UsageError(f"a world is said by its word: task={type(source).__name__}()")
        if isinstance(source, Mapping):
            source = dict(flat(source))
        world, learner = taken(World, "task", options, source), taken(Learner, "learner", options, source)
        self.world, self.learner = world, learner
        self.registry = registry_of(world, learner)
        self._path = self._text = None
        own = self.registry.names() if self.registry is not None and not saved else {}
        if isinstance(source, Mapping):
            self._text = json.dumps(_nested({**source, **own})).encode()
        elif source is not None:
            self._path = os.fsencode(source)
            options.update(own)
        else:
            task = own.get("task") or options.pop("task", None) or options.pop("task.type", None)
            if not isinstance(task, str):
                raise UsageError("an experiment wants a preset's name, a file, or at least a task=")
            self._text = json.dumps({**own, "task": task}).encode()
        self._assignments = Assignments(options)

    def __enter__(self) -> Tuple[Optional[bytes], COptions]:
        words, n = texts(self._assignments.__enter__())
        registry = self.registry.handle if self.registry else None
        return self._path, COptions(ctypes.sizeof(COptions), words, n, registry, self._text)

    def __exit__(self, *what: Any) -> None:
        self._assignments.__exit__(*what)

    def call(self, function, *arguments) -> None:
        """call(), but that what a part of one's own has raised is raised again."""
        try:
            call(function, *arguments)
        except Error:
            raised = self.registry.raised() if self.registry is not None else None
            if raised is not None:
                raise raised from None
            raise


def taken(kind: type, name: str, options: Dict[str, Any], source: Any) -> Any:
    """What of one's own is chosen, which is taken out of the options, or of what they change; None: it is
    the library's."""
    own = None
    for where in (source if isinstance(source, dict) else {}, options):
        for key in (name, name + ".type"):
            if isinstance(where.get(key), kind):
                own = where.pop(key)
            elif isinstance(where.get(key), type) and issubclass(where[key], kind):
                raise UsageError(f"{key}={where[key].__name__}: a class, not a {name}; {where[key].__name__}() makes one")
    return own


def registry_of(world: Optional[World], learner: Optional[Learner]) -> Optional[Registry]:
    if world is None and learner is None:
        return None
    return Registry(None if world is None else _world.Calls(world),
                    None if learner is None else _learner.Calls(learner))


def _plain(value: Any) -> Any:
    """As JSON has it: texts as their lines, infinite numbers as none."""
    if isinstance(value, str):
        return value.splitlines() if "\n" in value else str(value)
    if hasattr(value, "item") and getattr(value, "ndim", 0) == 0:
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _nested(options: Mapping[str, Any]) -> Dict[str, Any]:
    """Options as the file of a configuration has them."""
    out: Dict[str, Any] = {}
    for key, value in flat(options):
        if isinstance(value, (Network, Rule, Modulator)) and not key.endswith(".text"):
            key += ".text"
        at, *rest = key.split(".")
        place = out
        for word in rest:
            if not isinstance(place.setdefault(at, {}), dict):
                place[at] = {"type": place[at]}
            place, at = place[at], word
        if isinstance(place.get(at), dict):
            place, at = place[at], "type"
        place[at] = _plain(value)
    return out
