"""Zeichnet die Abbildungen der Übung SE-ResNet.

Aufruf: ``python -m docs.figures.make_seresnet``. Die SVG-Dateien liegen danach neben diesem
Programm; ein zweiter Aufruf ändert nichts.
"""

from __future__ import annotations

from docs.figures.drawing import Drawing

CONV, ACT, POOL, GATE = "blue", "orange", "green", "violet"
# Was der Gradient tut, auf seinem Weg zurück.
BACK = "red"


def se_block() -> None:
    """Der SE-Block mit seinen beiden Wegen."""
    d = Drawing(460, 560, "Squeeze-and-Excitation-Block")
    left, right = 80, 250
    d.box(left, 30, "x", width=90)
    d.text(left + 55, 35, "N × C × H × W", "note left")
    d.arrow((left, 47), (left, 449))
    d.text(left - 8, 250, "x_skip", "note right")
    d.arrow((left, 72), (right, 72), (right, 98))
    d.text(right + 12, 84, "x_se", "note left")
    rows = [
        (115, "Mittelwert", POOL, "N × C × 1 × 1", "Squeeze"),
        (190, "1×1-Faltung", CONV, "N × C/r × 1 × 1", "Excitation"),
        (255, "ReLU", ACT, "", ""),
        (320, "1×1-Faltung", CONV, "N × C × 1 × 1", ""),
        (385, "Sigmoid", GATE, "Gate: 0 bis 1", ""),
    ]
    for i, (y, label, kind, shape, heading) in enumerate(rows):
        d.box(right, y, label, kind)
        if shape:
            d.text(right + 84, y + (14 if heading else 5), shape, "note left")
        if heading:
            d.text(right + 84, y - 4, heading, "left label")
        if i + 1 < len(rows):
            d.arrow((right, y + 17), (right, rows[i + 1][0] - 17))
    d.arrow((right, 402), (right, 465), (left + 16, 465))
    d.text((left + right) / 2 + 8, 457, "ein Faktor je Kanal", "note")
    d.node(left, 465, "×")
    d.arrow((left, 480), (left, 512))
    d.box(left, 530, "y", width=90)
    d.text(left + 55, 535, "N × C × H × W", "note left")
    d.write("seresnet-se-block")


def bottleneck() -> None:
    """Der Bottleneck-Block mit SE-Block."""
    d = Drawing(460, 640, "Bottleneck-Block mit SE-Block")
    left, right = 80, 250
    d.box(right, 30, "x", width=90)
    d.text(right + 55, 35, "8 Kanäle", "note left")
    d.arrow((right, 47), (right, 88))
    d.arrow((right, 62), (left, 62), (left, 495), (right - 16, 495))
    d.text(left - 8, 290, "x_skip", "note right")
    d.text(right + 10, 74, "x_res", "note left")
    rows = [
        (105, "1×1-Faltung", CONV, "8 auf 2 Kanäle"),
        (160, "ReLU", ACT, ""),
        (215, "3×3-Faltung", CONV, "2 auf 2, Rand 1"),
        (270, "ReLU", ACT, ""),
        (325, "1×1-Faltung", CONV, "2 auf 8 Kanäle"),
        (410, "SE-Block", GATE, "nur mit r_se"),
    ]
    for i, (y, label, kind, note) in enumerate(rows):
        d.box(right, y, label, kind)
        if note:
            d.text(right + 84, y + 5, note, "note left")
        if i + 1 < len(rows):
            d.arrow((right, y + 17), (right, rows[i + 1][0] - 17))
    d.rectangle(right - 95, 380, 290, 60, "span", 10)
    d.arrow((right, 427), (right, 479))
    d.text(right + 12, 466, "res", "note left")
    d.node(right, 495, "+")
    d.arrow((right, 510), (right, 540))
    d.text(right + 12, 529, "z", "note left")
    d.box(right, 557, "ReLU", ACT)
    d.arrow((right, 574), (right, 596))
    d.box(right, 614, "y", width=90)
    d.text(right + 55, 619, "8 Kanäle", "note left")
    d.write("seresnet-bottleneck")


def gradient() -> None:
    """Der Gradient auf seinem Weg zurück durch den SE-Block."""
    d = Drawing(500, 560, "Gradient im SE-Block")
    left, right = 80, 250
    d.node(left, 30, "+")
    d.text(left + 24, 27, "x.grad", "left label")
    d.text(left + 24, 45, "Summe beider Wege", "note left")
    d.arrow((left, 449), (left, 46), kind=BACK)
    d.text(left - 8, 250, "× Gate", f"{BACK} right")
    rows = [
        (115, "Mittelwert", POOL, "÷ (H · W), an alle", "Bildpunkte verteilt"),
        (190, "1×1-Faltung", CONV, "× Gewichte", ""),
        (255, "ReLU", ACT, "× 1 oder × 0", ""),
        (320, "1×1-Faltung", CONV, "× Gewichte", ""),
        (385, "Sigmoid", GATE, "× s · (1 − s),", "höchstens × 0,25"),
    ]
    for i, (y, label, kind, first, second) in enumerate(rows):
        d.box(right, y, label, kind)
        d.text(right + 84, y + (-3 if second else 5), first, f"{BACK} left")
        if second:
            d.text(right + 84, y + 16, second, f"{BACK} left")
        if i + 1 < len(rows):
            d.arrow((right, rows[i + 1][0] - 17), (right, y + 17), kind=BACK)
    d.arrow((right, 98), (right, 72), (left + 4, 72), kind=BACK)
    d.arrow((left + 16, 465), (right, 465), (right, 402), kind=BACK)
    d.text((left + right) / 2 + 8, 457, "× x, je Kanal", BACK)
    d.text((left + right) / 2 + 8, 484, "summiert", BACK)
    d.node(left, 465, "×")
    d.arrow((left, 513), (left, 482), kind=BACK)
    d.box(left, 530, "y.grad", width=90)
    d.write("seresnet-gradient")


if __name__ == "__main__":
    se_block()
    bottleneck()
    gradient()
