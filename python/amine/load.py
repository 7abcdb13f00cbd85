"""Folders that are there already: of train and simulate, or of the command."""
import os
from pathlib import Path
from typing import Optional, Sequence, Union

from ._errors import UsageError
from .folder import Folder, write_page
from .learner import Learner
from .run import Run
from .simulation import Simulation
from .world import World


def load(folder, task: Optional[World] = None, learner: Optional[Learner] = None) -> Union[Run, Simulation]:
    """The run of a folder, a training or a simulation. One in a World, or by a Learner, of your own asks for it
    again: what a folder names is never loaded by itself."""
    run = Run(folder, task, learner)
    if "duration_s" not in run.config:
        return run
    if learner is not None:
        raise UsageError(f"{folder}: a simulation has no learner: its brain learns as it lives")
    return Simulation(folder, task)


def report(runs: Sequence[Union[Folder, str, "os.PathLike[str]"]], page) -> Path:
    """One page of several runs; those that differ only in their seed are drawn as one curve."""
    return write_page([r if isinstance(r, Folder) else load(r) for r in runs], page)
