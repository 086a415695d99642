"""``code-cell`` auch in RST: Die Zellen einer Seite laufen zusammen in einem Kern.

MyST-NB führt nur Markdown-Seiten aus. Hier werden die Zellen einer RST-Seite als ein Notebook
an MyST-NB gegeben und die Ergebnisse an die Stellen der Zellen gesetzt.
"""

from __future__ import annotations

import json
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from myst_nb.sphinx_ import Parser
from myst_parser.mocking import MockState
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.util.docutils import SphinxDirective, new_document

_HEAD = """\
---
file_format: mystnb
kernelspec:
  name: python3
  display_name: Python 3
---
"""


class pending_cell(nodes.Element):
    """Platz einer Zelle, bis sie ausgeführt ist."""


class CodeCell(SphinxDirective):
    """Eine ausführbare Zelle einer RST-Seite."""

    has_content = True
    optional_arguments = 1
    option_spec: ClassVar[dict[str, Any]] = {
        "tags": directives.unchanged,
        "alt": directives.unchanged,
        "caption": directives.unchanged,
    }

    def run(self) -> list[nodes.Node]:
        if isinstance(self.state, MockState):
            # In Markdown-Seiten findet MyST-NB nur Zellen auf oberster Ebene; diese hier ist
            # eingebettet und liefe nie.
            raise self.error("Eine Zelle muss auf oberster Ebene der Seite stehen.")
        cell = pending_cell(source_text="\n".join(self.content), options=dict(self.options))
        self.set_source_info(cell)
        return [cell]


def _markdown(cell: pending_cell) -> str:
    """Schreibt eine Zelle so, wie MyST-NB sie in Markdown erwartet."""
    options = cell["options"]
    # YAML versteht JSON: So bleiben Anführungszeichen und Doppelpunkte im Text heil.
    tags = options.get("tags", "").strip("[]").replace(",", " ").split()
    lines = ["---", f"tags: {json.dumps(tags)}"]
    mystnb: dict[str, Any] = {}
    if "alt" in options:
        mystnb["image"] = {"alt": options["alt"]}
    if "caption" in options:
        mystnb["figure"] = {"caption": options["caption"]}
    if mystnb:
        lines.append(f"mystnb: {json.dumps(mystnb, ensure_ascii=False)}")
    return "\n".join(["````{code-cell}", *lines, "---", cell["source_text"], "````", ""])


class RunCells(SphinxTransform):
    """Führt die Zellen einer RST-Seite aus und setzt sie an ihre Stellen."""

    def apply(self, **kwargs: Any) -> None:
        cells = list(self.document.findall(pending_cell))
        if not cells:
            return
        scratch = new_document(self.document["source"], self.document.settings)
        scratch.reporter = self.document.reporter
        text = _HEAD + "\n".join(_markdown(cell) for cell in cells)
        Parser().parse(text, scratch)
        results = [
            node
            for node in scratch.children
            if isinstance(node, nodes.container) and node.get("nb_element") == "cell_code"
        ]
        for cell, result in zip(cells, results, strict=True):
            for node in result.findall(nodes.Element):
                node.source, node.line = cell.source, cell.line
            cell.replace_self(result)


def setup(app: Sphinx) -> None:
    """Ersetzt die Direktive, mit der MyST-NB Zellen in RST ablehnt."""
    app.add_node(pending_cell)
    app.add_directive("code-cell", CodeCell, override=True)
