"""Zufällig veränderte Trainingsbilder, alle Bilder eines Schritts auf einmal, und ihr Verlust."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import torch
import torch.nn.functional as F
from torch import Tensor

CROP_PADDING = 2
SIZE = 32

# Die Verzerrungen, von denen ein Bild höchstens eine bekommt, und ihre größte Stärke.
(_UNCHANGED, _ROTATE, _SHEAR_X, _SHEAR_Y, _SCALE) = range(5)
(_BRIGHTNESS, _SATURATION, _CONTRAST, _SHARPNESS, _SOLARIZE) = range(5, 10)
_DISTORTIONS = 10
_ANGLE = math.radians(45)
_SHEAR = 0.6
_ZOOM = 0.35
_COLOUR = 0.9


@dataclass(frozen=True)
class Augmentation:
    """Wie stark Trainingsbilder verändert werden.

    Attributes:
        padding: Um höchstens so viele Bildpunkte werden sie verschoben.
        cutout: Seitenlänge des Quadrats, das aus ihnen geschnitten wird; 0: keines.
        cutmix: Anteil der Bilder, in die ein Quadrat aus einem anderen Bild gesetzt wird.
        distortion: Anteil der Bilder, für die eine von zehn Verzerrungen gezogen wird; eine davon
            lässt das Bild, wie es ist.
    """

    padding: int = CROP_PADDING
    cutout: int = 0
    cutmix: float = 0.0
    distortion: float = 0.0


@dataclass(frozen=True)
class Changes:
    """Was mit jedem von ``N`` Bildern geschieht; alle Tensoren haben die Form ``(N,)``.

    Attributes:
        top: Oberste Zeile des Ausschnitts im Bild mit Rand.
        left: Linke Spalte des Ausschnitts im Bild mit Rand.
        flip: Ob das Bild gespiegelt wird.
        hole_top: Oberste Zeile des ausgeschnittenen Quadrats; sie kann über dem Bild liegen.
        hole_left: Seine linke Spalte.
        patch_top: Oberste Zeile des Quadrats aus dem anderen Bild; sie kann über dem Bild liegen.
        patch_left: Seine linke Spalte.
        patch_side: Seine Seitenlänge; 0: Das Bild bleibt ungemischt.
        kind: Welche der zehn Verzerrungen das Bild bekommt; die erste lässt es, wie es ist.
        strength: Ihre Stärke zwischen -1 und 1.
        limits: Womit gezogen wurde.
    """

    top: Tensor
    left: Tensor
    flip: Tensor
    hole_top: Tensor
    hole_left: Tensor
    patch_top: Tensor
    patch_left: Tensor
    patch_side: Tensor
    kind: Tensor
    strength: Tensor
    limits: Augmentation = field(kw_only=True)

    @classmethod
    def draw(cls, n: int, generator: torch.Generator, limits: Augmentation) -> Changes:
        """Zieht die Veränderungen für ``n`` Bilder der Seitenlänge 32."""
        top, left = torch.randint(2 * limits.padding + 1, (2, n), generator=generator)
        flip = torch.rand(n, generator=generator) < 0.5
        hole = patch = torch.zeros(2, n, dtype=torch.long)
        side = kind = torch.zeros(n, dtype=torch.long)
        strength = torch.zeros(n)
        if limits.cutout:
            # Die Mitte liegt im Bild, das Quadrat darf darüber hinausragen.
            hole = torch.randint(SIZE, (2, n), generator=generator) - limits.cutout // 2
        if limits.cutmix:
            # So ist die Fläche des Quadrats gleichverteilt, wie in der Quelle.
            area, chosen = torch.rand(2, n, generator=generator)
            side = torch.where(chosen < limits.cutmix, (SIZE * area.sqrt()).long(), 0)
            patch = torch.randint(SIZE, (2, n), generator=generator) - side // 2
        if limits.distortion:
            kind = torch.randint(_DISTORTIONS, (n,), generator=generator)
            strength, chosen = torch.rand(2, n, generator=generator)
            kind = torch.where(chosen < limits.distortion, kind, _UNCHANGED)
            strength = 2 * strength - 1
        drawn = (top, left, flip, *hole, *patch, side, kind, strength)
        return cls(*drawn, limits=limits)

    @property
    def tensors(self) -> tuple[Tensor, ...]:
        """Die Veränderungen ohne ``limits``, in der Reihenfolge der Felder."""
        return tuple(value for value in vars(self).values() if isinstance(value, Tensor))

    @property
    def share(self) -> Tensor:
        """Welcher Teil jedes Bilds sein eigener ist, von 0 bis 1.

        Gemessen vor dem Verschieben und Verzerren, die vom Quadrat noch etwas abschneiden können.
        """
        height, width = (
            (start + self.patch_side).clamp(max=SIZE) - start.clamp(min=0)
            for start in (self.patch_top, self.patch_left)
        )
        return 1 - height * width / SIZE**2

    def to(self, device: torch.device) -> Changes:
        """Dieselben Veränderungen auf einem anderen Gerät."""
        return self._mapped(lambda tensor: tensor.to(device))

    def __getitem__(self, index: slice) -> Changes:
        return self._mapped(lambda tensor: tensor[index])

    def _mapped(self, function: Callable[[Tensor], Tensor]) -> Changes:
        return Changes(*map(function, self.tensors), limits=self.limits)


def changed(pixels: Tensor, others: Tensor, changes: Changes) -> Tensor:
    """Mischt, verschiebt, spiegelt und verzerrt jedes Bild und schneidet ein Quadrat aus.

    Args:
        pixels: Form ``(N, C, 32, 32)``, ``uint8``.
        others: Zu jedem Bild ein anderes, aus dem das Quadrat für CutMix stammt, ebenso.
        changes: Die Veränderungen, auf demselben Gerät.

    Returns:
        Neue Bilder derselben Form, ``uint8`` oder, wenn verzerrt wird, ``float32`` von 0 bis 255.
        Ein ausgeschnittenes Quadrat ist 0, ebenso der Rand, den das Verschieben freilegt, solange
        ihn keine Verzerrung heller macht.
    """
    limits = changes.limits
    if limits.cutmix:
        patch = _squares(changes.patch_top, changes.patch_left, changes.patch_side)
        pixels = torch.where(patch, others, pixels)
    result = _moved(pixels, changes)
    if limits.distortion:
        result = _distorted(result, changes.kind, changes.strength)
    if limits.cutout:
        side = torch.full_like(changes.hole_top, limits.cutout)
        hole = _squares(changes.hole_top, changes.hole_left, side)
        result = result.masked_fill(hole, 0)
    return result


def mixed_cross_entropy(
    logits: Tensor, labels: Tensor, others: Tensor, share: Tensor, smoothing: float = 0.0
) -> Tensor:
    """Kreuzentropie für Bilder, in denen ein Quadrat aus einem anderen Bild liegt.

    Quelle: Yun u. a., „CutMix: Regularization Strategy to Train Strong Classifiers with
    Localizable Features“ (2019), Gleichung 1.

    Args:
        logits: Form ``(N, Klassen)``, ``float32``.
        labels: Klasse jedes Bilds, Form ``(N,)``.
        others: Klasse des Bilds, aus dem das Quadrat stammt, Form ``(N,)``.
        share: Welcher Teil jedes Bilds sein eigener ist, Form ``(N,)``.
        smoothing: Anteil, der gleichmäßig auf alle Klassen verteilt wird.

    Returns:
        Mittelwert über die Bilder, ein Skalar.
    """
    own, other = (
        F.cross_entropy(logits, target, reduction="none", label_smoothing=smoothing)
        for target in (labels, others)
    )
    return (share * own + (1 - share) * other).mean()


def _moved(pixels: Tensor, changes: Changes) -> Tensor:
    n, _, height, width = pixels.shape
    row = torch.arange(height, device=pixels.device)
    column = torch.arange(width, device=pixels.device)
    padded = F.pad(pixels, (changes.limits.padding,) * 4)
    rows = changes.top[:, None] + row
    columns = changes.left[:, None] + torch.where(changes.flip[:, None], column.flip(0), column)
    image = torch.arange(n, device=pixels.device)[:, None, None]
    # Die Indizes stehen vorn und hinten, deshalb rücken die Kanäle ans Ende.
    return padded[image, :, rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2)


def _distorted(pixels: Tensor, kind: Tensor, strength: Tensor) -> Tensor:
    """Gibt jedem Bild seine Verzerrung.

    Quelle: nach Müller und Hutter, „TrivialAugment: Tuning-free Yet State-of-the-Art Data
    Augmentation“ (2021): je Bild eine Verzerrung, gleichverteilt in Art und Stärke.
    """

    def amount(of: int, most: float) -> Tensor:
        return torch.where(kind == of, most * strength, 0.0)

    angle, zoom = amount(_ROTATE, _ANGLE), 1 + amount(_SCALE, _ZOOM)
    cosine, sine, zero = angle.cos() * zoom, angle.sin(), torch.zeros_like(angle)
    first = torch.stack([cosine, amount(_SHEAR_X, _SHEAR) - sine, zero], dim=1)
    second = torch.stack([amount(_SHEAR_Y, _SHEAR) + sine, cosine, zero], dim=1)
    grid = F.affine_grid(
        torch.stack([first, second], dim=1), list(pixels.shape), align_corners=False
    )
    x = F.grid_sample(pixels.float(), grid, align_corners=False)

    def away(x: Tensor, neutral: Tensor | float, of: int) -> Tensor:
        return neutral + (x - neutral) * (1 + amount(of, _COLOUR))[:, None, None, None]

    # Heller oder dunkler heißt: weg vom Schwarzen oder darauf zu. Ebenso die drei übrigen.
    x = away(x, 0.0, _BRIGHTNESS)
    x = away(x, x.mean(dim=1, keepdim=True), _SATURATION)
    x = away(x, x.mean(dim=(1, 2, 3), keepdim=True), _CONTRAST)
    blurred = F.avg_pool2d(F.pad(x, (1,) * 4, mode="replicate"), 3, stride=1)
    x = away(x, blurred, _SHARPNESS).clamp(0, 255)
    bright = torch.where(kind == _SOLARIZE, 256 * (1 - strength.abs()), math.inf)
    return torch.where(x >= bright[:, None, None, None], 255 - x, x)


def _squares(top: Tensor, left: Tensor, side: Tensor) -> Tensor:
    """Wo die Quadrate liegen, Form ``(N, 1, 32, 32)``, ``bool``."""
    position = torch.arange(SIZE, device=top.device)
    rows, columns = (
        (position >= start[:, None]) & (position < (start + side)[:, None]) for start in (top, left)
    )
    return rows[:, None, :, None] & columns[:, None, None, :]
