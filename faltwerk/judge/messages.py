"""Die Sätze der Urteile."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from faltwerk.cases import Case
from faltwerk.exercise import Exercise
from faltwerk.gaps import Gap
from faltwerk.judge.compare import inline

RANDOM_MESSAGE = (
    "Ihr Code liefert bei gleichen Eingaben verschiedene Ergebnisse; "
    "das Ergebnis darf nicht vom Zufall abhängen."
)


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


def extras_message(problem: str) -> str:
    """Dass schon scheitert, was nicht zu den Aufgaben gehört."""
    return f"Was Ihre Datei außerhalb der Aufgaben ausführt, scheitert: {problem}."


def unaligned_message(reason: str, whole: str | None) -> str:
    """Warum sich der Inhalt einer Lücke nicht finden lässt."""
    return f"{reason}.{_as_a_whole(whole)}"


def borrowed_message(whole: str | None) -> str:
    """Warum eine Lücke ohne die geänderten vorgegebenen Zeilen nicht zu beurteilen ist."""
    return (
        "Diese Lücke benutzt ein Attribut aus einer Zeile, die im Rumpf anders lautet; "
        f"allein lässt sie sich nicht beurteilen.{_as_a_whole(whole)}"
    )


def _as_a_whole(problem: str | None) -> str:
    # Wer einen Teil ganz umschreibt, soll trotzdem erfahren, was nicht stimmt.
    return "" if problem is None else f"\nAls Ganzes: {problem}"


def outside_message(part: str, problem: str) -> str:
    """Dass alle Lücken stimmen und der Teil trotzdem nicht."""
    return f"Für sich richtig, doch »{part}« rechnet als Ganzes falsch: {problem}"


def lender_message(lenders: Sequence[Gap]) -> str:
    """Dass die Namen, die eine Lücke benutzt, anderswo falsch belegt werden."""
    names = _listed(lenders)
    return f"Diese Lücke benutzt Namen aus Lücke {names}, und dort stimmt es noch nicht."


def sharer_message(sharers: Sequence[Gap], problem: str) -> str:
    """Dass Lücken sich eigene Attribute teilen und es zusammen nicht stimmt."""
    return (
        f"Diese Lücke teilt sich eigene Attribute mit Lücke {_listed(sharers)}, und zusammen "
        f"stimmt es noch nicht.\n{problem}"
    )


def passing_on_message(partner: Gap) -> str:
    """Dass sich erst zeigt, was eine Methode weitergibt, wenn die andere stimmt."""
    return (
        f"Was diese Lücke ausgibt, stimmt. Ob sie auch alles weitergibt, was Lücke "
        f"{partner.number} braucht, zeigt sich erst, wenn dort alles stimmt."
    )


def together_message(partner: Gap, problem: str | None) -> str:
    """Dass zwei Methoden nur zusammen zu beurteilen sind und es zusammen nicht stimmt."""
    return (
        f"Diese Lücke lässt sich nur zusammen mit Lücke {partner.number} beurteilen, und "
        f"zusammen stimmt es noch nicht.\n{problem}"
    )


def _listed(gaps: Sequence[Gap]) -> str:
    *first, last = map(str, sorted(gap.number for gap in gaps))
    return f"{', '.join(first)} und {last}" if first else last


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
