"""Fashion-MNIST: die mitgelieferte Teilmenge und der ganze Datensatz.

Quelle: Xiao u. a., „Fashion-MNIST: a Novel Image Dataset for Benchmarking Machine Learning
Algorithms“ (2017).
"""

from __future__ import annotations

import gzip
import hashlib
import zipfile
import zlib
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

from resnet.training.datasets.download import Progress, cache_folder, fetch
from resnet.training.errors import DataError
from resnet.training.images import Data, Images

FASHION = Path(__file__).with_name("fashion") / "fashion.npz"
CLASSES = (
    "T-Shirt", "Hose", "Pullover", "Kleid", "Mantel", "Sandale", "Hemd", "Turnschuh", "Tasche",
    "Stiefelette",
)  # fmt: skip
SUBSET_VALIDATION_IMAGES = 1000
# Genug, um ein Training zu beobachten: Auf 2000 Bilder schwankt ein Anteil um 0,6 Prozentpunkte.
VALIDATION_IMAGES = 2000

DEBIAN_FASHION = Path("/usr/share/datasets/fashion-mnist")
FASHION_MIRROR = (
    "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/"
)
# Prüfsummen des entpackten Inhalts, denn Debian packt die Dateien neu.
FASHION_SHA256 = {
    "train-images-idx3-ubyte": "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
    "train-labels-idx1-ubyte": "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
    "t10k-images-idx3-ubyte": "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
    "t10k-labels-idx1-ubyte": "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
}
# Vor den Werten stehen eine Kennung und die Längen der Achsen, je vier Bytes.
_IDX_HEADER_BYTES = {"images": 16, "labels": 8}
# Ein Byte mehr als die größte Datei: Was länger ist, fällt an der Summe auf.
_IDX_LIMIT = {"images": 16 + 60_000 * 28 * 28 + 1, "labels": 8 + 60_000 + 1}


def load_fashion(path: Path = FASHION) -> Data:
    """Lädt die mitgelieferte Teilmenge von Fashion-MNIST.

    Die grauen Bilder haben 28×28 Bildpunkte; ein schwarzer Rand von 2 Bildpunkten bringt sie auf
    32×32.

    Raises:
        DataError: Wenn die Datei fehlt oder beschädigt ist.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            train = grey_images(file["train_images"], file["train_labels"])
            test = grey_images(file["test_images"], file["test_labels"])
    except FileNotFoundError as error:
        raise DataError(
            f"Die Datei {path} fehlt; sie liegt dem Kurs bei, holen Sie sie noch einmal von dort."
        ) from error
    except (OSError, EOFError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise DataError(
            f"Die Datei {path} ist beschädigt; sie liegt dem Kurs bei, holen Sie sie noch einmal "
            "von dort."
        ) from error
    # Die Datei ist gemischt: Die letzten Bilder sind so zufällig wie alle anderen.
    return Data.split("Fashion-MNIST, Teilmenge", CLASSES, train, test, SUBSET_VALIDATION_IMAGES)


def load_fashion_full(
    folder: Path | None = None,
    mirror: str = FASHION_MIRROR,
    progress: Progress = lambda done, total: None,
) -> Data:
    """Lädt das ganze Fashion-MNIST.

    Args:
        folder: Ordner mit den vier Dateien. Ohne Angabe der Ordner von Debians Paket
            ``dataset-fashion-mnist`` oder, wo es fehlt, ein Download.
        mirror: Adresse, unter der die vier gepackten Dateien liegen.
        progress: Fortschritt des Downloads, siehe :func:`.download.download`.

    Raises:
        DataError: Wenn eine Datei fehlt, nicht zu bekommen oder beschädigt ist.
    """
    if folder is None:
        folder = DEBIAN_FASHION
        if not folder.is_dir():
            folder = cache_folder() / "fashion-mnist"
            for name in FASHION_SHA256:
                target = folder / f"{name}.gz"
                fetch(mirror + target.name, target, read_fashion, progress)
    elif folder.is_file():
        raise DataError(f"{folder} ist eine Datei; erlaubt ist nur der Ordner mit allen vieren.")
    parts = {}
    for part, prefix in (("train", "train"), ("test", "t10k")):
        images = read_fashion(_fashion_file(folder, f"{prefix}-images-idx3-ubyte"))
        labels = read_fashion(_fashion_file(folder, f"{prefix}-labels-idx1-ubyte"))
        parts[part] = grey_images(images, labels)
    train = parts["train"].shuffled()
    return Data.split("Fashion-MNIST", CLASSES, train, parts["test"], VALIDATION_IMAGES)


def read_fashion(path: Path) -> NDArray[np.uint8]:
    """Liest eine der vier Dateien von Fashion-MNIST, gepackt oder nicht, und prüft ihre Summe.

    Args:
        path: Die Datei; ohne die Endung ``.gz`` ist ihr Name der des Datensatzes.

    Returns:
        Bilder der Form ``(N, 28, 28)`` oder Klassen der Form ``(N,)``, ``uint8``.

    Raises:
        DataError: Wenn der Inhalt nicht der des Datensatzes ist.
    """
    name = path.name.removesuffix(".teil").removesuffix(".gz")
    kind = "images" if "images" in name else "labels"
    try:
        with path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
            file.seek(0)
            # Mehr zu lesen, als der Datensatz groß ist, füllte bei falschen Dateien den Speicher.
            with gzip.open(file) if packed else file as unpacked:
                content = unpacked.read(_IDX_LIMIT[kind])
    except FileNotFoundError as error:
        raise DataError(f"Die Datei {path} gibt es nicht.") from error
    except PermissionError as error:
        raise DataError(f"Die Datei {path} dürfen Sie nicht lesen.") from error
    except (EOFError, OSError, zlib.error) as error:
        raise DataError(f"Die Datei {path} ist beschädigt oder nicht lesbar.") from error
    digest = hashlib.sha256(content).hexdigest()
    if digest != FASHION_SHA256[name]:
        raise DataError(
            f"Die Datei {path} hat entpackt die SHA-256-Summe {digest}; erlaubt ist nur "
            f"{FASHION_SHA256[name]}."
        )
    values = np.frombuffer(content, np.uint8, offset=_IDX_HEADER_BYTES[kind])
    return values.reshape(-1, 28, 28) if kind == "images" else values


def _fashion_file(folder: Path, name: str) -> Path:
    for path in (folder / name, folder / f"{name}.gz"):
        if path.exists():
            return path
    raise DataError(f"Die Datei {folder / name}.gz gibt es nicht.")


def grey_images(pixels: NDArray[np.uint8], labels: NDArray[np.uint8]) -> Images:
    """Bringt graue Bilder von 28×28 mit einem schwarzen Rand auf 32×32.

    Args:
        pixels: Form ``(N, 28, 28)``, ``uint8``.
        labels: Form ``(N,)``, ganze Zahlen von 0 bis 9.

    Raises:
        ValueError: Wenn Form, Datentyp oder Klassen nicht stimmen.
    """
    if pixels.shape != (len(labels), 28, 28) or pixels.dtype != np.uint8:
        raise ValueError("Form oder Datentyp der Bilder stimmt nicht.")
    if len(labels) <= SUBSET_VALIDATION_IMAGES or labels.max() >= len(CLASSES):
        raise ValueError("Zahl der Bilder oder Klassen stimmt nicht.")
    padded = F.pad(torch.tensor(pixels)[:, None], (2, 2, 2, 2))
    return Images(padded, torch.tensor(labels).long())
