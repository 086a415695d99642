"""CIFAR-10 aus einem der offiziellen Archive, seinem Ordner oder einer JPEG-komprimierten Kopie.

Quelle: Krizhevsky, „Learning Multiple Layers of Features from Tiny Images“ (2009).
"""

from __future__ import annotations

import io
import pickle
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path, PurePosixPath

import numpy as np
import torch
from PIL import Image

from resnet.training.datasets.download import Progress, cache_folder, fetch, sha256
from resnet.training.errors import DataError
from resnet.training.images import Data, Images

CIFAR_MIRROR = "https://www.cs.toronto.edu/~kriz/"
CIFAR_BINARY, CIFAR_PYTHON = "cifar-10-binary.tar.gz", "cifar-10-python.tar.gz"
CIFAR_SHA256 = {
    CIFAR_BINARY: "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
    CIFAR_PYTHON: "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce",
}
CIFAR_CLASSES = (
    "Flugzeug", "Auto", "Vogel", "Katze", "Hirsch", "Hund", "Frosch", "Pferd", "Schiff",
    "Lastwagen",
)  # fmt: skip
_CIFAR_ENGLISH = (
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
)  # fmt: skip
CIFAR_NAME = "CIFAR-10"
CIFAR_JPEG_NAME = "CIFAR-10 in einer JPEG-komprimierten Kopie"
_TRAIN_BATCHES = tuple(f"data_batch_{number}" for number in range(1, 6))
_TEST_BATCH = "test_batch"
BATCH_IMAGES = 10_000
# Eine Klasse, dann 1024 rote, 1024 grüne und 1024 blaue Bildpunkte.
_RECORD_BYTES = 1 + 3 * 32 * 32

# Genug, um ein Training zu beobachten: Auf 2000 Bilder schwankt ein Anteil um 0,6 Prozentpunkte.
VALIDATION_IMAGES = 2000

# Was beim Lesen beschädigter Dateien vorkommt.
_BROKEN_ARCHIVE = (tarfile.TarError, zipfile.BadZipFile, zlib.error, pickle.UnpicklingError)
_DAMAGE = (EOFError, KeyError, OSError, TypeError, ValueError, *_BROKEN_ARCHIVE)


def load_cifar10(
    path: Path | None = None,
    mirror: str = CIFAR_MIRROR,
    progress: Progress = lambda done, total: None,
    sums: dict[str, str] = CIFAR_SHA256,
) -> Data:
    """Lädt CIFAR-10.

    Args:
        path: Das offizielle Archiv (``cifar-10-binary.tar.gz`` oder ``cifar-10-python.tar.gz``),
            der ausgepackte Ordner des ersten oder eine JPEG-komprimierte Kopie als ``.npz``.
            Ohne Angabe ein Download.
        mirror: Adresse, unter der das Archiv liegt.
        progress: Fortschritt des Downloads, siehe :func:`.download.download`.
        sums: Die erlaubten SHA-256-Summen der Archive.

    Raises:
        DataError: Wenn die Daten fehlen, nicht zu bekommen oder beschädigt sind.
    """
    if path is None:
        path = cache_folder() / CIFAR_BINARY
        fetch(mirror + path.name, path, lambda file: _check(file, sums[CIFAR_BINARY]), progress)
    try:
        name, train, test = _read(path, sums)
    except FileNotFoundError as error:
        raise DataError(f"Die Datei {error.filename} gibt es nicht.") from error
    except PermissionError as error:
        raise DataError(f"Die Datei {error.filename} dürfen Sie nicht lesen.") from error
    except _DAMAGE as error:
        raise DataError(
            f"{path} ist beschädigt oder nicht lesbar; ohne Pfad lädt --data cifar10 die Daten neu."
        ) from error
    return Data.split(name, CIFAR_CLASSES, train.shuffled(), test, VALIDATION_IMAGES)


def _read(path: Path, sums: dict[str, str]) -> tuple[str, Images, Images]:
    """Bezeichnung, Trainings- und Testbilder, vollzählig und mit erlaubten Klassen."""
    name = CIFAR_NAME
    if path.is_dir():
        train, test = _from_folder(path)
    elif path.suffix == ".npz":
        name = CIFAR_JPEG_NAME
        train, test = _from_jpeg(path)
    else:
        train, test = _from_archive(path, sums)
    if (len(train), len(test)) != (len(_TRAIN_BATCHES) * BATCH_IMAGES, BATCH_IMAGES):
        raise ValueError("Zahl der Bilder stimmt nicht.")
    if max(train.labels.max(), test.labels.max()) >= len(CIFAR_CLASSES):
        raise ValueError("Zahl der Klassen stimmt nicht.")
    return name, train, test


def _check(path: Path, expected: str) -> None:
    digest = sha256(path)
    if digest != expected:
        raise DataError(
            f"Die Datei {path} hat die SHA-256-Summe {digest}; erlaubt ist nur {expected}."
        )


def _from_folder(folder: Path) -> tuple[Images, Images]:
    if (folder / "cifar-10-batches-bin").is_dir():
        folder = folder / "cifar-10-batches-bin"
    if (folder / _TEST_BATCH).exists():
        raise DataError(
            f"Die Dateien in {folder} sind Pickle-Dateien, deren Herkunft niemand prüfen kann; "
            f"erlaubt sind das Archiv {CIFAR_PYTHON} selbst oder der Ordner aus {CIFAR_BINARY}."
        )
    return _cifar(lambda name: _binary((folder / f"{name}.bin").read_bytes()))


def _from_archive(path: Path, sums: dict[str, str]) -> tuple[Images, Images]:
    """Liest ein Archiv, ohne etwas auszupacken, nachdem seine Summe geprüft ist."""
    digest = sha256(path)
    kinds = {expected: kind for kind, expected in sums.items()}
    if digest not in kinds:
        raise DataError(
            f"Die Datei {path} hat die SHA-256-Summe {digest}; erlaubt ist nur die eines "
            f"offiziellen Archivs ({' oder '.join(kinds)})."
        )
    pickled = kinds[digest] == CIFAR_PYTHON
    with tarfile.open(path, "r:gz") as archive:
        files = {PurePosixPath(member.name).name: archive.extractfile(member) for member in archive}
        # Ordner haben keinen Inhalt.
        members = {name: file.read() for name, file in files.items() if file}
    if pickled:
        return _cifar(lambda name: _pickled(members[name]))
    return _cifar(lambda name: _binary(members[f"{name}.bin"]))


def _cifar(batch: Callable[[str], Images]) -> tuple[Images, Images]:
    train = [batch(name) for name in _TRAIN_BATCHES]
    pixels = torch.cat([part.pixels for part in train])
    return Images(pixels, torch.cat([part.labels for part in train])), batch(_TEST_BATCH)


def _binary(content: bytes) -> Images:
    records = np.frombuffer(content, np.uint8).reshape(-1, _RECORD_BYTES)
    pixels = records[:, 1:].reshape(-1, 3, 32, 32)
    return Images(torch.tensor(pixels), torch.tensor(records[:, 0]).long())


def _pickled(content: bytes) -> Images:
    """Nur für Inhalte, deren Summe geprüft ist: Ein Pickle kann beliebigen Code ausführen."""
    batch = pickle.loads(content, encoding="bytes")
    pixels = torch.from_numpy(batch[b"data"]).reshape(-1, 3, 32, 32)
    return Images(pixels, torch.tensor(batch[b"labels"]))


def _from_jpeg(path: Path) -> tuple[Images, Images]:
    with np.load(path, allow_pickle=False) as file:
        if tuple(file["classes"]) != _CIFAR_ENGLISH:
            raise ValueError("Die Klassen sind andere.")
        parts = []
        for part in ("train", "test"):
            content, offsets = file[f"{part}_jpeg"].tobytes(), file[f"{part}_offsets"]
            labels = torch.from_numpy(file[f"{part}_labels"]).long()
            pixels = np.empty((len(labels), 32, 32, 3), np.uint8)
            for image, begin, end in zip(pixels, offsets[:-1], offsets[1:], strict=True):
                with Image.open(io.BytesIO(content[begin:end]), formats=["JPEG"]) as picture:
                    image[:] = np.asarray(picture)
            parts.append(Images(torch.from_numpy(pixels).permute(0, 3, 1, 2).contiguous(), labels))
    return parts[0], parts[1]
