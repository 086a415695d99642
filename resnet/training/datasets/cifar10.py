"""Ganze Datensätze aus ihren Dateien: Fashion-MNIST und CIFAR-10.

Quellen: Xiao u. a., „Fashion-MNIST“ (2017); Krizhevsky, „Learning Multiple Layers of Features from
Tiny Images“ (2009).
"""

from __future__ import annotations

import gzip
import hashlib
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
from resnet.training.images import CLASSES, Data, DataError, Images, grey_images

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

CIFAR_MIRROR = "https://www.cs.toronto.edu/~kriz/"
CIFAR_BINARY, CIFAR_PYTHON = "cifar-10-binary.tar.gz", "cifar-10-python.tar.gz"
CIFAR_SHA256 = {
    CIFAR_BINARY: "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
    CIFAR_PYTHON: "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce",
}
CIFAR_CLASSES = (
    "Flugzeug",
    "Auto",
    "Vogel",
    "Katze",
    "Hirsch",
    "Hund",
    "Frosch",
    "Pferd",
    "Schiff",
    "Lastwagen",
)
_CIFAR_ENGLISH = (
    "airplane",
    "automobile",
    "bird",
    "cat",
    "deer",
    "dog",
    "frog",
    "horse",
    "ship",
    "truck",
)
CIFAR_NAME = "CIFAR-10"
CIFAR_JPEG_NAME = "CIFAR-10 in einer JPEG-komprimierten Kopie"
_TRAIN_BATCHES = tuple(f"data_batch_{number}" for number in range(1, 6))
_TEST_BATCH = "test_batch"
BATCH_IMAGES = 10_000
# Eine Klasse, dann 1024 rote, 1024 grüne und 1024 blaue Bildpunkte.
_RECORD_BYTES = 1 + 3 * 32 * 32

# Genug, um ein Training zu beobachten: Auf 2000 Bilder schwankt ein Anteil um 0,6 Prozentpunkte.
VALIDATION_IMAGES = 2000
_SPLIT_SEED = 0

# Was beim Lesen beschädigter Dateien vorkommt.
_DAMAGE = (
    EOFError,
    KeyError,
    OSError,
    TypeError,
    ValueError,
    gzip.BadGzipFile,
    pickle.UnpicklingError,
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
)


def read_fashion(path: Path) -> np.ndarray:
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
    except _DAMAGE as error:
        raise DataError(f"Die Datei {path} ist beschädigt oder nicht lesbar.") from error
    digest = hashlib.sha256(content).hexdigest()
    if digest != FASHION_SHA256[name]:
        raise DataError(
            f"Die Datei {path} hat entpackt die SHA-256-Summe {digest}; erlaubt ist nur "
            f"{FASHION_SHA256[name]}."
        )
    values = np.frombuffer(content, np.uint8, offset=_IDX_HEADER_BYTES[kind])
    return values.reshape(-1, 28, 28) if kind == "images" else values


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
    train = _shuffled(parts["train"])
    return Data.split("Fashion-MNIST", CLASSES, train, parts["test"], VALIDATION_IMAGES)


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
        if path.is_dir():
            name, train, test = CIFAR_NAME, *_from_folder(path)
        elif path.suffix == ".npz":
            name, train, test = CIFAR_JPEG_NAME, *_from_jpeg(path)
        else:
            name, train, test = CIFAR_NAME, *_from_archive(path, sums)
        if (len(train), len(test)) != (len(_TRAIN_BATCHES) * BATCH_IMAGES, BATCH_IMAGES):
            raise ValueError("Zahl der Bilder stimmt nicht.")
        if max(train.labels.max(), test.labels.max()) >= len(CIFAR_CLASSES):
            raise ValueError("Zahl der Klassen stimmt nicht.")
    except FileNotFoundError as error:
        raise DataError(f"Die Datei {error.filename} gibt es nicht.") from error
    except PermissionError as error:
        raise DataError(f"Die Datei {error.filename} dürfen Sie nicht lesen.") from error
    except _DAMAGE as error:
        if isinstance(error, DataError):
            raise
        raise DataError(
            f"{path} ist beschädigt oder nicht lesbar; ohne Pfad lädt --data cifar10 die Daten neu."
        ) from error
    return Data.split(name, CIFAR_CLASSES, _shuffled(train), test, VALIDATION_IMAGES)


def _fashion_file(folder: Path, name: str) -> Path:
    for path in (folder / name, folder / f"{name}.gz"):
        if path.exists():
            return path
    raise DataError(f"Die Datei {folder / name}.gz gibt es nicht.")


def _shuffled(images: Images) -> Images:
    """Immer dieselbe zufällige Reihenfolge, damit Training und Validierung einander gleichen."""
    generator = torch.Generator().manual_seed(_SPLIT_SEED)
    return images[torch.randperm(len(images), generator=generator)]


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
        members = {
            PurePosixPath(member.name).name: archive.extractfile(member).read()
            for member in archive
            if member.isfile()
        }
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
