"""Die Prüfung im Notebook: beurteilt, was die Zellen bisher definiert haben."""

from __future__ import annotations

import ast
import inspect
import symtable
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from faltwerk import report
from faltwerk.exercise import COURSE, Exercise, ExerciseError, load_all
from faltwerk.judge.syntax import is_future_import, stored_names
from faltwerk.judge.verdicts import Verdict
from faltwerk.run.judging import judging
from faltwerk.submission_file import read_submission


class Result:
    """Das Ergebnis einer Prüfung; Jupyter zeigt es als Tabelle, sonst steht es als Text da.

    Attributes:
        verdicts: Die Urteile, eines je beurteilter Lücke.
    """

    def __init__(self, verdicts: Sequence[Verdict]) -> None:
        self.verdicts = tuple(verdicts)

    @property
    def passed(self) -> bool:
        """Ob jede beurteilte Lücke richtig ist."""
        return all(verdict.status == "correct" for verdict in self.verdicts)

    def __repr__(self) -> str:
        return report.as_text(self.verdicts)

    def _repr_html_(self) -> str:
        return report.as_html(self.verdicts)


def interactive_check(name: str, namespace: Mapping[str, Any]) -> Result:
    """Beurteilt, was ein Notebook bisher definiert hat.

    Args:
        name: Eine Übung (``"pooling"``), ein Teil (``"pooling.maxpool2d"``) oder der Anfang eines
            Teilnamens, der nur in einer Übung vorkommt (``"maxpool"``).
        namespace: ``globals()`` des Notebooks.

    Raises:
        faltwerk.exercise.ExerciseError: Wenn kein Teil oder mehr als eine Übung gemeint sein kann.
        faltwerk.judge.submission.UnreadableError: Wenn nichts definiert ist.
    """
    exercise, parts = _resolve(name)
    source = _defined_source(namespace)
    with judging(exercise) as judge:
        verdicts = judge.judge(source, parts=parts)
    return Result([_without_line(verdict) for verdict in verdicts])


def _without_line(verdict: Verdict) -> Verdict:
    # Gezählt würde über alle Zellen hinweg; eine solche Zeilennummer führt nur in die Irre.
    return Verdict(verdict.gap, verdict.status, verdict.message, None)


def _resolve(name: str) -> tuple[Exercise, set[str]]:
    exercises = load_all(COURSE)
    for exercise in exercises:
        if name == exercise.name:
            return exercise, {part.name for part in exercise.parts}
    wanted, _, prefix = name.rpartition(".")
    matches = [
        (exercise, found)
        for exercise in exercises
        if wanted in ("", exercise.name)
        and (found := {part.name for part in exercise.parts if part.name.startswith(prefix)})
    ]
    if len(matches) == 1:
        return matches[0]
    if matches:
        names = " oder ".join(f"»{exercise.name}.{prefix}«" for exercise, _ in matches)
        raise ExerciseError(f"»{name}« kommt in mehreren Übungen vor; schreiben Sie {names}.")
    known = ", ".join(exercise.name for exercise in exercises)
    raise ExerciseError(f"Weder eine Übung noch ein Teil heißt »{name}«; Übungen sind {known}.")


def _defined_source(namespace: Mapping[str, Any]) -> str:
    cells = namespace.get("In")
    if isinstance(cells, list):
        return _definitions("\n".join(cell for cell in cells if _is_python(cell)))
    if isinstance(namespace.get("__file__"), str):
        return read_submission(Path(namespace["__file__"]))
    texts = []
    for value in namespace.values():
        if inspect.isfunction(value) or inspect.isclass(value):
            try:
                texts.append(inspect.getsource(value))
            except (OSError, TypeError):
                continue
    return "\n".join(texts)


def _is_python(cell: str) -> bool:
    # Zellen mit IPython-Befehlen (%, !) sind kein Python und definieren nichts, was hier zählt.
    try:
        compile(cell, "Zelle", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    return True


def _definitions(source: str) -> str:
    """Importe, Funktionen, Klassen und die Konstanten, die diese benutzen.

    Probeaufrufe gehören nicht dazu, auch nicht, wenn ihr Ergebnis wie eine lokale Variable heißt.
    """
    body = ast.parse(source).body
    kept: set[ast.stmt] = {
        node
        for node in body
        if isinstance(node, (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef))
    }
    constants = {node for node in body if isinstance(node, (ast.Assign, ast.AnnAssign))}
    while True:
        wanted = _global_names(kept)
        needed = {node for node in constants - kept if wanted & stored_names([node])}
        if not needed:
            break
        kept |= needed
    # Jede Zelle darf mit Importen aus __future__ beginnen, eine Datei nur einmal.
    ordered = sorted((node for node in body if node in kept), key=is_future_import, reverse=True)
    return "\n".join(ast.unparse(node) for node in ordered)


def _global_names(nodes: Iterable[ast.stmt]) -> set[str]:
    """Die Namen, die diese Anweisungen auf oberster Ebene nachschlagen."""
    # Importe schlagen nichts nach, und die aus __future__ dürften nur vorn stehen.
    source = "\n".join(
        ast.unparse(node) for node in nodes if not isinstance(node, (ast.Import, ast.ImportFrom))
    )
    module = symtable.symtable(source, "Notebook", "exec")

    def looked_up(table: symtable.SymbolTable) -> Iterator[str]:
        for symbol in table.get_symbols():
            if symbol.is_referenced() and (table is module or symbol.is_global()):
                yield symbol.get_name()
        for child in table.get_children():
            yield from looked_up(child)

    return set(looked_up(module))
