"""Zufällig veränderte Trainingsbilder, alle Bilder eines Schritts auf einmal."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

CROP_PADDING = 2


@dataclass(frozen=True)
class Moves:
    """Was mit jedem von ``N`` Bildern geschieht; alle Tensoren haben die Form ``(N,)``.

    Attributes:
        top: Oberste Zeile des Ausschnitts im Bild mit Rand.
        left: Linke Spalte des Ausschnitts im Bild mit Rand.
        flip: Ob das Bild gespiegelt wird.
        hole_top: Oberste Zeile des ausgeschnittenen Quadrats; sie kann über dem Bild liegen.
        hole_left: Seine linke Spalte.
        padding: Breite des Rands, für alle Bilder gleich.
        cutout: Seitenlänge des Quadrats; bei 0 wird nichts ausgeschnitten.
    """

    top: Tensor
    left: Tensor
    flip: Tensor
    hole_top: Tensor
    hole_left: Tensor
    padding: int
    cutout: int

    @classmethod
    def draw(
        cls, n: int, generator: torch.Generator, padding: int, cutout: int, size: int = 32
    ) -> Moves:
        """Zieht die Veränderungen für ``n`` Bilder der Seitenlänge ``size``."""
        top, left = torch.randint(2 * padding + 1, (2, n), generator=generator)
        flip = torch.rand(n, generator=generator) < 0.5
        hole = torch.zeros(2, n, dtype=torch.long)
        if cutout:
            # Die Mitte liegt im Bild, das Quadrat darf darüber hinausragen.
            hole = torch.randint(size, (2, n), generator=generator) - cutout // 2
        return cls(top, left, flip, hole[0], hole[1], padding, cutout)

    def to(self, device: torch.device) -> Moves:
        """Dieselben Veränderungen auf einem anderen Gerät."""
        return self._mapped(lambda tensor: tensor.to(device))

    def __getitem__(self, index: slice) -> Moves:
        return self._mapped(lambda tensor: tensor[index])

    def _mapped(self, function) -> Moves:
        tensors = (self.top, self.left, self.flip, self.hole_top, self.hole_left)
        return Moves(*map(function, tensors), self.padding, self.cutout)


def moved(pixels: Tensor, moves: Moves) -> Tensor:
    """Verschiebt und spiegelt jedes Bild und schneidet ein Quadrat aus.

    Args:
        pixels: Form ``(N, C, H, W)``.
        moves: Die Veränderungen, auf demselben Gerät.

    Returns:
        Neue Bilder derselben Form und desselben Datentyps, die Kanäle innen
        (``channels_last``). Der Rand ist 0, ein ausgeschnittenes Quadrat auch.
    """
    n, _, height, width = pixels.shape
    row = torch.arange(height, device=pixels.device)
    column = torch.arange(width, device=pixels.device)
    padded = F.pad(pixels, (moves.padding,) * 4)
    rows = moves.top[:, None] + row
    columns = moves.left[:, None] + torch.where(moves.flip[:, None], column.flip(0), column)
    image = torch.arange(n, device=pixels.device)[:, None, None]
    # Die Indizes stehen vorn und hinten, deshalb rücken die Kanäle ans Ende.
    result = padded[image, :, rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2)
    if moves.cutout:
        in_rows = _within(row, moves.hole_top, moves.cutout)
        in_columns = _within(column, moves.hole_left, moves.cutout)
        hole = in_rows[:, None, :, None] & in_columns[:, None, None, :]
        result = result.masked_fill(hole, 0)
    return result


def augment(
    pixels: Tensor, generator: torch.Generator, padding: int = CROP_PADDING, cutout: int = 0
) -> Tensor:
    """Verändert jedes Bild zufällig.

    Args:
        pixels: Form ``(N, C, H, W)``, auf der CPU.
        generator: Quelle der Zufallszahlen.
        padding: Um höchstens so viele Bildpunkte wird in jede Richtung verschoben.
        cutout: Seitenlänge des ausgeschnittenen Quadrats; bei 0 wird nichts ausgeschnitten.

    Returns:
        Neue Bilder derselben Form und desselben Datentyps.
    """
    size = pixels.shape[-1]
    return moved(pixels, Moves.draw(len(pixels), generator, padding, cutout, size))


def _within(position: Tensor, start: Tensor, length: int) -> Tensor:
    return (position >= start[:, None]) & (position < start[:, None] + length)
