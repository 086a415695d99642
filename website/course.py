"""Die Übungen des Kurses, in jedem Bau nur einmal gelesen."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from faltwerk.exercise import Exercise, load_all


@cache
def exercises(root: Path) -> tuple[Exercise, ...]:
    """Alle Übungen in der Reihenfolge des Kurses.

    Args:
        root: Ordner, in dem die Übungen liegen.
    """
    return tuple(load_all(root))
