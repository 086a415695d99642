"""Beweis durch Mutation: Fällt jede Veränderung einer Lücke auf, und genau an dieser Lücke?

Aufruf: ``python -m faltwerk.authors.mutants [ÜBUNG …]``. Jede Lücke der Musterlösung
wird auf viele Arten verändert; eine unentdeckte Veränderung ist entweder gleichwertig (dann steht
sie mit Begründung in ``tests/equivalent_mutants.toml``) oder zeigt eine Schwäche der Prüffälle.
"""

from __future__ import annotations

import ast
import copy
import difflib
import sys
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from faltwerk.arguments import Parser
from faltwerk.exercise import Exercise, ExerciseError, load, load_all
from faltwerk.gaps import Gap, GapError
from faltwerk.judge.splice import sample_statements, splice
from faltwerk.judge.syntax import definition_at
from faltwerk.run.judging import judging

_ROOT = Path(__file__).resolve().parents[2]
_EQUIVALENT = Path("tests", "equivalent_mutants.toml")

_OPERATORS: dict[type, tuple[type, ...]] = {
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


def _edits(node: ast.AST, names: set[str]) -> Iterator:
    """Veränderungen eines Knotens, jede als Funktion, die ihn an Ort und Stelle ändert."""
    if isinstance(node, ast.Constant):
        yield from (_setter("value", value) for value in _constants(node.value))
    operator = getattr(node, "op", None)
    for other in _OPERATORS.get(type(operator), ()):
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


def _setter(name: str, value: object):
    return lambda node: setattr(node, name, copy.deepcopy(value))


def _assign_instead(node: ast.AugAssign) -> None:
    # Der Knoten bleibt an seiner Stelle und wird zur einfachen Zuweisung.
    target, value = node.target, node.value
    node.__class__ = ast.Assign
    node.targets, node.value = [target], value
    del node.op, node.target


def _negate(node: ast.AST) -> None:
    node.test = ast.UnaryOp(ast.Not(), node.test)


def _constants(value: object) -> tuple:
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


@dataclass
class Tally:
    """Wie viele Veränderungen einer Übung auffielen."""

    total: int = 0
    equivalent: int = 0
    found: int = 0
    exact: int = 0
    survivors: tuple[str, ...] = ()


def tally(exercise: Exercise, equivalent: Sequence[tuple[int, str]]) -> Tally:
    """Beurteilt jede Veränderung einer Übung.

    Args:
        exercise: Die Übung.
        equivalent: Lücke und Unterschied der Veränderungen, die am Ergebnis nichts ändern.
    """
    result = Tally()
    solution = ast.parse(exercise.source)
    known = {(gap, change.strip()) for gap, change in equivalent}
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
            if sys.stderr.isatty():
                print(f"{exercise.name}: {result.total} …", end="\r", file=sys.stderr)
    return result


def main(arguments: list[str]) -> int:
    """Gibt je Übung die Zahlen und die Überlebenden aus.

    Returns:
        0: alle entdeckt, 1: einer blieb unentdeckt, 2: falsch aufgerufen.
    """
    parser = Parser(
        prog="python -m faltwerk.authors.mutants",
        description="Verändert jede Lücke der Musterlösungen; jede Veränderung muss auffallen.",
    )
    parser.add_argument("names", nargs="*", metavar="ÜBUNG", help="sonst alle")
    names = parser.parse_args(arguments).names
    path = _ROOT / _EQUIVALENT
    entries = tomllib.loads(path.read_text(encoding="utf-8"))["mutant"] if path.is_file() else []
    try:
        exercises = [load(name, _ROOT) for name in names] if names else load_all(_ROOT)
    except (ExerciseError, GapError) as error:
        print(error, file=sys.stderr)
        return 2
    failed = False
    for exercise in exercises:
        mine = [(e["gap"], e["change"]) for e in entries if e["exercise"] == exercise.name]
        result = tally(exercise, mine)
        share = 100 * result.exact / max(1, result.total)
        print(
            f"{exercise.name}: {result.total} Mutanten, {result.found} gefunden, "
            f"{result.exact} genau an der Lücke ({share:.1f} %), "
            f"{result.equivalent} gleichwertige ausgenommen",
            flush=True,
        )
        for survivor in result.survivors:
            print("  " + survivor.replace("\n", "\n    "))
        failed |= result.found < result.total or share < 99
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
