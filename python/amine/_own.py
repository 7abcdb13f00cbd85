"""What is made of classes of one's own: their names, and the library's parts with them."""
import ctypes
import re
from typing import Any, Dict, List, Optional

from ._handle import Handle
from ._library import C, call


def called(own: Any) -> str:
    """The word of its type: its name, or its class's in small letters."""
    return own.name or re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", type(own).__name__).lower()


def meaning_of(own: Any) -> bytes:
    """The first line of what its class says of itself."""
    return (type(own).__doc__ or "of one's own").strip().splitlines()[0].encode()


class Registry(Handle):
    """The library's parts and those of one's own, for as long as something is made of it. A part has a type,
    which was given to the library, and keeps in `raised` what its calls have raised."""

    _free = C.amine_registry_destroy

    def __init__(self, world=None, learner=None):
        self.world, self.learner = world, learner
        self._parts: List[Any] = [part for part in (world, learner) if part is not None]
        handle = ctypes.c_void_p()
        call(C.amine_registry_create, ctypes.byref(handle))
        self._hold(handle)
        if world is not None:
            self._call(C.amine_registry_add_lanes, ctypes.byref(world.type))
        if learner is not None:
            self._call(C.amine_registry_add_learner, ctypes.byref(learner.type))

    @property
    def handle(self) -> Optional[ctypes.c_void_p]:
        """The library's."""
        return self._handle

    def names(self) -> Dict[str, str]:
        """Its parts, as options choose them."""
        return {key: part.name for key, part in (("task", self.world), ("learner", self.learner)) if part is not None}

    def raised(self) -> Optional[BaseException]:
        """What a part has raised since this was last asked, if one has."""
        raised = [part.raised for part in self._parts if part.raised is not None]
        for part in self._parts:
            part.raised = None
        return raised[0] if raised else None
