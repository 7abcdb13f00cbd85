"""What parts say of themselves: names, meanings and parameters."""
import ctypes
import json
from typing import Dict, List, NamedTuple, Optional, Union

from ._errors import UsageError
from ._library import C, CParameter, CPart


class Parameter(NamedTuple):
    """A named value of a part."""
    name: str
    standard: Union[float, str, bool, None]  #: what it is if nothing is said
    min: float
    max: float
    unit: str  #: "" if it has none
    choices: List[str]  #: of a choice, else empty
    meaning: str


class Part(NamedTuple):
    """A part that can be chosen by its name."""
    name: str
    meaning: str
    parameters: Dict[str, Parameter]


_CHOICE, _SWITCH, _WORD, _FILE = 2, 3, 4, 5


def _text(s: Optional[bytes]) -> str:
    return s.decode() if s else ""


def parameter(p: CParameter) -> Parameter:
    choices = _text(p.choices).split("|") if p.choices else []
    standard: Union[float, str, bool, None] = p.standard
    if p.kind == _CHOICE:
        standard = choices[int(p.standard)]
    elif p.kind == _SWITCH:
        standard = bool(p.standard)
    elif p.kind in (_WORD, _FILE):
        standard = None
    return Parameter(_text(p.name), standard, p.min, p.max, _text(p.unit), choices, _text(p.meaning))


def _parts(part, parameter_of) -> Dict[str, Part]:
    found: Dict[str, Part] = {}
    meaning = ctypes.c_char_p()
    while True:
        name = part(len(found), ctypes.byref(meaning))
        if name is None:
            return found
        rows: Dict[str, Parameter] = {}
        while True:
            row = parameter_of(name, len(rows))
            if not row:
                break
            rows[_text(row.contents.name)] = parameter(row.contents)
        found[name.decode()] = Part(name.decode(), _text(meaning.value), rows)


_KINDS = ("task", "reward", "network", "rule", "modulator", "learner")


def parts(kind: str) -> Dict[str, Part]:
    """The parts of a kind, by name: "task", "reward", "network", "rule", "modulator" or "learner"."""
    if kind not in _KINDS:
        raise UsageError(f"parts({kind!r}): one of {', '.join(_KINDS)} is allowed")
    found: Dict[str, Part] = {}
    p = CPart(size=ctypes.sizeof(CPart))
    while C.amine_registry_part(None, _KINDS.index(kind), len(found), ctypes.byref(p)):
        rows: Dict[str, Parameter] = {}
        k = 0
        while p.parameters and p.parameters[k].name:
            row = p.parameters[k]
            if not row.borrowed:
                rows[_text(row.name)] = parameter(row)
            k += 1
        found[_text(p.name)] = Part(_text(p.name), _text(p.meaning), rows)
    return found


def presets() -> Dict[str, str]:
    """The ready experiments by name, and what each is for."""
    found: Dict[str, str] = {}
    text, brain, k = ctypes.c_char_p(), ctypes.c_int(), 0
    while True:
        brain.value = 0
        name = C.amine_preset(k, ctypes.byref(text), ctypes.byref(brain))
        if name is None:
            return found
        if not brain.value:
            found[name.decode()] = json.loads(text.value or b"{}").get("meaning", "")
        k += 1


def neurons() -> Dict[str, Part]:
    """The models of neurons, by name."""
    return _parts(C.amine_neuron_model, C.amine_neuron_parameter)


def synapse_rules() -> Dict[str, Part]:
    """The plasticity rules of synapses, by name."""
    return _parts(C.amine_synapse_rule, C.amine_synapse_rule_parameter)
