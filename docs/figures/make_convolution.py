"""Zeichnet die Abbildungen der Übung Faltung.

Aufruf: ``python docs/figures/make_convolution.py``. Die SVG-Dateien liegen danach neben diesem
Programm; ein zweiter Aufruf ändert nichts. Alle Zahlen in den Abbildungen sind gerechnet, nicht
abgeschrieben.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent.parent))

from convolution.solution import (  # noqa: E402
    Conv2d,
    convolution1d,
    cross_correlation1d,
    multi_channel_convolution2d,
    sig2col,
)

CELL = 34
# Sekunden je Position und Positionen, für die am Ende das fertige Bild stehen bleibt.
STEP = 1.1
REST = 4

STYLE = """
:root { color-scheme: light dark; --ink: #24292f; --soft: #57606a; --paper: #ffffff;
  --line: #8c959f; --window: #d95f02; --kernel: #fde3c8; --output: #d4e6f9; --zero: #eceff2;
  --a: #fde3c8; --b: #d4e6f9; --c: #d3f0dc; --d: #e8dcf7; --e: #f8d7da; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --soft: #aeb8c2; --paper: #14181d;
  --line: #6e7781; --window: #ffa657; --kernel: #6b4217; --output: #1f4468; --zero: #2a3038;
  --a: #6b4217; --b: #1f4468; --c: #1d5232; --d: #4b3470; --e: #6e2b35; } }
text { font: 15px system-ui, sans-serif; fill: var(--ink); text-anchor: middle; }
.note { font-size: 13px; fill: var(--soft); }
.label { font-weight: 600; }
.left { text-anchor: start; }
rect { stroke: var(--line); stroke-width: 1; fill: var(--paper); }
.kernel { fill: var(--kernel); } .output { fill: var(--output); } .zero { fill: var(--zero); }
.a { fill: var(--a); } .b { fill: var(--b); } .c { fill: var(--c); } .d { fill: var(--d); }
.e { fill: var(--e); }
.frame { fill: none; stroke: var(--window); stroke-width: 3; }
.span { fill: none; stroke: var(--window); stroke-width: 1.5; stroke-dasharray: 5 4; }
.border { fill: none; stroke: var(--ink); stroke-width: 2; }
"""


class Drawing:
    """Sammelt die Elemente einer Abbildung."""

    def __init__(self, width: float, height: float, title: str) -> None:
        self.size = (width, height)
        self.title = title
        self.parts: list[str] = []
        self.rules: list[str] = []

    def text(self, x: float, y: float, content: str, kind: str = "") -> None:
        """Setzt eine Zeile Text; ``y`` ist die Grundlinie."""
        self.parts.append(f'<text x="{x:g}" y="{y:g}" class="{kind}">{content}</text>')

    def rectangle(
        self, x: float, y: float, width: float, height: float, kind: str, name: str = ""
    ) -> None:
        """Zeichnet ein Rechteck; ``name`` macht es für eine Bewegung ansprechbar."""
        identity = f' id="{name}"' if name else ""
        self.parts.append(
            f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" '
            f'class="{kind}"{identity}/>'
        )

    def cell(self, x: float, y: float, value: object, kind: str = "", name: str = "") -> None:
        """Zeichnet ein Kästchen mit einer Zahl, linke obere Ecke bei ``(x, y)``."""
        self.parts.append(f'<g id="{name}">' if name else "<g>")
        self.rectangle(x, y, CELL, CELL, kind)
        self.text(x + CELL / 2, y + CELL / 2 + 5, _number(value))
        self.parts.append("</g>")

    def grid(self, x: float, y: float, values: np.ndarray, kind: str = "", name: str = "") -> None:
        """Zeichnet ein Array aus Kästchen; mit ``name`` heißen sie ``name0``, ``name1``, …"""
        for count, ((row, column), value) in enumerate(np.ndenumerate(values)):
            place = (x + column * CELL, y + row * CELL)
            self.cell(*place, value, kind, f"{name}{count}" if name else "")

    def animate(self, name: str, frames: list[tuple[float, str]], duration: float) -> None:
        """Lässt das Element ``name`` die Zustände zu ihren Zeiten (0 bis 1) durchlaufen."""
        steps = " ".join(f"{time * 100:.2f}% {{ {state} }}" for time, state in frames)
        self.rules.append(f"@keyframes {name}-way {{ {steps} }}")
        self.rules.append(f"#{name} {{ animation: {name}-way {duration:g}s linear infinite; }}")

    def write(self, name: str) -> None:
        """Schreibt die Abbildung in Ruhe nach ``name.svg``, bewegt nach ``name-animation.svg``."""
        self._write_file(name, "")
        if self.rules:
            # Wer weniger Bewegung wünscht, sieht die Schritte ohne das Gleiten dazwischen.
            still = (
                "@media (prefers-reduced-motion: reduce) "
                "{ * { animation-timing-function: step-end !important; } }\n"
            )
            self._write_file(f"{name}-animation", "\n".join(self.rules) + "\n" + still)

    def _write_file(self, name: str, motion: str) -> None:
        width, height = self.size
        svg = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" '
            f'width="{width:g}" height="{height:g}" role="img">\n<title>{self.title}</title>\n'
            f"<style>{STYLE}{motion}</style>\n" + "\n".join(self.parts) + "\n</svg>\n"
        )
        (HERE / f"{name}.svg").write_text(svg, encoding="utf-8")


def _number(value: object) -> str:
    return f"{value:g}".replace("-", "−") if isinstance(value, np.number) else str(value)


def sliding(
    drawing: Drawing,
    origin: tuple[float, float],
    window: tuple[int, int],
    positions: list[tuple[int, int]],
    dilation: int = 1,
) -> None:
    """Lässt ein Fenster über ein Gitter wandern und die Ausgaben ``y0``, ``y1``, … erscheinen.

    Args:
        drawing: Abbildung; die Kästchen der Ausgabe heißen dort schon ``y0``, ``y1``, ….
        origin: Linke obere Ecke des Gitters.
        window: Zeilen und Spalten des Fensters.
        positions: Zeile und Spalte des Fensters an jeder Position.
        dilation: Abstand der Stellen im Fenster.
    """
    total = len(positions) + REST
    x, y = origin
    drawing.parts.append('<g id="window">')
    if dilation > 1:
        spans = [(size - 1) * dilation + 1 for size in window]
        drawing.rectangle(x, y, spans[1] * CELL, spans[0] * CELL, "span")
        for row in range(window[0]):
            for column in range(window[1]):
                left, top = x + column * dilation * CELL, y + row * dilation * CELL
                drawing.rectangle(left + 2, top + 2, CELL - 4, CELL - 4, "frame")
    else:
        drawing.rectangle(x, y, window[1] * CELL, window[0] * CELL, "frame")
    drawing.parts.append("</g>")

    def at(position: tuple[int, int]) -> str:
        row, column = position
        return f"transform: translate({column * CELL}px, {row * CELL}px)"

    frames = []
    for count, position in enumerate(positions):
        frames += [(count / total, at(position)), ((count + 0.7) / total, at(position))]
    frames += [(1, at(positions[-1]))]
    drawing.animate("window", frames, total * STEP)
    for count in range(len(positions)):
        start, end = (count + 0.15) / total, (count + 0.3) / total
        states = [(0, "opacity: 0"), (start, "opacity: 0"), (end, "opacity: 1"), (1, "opacity: 1")]
        drawing.animate(f"y{count}", states, total * STEP)


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
    positions = [(row * stride, column * stride) for row, column in np.ndindex(y.shape)]

    left, top, space = 8, 36, 46
    kernel_x = left + padded.shape[1] * CELL + space
    output_x = kernel_x + k.shape[1] * CELL + space
    width = output_x + y.shape[1] * CELL + 8
    height = top + padded.shape[0] * CELL + 10
    drawing = Drawing(width, height, title)
    starts = (left, kernel_x, output_x)
    for start, values, label in zip(starts, (padded, k, y), labels, strict=True):
        drawing.text(start + values.shape[1] * CELL / 2, 22, label, "label")
    drawing.grid(left, top, padded, "zero" if padding else "")
    if padding:
        place = (left + padding * CELL, top + padding * CELL)
        drawing.grid(*place, x)
        drawing.rectangle(*place, x.shape[1] * CELL, x.shape[0] * CELL, "border")
    drawing.grid(kernel_x, top, k, "kernel")
    middle = top + k.shape[0] * CELL / 2 + 6
    drawing.text(kernel_x - space / 2, middle, "⋆", "label")
    drawing.text(output_x - space / 2, middle, "=", "label")
    drawing.grid(output_x, top, y, "output", "y")
    sliding(drawing, (left, top), k.shape, positions, dilation)
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
            (("x", x, 0, ""), ("k", kernel, place, "kernel"), ("y", y, 1, "output"))
        ):
            drawing.text(16, top + row * 44 + 22, name, "label")
            drawing.grid(36 + shift * CELL, top + row * 44, values[None], kind)
        window = (36 + place * CELL, top, len(k) * CELL)
        drawing.rectangle(*window, CELL, "frame")
        drawing.rectangle(36 + (1 + place) * CELL, top + 88, CELL, CELL, "frame")
        values = x[place : place + len(k)]
        terms = " + ".join(f"{a}·{b}" for a, b in zip(values, kernel, strict=True))
        drawing.text(280, top + 66, f"y[{place}] = {terms} = {y[place]}", "left")
    drawing.write("convolution-one-dimension")


def as_matrix_product() -> None:
    """Fenster als Zeilen, Kerne als Spalten: eine Faltung als Matrixprodukt."""
    x = np.array([[1, 2, 0], [0, 1, 3], [2, 1, 1]])
    kernels = np.array([[[1, 0], [0, 1]], [[0, 2], [-1, 0]]])
    y = multi_channel_convolution2d(x[None, None], kernels[:, None])[0]
    rows = sig2col(x, (2, 2)).reshape(4, 4)
    columns = kernels.reshape(2, 4).T
    colors = "abcd"
    drawing = Drawing(712, 408, "Eine Faltung als Matrixprodukt")

    drawing.text(8 + 1.5 * CELL, 20, "Bild x", "label")
    drawing.grid(8, 34, x)
    for count, color in enumerate(colors):
        left = 152 + count * 92
        drawing.text(left + CELL, 20, f"Fenster {count + 1}", "note")
        drawing.grid(left, 34, rows[count].reshape(2, 2), color)
    for count, color in enumerate(("zero", "e")):
        left = 544 + count * 86
        drawing.text(left + CELL, 20, f"Kern {count + 1}", "note")
        drawing.grid(left, 34, kernels[count], color)

    top, middle = 206, 206 + 2 * CELL + 5
    drawing.text(8, top - 14, "Fenster als Zeilen", "label left")
    drawing.text(178, middle, "·", "label")
    drawing.text(214 + CELL, top - 14, "Kerne als Spalten", "label")
    drawing.grid(214, top, columns[:, :1], "zero")
    drawing.grid(214 + CELL, top, columns[:, 1:], "e")
    drawing.text(318, middle, "=", "label")
    drawing.text(352 + CELL, top - 14, "Produkt", "label")
    drawing.text(454, middle, "→", "label")
    product = rows @ columns
    for count, color in enumerate(colors):
        drawing.grid(8, top + count * CELL, rows[count][None], color)
        drawing.grid(352, top + count * CELL, product[count][None], color)
    for channel in range(2):
        left = 490 + channel * 118
        drawing.text(left + CELL, top + CELL - 14, f"Ausgangskanal {channel + 1}", "note")
        for count, color in enumerate(colors):
            place = (left + count % 2 * CELL, top + CELL + count // 2 * CELL)
            drawing.cell(*place, y[channel].flat[count], color)
    sentence = "Das Produkt enthält jedes Fenster mit jedem Kern, eine Spalte je Ausgangskanal."
    drawing.text(8, 382, sentence, "note left")
    drawing.write("convolution-im2col")


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
