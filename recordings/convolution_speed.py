"""Misst, wie schnell die Faltungsschicht im Vergleich zu PyTorch ist.

Aufruf: ``OMP_NUM_THREADS=1 python -m recordings.convolution_speed``. Die Zeiten stehen danach mit
Rechner, Versionen und Datum in ``recordings/convolution_speed.json``; die Seite der Übung zeigt
sie. Gemessen wird mit einem Thread und in float64, vorwärts und rückwärts zusammen; von mehreren
Wiederholungen zählt die schnellste, weil andere Programme nur bremsen können.
"""

from __future__ import annotations

import sys

import numpy as np
import torch
import torch.nn.functional as F

from convolution.solution import Conv2d
from recordings.timings import fastest, record

SIZES = (8, 12, 16, 24, 32, 48, 64, 96, 128)
IMAGES, IN_CHANNELS, OUT_CHANNELS, KERNEL = 8, 16, 32, 3
REPEATS = 15


def main() -> int:
    """Misst alle Bildgrößen und schreibt das Ergebnis."""
    settings = {
        "images": IMAGES,
        "in_channels": IN_CHANNELS,
        "out_channels": OUT_CHANNELS,
        "kernel": KERNEL,
        "repeats": REPEATS,
    }
    return record("convolution_speed", settings, measure, SIZES)


def measure(size: int) -> dict[str, float]:
    """Misst einen Vorwärts- und Rückwärtsschritt mit Bildern von ``size`` × ``size`` Punkten.

    Args:
        size: Höhe und Breite der Bilder.

    Returns:
        Die Bildgröße und die kürzesten Zeiten in Millisekunden.
    """
    rng = np.random.default_rng(0)
    x = rng.normal(size=(IMAGES, IN_CHANNELS, size, size))
    conv = Conv2d(IN_CHANNELS, OUT_CHANNELS, KERNEL, rng=rng)
    grads = rng.normal(size=conv.forward(x).shape)
    tensor = torch.from_numpy(x).requires_grad_()
    w = torch.from_numpy(np.array(conv.w)).requires_grad_()
    b = torch.from_numpy(np.array(conv.b)).reshape(-1).requires_grad_()
    upstream = torch.from_numpy(grads)

    def ours() -> None:
        conv.forward(x)
        conv.backward(grads)

    def theirs() -> None:
        torch.autograd.grad(F.conv2d(tensor, w, b), (tensor, w, b), upstream)

    times = {"size": size} | fastest({"im2col_ms": ours, "torch_ms": theirs}, REPEATS)
    print(times)
    return times


if __name__ == "__main__":
    sys.exit(main())
