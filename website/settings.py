"""Einstellungen von Sphinx, die auf Dateien dieses Pakets zeigen oder vom Ort des Baus abhängen."""

from __future__ import annotations

import os
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config

from website.places import AddressError, public_address

_HERE = Path(__file__).parent.name


def own_files(app: Sphinx, config: Config) -> None:
    """Nennt Sphinx Vorlagen, statische Dateien und die Adresse der Website.

    Die Pfade gehen vom Ordner des Projekts aus, denn in der Website steht ein Hash dieser
    Einstellungen, und der soll nicht davon abhängen, wo das Projekt liegt.

    Raises:
        SystemExit: Wenn die Adresse keine ist; der Text sagt, wie eine aussieht.
    """
    config.templates_path = [f"{_HERE}/templates"]
    config.html_static_path = [f"{_HERE}/static"]
    config.html_favicon = f"{_HERE}/static/favicon.svg"
    config.html_css_files = ["faltwerk.css"]
    # Die Texte der Suche sucht Sphinx von hier aus, die übrigen vom Ordner der Seiten.
    config.locale_dirs = [str(Path(app.srcdir, name).resolve()) for name in config.locale_dirs]
    config.html_js_files = ["toggles.js", "regions.js", "drawers.js", "motion.js"]
    try:
        config.html_baseurl = public_address(os.environ)
    except AddressError as error:
        # Sphinx setzt zu jedem eigenen Fehler einen Bericht mit Traceback.
        raise SystemExit(str(error)) from None
