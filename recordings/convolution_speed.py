"""Misst, wie schnell die Faltungsschicht im Vergleich zu PyTorch ist.

Aufruf: ``OMP_NUM_THREADS=1 python -m recordings.convolution_speed``. Die Zeiten stehen danach mit
Rechner, Versionen und Datum in ``recordings/convolution_speed.json``; die Seite der Übung zeigt
sie. Gemessen wird mit einem Thread und in float64, vorwärts und rückwärts zusammen; von mehreren
Wiederholungen zählt die schnellste, weil andere Programme nur bremsen können.
"""

from __future__ import annotations

import datetime
import json
import os
import platform
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from convolution.solution import Conv2d
from resnet.training.cpu_name import cpu_name

TIMINGS = Path(__file__).with_name("convolution_speed.json")
SIZES = (8, 12, 16, 24, 32, 48, 64, 96, 128)
IMAGES, IN_CHANNELS, OUT_CHANNELS, KERNEL = 8, 16, 32, 3
REPEATS = 15


def main() -> int:
    """Misst alle Bildgrößen und schreibt das Ergebnis."""
    if os.environ.get("OMP_NUM_THREADS") != "1":
        print(
            "Setzen Sie OMP_NUM_THREADS=1, damit auch NumPy mit einem Thread rechnet.",
            file=sys.stderr,
        )
        return 2
    torch.set_num_threads(1)
    rows = [measure(size) for size in SIZES]
    result = {
        "command": "OMP_NUM_THREADS=1 python -m recordings.convolution_speed",
        "date": datetime.date.today().isoformat(),
        "processor": cpu_name(),
        "threads": 1,
        "versions": {
            "python": platform.python_version(),
            "numpy": np.__version__,
            "torch": torch.__version__.split("+")[0],
        },
        "images": IMAGES,
        "in_channels": IN_CHANNELS,
        "out_channels": OUT_CHANNELS,
        "kernel": KERNEL,
        "repeats": REPEATS,
        "rows": rows,
    }
    TIMINGS.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"{TIMINGS} geschrieben.")
    return 0


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

    best = {ours: float("inf"), theirs: float("inf")}
    for _ in range(REPEATS):
        # Abwechselnd, damit eine Störung beide trifft.
        for step in best:
            best[step] = min(best[step], _milliseconds(step))
    times = {
        "size": size,
        "im2col_ms": round(best[ours], 3),
        "torch_ms": round(best[theirs], 3),
    }
    print(f"{size:4d}: {times['im2col_ms']:8.2f} ms, PyTorch {times['torch_ms']:8.2f} ms")
    return times


def _milliseconds(step: Callable[[], None]) -> float:
    start = time.perf_counter()
    step()
    return (time.perf_counter() - start) * 1000


if __name__ == "__main__":
    sys.exit(main())
