"""The C library: where it is, its functions and structs as ctypes knows them.

Looked for in this order: the file that the environment variable AMINE_LIBRARY names; inside the
package (a wheel); where `make install` put it; in the build folder beside the source."""
import ctypes
import os
from ctypes import (CFUNCTYPE, POINTER, Structure, c_char, c_char_p, c_double, c_float, c_int, c_int64,
                    c_size_t, c_ubyte, c_uint, c_uint32, c_uint64, c_void_p)
from pathlib import Path

from ._errors import BY_STATUS, Error

VERSION = "0.1.0"

_INT = POINTER(c_int)

HERE = Path(__file__).resolve().parent


def _candidates():
    """Files that may be the library, best first."""
    yield HERE / "libamine.so"
    told = HERE / "library.txt"  # of an installation: a path from here
    if told.exists():
        yield HERE / told.read_text(encoding="utf-8").strip()
    yield HERE.parent.parent / "build" / "libamine.so"


def _load() -> ctypes.CDLL:
    named = os.environ.get("AMINE_LIBRARY")
    tried = [Path(named)] if named else list(_candidates())
    path = next((p for p in tried if p.exists()), None)
    if path is None:
        raise ImportError("libamine.so was not found: looked for " + ", ".join(map(str, tried)) +
                          "; AMINE_LIBRARY may name it")
    try:
        library = ctypes.CDLL(str(path))
        library.amine_version.restype = c_char_p
        version = library.amine_version().decode()
    except (OSError, AttributeError) as e:
        raise ImportError(f"{path} is not a library of Amine: {e}") from None
    if version.split(".")[:2] != VERSION.split(".")[:2]:
        raise ImportError(f"{path} is Amine {version}, and this package is of {VERSION}")
    return library


# ------------------------------------------------------------------------------ structs
class CError(Structure):
    _fields_ = [("status", c_int), ("offset", c_int64), ("file", c_char * 256),
                ("message", c_char * 768), ("excerpt", c_char * 256)]


class CValue(Structure):
    _fields_ = [("name", c_char_p), ("value", c_double)]


class CParameter(Structure):
    _fields_ = [("name", c_char_p), ("kind", c_int), ("standard", c_double), ("min", c_double),
                ("max", c_double), ("choices", c_char_p), ("unit", c_char_p), ("meaning", c_char_p),
                ("neutral", ctypes.c_bool), ("offset", c_size_t), ("member", c_int),
                ("borrowed", ctypes.c_bool), ("when", c_char_p), ("zero_is", c_char_p)]


class CProjection(Structure):
    _fields_ = [("size", c_size_t), ("name", c_char_p), ("source", c_int), ("target", c_int),
                ("receptor", c_int), ("connect", c_int), ("probability", c_double), ("radius", c_double),
                ("n_out", c_int), ("self_connections", c_int), ("sources", c_void_p),
                ("targets", c_void_p), ("weights", c_void_p), ("n_pairs", c_size_t), ("weight", c_double),
                ("weight_max", c_double), ("delay_ms", c_double), ("delay_max_ms", c_double),
                ("velocity", c_double), ("rule", c_char_p), ("values", POINTER(CValue)),
                ("n_values", c_int), ("factor", c_int), ("stp_u", c_double),
                ("stp_tau_rec_ms", c_double), ("stp_tau_facil_ms", c_double), ("n_in", c_int),
                ("dendritic_delay_ms", c_double),
                ("n_total", c_size_t), ("weights_drawn", c_void_p), ("delays_drawn", c_void_p)]


class CDraw(Structure):
    _fields_ = [("size", c_size_t), ("kind", c_int), ("a", c_double), ("b", c_double), ("values", c_void_p),
                ("min", c_double), ("max", c_double)]


class CDrive(Structure):
    _fields_ = [("size", c_size_t), ("kind", c_int), ("receptor", c_int), ("weight", c_double),
                ("neurons", c_void_p), ("n_neurons", c_int), ("before", c_double), ("times_ms", c_void_p),
                ("values", c_void_p), ("n_values", c_size_t), ("ramps", c_int), ("amplitude", c_double),
                ("period_ms", c_double), ("phase", c_double)]


class CBrainEvent(Structure):
    _fields_ = [("step", c_uint64), ("kind", c_int), ("source", c_int), ("first", c_double),
                ("second", c_double), ("before", c_float * 5), ("after", c_float * 5)]


class CProgress(Structure):
    _fields_ = [("size", c_size_t), ("reward", c_double), ("value", c_double), ("entropy", c_double),
                ("loss", c_double), ("gradient_norm", c_double), ("rate", c_double)]


class CScore(Structure):
    _fields_ = [("size", c_size_t), ("mean", c_double), ("se", c_double), ("min", c_double),
                ("max", c_double)]


class CRunProgress(Structure):
    _fields_ = [("size", c_size_t), ("iteration", c_uint64), ("iterations", c_uint64),
                ("seconds", c_double), ("rate", c_double), ("reward", c_double)]


class CSimulationProgress(Structure):
    _fields_ = [("size", c_size_t), ("t_s", c_double), ("duration_s", c_double), ("seconds", c_double),
                ("speed", c_double), ("reward", c_double)]


class COptions(Structure):
    _fields_ = [("size", c_size_t), ("assignments", POINTER(c_char_p)), ("n_assignments", c_int),
                ("registry", c_void_p), ("configuration", c_char_p)]


class CPart(Structure):
    _fields_ = [("size", c_size_t), ("name", c_char_p), ("meaning", c_char_p), ("equation", c_char_p),
                ("source", c_char_p), ("text", c_char_p), ("parameters", POINTER(CParameter))]


SWEEP_WATCH = CFUNCTYPE(None, c_void_p, c_double)


class CSweepOptions(Structure):
    _fields_ = [("size", c_size_t), ("assignments", POINTER(c_char_p)), ("n_assignments", c_int),
                ("registry", c_void_p), ("seed", c_uint64), ("n_seeds", c_int), ("n_threads", c_int),
                ("watch", SWEEP_WATCH), ("user", c_void_p), ("stop", _INT)]


# Of these Python gets addresses, as numbers: pointers take longer to make than a step of a small world.
START = CFUNCTYPE(c_int, c_void_p, c_int, c_void_p, c_uint64, c_uint32, c_void_p)
STEP = CFUNCTYPE(c_int, c_void_p, c_int, c_void_p, c_void_p, c_void_p, c_void_p, c_void_p)


ASK = CFUNCTYPE(c_int, c_void_p, c_int, c_void_p, c_void_p, c_void_p)


class CLanesType(Structure):
    _fields_ = [("size", c_size_t), ("name", c_char_p), ("meaning", c_char_p), ("context", c_void_p),
                ("n_inputs", c_int), ("n_actions", c_int), ("n_real", c_int), ("n_steps", c_int),
                ("criterion", c_double), ("start", START), ("step", STEP), ("held_context", c_void_p), ("ask", ASK),
                ("n_targets", c_int), ("absolute", c_int), ("n_counted", c_int), ("n_symbols", c_int),
                ("symbols", POINTER(c_char_p)), ("between", c_char_p)]


KEPT_MAX = 16


class CWeights(Structure):
    _fields_ = [("name", c_char_p), ("rank", c_int), ("dims", c_int * 2), ("held", c_int),
                ("values", POINTER(c_float)), ("change", POINTER(c_float))]


class CKept(Structure):
    _fields_ = [("name", c_char_p), ("dims", c_int * 2), ("values", POINTER(c_float))]


class CInner(Structure):
    _fields_ = [("name", c_char_p), ("rank", c_int), ("dims", c_int * 2), ("values", POINTER(c_float))]


class CBatch(Structure):
    _fields_ = [("size", c_size_t), ("n_lanes", c_int), ("n_steps", c_int), ("n_inputs", c_int),
                ("n_units", c_int), ("n_said", c_int), ("inputs", POINTER(c_float)), ("units", POINTER(c_float)),
                ("said", POINTER(c_float)), ("taken", POINTER(c_float)), ("wanted", POINTER(c_float)),
                ("asked", POINTER(c_float)), ("rewards", POINTER(c_float)), ("live", POINTER(c_float)),
                ("values", POINTER(c_float))]


class CLearner(Structure):
    _fields_ = [("size", c_size_t), ("options", c_void_p), ("context", c_void_p), ("own", c_void_p),
                ("seed", c_uint64), ("iteration", c_uint64), ("n_lanes", c_int), ("n_steps", c_int),
                ("n_inputs", c_int), ("n_units", c_int), ("n_said", c_int), ("n_actions", c_int),
                ("n_real", c_int), ("n_targets", c_int), ("n_weights", c_int), ("weights", POINTER(CWeights)),
                ("n_kept", c_int), ("kept", POINTER(CKept)), ("loss", c_double), ("n_inner", c_int),
                ("inner", POINTER(CInner))]


BEGIN = CFUNCTYPE(c_int, POINTER(CLearner), POINTER(CError))
LEARN = CFUNCTYPE(c_int, POINTER(CLearner), POINTER(CBatch), POINTER(CError))
VARY = CFUNCTYPE(None, POINTER(CLearner), c_int, POINTER(POINTER(c_float)))
DESTROY = CFUNCTYPE(None, POINTER(CLearner))


class CLearnerType(Structure):
    _fields_ = [("size", c_size_t), ("name", c_char_p), ("meaning", c_char_p), ("equation", c_char_p),
                ("source", c_char_p), ("parameters", POINTER(CParameter)), ("options_size", c_size_t),
                ("context", c_void_p), ("asks", c_uint), ("rate", c_double), ("critic", ctypes.c_bool),
                ("plain", ctypes.c_bool), ("twins", c_int), ("begin", BEGIN), ("learn", LEARN), ("vary", VARY),
                ("destroy", DESTROY), ("sees", c_uint)]


STRUCTS = {"amine_error": CError, "amine_value": CValue, "amine_parameter": CParameter,
           "amine_projection": CProjection, "amine_draw": CDraw, "amine_drive": CDrive, "amine_brain_event": CBrainEvent,
           "amine_experiment_options": COptions, "amine_part": CPart, "amine_lanes_type": CLanesType, "amine_sweep_options": CSweepOptions,
           "amine_weights": CWeights, "amine_kept": CKept, "amine_inner": CInner, "amine_batch": CBatch, "amine_learner": CLearner,
           "amine_learner_type": CLearnerType,
           "amine_progress": CProgress, "amine_score": CScore, "amine_run_progress": CRunProgress,
           "amine_simulation_progress": CSimulationProgress}

# Room for an amine_chemical, which the library fills and copies and nobody here looks into.
CHEMICAL_BYTES = 1 << 16

WATCH = CFUNCTYPE(c_int, c_void_p, POINTER(CRunProgress))
SIMULATION_WATCH = CFUNCTYPE(c_int, c_void_p, POINTER(CSimulationProgress))

# ------------------------------------------------------------------------------ functions
_E, _OUT, _TEXTS = POINTER(CError), POINTER(c_void_p), POINTER(c_char_p)

# Name -> types of the arguments; these answer with a status.
_STATUS = {
    "amine_brain_create": [_OUT, c_double, c_uint64, _E],
    "amine_brain_from_json": [_OUT, c_char_p, c_size_t, POINTER(c_uint64), _E],
    "amine_brain_from_file": [_OUT, c_char_p, POINTER(c_uint64), _E],
    "amine_brain_add_population": [c_void_p, _INT, c_char_p, c_int, c_char_p, POINTER(CValue), c_int, _E],
    "amine_brain_set_positions": [c_void_p, c_int, c_void_p, _E],
    "amine_brain_set_parameter": [c_void_p, c_int, c_char_p, c_void_p, _E],
    "amine_brain_set_initial": [c_void_p, c_int, c_char_p, POINTER(CDraw), _E],
    "amine_brain_draw_parameter": [c_void_p, c_int, c_char_p, POINTER(CDraw), _E],
    "amine_brain_connect": [c_void_p, _INT, POINTER(CProjection), _E],
    "amine_brain_set_current": [c_void_p, c_int, c_double, c_double, _E],
    "amine_brain_set_currents": [c_void_p, c_int, c_void_p, _E],
    "amine_brain_add_receptor": [c_void_p, POINTER(c_int), c_int, c_char_p, c_double, c_double, _E],
    "amine_brain_set_poisson": [c_void_p, c_int, c_int, c_double, c_double, _E],
    "amine_brain_add_drive": [c_void_p, c_int, POINTER(CDrive), _E],
    "amine_brain_add_spikes": [c_void_p, c_int, c_void_p, c_void_p, c_size_t, _E],
    "amine_brain_kick": [c_void_p, c_int, c_void_p, c_int, c_double, _E],
    "amine_brain_set_chemical": [c_void_p, c_void_p, c_double, _E],
    "amine_brain_reward": [c_void_p, c_double, _E],
    "amine_brain_target": [c_void_p, c_int, c_uint, c_double, c_double, _E],
    "amine_brain_silence": [c_void_p, c_int, c_int, _E],
    "amine_brain_block": [c_void_p, c_int, c_int, _E],
    "amine_brain_set_layout": [c_void_p, c_int, _E],
    "amine_brain_set_threads": [c_void_p, c_int, _E],
    "amine_brain_run": [c_void_p, c_uint64, _E],
    "amine_brain_get": [c_void_p, c_int, c_char_p, c_void_p, _E],
    "amine_brain_set": [c_void_p, c_int, c_char_p, c_void_p, _E],
    "amine_brain_synapses": [c_void_p, c_int, c_char_p, c_void_p, c_void_p, c_void_p, c_void_p, _E],
    "amine_brain_set_weights": [c_void_p, c_int, c_void_p, _E],
    "amine_brain_record": [c_void_p, c_int, c_int, _E],
    "amine_brain_balance": [c_void_p, c_int, POINTER(c_double), POINTER(c_double), _E],
    "amine_brain_save": [c_void_p, c_char_p, _E],
    "amine_brain_restore": [c_void_p, c_char_p, _E],
    "amine_brain_give": [c_void_p, POINTER(c_double), c_int, c_double, c_double, _E],
    "amine_chemical_from_json": [c_void_p, c_char_p, c_size_t, _E],
    "amine_chemical_clamp": [c_void_p, c_char_p, c_float],
    "amine_chemical_unclamp": [c_void_p, c_char_p],
    "amine_chemical_set_baseline": [c_void_p, c_char_p, c_float],
    "amine_registry_create": [_OUT, _E],
    "amine_registry_add_lanes": [c_void_p, POINTER(CLanesType), _E],
    "amine_registry_add_learner": [c_void_p, POINTER(CLearnerType), _E],
    "amine_experiment_create_with": [_OUT, c_char_p, POINTER(COptions), _E],
    "amine_experiment_open_with": [_OUT, c_char_p, POINTER(COptions), _E],
    "amine_experiment_iterate": [c_void_p, POINTER(CProgress), _E],
    "amine_experiment_save": [c_void_p, c_char_p, _E],
    "amine_experiment_evaluate": [c_void_p, POINTER(CScore), c_int, c_uint64, c_int, _E],
    "amine_experiment_get": [c_void_p, c_int, c_void_p, _E],
    "amine_experiment_set": [c_void_p, c_int, c_void_p, _E],
    "amine_experiment_episode": [c_void_p, _OUT, c_uint64, c_uint32, _E],
    "amine_run_train": [c_char_p, c_char_p, POINTER(COptions), WATCH, c_void_p, _E],
    "amine_run_resume": [c_char_p, POINTER(COptions), WATCH, c_void_p, _E],
    "amine_run_record": [c_char_p, POINTER(COptions), _E],
    "amine_simulation_run": [c_char_p, c_char_p, POINTER(COptions), SIMULATION_WATCH, c_void_p, _E],
    "amine_simulation_resume": [c_char_p, POINTER(COptions), SIMULATION_WATCH, c_void_p, _E],
    "amine_simulation_record": [c_char_p, POINTER(COptions), _E],
    "amine_sweep_run": [c_char_p, c_char_p, POINTER(CSweepOptions), _E],
    "amine_run_report": [_TEXTS, c_int, c_char_p, _E],
}

# Name -> (answer, types of the arguments).
_OTHERS = {
    "amine_brain_destroy": (None, [c_void_p]),
    "amine_brain_chemical": (c_void_p, [c_void_p]),
    "amine_brain_step": (c_uint64, [c_void_p]),
    "amine_brain_notes": (c_char_p, [c_void_p]),
    "amine_brain_dt": (c_double, [c_void_p]),
    "amine_brain_n_populations": (c_int, [c_void_p]),
    "amine_brain_receptor": (c_int, [c_void_p, c_int, c_char_p]),
    "amine_brain_population": (c_char_p, [c_void_p, c_int, _INT, POINTER(c_char_p)]),
    "amine_brain_n_projections": (c_int, [c_void_p]),
    "amine_brain_projection": (c_char_p, [c_void_p, c_int, _INT, _INT, POINTER(c_size_t)]),
    "amine_brain_n_spikes": (c_size_t, [c_void_p]),
    "amine_brain_read_spikes": (None, [c_void_p, c_void_p, c_void_p, c_void_p, c_size_t]),
    "amine_brain_spike_count": (c_uint64, [c_void_p, c_int]),
    "amine_brain_n_events": (c_size_t, [c_void_p]),
    "amine_brain_read_events": (None, [c_void_p, POINTER(CBrainEvent), c_size_t]),
    "amine_brain_rest": (None, [c_void_p, c_int]),
    "amine_brain_is_silent": (ctypes.c_bool, [c_void_p, c_int]),
    "amine_brain_is_blocked": (ctypes.c_bool, [c_void_p, c_int]),
    "amine_brain_is_compact": (ctypes.c_bool, [c_void_p, c_int]),
    "amine_brain_is_resting": (ctypes.c_bool, [c_void_p]),
    "amine_chemical_get_state": (ctypes.c_bool, [c_void_p, POINTER(c_float), c_char_p]),
    "amine_chemical_factor": (c_float, [c_void_p, c_int]),
    "amine_event_name": (c_char_p, [c_int]),
    "amine_projection_default": (CProjection, []),
    "amine_draw_default": (CDraw, []),
    "amine_drive_default": (CDrive, []),
    "amine_neuron_model": (c_char_p, [c_int, POINTER(c_char_p)]),
    "amine_neuron_parameter": (POINTER(CParameter), [c_char_p, c_int]),
    "amine_synapse_rule": (c_char_p, [c_int, POINTER(c_char_p)]),
    "amine_synapse_rule_parameter": (POINTER(CParameter), [c_char_p, c_int]),
    "amine_registry_destroy": (None, [c_void_p]),
    "amine_registry_part": (c_int, [c_void_p, c_int, c_int, POINTER(CPart)]),
    "amine_preset": (c_char_p, [c_int, POINTER(c_char_p), _INT]),
    "amine_experiment_destroy": (None, [c_void_p]),
    "amine_experiment_iteration": (c_uint64, [c_void_p]),
    "amine_experiment_tensor": (c_int, [c_void_p, c_int, POINTER(c_char_p), _INT]),
    "amine_experiment_tensor_rank": (c_int, [c_void_p, c_int]),
    "amine_experiment_config": (c_char_p, [c_void_p]),
    "amine_episode_destroy": (None, [c_void_p]),
    "amine_episode_steps": (c_int, [c_void_p]),
    "amine_episode_series": (POINTER(c_float),
                             [c_void_p, c_int, POINTER(c_char_p), POINTER(c_char_p), _INT]),
    "amine_kernel_name": (c_char_p, []),
}


class _Functions:
    """The library's functions by name, with their types."""

    def __init__(self, library: ctypes.CDLL):
        missing = [n for n in [*_STATUS, *_OTHERS] if not hasattr(library, n)]
        if missing:
            raise ImportError(f"{library._name} is older than this package: it has no {missing[0]}")
        for name, types in _STATUS.items():
            self._add(library, name, c_int, types)
        for name, (answer, types) in _OTHERS.items():
            self._add(library, name, answer, types)
        self.path = library._name

    def _add(self, library, name, answer, types):
        f = getattr(library, name)
        f.restype, f.argtypes = answer, types
        setattr(self, name, f)


C = _Functions(_load())


# ------------------------------------------------------------------------------ errors
def error_of(error: CError, status: int) -> Error:
    """The exception of a failed call."""
    return BY_STATUS[status](error.message.decode("utf-8", "replace"),
                             error.file.decode("utf-8", "surrogateescape"), error.offset,
                             error.excerpt.decode("utf-8", "replace"))


def call(function, *arguments) -> None:
    """Calls what answers with a status and takes an error last; raises its sentence."""
    error = CError()
    status = function(*arguments, ctypes.byref(error))
    if status:
        raise error_of(error, status)


def texts(words):
    """A C array of strings (or None), and how many."""
    if not words:
        return None, 0
    return (c_char_p * len(words))(*[os.fsencode(w) for w in words]), len(words)
