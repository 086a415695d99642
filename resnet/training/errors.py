"""Was einen Lauf scheitern lässt: Der Text jedes Fehlers ist ein Satz für Menschen."""

from __future__ import annotations


class RunError(Exception):
    """Der Lauf kann nicht beginnen oder nicht weitergehen; der Text sagt, warum.

    Attributes:
        exit_code: Womit das Programm dann endet.
    """

    exit_code = 1


class CallError(RunError):
    """Falsch aufgerufen, oder am angegebenen Ort lässt sich nicht lesen oder schreiben."""

    exit_code = 2


class DataError(RunError):
    """Die Daten fehlen, sind nicht zu bekommen oder beschädigt."""

    exit_code = 2


class TrainingError(RunError):
    """Die Rechnung kann nicht weitergehen."""
