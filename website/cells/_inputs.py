"""Wovon eine Seite abhängt: ihre Zellen, die Ordner, die sie benutzen, und deren Inhalt.

Daran entscheidet sich, welche Seiten neu gelesen und welche Zellen neu ausgeführt werden.
Verglichen werden Inhalte statt Zeiten, damit auch eine zurückgeholte ältere Datei auffällt.
"""

from __future__ import annotations

import ast
import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

_MARKDOWN_CELL = re.compile(
    r"^(?P<fence>`{3,}|:{3,})\{code-cell\}.*?^(?P=fence)[ \t]*$", re.MULTILINE | re.DOTALL
)
_RST_CELL = re.compile(r"^([ \t]*)\.\. code-cell::.*\n(?:\1[ \t]+\S.*\n?|[ \t]*\n)*", re.MULTILINE)


def cells(text: str) -> list[str]:
    """Die Zellen einer Seite mit ihren Optionen, als Text.

    Args:
        text: Quelltext der Seite, Markdown oder RST.
    """
    return [match[0] for form in (_MARKDOWN_CELL, _RST_CELL) for match in form.finditer(text)]


def _literals(tree: ast.Module) -> Iterator[str]:
    """Importierte Module und alle Texte außer den Docstrings."""
    prose = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef))
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
        elif isinstance(node, ast.Constant) and id(node) not in prose:
            yield node.value if isinstance(node.value, str) else ""


def _used_by_package(folder: Path, names: Iterable[str]) -> set[str]:
    """Welche Pakete die Dateien eines Ordners importieren oder als Modul oder Pfad nennen."""
    start = re.compile(rf"({'|'.join(map(re.escape, names))})(?:[./:]|$)")
    used = set()
    for path in sorted(folder.rglob("*.py")):
        for literal in _literals(ast.parse(path.read_bytes(), filename=str(path))):
            if match := start.match(literal):
                used.add(match[1])
    return used


def packages(text: str, root: Path, names: Iterable[str]) -> set[str]:
    """Die Übungen, die eine Seite in ihren Zellen benutzt, mittelbar benutzte eingeschlossen.

    In den Zellen zählt jedes Vorkommen des Namens als Wort: lieber einmal zu oft ausführen.

    Args:
        text: Quelltext der Seite.
        root: Ordner, in dem die Übungen liegen.
        names: Namen aller Übungen.
    """
    names = sorted(names)
    code = "\n".join(cells(text))
    waiting = {name for name in names if re.search(rf"\b{re.escape(name)}\b", code)}
    found: set[str] = set()
    while waiting:
        name = waiting.pop()
        found.add(name)
        waiting |= _used_by_package(root / name, names) - found
    return found


def digest(texts: Iterable[str], files: Iterable[Path], root: Path) -> str:
    """Fingerabdruck von Texten und Dateien.

    Args:
        texts: Einstellungen und Versionen.
        files: Dateien; eine fehlende zählt als leer.
        root: Ordner, von dem aus die Pfade gelten, damit sein Ort nichts ändert.
    """
    result = hashlib.sha256()
    for text in texts:
        result.update(hashlib.sha256(text.encode()).digest())
    for path in files:
        content = path.read_bytes() if path.is_file() else b""
        result.update(os.path.relpath(path, root).encode() + b"\0")
        result.update(hashlib.sha256(content).digest())
    return result.hexdigest()[:20]


def package_files(root: Path, names: Iterable[str]) -> list[Path]:
    """Alle Dateien der Ordner, die auf Ausgaben wirken können."""
    return [
        path
        for name in sorted(names)
        for path in sorted((root / name).rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    ]
