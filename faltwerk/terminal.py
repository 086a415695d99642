"""Meldungen und Fortschritt auf dem Bildschirm."""

from __future__ import annotations

import sys
from collections.abc import Callable

from faltwerk.exercise import Exercise


def visible(text: str) -> str:
    """Zeigt Steuerzeichen, statt dass ein Terminal ihnen gehorcht, und alles, was sich nicht
    schreiben lässt.

    Args:
        text: Text, in dem auch Worte einer Abgabe stehen.
    """
    return "".join(one if one in "\n\t" or one.isprintable() else _escaped(one) for one in text)


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode() if character != "\xa0" else character


def complain(text: object) -> None:
    """Schreibt eine Meldung dorthin, wo sie das Ergebnis nicht stört."""
    print(visible(str(text)), file=sys.stderr)


def show_progress(text: str) -> None:
    """Ersetzt die Zeile, in der steht, wie weit es ist; in Dateien und Leitungen stört sie."""
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


def gap_progress(exercise: Exercise) -> Callable[[int], None]:
    """Zeigt, welche Lücke einer Übung als letzte fertig wurde; nach der letzten nichts mehr."""
    count = len(exercise.gaps)
    return lambda number: show_progress(f"Lücke {number} von {count} …" if number < count else "")
