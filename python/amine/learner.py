"""Learners of your own: the library plays a batch, you say how the weights are to change.

    class Readout(amine.Learner):
        rate = 0.01                                  # learner_rate, if nothing is said

        def learn(self, batch):
            G = np.cumsum(batch.rewards[:, ::-1], axis=1)[:, ::-1]         # what is still to come
            error = (G - G.mean(0))[..., None] * (batch.taken - batch.said)
            return {"h2o.weight": np.einsum("lsk,lsj->kj", error, batch.units) / len(G)}

    amine.train("bandit", learner=Readout(), network="gru", iterations=300)

It learns with every network and rule, in every world that acts or asks for values. What shapes the
future is in the weights, in what it keeps (`begin`) and in `iteration`, nowhere else: only these are
saved. What is random comes from `self.random`, or is drawn from (seed, iteration, lane)."""
import ctypes
from typing import Any, Dict, Iterator, Mapping, Optional, Sequence, Tuple

import numpy as np

from ._arrays import floats
from ._errors import UsageError
from ._library import BEGIN, CLearnerType, DESTROY, KEPT_MAX, LEARN, VARY
from ._own import called, meaning_of

STREAM = 0x20000000  # of what a learner draws (amine/random.h)
ASKS = {"actions": 1, "values": 2, "real": 8}
SEES = {"values": 1, "traces": 2}


class Sizes:
    """What is known before a learner begins."""

    def __init__(self, x):
        self.lanes: int = x.n_lanes  #: episodes of a batch
        self.steps: int = x.n_steps  #: of one, at most
        self.inputs: int = x.n_inputs
        self.units: int = x.n_units  #: that the read-out reads
        self.said: int = x.n_said  #: numbers of a policy, or the values that are said
        #: the shapes of the weights by their PyTorch names
        self.weights: Dict[str, Tuple[int, ...]] = {name: shape for name, shape, _ in _weights(x)}
        #: the shapes of what is seen inside the units (Learner.sees), of a step of a lane, by their names
        self.inner: Dict[str, Tuple[int, ...]] = {name: shape for name, shape, _ in _inner(x)}


class Inner(Mapping[str, np.ndarray]):
    """What goes on inside the units of a batch, by the names in the network's text and the layer: inner["z_l0"],
    float32 [lanes][steps][units], a number [lanes][steps], a trace [lanes][steps][post][pre]; a copy. Each is as
    the step left it: a state and a trace are what the next step begins with."""

    def __init__(self, x, lanes: int, steps: int):
        self._at: Optional[Dict[str, Any]] = {name: (i, (lanes, steps, *shape)) for name, shape, i in _inner(x)}
        self._cache: Dict[str, np.ndarray] = {}

    def _end(self) -> None:
        self._at = None

    def __getitem__(self, name: str) -> np.ndarray:
        if name not in self._cache:
            if self._at is None:
                raise UsageError(f"batch.inner: {name}: a batch is read while it is learned from")
            if name not in self._at:
                raise KeyError(f"{name}: " + (f"there is {', '.join(self._at)}" if self._at else
                                              'nothing is seen: sees = ("values", "traces")'))
            i, shape = self._at[name]
            self._cache[name] = _view(i.values, shape).copy()
        return self._cache[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._cache if self._at is None else self._at)

    def __len__(self) -> int:
        return len(self._cache if self._at is None else self._at)


class Batch:
    """What happened. float32 arrays [lanes][steps] or [lanes][steps][n], copies; 0 at steps that an
    episode does not reach."""

    def __init__(self, x, b):
        self._b, self._cache = b, {}
        self.iteration: int = x.iteration
        self.lanes: int = b.n_lanes
        self.steps: int = b.n_steps
        self.loss: float = x.loss  #: per step, for who looks on: yours to set
        #: float32, by their PyTorch names
        self.weights: Dict[str, np.ndarray] = {n: _view(w.values, s).copy() for n, s, w in _weights(x)}
        self.inner = Inner(x, b.n_lanes, b.n_steps)  #: inside the units, what Learner.sees asks for

    def _array(self, name: str, n: Optional[int] = None) -> np.ndarray:
        if name not in self._cache:
            if self._b is None:
                raise UsageError(f"batch.{name}: a batch is read while it is learned from")
            pointer = getattr(self._b, name)
            if not pointer:
                raise UsageError(f"batch.{name}: there is none" + ("; critic = True" if name == "values" else ""))
            shape = (self.lanes, self.steps) if n is None else (self.lanes, self.steps, n)
            self._cache[name] = _view(pointer, shape).copy()
        return self._cache[name]

    def _end(self) -> None:
        self._b = None
        self.inner._end()

    @property
    def inputs(self) -> np.ndarray:
        """What was seen."""
        return self._array("inputs", self._b and self._b.n_inputs)

    @property
    def units(self) -> np.ndarray:
        """h of the units that the read-out reads."""
        return self._array("units", self._b and self._b.n_units)

    @property
    def said(self) -> np.ndarray:
        """Probabilities of the actions; or means of a real action's numbers, then their spreads; or values."""
        return self._array("said", self._b and self._b.n_said)

    @property
    def taken(self) -> np.ndarray:
        """1 at the action that was taken, else 0; or e, twice, a real action being mean + spread e."""
        return self._array("taken", self._b and self._b.n_said)

    @property
    def wanted(self) -> np.ndarray:
        """1 at the right action, if the world tells it; or the values that are asked for."""
        return self._array("wanted", self._b and self._b.n_said)

    @property
    def asked(self) -> np.ndarray:
        """How much the decision counts; 0 where none is asked for."""
        return self._array("asked")

    @property
    def rewards(self) -> np.ndarray:
        """That the step brought."""
        return self._array("rewards")

    @property
    def live(self) -> np.ndarray:
        """1 where the episode goes on, else 0."""
        return self._array("live")

    @property
    def values(self) -> np.ndarray:
        """The critic's V."""
        return self._array("values")

    @property
    def actions(self) -> np.ndarray:
        """int32 [lanes][steps]: the number of the action, -1 where there was none."""
        if "actions" not in self._cache:
            taken = self.taken
            self._cache["actions"] = np.where(taken.any(-1), taken.argmax(-1), -1).astype(np.int32)
        return self._cache["actions"]


class Learner:
    """A learner; subclasses have learn, and say what it is made of."""

    name: str = ""  #: the word of learner.type; "" is the class's own, in small letters
    asks: Sequence[str] = ("actions",)  #: what it can learn from: actions, values, real
    #: of what goes on inside the units: values that the network's text gives a name to (states, gates, what is
    #: given), traces; traces of n x m connections are n m numbers a step and lane
    sees: Sequence[str] = ()
    rate: float = 0.0  #: what learner_rate is if nothing is said; 0: 0.0001
    critic: bool = False  #: a second read-out, h2v, says V
    #: w <- w + learner_rate * change, nothing else; otherwise the change goes through learner_optimiser
    plain: bool = False
    twins: int = 1  #: so many lanes after each other live the same episode with the same draws
    kept: Dict[str, np.ndarray]  #: what it keeps, in `learn`: changed in place, or anew
    random: np.random.Generator  #: in `learn`: of the iteration
    seed: int
    iteration: int  #: iterations done

    def begin(self, sizes: Sizes) -> Optional[Mapping[str, Any]]:
        """What it keeps from one iteration to the next, and is saved: a name and the first values, a number,
        [n] or [m][n] of them, for each."""

    def learn(self, batch: Batch) -> Optional[Mapping[str, Any]]:
        """Where the weights are to go, by their names: those that are left out stay."""
        raise NotImplementedError(f"{type(self).__name__} has no learn")

    def vary(self, lane: int, weights: Dict[str, np.ndarray]) -> None:
        """Changes the weights of one lane of a batch, in place, for who compares networks that differ: a
        function of self.seed, self.iteration and the lane."""


def _view(pointer, shape: Tuple[int, ...]) -> np.ndarray:
    return np.ctypeslib.as_array(pointer, shape)


def _weights(x) -> Iterator[Tuple[str, Tuple[int, ...], Any]]:
    """Name, shape and struct of each tensor."""
    for k in range(x.n_weights):
        w = x.weights[k]
        yield w.name.decode(), tuple(w.dims[:w.rank]), w


def _inner(x) -> Iterator[Tuple[str, Tuple[int, ...], Any]]:
    """The same of what is seen inside the units."""
    for k in range(x.n_inner):
        i = x.inner[k]
        yield i.name.decode(), tuple(i.dims[:i.rank]), i


class _Kept:
    """What one that was made keeps: names, shapes and first values."""

    def __init__(self, given: Optional[Mapping[str, Any]]):
        self.shapes = {n: np.shape(v) for n, v in (given or {}).items()}
        self.first = {n: floats(v, None, n) for n, v in (given or {}).items()}
        self.names = [n.encode() for n in self.first]  # the library's as long as it is there
        for name, a in self.first.items():
            if a.ndim > 2:
                raise UsageError(f"begin: {name}: a number, a vector or a matrix is wanted, not "
                                 f"{' x '.join(map(str, a.shape))}")

    def views(self, x) -> Dict[str, np.ndarray]:
        """The library's memory."""
        return {n: _view(x.kept[k].values, a.shape) for k, (n, a) in enumerate(self.first.items())}


def _bits(learner: "Learner", name: str, known: Mapping[str, int]) -> int:
    """What a learner says of itself in words."""
    words = getattr(learner, name)
    unknown = [words] if isinstance(words, str) else [word for word in words if word not in known]
    if unknown:
        raise UsageError(f"{called(learner)}: {name}={unknown[0]!r}: a tuple of {', '.join(known)}")
    return sum(known[word] for word in set(words))


class Calls:
    """A learner as the library calls it."""

    def __init__(self, learner: Learner):
        self.given, self.name = learner, called(learner)
        self.raised: Optional[BaseException] = None
        self._made: Dict[int, _Kept] = {}
        asks, sees = _bits(learner, "asks", ASKS), _bits(learner, "sees", SEES)
        varies = type(learner).vary is not Learner.vary
        self.type = CLearnerType(ctypes.sizeof(CLearnerType), self.name.encode(), meaning_of(learner), None, None,
                                 None, 0, None, asks, learner.rate,
                                 learner.critic, learner.plain, learner.twins, BEGIN(self._begin), LEARN(self._learn),
                                 VARY(self._vary) if varies else VARY(), DESTROY(self._destroy), sees)

    def _failed(self, raised: BaseException, error) -> int:
        self.raised = raised
        error.contents.message = f"{type(raised).__name__}: {raised}".encode()[:700]
        return 1

    def _begin(self, learner, error) -> int:
        try:
            x = learner.contents
            kept = _Kept(self.given.begin(Sizes(x)))
            if len(kept.names) > KEPT_MAX:
                raise UsageError(f"begin: {len(kept.names)} arrays are more than {KEPT_MAX}")
            for k, a in enumerate(kept.first.values()):
                x.kept[k].name = kept.names[k]
                x.kept[k].dims[0], x.kept[k].dims[1] = (*a.shape, 1, 1)[:2]
            x.n_kept = len(kept.names)
            self._made[ctypes.addressof(x)] = kept
            return 0
        except BaseException as e:  # pylint: disable=broad-except
            return self._failed(e, error)

    def _learn(self, learner, batch, error) -> int:
        if self.raised is not None:  # by vary
            return self._failed(self.raised, error)
        shown: Optional[Batch] = None
        try:
            x, mine = learner.contents, self.given
            kept = self._made[ctypes.addressof(x)]
            views = kept.views(x)
            first = kept.first if x.iteration == 0 else {}
            mine.kept = {n: first.get(n, v).copy().reshape(kept.shapes[n]) for n, v in views.items()}
            mine.seed, mine.iteration = x.seed, x.iteration
            mine.random = np.random.Generator(np.random.Philox(key=[x.seed, STREAM], counter=[0, 0, 0, x.iteration]))
            shown = Batch(x, batch.contents)
            _put_changes(x, mine.learn(shown))
            for n, v in views.items():
                if n not in mine.kept:
                    raise UsageError(f"kept: there is no {n} any more")
                v[...] = floats(mine.kept[n], kept.shapes[n], f"kept: {n}").reshape(v.shape)
            x.loss = float(shown.loss)
            return 0
        except BaseException as e:  # pylint: disable=broad-except
            return self._failed(e, error)
        finally:
            if shown is not None:
                shown._end()

    def _vary(self, learner, lane, weights) -> None:
        if self.raised is not None:
            return
        try:
            x, mine = learner.contents, self.given
            mine.seed, mine.iteration = x.seed, x.iteration
            mine.vary(lane, {n: _view(weights[k], s) for k, (n, s, _) in enumerate(_weights(x))})
        except BaseException as e:  # pylint: disable=broad-except
            self.raised = e

    def _destroy(self, learner) -> None:
        self._made.pop(ctypes.addressof(learner.contents), None)


def _put_changes(x, changes: Optional[Mapping[str, Any]]) -> None:
    places: Dict[str, Tuple[Tuple[int, ...], Any]] = {n: (s, w) for n, s, w in _weights(x)}
    for name, change in (changes or {}).items():
        if name not in places:
            raise UsageError(f"learn: there is no {name}; the network has {', '.join(places)}")
        shape, w = places[name]
        _view(w.change, shape)[...] = floats(change, shape, f"learn: {name}")
