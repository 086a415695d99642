"""Faltwerk: Lücken, Prüfung und Ausgabe für die Übungen des Kurses."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from faltwerk.notebook import interactive_check
    from faltwerk.tensors import print_tensors

__all__ = ["interactive_check", "print_tensors"]

_HOME = {"interactive_check": "faltwerk.notebook", "print_tensors": "faltwerk.tensors"}


def __getattr__(name: str) -> Any:
    # Erst bei Gebrauch geladen: Die Prüfung im Notebook startet Prozesse, die es im Browser nicht
    # gibt, und Befehle wie »make clean« kommen ohne NumPy aus.
    if name in _HOME:
        return getattr(importlib.import_module(_HOME[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
