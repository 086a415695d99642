"""Formeln beim Bauen mit KaTeX setzen; die Seite braucht dafür kein Skript.

KaTeX läuft in QuickJS. Die Ausgabe enthält neben dem Satz auch MathML für Vorleseprogramme.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import quickjs
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging

LOGGER = logging.getLogger(__name__)
VENDOR = Path(__file__).resolve().parent.parent / "vendor" / "katex"
# Ältere Schriftformate, die im Projekt nicht mitgeliefert werden.
_OLD_FONTS = re.compile(r',url\([^)]*\.(?:woff|ttf)\) format\("[a-z]+"\)')


class FormulaError(ValueError):
    """KaTeX kann die Formel nicht setzen; der Text ist KaTeX' Meldung."""


@lru_cache(maxsize=1)
def _engine() -> quickjs.Context:
    context = quickjs.Context()
    context.eval((VENDOR / "katex.min.js").read_text(encoding="utf-8"))
    context.eval(
        """
        function formula(tex, display) {
          try {
            return JSON.stringify({html: katex.renderToString(tex, {
              displayMode: display, output: "htmlAndMathml", throwOnError: true, strict: "error",
            })});
          } catch (error) { return JSON.stringify({error: String(error.message)}); }
        }
        """
    )
    return context


@lru_cache(maxsize=4096)
def typeset(tex: str, display: bool) -> str:
    """Setzt eine Formel.

    Args:
        tex: Formel in der Schreibweise von TeX.
        display: Ob die Formel abgesetzt steht.

    Raises:
        FormulaError: Wenn die Formel fehlerhaft ist.
    """
    answer = json.loads(_engine().eval(f"formula({json.dumps(tex)}, {json.dumps(display)})"))
    if "error" in answer:
        raise FormulaError(answer["error"])
    return str(answer["html"])


def _append(translator: Any, node: nodes.Element, display: bool) -> None:
    tex = node.astext()
    if display and "\\\\" in tex and "\\begin" not in tex:
        tex = f"\\begin{{gathered}}{tex}\\end{{gathered}}"
    try:
        html = typeset(tex, display)
    except FormulaError as error:
        LOGGER.warning("Die Formel »%s« ist fehlerhaft: %s", tex, error, location=node)
        html = f"<code>{translator.encode(tex)}</code>"
    if display:
        # Breite Formeln rollen in sich; »regions.js« macht sie dann mit der Tastatur erreichbar.
        start = translator.starttag(node, "div", "", CLASS="formula")
        html = f"{start}{html}</div>\n"
    translator.body.append(html)
    raise nodes.SkipNode


def visit_inline(translator: Any, node: nodes.math) -> None:
    """Setzt eine Formel im Text."""
    _append(translator, node, display=False)


def visit_block(translator: Any, node: nodes.math_block) -> None:
    """Setzt eine abgesetzte Formel."""
    _append(translator, node, display=True)


def copy_styles(app: Sphinx) -> None:
    """Legt Stylesheet und Schriften zu den statischen Dateien der Seite."""
    target = Path(app.outdir) / "_static" / "katex"
    (target / "fonts").mkdir(parents=True, exist_ok=True)
    css = (VENDOR / "katex.min.css").read_text(encoding="utf-8")
    (target / "katex.min.css").write_text(_OLD_FONTS.sub("", css), encoding="utf-8")
    for name in ("LICENSE", "OFL.txt"):
        (target / name).write_bytes((VENDOR / name).read_bytes())
    for font in (VENDOR / "fonts").glob("*.woff2"):
        (target / "fonts" / font.name).write_bytes(font.read_bytes())


def link_styles(
    app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: Any
) -> None:
    """Bindet das Stylesheet nur auf Seiten mit Formeln ein."""
    if doctree is not None and (
        next(doctree.findall(nodes.math), None) or next(doctree.findall(nodes.math_block), None)
    ):
        app.add_css_file("katex/katex.min.css")


def setup(app: Sphinx) -> None:
    """Meldet den Formelsatz an."""
    app.add_html_math_renderer("katex", (visit_inline, None), (visit_block, None))
