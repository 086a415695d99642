"""Syntaxbäume: Definitionen und Namen darin finden, Bäume kopieren."""

from __future__ import annotations

import ast
import pickle
from collections.abc import Iterable
from typing import TypeVar

Definition = ast.FunctionDef | ast.ClassDef
_Node = TypeVar("_Node", bound=ast.AST)

# Zeilen der Abgabe sind im gespleißten Baum um diesen Betrag verschoben: Daran erkennt man in
# einer Fehlerspur, welche Zeile von wem stammt.
STUDENT_LINES = 1_000_000


def find_definition(tree: ast.Module, path: tuple[str, ...]) -> Definition | None:
    """Die Funktion, Methode oder Klasse am Ende eines Weges; bei mehreren die letzte."""
    body, found = tree.body, None
    for name in path:
        found = None
        for child in body:
            if isinstance(child, (ast.FunctionDef, ast.ClassDef)) and child.name == name:
                found = child
        if found is None:
            return None
        body = found.body
    return found


def definition_at(tree: ast.Module, path: tuple[str, ...]) -> Definition:
    """Wie :func:`find_definition`, wo es die Definition geben muss: in der Musterlösung.

    Raises:
        KeyError: Wenn es sie doch nicht gibt.
    """
    found = find_definition(tree, path)
    if found is None:
        raise KeyError(".".join(path))
    return found


def stored_names(nodes: Iterable[ast.AST]) -> set[str]:
    """Die Namen, denen diese Anweisungen etwas zuweisen."""
    return {
        child.id
        for node in nodes
        for child in ast.walk(node)
        if isinstance(child, ast.Name) and isinstance(child.ctx, ast.Store)
    }


def clone(tree: _Node) -> _Node:
    """Eine Kopie eines Syntaxbaums; Pickle ist dabei zehnmal so schnell wie ``deepcopy``."""
    copy: _Node = pickle.loads(pickle.dumps(tree))
    return copy


def shifted(tree: _Node) -> _Node:
    """Eine Kopie, deren Zeilen als solche der Abgabe zu erkennen sind."""
    return ast.increment_lineno(clone(tree), STUDENT_LINES)


def is_future_import(node: ast.stmt) -> bool:
    """Ob eine Anweisung aus ``__future__`` importiert; das darf nur ganz vorn stehen."""
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"
