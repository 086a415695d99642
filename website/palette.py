"""Alle Farben, die Abbildungen und Kurven benutzen, je eine für hellen und dunklen Grund.

Schrift hebt sich vom Grund mindestens 4,5 zu 1 ab, was sonst etwas bedeutet, 3 zu 1 (WCAG 2.2).
"""

from __future__ import annotations

from typing import NamedTuple


class Tone(NamedTuple):
    """Eine Farbe in zwei Fassungen."""

    light: str
    dark: str


class Hue(NamedTuple):
    """Ein Farbton: zart als Fläche hinter Schrift, kräftig für Linien und Schrift."""

    tint: Tone
    strong: Tone


INK = Tone("#24292f", "#e6edf3")
# Beschriftung, die zurücktritt, und die Achsen der Kurven.
SOFT = Tone("#57606a", "#aeb8c2")
LINE = Tone("#8c959f", "#6e7781")
PAPER = Tone("#ffffff", "#14181d")
HUES = {
    "red": Hue(Tone("#fbdcd8", "#6b2a25"), Tone("#b3261e", "#ff9d94")),
    "orange": Hue(Tone("#fde3c8", "#653e15"), Tone("#d95f02", "#ffa657")),
    "green": Hue(Tone("#d3f0dc", "#1d5232"), Tone("#1a7f37", "#6fdd8b")),
    "blue": Hue(Tone("#d4e6f9", "#1f4468"), Tone("#1f5fae", "#79b8ff")),
    "violet": Hue(Tone("#e8dcf7", "#4b3470"), Tone("#8250df", "#d2a8ff")),
    "pink": Hue(Tone("#f9d3e3", "#712a4c"), Tone("#a8327a", "#f79bcb")),
    "gray": Hue(Tone("#eceff2", "#2a3038"), SOFT),
}

# Linien der Kurven: mittlere Töne, die auf beiden Gründen lesbar und auch bei Farbsinnstörungen
# unterscheidbar sind.
CYCLE = ("#3b82c4", "#d9731a", "#2f9e77", "#b85c9e", "#a8892c", "#7a72d6")
# Schrift und Achsen der Kurven in den Zellen; die Website ersetzt es durch ``SOFT``.
GREY = "#7f7f7f"

# Bilder außerhalb der Seiten haben nur einen Grund.
BRAND = "#0b5c9e"
BRAND_PAPER = "#f4f8fb"
BRAND_FOLDS = ("#e7eff5", "#9fd0f5")
