"""Arrays und Tensoren so ausgeben, wie sie auf den Übungsblättern stehen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def print_tensors(tensors: Any, labels: str | Sequence[str]) -> None:
    """Gibt Arrays oder Tensoren mit ihren Beschriftungen aus, gerundet auf zwei Stellen.

    Args:
        tensors: Ein Array oder Tensor beliebiger Form oder eine Liste bzw. ein Tupel davon.
        labels: Die Beschriftung, bei mehreren Tensoren gleich viele Beschriftungen.

    Raises:
        ValueError: Wenn nicht gleich viele Tensoren und Beschriftungen übergeben wurden.
    """
    if isinstance(labels, str):
        tensors, labels = [tensors], [labels]
    if not isinstance(tensors, (list, tuple)) or len(tensors) != len(labels):
        count = len(tensors) if isinstance(tensors, (list, tuple)) else 1
        raise ValueError(
            f"Zu {count} Tensoren gehören ebenso viele Beschriftungen, "
            f"labels enthält aber {len(labels)}."
        )
    for tensor, label in zip(tensors, labels, strict=True):
        print(f"{label}:\n{_rounded(tensor)}")


def _rounded(tensor: Any) -> str:
    # Erst bei Gebrauch: »make serve« und »make clean« laden faltwerk auch mit einem Python ohne
    # NumPy.
    import numpy as np

    # Erkannt am Verhalten statt am Typ: So muss torch für NumPy-Übungen nicht geladen werden.
    if hasattr(tensor, "detach"):
        tensor = tensor.detach().cpu()
        # NumPy kennt bfloat16 nicht.
        tensor = (tensor.float() if tensor.is_floating_point() else tensor).numpy()
    array = np.asarray(tensor)
    if array.dtype.kind in "fc":
        # Die Addition von 0 macht aus -0. eine 0.
        array = np.round(array, 2) + 0.0
    return np.array2string(array, suppress_small=True)
