# Erzeugt aus solution.py; Änderungen gehören dorthin. Danach schreibt
# »python -m faltwerk stubs seresnet« diese Datei neu.
# ruff: noqa
"""SE-ResNet: ein Bottleneck-Block mit Squeeze-and-Excitation.

Alle Tensoren haben die Form ``(N, C, H, W)``: Bilder, Kanäle, Höhe, Breite. Der Block kommt ohne
Batch-Normalisierung aus, damit sich jedes Zwischenergebnis von Hand nachrechnen lässt.

Quellen: He u. a., »Deep Residual Learning for Image Recognition« (2015), und Hu u. a.,
»Squeeze-and-Excitation Networks« (2017).
"""

from __future__ import annotations

from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from seresnet.trace import Observer


def _require_positive(name: str, value: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{name} ist {value!r}; erlaubt ist nur eine ganze Zahl ab 1.")
    if value < 1:
        raise ValueError(f"{name} ist {value}; erlaubt ist nur eine ganze Zahl ab 1.")


def _require_divisor(name: str, value: int, n_channels: int) -> None:
    _require_positive(name, value)
    if n_channels % value != 0:
        raise ValueError(
            f"{name} ist {value}; erlaubt ist nur ein Teiler der Kanalzahl {n_channels}."
        )


def _require_images(x: Tensor, n_channels: int, block: nn.Module) -> None:
    if not isinstance(x, Tensor):
        raise TypeError(f"x ist vom Typ {type(x).__name__}; erlaubt ist nur ein Tensor.")
    if x.ndim != 4 or x.shape[1] != n_channels or 0 in x.shape[2:]:
        raise ValueError(
            f"x hat die Form {tuple(x.shape)}; erlaubt ist nur (N, {n_channels}, H, W) mit H und W "
            "ab 1."
        )
    # Solange die Lücken offen sind, hat der Block noch keine Gewichte.
    weight = next(block.parameters(), x)
    if x.dtype != weight.dtype:
        raise TypeError(
            f"x hat den Datentyp {x.dtype}; erlaubt ist nur der Datentyp der Gewichte, "
            f"{weight.dtype}."
        )


class SqueezeAndExcitationBlock(nn.Module):
    """Gewichtet die Kanäle seiner Eingabe mit Faktoren zwischen 0 und 1.

    Die Schichten heißen ``conv1`` und ``conv2``. Wer dem Attribut ``trace`` einen Beobachter
    gibt, sieht die Zwischenergebnisse.

    Quelle: Hu u. a., »Squeeze-and-Excitation Networks« (2017), Abschnitt 3.
    """

    conv1: nn.Conv2d
    conv2: nn.Conv2d

    def __init__(self, n_channels: int, r: int = 16) -> None:
        """Legt die beiden Schichten an.

        Args:
            n_channels: Zahl der Kanäle von Eingabe und Ausgabe.
            r: Reduktionsfaktor; zwischen den beiden Faltungen liegen ``n_channels / r`` Kanäle.

        Raises:
            TypeError: Wenn ``n_channels`` oder ``r`` keine ganze Zahl ist.
            ValueError: Wenn eine der Zahlen kleiner als 1 ist oder ``r`` die Zahl der Kanäle
                nicht teilt.
        """
        super().__init__()
        _require_positive("n_channels", n_channels)
        _require_divisor("r", r, n_channels)
        self.n_channels = n_channels
        self.trace = Observer()
        # Zwei 1×1-Faltungen mit Bias: erst auf n_channels / r Kanäle, dann zurück.
        ...  # Lücke (1)
        ...  # Lücke (2)

    def forward(self, x: Tensor) -> Tensor:
        """Berechnet die gewichteten Kanäle.

        Args:
            x: Tensor der Form ``(N, n_channels, H, W)`` im Datentyp der Gewichte.

        Returns:
            Tensor derselben Form und desselben Datentyps.

        Raises:
            TypeError: Wenn ``x`` kein Tensor ist oder einen anderen Datentyp hat als die Gewichte.
            ValueError: Wenn die Form von ``x`` nicht passt.
        """
        _require_images(x, self.n_channels, self)
        # Zwei Kopien, damit sich die Gradienten der beiden Wege getrennt beobachten lassen.
        x_skip = x.clone()
        x_se = x.clone()
        self.trace.gradients(x=x, x_skip=x_skip, x_se=x_se)

        # Squeeze: ein Mittelwert je Bild und Kanal, Form (N, C, 1, 1)
        gap_out = ...  # Lücke (3)
        # Excitation: aus den Mittelwerten ein Faktor je Kanal
        conv1_act = ...  # Lücke (4)
        conv1_out = ...  # Lücke (5)
        conv2_act = ...  # Lücke (6)
        conv2_out = ...  # Lücke (7)
        # Skalierung der Kopie, die den SE-Weg nicht gegangen ist
        y = ...  # Lücke (8)

        self.trace.values(gap_out=gap_out, conv1_act=conv1_act, conv1_out=conv1_out)
        self.trace.values(conv2_act=conv2_act, conv2_out=conv2_out, y=y)
        self.trace.gradients(gap_out=gap_out, conv2_out=conv2_out)
        return y


class BottleneckBlock(nn.Module):
    """Residualblock aus drei Faltungen, auf Wunsch mit Squeeze-and-Excitation.

    Der Skip-Weg ist die Identität. Deshalb hat die Eingabe so viele Kanäle wie die Ausgabe,
    ``expansion * n_channels``, und die Schrittweite ist 1. Die Schichten heißen ``conv1``,
    ``conv2``, ``conv3`` und ``se``. Wer dem Attribut ``trace`` einen Beobachter gibt, sieht die
    Zwischenergebnisse.

    Quelle: He u. a., »Deep Residual Learning for Image Recognition« (2015), Abbildung 5 rechts.
    """

    expansion: ClassVar[int] = 4

    conv1: nn.Conv2d
    conv2: nn.Conv2d
    conv3: nn.Conv2d
    se: SqueezeAndExcitationBlock

    def __init__(
        self, n_channels_in: int, n_channels: int, r_se: int | None = None, stride: int = 1
    ) -> None:
        """Legt die Schichten an.

        Args:
            n_channels_in: Zahl der Kanäle der Eingabe.
            n_channels: Zahl der Kanäle zwischen den Faltungen, ein Viertel von ``n_channels_in``.
            r_se: Reduktionsfaktor des SE-Blocks; ``None`` lässt den SE-Block weg.
            stride: Schrittweite; nur 1 ist erlaubt.

        Raises:
            TypeError: Wenn eine Angabe keine ganze Zahl ist.
            ValueError: Wenn eine Zahl kleiner als 1 ist, ``stride`` nicht 1 ist,
                ``n_channels_in`` nicht ``expansion * n_channels`` ist oder ``r_se`` die Zahl der
                Ausgabekanäle nicht teilt.
        """
        super().__init__()
        _require_positive("n_channels_in", n_channels_in)
        _require_positive("n_channels", n_channels)
        _require_positive("stride", stride)
        if stride != 1:
            raise ValueError(
                f"stride ist {stride}; dieser Block verkleinert nicht, erlaubt ist nur 1."
            )
        if n_channels_in != self.expansion * n_channels:
            raise ValueError(
                f"n_channels_in ist {n_channels_in}; weil der Skip-Weg die Identität ist, ist zu "
                f"n_channels = {n_channels} nur {self.expansion * n_channels} erlaubt."
            )
        if r_se is not None:
            _require_divisor("r_se", r_se, self.expansion * n_channels)
        self.n_channels_in = n_channels_in
        self.r_se = r_se
        self.trace = Observer()
        # Drei Faltungen ohne Bias: 1×1, 3×3 mit gleicher Höhe und Breite, 1×1
        ...  # Lücke (9)
        ...  # Lücke (10)
        ...  # Lücke (11)
        if r_se is not None:
            ...  # Lücke (12)

    def forward(self, x: Tensor) -> Tensor:
        """Berechnet die Ausgabe des Blocks.

        Args:
            x: Tensor der Form ``(N, n_channels_in, H, W)`` im Datentyp der Gewichte.

        Returns:
            Tensor derselben Form und desselben Datentyps.

        Raises:
            TypeError: Wenn ``x`` kein Tensor ist oder einen anderen Datentyp hat als die Gewichte.
            ValueError: Wenn die Form von ``x`` nicht passt.
        """
        _require_images(x, self.n_channels_in, self)
        # Zwei Kopien, damit sich die Gradienten der beiden Wege getrennt beobachten lassen.
        x_skip = x.clone()
        x_res = x.clone()
        self.trace.gradients(x=x, x_skip=x_skip, x_res=x_res)

        conv1_act = ...  # Lücke (13)
        conv1_out = ...  # Lücke (14)
        conv2_act = ...  # Lücke (15)
        conv2_out = ...  # Lücke (16)
        conv3_act = ...  # Lücke (17)
        self.trace.values(conv1_act=conv1_act, conv1_out=conv1_out)
        self.trace.values(conv2_act=conv2_act, conv2_out=conv2_out, conv3_act=conv3_act)

        if self.r_se is not None:
            # Der SE-Block gewichtet die Kanäle, bevor der Skip-Weg dazukommt.
            res = ...  # Lücke (18)
        else:
            res = ...  # Lücke (19)
        z = ...  # Lücke (20)
        y = ...  # Lücke (21)

        self.trace.values(res=res, z=z, y=y)
        self.trace.gradients(res=res, z=z)
        return y
