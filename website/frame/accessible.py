"""Was dem HTML von Sphinx und Furo für Tastatur und Vorleseprogramme fehlt."""

from __future__ import annotations

import re

from sphinx.application import Sphinx

# Rollen, Namen und Ebenen, die Furo nicht setzt.
_ATTRIBUTES = {
    '<p class="caption" role="heading">': '<p class="caption" role="heading" aria-level="2">',
    '<aside class="sidebar-drawer': '<aside aria-label="Kurs" class="sidebar-drawer',
    '<div class="sidebar-tree">': '<div class="sidebar-tree" role="navigation" aria-label="Kurs">',
    '<aside class="toc-drawer': '<aside aria-label="Diese Seite" class="toc-drawer',
    '<div class="toc-tree">': (
        '<div class="toc-tree" role="navigation" aria-label="Auf dieser Seite">'
    ),
    '<div class="related-pages">': (
        '<div class="related-pages" role="navigation" aria-label="Blättern">'
    ),
    "<svg class=": '<svg aria-hidden="true" class=',
}
_SKIP_LINK = re.compile(r'<a class="skip-to-content.*?</a>', re.DOTALL)
_FIRST_SWITCH = '<input type="checkbox" class="sidebar-toggle"'
# Sphinx schreibt lange Signaturen als Definitionsliste ohne Begriffe.
_SIGNATURE = re.compile(r"<dl>\n((?:<dd>.*?</dd>\n)+)</dl>", re.DOTALL)
_TABLE_HEAD = re.compile(r"<thead>.*?</thead>", re.DOTALL)
_EMPTY_HEADER = re.compile(r'<th class="([^"]*)">')


def accessible(body: str) -> str:
    """Ergänzt den Inhalt von ``<body>`` um das, was Bedienung ohne Maus und ohne Bild braucht.

    Args:
        body: Inhalt von ``<body>``, den die Vorlage des Themas liefert.
    """
    for plain, better in _ATTRIBUTES.items():
        body = body.replace(plain, better)
    body = _TABLE_HEAD.sub(
        lambda head: _EMPTY_HEADER.sub(r'<th scope="col" class="\1">', head[0]), body
    )
    body = body.replace('<th class="stub', '<th scope="row" class="stub')
    body = _SIGNATURE.sub(_as_lines, body)
    # Der Sprung zum Inhalt ist der erste Halt der Tabulatortaste, noch vor den Menüs.
    skip = _SKIP_LINK.search(body)
    if skip:
        body = body.replace(skip[0], "", 1)
        body = body.replace(_FIRST_SWITCH, f"{skip[0]}\n{_FIRST_SWITCH}", 1)
    return body


def _as_lines(match: re.Match[str]) -> str:
    lines = match[1].replace("<dd>", '<span class="sig-line">').replace("</dd>", "</span>")
    return f'<span class="sig-lines">\n{lines}</span>'


def add_filter(app: Sphinx) -> None:
    """Macht ``accessible`` in den Vorlagen verfügbar."""
    app.builder.templates.environment.filters["accessible"] = accessible
