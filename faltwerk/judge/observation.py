"""Beobachtungen: Werte als reine Daten, die ein Prozess dem anderen als JSON reichen kann.

Eine Beobachtung besteht nur aus Listen, Zahlen und Texten: Beim Lesen wird nie fremder Code
ausgeführt.
"""

from __future__ import annotations

import base64
import io
import math
import sys
from typing import Any

import numpy as np

_MAX_BYTES = 16 * 2**20
# So tief verschachtelt »encode«; seine Elemente liegen noch eine Stufe tiefer.
_MAX_DEPTH = 8
# Die Arten von Beobachtungen, die ein Array enthalten.
ARRAYS = ("number", "array", "tensor")

Observation = list[Any]


def encode(value: Any, depth: int = 0) -> Observation:
    """Übersetzt einen Wert in eine Beobachtung."""
    if value is None or isinstance(value, (bool, np.bool_)):
        return ["constant", None if value is None else bool(value)]
    if isinstance(value, str):
        return ["text", value[:2000]]
    if isinstance(value, (int, float, np.number)):
        try:
            return _array("number", np.asarray(value))
        except OverflowError:
            return ["other", type(value).__name__]
    if isinstance(value, (tuple, list)) and depth < _MAX_DEPTH and len(value) < 1000:
        return ["sequence", [encode(element, depth + 1) for element in value]]
    if isinstance(value, dict) and depth < _MAX_DEPTH and len(value) < 1000:
        return ["dict", {str(key): encode(item, depth + 1) for key, item in value.items()}]
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(value, torch.Tensor):
        tensor = value.detach().cpu()
        name = str(tensor.dtype).removeprefix("torch.")
        if name == "bfloat16":
            tensor = tensor.float()
        return _array("tensor", tensor.numpy(), name)
    if isinstance(value, np.ndarray):
        return _array("array", np.asarray(value))
    return ["other", type(value).__name__]


def _array(tag: str, array: np.ndarray, dtype: str | None = None) -> Observation:
    if array.dtype.kind not in "biufc" or array.nbytes > _MAX_BYTES:
        return ["other", f"{dtype or array.dtype} {array.shape}"]
    buffer = io.BytesIO()
    np.save(buffer, np.ascontiguousarray(array).reshape(array.shape), allow_pickle=False)
    return [tag, dtype or array.dtype.name, base64.b64encode(buffer.getvalue()).decode()]


def is_observation(value: Any, depth: int = 0) -> bool:
    """Ob etwas wirklich eine Beobachtung ist; was aus fremden Prozessen kommt, ist es nicht immer.

    Args:
        value: Was aus JSON gelesen wurde.
        depth: Wie tief es in anderen Beobachtungen steckt.
    """
    match value:
        case ["constant", None | bool()] | ["text" | "other" | "killed", str()] | ["timeout"]:
            return True
        case ["raises", str(), str(), line, bool()]:
            return line is None or (type(line) is int and line > 0)
        case ["sequence", list() as items]:
            return depth <= _MAX_DEPTH and all(is_observation(one, depth + 1) for one in items)
        case ["dict", dict() as items]:
            return depth <= _MAX_DEPTH and all(
                is_observation(one, depth + 1) for one in items.values()
            )
        case ["number" | "array" | "tensor", str(), str() as data]:
            return _is_array(data)
    return False


def _is_array(data: str) -> bool:
    """Ob in einem Text genau ein Array steckt, so groß, wie es sich nennt."""
    if len(data) > 2 * _MAX_BYTES:
        return False
    try:
        buffer = io.BytesIO(base64.b64decode(data, validate=True))
        if np.lib.format.read_magic(buffer) != (1, 0):
            return False
        # Nur der Kopf: Nach den Maßen darin legte NumPy sonst den Speicher an.
        shape, _, dtype = np.lib.format.read_array_header_1_0(buffer)
    except (ValueError, SyntaxError, EOFError, MemoryError, RecursionError):
        return False
    rest = len(buffer.getbuffer()) - buffer.tell()
    whole = all(type(side) is int and side >= 0 for side in shape)
    return whole and dtype.kind in "biufc" and math.prod(shape) * dtype.itemsize == rest


def decode_array(observation: Observation) -> np.ndarray:
    """Gibt das Array einer Beobachtung zurück."""
    array: np.ndarray = np.load(io.BytesIO(base64.b64decode(observation[2])), allow_pickle=False)
    return array
