"""What is made of classes of one's own: their names, and the library's parts with them."""
import ctypes
import re
from typing import Any, List, Optional

from ._library import C, call


def called(own: Any) -> str:
    """The word of its type: its name, or its class's in small letters."""
    return own.name or re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", type(own).__name__).lower()


def meaning_of(own: Any) -> bytes:
    """The first line of what its class says of itself."""
    return (type(own).__doc__ or "of one's own").strip().splitlines()[0].encode()


class Registry:
    """The library's parts and those of one's own, for as long as something is made of it. A part has a type,
    which was given to the library, and keeps in `raised` what its calls have raised."""

    def __init__(self, world=None, learner=None):
        self.world, self.learner = world, learner
        self._parts: List[Any] = [part for part in (world, learner) if part is not None]
        handle = ctypes.c_void_p()
        call(C.amine_registry_create, ctypes.byref(handle))
        self.handle: Optional[ctypes.c_void_p] = handle
        if world is not None:
            call(C.amine_registry_add_lanes, handle, ctypes.byref(world.type))
        if learner is not None:
            call(C.amine_registry_add_learner, handle, ctypes.byref(learner.type))

    def __del__(self) -> None:
        handle, self.handle = getattr(self, "handle", None), None
        if handle:
            C.amine_registry_destroy(handle)

    def raise_again(self) -> None:
        """What a part has raised, if one has."""
        raised = [part.raised for part in self._parts if part.raised is not None]
        for part in self._parts:
            part.raised = None
        if raised:
            raise raised[0]
