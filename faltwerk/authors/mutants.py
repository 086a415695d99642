"""Mutanten: Fällt jede Veränderung der Musterlösung auf, und genau an ihrer Lücke?

Jede Lücke der Musterlösung wird auf viele Arten verändert; eine unentdeckte Veränderung ist
entweder gleichwertig (dann steht sie mit Begründung in ``equivalent.toml`` neben der Musterlösung)
oder zeigt eine Schwäche der Prüffälle.
"""

from __future__ import annotations

import ast
import copy
import difflib
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from faltwerk.exercise import Exercise, ExerciseError
from faltwerk.gaps import Gap
from faltwerk.judge.splice import sample_statements, splice
from faltwerk.judge.syntax import definition_at
from faltwerk.run.judging import judging

EQUIVALENT = "equivalent.toml"
# Verändert einen Knoten an Ort und Stelle.
_Edit = Callable[[Any], None]

_OPERATORS: dict[type[ast.AST], tuple[type[ast.AST], ...]] = {
    ast.Add: (ast.Sub, ast.Mult),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Add, ast.FloorDiv),
    ast.Div: (ast.Mult,),
    ast.FloorDiv: (ast.Mult, ast.Div),
    ast.Mod: (ast.FloorDiv,),
    ast.MatMult: (ast.Mult,),
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.And: (ast.Or,),
    ast.Or: (ast.And,),
}
_FAMILIES = (
    ("max", "min", "mean", "sum"),
    ("amax", "amin"),
    ("nanmax", "max"),
    ("argmax", "argmin"),
    ("zeros", "ones"),
    ("zeros_like", "ones_like"),
    ("maximum", "minimum"),
    ("relu", "sigmoid", "tanh"),
    ("ReLU", "Sigmoid", "Identity"),
    ("exp", "expm1"),
    ("floor", "ceil"),
    ("BatchNorm2d", "InstanceNorm2d"),
    ("AvgPool2d", "MaxPool2d"),
    ("max_pool2d", "avg_pool2d"),
)
_PAIRS = (("h", "w"), ("height", "width"), ("y", "x"), ("row", "column"), ("in", "out"))


@dataclass(frozen=True)
class Mutant:
    """Eine veränderte Musterlösung: an welcher Lücke, mit welchem Inhalt.

    Attributes:
        gap: Die Lücke.
        statements: Was dort statt des Inhalts der Musterlösung steht.
        change: Der Unterschied als Text, eine Zeile ``- alt`` oder ``+ neu`` je Zeile.
    """

    gap: Gap
    statements: tuple[ast.stmt, ...]
    change: str


def mutants(exercise: Exercise) -> Iterator[Mutant]:
    """Alle Veränderungen einer Übung, jede an genau einer Lücke und jede nur einmal."""
    solution = ast.parse(exercise.source)
    for gap in exercise.gaps:
        sample = sample_statements(solution, gap)
        function = definition_at(solution, gap.path)
        names = {node.id for node in ast.walk(function) if isinstance(node, ast.Name)}
        names |= {node.arg for node in ast.walk(function) if isinstance(node, ast.arg)}
        seen = {ast.dump(ast.Module(sample, []))}
        for changed in _changes(sample, names):
            key = ast.dump(ast.Module(changed, []))
            if key not in seen:
                seen.add(key)
                yield Mutant(gap, tuple(changed), _change(sample, changed))


def _change(sample: list[ast.stmt], changed: list[ast.stmt]) -> str:
    old, new = (ast.unparse(ast.Module(block, [])).splitlines() for block in (sample, changed))
    return "\n".join(
        f"{line[:2]}{line[2:].strip()}" for line in difflib.ndiff(old, new) if line[0] in "+-"
    )


def _changes(sample: list[ast.stmt], names: set[str]) -> Iterator[list[ast.stmt]]:
    root = ast.Module(sample, [])
    for place, node in enumerate(ast.walk(root)):
        for change in _edits(node, names):
            edited = copy.deepcopy(root)
            target = next(n for i, n in enumerate(ast.walk(edited)) if i == place)
            change(target)
            yield ast.fix_missing_locations(edited).body


def _edits(node: ast.AST, names: set[str]) -> Iterator[_Edit]:
    """Veränderungen eines Knotens, jede als Funktion, die ihn an Ort und Stelle ändert."""
    if isinstance(node, ast.Constant):
        yield from (_setter("value", value) for value in _constants(node.value))
    if isinstance(node, (ast.BinOp, ast.AugAssign, ast.BoolOp)):
        for other in _OPERATORS.get(type(node.op), ()):
            yield _setter("op", other())
    if isinstance(node, ast.Compare):
        for other in _OPERATORS.get(type(node.ops[0]), ()):
            yield _setter("ops", [other(), *node.ops[1:]])
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        yield from (_setter("id", name) for name in _counterparts(node.id) if name in names)
        yield from (_setter("id", name) for name in _family(node.id))
    if isinstance(node, ast.Attribute):
        yield from (_setter("attr", name) for name in _family(node.attr))
    if isinstance(node, ast.Call):
        for i in range(len(node.keywords)):
            yield _setter("keywords", node.keywords[:i] + node.keywords[i + 1 :])
        if len(node.args) > 1:
            yield _setter("args", node.args[:-1])
            yield _setter("args", [node.args[1], node.args[0], *node.args[2:]])
    if isinstance(node, ast.Tuple) and len(node.elts) > 1 and isinstance(node.ctx, ast.Load):
        for i in range(len(node.elts) - 1):
            elements = list(node.elts)
            elements[i], elements[i + 1] = elements[i + 1], elements[i]
            yield _setter("elts", elements)
    if isinstance(node, ast.Slice):
        yield from (_setter(name, None) for name in ("lower", "upper") if getattr(node, name))
    if isinstance(node, ast.AugAssign):
        yield _assign_instead
    if isinstance(node, (ast.If, ast.IfExp, ast.While)):
        yield _negate
    for name in ("body", "orelse"):
        block = getattr(node, name, None)
        if isinstance(block, list):
            for i in range(len(block)):
                rest = block[:i] + block[i + 1 :]
                yield _setter(name, rest or [ast.Pass()])


def _setter(name: str, value: object) -> _Edit:
    return lambda node: setattr(node, name, copy.deepcopy(value))


def _assign_instead(node: Any) -> None:
    # Der Knoten bleibt an seiner Stelle und wird zur einfachen Zuweisung.
    target, value = node.target, node.value
    node.__class__ = ast.Assign
    node.targets, node.value = [target], value
    del node.op, node.target


def _negate(node: Any) -> None:
    node.test = ast.UnaryOp(ast.Not(), node.test)


def _constants(value: object) -> tuple[object, ...]:
    if isinstance(value, bool):
        return (not value,)
    if isinstance(value, int):
        return tuple(sorted({value + 1, value - 1, -value} - {value}))
    if isinstance(value, float):
        return (value + 1.0, value * 2.0) if value else (1.0,)
    return ()


def _family(name: str) -> Iterator[str]:
    for family in _FAMILIES:
        if name in family:
            yield from (other for other in family if other != name)


def _counterparts(name: str) -> Iterator[str]:
    pieces = name.split("_")
    for left, right in _PAIRS:
        for old, new in ((left, right), (right, left)):
            if old in pieces:
                yield "_".join(new if piece == old else piece for piece in pieces)


def equivalents(exercise: Exercise) -> set[tuple[int, str]]:
    """Lücke und Unterschied der Veränderungen, die am Ergebnis nichts ändern.

    Raises:
        faltwerk.exercise.ExerciseError: Wenn die Datei dazu nicht stimmt.
    """
    path = exercise.folder / EQUIVALENT
    if not path.is_file():
        return set()
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8"))["mutant"]
        if not all(entry["reason"].strip() for entry in entries):
            raise ExerciseError(f"{path}: Jede Veränderung braucht eine Begründung.")
        return {(entry["gap"], entry["change"].strip()) for entry in entries}
    except tomllib.TOMLDecodeError as error:
        raise ExerciseError(f"{path}: Die Datei ist kein gültiges TOML ({error}).") from error
    except KeyError as error:
        raise ExerciseError(f"{path}: Der Eintrag {error} fehlt.") from error


@dataclass
class Tally:
    """Wie viele Veränderungen einer Übung auffielen.

    Attributes:
        total: Veränderungen, die auffallen müssen.
        equivalent: Veränderungen, die am Ergebnis nichts ändern; sie zählen nicht mit.
        found: Wie viele auffielen.
        exact: Wie viele davon genau an ihrer Lücke.
        survivors: Die übrigen, als Text.
    """

    total: int = 0
    equivalent: int = 0
    found: int = 0
    exact: int = 0
    survivors: tuple[str, ...] = ()


def tally(exercise: Exercise, progress: Callable[[str], None] = lambda text: None) -> Tally:
    """Beurteilt jede Veränderung einer Übung.

    Args:
        exercise: Die Übung.
        progress: Wird nach jeder Veränderung mit dem Stand aufgerufen.

    Raises:
        faltwerk.exercise.ExerciseError: Wenn ``equivalent.toml`` nicht stimmt.
    """
    result = Tally()
    solution = ast.parse(exercise.source)
    known = equivalents(exercise)
    with judging(exercise) as judge:
        for mutant in mutants(exercise):
            number = mutant.gap.number
            if (number, mutant.change) in known:
                result.equivalent += 1
                continue
            result.total += 1
            tree = splice(solution, exercise.gaps, {number: list(mutant.statements)})
            verdicts = judge.judge(ast.unparse(tree))
            noticed = [verdict.gap for verdict in verdicts if verdict.status != "correct"]
            result.found += bool(noticed)
            result.exact += noticed == [number]
            if noticed != [number]:
                place = f"gemeldet an {noticed}" if noticed else "unentdeckt"
                result.survivors += (f"Lücke {number}, {place}:\n{mutant.change}",)
            progress(f"{exercise.name}: {result.total} …")
    return result
