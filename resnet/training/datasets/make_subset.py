"""Zieht die mitgelieferte Teilmenge von Fashion-MNIST und schreibt ``fashion/fashion.npz``.

Aufruf: ``python -m resnet.training.datasets.make_subset [ORDNER]``. Der Ordner enthält die vier
Dateien des ganzen Datensatzes; Debian legt sie mit ``apt-get install dataset-fashion-mnist`` nach
``/usr/share/datasets/fashion-mnist``. Gleicher Datensatz, gleiche Datei: Byte für Byte.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from resnet.training.datasets.fashion_mnist import CLASSES, DEBIAN_FASHION, FASHION, read_fashion
from resnet.training.errors import DataError

SEED = 0
PER_CLASS = {"train": 1000, "test": 200}


def draw(labels: NDArray[np.uint8], per_class: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Wählt gleich viele Bilder jeder Klasse, in gemischter Reihenfolge."""
    order = rng.permutation(len(labels))
    chosen = np.concatenate([order[labels[order] == c][:per_class] for c in range(len(CLASSES))])
    return rng.permutation(chosen)


def main(folder: Path) -> None:
    """Schreibt die Teilmenge."""
    rng = np.random.default_rng(SEED)
    arrays: dict[str, Any] = {}
    for part, prefix in (("train", "train"), ("test", "t10k")):
        labels = read_fashion(folder / f"{prefix}-labels-idx1-ubyte.gz")
        chosen = draw(labels, PER_CLASS[part], rng)
        arrays[f"{part}_images"] = read_fashion(folder / f"{prefix}-images-idx3-ubyte.gz")[chosen]
        arrays[f"{part}_labels"] = labels[chosen]
    np.savez_compressed(FASHION, **arrays)
    print(f"{FASHION} geschrieben, {FASHION.stat().st_size / 1e6:.1f} MB.")


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]) if len(sys.argv) > 1 else DEBIAN_FASHION)
    except DataError as error:
        sys.exit(str(error))
