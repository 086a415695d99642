"""Lücken der Musterlösung: lesen, was dort steht, und anderes einsetzen."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

from faltwerk.gaps import Gap, assigned_value, body_below_docstring
from faltwerk.judge.extras import NO_EXTRAS, Extras, with_extras
from faltwerk.judge.syntax import clone, definition_at


def splice(
    solution: ast.Module,
    gaps: Sequence[Gap],
    fillings: Mapping[int, list[ast.stmt]],
    extras: Extras = NO_EXTRAS,
) -> ast.Module:
    """Setzt Inhalte von Lücken in die Musterlösung ein.

    Args:
        solution: Syntaxbaum der Musterlösung; er bleibt, wie er ist.
        gaps: Ihre Lücken.
        fillings: Zu einer Lückennummer die Anweisungen, die dort stehen sollen.
        extras: Was die Abgabe zusätzlich definiert.

    Returns:
        Der neue Syntaxbaum.
    """
    tree = clone(solution)
    for gap in gaps:
        if gap.number in fillings:
            function = definition_at(tree, gap.path)
            # Ein leerer Rumpf ist kein gültiges Python.
            content = [*map(clone, fillings[gap.number])] or [ast.Pass()]
            if gap.kind == "body":
                kept = len(function.body) - len(body_below_docstring(function))
                function.body[kept:] = content
            else:
                _replace_statement(function, gap.line, content)
    return ast.fix_missing_locations(with_extras(tree, extras))


def _replace_statement(function: ast.AST, line: int, content: list[ast.stmt]) -> None:
    for node in ast.walk(function):
        for name in ("body", "orelse", "finalbody"):
            block = getattr(node, name, None)
            if not isinstance(block, list):
                continue
            for place, statement in enumerate(block):
                if not hasattr(statement, "body") and statement.end_lineno == line:
                    block[place : place + 1] = content
                    return


def sample_statements(solution: ast.Module, gap: Gap) -> list[ast.stmt]:
    """Was die Musterlösung in einer Lücke schreibt."""
    function = definition_at(solution, gap.path)
    if gap.kind == "body":
        return body_below_docstring(function)
    return [
        node
        for node in ast.walk(function)
        if isinstance(node, ast.stmt) and not hasattr(node, "body") and node.end_lineno == gap.line
    ]


def gap_content(solution: ast.Module, gap: Gap, code: str) -> list[ast.stmt]:
    """Der Inhalt einer Lücke als Anweisungen, aus dem Text, der in der Lücke stünde."""
    if gap.kind != "value":
        return ast.parse(code).body
    content = clone(without_annotation(sample_statements(solution, gap)[0]))
    assert isinstance(content, ast.Assign)
    content.value = ast.parse(code.strip(), mode="eval").body
    return [content]


def without_annotation(node: ast.stmt) -> ast.stmt:
    """Eine Zuweisung an einen Namen ohne Typangabe, alles andere unverändert."""
    value = assigned_value(node)
    if isinstance(node, ast.AnnAssign) and value is not None:
        return ast.copy_location(ast.Assign([node.target], value), node)
    return node
