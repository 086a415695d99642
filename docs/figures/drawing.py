"""Eine Abbildung: ihre Elemente, ihr Stil und die Dateien, die daraus werden."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from website.palette import HUES, INK, LINE, PAPER, SOFT

FOLDER = Path(__file__).parent
Point = tuple[float, float]


def _colors(ground: str) -> str:
    """Regeln mit den Farben für einen Grund, ``light`` oder ``dark``."""
    tones = {"ink": INK, "soft": SOFT, "line": LINE, "paper": PAPER}
    roles = " ".join(f"--{name}: {getattr(tone, ground)};" for name, tone in tones.items())
    rules = [f":root {{ {roles} }}"]
    for name, hue in HUES.items():
        tint, strong = getattr(hue.tint, ground), getattr(hue.strong, ground)
        rules.append(f".{name} {{ --tint: {tint}; --strong: {strong}; }}")
    return "\n".join(rules)


# Eine Klasse, die wie ein Farbton heißt, färbt Flächen zart, Linien und Schrift kräftig.
_STYLE = f"""\
:root {{ color-scheme: light dark; }}
{_colors("light")}
@media (prefers-color-scheme: dark) {{
{_colors("dark")}
}}
text {{ fill: var(--strong, var(--ink)); text-anchor: middle; }}
.note, .sum {{ fill: var(--soft); }}
.sum {{ font-size: 11px; }}
.label {{ font-weight: 600; }}
.left {{ text-anchor: start; }}
.right {{ text-anchor: end; }}
.over {{ stroke: var(--paper); stroke-width: 5; paint-order: stroke; }}
rect, circle {{ fill: var(--tint, var(--paper)); stroke: var(--line); }}
.box {{ stroke: var(--soft); stroke-width: 1.3; }}
.frame {{ fill: none; stroke: var(--strong); stroke-width: 3; }}
.span {{ fill: none; stroke: var(--strong, var(--soft)); stroke-width: 1.5;
  stroke-dasharray: 5 4; }}
.border {{ fill: none; stroke: var(--ink); stroke-width: 2; }}
path {{ fill: none; stroke: var(--strong, var(--soft)); stroke-width: 1.6; }}
path[class] {{ stroke-width: 2; }}
polygon {{ fill: var(--strong, var(--soft)); }}
"""
# Wer weniger Bewegung wünscht, sieht die Schritte ohne die Übergänge dazwischen.
_STILL = (
    "@media (prefers-reduced-motion: reduce) "
    "{ * { animation-timing-function: step-end !important; } }\n"
)


class Drawing:
    """Sammelt die Elemente einer Abbildung.

    ``kind`` heißt überall, was als Klasse im Stil steht: ein Farbton, eine Art oder beides.
    """

    def __init__(self, width: float, height: float, title: str, font: int = 15) -> None:
        self.size = (width, height)
        self.title = title
        self.font = font
        self.parts: list[str] = []
        self.rules: list[str] = []

    def text(self, x: float, y: float, content: str, kind: str = "") -> None:
        """Setzt eine Zeile Text; ``y`` ist die Grundlinie."""
        self.parts.append(f'<text x="{x:g}" y="{y:g}"{_class(kind)}>{content}</text>')

    def rectangle(
        self, x: float, y: float, width: float, height: float, kind: str = "", radius: float = 0
    ) -> None:
        """Zeichnet ein Rechteck mit der linken oberen Ecke ``(x, y)``."""
        rounded = f' rx="{radius:g}"' if radius else ""
        self.parts.append(
            f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}"'
            f"{rounded}{_class(kind)}/>"
        )

    def cell(
        self, x: float, y: float, size: float, value: float, kind: str = "", font: str = ""
    ) -> None:
        """Zeichnet ein Kästchen mit einer Zahl, linke obere Ecke bei ``(x, y)``."""
        self.rectangle(x, y, size, size, kind)
        self.text(x + size / 2, y + size / 2 + 5, number(value), font)

    def grid(
        self,
        x: float,
        y: float,
        size: float,
        values: np.ndarray,
        kinds: str | Mapping[tuple[int, int], str] = "",
    ) -> None:
        """Zeichnet ein Array aus Kästchen; ``kinds`` gilt für alle oder nach (Zeile, Spalte)."""
        for (row, column), value in np.ndenumerate(values):
            kind = kinds if isinstance(kinds, str) else kinds.get((row, column), "")
            self.cell(x + column * size, y + row * size, size, value, kind)

    def box(
        self, x: float, y: float, labels: str | Sequence[str], kind: str = "",
        width: float = 150, height: float = 34,
    ) -> None:  # fmt: skip
        """Zeichnet einen Kasten um den Mittelpunkt ``(x, y)`` mit einer Zeile je Beschriftung."""
        labels = (labels,) if isinstance(labels, str) else labels
        corner = (x - width / 2, y - height / 2)
        self.rectangle(*corner, width, height, f"box {kind}", 6)
        first = y + self.font / 2 - 2.5 - 9 * (len(labels) - 1)
        for line, label in enumerate(labels):
            self.text(x, first + 18 * line, label, "note" if line else "")

    def node(self, x: float, y: float, sign: str) -> None:
        """Zeichnet eine Rechenstelle, zum Beispiel ``+``."""
        self.parts.append(f'<circle cx="{x:g}" cy="{y:g}" r="15" class="box"/>')
        self.text(x, y + 6, sign, "label")

    def arrow(self, *points: Point, kind: str = "", bend: Point | None = None) -> None:
        """Zeichnet einen Pfeil durch die Punkte; mit ``bend`` läuft das letzte Stück im Bogen."""
        end, before = np.array(points[-1]), np.array(bend or points[-2])
        way = (end - before) / np.linalg.norm(end - before)
        side = np.array([-way[1], way[0]])
        # Die Linie hört auf, wo die Spitze beginnt; sonst sähe vorn ihr stumpfes Ende heraus.
        neck = end - 9 * way
        line = _places(*points[:-1]) + (f" Q{_places(bend)}" if bend else "")
        tip = _places(end, neck + 5 * side, neck - 5 * side)
        self.parts.append(
            f'<path d="M{line} {_places(neck)}"{_class(kind)}/>'
            f'<polygon points="{tip}"{_class(kind)}/>'
        )

    @contextmanager
    def group(self, name: str, hidden: bool = False) -> Iterator[None]:
        """Fasst zusammen, was sich gemeinsam bewegt; ``hidden``: in Ruhe nicht zu sehen."""
        self.parts.append(f'<g id="{name}"' + (' opacity="0">' if hidden else ">"))
        yield
        self.parts.append("</g>")

    def animate(self, name: str, frames: Sequence[tuple[float, str]], duration: float) -> None:
        """Lässt die Gruppe ``name`` die Zustände zu ihren Zeiten (0 bis 1) durchlaufen."""
        steps = " ".join(f"{time * 100:.2f}% {{ {state} }}" for time, state in frames)
        self.rules.append(f"@keyframes {name}-way {{ {steps} }}")
        self.rules.append(f"#{name} {{ animation: {name}-way {duration:g}s linear infinite; }}")

    def appear(
        self,
        name: str,
        shown: tuple[float, float],
        duration: float,
        hidden: tuple[float, float] | None = None,
    ) -> None:
        """Blendet die Gruppe ``name`` ein und auf Wunsch wieder aus; Zeiten wie bei ``animate``."""
        levels = [(0, 0), (shown[0], 0), (shown[1], 1)]
        levels += [(hidden[0], 1), (hidden[1], 0), (1, 0)] if hidden else [(1, 1)]
        self.animate(name, [(time, f"opacity: {level}") for time, level in levels], duration)

    def write(self, name: str) -> None:
        """Schreibt die Abbildung in Ruhe nach ``name.svg``, bewegt nach ``name-animation.svg``."""
        self._write_file(name, "")
        if self.rules:
            self._write_file(f"{name}-animation", "\n".join(self.rules) + "\n" + _STILL)

    def _write_file(self, name: str, motion: str) -> None:
        width, height = self.size
        fonts = (
            f"text {{ font: {self.font}px system-ui, sans-serif; }}\n"
            f".note, .small {{ font-size: {self.font - 2}px; }}\n"
        )
        svg = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" '
            f'width="{width:g}" height="{height:g}" role="img">\n<title>{self.title}</title>\n'
            f"<style>\n{fonts}{_STYLE}{motion}</style>\n" + "\n".join(self.parts) + "\n</svg>\n"
        )
        (FOLDER / f"{name}.svg").write_text(svg, encoding="utf-8")


def number(value: float) -> str:
    """Eine Zahl mit echtem Minuszeichen und ohne überflüssige Nachkommastellen."""
    return f"{value:.3g}".replace("-", "−")


def _class(kind: str) -> str:
    return f' class="{kind.strip()}"' if kind.strip() else ""


def _places(*points: Sequence[float]) -> str:
    return " ".join(f"{round(x, 1):g},{round(y, 1):g}" for x, y in points)
