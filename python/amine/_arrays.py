"""What comes from a caller as an array: converted if nothing is lost by it, else refused."""
from typing import Optional, Tuple

import numpy as np

from ._errors import UsageError


def _array(values, name: str) -> np.ndarray:
    try:
        a = np.asarray(values)
    except (TypeError, ValueError) as e:
        raise UsageError(f"{name}: no array of numbers: {e}") from None
    if a.dtype.kind not in "fiub":
        raise UsageError(f"{name}: real numbers are wanted, not {a.dtype}")
    return a


def _shaped(a: np.ndarray, shape: Optional[Tuple[Optional[int], ...]], name: str) -> None:
    if shape is None:
        return
    if a.ndim != len(shape) or any(w is not None and w != h for w, h in zip(shape, a.shape)):
        wanted = " x ".join("n" if w is None else str(w) for w in shape)
        raise UsageError(f"{name}: an array of {wanted} numbers is wanted, not of "
                         f"{' x '.join(map(str, a.shape)) or 'a single number'}")


def floats(values, shape, name: str, dtype=np.float32) -> np.ndarray:
    """A contiguous array of floats of that shape (None: any length), finite or as it was given.

    Any real type, order and stride; a number that a float cannot hold is refused."""
    a = _array(values, name)
    _shaped(a, shape, name)
    with np.errstate(over="ignore"):
        out = np.ascontiguousarray(a, dtype)
    if a.dtype.kind == "f" and a.dtype.itemsize > out.dtype.itemsize:
        lost = np.isinf(out) & ~np.isinf(a)
        if lost.any():
            raise UsageError(f"{name}: {a[lost].flat[0]} is more than a {out.dtype} holds")
    return out


def integers(values, shape, name: str, low: int, high: int) -> np.ndarray:
    """A contiguous array of int32 in low ... high."""
    a = _array(values, name)
    if a.dtype.kind not in "iu" and a.size > 0:
        raise UsageError(f"{name}: whole numbers are wanted, not {a.dtype}")
    _shaped(a, shape, name)
    if a.size and (a.min() < low or a.max() > high):
        off = a.min() if a.min() < low else a.max()
        raise UsageError(f"{name}: {off} is not within {low} to {high}")
    return np.ascontiguousarray(a, np.int32)
