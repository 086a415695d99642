"""Zeichnet die Abbildungen der Übung ResNet.

Aufruf: ``python -m docs.figures.make_resnet``. Die SVG-Dateien liegen danach neben diesem
Programm; ein zweiter Aufruf ändert nichts.
"""

from __future__ import annotations

from docs.figures.drawing import Drawing

FONT = 16
CONV, NORM, ACT = "blue", "violet", "orange"
STEM, OUTPUT = "green", "gray"
STAGES = ("pink", "blue", "orange")


def block(d: Drawing, left: float, title: str, resized: bool) -> None:
    """Zeichnet einen Residualblock; ``left`` ist sein linker Rand."""
    main, skip = left + 205, left + 62
    d.text(left + 145, 24, title, "label")
    d.box(main, 60, "x", width=70, height=32)
    first = ("3×3-Faltung", "Schrittweite 2") if resized else ("3×3-Faltung",)
    rows = [
        (130, first, CONV, 48 if resized else 32),
        (190, ("Batch-Norm",), NORM, 32),
        (244, ("ReLU",), ACT, 32),
        (298, ("3×3-Faltung",), CONV, 32),
        (352, ("Batch-Norm",), NORM, 32),
    ]
    above = 76.0
    for y, labels, kind, height in rows:
        d.arrow((main, above), (main, y - height / 2))
        d.box(main, y, labels, kind, 140, height)
        above = y + height / 2
    d.arrow((main, above), (main, 398))
    d.node(main, 413, "+")
    if resized:
        d.arrow((main, 90), (skip, 90), (skip, 197))
        d.box(skip, 221, ("1×1-Faltung", "Schrittweite 2"), CONV, 116, 48)
        d.arrow((skip, 245), (skip, 413), (main - 15, 413))
    else:
        d.arrow((main, 90), (skip, 90), (skip, 413), (main - 15, 413))
        d.text(skip + 8, 248, "Identität", "note left")
    d.arrow((main, 428), (main, 450))
    d.box(main, 466, "ReLU", ACT, 140, 32)
    d.arrow((main, 482), (main, 508))
    d.box(main, 524, "y", width=70, height=32)
    d.text(main - 44, 65, "C × H × W", "note right")
    d.text(main - 44, 529, "2C × H/2 × W/2" if resized else "C × H × W", "note right")


def blocks() -> None:
    """Beide Varianten des Blocks nebeneinander."""
    d = Drawing(580, 550, "Residualblock ohne und mit Verkleinerung", FONT)
    block(d, 0, "Gleiche Form", resized=False)
    block(d, 295, "Andere Form", resized=True)
    d.write("resnet-blocks")


def shortcut(d: Drawing, x: float, y: float, dashed: bool) -> None:
    """Zeichnet links von ``x`` den Bogen um einen Block der Architektur."""
    dashes = ' stroke-dasharray="4 3"' if dashed else ""
    d.parts.append(f'<path d="M{x:g},{y:g} q-22,10.5 0,21"{dashes}/>')


def architecture() -> None:
    """Das ganze Netz, jede Stufe in ihrer Farbe."""
    d = Drawing(500, 912, "Architektur des Netzes", FONT)
    x, width = 170, 250
    edge = x + width / 2 + 16
    y = 26.0
    d.box(x, y, "Bild", width=width)
    d.text(edge, y + 5, "3 × 32 × 32", "left")
    for label, kind in (("7×7-Faltung, Schrittweite 2", STEM), ("Batch-Norm und ReLU", STEM)):
        d.arrow((x, y + 17), (x, y + 35))
        y += 52
        d.box(x, y, label, kind, width)
    d.text(edge, y + 5, "32 × 16 × 16", "left")
    stages = ((6, "32 × 16 × 16"), (6, "64 × 8 × 8"), (12, "128 × 4 × 4"))
    for number, ((count, shape), kind) in enumerate(zip(stages, STAGES, strict=True), 1):
        d.arrow((x, y + 17), (x, y + 40))
        top = y + 40
        for row in range(count):
            first = row == 0 and number > 1
            label = "Residualblock, Schrittweite 2" if first else "Residualblock"
            upper = top + 22 * row
            d.rectangle(x - width / 2, upper, width, 19, f"box {kind}", 4)
            d.text(x, upper + 14, label, "small")
            shortcut(d, x - width / 2, upper - 1, dashed=first)
        middle = top + 11 * count
        d.text(edge, middle - 14, f"Stufe {number}", "left label")
        d.text(edge, middle + 5, f"{count} Blöcke", "left")
        d.text(edge, middle + 24, shape, "left")
        y = top + 22 * count - 20
    for label, shape in (("Mittelwert über 4×4", "128 × 1 × 1"), ("lineare Schicht", "Logits: 10")):
        d.arrow((x, y + 17), (x, y + 40))
        y += 57
        d.box(x, y, label, OUTPUT, width)
        d.text(edge, y + 5, shape, "left")
    d.write("resnet-architecture")


if __name__ == "__main__":
    blocks()
    architecture()
