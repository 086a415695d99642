"""Einstellungen von Sphinx, die auf Dateien dieses Pakets zeigen oder vom Ort des Baus abhängen."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from sphinx import locale, package_dir
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util.i18n import CatalogInfo

from website.places import AddressError, build_folder, public_address

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
    config.html_js_files = ["toggles.js", "regions.js", "drawers.js", "motion.js"]
    try:
        config.html_baseurl = public_address(os.environ)
    except AddressError as error:
        # Sphinx setzt zu jedem eigenen Fehler einen Bericht mit Traceback.
        raise SystemExit(str(error)) from None


def speak_german(app: Sphinx) -> None:
    """Stellt den eigenen Katalog vor den von Sphinx: Er ergänzt und berichtigt ihn.

    Er wird im Bauordner übersetzt, damit in den Quellen nichts Erzeugtes liegt.
    """
    root = Path(app.confdir)
    target = build_folder(root) / "locale"
    shutil.copytree(root / _HERE / "locale", target, dirs_exist_ok=True)
    language = app.config.language
    CatalogInfo(str(target / language / "LC_MESSAGES"), "sphinx", "utf-8").write_mo(language)
    app.config.locale_dirs = [str(target)]
    # Sphinx hat seinen Katalog schon geladen und stellt jeden weiteren dahinter.
    locale.translators.pop(("general", "sphinx"), None)
    app.translator, _ = locale.init([str(target), None, package_dir / "locale"], language)
