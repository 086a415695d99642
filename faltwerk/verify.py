"""Eine Übung selbst prüfen: Rumpf offen, Lösung richtig, Fehler erkannt, nichts übrig."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Iterator

from faltwerk.exercise import Exercise
from faltwerk.judge import Judge, Verdict
from faltwerk.report import WORDS
from faltwerk.sandbox import Sandbox
from faltwerk.stubs import stale_stubs

_NEEDED = ("__init__.py", "solution.py", "checks.py", "mistakes.py", "exercise.toml")
# Dateien mit diesen Endungen gehören in den Ordner einer Übung; alles andere ist liegen geblieben.
_EXPECTED = {".py", ".toml", ".json", ".npz", ".md", ".txt"}


def problems(
    exercise: Exercise, progress: Callable[[int], None] = lambda number: None
) -> Iterator[str]:
    """Prüft alles, was eine Übung zusichert.

    Args:
        exercise: Die Übung.
        progress: Wird mit der Nummer jeder Lücke aufgerufen, deren Fehler geprüft sind.

    Yields:
        Ein deutscher Satz je Mangel; ohne Mangel nichts.
    """
    yield from _file_problems(exercise)
    with Sandbox(exercise) as box:
        judge = box.judge()
        yield from _part_problems(exercise, judge)
        for verdict in judge.judge(exercise.stub):
            if verdict.status != "open":
                word = WORDS[verdict.status]
                yield f"Lücke {verdict.gap} ist im Rumpf nicht offen, sondern {word}."
        for verdict in judge.judge(exercise.source):
            if verdict.status != "correct":
                yield f"Lücke {verdict.gap} der Musterlösung gilt als falsch: {verdict.message}"
        counts = Counter(mistake.gap for mistake in judge.mistakes)
        for task in exercise.tasks:
            number = task.gap.number
            if len(task.hints) < 2:
                yield f"Lücke {number} hat {len(task.hints)} Hinweise, es müssen mindestens 2 sein."
            if counts[number] < 2:
                yield f"Lücke {number} hat {counts[number]} bekannte Fehler, es müssen 2 sein."
            yield from _mistake_problems(judge, number)
            progress(number)


def _file_problems(exercise: Exercise) -> Iterator[str]:
    for name in _NEEDED:
        if not (exercise.folder / name).is_file():
            yield f"Die Datei {name} fehlt."
    for path in stale_stubs([exercise.name], exercise.folder.parent):
        yield f"Der Rumpf {path.name} ist veraltet; »python -m faltwerk stubs« erzeugt ihn neu."
    for path in sorted(exercise.folder.rglob("*")):
        strange = path.is_file() and path.suffix not in _EXPECTED and path.name != "NOTICE"
        if strange and "__pycache__" not in path.parts:
            yield f"Die Datei {path.relative_to(exercise.folder)} gehört nicht zur Übung."


def _part_problems(exercise: Exercise, judge: Judge) -> Iterator[str]:
    checked = {case.part for case in judge.cases}
    for part in exercise.parts:
        if part.name not in checked:
            yield f"Zum Teil »{part.name}« gibt es keinen Prüffall."


def _mistake_problems(judge: Judge, number: int) -> Iterator[str]:
    for mistake in judge.mistakes:
        if mistake.gap != number:
            continue
        verdicts = judge.judge(ast.unparse(judge.mistaken(mistake)))
        noticed = [verdict for verdict in verdicts if verdict.status != "correct"]
        if [_key(verdict) for verdict in noticed] != [(number, "wrong", mistake.message)]:
            got = "; ".join(f"Lücke {v.gap} {WORDS[v.status]}: {v.message}" for v in noticed)
            yield (
                f"Der bekannte Fehler »{' '.join(mistake.code.split())}« der Lücke {number} löst "
                f"nicht genau seine Meldung aus, sondern: {got or 'nichts'}"
            )


def _key(verdict: Verdict) -> tuple[int, str, str]:
    return verdict.gap, verdict.status, verdict.message
