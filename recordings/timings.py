"""Zeiten messen und mit allem aufschreiben, was man zu ihrer Herkunft wissen muss."""

from __future__ import annotations

import datetime
import json
import os
import platform
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import numpy as np
import torch

from resnet.training.cpu_name import cpu_name


def record(
    name: str,
    settings: Mapping[str, object],
    measure: Callable[[int], dict[str, float]],
    sizes: Iterable[int],
) -> int:
    """Misst alle Größen mit einem Thread und schreibt ``recordings/NAME.json``.

    Args:
        name: Name des Programms in ``recordings`` und der Datei.
        settings: Was außer der Größe gleich bleibt.
        measure: Misst eine Größe.
        sizes: Die Größen.

    Returns:
        0, oder 2, wenn NumPy mit mehreren Threads rechnete.
    """
    if os.environ.get("OMP_NUM_THREADS") != "1":
        print(
            "Setzen Sie OMP_NUM_THREADS=1, damit auch NumPy mit einem Thread rechnet.",
            file=sys.stderr,
        )
        return 2
    torch.set_num_threads(1)
    result = {
        "command": f"OMP_NUM_THREADS=1 python -m recordings.{name}",
        "date": datetime.date.today().isoformat(),
        "processor": cpu_name(),
        "threads": 1,
        "versions": {
            "python": platform.python_version(),
            "numpy": np.__version__,
            "torch": torch.__version__.split("+")[0],
        },
        **settings,
        "rows": [measure(size) for size in sizes],
    }
    path = Path(__file__).with_name(f"{name}.json")
    path.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"{path} geschrieben.")
    return 0


def fastest(steps: Mapping[str, Callable[[], None]], repeats: int) -> dict[str, float]:
    """Die kürzeste Zeit jedes Schritts in Millisekunden; andere Programme können nur bremsen.

    Args:
        steps: Name → Schritt; sie laufen abwechselnd, damit eine Störung alle trifft.
        repeats: So oft läuft jeder.
    """
    best = dict.fromkeys(steps, float("inf"))
    for step in steps.values():
        step()
    for _ in range(repeats):
        for name, step in steps.items():
            start = time.perf_counter()
            step()
            best[name] = min(best[name], (time.perf_counter() - start) * 1000)
    return {name: round(duration, 4) for name, duration in best.items()}
