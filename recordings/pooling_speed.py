"""Misst Max-Pooling mit Schleifen, mit Fenstersichten und mit PyTorch.

Aufruf: ``OMP_NUM_THREADS=1 python -m recordings.pooling_speed``. Die Zeiten stehen danach mit
Rechner, Versionen und Datum in ``recordings/pooling_speed.json``; die Seite der Übung zeigt sie.
Gemessen wird mit einem Thread und in float64, vorwärts und rückwärts zusammen.
"""

from __future__ import annotations

import sys

import numpy as np
import torch
import torch.nn.functional as F
from numpy.lib.stride_tricks import sliding_window_view

from pooling.solution import MaxPool2dBackward
from recordings.timings import fastest, record

SIZES = (8, 12, 16, 24, 32, 48, 64, 96, 128)
SAMPLES, CHANNELS = 2, 4
KERNEL, STRIDE = (3, 3), (2, 2)
REPEATS = 15


def maxpool2d_windows(
    input_tensor: np.ndarray, kernel_size: tuple[int, int], stride: tuple[int, int]
) -> tuple[np.ndarray, np.ndarray]:
    """Max-Pooling ohne Schleife über die Fenster.

    Args:
        input_tensor: Eingabe der Form ``(N, C, H, W)``.
        kernel_size: Höhe und Breite des Fensters.
        stride: Vertikale und horizontale Schrittweite.

    Returns:
        Ausgabe der Form ``(N, C, H', W')`` und flacher Index jedes Maximums in seinem Fenster.
    """
    views = sliding_window_view(input_tensor, kernel_size, axis=(2, 3))
    views = views[:, :, :: stride[0], :: stride[1]]
    windows = views.reshape(*views.shape[:4], kernel_size[0] * kernel_size[1])
    index = windows.argmax(axis=-1)
    return np.take_along_axis(windows, index[..., None], axis=-1)[..., 0], index


def maxpool2d_windows_grad(
    output_tensor_grad: np.ndarray,
    index: np.ndarray,
    input_shape: tuple[int, int, int, int],
    kernel_size: tuple[int, int],
    stride: tuple[int, int],
) -> np.ndarray:
    """Rückwärtsschritt dazu: eine Schleife über die Stellen im Fenster statt über die Fenster.

    Alle Fenster, deren Maximum an derselben Stelle steht, werden auf einmal bedient. Ihre Ziele
    in der Eingabe liegen im Abstand der Schrittweite und überlappen sich deshalb nicht.

    Args:
        output_tensor_grad: Gradient der Ausgabe, Form ``(N, C, H', W')``.
        index: Flacher Index jedes Maximums in seinem Fenster, dieselbe Form.
        input_shape: Form ``(N, C, H, W)`` der Eingabe.
        kernel_size: Höhe und Breite des Fensters.
        stride: Vertikale und horizontale Schrittweite.

    Returns:
        Gradient der Eingabe, Form ``(N, C, H, W)``.
    """
    input_tensor_grad = np.zeros(input_shape, output_tensor_grad.dtype)
    output_h, output_w = output_tensor_grad.shape[2:]
    for y, x in np.ndindex(*kernel_size):
        rows = slice(y, y + (output_h - 1) * stride[0] + 1, stride[0])
        cols = slice(x, x + (output_w - 1) * stride[1] + 1, stride[1])
        here = index == y * kernel_size[1] + x
        input_tensor_grad[:, :, rows, cols] += np.where(here, output_tensor_grad, 0)
    return input_tensor_grad


def main() -> int:
    """Misst alle Bildgrößen und schreibt das Ergebnis."""
    settings = {
        "samples": SAMPLES,
        "channels": CHANNELS,
        "kernel": KERNEL,
        "stride": STRIDE,
        "repeats": REPEATS,
        "statistic": "min",
    }
    return record("pooling_speed", settings, measure, SIZES)


def measure(size: int) -> dict[str, float]:
    """Misst einen Vorwärts- und Rückwärtsschritt mit Bildern von ``size`` × ``size`` Punkten.

    Args:
        size: Höhe und Breite der Bilder.

    Returns:
        Die Bildgröße und die kürzesten Zeiten in Millisekunden.
    """
    rng = np.random.default_rng(0)
    x = rng.standard_normal((SAMPLES, CHANNELS, size, size))
    layer = MaxPool2dBackward(KERNEL, STRIDE)
    grad = rng.standard_normal(layer(x).shape)
    tensor, upstream = torch.from_numpy(x).requires_grad_(), torch.from_numpy(grad)

    def loops() -> None:
        layer(x)
        layer.backward_input(grad)

    def windows() -> None:
        _, index = maxpool2d_windows(x, KERNEL, STRIDE)
        maxpool2d_windows_grad(grad, index, x.shape, KERNEL, STRIDE)

    def pytorch() -> None:
        torch.autograd.grad(F.max_pool2d(tensor, KERNEL, STRIDE), tensor, upstream)

    steps = {"loops_ms": loops, "windows_ms": windows, "torch_ms": pytorch}
    row = {"size": size} | fastest(steps, REPEATS)
    print(row)
    return row


if __name__ == "__main__":
    sys.exit(main())
