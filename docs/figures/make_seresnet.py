"""Zeichnet die Abbildungen der Übung SE-ResNet.

Aufruf: ``python docs/figures/make_seresnet.py``. Die SVG-Dateien liegen danach neben diesem
Programm; ein zweiter Aufruf ändert nichts.
"""

from __future__ import annotations

from pathlib import Path

HERE = Path(__file__).parent

STYLE = """
:root { color-scheme: light dark; --ink: #24292f; --soft: #57606a; --paper: #ffffff;
  --conv: #d4e6f9; --act: #fde3c8; --pool: #d3f0dc; --gate: #e8dcf7; --line: #57606a;
  --grad: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --soft: #aeb8c2; --paper: #14181d;
  --conv: #1f4468; --act: #6b4217; --pool: #1d5232; --gate: #4b3470; --line: #aeb8c2;
  --grad: #ff9d94; } }
text { font: 15px system-ui, sans-serif; fill: var(--ink); text-anchor: middle; }
.note { font-size: 13px; fill: var(--soft); }
.left { text-anchor: start; }
.right { text-anchor: end; }
.strong { font-weight: 600; }
.grad { fill: var(--grad); }
rect, circle { stroke: var(--line); stroke-width: 1.3; }
.conv { fill: var(--conv); } .act { fill: var(--act); } .pool { fill: var(--pool); }
.gate { fill: var(--gate); } .data { fill: var(--paper); }
.frame { fill: none; stroke-dasharray: 5 4; }
path { fill: none; stroke: var(--line); stroke-width: 1.6; }
path.back { stroke: var(--grad); stroke-width: 2; }
.head { fill: var(--line); stroke: none; } .backhead { fill: var(--grad); stroke: none; }
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
        self, x: float, y: float, label: str, kind: str, width: float = 150, height: float = 34
    ) -> None:
        """Zeichnet einen beschrifteten Kasten um den Mittelpunkt ``(x, y)``."""
        self.parts.append(
            f'<rect x="{x - width / 2:g}" y="{y - height / 2:g}" width="{width:g}" '
            f'height="{height:g}" rx="6" class="{kind}"/>'
        )
        self.text(x, y + 5, label)

    def node(self, x: float, y: float, sign: str) -> None:
        """Zeichnet eine Rechenstelle, zum Beispiel ``+``."""
        self.parts.append(f'<circle cx="{x:g}" cy="{y:g}" r="15" class="data"/>')
        self.text(x, y + 6, sign, "strong")

    def arrow(self, *points: tuple[float, float], kind: str = "") -> None:
        """Zeichnet einen Pfeil durch die Punkte; das letzte Stück läuft gerade."""
        way = " ".join(f"{x:g},{y:g}" for x, y in points)
        self.parts.append(f'<path d="M{way}" class="{kind}"/>')
        (x0, y0), (x, y) = points[-2:]
        dx, dy = (x > x0) - (x < x0), (y > y0) - (y < y0)
        # Spitze: ein Dreieck, das in die Laufrichtung zeigt.
        corners = (
            (x + dx, y + dy),
            (x - 9 * dx - 5 * dy, y - 9 * dy - 5 * dx),
            (x - 9 * dx + 5 * dy, y - 9 * dy + 5 * dx),
        )
        tip = " ".join(f"{a:g},{b:g}" for a, b in corners)
        self.parts.append(f'<polygon points="{tip}" class="{kind}head"/>')

    def frame(self, x: float, y: float, width: float, height: float) -> None:
        """Zeichnet einen gestrichelten Rahmen."""
        self.parts.append(
            f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="10" '
            'class="frame"/>'
        )

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


def se_block() -> None:
    """Der SE-Block mit seinen beiden Wegen."""
    d = Drawing(460, 560, "Squeeze-and-Excitation-Block")
    left, right = 80, 250
    d.box(left, 30, "x", "data", 90)
    d.text(left + 55, 35, "N × C × H × W", "note left")
    d.arrow((left, 47), (left, 449))
    d.text(left - 8, 250, "x_skip", "note right")
    d.arrow((left, 72), (right, 72), (right, 98))
    d.text(right + 12, 84, "x_se", "note left")
    rows = [
        (115, "Mittelwert", "pool", "N × C × 1 × 1", "Squeeze"),
        (190, "1×1-Faltung", "conv", "N × C/r × 1 × 1", "Excitation"),
        (255, "ReLU", "act", "", ""),
        (320, "1×1-Faltung", "conv", "N × C × 1 × 1", ""),
        (385, "Sigmoid", "gate", "Gate: 0 bis 1", ""),
    ]
    for i, (y, label, kind, shape, heading) in enumerate(rows):
        d.box(right, y, label, kind)
        if shape:
            d.text(right + 84, y + (14 if heading else 5), shape, "note left")
        if heading:
            d.text(right + 84, y - 4, heading, "left strong")
        if i + 1 < len(rows):
            d.arrow((right, y + 17), (right, rows[i + 1][0] - 17))
    d.arrow((right, 402), (right, 465), (left + 16, 465))
    d.text((left + right) / 2 + 8, 457, "ein Faktor je Kanal", "note")
    d.node(left, 465, "×")
    d.arrow((left, 480), (left, 512))
    d.box(left, 530, "y", "data", 90)
    d.text(left + 55, 535, "N × C × H × W", "note left")
    d.save("seresnet-se-block")


def bottleneck() -> None:
    """Der Bottleneck-Block mit SE-Block."""
    d = Drawing(460, 640, "Bottleneck-Block mit SE-Block")
    left, right = 80, 250
    d.box(right, 30, "x", "data", 90)
    d.text(right + 55, 35, "8 Kanäle", "note left")
    d.arrow((right, 47), (right, 88))
    d.arrow((right, 62), (left, 62), (left, 495), (right - 16, 495))
    d.text(left - 8, 290, "x_skip", "note right")
    d.text(right + 10, 74, "x_res", "note left")
    rows = [
        (105, "1×1-Faltung", "conv", "8 auf 2 Kanäle"),
        (160, "ReLU", "act", ""),
        (215, "3×3-Faltung", "conv", "2 auf 2, Rand 1"),
        (270, "ReLU", "act", ""),
        (325, "1×1-Faltung", "conv", "2 auf 8 Kanäle"),
        (410, "SE-Block", "gate", "nur mit r_se"),
    ]
    for i, (y, label, kind, note) in enumerate(rows):
        d.box(right, y, label, kind)
        if note:
            d.text(right + 84, y + 5, note, "note left")
        if i + 1 < len(rows):
            d.arrow((right, y + 17), (right, rows[i + 1][0] - 17))
    d.frame(right - 95, 380, 290, 60)
    d.arrow((right, 427), (right, 479))
    d.text(right + 12, 466, "res", "note left")
    d.node(right, 495, "+")
    d.arrow((right, 510), (right, 540))
    d.text(right + 12, 529, "z", "note left")
    d.box(right, 557, "ReLU", "act")
    d.arrow((right, 574), (right, 596))
    d.box(right, 614, "y", "data", 90)
    d.text(right + 55, 619, "8 Kanäle", "note left")
    d.save("seresnet-bottleneck")


def gradient() -> None:
    """Der Gradient auf seinem Weg zurück durch den SE-Block."""
    d = Drawing(500, 560, "Gradient im SE-Block")
    left, right = 80, 250
    d.node(left, 30, "+")
    d.text(left + 24, 27, "x.grad", "left strong")
    d.text(left + 24, 45, "Summe beider Wege", "note left")
    d.arrow((left, 449), (left, 46), kind="back")
    d.text(left - 8, 250, "× Gate", "grad right")
    rows = [
        (115, "Mittelwert", "pool", "÷ (H · W), an alle", "Bildpunkte verteilt"),
        (190, "1×1-Faltung", "conv", "× Gewichte", ""),
        (255, "ReLU", "act", "× 1 oder × 0", ""),
        (320, "1×1-Faltung", "conv", "× Gewichte", ""),
        (385, "Sigmoid", "gate", "× s · (1 − s),", "höchstens × 0,25"),
    ]
    for i, (y, label, kind, first, second) in enumerate(rows):
        d.box(right, y, label, kind)
        d.text(right + 84, y + (-3 if second else 5), first, "grad left")
        if second:
            d.text(right + 84, y + 16, second, "grad left")
        if i + 1 < len(rows):
            d.arrow((right, rows[i + 1][0] - 17), (right, y + 17), kind="back")
    d.arrow((right, 98), (right, 72), (left + 4, 72), kind="back")
    d.arrow((left + 16, 465), (right, 465), (right, 402), kind="back")
    d.text((left + right) / 2 + 8, 457, "× x, je Kanal", "grad")
    d.text((left + right) / 2 + 8, 484, "summiert", "grad")
    d.node(left, 465, "×")
    d.arrow((left, 513), (left, 482), kind="back")
    d.box(left, 530, "y.grad", "data", 90)
    d.save("seresnet-gradient")


if __name__ == "__main__":
    se_block()
    bottleneck()
    gradient()
