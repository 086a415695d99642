"""Rechnet die vier Bilder der Startseite: ein Schuh auf dem Weg durch eine Schicht.

Aufruf: ``python -m docs.figures.make_start``. Die PNG-Dateien liegen danach neben diesem Programm;
ein zweiter Aufruf ändert nichts. Gerechnet wird mit den Musterlösungen der Übungen.
"""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np

from convolution.solution import ReLU, multi_channel_convolution2d
from docs.figures.drawing import FOLDER
from pooling.solution import maxpool2d
from resnet.training.datasets.fashion_mnist import FASHION

# Ein Stiefel aus den Testbildern und der Sobel-Kern für waagerechte Kanten.
IMAGE = 4
KERNEL = np.array([[-1.0, -2.0, -1.0], [0.0, 0.0, 0.0], [1.0, 2.0, 1.0]])


def save(name: str, values: np.ndarray, colors: str, low: float, high: float) -> None:
    """Speichert ein Array als Bild, ein Bildpunkt je Wert; der Browser vergrößert es."""
    path = FOLDER / f"start-{name}.png"
    plt.imsave(path, values, cmap=colors, vmin=low, vmax=high, metadata={"Software": None})


def main() -> None:
    """Rechnet die Bilder."""
    image = np.load(FASHION)["test_images"][IMAGE] / 255.0
    edges = multi_channel_convolution2d(image[None, None], KERNEL[None, None])
    active = ReLU().forward(edges)
    pooled = maxpool2d(active, (2, 2), stride=(2, 2))
    top = np.abs(edges).max()
    save("input", image, "gray", 0, 1)
    save("convolution", edges[0, 0], "PuOr", -top, top)
    save("relu", active[0, 0], "PuOr", -top, top)
    save("pooling", pooled[0, 0], "PuOr", -top, top)


if __name__ == "__main__":
    main()
