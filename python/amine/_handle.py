"""What the library has made and Python holds: freed with its object, called with its error at hand."""
import ctypes
from typing import Any, Optional

from ._errors import Error, UsageError
from ._library import CError, error_of


class Handle:
    """An object of the library; subclasses say what frees it."""

    _free: Any  #: the function
    _handle: Optional[ctypes.c_void_p] = None

    def _hold(self, handle: ctypes.c_void_p) -> None:
        self._handle, self._error = handle, CError()
        self._error_at = ctypes.byref(self._error)  # kept: making one takes longer than a call

    def __del__(self) -> None:
        handle, self._handle = self._handle, None
        if handle:
            self._free(handle)

    def _call(self, function, *arguments) -> None:
        """What takes the handle first and an error last; raises its sentence."""
        try:
            status = function(self._handle, *arguments, self._error_at)
        except ctypes.ArgumentError as e:
            raise UsageError(f"{function.__name__}: {e}") from None
        if status:
            raise self._failed()

    def _failed(self) -> BaseException:
        """The exception of the call that has failed."""
        return error_of(self._error, self._error.status)
