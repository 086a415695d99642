"""Die Sätze der Urteile."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from faltwerk.cases import Case
from faltwerk.exercise import Exercise
from faltwerk.gaps import Gap
from faltwerk.judge.compare import inline


def open_message(exercise: Exercise, number: int) -> str:
    """Was in einer offenen Lücke zu tun ist."""
    task = next(task for task in exercise.tasks if task.gap.number == number)
    return f"Diese Lücke ist noch offen: {task.text}"


def partner_message(gap: Gap, exercise: Exercise, problem: str) -> str:
    """Warum eine Methode erst mit den übrigen ihrer Klasse zu beurteilen ist."""
    others = [g for g in exercise.gaps if g.part == gap.part and g is not gap and g.kind == "body"]
    names = ", ".join(str(other.number) for other in others)
    return (
        f"Diese Lücke lässt sich erst zusammen mit den übrigen Lücken von »{gap.part}« "
        f"({names}) beurteilen, denn sie teilen sich Namen oder Zwischenwerte.\n"
        f"Neben deren Musterlösung: {problem}"
    )


def listed(numbers: Sequence[int]) -> str:
    """Zahlen als Aufzählung, zum Beispiel »1, 2 und 5«."""
    *first, last = map(str, sorted(numbers))
    return f"{', '.join(first)} und {last}" if first else last


def size(case: Case) -> int:
    """Wie viele Zahlen ein Prüffall hineingibt."""
    shapes = [getattr(value, "shape", ()) for value in case.given.values()]
    return sum(math.prod(shape) for shape in shapes)


def counterexample(case: Case, text: str) -> str:
    """Ein gescheiterter Prüffall: sein Name, was nicht stimmt, der Aufruf und die Eingaben."""
    first, *details = text.split("\n")
    lines = [f"{case.name}: {first}.", f"Aufruf: {case.code.strip()}", *_inputs(case), *details]
    return "\n".join(lines)


def _inputs(case: Case) -> list[str]:
    lines = []
    for name, value in case.given.items():
        array = value.detach().numpy() if hasattr(value, "detach") else value
        if isinstance(array, (np.ndarray, np.generic)) and (shown := inline(np.asarray(array))):
            lines.append(f"{name} = {shown}")
    return lines
