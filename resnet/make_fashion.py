"""Zieht die mitgelieferte Teilmenge von Fashion-MNIST und schreibt ``data/fashion.npz``.

Aufruf: ``python -m resnet.make_fashion [ORDNER]``. Der Ordner enthält die vier Dateien des ganzen
Datensatzes; Debian legt sie mit ``apt-get install dataset-fashion-mnist`` nach
``/usr/share/datasets/fashion-mnist``. Gleicher Datensatz, gleiche Datei: Byte für Byte.
"""

from __future__ import annotations

import gzip
import hashlib
import sys
from pathlib import Path

import numpy as np

from resnet.data import CLASSES, FASHION

DEFAULT_FOLDER = Path("/usr/share/datasets/fashion-mnist")
SEED = 0
PER_CLASS = {"train": 1000, "test": 200}
# Prüfsummen des entpackten Inhalts, denn Debian packt die Dateien neu.
SHA256 = {
    "train-images-idx3-ubyte": "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
    "train-labels-idx1-ubyte": "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
    "t10k-images-idx3-ubyte": "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
    "t10k-labels-idx1-ubyte": "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
}
# Vor den Werten stehen eine Kennung und die Längen der Achsen, je vier Bytes.
HEADER_BYTES = {"images": 16, "labels": 8}


def read(folder: Path, name: str) -> np.ndarray:
    """Liest eine Datei des Datensatzes und prüft ihre Summe.

    Raises:
        ValueError: Wenn der Inhalt nicht der des Datensatzes ist.
    """
    content = gzip.decompress((folder / f"{name}.gz").read_bytes())
    digest = hashlib.sha256(content).hexdigest()
    if digest != SHA256[name]:
        raise ValueError(
            f"Die Datei {name}.gz hat die SHA-256-Summe {digest}; erlaubt ist nur {SHA256[name]}."
        )
    kind = "images" if "images" in name else "labels"
    values = np.frombuffer(content, np.uint8, offset=HEADER_BYTES[kind])
    return values.reshape(-1, 28, 28) if kind == "images" else values


def draw(labels: np.ndarray, per_class: int, rng: np.random.Generator) -> np.ndarray:
    """Wählt gleich viele Bilder jeder Klasse, in gemischter Reihenfolge."""
    order = rng.permutation(len(labels))
    chosen = np.concatenate([order[labels[order] == c][:per_class] for c in range(len(CLASSES))])
    return rng.permutation(chosen)


def main(folder: Path) -> None:
    """Schreibt die Teilmenge."""
    rng = np.random.default_rng(SEED)
    arrays = {}
    for part, prefix in (("train", "train"), ("test", "t10k")):
        labels = read(folder, f"{prefix}-labels-idx1-ubyte")
        chosen = draw(labels, PER_CLASS[part], rng)
        arrays[f"{part}_images"] = read(folder, f"{prefix}-images-idx3-ubyte")[chosen]
        arrays[f"{part}_labels"] = labels[chosen]
    np.savez_compressed(FASHION, **arrays)
    print(f"{FASHION} geschrieben, {FASHION.stat().st_size / 1e6:.1f} MB.")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_FOLDER)
