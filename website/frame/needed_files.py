"""Nur laden, was eine Seite braucht: Skripte und Stylesheets von Erweiterungen je nach Inhalt."""

from __future__ import annotations

from typing import Any

from sphinx.application import Sphinx

# Woran im Inhalt einer Seite zu erkennen ist, dass sie die Dateien einer Erweiterung braucht.
_NEEDED_FOR = {
    "sphinx-design.min.css": 'class="sd-',
    "design-tabs.js": 'class="sd-tab-',
    "mystnb.": 'class="cell',
    "togglebutton.css": "dropdown",
    "togglebutton.js": "dropdown",
    "copybutton.css": 'class="highlight',
    "copybutton.js": 'class="highlight',
    "clipboard.min.js": 'class="highlight',
}


def needed(filename: str, body: str) -> bool:
    """Ob eine Seite eine Datei braucht; unbekannte Dateien gelten als gebraucht.

    Args:
        filename: Pfad der Datei unter den statischen Dateien.
        body: HTML des Inhalts.
    """
    name = filename.rpartition("/")[2]
    return all(mark in body for start, mark in _NEEDED_FOR.items() if name.startswith(start))


def drop_unneeded(
    app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: Any
) -> None:
    """Lässt weg, was die Seite nicht braucht."""
    body = context.get("body") or ""
    for kind in ("css_files", "script_files"):
        context[kind] = [
            entry
            for entry in context[kind]
            if needed(str(getattr(entry, "filename", entry) or ""), body)
        ]
