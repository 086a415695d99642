"""Deutsche Oberfläche: fest eingebaute englische Texte werden ersetzt, Skripte im HTML entfernt."""

from __future__ import annotations

import re
from typing import Any

from sphinx.application import Sphinx

# Texte, die Vorlagen und Erweiterungen fest auf Englisch enthalten.
_FIXED = {
    "Toggle site navigation sidebar": "Navigation ein- oder ausblenden",
    "Toggle table of contents sidebar": "Inhalt dieser Seite ein- oder ausblenden",
    "Toggle Light / Dark / Auto color theme": "Helles, dunkles oder automatisches Farbschema",
    "Toggle navigation of ": "Unterseiten ein- oder ausblenden: ",
    "Toggle hidden content": "Verborgenen Inhalt anzeigen",
}
_ICON_TITLES = {
    "Contents": "Inhalt",
    "Menu": "Menü",
    "Expand": "Ausklappen",
    "Light mode": "Helles Farbschema",
    "Dark mode": "Dunkles Farbschema",
    "Auto light/dark, in light mode": "Automatisches Farbschema, zurzeit hell",
    "Auto light/dark, in dark mode": "Automatisches Farbschema, zurzeit dunkel",
}
_ICON_TITLE = re.compile(r"<title>([^<]+)</title>")
_INLINE_SCRIPT = re.compile(r"<script>.*?</script>", re.DOTALL)


def german(body: str) -> str:
    """Übersetzt, was Vorlagen fest enthalten, und nimmt eingebettete Skripte und Stile heraus.

    Args:
        body: Inhalt von ``<body>``, den die Vorlage des Themas liefert.
    """
    for english, text in _FIXED.items():
        body = body.replace(english, text)
    body = _ICON_TITLE.sub(
        lambda match: f"<title>{_ICON_TITLES.get(match[1], match[1])}</title>", body
    )
    body = body.replace('style="display: none;"', 'class="icon-symbols"')
    body = body.replace('style="opacity: 50%"', 'opacity="0.5"')
    return _INLINE_SCRIPT.sub("", body, count=1)


def drop_inline_scripts(
    app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: Any
) -> None:
    """Entfernt die in die Seite geschriebenen Skripte von Erweiterungen.

    Ihre Einstellungen stehen in ``early.js``; so kommt die Seite ohne Skripte im HTML aus.
    """
    context["script_files"] = [
        script for script in context["script_files"] if getattr(script, "filename", script)
    ]


def add_filter(app: Sphinx) -> None:
    """Macht ``german`` in den Vorlagen verfügbar."""
    app.builder.templates.environment.filters["german"] = german
