"""Nacharbeit am fertigen HTML, sobald alle Seiten geschrieben sind."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from sphinx.application import Sphinx

from website.finishing import _formula_fonts, _image_sizes, _inline_styles, _script_folder
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


def finish(app: Sphinx, error: Exception | None) -> None:
    """Holt Stile aus dem HTML, kürzt Schriften, nennt Größen von Bildern und Fassungen."""
    if error is not None or app.builder.name != "html":
        return
    folder = Path(app.outdir)
    pages: dict[Path, str] = {}
    styled: set[Path] = set()
    scripts = _script_folder.rename(folder / "_static")
    rules: dict[str, str] = {}
    for path in sorted(folder.rglob("*.html")):
        page = _image_sizes.add(path.read_text(encoding="utf-8"), path.parent)
        pages[path], found = _inline_styles.extract(page)
        rules |= found
        if found:
            styled.add(path)
    text = set().union(*(_formula_fonts.characters(page) for page in pages.values()))
    _formula_fonts.write(folder / "_static" / "katex", text)
    sheet = _inline_styles.stylesheet(rules)
    (folder / _SHEET).write_text(sheet, encoding="utf-8")
    for path, page in pages.items():
        if path in styled:
            up = "../" * (len(path.relative_to(folder).parts) - 1)
            link = f'<link rel="stylesheet" type="text/css" href="{up}{_SHEET}" />\n'
            page = page.replace("</head>", f"{link}</head>", 1)
        page = versioned(_script_folder.refer(page, scripts), path.parent)
        if path == folder / not_found.PAGE:
            page = not_found.locate(page, app.config.html_baseurl)
        path.write_text(page, encoding="utf-8")
