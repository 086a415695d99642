"""Faltwerk: Lücken, Prüfung und Ausgabe für die Übungen des Kurses."""

from typing import Any

from faltwerk.tensors import print_tensors

__all__ = ["interactive_check", "print_tensors"]


def __getattr__(name: str) -> Any:
    # Erst bei Gebrauch geladen: Die Prüfung im Notebook startet Prozesse, die es im Browser
    # nicht gibt.
    if name == "interactive_check":
        from faltwerk.notebook import interactive_check

        return interactive_check
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
