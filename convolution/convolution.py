# Erzeugt aus solution.py; Änderungen gehören dorthin. Danach schreibt
# »python -m faltwerk stubs convolution« diese Datei neu.
# ruff: noqa
"""Faltung: von der Kreuzkorrelation zweier Signale zu den Schichten eines Faltungsnetzes.

Bilder haben die Form ``(N, C, H, W)``: Bilder, Kanäle, Höhe, Breite. Was gegeben ist, steht in
``convolution/module.py``: die Schnittstelle der Schichten (``Module``), die gleitenden Fenster
(``sig2col``) und die Gradientenprüfung (``gradient_check``).

Quellen: Dumoulin und Visin, »A guide to convolution arithmetic for deep learning« (2016), und
Goodfellow, Bengio und Courville, »Deep Learning« (2016), Kapitel 9.
"""

from __future__ import annotations

import math
from numbers import Real
from typing import Any

import numpy as np

from convolution.module import (
    Module,
    Parameter,
    gradient_check,
    height_and_width,
    initial_weights,
    positive_integer,
    require_images,
    sig2col,
    takes_images,
    takes_signals,
)

__all__ = [
    "ELU",
    "Conv2d",
    "MaxPool2d",
    "Module",
    "Parameter",
    "ReLU",
    "convolution1d",
    "cross_correlation1d",
    "gradient_check",
    "multi_channel_convolution2d",
    "sig2col",
]


@takes_signals
def cross_correlation1d(x: np.ndarray, k: np.ndarray) -> np.ndarray:  # Lücke (1)
    """Berechnet die Kreuzkorrelation zweier Signale, ohne Rand (*valid*).

    ``y[i]`` ist die Summe von ``x[i + j] * k[j]`` über ``j = 0, …, R - 1``.

    ``np.correlate`` und ``np.convolve`` sind nicht erlaubt.

    Args:
        x: Signal der Form ``(L,)``.
        k: Kern der Form ``(R,)`` mit ``1 ≤ R ≤ L``.

    Returns:
        Array der Form ``(L - R + 1,)``.

    Raises:
        TypeError: Wenn ``x`` oder ``k`` kein Array aus Zahlen ist.
        ValueError: Wenn eines der beiden nicht eine Achse hat oder ``k`` leer oder länger als
            ``x`` ist.
    """
    ...


@takes_signals
def convolution1d(x: np.ndarray, k: np.ndarray) -> np.ndarray:  # Lücke (2)
    """Berechnet die Faltung zweier Signale, ohne Rand (*valid*).

    An der Stelle ``i`` ist die Faltung die Summe von ``x[i - j] * k[j]`` über
    ``j = 0, …, R - 1``. Die Ausgabe enthält der Reihe nach die Stellen, an denen kein Index aus
    ``x`` hinausführt, also ``i = R - 1, …, L - 1``.

    ``np.correlate`` und ``np.convolve`` sind nicht erlaubt.

    Args:
        x: Signal der Form ``(L,)``.
        k: Kern der Form ``(R,)`` mit ``1 ≤ R ≤ L``.

    Returns:
        Array der Form ``(L - R + 1,)``.

    Raises:
        TypeError: Wenn ``x`` oder ``k`` kein Array aus Zahlen ist.
        ValueError: Wenn eines der beiden nicht eine Achse hat oder ``k`` leer oder länger als
            ``x`` ist.
    """
    ...


@takes_images
def multi_channel_convolution2d(x: np.ndarray, k: np.ndarray) -> np.ndarray:  # Lücke (3)
    """Berechnet die Kreuzkorrelation mehrkanaliger Bilder mit mehreren Kernen, ohne Rand.

    Jeder der ``Co`` Kerne umfasst alle ``Ci`` Eingangskanäle und ergibt einen Ausgangskanal. Wie
    in neuronalen Netzen üblich heißt die Operation Faltung, die Kerne werden aber nicht
    gespiegelt. Gerechnet wird mit ``sig2col`` und einem Matrixprodukt (Chellapilla u. a., »High
    Performance Convolutional Neural Networks for Document Processing«, 2006).

    Args:
        x: Bilder der Form ``(N, Ci, A, B)``.
        k: Kerne der Form ``(Co, Ci, R1, R2)`` mit ``1 ≤ R1 ≤ A`` und ``1 ≤ R2 ≤ B``.

    Returns:
        Array der Form ``(N, Co, A - R1 + 1, B - R2 + 1)``.

    Raises:
        TypeError: Wenn ``x`` oder ``k`` kein Array aus Zahlen ist.
        ValueError: Wenn die Formen nicht zueinander passen.
    """
    ...


class Conv2d(Module):
    """Faltungsschicht mit Schrittweite 1, ohne Rand, wahlweise mit Bias.

    Parameter: ``w`` der Form ``(Co, Ci, R1, R2)`` und, falls ``use_bias``, ``b`` mit einem Wert
    je Ausgangskanal in einer Form, die sich ohne Umformen zu den Ausgaben
    ``(N, Co, A', B')`` addieren lässt.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | tuple[int, int],
        use_bias: bool = True,
        rng: np.random.Generator | None = None,
    ) -> None:
        """Legt die Schicht mit zufälligen Gewichten an.

        Args:
            in_channels: Zahl der Eingangskanäle ``Ci``.
            out_channels: Zahl der Ausgangskanäle ``Co``.
            kernel_size: Höhe und Breite ``(R1, R2)`` der Kerne; eine Zahl gilt für beide.
            use_bias: Ob ein Bias addiert wird.
            rng: Zufallsgenerator der Gewichte; ohne Angabe ein neuer.

        Raises:
            TypeError: Wenn eine der Größen keine ganze Zahl ist.
            ValueError: Wenn eine der Größen kleiner als 1 ist.
        """
        super().__init__()
        self.in_channels = positive_integer("in_channels", in_channels)
        self.out_channels = positive_integer("out_channels", out_channels)
        self.kernel_size = height_and_width("kernel_size", kernel_size)
        self.use_bias = bool(use_bias)
        self._init_parameters(np.random.default_rng() if rng is None else rng)

    def _init_parameters(self, rng: np.random.Generator) -> None:  # Lücke (4)
        """Meldet die Parameter mit ``register_parameter`` an.

        Die Startwerte von ``w`` liefert ``initial_weights(shape, rng)``, die von ``b`` sind 0.
        Ohne ``use_bias`` gibt es keinen Parameter ``b``.

        Args:
            rng: Zufallsgenerator der Gewichte.
        """
        ...

    def check_inputs(self, x: np.ndarray) -> None:
        """Verlangt Bilder mit ``in_channels`` Kanälen, in die der Kern passt."""
        require_images(x, self.kernel_size, self.in_channels)

    def compute_outputs(self, x: np.ndarray) -> tuple[np.ndarray, Any]:  # Lücke (5)
        """Faltet die Bilder mit den Kernen ``w`` und addiert den Bias.

        Args:
            x: Bilder der Form ``(N, Ci, A, B)``; sie bleiben unverändert.

        Returns:
            Die Ausgaben der Form ``(N, Co, A - R1 + 1, B - R2 + 1)`` und der Cache.

        Raises:
            TypeError: Wenn ``x`` kein Array aus Zahlen ist.
            ValueError: Wenn die Form von ``x`` nicht zur Schicht passt.
        """
        ...

    def compute_grads(self, grads: np.ndarray, cache: Any) -> np.ndarray:  # Lücke (6)
        """Setzt ``w.grad`` und ``b.grad`` und berechnet den Gradienten für die Bilder.

        Frühere Werte von ``w.grad`` und ``b.grad`` werden ersetzt. Ein Bias hat nur dann einen
        Gradienten, wenn die Schicht einen hat.

        Args:
            grads: Gradient für die Ausgaben, Form ``(N, Co, A - R1 + 1, B - R2 + 1)``.
            cache: Der Cache von ``compute_outputs``.

        Returns:
            Gradient für die Bilder, Form ``(N, Ci, A, B)``.

        Raises:
            TypeError: Wenn ``grads`` kein Array aus Zahlen ist.
            ValueError: Wenn ``grads`` nicht die Form der Ausgaben hat.
        """
        ...


class ReLU(Module):
    """Aktivierungsfunktion ``max(s, 0)``, elementweise.

    Quelle: Glorot, Bordes und Bengio, »Deep Sparse Rectifier Neural Networks« (2011).
    """

    def compute_outputs(self, x: np.ndarray) -> tuple[np.ndarray, Any]:  # Lücke (7)
        """Setzt negative Werte auf 0.

        Args:
            x: Array beliebiger Form; es bleibt unverändert.

        Returns:
            Die Ausgaben in der Form von ``x`` und der Cache.

        Raises:
            TypeError: Wenn ``x`` kein Array aus Zahlen ist.
        """
        ...

    def compute_grads(self, grads: np.ndarray, cache: Any) -> np.ndarray:  # Lücke (8)
        """Lässt den Gradienten nur dort durch, wo die Eingabe positiv war; bei 0 ist er 0.

        Args:
            grads: Gradient für die Ausgaben, in deren Form; er bleibt unverändert.
            cache: Der Cache von ``compute_outputs``.

        Returns:
            Gradient für die Eingabe, in deren Form.

        Raises:
            TypeError: Wenn ``grads`` kein Array aus Zahlen ist.
            ValueError: Wenn ``grads`` nicht die Form der Ausgaben hat.
        """
        ...


class ELU(Module):
    """Aktivierungsfunktion ``s`` für ``s > 0``, sonst ``alpha * (exp(s) - 1)``, elementweise.

    Quelle: Clevert, Unterthiner und Hochreiter, »Fast and Accurate Deep Network Learning by
    Exponential Linear Units (ELUs)« (2015).
    """

    def __init__(self, alpha: float = 1.0) -> None:
        """Legt die Schicht an.

        Args:
            alpha: Betrag des Grenzwerts für stark negative Eingaben, nicht negativ.

        Raises:
            TypeError: Wenn ``alpha`` keine Zahl ist.
            ValueError: Wenn ``alpha`` negativ oder nicht endlich ist.
        """
        super().__init__()
        if isinstance(alpha, bool) or not isinstance(alpha, Real):
            raise TypeError(f"alpha ist {alpha!r}; erlaubt ist eine Zahl ab 0.")
        if not 0 <= alpha < math.inf:
            raise ValueError(f"alpha ist {alpha}; erlaubt ist eine endliche Zahl ab 0.")
        self.alpha = float(alpha)

    def compute_outputs(self, x: np.ndarray) -> tuple[np.ndarray, Any]:  # Lücke (9)
        """Wendet die Aktivierungsfunktion an, auch bei großen Eingaben ohne Überlauf.

        Args:
            x: Array beliebiger Form, ganze Zahlen oder Gleitkommazahlen; es bleibt unverändert.

        Returns:
            Die Ausgaben in der Form von ``x`` und der Cache.

        Raises:
            TypeError: Wenn ``x`` kein Array aus Zahlen ist.
        """
        ...

    def compute_grads(self, grads: np.ndarray, cache: Any) -> np.ndarray:  # Lücke (10)
        """Multipliziert mit der Ableitung: 1 für ``s > 0``, sonst ``alpha * exp(s)``.

        Auch hier darf bei großen Eingaben nichts überlaufen.

        Args:
            grads: Gradient für die Ausgaben, in deren Form; er bleibt unverändert.
            cache: Der Cache von ``compute_outputs``.

        Returns:
            Gradient für die Eingabe, in deren Form.

        Raises:
            TypeError: Wenn ``grads`` kein Array aus Zahlen ist.
            ValueError: Wenn ``grads`` nicht die Form der Ausgaben hat.
        """
        ...


class MaxPool2d(Module):
    """Max-Pooling über Fenster, die sich nicht überlappen: Die Schrittweite ist die Fenstergröße.

    Zeilen und Spalten am unteren und rechten Rand, die kein ganzes Fenster mehr füllen, fallen
    weg.
    """

    def __init__(self, kernel_size: int | tuple[int, int]) -> None:
        """Legt die Schicht an.

        Args:
            kernel_size: Höhe und Breite ``(R1, R2)`` des Fensters; eine Zahl gilt für beide.

        Raises:
            TypeError: Wenn eine der Größen keine ganze Zahl ist.
            ValueError: Wenn eine der Größen kleiner als 1 ist.
        """
        super().__init__()
        self.kernel_size = height_and_width("kernel_size", kernel_size)

    def check_inputs(self, x: np.ndarray) -> None:
        """Verlangt Bilder, in die das Fenster passt."""
        require_images(x, self.kernel_size, None)

    def compute_outputs(self, x: np.ndarray) -> tuple[np.ndarray, Any]:  # Lücke (11)
        """Berechnet das Maximum jedes Fensters.

        Args:
            x: Bilder der Form ``(N, C, H, W)``; sie bleiben unverändert. Ein Fenster mit NaN
                ergibt NaN.

        Returns:
            Die Ausgaben der Form ``(N, C, H // R1, W // R2)`` und der Cache.

        Raises:
            TypeError: Wenn ``x`` kein Array aus Zahlen ist.
            ValueError: Wenn ``x`` nicht vier Achsen hat oder kleiner ist als ein Fenster.
        """
        ...

    def compute_grads(self, grads: np.ndarray, cache: Any) -> np.ndarray:  # Lücke (12)
        """Gibt jeden Gradienten an die Stelle des Maximums in seinem Fenster zurück.

        Bei mehreren gleichen Maxima bekommt ihn nur das erste: das mit der kleinsten Zeile, dann
        der kleinsten Spalte. Alle anderen Stellen bekommen 0, auch der weggefallene Rand.

        Args:
            grads: Gradient für die Ausgaben, Form ``(N, C, H // R1, W // R2)``.
            cache: Der Cache von ``compute_outputs``.

        Returns:
            Gradient für die Bilder, Form ``(N, C, H, W)``.

        Raises:
            TypeError: Wenn ``grads`` kein Array aus Zahlen ist.
            ValueError: Wenn ``grads`` nicht die Form der Ausgaben hat.
        """
        ...
