"""Deutsche Typografie: feste Leerzeichen, wo eine Zeile nicht umbrechen soll."""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

_FIXED_SPACE = re.compile(
    r"(?<=\d) (?=(?:%|×|ms|s|min|kB|MB|GB|Bildpunkten?|\d{3})(?!\w))|(?<=×) (?=\d)"
    r"|(?:(?<=§)|(?<=\bAbs\.)|(?<=\bArt\.)|(?<=\bNr\.)) (?=\d)|(?<=\bz\.) (?=B\.)"
)
# In Code und Formeln ist jedes Zeichen so gemeint, wie es dasteht.
_VERBATIM = (nodes.FixedTextElement, nodes.literal, nodes.math, nodes.math_block, nodes.raw)


class FixSpaces(SphinxTransform):
    """Ersetzt Leerzeichen zwischen Zahl und Einheit und in Abkürzungen durch feste."""

    default_priority = 880

    def apply(self, **kwargs: Any) -> None:
        for text in list(self.document.findall(nodes.Text)):
            if _inside(text, _VERBATIM):
                continue
            fixed = _FIXED_SPACE.sub("\N{NO-BREAK SPACE}", text)
            if fixed != text:
                text.parent.replace(text, nodes.Text(fixed))


def _inside(node: nodes.Node, kinds: tuple[type, ...]) -> bool:
    while node.parent is not None:
        node = node.parent
        if isinstance(node, kinds):
            return True
    return False


def setup(app: Sphinx) -> dict[str, Any]:
    """Meldet die Umformung an."""
    app.add_transform(FixSpaces)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
