"""Bildern ihre Größe mitgeben, damit nichts verrutscht, und ferne Bilder später laden."""

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
    """Ergänzt Größe und Ladeweise aller Bilder einer Seite.

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
        if source and " width=" not in tag and " height=" not in tag:
            found = size(folder / unquote(source[1]))
            if found:
                extra += f' width="{found[0]}" height="{found[1]}"'
        # Das erste Bild steht meist schon auf dem ersten Bildschirm.
        if seen > 1 and " loading=" not in tag:
            extra += ' loading="lazy"'
        return re.sub(r"^<img", rf"<img{extra}", tag)

    return _IMAGE.sub(replace, page)
