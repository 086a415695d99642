"""Zeichnet die Abbildungen der Übung ResNet.

Aufruf: ``python docs/figures/make_resnet.py``. Die SVG-Dateien liegen danach neben diesem
Programm; ein zweiter Aufruf ändert nichts.
"""

from __future__ import annotations

from pathlib import Path

HERE = Path(__file__).parent

STYLE = """
:root { color-scheme: light dark; --ink: #24292f; --soft: #57606a; --line: #57606a;
  --paper: #ffffff; --conv: #d4e6f9; --norm: #e8dcf7; --act: #fde3c8; --stem: #cdeccf;
  --c32: #f9d3e3; --c64: #cfe2fa; --c128: #fbdcb0; --gray: #e7eaee; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --soft: #aeb8c2; --line: #aeb8c2;
  --paper: #14181d; --conv: #1f4468; --norm: #4b3470; --act: #6b4217; --stem: #1d5232;
  --c32: #712a4c; --c64: #1f4a80; --c128: #7a4a10; --gray: #333a43; } }
text { font: 16px system-ui, sans-serif; fill: var(--ink); text-anchor: middle; }
.note { font-size: 14px; fill: var(--soft); }
.small { font-size: 14px; }
.left { text-anchor: start; }
.right { text-anchor: end; }
.strong { font-weight: 600; }
rect, circle { stroke: var(--line); stroke-width: 1.3; }
path { fill: none; stroke: var(--line); stroke-width: 1.6; }
.dashed { stroke-dasharray: 4 3; }
.head { fill: var(--line); }
.data { fill: var(--paper); } .conv { fill: var(--conv); } .norm { fill: var(--norm); }
.act { fill: var(--act); } .stem { fill: var(--stem); } .c32 { fill: var(--c32); }
.c64 { fill: var(--c64); } .c128 { fill: var(--c128); } .gray { fill: var(--gray); }
"""


class Drawing:
    """Sammelt die Elemente einer Abbildung."""

    def __init__(self, width: int, height: int, title: str) -> None:
        self.size = (width, height)
        self.title = title
        self.parts: list[str] = []

    def text(self, x: float, y: float, content: str, kind: str = "") -> None:
        """Setzt eine Zeile Text; ``y`` ist die Grundlinie."""
        self.parts.append(f'<text x="{x:g}" y="{y:g}" class="{kind}">{content}</text>')

    def box(
        self, x: float, y: float, labels: tuple[str, ...], kind: str, width: float, height: float
    ) -> None:
        """Zeichnet einen Kasten um den Mittelpunkt ``(x, y)`` mit einer Zeile je Beschriftung."""
        self.parts.append(
            f'<rect x="{x - width / 2:g}" y="{y - height / 2:g}" width="{width:g}" '
            f'height="{height:g}" rx="6" class="{kind}"/>'
        )
        first = y + 5.5 - 9 * (len(labels) - 1)
        for line, label in enumerate(labels):
            self.text(x, first + 18 * line, label, "note" if line else "")

    def arrow(self, *points: tuple[float, float]) -> None:
        """Zeichnet einen Pfeil durch die Punkte; das letzte Stück läuft gerade."""
        way = " ".join(f"{x:g},{y:g}" for x, y in points)
        (x0, y0), (x, y) = points[-2:]
        dx, dy = (x > x0) - (x < x0), (y > y0) - (y < y0)
        left = (x - 9 * dx - 5 * dy, y - 9 * dy - 5 * dx)
        right = (x - 9 * dx + 5 * dy, y - 9 * dy + 5 * dx)
        tip = " ".join(f"{a:g},{b:g}" for a, b in ((x, y), left, right))
        self.parts.append(f'<path d="M{way}"/><polygon points="{tip}" class="head"/>')

    def skip(self, x: float, top: float, bottom: float, kind: str = "") -> None:
        """Zeichnet links von ``x`` den Bogen eines Shortcuts."""
        middle = (top + bottom) / 2
        self.parts.append(f'<path d="M{x:g},{top:g} q-22,{middle - top:g} 0,{bottom - top:g}" '
                          f'class="{kind}"/>')  # fmt: skip

    def save(self, name: str) -> None:
        """Schreibt die Abbildung nach ``name.svg``."""
        width, height = self.size
        body = "\n".join(self.parts)
        (HERE / f"{name}.svg").write_text(
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
            f'width="{width}" height="{height}" role="img">\n'
            f"<title>{self.title}</title>\n<style>{STYLE}</style>\n{body}\n</svg>\n",
            encoding="utf-8",
        )


def block(d: Drawing, left: float, title: str, resized: bool) -> None:
    """Zeichnet einen Residualblock; ``left`` ist sein linker Rand."""
    main, skip = left + 205, left + 62
    d.text(left + 145, 24, title, "strong")
    d.box(main, 60, ("x",), "data", 70, 32)
    first = ("3×3-Faltung", "Schrittweite 2") if resized else ("3×3-Faltung",)
    rows = [
        (130, first, "conv", 48 if resized else 32),
        (190, ("Batch-Norm",), "norm", 32),
        (244, ("ReLU",), "act", 32),
        (298, ("3×3-Faltung",), "conv", 32),
        (352, ("Batch-Norm",), "norm", 32),
    ]
    above = 76.0
    for y, labels, kind, height in rows:
        d.arrow((main, above), (main, y - height / 2))
        d.box(main, y, labels, kind, 140, height)
        above = y + height / 2
    d.arrow((main, above), (main, 398))
    d.parts.append(f'<circle cx="{main:g}" cy="413" r="15" class="data"/>')
    d.text(main, 419, "+", "strong")
    if resized:
        d.arrow((main, 90), (skip, 90), (skip, 197))
        d.box(skip, 221, ("1×1-Faltung", "Schrittweite 2"), "conv", 116, 48)
        d.arrow((skip, 245), (skip, 413), (main - 15, 413))
    else:
        d.arrow((main, 90), (skip, 90), (skip, 413), (main - 15, 413))
        d.text(skip + 8, 248, "Identität", "note left")
    d.arrow((main, 428), (main, 450))
    d.box(main, 466, ("ReLU",), "act", 140, 32)
    d.arrow((main, 482), (main, 508))
    d.box(main, 524, ("y",), "data", 70, 32)
    d.text(main - 44, 65, "C × H × W", "note right")
    d.text(main - 44, 529, "2C × H/2 × W/2" if resized else "C × H × W", "note right")


def blocks() -> None:
    """Beide Varianten des Blocks nebeneinander."""
    d = Drawing(580, 550, "Residualblock ohne und mit Verkleinerung")
    block(d, 0, "Gleiche Form", resized=False)
    block(d, 295, "Andere Form", resized=True)
    d.save("resnet-blocks")


def architecture() -> None:
    """Das ganze Netz, jede Stufe in ihrer Farbe."""
    d = Drawing(500, 912, "Architektur des Netzes")
    x, width = 170, 250
    edge = x + width / 2 + 16
    y = 26.0
    d.box(x, y, ("Bild",), "data", width, 34)
    d.text(edge, y + 5, "3 × 32 × 32", "left")
    for label, kind in (("7×7-Faltung, Schrittweite 2", "stem"), ("Batch-Norm und ReLU", "stem")):
        d.arrow((x, y + 17), (x, y + 35))
        y += 52
        d.box(x, y, (label,), kind, width, 34)
    d.text(edge, y + 5, "32 × 16 × 16", "left")
    for number, (count, kind, shape) in enumerate(
        ((6, "c32", "32 × 16 × 16"), (6, "c64", "64 × 8 × 8"), (12, "c128", "128 × 4 × 4")), 1
    ):
        d.arrow((x, y + 17), (x, y + 40))
        top = y + 40
        for row in range(count):
            first = row == 0 and number > 1
            label = "Residualblock, Schrittweite 2" if first else "Residualblock"
            d.parts.append(
                f'<rect x="{x - width / 2:g}" y="{top + 22 * row:g}" width="{width}" '
                f'height="19" rx="4" class="{kind}"/>'
            )
            d.text(x, top + 22 * row + 14, label, "small")
            d.skip(
                x - width / 2, top + 22 * row - 1, top + 22 * row + 20, "dashed" if first else ""
            )
        middle = top + 11 * count
        d.text(edge, middle - 14, f"Stufe {number}", "left strong")
        d.text(edge, middle + 5, f"{count} Blöcke", "left")
        d.text(edge, middle + 24, shape, "left")
        y = top + 22 * count - 20
    for label, shape in (("Mittelwert über 4×4", "128 × 1 × 1"), ("lineare Schicht", "Logits: 10")):
        d.arrow((x, y + 17), (x, y + 40))
        y += 57
        d.box(x, y, (label,), "gray", width, 34)
        d.text(edge, y + 5, shape, "left")
    d.save("resnet-architecture")


if __name__ == "__main__":
    blocks()
    architecture()
