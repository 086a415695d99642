"""Lücken in einer Musterlösung finden und den Aufgabenrumpf daraus erzeugen.

Eine Lücke ist mit ``# Lücke (n)`` markiert. Die Stelle der Marke bestimmt ihre Art:

- in der letzten Zeile einer Zuweisung an einfache Namen: Die rechte Seite ist die Lücke;
- in der letzten Zeile einer anderen einfachen Anweisung: Die ganze Anweisung ist die Lücke;
- in der Kopfzeile einer Funktion: Alles unter dem Docstring ist die Lücke.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from dataclasses import dataclass
from typing import Literal

Kind = Literal["value", "statement", "body"]

MARKER = re.compile(r"#\s*Lücke \((\d+)\)\s*$")
# Fängt Schreibfehler wie »# Lücke 3« oder »# Luecke (3)«, die sonst still keine Lücke wären.
_NEARLY = re.compile(r"#\s*L(ü|ue|u)cke\b", re.IGNORECASE)


class GapError(ValueError):
    """Eine fehlende, doppelte oder falsch gesetzte Marke; der Text nennt Datei und Zeile."""


@dataclass(frozen=True)
class Gap:
    """Eine Lücke der Musterlösung.

    Attributes:
        number: Nummer, eindeutig in der Übung.
        part: Name der Funktion oder Klasse auf oberster Ebene, in der sie steht.
        kind: ``"value"`` (rechte Seite), ``"statement"`` (Anweisung) oder ``"body"`` (Rumpf).
        path: Weg zur umgebenden Funktion, zum Beispiel ``("Conv2d", "compute_grads")``.
        line: Zeile der Marke in der Musterlösung, ab 1 gezählt.
        start: Beginn des Lückentextes als (Zeile ab 1, Spalte in Zeichen ab 0).
        end: Ende des Lückentextes, ebenso gezählt, ausschließlich.
    """

    number: int
    part: str
    kind: Kind
    path: tuple[str, ...]
    line: int
    start: tuple[int, int]
    end: tuple[int, int]


def find_gaps(source: str, filename: str = "solution.py") -> list[Gap]:
    """Findet alle Lücken einer Musterlösung, in der Reihenfolge der Datei.

    Args:
        source: Text der Musterlösung.
        filename: Name für Fehlermeldungen.

    Raises:
        GapError: Wenn die Datei nicht lesbar ist oder eine Marke falsch, doppelt oder nicht da ist.
    """
    try:
        tree = ast.parse(source, filename)
        tokens = list(tokenize.generate_tokens(io.StringIO(source).readline))
    except (SyntaxError, tokenize.TokenError) as error:
        line = getattr(error, "lineno", None) or 1
        raise GapError(f"{filename}:{line}: Die Datei ist kein gültiges Python.") from error
    markers: dict[int, int] = {}
    for token in tokens:
        if token.type != tokenize.COMMENT:
            continue
        match = MARKER.match(token.string)
        if match:
            markers[token.start[0]] = int(match[1])
        elif _NEARLY.match(token.string):
            raise GapError(
                f"{filename}:{token.start[0]}: Die Marke »{token.string}« ist unvollständig, "
                "sie muss »# Lücke (n)« lauten."
            )
    lines = source.splitlines()
    gaps = []
    for part in tree.body:
        if isinstance(part, (ast.FunctionDef, ast.ClassDef)):
            gaps += _gaps_in(part, (part.name,), part.name, markers, lines)
    gaps.sort(key=lambda gap: gap.start)
    _demand_complete(gaps, markers, filename)
    return gaps


def _demand_complete(gaps: list[Gap], markers: dict[int, int], filename: str) -> None:
    used = {gap.line for gap in gaps}
    for line, number in sorted(markers.items()):
        if line not in used:
            raise GapError(
                f"{filename}:{line}: Die Marke »Lücke ({number})« steht weder hinter einer "
                "einfachen Anweisung noch in der Kopfzeile einer Funktion."
            )
    seen: dict[int, int] = {}
    for gap in gaps:
        if gap.number in seen:
            raise GapError(
                f"{filename}:{gap.line}: Die Lücke ({gap.number}) gibt es schon in "
                f"Zeile {seen[gap.number]}."
            )
        seen[gap.number] = gap.line
    for expected, gap in enumerate(gaps, start=1):
        if gap.number != expected:
            raise GapError(
                f"{filename}:{gap.line}: Hier müsste die Lücke ({expected}) stehen, "
                f"gefunden wurde ({gap.number})."
            )


def _gaps_in(
    node: ast.AST, path: tuple[str, ...], part: str, markers: dict[int, int], lines: list[str]
) -> list[Gap]:
    found: list[Gap] = []
    if isinstance(node, ast.FunctionDef):
        body = body_below_docstring(node)
        head = range(node.lineno, node.body[0].lineno)
        # Eine Marke in einer Zeile für sich steht nicht mehr in der Kopfzeile.
        line = next(
            (n for n in head if n in markers and not lines[n - 1].lstrip().startswith("#")), None
        )
        if line is not None and body:
            start, end = _start(body[0], lines), _end(body[-1], lines)
            return [Gap(markers[line], part, "body", path, line, start, end)]
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.FunctionDef, ast.ClassDef)):
            found += _gaps_in(child, (*path, child.name), part, markers, lines)
        elif isinstance(child, ast.stmt) and not hasattr(child, "body"):
            number = markers.get(child.end_lineno or child.lineno)
            if number is not None:
                found.append(_statement_gap(child, number, path, part, lines))
        else:
            found += _gaps_in(child, path, part, markers, lines)
    return found


def _statement_gap(
    node: ast.stmt, number: int, path: tuple[str, ...], part: str, lines: list[str]
) -> Gap:
    kind: Kind = "statement"
    start, end = _start(node, lines), _end(node, lines)
    if isinstance(node, (ast.Assign, ast.AnnAssign)) and assigned_value(node) is not None:
        # Klammern um die rechte Seite gehören zur Lücke, nicht zum Rumpf.
        kind, start = "value", _after_equals(node, lines)
    return Gap(number, part, kind, path, end[0], start, end)


def _after_equals(node: ast.Assign | ast.AnnAssign, lines: list[str]) -> tuple[int, int]:
    last = node.targets[-1] if isinstance(node, ast.Assign) else node.annotation
    line, column = _end(last, lines)
    column = lines[line - 1].index("=", column) + 1
    rest = lines[line - 1][column:]
    return line, column + len(rest) - len(rest.lstrip())


def _start(node: ast.stmt | ast.expr, lines: list[str]) -> tuple[int, int]:
    return _position(lines, node.lineno, node.col_offset)


def _end(node: ast.stmt | ast.expr, lines: list[str]) -> tuple[int, int]:
    # Von Hand gebauten Knoten fehlt ihr Ende, gelesenen nie.
    assert node.end_lineno is not None and node.end_col_offset is not None
    return _position(lines, node.end_lineno, node.end_col_offset)


def _position(lines: list[str], line: int, byte_column: int) -> tuple[int, int]:
    # Der Syntaxbaum zählt Spalten in UTF-8-Bytes, Texte schneidet man nach Zeichen.
    return line, len(lines[line - 1].encode()[:byte_column].decode())


def assigned_value(node: ast.stmt) -> ast.expr | None:
    """Die rechte Seite, wenn ``node`` eine Zuweisung an einfache Namen ist, sonst ``None``."""
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return node.value
    if isinstance(node, ast.Assign) and all(_only_names(target) for target in node.targets):
        return node.value
    return None


def _only_names(target: ast.expr) -> bool:
    if isinstance(target, ast.Tuple):
        return all(isinstance(element, ast.Name) for element in target.elts)
    return isinstance(target, ast.Name)


def body_below_docstring(node: ast.FunctionDef | ast.ClassDef) -> list[ast.stmt]:
    """Die Anweisungen einer Funktion oder Klasse ohne ihren Docstring."""
    return node.body[1:] if ast.get_docstring(node, clean=False) is not None else node.body


def make_stub(source: str, filename: str = "solution.py") -> str:
    """Erzeugt den Aufgabenrumpf: Jede Lücke wird zu ``...``, alles andere bleibt Byte für Byte.

    Args:
        source: Text der Musterlösung.
        filename: Name für Fehlermeldungen.

    Raises:
        GapError: Siehe :func:`find_gaps`.
    """
    lines = source.splitlines(keepends=True)
    for gap in reversed(find_gaps(source, filename)):
        (first, left), (last, right) = gap.start, gap.end
        head, tail = lines[first - 1][:left], lines[last - 1][right:]
        lines[first - 1 : last] = [f"{head}...{tail}"]
    return "".join(lines)
