"""Schriften der Formeln auf die Zeichen kürzen, die auf den Seiten vorkommen.

KaTeX' Schriften enthalten hunderte Zeichen; die Seiten brauchen ein paar Dutzend davon. Die Lizenz
der Schriften verlangt, dass eine gekürzte nicht mehr heißt wie das Original.
"""

from __future__ import annotations

import hashlib
import io
import logging
import re
from html.parser import HTMLParser
from importlib import metadata
from pathlib import Path

from website.memo import computed_once

# Nummern von Gleichungen setzt das Stylesheet ein.
_ALWAYS = "0123456789()"
_NAMES = (1, 3, 4, 6)
# Wovon eine gekürzte Schrift außer von Zeichen und Original abhängt.
_METHOD = Path(__file__).read_bytes() + metadata.version("fonttools").encode()
_URL = re.compile(r"url\(fonts/([\w-]+\.woff2)\)")


class _Formulas(HTMLParser):
    """Sammelt die Zeichen im sichtbaren Teil der Formeln."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()
        self._depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "span" and (self._depth or "katex-html" in (dict(attrs).get("class") or "")):
            self._depth += 1

    def handle_endtag(self, tag: str) -> None:
        if tag == "span" and self._depth:
            self._depth -= 1

    def handle_data(self, data: str) -> None:
        if self._depth:
            self.found.update(data)


def characters(page: str) -> set[str]:
    """Die Zeichen aller Formeln einer Seite.

    Args:
        page: Das HTML der Seite.
    """
    if "katex-html" not in page:
        return set()
    parser = _Formulas()
    parser.feed(page)
    return parser.found


def shortened(font: bytes, text: set[str]) -> bytes:
    """Die Schrift mit diesen Zeichen, unter anderem Namen.

    Args:
        font: Eine WOFF2-Datei.
        text: Die Zeichen; was die Schrift nicht hat, bleibt weg.
    """
    # Das Laden kostet mehr als alles andere hier und ist selten nötig.
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont

    # Sonst erzählt fontTools bei jedem Bau, welche Tabellen es kürzt.
    logging.getLogger("fontTools").setLevel(logging.WARNING)
    options = Options(flavor="woff2", name_IDs=["*"])
    loaded = TTFont(io.BytesIO(font), recalcTimestamp=False)
    subsetter = Subsetter(options)
    subsetter.populate(text="".join(text) + _ALWAYS)
    subsetter.subset(loaded)
    for record in loaded["name"].names:
        if record.nameID in _NAMES:
            name = record.toUnicode().replace("KaTeX_", "Faltwerk-Formel-")
            loaded["name"].setName(
                name, record.nameID, record.platformID, record.platEncID, record.langID
            )
    target = io.BytesIO()
    loaded.flavor = "woff2"
    loaded.save(target)
    return target.getvalue()


def write(folder: Path, text: set[str]) -> None:
    """Kürzt alle Schriften in ``folder/fonts`` und nennt ihre Fassung im Stylesheet.

    Args:
        folder: Ordner mit ``katex.min.css``.
        text: Die Zeichen aller Seiten.
    """

    def version(match: re.Match[str]) -> str:
        path = folder / "fonts" / match[1]
        font = path.read_bytes()
        inputs = (_METHOD, font, "".join(sorted(text)).encode())
        data = computed_once(inputs, lambda: shortened(font, text))
        path.write_bytes(data)
        return f"url(fonts/{match[1]}?v={hashlib.sha256(data).hexdigest()[:8]})"

    sheet = folder / "katex.min.css"
    sheet.write_text(_URL.sub(version, sheet.read_text(encoding="utf-8")), encoding="utf-8")
