"""ResNet: Residualblöcke und ein Netz aus 24 davon für Bilder der Größe 32×32.

Alle Tensoren haben die Form ``(N, C, H, W)``: Bilder, Kanäle, Höhe, Breite.

Quelle: He u. a., »Deep Residual Learning for Image Recognition« (2015).
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import torch
from torch import Tensor, nn

P = ParamSpec("P")
R = TypeVar("R")


def _positive_integers(function: Callable[P, R]) -> Callable[P, R]:
    """Lässt als Argumente einer Methode nur ganze Zahlen ab 1 zu."""
    signature = inspect.signature(function)

    @functools.wraps(function)
    def checked(*args: P.args, **kwargs: P.kwargs) -> R:
        bound = signature.bind(*args, **kwargs)
        bound.apply_defaults()
        sizes = dict(bound.arguments)
        module = sizes.pop("self")
        for name, value in sizes.items():
            if not isinstance(value, int) or isinstance(value, bool):
                raise TypeError(f"{name} ist {value!r}; erlaubt ist nur eine ganze Zahl ab 1.")
            if value < 1:
                raise ValueError(f"{name} ist {value}; erlaubt ist nur eine ganze Zahl ab 1.")
        result = function(*args, **kwargs)
        if function.__name__ == "__init__":
            # Damit prüft forward später die Form der Bilder. Direkt in __dict__, weil nn.Module
            # sich Attribute sonst erst nach super().__init__() geben lässt.
            module.__dict__["_sizes"] = sizes
        return result

    return checked


def _images(forward: Callable[P, Tensor]) -> Callable[P, Tensor]:
    """Lässt als Argument nur Bilder zu, deren Form und Datentyp zum Modul passen."""

    @functools.wraps(forward)
    def checked(self: nn.Module, x: Tensor) -> Tensor:
        if not isinstance(x, Tensor):
            raise TypeError(f"x ist vom Typ {type(x).__name__}; erlaubt ist nur ein Tensor.")
        channels = self._sizes.get("in_channels")
        if channels is None:
            if x.shape[1:] != (3, 32, 32):
                raise ValueError(
                    f"x hat die Form {tuple(x.shape)}; erlaubt ist nur (N, 3, 32, 32)."
                )
        elif x.ndim != 4 or x.shape[1] != channels or 0 in x.shape[2:]:
            raise ValueError(
                f"x hat die Form {tuple(x.shape)}; erlaubt ist nur (N, {channels}, H, W) mit H und "
                "W ab 1."
            )
        # Unter autocast wechseln die Datentypen zwischen den Schichten.
        dtype = next(self.parameters(), x).dtype
        if x.dtype != dtype and not torch.is_autocast_enabled(x.device.type):
            raise TypeError(
                f"x hat den Datentyp {x.dtype}; erlaubt ist nur der Datentyp der Gewichte, {dtype}."
            )
        # Das ganze Netz verkleinert Höhe und Breite auf ein Achtel.
        stride = self._sizes.get("stride", 8)
        per_channel = x.shape[0] * -(-x.shape[2] // stride) * -(-x.shape[3] // stride)
        if self.training and per_channel < 2:
            raise ValueError(
                f"x hat die Form {tuple(x.shape)}; im Trainingsmodus sind nur Formen erlaubt, bei "
                "denen die Batch-Normalisierung mindestens 2 Werte je Kanal hat."
            )
        return forward(self, x)

    return checked


class ResidualBlock(nn.Module):
    """Residualblock aus zwei 3×3-Faltungen mit Batch-Normalisierung.

    Die Schichten heißen ``conv1`` und ``conv2`` (je eine Faltung mit ihrer Batch-Normalisierung),
    ``relu`` und ``shortcut``. Bleiben Sie bei diesen Namen, so lässt sich jede Lücke für sich
    beurteilen; mit anderen Namen werden beide gemeinsam beurteilt.

    Quelle: He u. a., »Deep Residual Learning for Image Recognition« (2015), Abbildung 2 und
    Abschnitt 3.3.
    """

    conv1: nn.Module
    conv2: nn.Module
    relu: nn.Module
    shortcut: nn.Module

    @_positive_integers
    def __init__(self, in_channels: int, out_channels: int, stride: int = 1) -> None:  # Lücke (1)
        """Legt die Schichten an.

        Beide Faltungen haben Kerngröße 3, Padding 1 und keinen Bias; auf jede folgt eine
        Batch-Normalisierung. Die erste Faltung trägt die Schrittweite. Der Shortcut ist die
        Identität. Nur wo sich die Form ändert, ist er eine 1×1-Faltung mit derselben
        Schrittweite, ohne Bias und ohne Batch-Normalisierung.

        Args:
            in_channels: Zahl der Kanäle der Eingabe.
            out_channels: Zahl der Kanäle der Ausgabe.
            stride: Schrittweite der ersten Faltung und des Shortcuts.

        Raises:
            TypeError: Wenn eine Angabe keine ganze Zahl ist.
            ValueError: Wenn eine Angabe kleiner als 1 ist.
        """
        super().__init__()
        self.conv1 = nn.Sequential(
            nn.Conv2d(in_channels, out_channels, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(out_channels),
        )
        self.conv2 = nn.Sequential(
            nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(out_channels),
        )
        self.relu = nn.ReLU()
        if stride == 1 and in_channels == out_channels:
            self.shortcut = nn.Identity()
        else:
            self.shortcut = nn.Conv2d(in_channels, out_channels, 1, stride=stride, bias=False)

    @_images
    def forward(self, x: Tensor) -> Tensor:  # Lücke (2)
        """Berechnet die Ausgabe des Blocks: die Summe aus Hauptweg und Shortcut, dann ReLU.

        Args:
            x: Tensor der Form ``(N, in_channels, H, W)`` im Datentyp der Gewichte.

        Returns:
            Tensor der Form ``(N, out_channels, H', W')`` im Datentyp der Gewichte; ``H'`` und
            ``W'`` sind ``H`` und ``W`` geteilt durch die Schrittweite, aufgerundet.

        Raises:
            TypeError: Wenn ``x`` kein Tensor ist oder einen anderen Datentyp hat als die Gewichte.
            ValueError: Wenn die Form von ``x`` nicht passt.
        """
        return self.relu(self.conv2(self.relu(self.conv1(x))) + self.shortcut(x))


class ResNet(nn.Module):
    """ResNet aus 24 Residualblöcken für Bilder der Größe 32×32.

    Die Schichten heißen ``stem``, ``stage1``, ``stage2``, ``stage3``, ``pool`` und ``linear``.
    Bleiben Sie bei diesen Namen, so lässt sich jede Lücke für sich beurteilen; mit anderen Namen
    werden ``__init__`` und ``forward`` gemeinsam beurteilt.

    Quelle: nach He u. a., »Deep Residual Learning for Image Recognition« (2015), Abschnitte 3.3
    und 4.2.
    """

    stem: nn.Module
    stage1: nn.Module
    stage2: nn.Module
    stage3: nn.Module
    pool: nn.Module
    linear: nn.Module

    @_positive_integers
    def make_layer(  # Lücke (3)
        self, in_channels: int, out_channels: int, num_blocks: int, stride: int
    ) -> nn.Sequential:
        """Reiht Residualblöcke zu einer Stufe aneinander.

        Nur der erste Block ändert die Form: Er führt von ``in_channels`` auf ``out_channels``
        Kanäle und trägt die Schrittweite. Die übrigen haben die Schrittweite 1.

        Args:
            in_channels: Zahl der Kanäle der Eingabe.
            out_channels: Zahl der Kanäle der Ausgabe.
            num_blocks: Zahl der Blöcke.
            stride: Schrittweite des ersten Blocks.

        Returns:
            Die Blöcke der Reihe nach, als ein Modul.

        Raises:
            TypeError: Wenn eine Angabe keine ganze Zahl ist.
            ValueError: Wenn eine Angabe kleiner als 1 ist.
        """
        blocks = [ResidualBlock(in_channels, out_channels, stride)]
        for _ in range(num_blocks - 1):
            blocks.append(ResidualBlock(out_channels, out_channels))
        return nn.Sequential(*blocks)

    @_positive_integers
    def __init__(self, num_classes: int = 10) -> None:  # Lücke (4)
        """Legt die Schichten an.

        Der Reihe nach: eine 7×7-Faltung von 3 auf 32 Kanäle mit Schrittweite 2 und Padding 3,
        Batch-Normalisierung und ReLU (ein Bias der Faltung ist erlaubt, aber überflüssig, denn die
        Normalisierung zieht ihn wieder ab); 6 Blöcke mit 32 Kanälen; 6 Blöcke mit 64 und 12 mit
        128 Kanälen, der jeweils erste mit Schrittweite 2; Mittelwert über 4×4 Bildpunkte; eine
        lineare Schicht auf die Klassen.

        Args:
            num_classes: Zahl der Klassen.

        Raises:
            TypeError: Wenn ``num_classes`` keine ganze Zahl ist.
            ValueError: Wenn ``num_classes`` kleiner als 1 ist.
        """
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, 32, 7, stride=2, padding=3, bias=False),
            nn.BatchNorm2d(32),
            nn.ReLU(),
        )
        self.stage1 = self.make_layer(32, 32, 6, stride=1)
        self.stage2 = self.make_layer(32, 64, 6, stride=2)
        self.stage3 = self.make_layer(64, 128, 12, stride=2)
        self.pool = nn.AvgPool2d(4)
        self.linear = nn.Linear(128, num_classes)

    @_images
    def forward(self, x: Tensor) -> Tensor:  # Lücke (5)
        """Berechnet für jedes Bild einen Wert je Klasse.

        Args:
            x: Bilder der Form ``(N, 3, 32, 32)`` im Datentyp der Gewichte.

        Returns:
            Logits der Form ``(N, num_classes)`` im Datentyp der Gewichte.

        Raises:
            TypeError: Wenn ``x`` kein Tensor ist oder einen anderen Datentyp hat als die Gewichte.
            ValueError: Wenn die Form von ``x`` nicht passt.
        """
        x = self.stem(x)
        x = self.stage3(self.stage2(self.stage1(x)))
        return self.linear(torch.flatten(self.pool(x), start_dim=1))
