"""Zeichnet die Abbildungen der Übung Pooling.

Aufruf: ``python docs/figures/make_pooling.py``. Die SVG-Dateien liegen danach neben diesem
Programm; ein zweiter Aufruf ändert nichts. Alle Zahlen in den Abbildungen sind gerechnet, nicht
abgeschrieben.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent.parent))

from pooling.solution import (  # noqa: E402
    AvgPool2dBackward,
    MaxPool2dBackward,
    reference_average_grad,
    reference_input,
    reference_max_grad,
)

KERNEL, STRIDE = 3, 2
# Sekunden je Position des Fensters und am Ende für das fertige Bild.
STEP, REST = 1.6, 3.2
# Jedes Fenster hat seine Farbe, von links oben nach rechts unten.
COLORS = ("a", "b", "c", "d")

STYLE = """
:root { color-scheme: light dark; --ink: #24292f; --soft: #57606a; --paper: #ffffff;
  --line: #8c959f; --a: #b3261e; --b: #1f5fae; --c: #1a7f37; --d: #8250df;
  --fa: #fbdcd8; --fb: #d4e6f9; --fc: #d3f0dc; --fd: #e8dcf7; --hit: #fde3c8; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --soft: #aeb8c2; --paper: #14181d;
  --line: #6e7781; --a: #ff9d94; --b: #79b8ff; --c: #6fdd8b; --d: #d2a8ff;
  --fa: #6b2a25; --fb: #1f4468; --fc: #1d5232; --fd: #4b3470; --hit: #6b4217; } }
text { font: 15px system-ui, sans-serif; fill: var(--ink); text-anchor: middle; }
.note { font-size: 13px; fill: var(--soft); }
.label { font-weight: 600; }
.sum { font-size: 11px; fill: var(--soft); }
.over { stroke: var(--paper); stroke-width: 5; paint-order: stroke; }
rect { stroke: var(--line); stroke-width: 1; fill: var(--paper); }
.fa { fill: var(--fa); } .fb { fill: var(--fb); } .fc { fill: var(--fc); } .fd { fill: var(--fd); }
.hit { fill: var(--hit); }
.frame { fill: none; stroke-width: 3; }
.a { stroke: var(--a); } .b { stroke: var(--b); } .c { stroke: var(--c); } .d { stroke: var(--d); }
path { fill: none; stroke-width: 2; }
polygon.a { fill: var(--a); } polygon.b { fill: var(--b); }
polygon.c { fill: var(--c); } polygon.d { fill: var(--d); }
"""


class Drawing:
    """Sammelt die Elemente einer Abbildung."""

    def __init__(self, width: float, height: float, title: str, motion: str = "") -> None:
        self.size = (width, height)
        self.title = title
        self.motion = motion
        self.parts: list[str] = []

    def text(self, x: float, y: float, content: str, kind: str = "") -> None:
        """Setzt eine Zeile Text; ``y`` ist die Grundlinie."""
        self.parts.append(f'<text x="{x:g}" y="{y:g}" class="{kind}">{content}</text>')

    def square(self, x: float, y: float, size: float, kind: str = "") -> None:
        """Zeichnet ein Quadrat mit der linken oberen Ecke ``(x, y)``."""
        self.parts.append(
            f'<rect x="{x:g}" y="{y:g}" width="{size:g}" height="{size:g}" class="{kind}"/>'
        )

    def grid(
        self, x: float, y: float, values: np.ndarray, cell: float, kinds: dict | None = None
    ) -> None:
        """Zeichnet ein Array als Kästchen; ``kinds`` färbt einzelne nach (Zeile, Spalte)."""
        for (row, col), value in np.ndenumerate(values):
            left, top = x + col * cell, y + row * cell
            self.square(left, top, cell, (kinds or {}).get((row, col), ""))
            self.text(left + cell / 2, top + cell / 2 + 5, number(value))

    def arrow(self, start: tuple, end: tuple, kind: str, bend: tuple | None = None) -> None:
        """Zeichnet einen Pfeil von ``start`` nach ``end``, auf Wunsch gebogen zu ``bend`` hin."""
        a, b = np.array(start), np.array(end)
        control = np.array(bend) if bend else (a + b) / 2
        way = (b - control) / np.linalg.norm(b - control)
        side = np.array([-way[1], way[0]])
        neck = b - 9 * way
        tip = " ".join(f"{p[0]:.1f},{p[1]:.1f}" for p in (b, neck + 5 * side, neck - 5 * side))
        self.parts.append(
            f'<path d="M{a[0]:.1f},{a[1]:.1f} Q{control[0]:.1f},{control[1]:.1f} '
            f'{neck[0]:.1f},{neck[1]:.1f}" class="{kind}"/>'
            f'<polygon points="{tip}" class="{kind}"/>'
        )

    def write(self, name: str) -> None:
        """Schreibt die Abbildung in Ruhe nach ``name.svg``, bewegt nach ``name-animation.svg``."""
        # In Ruhe steht alles da, was am Ende der Bewegung zu sehen ist.
        self._write_file(name, "")
        if self.motion:
            # Wer weniger Bewegung wünscht, sieht die Schritte ohne das Überblenden dazwischen.
            still = (
                "@media (prefers-reduced-motion: reduce) "
                "{ * { animation-timing-function: step-end !important; } }\n"
            )
            self._write_file(f"{name}-animation", self.motion + still)

    def _write_file(self, name: str, motion: str) -> None:
        width, height = self.size
        svg = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" '
            f'width="{width:g}" height="{height:g}" role="img">\n<title>{self.title}</title>\n'
            f"<style>{STYLE}{motion}</style>\n" + "\n".join(self.parts) + "\n</svg>\n"
        )
        (HERE / f"{name}.svg").write_text(svg, encoding="utf-8")


def number(value: float) -> str:
    """Eine Zahl mit echtem Minuszeichen und ohne überflüssige Nachkommastellen."""
    return f"{value:.3g}".replace("-", "−")


def corners() -> list[tuple[int, int]]:
    """Zeile und Spalte der linken oberen Ecke aller vier Fenster."""
    return [(row * STRIDE, col * STRIDE) for row, col in np.ndindex(2, 2)]


def window() -> None:
    """Das 3×3-Fenster wandert mit Schrittweite 2 über die Eingabe."""
    image = reference_input()[0, 0]
    layer = MaxPool2dBackward((KERNEL, KERNEL), (STRIDE, STRIDE))
    output = layer(reference_input())[0, 0]
    duration = 4 * STEP + REST
    rules = []
    for step in range(4):
        begin, end = step * STEP / duration * 100, (step + 1) * STEP / duration * 100
        shown = f"{begin:.2f}% {{ opacity: 0 }} {begin + 2:.2f}% {{ opacity: 1 }}"
        # Fenster: nur während seiner Zeit. Ausgabe: ab dann bis zum Ende.
        rules.append(
            f"@keyframes w{step} {{ 0% {{ opacity: 0 }} {shown} {end:.2f}% {{ opacity: 1 }} "
            f"{end + 1:.2f}%, 100% {{ opacity: 0 }} }}\n"
            f"#w{step} {{ animation: w{step} {duration:g}s linear infinite; }}\n"
            f"@keyframes y{step} {{ 0% {{ opacity: 0 }} {begin + 5:.2f}% {{ opacity: 0 }} "
            f"{begin + 7:.2f}%, 100% {{ opacity: 1 }} }}\n"
            f"#y{step} {{ animation: y{step} {duration:g}s linear infinite; }}\n"
        )
    # Zum Schluss alle vier Fenster zugleich: So sieht man, wo sie sich überlappen.
    last = 4 * STEP / duration * 100
    rules.append(
        f"@keyframes all {{ 0%, {last + 1:.2f}% {{ opacity: 0 }} "
        f"{last + 3:.2f}%, 100% {{ opacity: 1 }} }}\n"
        f"#all {{ animation: all {duration:g}s linear infinite; }}\n"
    )
    cell = 40
    drawing = Drawing(410, 258, "Max-Pooling mit Schrittweite 2", "".join(rules))
    x, y, right, top = 10, 36, 300, 96
    drawing.text(x + 2.5 * cell, 22, "Eingabe, 5×5", "label")
    drawing.text(right + cell, 82, "Ausgabe, 2×2", "label")
    drawing.grid(x, y, image, cell)
    drawing.arrow((x + 5 * cell + 16, top + cell), (right - 16, top + cell), "b")
    drawing.text((x + 5 * cell + right) / 2, top + cell - 10, "Maximum", "note")
    drawing.grid(right, top, np.full((2, 2), np.nan), cell)
    # Die leeren Plätze der Ausgabe tragen keine Zahl.
    drawing.parts = [part for part in drawing.parts if ">nan<" not in part]
    everything = []
    for step, (row, col) in enumerate(corners()):
        color = COLORS[step]
        frame = (
            f'<rect x="{x + col * cell + 2 * (step % 2):g}" y="{y + row * cell + step // 2 * 2:g}" '
            f'width="{KERNEL * cell - 2:g}" height="{KERNEL * cell - 2:g}" class="frame {color}"/>'
        )
        hit_row, hit_col = layer.positions[0, 0, row // STRIDE, col // STRIDE] + (row, col)
        drawing.parts.append(f'<g id="w{step}" opacity="0">')
        drawing.square(x + hit_col * cell, y + hit_row * cell, cell, f"f{color}")
        drawing.text(
            x + (hit_col + 0.5) * cell,
            y + (hit_row + 0.5) * cell + 5,
            number(image[hit_row, hit_col]),
            "label",
        )
        drawing.parts += [frame, "</g>"]
        everything.append(frame)
        out_row, out_col = row // STRIDE, col // STRIDE
        drawing.parts.append(f'<g id="y{step}">')
        drawing.square(right + out_col * cell, top + out_row * cell, cell, f"f{color}")
        drawing.text(
            right + (out_col + 0.5) * cell,
            top + (out_row + 0.5) * cell + 5,
            number(output[out_row, out_col]),
            "label",
        )
        drawing.parts.append("</g>")
    drawing.parts += ['<g id="all">', *everything, "</g>"]
    drawing.write("pooling-window")


def gradient_max() -> None:
    """Jeder Gradient der Ausgabe fließt an die Stelle des Maximums, beide Kanäle."""
    layer = MaxPool2dBackward((KERNEL, KERNEL), (STRIDE, STRIDE))
    layer(reference_input())
    grads = reference_max_grad()[0]
    result = layer.backward_input(reference_max_grad())[0]
    cell = 40
    drawing = Drawing(450, 528, "Gradientenfluss durch das Max-Pooling")
    drawing.text(70, 22, "Gradient der", "label")
    drawing.text(70, 40, "Ausgabe", "label")
    drawing.text(340, 22, "Gradient der Eingabe", "label")
    for channel in range(2):
        left, y = 30, 56 + channel * 236
        right, top = 240, y + 60
        drawing.text(left + cell, y + 5, f"Kanal {channel}", "note")
        kinds = {(row, col): f"f{COLORS[2 * row + col]}" for row, col in np.ndindex(2, 2)}
        drawing.grid(left, top, grads[channel], cell, kinds)
        hits: dict[tuple[int, int], list[int]] = {}
        for step, (row, col) in enumerate(corners()):
            offset = layer.positions[0, channel, row // STRIDE, col // STRIDE]
            hits.setdefault((int(row + offset[0]), int(col + offset[1])), []).append(step)
        marks = {
            place: f"f{COLORS[steps[0]]}" if len(steps) == 1 else "hit"
            for place, steps in hits.items()
        }
        for row, col in np.ndindex(5, 5):
            drawing.square(right + col * cell, y + row * cell, cell, marks.get((row, col), ""))
        for (row, col), steps in hits.items():
            for step in steps:
                # Die linken Werte umgehen die rechten in einem Bogen.
                middle, below = left + (step % 2 + 0.5) * cell, step // 2
                start = (middle, top + 2 * below * cell)
                bend = (middle + 1.6 * cell, top + (3 * below - 0.5) * cell)
                if step % 2:
                    start, bend = (middle + 0.5 * cell, top + (below + 0.5) * cell), None
                end = (right + col * cell, y + (row + 0.5) * cell)
                if len(steps) > 1:
                    end = (end[0], end[1] + (-15, -5, 15, 5)[step])
                drawing.arrow(start, end, COLORS[step], bend)
        for (row, col), value in np.ndenumerate(result[channel]):
            place = (right + (col + 0.5) * cell, y + (row + 0.5) * cell + 5)
            drawing.text(*place, number(value), "label" if (row, col) in hits else "over")
        shared = [place for place, steps in hits.items() if len(steps) > 1]
        for place in shared:
            parts = " + ".join(number(grads[channel].flat[step]) for step in hits[place])
            drawing.text(right + 2.5 * cell, y + 5 * cell + 20, f"{parts} = "
                         f"{number(result[channel][place])}", "note")  # fmt: skip
    drawing.write("pooling-gradient-max")


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
    kinds = {(row, col): f"f{COLORS[2 * row + col]}" for row, col in np.ndindex(2, 2)}
    drawing.grid(left, top, grads, small, kinds)
    for row, col in np.ndindex(5, 5):
        inside = [
            step
            for step, (a, b) in enumerate(corners())
            if a <= row < a + KERNEL and b <= col < b + KERNEL
        ]
        drawing.square(
            right + col * cell,
            y + row * cell,
            cell,
            f"f{COLORS[inside[0]]}" if len(inside) == 1 else "hit",
        )
        x, middle = right + (col + 0.5) * cell, y + (row + 0.5) * cell
        if len(inside) == 1:
            drawing.text(x, middle + 5, number(result[row, col]), "label")
        else:
            parts = "+".join(number(grads.flat[step] / KERNEL**2) for step in inside)
            drawing.text(x, middle - 6, parts.replace("+−", "−"), "sum")
            drawing.text(x, middle + 15, number(result[row, col]), "label")
    for step, (row, col) in enumerate(corners()):
        shift = 2
        drawing.parts.append(
            f'<rect x="{right + col * cell + shift * (step % 2):g}" '
            f'y="{y + row * cell + shift * (step // 2):g}" width="{KERNEL * cell - shift:g}" '
            f'height="{KERNEL * cell - shift:g}" class="frame {COLORS[step]}"/>'
        )
    drawing.text(60, top + 2 * small + 24, "jeder Wert wird", "note")
    drawing.text(60, top + 2 * small + 42, "durch 9 geteilt", "note")
    drawing.arrow((left + 2 * small + 12, top + small), (right - 12, top + small), "b")
    drawing.write("pooling-gradient-average")


if __name__ == "__main__":
    window()
    gradient_max()
    gradient_average()
