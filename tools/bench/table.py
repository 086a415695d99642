"""Eine Tabelle für das Terminal."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Table:
    """Ergebnisse einer Messung.

    Attributes:
        title: Was gemessen wurde.
        head: Überschriften der Spalten.
        rows: Zeilen, je so viele Einträge wie Überschriften.
        notes: Sätze darunter.
    """

    title: str
    head: list[str]
    rows: list[list[str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        lines = [self.head, *self.rows]
        widths = [max(len(line[column]) for line in lines) for column in range(len(self.head))]
        texts = [
            "  ".join(
                # Die erste Spalte benennt, alle anderen enthalten Zahlen.
                entry.rjust(width) if column else entry.ljust(width)
                for column, (entry, width) in enumerate(zip(line, widths, strict=True))
            ).rstrip()
            for line in lines
        ]
        rule = "-" * max(map(len, texts))
        return "\n".join(
            [self.title, "=" * len(self.title), texts[0], rule, *texts[1:], *self.notes]
        )


def seconds(value: float) -> str:
    """Eine Dauer in Sekunden."""
    return f"{value:.2f} s".replace(".", ",")


def number(value: float, digits: int = 2) -> str:
    """Eine Zahl mit Komma."""
    return f"{value:.{digits}f}".replace(".", ",")


def median_seconds(action: Callable[[], object], repeats: int = 3) -> float:
    """Der Median der Dauer mehrerer Läufe."""
    times = []
    for _ in range(repeats):
        begun = time.perf_counter()
        action()
        times.append(time.perf_counter() - begun)
    return statistics.median(times)
