"""Spiking networks: populations of neurons, synapses that may learn, chemical modulators.

    b = amine.Brain(dt=0.1, seed=1)                         # steps of 0.1 ms
    e = b.population("E", 3200, "lif-cond")
    i = b.population("I", 800, "lif-cond")
    p = b.connect(e, i, probability=0.02, weight=6, delay=0.1)
    b.run(1000)                                             # ms
    times, neurons = b.spikes(e)

Time is in ms, rates in Hz; currents and weights have the units of the model (docs/brain.md). What is
read is a copy; what is given is copied. The same calls with the same seed give the same bits."""
import ctypes
import json
import numbers
import os
import time
from ctypes import byref
from typing import Any, Callable, Dict, Iterator, List, Mapping, NamedTuple, Optional, Tuple, Union

import numpy as np

from ._arrays import floats, integers
from ._errors import UsageError
from ._handle import Handle
from ._library import C, CHEMICAL_BYTES, CBrainEvent, CValue, call

RECEPTORS = {"excitatory": 0, "inhibitory": 1}
_LAYOUTS = ("automatic", "full", "compact")
_ALL, _PROBABILITY, _OUT, _DISTANCE, _ONE_TO_ONE, _LIST, _IN, _TOTAL = range(8)
FACTORS = {"none": 0, "dopamine": 1, "signed": 2, "acetylcholine": 3, "norepinephrine": 4, "serotonin": 5,
           "all": 6, "signed-all": 7}
DRIVES = {"current": 0, "poisson": 1, "rate": 2}
EFFECTS = {"learning": 1, "gain": 2, "threshold": 4, "sensory": 8, "arousal": 16}
EVENTS = {"reward": 0, "punishment": 1, "uncertainty": 2, "attention": 3, "circadian": 4, "cue": 5,
          "action": 6, "novelty": 7}
SYSTEMS = ("dopamine", "serotonin", "norepinephrine", "acetylcholine", "orexin")


_Pair = Tuple[float, float]
_Spread = Union[float, _Pair, Dict[str, Any]]


def _one_of(table: Mapping[str, int], word: str, name: str) -> int:
    if word not in table:
        raise UsageError(f"{name}={word!r}: one of {', '.join(table)} is allowed")
    return table[word]


def _values(parameters: Mapping[str, float], name: str):
    """A C array of named values, and how many."""
    values = (CValue * max(len(parameters), 1))()
    for k, (key, value) in enumerate(parameters.items()):
        try:
            values[k] = CValue(key.encode(), float(value))
        except (TypeError, ValueError):
            raise UsageError(f"{name}: {key}={value!r} is no number") from None
    return values, len(parameters)


def _drawn(spread: Mapping[str, Any], what: str, kept: List[Any]) -> int:
    """The address of a C draw that `kept` keeps: {"normal": (mean, sd), "min": 0}."""
    kinds = [k for k in ("normal", "lognormal") if k in spread]
    unknown = [k for k in spread if k not in ("normal", "lognormal", "min", "max")]
    if len(kinds) != 1 or unknown:
        raise UsageError(f"connect: {what} is drawn by one of normal, lognormal, with min and max; "
                         f"not by {unknown[0] if unknown else kinds or 'none of them'}")
    d = C.amine_draw_default()
    d.kind = 2 if kinds[0] == "normal" else 3
    d.a, d.b = (float(x) for x in spread[kinds[0]])
    d.min, d.max = float(spread.get("min", d.min)), float(spread.get("max", d.max))
    kept.append(d)
    return ctypes.addressof(d)


class Event(NamedTuple):
    """What has happened to a brain: `first` and `second` as they were given, and the levels of
    dopamine, serotonin, norepinephrine, acetylcholine and orexin just before and after."""
    time: float  #: ms
    kind: str
    first: float
    second: float
    before: np.ndarray
    after: np.ndarray


class Population:
    """Neurons of one model. Made by Brain.population; `int(population)` is its number."""

    def __init__(self, brain: "Brain", number: int):
        n, model = ctypes.c_int(), ctypes.c_char_p()
        name = C.amine_brain_population(brain._handle, number, byref(n), byref(model))
        self.brain, self.number = brain, number
        self.name: str = name.decode()
        self.n: int = n.value
        self.model: str = (model.value or b"").decode()

    def __int__(self) -> int:
        return self.number

    __index__ = __int__

    def __len__(self) -> int:
        return self.n

    def __repr__(self) -> str:
        return f"<{self.n} {self.model} neurons {self.name!r}>"

    def state(self, variable: str = "v") -> np.ndarray:
        """A state variable ("v", "u", "w", "g_e", ... as the model has it) of each neuron, float32 [n]."""
        return self.reader(variable)()

    def reader(self, variable: str = "v") -> Callable[[], np.ndarray]:
        """Reads it again and again into one array, which each call fills and returns: the fast way to look
        at a brain often."""
        out = np.empty(self.n, np.float32)
        brain, at, name, number = self.brain, out.ctypes.data, variable.encode(), self.number
        get, error = C.amine_brain_get, brain._error_at

        def read() -> np.ndarray:
            if get(brain._handle, number, name, at, error):
                raise brain._failed()
            return out
        return read

    def set_state(self, variable: str, values) -> None:
        """Sets a state variable, [n]."""
        a = floats(values, (self.n,), variable)
        self.brain._call(C.amine_brain_set, self.number, variable.encode(), a.ctypes.data)

    def _draw(self, name: str, values, uniform: Optional[_Pair], normal: Optional[_Pair],
              lognormal: Optional[_Pair]):
        """A C draw, and what must live as long."""
        ways = [k for k, way in enumerate((values, uniform, normal, lognormal)) if way is not None]
        if len(ways) != 1:
            raise UsageError(f"{name}: one of values, uniform, normal, lognormal says its numbers")
        d, kept = C.amine_draw_default(), None
        if values is None:
            d.kind = ways[0]
            d.a, d.b = (uniform, normal, lognormal)[ways[0] - 1]  # type: ignore[misc]
        elif np.ndim(values) == 0:
            d.a = d.b = float(values)
        else:
            kept = floats(values, (self.n,), name)
            d.kind, d.values = 0, kept.ctypes.data
        return d, kept

    def set_initial(self, variable: str, values=None, *, uniform: Optional[_Pair] = None,
                    normal: Optional[_Pair] = None, lognormal: Optional[_Pair] = None) -> None:
        """With what a state begins: one number or [n]; or drawn uniform=(low, high), normal=(mean, sd) or
        lognormal=(mean, sd) of its logarithm. Possible until the first run."""
        d, _kept = self._draw(variable, values, uniform, normal, lognormal)
        self.brain._call(C.amine_brain_set_initial, self.number, variable.encode(), byref(d))

    def set_parameter(self, name: str, values=None, *, uniform: Optional[_Pair] = None,
                      normal: Optional[_Pair] = None, lognormal: Optional[_Pair] = None) -> None:
        """One parameter neuron by neuron: [n], or drawn as set_initial draws. Those that the model does not keep
        so by itself until the first run only (docs/model.md)."""
        d, _kept = self._draw(name, values, uniform, normal, lognormal)
        self.brain._call(C.amine_brain_draw_parameter, self.number, name.encode(), byref(d))

    def set_positions(self, positions) -> None:
        """Lattice coordinates [n][4]: x, y, z, w; for connections by distance."""
        a = floats(positions, (self.n, 4), "positions")
        self.brain._call(C.amine_brain_set_positions, self.number, a.ctypes.data)

    def current(self, mean: float = 0, uniform: float = 0) -> None:
        """A constant current and noise: mean + uniform * (U - 1/2) per neuron and step."""
        self.brain._call(C.amine_brain_set_current, self.number, mean, uniform)

    def currents(self, values=None) -> None:
        """What is added to it neuron by neuron, [n]; None: nothing."""
        a = None if values is None else floats(values, (self.n,), "currents")
        self.brain._call(C.amine_brain_set_currents, self.number, None if a is None else a.ctypes.data)

    def poisson(self, rate: float, weight: float, receptor: str = "excitatory") -> None:
        """Every neuron gets its own Poisson train of `rate` Hz; 0 stops it."""
        self.brain._call(C.amine_brain_set_poisson, self.number, self._receptor(receptor), rate, weight)

    def receptor(self, name: str, tau: float, e: Optional[float] = None) -> None:
        """Adds a receptor beside "excitatory" and "inhibitory": what arrives there decays with tau ms, and is a
        current, or a conductance with the reversal potential e in mV. Possible until the first run."""
        self.brain._call(C.amine_brain_add_receptor, None, self.number, name.encode(), tau,
                         float("nan") if e is None else e)

    def _receptor(self, name: str) -> int:
        number = C.amine_brain_receptor(self.brain._handle, self.number, name.encode())
        if number < 0 and name not in RECEPTORS:
            raise UsageError(f"receptor={name!r}: {self.name} has excitatory, inhibitory and what was added")
        return max(number, RECEPTORS.get(name, 0))

    def drive(self, kind: str, value: float = 0, *, steps=None, ramps=None, amplitude: float = 0,
              period: float = 1000, phase: float = 0, neurons=None, weight: float = 1,
              receptor: str = "excitatory") -> None:
        """Adds what changes in time, or reaches some neurons only: a "current", a "poisson" input, or the
        "rate" (Hz) of neurons of the model "poisson". It is `value` until the first of steps=[(ms, value),
        ...], which hold from their times on; ramps go from each to the next on a straight line; and
        amplitude * sin(2 pi (t / period + phase)) is added. Possible until the first run."""
        d = C.amine_drive_default()
        d.kind, d.receptor = _one_of(DRIVES, kind, "kind"), self._receptor(receptor)
        d.before, d.weight, d.ramps = value, weight, ramps is not None
        d.amplitude, d.period_ms, d.phase = amplitude, period, phase
        if steps is not None and ramps is not None:
            raise UsageError("steps or ramps say how a drive changes: one of the two")
        name = "steps" if ramps is None else "ramps"
        points = steps if ramps is None else ramps
        kept = []
        if points is not None:
            points = floats(points, (None, 2), name, np.float64)
            kept = [np.ascontiguousarray(points[:, k]) for k in range(2)]
            d.times_ms, d.values, d.n_values = kept[0].ctypes.data, kept[1].ctypes.data, len(points)
        if neurons is not None:
            kept.append(integers(neurons, (None,), "neurons", 0, self.n - 1))
            d.neurons, d.n_neurons = kept[-1].ctypes.data, len(kept[-1])
        self.brain._call(C.amine_brain_add_drive, self.number, byref(d))

    def fire(self, neurons, times) -> None:
        """Spikes that a population of the model "spikes" will fire: of neurons [k] at times [k] ms."""
        t = floats(times, (None,), "times", np.float64)
        n = integers(neurons, (len(t),), "neurons", 0, self.n - 1)
        self.brain._call(C.amine_brain_add_spikes, self.number, n.ctypes.data, t.ctypes.data, len(t))

    def kick(self, neurons, v: float) -> None:
        """Adds v once to the membrane potential of the given neurons, before the next step."""
        n = integers(neurons, (None,), "neurons", 0, self.n - 1)
        self.brain._call(C.amine_brain_kick, self.number, n.ctypes.data, len(n), v)

    def target(self, *effects: str, delay: float = 0, tau: float = 0) -> None:
        """Which chemical effects reach it ("learning", "gain", "threshold", "sensory", "arousal"), after
        which delay, and low-pass filtered with tau ms (0: not)."""
        bits = 0
        for e in effects:
            bits |= _one_of(EFFECTS, e, "effect")
        self.brain._call(C.amine_brain_target, self.number, bits, delay, tau)

    def record(self, on: bool = True) -> None:
        """Whether its spikes are kept; they are by default."""
        self.brain._call(C.amine_brain_record, self.number, int(on))

    @property
    def silent(self) -> bool:
        """Whether it is lesioned: its neurons live on, and what they would fire reaches nobody. May be set."""
        return C.amine_brain_is_silent(self.brain._handle, self.number)

    @silent.setter
    def silent(self, on: bool) -> None:
        self.brain._call(C.amine_brain_silence, self.number, int(on))

    @property
    def count(self) -> int:
        """Spikes fired since the brain was made, recorded or not."""
        return C.amine_brain_spike_count(self.brain._handle, self.number)

    @property
    def rate(self) -> float:
        """Hz per neuron, since the brain was made."""
        t = self.brain.time
        return self.count / self.n / t * 1000 if t > 0 else 0.0

    def balance(self) -> Tuple[float, float]:
        """What excites and what inhibits it, per neuron and second (amine/brain.h)."""
        e, i = ctypes.c_double(), ctypes.c_double()
        self.brain._call(C.amine_brain_balance, self.number, byref(e), byref(i))
        return e.value, i.value


class Projection:
    """Synapses from one population to another. Made by Brain.connect."""

    def __init__(self, brain: "Brain", number: int):
        source, target = ctypes.c_int(), ctypes.c_int()
        name = C.amine_brain_projection(brain._handle, number, byref(source), byref(target), None)
        self.brain, self.number = brain, number
        self.name: str = name.decode()
        self.source, self.target = source.value, target.value

    def __int__(self) -> int:
        return self.number

    __index__ = __int__

    def __len__(self) -> int:
        """Synapses; asking draws them, as the first run does."""
        n = ctypes.c_size_t()
        C.amine_brain_projection(self.brain._handle, self.number, None, None, byref(n))
        return n.value

    def __repr__(self) -> str:
        return f"<projection {self.name!r}>"

    @property
    def blocked(self) -> bool:
        """Whether it is lesioned: nothing arrives by it, and its synapses do not change. May be set."""
        return C.amine_brain_is_blocked(self.brain._handle, self.number)

    @blocked.setter
    def blocked(self, on: bool) -> None:
        self.brain._call(C.amine_brain_block, self.number, int(on))

    @property
    def is_compact(self) -> bool:
        """Whether its weights have 16 bits (`Brain.set_layout`). Asking draws the synapses."""
        return C.amine_brain_is_compact(self.brain._handle, self.number)

    def _get(self, variable: str) -> np.ndarray:
        out = np.empty(len(self), np.float32)
        self.brain._call(C.amine_brain_synapses, self.number, variable.encode(), None, None, None,
                         out.ctypes.data)
        return out

    @property
    def weights(self) -> np.ndarray:
        """Weights as they are now, a copy, float32 [synapses] in the order of (source, delay, target)."""
        return self._get("w")

    @weights.setter
    def weights(self, values) -> None:
        a = floats(values, (len(self),), "weights")
        self.brain._call(C.amine_brain_set_weights, self.number, a.ctypes.data)

    @property
    def eligibility(self) -> np.ndarray:
        """Eligibility of a rule that has one, likewise."""
        return self._get("c")

    def synapses(self) -> np.ndarray:
        """All synapses: a structured array of source, target (int32), delay (ms) and weight (float32)."""
        n = len(self)
        ints = [np.empty(n, np.int32) for _ in range(3)]
        w = np.empty(n, np.float32)
        self.brain._call(C.amine_brain_synapses, self.number, b"w", *[a.ctypes.data for a in ints],
                         w.ctypes.data)
        out = np.empty(n, [("source", np.int32), ("target", np.int32), ("delay", np.float64),
                           ("weight", np.float32)])
        out["source"], out["target"], out["weight"] = ints[0], ints[1], w
        out["delay"] = ints[2] * self.brain.dt
        return out


class Chemical:
    """The chemical modulators of a brain: `brain.chemical`.

        b.chemical.use(dopamine={"tau_ms": 200})     # before the first run
        b.chemical.reward(1.0, expected=0.4)         # before the next step; returns the error, 0.6
        b.chemical.levels["dopamine"]
        b.chemical.clamp("dopamine", 0.5)            # the control experiment
    """

    def __init__(self, brain: "Brain"):
        self._brain = brain

    @property
    def _system(self) -> int:
        handle = C.amine_brain_chemical(self._brain._handle)
        if not handle:
            raise UsageError("the brain has no chemical modulators: brain.chemical.use() gives it some")
        return handle

    def use(self, step: float = 1.0, **systems: Any) -> None:
        """Gives the brain its modulators, whose levels decay every `step` ms. Dopamine, serotonin and
        norepinephrine are on; naming acetylcholine={} or orexin={} switches it on; a dict has a system's
        values (baseline, tau_ms, ... : amine/chemical.h). Possible until the first run."""
        text = json.dumps(systems).encode()
        room = (ctypes.c_uint64 * (CHEMICAL_BYTES // 8))()
        call(C.amine_chemical_from_json, room, text, len(text))
        self._brain._call(C.amine_brain_set_chemical, room, step)

    def _give(self, kind: str, first: float, second: float) -> float:
        delta = ctypes.c_double()
        self._brain._call(C.amine_brain_give, byref(delta), EVENTS[kind], first, second)
        return delta.value

    def reward(self, reward: float, expected: float = 0.0) -> float:
        """Dopamine follows reward - expected, which is returned; the rule da-stdp gets the reward."""
        return self._give("reward", reward, expected)

    def punish(self, punishment: float, stress: float = 0.0) -> None:
        """Serotonin falls."""
        self._give("punishment", punishment, stress)

    def uncertainty(self, uncertainty: float, novelty: float = 0.0) -> None:
        """Norepinephrine rises, by novelty acetylcholine too."""
        self._give("uncertainty", uncertainty, novelty)

    def novelty(self, novelty: float) -> None:
        """Norepinephrine and acetylcholine rise."""
        self._give("novelty", novelty, 0.0)

    def attention(self, attention: float, novelty: float = 0.0) -> None:
        """Acetylcholine rises."""
        self._give("attention", attention, novelty)

    def circadian(self, phase: float, sleep_need: float = 0.0) -> None:
        """Orexin follows the phase of the day, -1 to 1."""
        self._give("circadian", phase, sleep_need)

    @property
    def levels(self) -> Dict[str, float]:
        """The level, 0 to 1, of each system that is on."""
        system, level, found = self._system, ctypes.c_float(), {}
        for name in SYSTEMS:
            if C.amine_chemical_get_state(system, byref(level), name.encode()):
                found[name] = level.value
        return found

    def factor(self, name: str) -> float:
        """What a learning projection with factor=name is multiplied by, now."""
        return C.amine_chemical_factor(self._system, _one_of(FACTORS, name, "factor"))

    def _set(self, function, name: str, *value: float) -> None:
        _one_of({s: 0 for s in SYSTEMS}, name, "system")
        if function(self._system, name.encode(), *value):
            raise UsageError(f"{name}: a level is within 0 to 1, not {value[0]}")

    def clamp(self, name: str, level: float) -> None:
        """Holds a level, in [0, 1], until unclamp: events are noted and do not move it."""
        self._set(C.amine_chemical_clamp, name, level)

    def unclamp(self, name: str) -> None:
        """Lets it go on from where it was held."""
        self._set(C.amine_chemical_unclamp, name)

    def baseline(self, name: str, level: float) -> None:
        """Another baseline, in [0, 1], from now on."""
        self._set(C.amine_chemical_set_baseline, name, level)


class Brain(Handle):
    """A spiking network with steps of dt ms. One thread at a time may use it."""

    _free = C.amine_brain_destroy

    def __init__(self, dt: float = 0.1, seed: int = 1, threads: Optional[int] = None):
        if not isinstance(dt, numbers.Real):
            raise UsageError(f"dt={dt!r}: a number of ms is wanted")
        handle = ctypes.c_void_p()
        call(C.amine_brain_create, byref(handle), dt, seed)
        self._adopt(handle, threads)

    def _adopt(self, handle: ctypes.c_void_p, threads: Optional[int]) -> None:
        self._hold(handle)
        self._read: List[Tuple[np.ndarray, np.ndarray, np.ndarray]] = []
        self._events: List[Event] = []
        self.chemical = Chemical(self)
        #: Populations and projections by name.
        self.populations: Dict[str, Population] = {}
        self.projections: Dict[str, Projection] = {}
        for k in range(C.amine_brain_n_populations(handle)):
            p = Population(self, k)
            self.populations[p.name] = p
        for k in range(C.amine_brain_n_projections(handle)):
            q = Projection(self, k)
            self.projections[q.name] = q
        self.dt: float = C.amine_brain_dt(handle)
        self.set_threads(threads or os.cpu_count() or 1)

    @classmethod
    def from_file(cls, path, seed: Optional[int] = None, threads: Optional[int] = None) -> "Brain":
        """The brain of a model file (docs/model.md): what `amine simulate` runs."""
        handle, s = ctypes.c_void_p(), None if seed is None else ctypes.c_uint64(seed)
        call(C.amine_brain_from_file, byref(handle), os.fsencode(path), None if s is None else byref(s))
        return cls._of(handle, threads)

    @classmethod
    def from_model(cls, model: Union[str, Mapping[str, Any]], seed: Optional[int] = None,
                   threads: Optional[int] = None) -> "Brain":
        """The same of a dict, or of JSON text."""
        text = (model if isinstance(model, str) else json.dumps(model)).encode()
        handle, s = ctypes.c_void_p(), None if seed is None else ctypes.c_uint64(seed)
        call(C.amine_brain_from_json, byref(handle), text, len(text), None if s is None else byref(s))
        return cls._of(handle, threads)

    @classmethod
    def _of(cls, handle: ctypes.c_void_p, threads: Optional[int]) -> "Brain":
        brain = cls.__new__(cls)
        brain._adopt(handle, threads)
        return brain

    # -------------------------------------------------------------------------- building
    def population(self, name: str, n: int, model: str, **parameters: float) -> Population:
        """n neurons of a model (amine.neurons()), whose parameters may be given by name; in the place of its
        name may stand a text of equations, which has several lines. Possible until the first run."""
        if not isinstance(n, numbers.Integral):
            raise UsageError(f"population {name}: n={n!r} is no whole number of neurons")
        number = ctypes.c_int()
        values, count = _values(parameters, name)
        self._call(C.amine_brain_add_population, byref(number), name.encode(), n, model.encode(), values,
                   count)
        p = Population(self, number.value)
        self.populations[p.name] = p
        return p

    def connect(self, source: Union[Population, str], target: Union[Population, str], *,
                probability: Optional[float] = None, n_out: Optional[int] = None,
                n_in: Optional[int] = None, n_total: Optional[int] = None, radius: Optional[float] = None,
                pairs=None, one_to_one: bool = False, weight: _Spread = 0.0, weights=None,
                delay: Optional[_Spread] = None, dendritic_delay: float = 0.0,
                velocity: float = 0.0, receptor: str = "excitatory", self_connections: bool = False,
                rule: Optional[str] = None, factor: str = "none",
                stp: Optional[Tuple[float, float, float]] = None, name: Optional[str] = None,
                **parameters: float) -> Projection:
        """Makes synapses: every pair, or one of: each with `probability`; n_out targets for each source
        or n_in sources for each target, drawn at random; n_total in all, whose ends are drawn from
        all, so that a pair may have several; with probability * exp(-distance / radius);
        one_to_one; or pairs=(sources, targets), with weights [n] if they differ.

        weight and delay (ms, at least a step) are one number, or (low, high): uniform between; or
        {"normal": (mean, sd)}, for weights also {"lognormal": ...} of the logarithm, with "min" and
        "max" beyond which numbers are drawn again.
        dendritic_delay: how much of the delay is behind the synapse, for plasticity. rule: a
        plasticity rule (amine.synapse_rules()), or a text of equations of several lines, with its
        parameters by name; factor: which signal multiplies its changes ("dopamine", "signed", ...). stp: U, tau_rec, tau_facil of short-term
        plasticity. Possible until the first run."""
        p = C.amine_projection_default()
        kept: List[Any] = []
        p.source, p.target = self._number(source), self._number(target)
        p.receptor = Population(self, p.target)._receptor(receptor)
        self._choose(p, kept, self._number(source), self._number(target), probability, n_out, n_in, n_total,
                     radius, pairs, weights, one_to_one)
        if isinstance(weight, dict):
            p.weights_drawn = _drawn(weight, "weight", kept)
        else:
            p.weight, p.weight_max = weight if isinstance(weight, tuple) else (weight, weight)
        if isinstance(delay, dict):
            p.delays_drawn = _drawn(delay, "delay", kept)
        elif delay is not None:
            p.delay_ms, p.delay_max_ms = delay if isinstance(delay, tuple) else (delay, delay)
        p.dendritic_delay_ms = dendritic_delay
        p.velocity, p.self_connections = velocity, int(self_connections)
        if name is not None:
            p.name = name.encode()
        if rule is not None:
            p.rule = rule.encode()
        elif parameters:
            raise UsageError(f"connect: {next(iter(parameters))} is unknown; a rule's parameters want rule=")
        values, p.n_values = _values(parameters, "connect")
        p.values, p.factor = values, _one_of(FACTORS, factor, "factor")
        if stp is not None:
            p.stp_u, p.stp_tau_rec_ms, p.stp_tau_facil_ms = stp
        number = ctypes.c_int()
        self._call(C.amine_brain_connect, byref(number), byref(p))
        made = Projection(self, number.value)
        self.projections[made.name] = made
        return made

    def _number(self, population: Union[Population, str, int]) -> int:
        if isinstance(population, str):
            if population not in self.populations:
                raise UsageError(f"there is no population {population!r}; there is "
                                 f"{', '.join(self.populations) or 'none'}")
            return self.populations[population].number
        if isinstance(population, Population) and population.brain is not self:
            raise UsageError(f"population {population.name!r} is of another brain")
        return int(population)

    def _choose(self, p, kept, source, target, probability, n_out, n_in, n_total, radius, pairs,
                weights, one_to_one) -> None:
        """Which pairs are connected; arrays that p points to go to `kept`."""
        said = [n for n, v in (("n_out", n_out), ("n_in", n_in), ("n_total", n_total), ("radius", radius),
                               ("pairs", pairs), ("one_to_one", one_to_one or None)) if v is not None]
        if probability is not None and radius is None:
            said.append("probability")
        if len(said) > 1:
            raise UsageError(f"connect: {said[0]} and {said[1]} both say which pairs: one is enough")
        if weights is not None and pairs is None:
            raise UsageError("connect: weights go with pairs; otherwise set projection.weights")
        p.connect = _ALL
        if radius is not None:
            p.connect, p.radius = _DISTANCE, radius
            p.probability = 1.0 if probability is None else probability
        elif probability is not None:
            p.connect, p.probability = _PROBABILITY, probability
        elif n_out is not None:
            p.connect, p.n_out = _OUT, n_out
        elif n_in is not None:
            p.connect, p.n_in = _IN, n_in
        elif n_total is not None:
            p.connect, p.n_total = _TOTAL, n_total
        elif one_to_one:
            p.connect = _ONE_TO_ONE
        elif pairs is not None:
            sizes = [len(list(self.populations.values())[k]) for k in (source, target)]
            a = integers(pairs[0], (None,), "sources", 0, sizes[0] - 1)
            b = integers(pairs[1], (len(a),), "targets", 0, sizes[1] - 1)
            p.connect, p.n_pairs = _LIST, len(a)
            p.sources, p.targets = a.ctypes.data, b.ctypes.data
            kept += [a, b]
            if weights is not None:
                w = floats(weights, (len(a),), "weights")
                p.weights = w.ctypes.data
                kept.append(w)

    # -------------------------------------------------------------------------- running
    @property
    def resting(self) -> bool:
        """Whether no synapse learns; spikes go on, and so do their traces. May be set."""
        return C.amine_brain_is_resting(self._handle)

    @resting.setter
    def resting(self, on: bool) -> None:
        C.amine_brain_rest(self._handle, int(on))

    def set_layout(self, layout: str) -> None:
        """How synapses that never change lie in memory, until the first run: "full", float32 weights;
        "compact", 16 bits of weight, for large networks (docs/brain.md); "automatic", by the
        network's shape. `is_compact` of a projection says which it is."""
        if layout not in _LAYOUTS:
            raise UsageError(f"layout={layout!r} is none of {', '.join(_LAYOUTS)}")
        self._call(C.amine_brain_set_layout, _LAYOUTS.index(layout))

    def set_threads(self, n: int) -> None:
        """Threads that the next runs use; results do not depend on it."""
        self._call(C.amine_brain_set_threads, n)

    def run(self, duration: Optional[float] = None, *, steps: Optional[int] = None) -> None:
        """Runs `duration` ms (to the nearest step), or so many steps. Ctrl-C stops it within a moment,
        between two steps: the brain may go on from there."""
        said = duration if steps is None else steps
        if (duration is None) == (steps is None) or not isinstance(said, numbers.Real):
            raise UsageError("run: a duration in ms, or steps=: one of these, a number")
        left = int(round(duration / self.dt)) if duration is not None else int(steps or 0)
        if left < 0:
            raise UsageError(f"run: {said} is negative")
        piece = 64
        while left > 0:
            n, begin = min(piece, left), time.perf_counter()
            self._call(C.amine_brain_run, n)
            left -= n
            if time.perf_counter() - begin < 0.05:
                piece *= 2

    @property
    def steps(self) -> int:
        """Steps done."""
        return C.amine_brain_step(self._handle)

    @property
    def time(self) -> float:
        """ms since it was made."""
        return self.steps * self.dt

    @property
    def notes(self) -> List[str]:
        """What was taken otherwise than it was said."""
        return C.amine_brain_notes(self._handle).decode().splitlines()

    def reward(self, amount: float) -> None:
        """Adds to the dopamine of projections with the rule da-stdp and no factor."""
        self._call(C.amine_brain_reward, amount)

    # -------------------------------------------------------------------------- looking
    def __getitem__(self, name: str) -> Union[Population, Projection]:
        for parts in (self.populations, self.projections):
            if name in parts:
                return parts[name]
        raise KeyError(f"{name}: the brain has {', '.join([*self.populations, *self.projections]) or 'nothing'}")

    def _drain(self) -> None:
        n = C.amine_brain_n_spikes(self._handle)
        if n == 0:
            return
        steps, which, neurons = np.empty(n, np.uint64), np.empty(n, np.int32), np.empty(n, np.int32)
        C.amine_brain_read_spikes(self._handle, steps.ctypes.data, which.ctypes.data, neurons.ctypes.data, n)
        self._read.append((steps, which, neurons))

    def spikes(self, population: Union[Population, str, None] = None):
        """Spikes since the brain was made, or since forget(): times (ms, float64: the beginning of the
        step in which it fired) and neurons (int32) of a population; without one times, populations and neurons.
        In the order of time."""
        number = None if population is None else self._number(population)
        self._drain()
        if len(self._read) > 1:
            parts = [np.concatenate(p) for p in zip(*self._read)]
            self._read = [(parts[0], parts[1], parts[2])]
        if not self._read:
            none = np.empty(0, np.int32)
            return (np.empty(0), none) if population is not None else (np.empty(0), none, none.copy())
        steps, which, neurons = self._read[0]
        if population is None:
            return steps * self.dt, which.copy(), neurons.copy()
        mine = which == number
        return steps[mine] * self.dt, neurons[mine]

    def forget(self) -> None:
        """Lets go of the spikes and events so far."""
        self._drain()
        self._read.clear()
        self.events().clear()
        self._events.clear()

    def events(self) -> List[Event]:
        """What has happened since the brain was made, or since forget()."""
        n = C.amine_brain_n_events(self._handle)
        if n:
            raw = (CBrainEvent * n)()
            C.amine_brain_read_events(self._handle, raw, n)
            for e in raw:
                self._events.append(Event(e.step * self.dt, C.amine_event_name(e.kind).decode(), e.first,
                                          e.second, np.array(e.before[:], np.float32),
                                          np.array(e.after[:], np.float32)))
        return list(self._events)

    def weights(self, projection: Union[Projection, str]) -> np.ndarray:
        """The weights of a projection: projection.weights."""
        if isinstance(projection, str):
            if projection not in self.projections:
                raise UsageError(f"there is no projection {projection!r}; there is "
                                 f"{', '.join(self.projections) or 'none'}")
            projection = self.projections[projection]
        return projection.weights

    # -------------------------------------------------------------------------- keeping
    def save(self, path) -> None:
        """Writes all that shapes the future as a safetensors file, as a whole or not at all."""
        self._call(C.amine_brain_save, os.fsencode(path))

    def restore(self, path) -> None:
        """Puts a brain that was built by the same calls into the saved state."""
        self._call(C.amine_brain_restore, os.fsencode(path))

    def __iter__(self) -> Iterator[Population]:
        return iter(self.populations.values())

    def __repr__(self) -> str:
        n = sum(p.n for p in self)
        return f"<brain of {n} neurons in {len(self.populations)} populations at {self.time:g} ms>"
