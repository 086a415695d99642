"""Eine Übung selbst prüfen: Rumpf offen, Lösung richtig, Fehler erkannt, nichts übrig."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Iterator

from faltwerk.authors.mutants import EQUIVALENT, equivalents, mutants
from faltwerk.authors.stubs import stale_stubs
from faltwerk.exercise import Exercise
from faltwerk.judge.verdicts import Judge, Verdict
from faltwerk.report import WORDS
from faltwerk.run.judging import judging

_NEEDED = ("__init__.py", "solution.py", "checks.py", "mistakes.py", "exercise.toml")
_CONTENT = {
    "value": "nur der Ausdruck rechts vom Gleichheitszeichen",
    "statement": "eine Anweisung",
    "body": "der Rumpf",
}
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
    yield from _equivalent_problems(exercise)
    with judging(exercise) as judge:
        yield from _part_problems(exercise, judge)
        faulty = [*_case_problems(exercise, judge), *_unfit_mistakes(exercise, judge)]
        if faulty:
            # Was danach käme, hieße nur, dass nichts mehr zueinander passt.
            yield from faulty
            return
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


def _equivalent_problems(exercise: Exercise) -> Iterator[str]:
    known = equivalents(exercise)
    # Alle Veränderungen zu erzeugen dauert einige Sekunden.
    possible = {(mutant.gap.number, mutant.change) for mutant in mutants(exercise)} if known else ()
    for number, change in sorted(known.difference(possible)):
        shown = " ".join(change.split())
        yield f"In {EQUIVALENT} steht zur Lücke {number}, was es nicht mehr gibt: {shown}"


def _part_problems(exercise: Exercise, judge: Judge) -> Iterator[str]:
    checked = {case.part for case in judge.cases}
    for part in exercise.parts:
        if part.name not in checked:
            yield f"Zum Teil »{part.name}« gibt es keinen Prüffall."


def _case_problems(exercise: Exercise, judge: Judge) -> Iterator[str]:
    """Fälle, die nichts beweisen: Woran schon die Musterlösung scheitert, darf jede scheitern."""
    names = {part.name for part in exercise.parts}
    seen = judge.reference(range(len(judge.cases)))
    for case, observation in zip(judge.cases, seen, strict=True):
        if case.part not in names:
            yield f"Der Prüffall »{case.name}« nennt den Teil »{case.part}«, den es nicht gibt."
        try:
            if not isinstance(ast.parse(case.code).body[-1], ast.Expr):
                yield f"Der Prüffall »{case.name}« endet nicht mit einem Ausdruck."
        except (SyntaxError, IndexError):
            yield f"Der Prüffall »{case.name}« ist kein Python: {' '.join(case.code.split())}"
        if observation[0] == "raises":
            kind, text = observation[1:3]
            yield (
                f"Am Prüffall »{case.name}« des Teils »{case.part}« bricht schon die Musterlösung "
                f"mit {kind} ab: {text}"
            )


def _unfit_mistakes(exercise: Exercise, judge: Judge) -> Iterator[str]:
    gaps = {gap.number: gap for gap in exercise.gaps}
    for mistake in judge.mistakes:
        code = " ".join(mistake.code.split())
        if mistake.gap not in gaps:
            yield f"Der bekannte Fehler »{code}« gehört zur Lücke {mistake.gap}, die es nicht gibt."
            continue
        try:
            judge.mistaken(mistake)
        except SyntaxError:
            yield (
                f"Der bekannte Fehler »{code}« passt nicht in die Lücke {mistake.gap}; hinein "
                f"gehört {_CONTENT[gaps[mistake.gap].kind]}."
            )


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
