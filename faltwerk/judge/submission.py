"""Der Text einer Abgabe: ihr Syntaxbaum, ihre Marken und was sie nicht lesbar macht."""

from __future__ import annotations

import ast
import io
import tokenize
import warnings

from faltwerk.gaps import MARKER

# So heißt die Datei der Abgabe, wo Python sie in einer Fehlerspur nennt.
FILENAME = "<abgabe>"
TOO_DEEP = "Die Datei ist zu tief verschachtelt, um sie zu beurteilen."


class UnreadableError(ValueError):
    """Die Abgabe kann nicht beurteilt werden; der Text sagt in einem Satz, warum.

    Attributes:
        line: Zeile der Abgabe, an der es liegt, oder ``None``.
    """

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.line = line


def imports_solution(source: str, exercise: str) -> bool:
    """Ob eine Abgabe die Musterlösung ihrer Übung importiert."""
    module = f"{exercise}.solution"
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import) and any(alias.name == module for alias in node.names):
            return True
        if isinstance(node, ast.ImportFrom) and (
            node.module == module
            or (node.module == exercise and any(alias.name == "solution" for alias in node.names))
        ):
            return True
    return False


def parse(source: str) -> ast.Module:
    """Liest eine Abgabe.

    Raises:
        UnreadableError: Mit Zeile, Spalte und der betroffenen Zeile, wenn sie kein Python ist.
    """
    if not source.strip():
        raise UnreadableError("Die Datei ist leer; »start« legt einen frischen Rumpf an.")
    if "\0" in source:
        raise UnreadableError("Die Datei enthält Nullbytes; sie ist kein Text.")
    try:
        tree = ast.parse(source)
        # Manches fällt erst beim Übersetzen auf, zum Beispiel ein break außerhalb einer Schleife.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(tree, FILENAME, "exec", dont_inherit=True)
        return tree
    except TabError as error:
        raise UnreadableError(
            f"Zeile {error.lineno}: Hier sind Tabulatoren und Leerzeichen gemischt; "
            "rücken Sie einheitlich mit vier Leerzeichen ein.",
            error.lineno,
        ) from error
    except IndentationError as error:
        raise UnreadableError(
            f"Zeile {error.lineno}: Die Einrückung stimmt nicht.{_caret(error, source)}",
            error.lineno,
        ) from error
    except SyntaxError as error:
        raise UnreadableError(
            f"Zeile {error.lineno}: Das ist kein gültiges Python.{_caret(error, source)}",
            error.lineno,
        ) from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise UnreadableError(TOO_DEEP) from error


def _caret(error: SyntaxError, source: str) -> str:
    # Beim Übersetzen kennt der Fehler nur die Nummer der Zeile.
    lines = source.splitlines()
    number = error.lineno or 0
    text = error.text or (lines[number - 1] if 0 < number <= len(lines) else "")
    text = text.rstrip("\n")
    if not text:
        return ""
    indent = len(text) - len(text.lstrip())
    return f"\n    {text.lstrip()}\n    {' ' * max(0, (error.offset or 1) - 1 - indent)}^"


def markers(source: str) -> dict[int, int]:
    """Zu jeder Zeile mit einer Marke die Nummer der Lücke."""
    markers = {}
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            match = token.type == tokenize.COMMENT and MARKER.match(token.string)
            if match:
                markers[token.start[0]] = int(match[1])
    except (tokenize.TokenError, SyntaxError):
        pass
    return markers
