"""Stile aus dem HTML holen: Aus jedem ``style="…"`` wird eine Klasse mit einem Stylesheet.

Die Sicherheitsrichtlinie der Seiten erlaubt keine Stile im HTML. KaTeX schreibt zu jeder Formel
viele davon, Sphinx die Breite von Bildern und Spalten.
"""

from __future__ import annotations

import hashlib
import html
import re

# Werte in Anführungszeichen dürfen »>« enthalten; deshalb wird ein Element Attribut für Attribut
# gelesen.
_TAG = re.compile(r"""<[a-zA-Z][\w:-]*(?:\s+[^\s=>"'/]+(?:\s*=\s*(?:"[^"]*"|'[^']*'))?)*\s*/?>""")
_STYLE = re.compile(r"""\sstyle=(?:"([^"]*)"|'([^']*)')""")
_CLASS = re.compile(r"""(\sclass=["'])""")
_DECLARATION = re.compile(r"\s*(-?[a-zA-Z-]+)\s*:\s*([^;{}]+?)\s*(?:;|$)")


def rule(style: str) -> str:
    """Ein Stil in fester Schreibweise, mit demselben Vorrang wie ein Attribut.

    Args:
        style: Inhalt des Attributs.

    Raises:
        ValueError: Wenn es keine Folge von Angaben ist.
    """
    text = html.unescape(style)
    found = _DECLARATION.findall(text)
    if _DECLARATION.sub("", text).strip():
        raise ValueError(f"Der Stil »{style}« ist keine Folge von Angaben.")
    return ";".join(f"{name}:{value}!important" for name, value in found)


def name(declarations: str) -> str:
    """Die Klasse zu einem Stil; sie hängt nur an seinem Inhalt."""
    return "st-" + hashlib.sha256(declarations.encode()).hexdigest()[:8]


def extract(page: str) -> tuple[str, dict[str, str]]:
    """Ersetzt die Stile einer Seite durch Klassen.

    Args:
        page: Das HTML der Seite.

    Returns:
        Das neue HTML und zu jeder benutzten Klasse ihre Angaben.
    """
    rules: dict[str, str] = {}

    def replace(match: re.Match[str]) -> str:
        tag = match[0]
        style = _STYLE.search(tag)
        if style is None:
            return tag
        tag = tag.replace(style[0], "", 1)
        declarations = rule(style[1] if style[1] is not None else style[2])
        if not declarations:
            return tag
        key = name(declarations)
        rules[key] = declarations
        if _CLASS.search(tag):
            return _CLASS.sub(rf"\g<1>{key} ", tag, count=1)
        return re.sub(r"^<[\w:-]+", rf'\g<0> class="{key}"', tag)

    return _TAG.sub(replace, page), rules


def stylesheet(rules: dict[str, str]) -> str:
    """Das Stylesheet zu allen Klassen, in fester Reihenfolge."""
    return "".join(f".{key}{{{rules[key]}}}\n" for key in sorted(rules))
