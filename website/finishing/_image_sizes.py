"""Bildern ihre Größe mitgeben, damit nichts verrutscht, und ferne Bilder später laden.

Breite Abbildungen bekommen einen Rahmen, der im schmalen Fenster rollt: Verkleinert wäre ihre
Schrift nicht zu lesen.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote

from PIL import Image

_IMAGE = re.compile(r"""<img(?:\s+[^\s=>"'/]+(?:="[^"]*")?)*\s*/?>""")
_SOURCE = re.compile(r'\ssrc="([^"#?]+)[^"]*"')
_SVG_TAG = re.compile(rb"<svg\b[^>]*>")
_LENGTH = re.compile(rb"""\s(width|height)=["']([\d.]+)(px|pt)?["']""")
# Bildpunkte je Einheit.
_UNITS = {b"": 1.0, b"px": 1.0, b"pt": 4 / 3}
# Ab dieser Breite in Bildpunkten; schmalere sind auch verkleinert zu lesen und ganz zu sehen.
_WIDE = 600


@lru_cache(maxsize=1024)
def size(path: Path) -> tuple[int, int] | None:
    """Breite und Höhe eines Bildes in CSS-Bildpunkten; ``None``, wenn es keine nennt."""
    if not path.is_file():
        return None
    if path.suffix != ".svg":
        with Image.open(path) as image:
            return image.size
    tag = _SVG_TAG.search(path.read_bytes())
    lengths = {
        key: float(value) * _UNITS[unit]
        for key, value, unit in _LENGTH.findall(tag[0] if tag else b"")
    }
    if len(lengths) < 2:
        return None
    return round(lengths[b"width"]), round(lengths[b"height"])


def add(page: str, folder: Path) -> str:
    """Ergänzt Größe, Ladeweise und Rahmen aller Bilder einer Seite.

    Args:
        page: Das HTML der Seite.
        folder: Ordner, in dem die Seite liegt.
    """
    seen = 0

    def replace(match: re.Match[str]) -> str:
        nonlocal seen
        tag = match[0]
        source = _SOURCE.search(tag)
        seen += 1
        extra = ""
        wide = False
        if source and " width=" not in tag and " height=" not in tag:
            found = size(folder / unquote(source[1]))
            if found:
                extra += f' width="{found[0]}" height="{found[1]}"'
                wide = found[0] >= _WIDE and source[1].endswith(".svg")
        # Das erste Bild steht meist schon auf dem ersten Bildschirm.
        if seen > 1 and " loading=" not in tag:
            extra += ' loading="lazy"'
        tag = re.sub(r"^<img", rf"<img{extra}", tag)
        return f'<span class="wide-figure">{tag}</span>' if wide else tag

    return _IMAGE.sub(replace, page)
