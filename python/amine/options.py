"""Options of an experiment, from what Python has to the key=value that the library reads."""
import os
from typing import Any, Dict, Iterator, List, Mapping, Optional, Tuple

from ._errors import Error, UsageError

# Keys that begin so have a dot: network_hidden is network.hidden.
SECTIONS = ("task", "reward", "network", "rule", "modulator", "learner", "clamp", "body", "record", "protocol")


class _Text(str):
    """Equations: what network.text and its like name as a file."""

    _section = ""


class Network(_Text):
    """The equations of a network (docs/networks.md), as text."""
    _section = "network"


class Rule(_Text):
    """The equations of a plasticity rule, as text."""
    _section = "rule"


class Modulator(_Text):
    """The equations of a modulator, as text."""
    _section = "modulator"


def key_of(word: str) -> str:
    """network_hidden -> network.hidden; a key with a dot, or of every run, as it is."""
    section, _, rest = word.partition("_")
    return f"{section}.{rest}" if "." not in word and rest and section in SECTIONS else word


def assigned(key: str, value: Any) -> str:
    """A value as key=value has it."""
    if hasattr(value, "item") and getattr(value, "ndim", 0) == 0:
        value = value.item()  # a number of numpy's
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, str) and "\n" in value:
        raise UsageError(f"{key}: a text of equations is wrapped: amine.Network(text), amine.Rule or amine.Modulator")
    if isinstance(value, (str, os.PathLike)):
        return os.fspath(value)
    if isinstance(value, (list, tuple)) and all(isinstance(v, str) for v in value):
        return ",".join(value)
    raise UsageError(f"{key}={value!r}: a number, a word, a switch or a path is wanted")


def flat(options: Mapping[str, Any], within: str = "") -> Iterator[Tuple[str, Any]]:
    """Nested dicts as keys with dots."""
    for word, value in options.items():
        key = f"{within}.{word}" if within else key_of(word)
        if isinstance(value, Mapping):
            yield from flat(value, key)
        else:
            yield key, value


class Assignments:
    """key=value strings; a text of equations among them stands in a file while this is entered."""

    def __init__(self, options: Mapping[str, Any]):
        self._options = list(flat(options))
        self._folder: Any = None

    def __enter__(self) -> List[str]:
        out: List[str] = []
        for key, value in self._options:
            if isinstance(value, _Text):
                if key not in (value._section, value._section + ".text"):
                    raise UsageError(f"{key}: a {value._section}'s text is no {key}")
                if self._folder is None:
                    import tempfile  # late: it takes longer than all the rest
                    self._folder = tempfile.TemporaryDirectory(prefix="amine-")
                path = os.path.join(self._folder.name, value._section)
                with open(path, "w", encoding="utf-8") as f:
                    f.write(value)
                out.append(f"{value._section}.text={path}")
            else:
                out.append(f"{key}={assigned(key, value)}")
        return out

    def __exit__(self, _kind: Any = None, error: Any = None, _trace: Any = None) -> None:
        if self._folder is not None:
            self._folder.cleanup()
            if isinstance(error, Error):  # nobody knows the file: "network:8:5: there is no function tahn"
                error.rename(self._folder.name + os.sep)


def merged(options: Optional[Mapping[str, Any]], more: Mapping[str, Any]) -> Dict[str, Any]:
    """Options of a dict and of keywords as one flat dict; keywords win."""
    out = dict(flat(options or {}))
    out.update(flat(more))
    return out
