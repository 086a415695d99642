"""Übung »SE-ResNet«: ein Bottleneck-Block mit Squeeze-and-Excitation."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from seresnet.trace import Trace
    from seresnet.weights import apply_block_weights, reference_input

__all__ = ["Trace", "apply_block_weights", "reference_input"]

_HOME = {
    "Trace": "seresnet.trace",
    "apply_block_weights": "seresnet.weights",
    "reference_input": "seresnet.weights",
}


def __getattr__(name: str) -> object:
    # Erst beim ersten Zugriff laden: Wer nur die Daten der Übung liest, braucht kein PyTorch.
    if name in _HOME:
        return getattr(importlib.import_module(_HOME[name]), name)
    raise AttributeError(f"Das Paket seresnet hat keinen Namen {name!r}.")
