"""Ein Programm gegen Prüffälle laufen lassen und festhalten, was dabei herauskommt.

Das Modul kommt mit der Standardbibliothek und NumPy aus, damit es auch im Browser läuft.
"""

from __future__ import annotations

import ast
import copy
import re
import sys
import types
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from faltwerk.cases import Case
from faltwerk.judge.observation import Observation, encode
from faltwerk.judge.submission import FILENAME
from faltwerk.judge.syntax import STUDENT_LINES

MODULE = "abgabe"
# Neuere Fassungen von NumPy melden hier einen Fehler, ältere warnen nur.
SCALAR_WARNING = "Conversion of an array with ndim > 0 to a scalar is deprecated"
_NO_SCALAR = "only 0-dimensional arrays can be converted to Python scalars"
_INTEGER = np.dtype(int).name
_LOCATION = re.compile(r" \([^()]*\)$")
_ERROR_NUMBER = re.compile(r"^\[Errno \d+\] ")


def observe(tree: ast.Module, cases: Sequence[Case]) -> Iterator[Observation]:
    """Führt ein Programm aus und liefert für jeden Prüffall die Beobachtung.

    Args:
        tree: Das Programm als Syntaxbaum.
        cases: Die Prüffälle.

    Yields:
        Eine Beobachtung je Fall; bricht das Programm selbst ab, für jeden Fall dieser Abbruch.
    """
    module = types.ModuleType(MODULE)
    # Dataclasses und Vererbung schlagen das Modul unter seinem Namen nach.
    sys.modules[MODULE] = module
    failure = execute(tree, module.__dict__)
    if failure is not None:
        for _ in cases:
            yield failure
        return
    for case in cases:
        yield _run_case(module.__dict__, case)


def execute(tree: ast.Module, names: dict[str, Any]) -> Observation | None:
    """Führt ein Programm in einem Namensraum aus.

    Args:
        tree: Das Programm als Syntaxbaum; Zeilen der Abgabe sind um ``STUDENT_LINES`` verschoben.
        names: Der Namensraum.

    Returns:
        ``None``, wenn es durchläuft, sonst die Beobachtung des Abbruchs.
    """
    try:
        exec(compile(tree, FILENAME, "exec"), names)
    except BaseException as error:
        return _failure(error)
    return None


def _run_case(names: dict[str, Any], case: Case) -> Observation:
    program = ast.parse(case.code, "<prüffall>")
    statement = program.body.pop()
    assert isinstance(statement, ast.Expr), "verify weist andere Prüffälle ab."
    last = ast.Expression(statement.value)
    try:
        namespace = {**names, **copy_given(case.given)}
        exec(compile(program, "<prüffall>", "exec"), namespace)
        return encode(eval(compile(last, "<prüffall>", "eval"), namespace))
    except BaseException as error:
        return _failure(error)


def copy_given(given: Any) -> dict[str, Any]:
    """Kopiert die Eingaben eines Falls, denn eine Abgabe darf sie verändern; Module bleiben."""
    return {
        name: value if isinstance(value, types.ModuleType) else copy.deepcopy(value)
        for name, value in given.items()
    }


def _failure(error: BaseException) -> Observation:
    line = None
    trace = error.__traceback__
    innermost_is_student = False
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == FILENAME:
            innermost_is_student = trace.tb_lineno > STUDENT_LINES
            if innermost_is_student:
                line = trace.tb_lineno - STUDENT_LINES
        trace = trace.tb_next
    try:
        text = str(error)
    except BaseException:
        text = ""
    kind, text = _unified(type(error).__name__, text)
    return ["raises", kind, text[:300], line, innermost_is_student]


def _unified(kind: str, text: str) -> tuple[str, str]:
    """Gleicht an, was je nach Rechner und Fassung von NumPy verschieden heißt."""
    if kind == "DeprecationWarning" and text.startswith(SCALAR_WARNING):
        kind, text = "TypeError", _NO_SCALAR
    text = text.replace("only length-1 arrays can be converted to Python scalars", _NO_SCALAR)
    if kind == "ImportError":
        # Der Pfad des Moduls sagt nichts über den Fehler.
        text = _LOCATION.sub("", text)
    # Ganze Zahlen ohne Angabe haben im Browser 32 Bit.
    text = text.replace(_INTEGER, "int64")
    return kind, _ERROR_NUMBER.sub("", text)
