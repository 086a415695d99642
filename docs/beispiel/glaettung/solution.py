"""Ein Signal mit dem gleitenden Mittelwert glätten."""

from __future__ import annotations

import numpy as np


def smooth(x: np.ndarray, width: int) -> np.ndarray:
    """Mittelt über jedes Fenster aufeinanderfolgender Werte.

    Args:
        x: Signal der Form ``(L,)``.
        width: Zahl der Werte in einem Fenster.

    Returns:
        Mittelwerte der Form ``(L - width + 1,)``.

    Raises:
        ValueError: Wenn kein Fenster in das Signal passt.
    """
    if not 1 <= width <= len(x):
        raise ValueError(f"width muss zwischen 1 und {len(x)} liegen, ist aber {width}.")
    count = len(x) - width + 1  # Lücke (1)
    result = np.zeros(count)
    for i in range(count):
        result[i] = x[i : i + width].mean()  # Lücke (2)
    return result
