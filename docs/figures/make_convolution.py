"""Zeichnet die Abbildungen der Übung Faltung.

Aufruf: ``python -m docs.figures.make_convolution``. Die SVG-Dateien liegen danach neben diesem
Programm; ein zweiter Aufruf ändert nichts. Alle Zahlen in den Abbildungen sind gerechnet, nicht
abgeschrieben.
"""

from __future__ import annotations

import numpy as np

from convolution.solution import (
    Conv2d,
    convolution1d,
    cross_correlation1d,
    multi_channel_convolution2d,
    sig2col,
)
from docs.figures.drawing import Drawing

CELL = 34
# Sekunden je Position und Positionen, für die am Ende das fertige Bild stehen bleibt.
STEP = 1.1
REST = 4
KERNEL, OUTPUT, PADDING = "orange", "blue", "gray"
# In der Abbildung des Matrixprodukts hat jedes Fenster und jeder Kern seine Farbe.
WINDOWS = ("orange", "blue", "green", "violet")
KERNELS = ("gray", "red")


def window_at_start(
    drawing: Drawing, origin: tuple[float, float], window: tuple[int, int], dilation: int
) -> None:
    """Zeichnet ein Fenster an seiner ersten Position; mit Lücken, wenn ``dilation`` über 1 liegt.

    Args:
        drawing: Abbildung, in die das Fenster kommt.
        origin: Linke obere Ecke des Gitters.
        window: Zeilen und Spalten des Fensters.
        dilation: Abstand der Stellen im Fenster.
    """
    x, y = origin
    if dilation == 1:
        drawing.rectangle(x, y, window[1] * CELL, window[0] * CELL, "frame orange")
        return
    height, width = (((size - 1) * dilation + 1) * CELL for size in window)
    drawing.rectangle(x, y, width, height, "span orange")
    for row, column in np.ndindex(window):
        left, top = x + column * dilation * CELL, y + row * dilation * CELL
        drawing.rectangle(left + 2, top + 2, CELL - 4, CELL - 4, "frame orange")


def slide(drawing: Drawing, positions: list[tuple[int, int]]) -> None:
    """Lässt die Gruppe ``window`` wandern und die Gruppen ``y0``, ``y1``, … erscheinen.

    Args:
        drawing: Abbildung mit diesen Gruppen.
        positions: Zeile und Spalte des Fensters an jeder Position.
    """
    total = len(positions) + REST

    def at(position: tuple[int, int]) -> str:
        row, column = position
        return f"transform: translate({column * CELL}px, {row * CELL}px)"

    frames = []
    for count, position in enumerate(positions):
        frames += [(count / total, at(position)), ((count + 0.7) / total, at(position))]
    drawing.animate("window", [*frames, (1, at(positions[-1]))], total * STEP)
    for count in range(len(positions)):
        shown = ((count + 0.15) / total, (count + 0.3) / total)
        drawing.appear(f"y{count}", shown, total * STEP)


def moving_window(
    name: str,
    title: str,
    x: np.ndarray,
    k: np.ndarray,
    labels: tuple[str, str, str],
    stride: int = 1,
    dilation: int = 1,
    padding: int = 0,
) -> None:
    """Zeichnet Eingabe, Kern und entstehende Ausgabe nebeneinander."""
    spread = np.zeros([(size - 1) * dilation + 1 for size in k.shape], dtype=k.dtype)
    spread[::dilation, ::dilation] = k
    padded = np.pad(x, padding)
    y = np.tensordot(sig2col(padded, spread.shape, stride), spread, 2)

    left, top, space = 8, 36, 46
    kernel_x = left + padded.shape[1] * CELL + space
    output_x = kernel_x + k.shape[1] * CELL + space
    size = (output_x + y.shape[1] * CELL + 8, top + padded.shape[0] * CELL + 10)
    drawing = Drawing(*size, title)
    starts = (left, kernel_x, output_x)
    for start, values, label in zip(starts, (padded, k, y), labels, strict=True):
        drawing.text(start + values.shape[1] * CELL / 2, 22, label, "label")
    drawing.grid(left, top, CELL, padded, PADDING if padding else "")
    if padding:
        place = (left + padding * CELL, top + padding * CELL)
        drawing.grid(*place, CELL, x)
        drawing.rectangle(*place, x.shape[1] * CELL, x.shape[0] * CELL, "border")
    drawing.grid(kernel_x, top, CELL, k, KERNEL)
    middle = top + k.shape[0] * CELL / 2 + 6
    drawing.text(kernel_x - space / 2, middle, "⋆", "label")
    drawing.text(output_x - space / 2, middle, "=", "label")
    for count, ((row, column), value) in enumerate(np.ndenumerate(y)):
        with drawing.group(f"y{count}"):
            drawing.cell(output_x + column * CELL, top + row * CELL, CELL, value, OUTPUT)
    with drawing.group("window"):
        window_at_start(drawing, (left, top), k.shape, dilation)
    slide(drawing, [(row * stride, column * stride) for row, column in np.ndindex(y.shape)])
    drawing.write(name)


def one_dimension() -> None:
    """Kreuzkorrelation und Faltung desselben Signals mit demselben Kern untereinander."""
    x, k, place = np.array([2, 0, 1, 3, 1, 2]), np.array([1, 2, 3]), 1
    drawing = Drawing(560, 330, "Kreuzkorrelation und Faltung an derselben Position")
    panels = (
        ("Kreuzkorrelation: der Kern, wie er ist", k, cross_correlation1d(x, k)),
        ("Faltung: der Kern gespiegelt", np.flip(k), convolution1d(x, k)),
    )
    for panel, (label, kernel, y) in enumerate(panels):
        top = 34 + panel * 168
        drawing.text(8, top - 12, label, "label left")
        for row, (name, values, shift, kind) in enumerate(
            (("x", x, 0, ""), ("k", kernel, place, KERNEL), ("y", y, 1, OUTPUT))
        ):
            drawing.text(16, top + row * 44 + 22, name, "label")
            drawing.grid(36 + shift * CELL, top + row * 44, CELL, values[None], kind)
        window = (36 + place * CELL, top, len(k) * CELL)
        drawing.rectangle(*window, CELL, "frame orange")
        drawing.rectangle(36 + (1 + place) * CELL, top + 88, CELL, CELL, "frame orange")
        values = x[place : place + len(k)]
        terms = " + ".join(f"{a}·{b}" for a, b in zip(values, kernel, strict=True))
        drawing.text(280, top + 66, f"y[{place}] = {terms} = {y[place]}", "left")
    drawing.write("convolution-one-dimension")


def as_matrix_product() -> None:
    """Fenster als Zeilen, Kerne als Spalten: eine Faltung als Matrixprodukt."""
    x = np.array([[1, 2, 0], [0, 1, 3], [2, 1, 1]])
    kernels = np.array([[[1, 0], [0, 1]], [[0, 2], [-1, 0]]])
    drawing = Drawing(712, 408, "Eine Faltung als Matrixprodukt")
    drawing.text(8 + 1.5 * CELL, 20, "Bild x", "label")
    drawing.grid(8, 34, CELL, x)
    windows = sig2col(x, (2, 2)).reshape(4, 2, 2)
    for count, color in enumerate(WINDOWS):
        left = 152 + count * 92
        drawing.text(left + CELL, 20, f"Fenster {count + 1}", "note")
        drawing.grid(left, 34, CELL, windows[count], color)
    for count, color in enumerate(KERNELS):
        left = 544 + count * 86
        drawing.text(left + CELL, 20, f"Kern {count + 1}", "note")
        drawing.grid(left, 34, CELL, kernels[count], color)
    matrix_product(drawing, windows.reshape(4, 4), kernels.reshape(2, 4).T)
    channels_of_the_output(drawing, multi_channel_convolution2d(x[None, None], kernels[:, None])[0])
    sentence = "Das Produkt enthält jedes Fenster mit jedem Kern, eine Spalte je Ausgangskanal."
    drawing.text(8, 382, sentence, "note left")
    drawing.write("convolution-im2col")


def matrix_product(drawing: Drawing, rows: np.ndarray, columns: np.ndarray) -> None:
    """Zeichnet Fenster mal Kerne gleich Produkt in den unteren Teil der Abbildung."""
    top, middle = 206, 206 + 2 * CELL + 5
    drawing.text(8, top - 14, "Fenster als Zeilen", "label left")
    drawing.text(178, middle, "·", "label")
    drawing.text(214 + CELL, top - 14, "Kerne als Spalten", "label")
    for count, color in enumerate(KERNELS):
        drawing.grid(214 + count * CELL, top, CELL, columns[:, [count]], color)
    drawing.text(318, middle, "=", "label")
    drawing.text(352 + CELL, top - 14, "Produkt", "label")
    product = rows @ columns
    for count, color in enumerate(WINDOWS):
        drawing.grid(8, top + count * CELL, CELL, rows[[count]], color)
        drawing.grid(352, top + count * CELL, CELL, product[[count]], color)


def channels_of_the_output(drawing: Drawing, y: np.ndarray) -> None:
    """Zeichnet die Spalten des Produkts rechts daneben noch einmal als Bilder."""
    top = 206 + CELL
    drawing.text(454, top + CELL + 5, "→", "label")
    kinds = dict(zip(np.ndindex(2, 2), WINDOWS, strict=True))
    for channel, values in enumerate(y):
        left = 490 + channel * 118
        drawing.text(left + CELL, top - 14, f"Ausgangskanal {channel + 1}", "note")
        drawing.grid(left, top, CELL, values, kinds)


def windows_on_the_move() -> None:
    """Faltung mit Schrittweite, mit Dilation und der Gradient für die Eingabe."""
    x = np.array(
        [
            [1, 0, 2, 1, 0, 1, 2],
            [0, 1, 1, 0, 2, 0, 1],
            [2, 1, 0, 1, 1, 2, 0],
            [1, 0, 1, 2, 0, 1, 1],
            [0, 2, 1, 0, 1, 0, 2],
            [1, 1, 0, 2, 1, 1, 0],
        ]
    )
    k = np.array([[1, 0, 1], [0, 2, 0], [1, 0, 1]])
    labels = ("Eingabe", "Kern", "Ausgabe")
    moving_window("convolution-strided", "Faltung mit Schrittweite 2", x[:5], k, labels, stride=2)
    moving_window("convolution-dilated", "Faltung mit Dilation 2", x, k, labels, dilation=2)

    conv = Conv2d(1, 1, 2, use_bias=False)
    conv.w[...] = [[1, 2], [3, 4]]
    grads = np.array([[1, 0, 2], [0, 3, 1]])
    flipped = np.flip(conv.w[0, 0]).astype(int)
    moving_window(
        "convolution-input-gradient",
        "Der Gradient für die Eingabe als Faltung",
        grads,
        np.array(flipped),
        ("dy mit Rand R − 1", "w gespiegelt", "dx"),
        padding=1,
    )


if __name__ == "__main__":
    one_dimension()
    as_matrix_product()
    windows_on_the_move()
