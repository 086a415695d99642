"""Die Bilder, mit denen das Netz trainiert wird."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

FASHION = Path(__file__).with_name("data") / "fashion.npz"
CLASSES = (
    "T-Shirt",
    "Hose",
    "Pullover",
    "Kleid",
    "Mantel",
    "Sandale",
    "Hemd",
    "Turnschuh",
    "Tasche",
    "Stiefelette",
)
VALIDATION_IMAGES = 1000


class DataError(ValueError):
    """Die Daten fehlen oder sind beschädigt; der Text sagt in einem Satz, was zu tun ist."""


@dataclass(frozen=True)
class Images:
    """Bilder mit ihren Klassen.

    Attributes:
        pixels: Form ``(N, C, 32, 32)`` mit ``C`` gleich 1 oder 3, ``uint8``.
        labels: Form ``(N,)``, ``int64``.
    """

    pixels: Tensor
    labels: Tensor

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: slice | Tensor) -> Images:
        return Images(self.pixels[index], self.labels[index])


@dataclass(frozen=True)
class Data:
    """Ein Datensatz, geteilt in Training, Validierung und Test.

    Attributes:
        name: Bezeichnung für Menschen.
        classes: Namen der Klassen.
        train: Bilder, aus denen das Netz lernt.
        validation: Bilder, an denen man das Training beobachtet.
        test: Bilder, die genau einmal angesehen werden, ganz am Ende.
        mean: Mittelwert der Trainingsbilder, bezogen auf Helligkeiten von 0 bis 1.
        std: Ihre Standardabweichung.
    """

    name: str
    classes: tuple[str, ...]
    train: Images
    validation: Images
    test: Images
    mean: float
    std: float

    def normalised(self, pixels: Tensor) -> Tensor:
        """Macht aus Pixeln die Eingabe des Netzes.

        Args:
            pixels: Form ``(N, C, 32, 32)``, ``uint8``.

        Returns:
            Form ``(N, 3, 32, 32)``, ``float32``; graue Bilder haben drei gleiche Kanäle.
        """
        x = (pixels.float() / 255 - self.mean) / self.std
        return x.expand(-1, 3, -1, -1)


def load_fashion(path: Path = FASHION) -> Data:
    """Lädt die mitgelieferte Teilmenge von Fashion-MNIST.

    Die grauen Bilder haben 28×28 Bildpunkte; ein schwarzer Rand von 2 Bildpunkten bringt sie auf
    32×32.

    Raises:
        DataError: Wenn die Datei fehlt oder beschädigt ist.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            train = _images(file["train_images"], file["train_labels"])
            test = _images(file["test_images"], file["test_labels"])
    except FileNotFoundError as error:
        raise DataError(
            f"Die Datei {path} fehlt; »python -m resnet.make_fashion« erzeugt sie neu."
        ) from error
    except (OSError, EOFError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise DataError(
            f"Die Datei {path} ist beschädigt; »python -m resnet.make_fashion« erzeugt sie neu."
        ) from error
    # Die Datei ist gemischt: Die letzten Bilder sind so zufällig wie alle anderen.
    train, validation = train[:-VALIDATION_IMAGES], train[-VALIDATION_IMAGES:]
    brightness = train.pixels.double() / 255
    return Data(
        name="Fashion-MNIST, Teilmenge",
        classes=CLASSES,
        train=train,
        validation=validation,
        test=test,
        mean=brightness.mean().item(),
        std=brightness.std().item(),
    )


def _images(pixels: np.ndarray, labels: np.ndarray) -> Images:
    if pixels.shape != (len(labels), 28, 28) or pixels.dtype != np.uint8:
        raise ValueError("Form oder Datentyp der Bilder stimmt nicht.")
    if len(labels) <= VALIDATION_IMAGES or labels.max() >= len(CLASSES):
        raise ValueError("Zahl der Bilder oder Klassen stimmt nicht.")
    padded = F.pad(torch.from_numpy(pixels)[:, None], (2, 2, 2, 2))
    return Images(padded, torch.from_numpy(labels).long())
