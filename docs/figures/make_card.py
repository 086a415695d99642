"""Zeichnet das Bild für geteilte Verweise und das Symbol für den Startbildschirm.

Aufruf: ``python -m docs.figures.make_card``. Die PNG-Dateien liegen danach in ``website/static/``.
"""

from __future__ import annotations

from pathlib import Path

import matplotlib

matplotlib.use("agg")

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Polygon, Rectangle
from PIL import Image

from website.palette import BRAND, BRAND_FOLDS, BRAND_PAPER, HUES, INK, LINE, SOFT

TARGET = Path(__file__).resolve().parents[2] / "website" / "static"
# Das Eingabebild: ein Ring, in dem das Fenster Kanten findet.
_GRID = 7


def ring() -> np.ndarray:
    """Ein Ring auf einem kleinen Gitter, Werte zwischen 0 und 1."""
    y, x = np.mgrid[:_GRID, :_GRID] - (_GRID - 1) / 2
    return np.exp(-((np.hypot(x, y) - 2.2) ** 2) / 0.9)


def cells(figure: Figure, left: float, bottom: float, cell: float, values: np.ndarray) -> None:
    """Zeichnet eine Matrix als Kästchen; Maße in Bildpunkten."""
    height, width = figure.get_size_inches()[::-1] * figure.dpi
    for (row, column), value in np.ndenumerate(values):
        color = 1 - value * (1 - np.array(to_rgb(BRAND)))
        figure.add_artist(
            Rectangle(
                (
                    (left + column * cell) / width,
                    (bottom + (len(values) - 1 - row) * cell) / height,
                ),
                cell / width,
                cell / height,
                facecolor=color,
                edgecolor=LINE.light,
                linewidth=1.5,
            )
        )


def frame(figure: Figure, left: float, bottom: float, size: float) -> None:
    """Ein Fenster als kräftiger Rahmen."""
    height, width = figure.get_size_inches()[::-1] * figure.dpi
    figure.add_artist(
        Rectangle(
            (left / width, bottom / height), size / width, size / height,
            fill=False, edgecolor=HUES["orange"].strong.light, linewidth=7, joinstyle="round",
        )
    )  # fmt: skip


def save(figure: Figure, name: str, colors: int) -> None:
    """Speichert mit wenigen Farben, damit die Datei klein bleibt."""
    path = TARGET / name
    figure.savefig(path, facecolor=figure.get_facecolor(), metadata={"Software": None})
    plt.close(figure)
    with Image.open(path) as image:
        image.convert("RGB").quantize(colors).save(path, optimize=True)


def card() -> None:
    """Das Bild für geteilte Verweise, 1200 × 630."""
    figure = plt.figure(figsize=(12, 6.3), dpi=100, facecolor=BRAND_PAPER)
    values = ring()
    cell = 58
    left, bottom = 720, (630 - _GRID * cell) / 2
    cells(figure, left, bottom, cell, values)
    frame(figure, left + 3 * cell, bottom + 3 * cell, 3 * cell)
    figure.text(0.06, 0.60, "Faltwerk", fontsize=58, fontweight="bold", color=INK.light)
    for line, text in enumerate(
        ("Deep Learning für Bilder", "zum Selbermachen:", "Faltung, Pooling, ResNet")
    ):
        figure.text(0.062, 0.475 - 0.085 * line, text, fontsize=26, color=SOFT.light)
    figure.add_artist(Rectangle((0, 0), 0.018, 1, facecolor=BRAND))
    save(figure, "social-card.png", 48)


def icon() -> None:
    """Das Symbol für den Startbildschirm, 180 × 180: das gefaltete Blatt aus ``favicon.svg``."""
    figure = plt.figure(figsize=(1.8, 1.8), dpi=100, facecolor=BRAND)
    lit, shaded = BRAND_FOLDS
    for points, color in (
        ([(6, 24), (6, 12), (13, 7), (13, 19)], lit),
        ([(13, 19), (13, 7), (20, 12), (20, 24)], shaded),
        ([(20, 24), (20, 12), (26, 7), (26, 19)], lit),
    ):
        corners = [(x / 32, 1 - y / 32) for x, y in points]
        figure.add_artist(Polygon(corners, facecolor=color, edgecolor="none"))
    save(figure, "apple-touch-icon.png", 32)


if __name__ == "__main__":
    card()
    icon()
