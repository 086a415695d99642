"""Fashion-MNIST: die Teilmenge und die Formate des ganzen Datensatzes."""

from __future__ import annotations

import gzip
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import torch
from dataset_files import (
    assert_is_fashion,
)

from resnet.training.datasets import fashion_mnist
from resnet.training.datasets.fashion_mnist import (
    CLASSES,
    FASHION,
    load_fashion,
    load_fashion_full,
)
from resnet.training.errors import DataError


def test_the_data_are_balanced_and_split_without_overlap() -> None:
    data = load_fashion()
    assert (len(data.train), len(data.validation), len(data.test)) == (9000, 1000, 2000)
    assert torch.bincount(data.test.labels).tolist() == [200] * len(CLASSES)
    both = torch.cat([data.train.labels, data.validation.labels])
    assert torch.bincount(both).tolist() == [1000] * len(CLASSES)
    assert FASHION.stat().st_size < 5.5e6
    x = data.normalised(data.train.pixels)
    assert x.shape == (9000, 3, 32, 32)
    assert abs(x.mean().item()) < 1e-4 and abs(x.std().item() - 1) < 1e-4


def test_damaged_or_missing_data_are_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="fehlt"):
        load_fashion(tmp_path / "nichts.npz")
    damaged = tmp_path / "kaputt.npz"
    content = FASHION.read_bytes()
    for wrong in (content[:1000], b"", content[:100_000] + b"\0" * 1000 + content[101_000:]):
        damaged.write_bytes(wrong)
        with pytest.raises(DataError, match="beschädigt"):
            load_fashion(damaged)
    np.savez(damaged, train_images=np.zeros((3, 2), np.uint8))
    with pytest.raises(DataError, match="beschädigt"):
        load_fashion(damaged)


def test_full_fashion_packed_and_unpacked(fashion: dict[str, bytes], tmp_path: Path) -> None:
    for name, content in fashion.items():
        (tmp_path / f"{name}.gz").write_bytes(gzip.compress(content))
    assert_is_fashion(load_fashion_full(tmp_path))
    for name, content in fashion.items():
        (tmp_path / f"{name}.gz").unlink()
        (tmp_path / name).write_bytes(content)
    assert_is_fashion(load_fashion_full(tmp_path))


def test_damaged_fashion_is_one_sentence(fashion: dict[str, bytes], tmp_path: Path) -> None:
    with pytest.raises(DataError, match="gibt es nicht"):
        load_fashion_full(tmp_path)
    for name, content in fashion.items():
        (tmp_path / f"{name}.gz").write_bytes(gzip.compress(content))
    labels = tmp_path / "t10k-labels-idx1-ubyte.gz"
    labels.write_bytes(labels.read_bytes()[:-20])
    with pytest.raises(DataError, match="beschädigt"):
        load_fashion_full(tmp_path)
    # Entpackt größer als jede Datei des Datensatzes: Gelesen wird nur deren Länge.
    labels.write_bytes(gzip.compress(bytes(1 << 28), 1))
    tracemalloc.start()
    try:
        with pytest.raises(DataError, match="SHA-256-Summe"):
            load_fashion_full(tmp_path)
        assert tracemalloc.get_traced_memory()[1] < 1 << 27
    finally:
        tracemalloc.stop()
    labels.write_bytes(gzip.compress(bytes(1108)))
    with pytest.raises(DataError, match="SHA-256-Summe"):
        load_fashion_full(tmp_path)


def test_full_fashion_is_found_where_debian_puts_it(
    fashion: dict[str, bytes], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, content in fashion.items():
        (tmp_path / f"{name}.gz").write_bytes(gzip.compress(content))
    monkeypatch.setattr(fashion_mnist, "DEBIAN_FASHION", tmp_path)
    # Unter der Adresse antwortet niemand; gebraucht wird sie auch nicht.
    assert_is_fashion(load_fashion_full(mirror="http://127.0.0.1:1/"))


def test_a_file_instead_of_the_fashion_folder_is_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "train-images-idx3-ubyte.gz"
    file.write_bytes(b"")
    with pytest.raises(DataError, match="ist eine Datei"):
        load_fashion_full(file)
