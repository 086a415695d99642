"""Kopf jeder Seite: Sicherheitsrichtlinie, Beschreibung, Vorschau für geteilte Verweise."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from faltwerk.exercise import exercise_names, load

# Gilt auch dort, wo der Webserver keine eigenen Kopfzeilen schickt. WebAssembly braucht das Python
# im Browser; »data:« sind die kleinen Bilder in den Stylesheets.
POLICY = (
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; worker-src 'self'; "
    "object-src 'none'; base-uri 'self'; form-action 'self'"
)
CARD = "_static/social-card.png"
_LENGTH = 200


def shortened(text: str) -> str:
    """Kürzt einen Text auf ganze Sätze oder Wörter."""
    text = re.sub(r"\s+", " ", text).strip()
    if len(text) <= _LENGTH:
        return text
    sentences = re.match(rf"(.{{60,{_LENGTH}}}[.!?]) ", text)
    if sentences:
        return sentences[1]
    return text[:_LENGTH].rpartition(" ")[0].rstrip(",;:–") + " …"


def description(doctree: nodes.document) -> str:
    """Der erste Absatz einer Seite, der kein Kasten und keine Tabelle ist."""
    for paragraph in doctree.findall(nodes.paragraph):
        if isinstance(paragraph.parent, (nodes.section, nodes.document)):
            return shortened(paragraph.astext())
    return ""


def add_head(
    app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: Any
) -> None:
    """Gibt der Vorlage, was in den Kopf der Seite gehört."""
    context["policy"] = POLICY
    root = Path(app.confdir)
    text = ""
    if pagename in exercise_names(root):
        text = shortened(load(pagename, root).summary.replace("`", ""))
    elif doctree is not None:
        text = description(doctree)
    # Eine Beschreibung, die die Seite selbst nennt, hat Vorrang.
    if 'name="description"' not in (context.get("metatags") or ""):
        context["description"] = text
    # »pageurl« entsteht nur mit einer bekannten Adresse und ist dann auch die kanonische.
    if context.get("pageurl"):
        context["card"] = app.config.html_baseurl + CARD
