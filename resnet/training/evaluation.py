"""Wie gut ein Netz Bilder erkennt: Trefferquote, Konfusionsmatrix und zehn Ansichten je Bild."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from resnet.training.images import Images


def accuracy(labels: Tensor, guesses: Tensor) -> float:
    """Anteil der Bilder, deren Klasse erkannt ist, von 0 bis 1."""
    # Ohne double: Apple-GPUs rechnen nicht mit 64 Bit.
    return int((guesses == labels).sum()) / len(labels)


def confusion(labels: Tensor, guesses: Tensor, classes: int) -> list[list[int]]:
    """Wie oft Bilder der Klasse (Zeile) für eine andere (Spalte) gehalten wurden."""
    pairs = labels * classes + guesses
    counts: list[list[int]] = (
        torch.bincount(pairs, minlength=classes**2).reshape(classes, classes).tolist()
    )
    return counts


def ten_crop(logits: Callable[[Images], Tensor], images: Images) -> Tensor:
    """Die mittleren Wahrscheinlichkeiten über zehn Ansichten jedes Bilds.

    Das sind das Bild selbst und vier um einen Bildpunkt schräg verschobene, alle auch gespiegelt.

    Quelle: He u. a., „Deep Residual Learning for Image Recognition“ (2015), Abschnitt 3.4.

    Args:
        logits: Die Ausgabe des Netzes zu Bildern.
        images: Die Bilder.

    Returns:
        Form ``(N, Klassen)``, ``float32``.
    """
    height, width = images.pixels.shape[2:]
    padded = F.pad(images.pixels, (1,) * 4)
    views = []
    for top, left in ((1, 1), (0, 0), (0, 2), (2, 0), (2, 2)):
        shifted = Images(padded[:, :, top : top + height, left : left + width], images.labels)
        views += [shifted, shifted.mirrored()]
    # Eine nach der anderen, damit nur eine Summe im Speicher liegt.
    return sum((logits(view).softmax(dim=1) for view in views), torch.zeros(())) / 10
