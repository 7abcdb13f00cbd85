"""Amine: neuromodulated learning.

    import amine
    run = amine.train("maze", iterations=2000, seed=1)    # a run's folder, as by the command
    run.metrics["reward"], run.weights["w"], run.evaluate(1000), run.episode().M
    x = amine.Experiment("bandit", network_hidden=48)     # in memory, iteration by iteration
    b = amine.Brain(dt=0.1, seed=1)                       # spiking networks
    s = amine.simulate("reinforcement", duration_s=60)    # a run of one, as by the command

Everything is computed by the C library; this package needs numpy and no compiler. Arrays that it
hands out are copies. Errors are amine.Error and its kinds, with the library's sentence."""
from ._errors import (Error, InputError, IOError, MemoryError, NumericError,  # pylint: disable=redefined-builtin
                      Stopped, UsageError)
from ._library import C as _C
from ._library import VERSION as __version__
from .brain import Brain, Chemical, Population, Projection
from .experiment import Episode, Experiment, Progress, Score, Weights
from .learner import Batch, Learner, Sizes
from .options import Modulator, Network, Rule
from .parameters import Parameter, Part, neurons, parts, presets, synapse_rules
from . import tasks
from .sweep import Summary, Sweep, sweep
from .world import World
from .folder import Metrics
from .load import load, report
from .run import Run, RunProgress, train
from .simulation import Simulation, SimulationProgress, simulate


def loaded_from() -> str:
    """The path of the library that is used."""
    return _C.path


def kernel() -> str:
    """The instruction set of its hot loops: "avx512", "avx2", "neon" or "plain"."""
    return _C.amine_kernel_name().decode()


__all__ = ["Batch", "Brain", "Chemical", "Episode", "Error", "Experiment", "IOError", "InputError", "Learner", "MemoryError",
           "Metrics", "Modulator", "Network", "NumericError", "Parameter", "Part", "Population", "Progress",
           "Projection", "Rule", "Run", "RunProgress", "Score", "Simulation", "SimulationProgress", "Sizes", "Stopped", "Summary", "Sweep", "UsageError", "Weights", "World", "kernel",
           "loaded_from", "load", "neurons", "parts", "presets", "report", "simulate", "sweep", "synapse_rules", "tasks", "train"]
