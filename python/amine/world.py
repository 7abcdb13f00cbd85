"""Worlds of your own: one call steps all lanes of a batch.

    class Guess(amine.World):
        inputs, actions, steps = 1, 2, 20            # or real=2 instead of actions: real actions

        def start(self, lanes):                      # uint32 [n]: the numbers of the episodes
            self.right = self.random.integers(2, size=len(lanes))
            return np.zeros((len(lanes), 1))         # what each shows, [n][inputs]

        def step(self, actions):                     # int32 [n]; -1 where an episode is over
            hit = actions == self.right
            return hit[:, None], hit, None           # shown, rewards [n], over [n] or None

    amine.train(task=Guess(), network="gru", learner_type="e-prop", iterations=500)

A world that says what is right, or asks for values or for the next symbol instead of actions, has `ask`:

    class Echo(amine.World):
        inputs, targets, steps = 2, 2, 10            # or actions; or symbols=["a", "b", ...] and no inputs

        def start(self, lanes):
            return self.show(len(lanes))

        def show(self, n):
            self.shown = self.random.uniform(-1, 1, (n, 2))
            return self.shown

        def ask(self):                               # [n][targets]; of actions and symbols the right ones, int [n]
            return self.shown

        def step(self, actions):                     # nobody acts: they are 0
            return self.show(len(actions)), None, None

An episode has to be a function of (seed, episode, lanes): what is random comes from `self.random`, a
numpy Generator that is made anew of these for each batch. Then the same options give the same bits."""
import ctypes
import math
from ctypes import c_float, c_int, c_ubyte, c_uint32
from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple

import numpy as np

from ._errors import UsageError
from ._library import ASK, CLanesType, START, STEP
from ._own import called, meaning_of

STREAM = 3  # of what a task draws (amine/random.h)


class World:
    """A world; subclasses say how large it is and have start and step."""

    name: str = ""  #: the word of task.type; "" is the class's own, in small letters
    inputs: int = 0  #: numbers that a lane shows, 1 to 900
    actions: int = 0  #: how many there are; 0: they are real
    real: int = 0  #: numbers of a real action, 1 to 16; 0: they are not
    targets: int = 0  #: values that are asked for instead of actions; 0: none are
    #: of a world that shows one of these and asks for the next: their names for people; `inputs` is then 1
    symbols: Sequence[str] = ()
    between: str = ""  #: what people read between two symbols
    absolute: bool = False  #: values are worth minus a mean absolute error, not a squared one
    counted: int = 0  #: steps that the error of an episode is the mean over; 0: all
    steps: int = 0  #: of an episode, at most
    criterion: float = math.nan  #: mean reward per episode from which it counts as learned
    holds_out: bool = False  #: evaluation plays what training never shows, `held` says which it is
    held: bool = False  #: of the batch
    random: np.random.Generator  #: of the batch
    seed: int  #: of the batch
    episode: int  #: of the batch: an iteration's number while it learns

    def start(self, lanes: np.ndarray) -> np.ndarray:
        """A batch begins: returns what its lanes show, [n][inputs]; of symbols their numbers, [n]."""
        raise NotImplementedError(f"{type(self).__name__} has no start")

    def step(self, actions: np.ndarray) -> Tuple[Any, Any, Any]:
        """One step of all: by actions, int32 [n], -1 where an episode is over; or float32 [n][real], 0
        there. Returns what is shown, [n][inputs]; rewards [n]; and over, [n], or None: none is yet. Where
        values or symbols are asked for, nobody acts (0) and what it says of rewards is passed over: None."""
        raise NotImplementedError(f"{type(self).__name__} has no step")

    def ask(self) -> Any:
        """What is asked for now, after start and after each step but the last. Of actions: which is right, int
        [n], -1 where none is asked for, for learners that are taught; of symbols which comes next, int [n]; of
        values [n][targets], or these and whether they count, [n]."""
        raise NotImplementedError(f"{type(self).__name__} has no ask")


def _put(out: np.ndarray, values: Any, name: str) -> None:
    """Copies, where shapes are the same; else says so."""
    a = np.asarray(values)
    if a.shape != out.shape or a.dtype.kind not in "fiub":
        raise UsageError(f"{name}: an array of {' x '.join(map(str, out.shape))} numbers is wanted, not "
                         f"{a.dtype} of {' x '.join(map(str, a.shape)) or 'a single number'}")
    out[...] = a


def _whole(values: Any, n: int, name: str) -> np.ndarray:
    """n whole numbers."""
    a = np.asarray(values)
    if a.shape != (n,) or a.dtype.kind not in "iu":
        raise UsageError(f"{name}: {n} whole numbers are wanted, not {a.dtype} of "
                         f"{' x '.join(map(str, a.shape)) or 'a single number'}")
    return a


class Calls:
    """A world as the library calls it."""

    def __init__(self, world: World):
        self.world, self.name = world, called(world)
        self.raised: Optional[BaseException] = None
        self._views: Dict[Any, np.ndarray] = {}
        if isinstance(world.symbols, str):
            raise UsageError(f"{self.name}: symbols={world.symbols!r}: a list of their names is wanted")
        names = [str(s).encode() for s in world.symbols]
        self._inputs = 1 if names else world.inputs
        asks = type(world).ask is not World.ask
        self.type = CLanesType(ctypes.sizeof(CLanesType), self.name.encode(), meaning_of(world), None,
                               self._inputs, world.actions, world.real, world.steps, world.criterion,
                               START(self._start), STEP(self._step), 1 if world.holds_out else None,
                               ASK(self._ask) if asks else ASK(), world.targets, int(world.absolute), world.counted,
                               len(names), (ctypes.c_char_p * len(names))(*names) if names else None,
                               world.between.encode())

    def _show(self, inputs, n: int, shown: Any, name: str) -> None:
        view = self._view(inputs, (n, self._inputs), c_float)
        if self.type.n_symbols:
            view[:, 0] = _whole(shown, n, name)
        else:
            _put(view, shown, name)

    def _view(self, address: int, shape: Tuple[int, ...], kind: type) -> np.ndarray:
        """The library's memory as an array; the same as long as a batch has the same size."""
        key = address, shape, kind
        view = self._views.get(key)
        if view is None:
            if len(self._views) > 64:
                self._views.clear()
            memory = (kind * math.prod(shape)).from_address(address)
            view = self._views[key] = np.frombuffer(memory, kind).reshape(shape)
        return view

    def _start(self, held, n, inputs, seed, episode, lanes) -> int:
        try:
            w = self.world
            numbers = self._view(lanes, (n,), c_uint32).copy()
            w.seed, w.episode, w.held = seed, episode, held is not None
            w.random = np.random.Generator(np.random.Philox(key=[seed, STREAM << 32 | episode],
                                                            counter=[0, 0, 0, int(numbers[0])]))
            self._show(inputs, n, w.start(numbers), "start")
            return 0
        except BaseException as e:  # pylint: disable=broad-except
            self.raised = e
            return 1

    def _step(self, held, n, inputs, rewards, over, actions, moves) -> int:
        try:
            w = self.world
            w.held = held is not None
            acts = self._view(moves, (n, w.real), c_float) if w.real else self._view(actions, (n,), c_int)
            shown, given, ended = w.step(acts)
            self._show(inputs, n, shown, "step: what is shown")
            if given is not None or w.actions or w.real:
                _put(self._view(rewards, (n,), c_float), given, "step: rewards")
            if ended is not None:
                now = self._view(over, (n,), c_ubyte)
                ended = np.asarray(ended)
                if ended.shape != now.shape:
                    raise UsageError(f"step: over: {n} truth values are wanted, not {ended.shape}")
                np.logical_or(now, ended, out=now, casting="unsafe")
            return 0
        except BaseException as e:  # pylint: disable=broad-except
            self.raised = e
            return 1


    def _ask(self, held, n, answers, targets, counts) -> int:
        try:
            w = self.world
            w.held = held is not None
            said = w.ask()
            if not w.targets:
                self._view(answers, (n,), c_int)[:] = _whole(said, n, "ask")
                return 0
            values, now = said if isinstance(said, tuple) else (said, np.ones(n, bool))
            _put(self._view(targets, (n, w.targets), c_float), values, "ask")
            now = np.asarray(now)
            if now.shape != (n,):
                raise UsageError(f"ask: which count: {n} truth values are wanted, not {now.shape}")
            self._view(counts, (n,), c_ubyte)[:] = now.astype(bool)
            return 0
        except BaseException as e:  # pylint: disable=broad-except
            self.raised = e
            return 1


class Gymnasium(World):
    """A Gymnasium environment (from_gymnasium)."""

    def __init__(self, make: Callable[..., Any], n: Optional[int], steps: Optional[int]):
        self._make, self._n = make, n
        self._envs: List[Any] = []
        self._vector = None if n is None else make(n)
        first = self._vector if n is not None else self._env(0)
        self._observed = getattr(first, "single_observation_space", first.observation_space)
        self._acted = getattr(first, "single_action_space", first.action_space)
        self._check_autoreset()
        spec = getattr(first, "spec", None)
        self.steps = steps or getattr(spec, "max_episode_steps", None) or 0
        if self.steps < 1:
            raise UsageError("from_gymnasium: the environment does not say how long an episode is: steps=")
        self.name = str(getattr(spec, "id", None) or type(first).__name__).lower().replace("/", "-")
        self.inputs = _width(self._observed, "observation")
        self._discrete = hasattr(self._acted, "n")
        if self._discrete:
            self.actions = int(self._acted.n)
        else:
            self.real = _width(self._acted, "action")

    def _check_autoreset(self) -> None:
        mode = getattr(self._vector, "metadata", {}).get("autoreset_mode") if self._vector is not None else None
        if mode is not None and "disabled" in str(getattr(mode, "value", mode)).lower():
            raise UsageError("from_gymnasium: autoreset is disabled, and lanes whose episode is over are stepped "
                             "until all are: next-step or same-step is wanted")

    def _env(self, k: int) -> Any:
        while len(self._envs) <= k:
            self._envs.append(self._make())
        return self._envs[k]

    def _flat(self, observation: Any) -> np.ndarray:
        if hasattr(self._observed, "n"):  # a number: shown as one of n
            at = np.asarray(observation) - getattr(self._observed, "start", 0)
            return (np.arange(self.inputs) == at[..., None]).astype(np.float32)
        a = np.asarray(observation, np.float32)
        return a.reshape(a.shape[:a.ndim - len(self._observed.shape)] + (self.inputs,))

    def _action(self, a: np.ndarray) -> Any:
        """As the environment takes it; lanes that are over do the first one."""
        if self._discrete:
            return np.maximum(a, 0) + getattr(self._acted, "start", 0)
        shape = a.shape[:-1] + tuple(self._acted.shape)
        return np.clip(a.reshape(shape), self._acted.low, self._acted.high).astype(self._acted.dtype)

    def start(self, lanes: np.ndarray) -> np.ndarray:
        n = len(lanes)
        self._over = np.zeros(n, bool)
        seeds = [int(s) for s in self.random.integers(2**31, size=n)]
        if self._vector is None:
            return np.stack([self._flat(self._env(k).reset(seed=seeds[k])[0]) for k in range(n)])
        if n > self._n:
            raise UsageError(f"from_gymnasium: {n} lanes play at once, and the environment has {self._n}: "
                             f"batch={self._n} and n={self._n} go together")
        seeds += [0] * (self._n - n)
        return self._flat(self._vector.reset(seed=seeds)[0])[:n]

    def step(self, actions: np.ndarray) -> Tuple[np.ndarray, np.ndarray, np.ndarray]:
        n = len(actions)
        if self._vector is not None:
            all_of_them = np.zeros((self._n,) + actions.shape[1:], actions.dtype)
            all_of_them[:n] = actions
            seen, given, ended, cut, _ = self._vector.step(self._action(all_of_them))
            self._over |= np.asarray(ended)[:n] | np.asarray(cut)[:n]
            return self._flat(seen)[:n], np.asarray(given, np.float32)[:n], self._over
        shown, rewards = np.zeros((n, self.inputs), np.float32), np.zeros(n, np.float32)
        for k in np.flatnonzero(~self._over):
            act = self._action(actions[k])
            seen, rewards[k], ended, cut, _ = self._env(k).step(int(act) if self._discrete else act)
            shown[k] = self._flat(seen)
            self._over[k] = bool(ended or cut)
        return shown, rewards, self._over


def _width(space: Any, name: str) -> int:
    if hasattr(space, "n") and name == "observation":
        return int(space.n)
    shape = getattr(space, "shape", None)
    if shape is None or not hasattr(space, "low"):
        raise UsageError(f"from_gymnasium: {name}s of {type(space).__name__}: a Box or Discrete is wanted")
    return max(int(np.prod(shape)), 1)


def from_gymnasium(make: Callable[..., Any], n: Optional[int] = None, steps: Optional[int] = None) -> World:
    """A Gymnasium environment as a world.

    make() returns an environment, one of which is made for each lane; or, with n, make(n) returns a
    vector environment of n, whose autoreset is next-step or same-step: what a lane does after its end
    is passed over. Box observations are flattened, Discrete ones shown as one of n; Box actions are real
    ones, clipped to their bounds. steps: the length of an episode, if the environment does not say."""
    return Gymnasium(make, n, steps)
