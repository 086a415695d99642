"""Deutsche Typografie: feste Leerzeichen, wo eine Zeile nicht umbrechen soll, und Sprachwechsel.

Titel englischer Arbeiten stehen auf den Seiten in „…“. Als englisch ausgezeichnet, spricht ein
Vorleseprogramm sie englisch aus.
"""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from sphinx.transforms import SphinxTransform

_FIXED_SPACE = re.compile(
    r"(?<=\d) (?=(?:%|×|ms|s|min|kB|MB|GB|Bildpunkten?|\d{3})(?!\w))|(?<=×) (?=\d)"
    r"|(?:(?<=§)|(?<=\bAbs\.)|(?<=\bArt\.)|(?<=\bNr\.)) (?=\d)|(?<=\bz\.) (?=B\.)"
)
# Ein Titel gilt als englisch, wenn eines dieser Wörter darin vorkommt; deutsch gibt es sie nicht.
_ENGLISH = re.compile(r"„([^“]*\b(?:Deep|Learning|Networks?|of|for|the|with)\b[^“]*)“")
# In Code und Formeln ist jedes Zeichen so gemeint, wie es dasteht.
_VERBATIM = (nodes.FixedTextElement, nodes.literal, nodes.math, nodes.math_block, nodes.raw)


class FixSpaces(SphinxTransform):
    """Ersetzt Leerzeichen zwischen Zahl und Einheit und in Abkürzungen durch feste."""

    def apply(self, **kwargs: Any) -> None:
        for text in list(self.document.findall(nodes.Text)):
            if _inside(text, _VERBATIM):
                continue
            fixed = _FIXED_SPACE.sub("\N{NO-BREAK SPACE}", text)
            if fixed != text:
                text.parent.replace(text, nodes.Text(fixed))


class MarkEnglish(SphinxTransform):
    """Zeichnet die Titel englischer Arbeiten als englisch aus."""

    def apply(self, **kwargs: Any) -> None:
        for text in list(self.document.findall(nodes.Text)):
            pieces = _ENGLISH.split(text)
            if len(pieces) == 1 or _inside(text, _VERBATIM):
                continue
            result: list[nodes.Node] = []
            for index, piece in enumerate(pieces):
                if index % 2:
                    # Aus dieser Klasse macht docutils das Attribut »lang«.
                    title = nodes.inline(piece, piece, classes=["language-en"])
                    result += [nodes.Text("„"), title, nodes.Text("“")]
                else:
                    result.append(nodes.Text(piece))
            text.parent.replace(text, result)


def _inside(node: nodes.Node, kinds: tuple[type, ...]) -> bool:
    while node.parent is not None:
        node = node.parent
        if isinstance(node, kinds):
            return True
    return False
