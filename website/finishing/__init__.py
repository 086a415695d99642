"""Nacharbeit am fertigen HTML, sobald alle Seiten geschrieben sind."""

from __future__ import annotations

import hashlib
import re
import shutil
from pathlib import Path

from website.finishing import (
    _formula_fonts,
    _image_sizes,
    _inline_styles,
    _plot_ink,
    _script_folder,
)
from website.frame import not_found

_SHEET = "_static/inline-styles.css"
_PLAIN = re.compile(r'(\s(?:src|href)=")((?:\.\./)*_static/[^"?#]+\.(?:js|css))(")')


def versioned(page: str, folder: Path) -> str:
    """Hängt an Skripte und Stylesheets ihre Prüfsumme, damit Browser sie lange behalten dürfen.

    Args:
        page: Das HTML der Seite.
        folder: Ordner, in dem die Seite liegt.
    """

    def replace(match: re.Match[str]) -> str:
        path = folder / match[2]
        if not path.is_file():
            return match[0]
        return f"{match[1]}{match[2]}?v={_version(path.read_bytes())}{match[3]}"

    return _PLAIN.sub(replace, page)


def _version(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:8]


def finish(raw: Path, folder: Path, address: str) -> None:
    """Macht aus dem, was Sphinx geschrieben hat, die Website.

    Die Stile kommen aus dem HTML, Schriften werden gekürzt, Bilder bekommen Größe und lesbare
    Achsen, Skripte und Stylesheets ihre Fassung.

    Args:
        raw: Was Sphinx geschrieben hat; bleibt, wie es ist, denn der nächste Bau schreibt daran
            weiter.
        folder: Ordner der fertigen Website; es darf ihn noch nicht geben.
        address: Adresse der Website mit ``/`` am Ende oder leer.
    """
    shutil.copytree(raw, folder, ignore=shutil.ignore_patterns(".doctrees"))
    _plot_ink.restyle(folder / "_images")
    scripts = _script_folder.rename(folder / "_static")
    pages: dict[Path, str] = {}
    rules: dict[str, str] = {}
    for path in sorted(folder.rglob("*.html")):
        page = _image_sizes.add(path.read_text(encoding="utf-8"), path.parent)
        page, found = _inline_styles.extract(page)
        pages[path] = _with_sheet(page, path.relative_to(folder)) if found else page
        rules |= found
    text = set().union(*(_formula_fonts.characters(page) for page in pages.values()))
    _formula_fonts.write(folder / "_static" / "katex", text)
    (folder / _SHEET).write_text(_inline_styles.stylesheet(rules), encoding="utf-8")
    for path, page in pages.items():
        page = versioned(_script_folder.refer(page, scripts), path.parent)
        if path == folder / not_found.PAGE:
            page = not_found.locate(page, address)
        path.write_text(page, encoding="utf-8")


def _with_sheet(page: str, path: Path) -> str:
    """Die Seite mit einem Verweis auf das Stylesheet der Stile aus dem HTML."""
    up = "../" * (len(path.parts) - 1)
    link = f'<link rel="stylesheet" type="text/css" href="{up}{_SHEET}" />\n'
    return page.replace("</head>", f"{link}</head>", 1)
