"""Zeichnet die Abbildungen der Übung Pooling.

Aufruf: ``python -m docs.figures.make_pooling``. Die SVG-Dateien liegen danach neben diesem
Programm; ein zweiter Aufruf ändert nichts. Alle Zahlen in den Abbildungen sind gerechnet, nicht
abgeschrieben.
"""

from __future__ import annotations

import numpy as np

from docs.figures.drawing import Drawing, number
from pooling.solution import (
    AvgPool2dBackward,
    MaxPool2dBackward,
    reference_average_grad,
    reference_input,
    reference_max_grad,
)

KERNEL, STRIDE = 3, 2
CELL = 40
# Sekunden je Position des Fensters und am Ende für das fertige Bild.
STEP, REST = 1.6, 3.2
# Zeile und Spalte der linken oberen Ecke jedes Fensters und seine Farbe.
CORNERS = tuple((row * STRIDE, column * STRIDE) for row, column in np.ndindex(2, 2))
COLORS = ("red", "blue", "green", "violet")
OUTPUT = dict(zip(np.ndindex(2, 2), COLORS, strict=True))
# Wo sich Fenster überlappen.
SEVERAL = "orange"

Place = tuple[int, int]


def frame(drawing: Drawing, x: float, y: float, cell: float, step: int) -> None:
    """Umrandet ein Fenster; gegen die übrigen ist es etwas verschoben, damit man alle sieht."""
    row, column = CORNERS[step]
    place = (x + column * cell + 2 * (step % 2), y + row * cell + 2 * (step // 2))
    size = KERNEL * cell - 2
    drawing.rectangle(*place, size, size, f"frame {COLORS[step]}")


def window() -> None:
    """Das 3×3-Fenster wandert mit Schrittweite 2 über die Eingabe."""
    drawing = Drawing(410, 258, "Max-Pooling mit Schrittweite 2")
    image = reference_input()[0, 0]
    layer = MaxPool2dBackward((KERNEL, KERNEL), (STRIDE, STRIDE))
    output = layer(reference_input())[0, 0]
    x, y, right, top = 10, 36, 300, 96
    drawing.text(x + 2.5 * CELL, 22, "Eingabe, 5×5", "label")
    drawing.text(right + CELL, 82, "Ausgabe, 2×2", "label")
    drawing.grid(x, y, CELL, image)
    drawing.arrow((x + 5 * CELL + 16, top + CELL), (right - 16, top + CELL), kind="blue")
    drawing.text((x + 5 * CELL + right) / 2, top + CELL - 10, "Maximum", "note")
    for row, column in OUTPUT:
        drawing.rectangle(right + column * CELL, top + row * CELL, CELL, CELL)
    for step, ((row, column), color) in enumerate(OUTPUT.items()):
        hit = tuple(layer.positions[0, 0, row, column] + CORNERS[step])
        with drawing.group(f"w{step}", hidden=True):
            place = (x + hit[1] * CELL, y + hit[0] * CELL)
            drawing.cell(*place, CELL, image[hit], color, "label")
            frame(drawing, x, y, CELL, step)
        with drawing.group(f"y{step}"):
            place = (right + column * CELL, top + row * CELL)
            drawing.cell(*place, CELL, output[row, column], color, "label")
    with drawing.group("all"):
        for step in range(4):
            frame(drawing, x, y, CELL, step)
    move(drawing)
    drawing.write("pooling-window")


def move(drawing: Drawing) -> None:
    """Zeigt die Fenster nacheinander und zum Schluss alle, damit man sieht, wo sie überlappen."""
    duration = 4 * STEP + REST
    for step in range(4):
        start, end = step * STEP / duration, (step + 1) * STEP / duration
        drawing.appear(f"w{step}", (start, start + 0.02), duration, (end, end + 0.01))
        drawing.appear(f"y{step}", (start + 0.05, start + 0.07), duration)
    last = 4 * STEP / duration
    drawing.appear("all", (last + 0.01, last + 0.03), duration)


def gradient_max() -> None:
    """Jeder Gradient der Ausgabe fließt an die Stelle des Maximums, beide Kanäle."""
    layer = MaxPool2dBackward((KERNEL, KERNEL), (STRIDE, STRIDE))
    layer(reference_input())
    grads = reference_max_grad()[0]
    result = layer.backward_input(reference_max_grad())[0]
    drawing = Drawing(450, 528, "Gradientenfluss durch das Max-Pooling")
    drawing.text(70, 22, "Gradient der", "label")
    drawing.text(70, 40, "Ausgabe", "label")
    drawing.text(340, 22, "Gradient der Eingabe", "label")
    for channel in range(2):
        hits: dict[Place, list[int]] = {}
        for step, (row, column) in enumerate(CORNERS):
            offset = layer.positions[0, channel, row // STRIDE, column // STRIDE]
            hits.setdefault((int(row + offset[0]), int(column + offset[1])), []).append(step)
        y = 56 + channel * 236
        drawing.text(30 + CELL, y + 5, f"Kanal {channel}", "note")
        channel_flow(drawing, y, grads[channel], result[channel], hits)
    drawing.write("pooling-gradient-max")


def channel_flow(
    drawing: Drawing, y: float, grads: np.ndarray, result: np.ndarray, hits: dict[Place, list[int]]
) -> None:
    """Zeichnet die Gradienten eines Kanals und die Pfeile von der Ausgabe zur Eingabe.

    Args:
        drawing: Abbildung, in die sie kommen.
        y: Oberer Rand des Kanals.
        grads: Gradient der Ausgabe.
        result: Gradient der Eingabe.
        hits: Zu jeder Stelle mit einem Maximum die Fenster, deren Maximum sie ist.
    """
    left, top, right = 30, y + 60, 240
    drawing.grid(left, top, CELL, grads, OUTPUT)
    for row, column in np.ndindex(result.shape):
        color = shade(hits.get((row, column), []))
        drawing.rectangle(right + column * CELL, y + row * CELL, CELL, CELL, color)
    for (row, column), steps in hits.items():
        for step in steps:
            aside = (-15, -5, 15, 5)[step] if len(steps) > 1 else 0
            end = (right + column * CELL, y + (row + 0.5) * CELL + aside)
            flow(drawing, (left, top), end, step)
    for (row, column), value in np.ndenumerate(result):
        steps = hits.get((row, column), [])
        place = (right + (column + 0.5) * CELL, y + (row + 0.5) * CELL + 5)
        drawing.text(*place, number(value), "label" if steps else "over")
        if len(steps) > 1:
            terms = " + ".join(number(grads.flat[step]) for step in steps)
            below = (right + 2.5 * CELL, y + 5 * CELL + 20)
            drawing.text(*below, f"{terms} = {number(value)}", "note")


def shade(steps: list[int]) -> str:
    """Die Farbe einer Stelle, die zu diesen Fenstern gehört."""
    if len(steps) > 1:
        return SEVERAL
    return COLORS[steps[0]] if steps else ""


def flow(drawing: Drawing, origin: tuple, end: tuple, step: int) -> None:
    """Zeichnet den Pfeil von einem Wert der Ausgabe; die linken umgehen die rechten im Bogen."""
    left, top = origin
    middle, below = left + (step % 2 + 0.5) * CELL, step // 2
    if step % 2:
        start, bend = (middle + 0.5 * CELL, top + (below + 0.5) * CELL), None
    else:
        start = (middle, top + 2 * below * CELL)
        bend = (middle + 1.6 * CELL, top + (3 * below - 0.5) * CELL)
    drawing.arrow(start, end, kind=COLORS[step], bend=bend)


def gradient_average() -> None:
    """Jeder Gradient der Ausgabe verteilt sich gleichmäßig auf sein Fenster, erster Kanal."""
    layer = AvgPool2dBackward((KERNEL, KERNEL), (STRIDE, STRIDE))
    layer(reference_input())
    grads = reference_average_grad()[0, 0]
    result = layer.backward_input(reference_average_grad())[0, 0]
    cell, small = 66, 44
    drawing = Drawing(520, 376, "Gradientenfluss durch das Average-Pooling")
    drawing.text(60, 112, "Gradient der", "label")
    drawing.text(60, 130, "Ausgabe", "label")
    drawing.text(180 + 2.5 * cell, 22, "Gradient der Eingabe", "label")
    left, top, right, y = 16, 144, 180, 36
    drawing.grid(left, top, small, grads, OUTPUT)
    for (row, column), value in np.ndenumerate(result):
        place = (right + column * cell, y + row * cell)
        steps = [
            step
            for step, (a, b) in enumerate(CORNERS)
            if a <= row < a + KERNEL and b <= column < b + KERNEL
        ]
        share_of_windows(drawing, place, cell, value, {step: grads.flat[step] for step in steps})
    for step in range(4):
        frame(drawing, right, y, cell, step)
    drawing.text(60, top + 2 * small + 24, "jeder Wert wird", "note")
    drawing.text(60, top + 2 * small + 42, "durch 9 geteilt", "note")
    drawing.arrow((left + 2 * small + 12, top + small), (right - 12, top + small), kind="blue")
    drawing.write("pooling-gradient-average")


def share_of_windows(
    drawing: Drawing, place: tuple, cell: float, value: float, grads: dict[int, float]
) -> None:
    """Zeichnet eine Stelle mit ihrem Gradienten; liegt sie in mehreren Fenstern, mit der Summe."""
    drawing.rectangle(*place, cell, cell, shade(list(grads)))
    x, middle = place[0] + cell / 2, place[1] + cell / 2
    if len(grads) == 1:
        drawing.text(x, middle + 5, number(value), "label")
    else:
        terms = "+".join(number(grad / KERNEL**2) for grad in grads.values())
        drawing.text(x, middle - 6, terms.replace("+−", "−"), "sum")
        drawing.text(x, middle + 15, number(value), "label")


if __name__ == "__main__":
    window()
    gradient_max()
    gradient_average()
