"""Kleinere Datensätze als die echten und ein Server mit ihnen."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from dataset_files import (
    BATCH,
    Server,
    fashion_files,
    sha256,
)

from resnet.training.datasets import cifar10, fashion_mnist


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Kleinere Dateien als die echten, und nichts landet im Cache des Benutzers."""
    monkeypatch.setattr(cifar10, "BATCH_IMAGES", BATCH)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def fashion(monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    files = fashion_files()
    sums = {name: sha256(content) for name, content in files.items()}
    monkeypatch.setattr(fashion_mnist, "FASHION_SHA256", sums)
    return files


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.shutdown()
        thread.join()
