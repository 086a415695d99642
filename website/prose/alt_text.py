"""Jedes Bild braucht einen Alternativtext; fehlt er, scheitert der Bau.

Eine Zelle kann den Text aus ihren Zahlen bilden und dem Bild mitgeben: Steht in einer SVG-Datei
eine Beschreibung (Dublin Core, ``matplotlib`` schreibt sie mit ``metadata={"Description": …}``),
so wird sie zum Alternativtext.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from docutils import nodes
from sphinx.transforms import SphinxTransform
from sphinx.util import logging

LOGGER = logging.getLogger(__name__)
_RAW_IMAGE = re.compile(r"<img\b(?![^>]*\balt=[\"'][^\"']+)", re.IGNORECASE)
_DESCRIPTION = "{http://purl.org/dc/elements/1.1/}description"


def description(path: Path) -> str:
    """Die Beschreibung in einer SVG-Datei; leer, wenn sie keine enthält oder keine ist."""
    try:
        tree = ElementTree.parse(path)
    except (OSError, ElementTree.ParseError):
        return ""
    return " ".join((tree.findtext(f".//{_DESCRIPTION}") or "").split())


class UseDescription(SphinxTransform):
    """Nimmt die Beschreibung in einem Bild als seinen Alternativtext."""

    def apply(self, **kwargs: Any) -> None:
        for image in self.document.findall(nodes.image):
            if not image.get("alt", "").strip() and image["uri"].endswith(".svg"):
                _, path = self.env.relfn2path(image["uri"], self.env.docname)
                image["alt"] = description(Path(path))


class DemandAltText(SphinxTransform):
    """Warnt bei jedem Bild ohne Alternativtext, mit Seite und Zeile."""

    def apply(self, **kwargs: Any) -> None:
        for image in self.document.findall(nodes.image):
            if not image.get("alt", "").strip():
                LOGGER.warning(
                    "Dem Bild »%s« fehlt der Alternativtext.",
                    image["uri"].rpartition("/")[2],
                    location=self._location(image),
                )
        for raw in self.document.findall(nodes.raw):
            if _RAW_IMAGE.search(raw.astext()):
                LOGGER.warning("Einem <img> fehlt der Alternativtext.", location=raw)

    def _location(self, node: nodes.Node) -> nodes.Node:
        # Bilder aus Zellen tragen selbst keine Zeile, ihre Zelle aber schon.
        while not node.line and node.parent is not None:
            node = node.parent
        return node
