"""Was eine Abgabe über die Musterlösung hinaus definiert: finden und ergänzen."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field

from faltwerk.judge.syntax import (
    clone,
    definition_at,
    find_definition,
    is_future_import,
    shifted,
    stored_names,
)

_IMPORTS = (ast.Import, ast.ImportFrom)
_DEFINITIONS = (ast.FunctionDef, ast.ClassDef, ast.Assign, ast.AnnAssign)


@dataclass(frozen=True)
class Extras:
    """Was die Abgabe zusätzlich definiert, ohne dass die Musterlösung es kennt.

    Attributes:
        statements: Importe und Definitionen auf oberster Ebene.
        members: Methoden und Werte in Klassen der Musterlösung, zu deren Namen.
    """

    statements: tuple[ast.stmt, ...] = ()
    members: Mapping[str, tuple[ast.stmt, ...]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.statements or self.members)


NO_EXTRAS = Extras()


def student_extras(student: ast.Module, solution: ast.Module) -> Extras:
    """Was die Abgabe definiert und die Musterlösung nicht kennt.

    Lose Anweisungen wie Probeaufrufe gehören nicht dazu.
    """
    imports = {ast.dump(node) for node in solution.body if isinstance(node, _IMPORTS)}
    statements: list[ast.stmt] = [
        node
        for node in student.body
        if (isinstance(node, _IMPORTS) and ast.dump(node) not in imports)
        or (isinstance(node, ast.Try) and _only_defines(node))
    ]
    statements += _unknown(student.body, solution.body)
    members = {}
    for ours in solution.body:
        if not isinstance(ours, ast.ClassDef):
            continue
        theirs = find_definition(student, (ours.name,))
        if isinstance(theirs, ast.ClassDef) and (own := _unknown(theirs.body, ours.body)):
            members[ours.name] = tuple(map(shifted, own))
    return Extras(tuple(map(shifted, statements)), members)


def _unknown(theirs: list[ast.stmt], ours: list[ast.stmt]) -> list[ast.stmt]:
    known = {name for node in ours for name in _defined(node)}
    return [
        node for node in theirs if isinstance(node, _DEFINITIONS) and not _defined(node) & known
    ]


def _only_defines(node: ast.Try) -> bool:
    """Ob ein ``try`` nur importiert und festlegt, zum Beispiel einen Ersatz für ein Paket."""
    blocks = [node.body, node.orelse, node.finalbody, *(entry.body for entry in node.handlers)]
    kinds = (*_IMPORTS, *_DEFINITIONS, ast.Pass)
    return all(isinstance(statement, kinds) for block in blocks for statement in block)


def _defined(node: ast.stmt) -> set[str]:
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return {node.name}
    return stored_names([node]) if isinstance(node, (ast.Assign, ast.AnnAssign)) else set()


def with_extras(tree: ast.Module, extras: Extras) -> ast.Module:
    """Ergänzt ein Programm um eigene Importe (vorn) und eigene Definitionen (hinten)."""
    early = [node for node in extras.statements if _is_early(node)]
    late = [node for node in extras.statements if not _is_early(node)]
    future = sum(map(is_future_import, tree.body))
    at = future + (ast.get_docstring(tree, clean=False) is not None)
    tree.body[at:at] = [node for node in early if not is_future_import(node)]
    for name, members in extras.members.items():
        owner = definition_at(tree, (name,))
        known = {defined for node in owner.body for defined in _defined(node)}
        owner.body += [clone(node) for node in members if not _defined(node) & known]
    tree.body += late
    return tree


def _is_early(node: ast.stmt) -> bool:
    return isinstance(node, (*_IMPORTS, ast.Try))
