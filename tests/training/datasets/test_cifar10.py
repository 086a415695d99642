"""CIFAR-10: seine Formate und geprüften Summen."""

from __future__ import annotations

import io
import pickle
from pathlib import Path

import numpy as np
import pytest
from dataset_files import (
    NAMES,
    assert_is_cifar,
    batch,
    binary_files,
    packed,
    python_files,
    sha256,
)
from PIL import Image

from resnet.training.datasets import cifar10
from resnet.training.datasets.cifar10 import CIFAR_BINARY, CIFAR_PYTHON, load_cifar10
from resnet.training.errors import DataError


def test_cifar10_from_both_archives_and_the_folder(tmp_path: Path) -> None:
    for name, files in ((CIFAR_BINARY, binary_files()), (CIFAR_PYTHON, python_files())):
        content = packed(files)
        (tmp_path / name).write_bytes(content)
        data = load_cifar10(tmp_path / name, sums={name: sha256(content)})
        assert data.name == "CIFAR-10"
        assert_is_cifar(data)
    for name, content in binary_files().items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    assert_is_cifar(load_cifar10(tmp_path / "cifar-10-batches-bin"))
    assert_is_cifar(load_cifar10(tmp_path))


def test_a_jpeg_copy_is_named_as_one(tmp_path: Path) -> None:
    arrays: dict[str, np.ndarray] = {"classes": np.array(cifar10._CIFAR_ENGLISH)}
    for part, numbers in (("train", range(5)), ("test", range(5, 6))):
        images = []
        for number in numbers:
            for pixels in batch(number)[0]:
                buffer = io.BytesIO()
                Image.fromarray(pixels.transpose(1, 2, 0)).save(buffer, "JPEG")
                images.append(buffer.getvalue())
        arrays[f"{part}_jpeg"] = np.frombuffer(b"".join(images), np.uint8)
        arrays[f"{part}_offsets"] = np.cumsum([0, *map(len, images)])
        arrays[f"{part}_labels"] = np.tile(batch(0)[1], len(numbers))
    np.savez(tmp_path / "kopie.npz", **arrays)
    data = load_cifar10(tmp_path / "kopie.npz")
    assert data.name == "CIFAR-10 in einer JPEG-komprimierten Kopie"
    assert_is_cifar(data, tolerance=12)


class Trap:
    """Ein Pickle, der beim Lesen eine Datei anlegt."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> tuple:
        return Path.touch, (self._path,)


def test_no_pickle_is_read_before_its_sum_is_checked(tmp_path: Path) -> None:
    trace = tmp_path / "ausgeführt"
    files = {f"cifar-10-batches-py/{name}": pickle.dumps(Trap(trace)) for name in NAMES}
    (tmp_path / CIFAR_PYTHON).write_bytes(packed(files))
    with pytest.raises(DataError, match="SHA-256-Summe"):
        load_cifar10(tmp_path / CIFAR_PYTHON)
    folder = tmp_path / "cifar-10-batches-py"
    folder.mkdir()
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match="Pickle"):
        load_cifar10(folder)
    assert not trace.exists()
    # Die Falle ist echt: Wer liest, löst sie aus.
    pickle.loads(files["cifar-10-batches-py/test_batch"])
    assert trace.exists()


def test_damaged_cifar10_is_one_sentence(tmp_path: Path) -> None:
    content = packed(binary_files())
    short = tmp_path / CIFAR_BINARY
    short.write_bytes(content[: len(content) // 2])
    with pytest.raises(DataError, match="SHA-256-Summe"):
        load_cifar10(short)
    # Selbst wenn die Summe zu stimmen scheint.
    with pytest.raises(DataError, match="beschädigt"):
        load_cifar10(short, sums={CIFAR_BINARY: sha256(short.read_bytes())})
    folder = tmp_path / "cifar-10-batches-bin"
    folder.mkdir()
    for name, records in binary_files().items():
        # Genau an einer Bildgrenze abgeschnitten.
        (tmp_path / name).write_bytes(records[: 3073 * 1000])
    with pytest.raises(DataError, match="beschädigt"):
        load_cifar10(folder)
    (folder / "test_batch.bin").unlink()
    with pytest.raises(DataError, match="gibt es nicht"):
        load_cifar10(folder)
    (tmp_path / "kopie.npz").write_bytes(b"PK nichts")
    with pytest.raises(DataError, match="beschädigt"):
        load_cifar10(tmp_path / "kopie.npz")
    with pytest.raises(DataError, match="gibt es nicht"):
        load_cifar10(tmp_path / "nichts.tar.gz")
