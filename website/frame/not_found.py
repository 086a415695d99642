"""Die Seite für unbekannte Adressen; sie muss in jeder Tiefe ihre Dateien und Verweise finden.

Ein Webserver liefert sie unter der Adresse aus, die es nicht gibt. Ist die Adresse der Website
bekannt, stehen alle Verweise vollständig da. Sonst sucht ein Skript: Von den Stellen, an denen es
liegen könnte, gibt es nur die richtige.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from sphinx.application import Sphinx
from sphinx.config import Config

PAGE = "404.html"
_SCRIPT = "_static/not-found.js"
# So viele Ordner tief darf eine falsche Adresse liegen.
_DEPTH = 6
_RELATIVE = re.compile(r'(\s(?:href|src|action)=")(?![a-zA-Z][\w+.-]*:|[/#"])')


def locate(page: str, address: str) -> str:
    """Macht die Verweise der Seite unabhängig davon, unter welcher Adresse sie erscheint.

    Args:
        page: Das HTML der Seite mit Verweisen, die von der Wurzel der Website ausgehen.
        address: Adresse der Website mit ``/`` am Ende oder leer.
    """
    if address:
        path = urlsplit(address).path
        page = page.replace('data-content_root="./"', f'data-content_root="{path}"')
        return _RELATIVE.sub(rf"\g<1>{path}", page)
    scripts = "".join(
        f'<script src="{"../" * depth}{_SCRIPT}"></script>\n' for depth in range(_DEPTH)
    )
    # Vor allen Verweisen, denn das Skript legt fest, wovon sie ausgehen.
    return re.sub(r'(<meta http-equiv="Content-Security-Policy"[^>]*>)', rf"\1\n{scripts}", page)


def add_page(app: Sphinx, config: Config) -> None:
    """Lässt Sphinx die Seite aus ihrer Vorlage schreiben."""
    config.html_additional_pages = {**config.html_additional_pages, "404": "404.html"}
