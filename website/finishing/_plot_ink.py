"""Schrift und Achsen der Kurven so dunkel oder hell, dass sie auf beiden Gründen lesbar sind.

Ein einziges Grau erreicht auf Weiß und auf Schwarz zugleich nicht das Verhältnis 4,5 zu 1, das WCAG
für Schrift verlangt. Die fertigen SVG-Dateien bekommen deshalb zwei Grautöne; wie die gezeichneten
Abbildungen folgen sie dem Farbschema der Seite.
"""

from __future__ import annotations

from pathlib import Path

from website.palette import GREY, SOFT

_MARK = "<dc:title>Matplotlib"
_PLACE = '<style type="text/css">'
STYLE = (
    f":root {{ color-scheme: light dark; --ink: {SOFT.light}; }} "
    f"@media (prefers-color-scheme: dark) {{ :root {{ --ink: {SOFT.dark}; }} }} "
    f'[style*="fill: {GREY}"] {{ fill: var(--ink) !important; }} '
    f'[style*="stroke: {GREY}"] {{ stroke: var(--ink) !important; }} '
)


def readable(svg: str) -> str:
    """Fügt einer Kurve von matplotlib die Regeln ein, wenn sie noch fehlen."""
    if _MARK not in svg or STYLE in svg:
        return svg
    return svg.replace(_PLACE, _PLACE + STYLE, 1)


def restyle(folder: Path) -> None:
    """Überarbeitet die Kurven unter den Bildern eines Ordners."""
    for path in sorted(folder.glob("*.svg")):
        text = path.read_text(encoding="utf-8")
        changed = readable(text)
        if changed != text:
            path.write_text(changed, encoding="utf-8")
