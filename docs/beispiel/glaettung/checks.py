"""Prüffälle der Übung: erst die Form, dann die Werte."""

from __future__ import annotations

import numpy as np

from faltwerk.cases import Case


def cases() -> list[Case]:
    """Die Prüffälle, die kleinsten zuerst."""
    return [
        Case(
            part="smooth",
            name="Länge des Ergebnisses",
            given={"x": np.array([1.0, 2.0, 3.0, 4.0])},
            code="smooth(x, 2).shape",
        ),
        Case(
            part="smooth",
            name="Fenster mit zwei Werten",
            given={"x": np.array([1.0, 2.0, 6.0, 4.0])},
            code="smooth(x, 2)",
        ),
        Case(
            part="smooth",
            name="Fenster mit drei Werten",
            given={"x": np.array([1.0, -2.0, 7.0, 4.0, 0.0])},
            code="smooth(x, 3)",
        ),
    ]
