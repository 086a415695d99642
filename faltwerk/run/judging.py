"""Beurteilen, wobei die Abgaben in eigenen Prozessen laufen."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from faltwerk.exercise import Exercise, load_mistakes
from faltwerk.judge.verdicts import Judge
from faltwerk.run.sandbox import Sandbox


@contextmanager
def judging(exercise: Exercise) -> Iterator[Judge]:
    """Ein Richter für eine Übung; mit dem ``with``-Block enden seine Prozesse.

    Raises:
        faltwerk.exercise.ExerciseError: Wenn sich Prüffälle oder Fehler nicht laden lassen.
    """
    with Sandbox(exercise) as box:
        yield Judge(exercise, box.cases, load_mistakes(exercise), box.run)
