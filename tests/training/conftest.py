"""Was die Tests des Trainings gemeinsam benutzen: wenige Bilder und ein fertiger Lauf."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from calls import EPOCHS, command, run_call

from resnet.training import preparation
from resnet.training.datasets.fashion_mnist import load_fashion
from resnet.training.images import Data


@pytest.fixture(autouse=True)
def settings_of_the_process() -> Iterator[None]:
    """Ein Training im Prozess der Tests stellt dessen Rechnen um; danach gilt wieder das alte."""
    threads = torch.get_num_threads()
    yield
    torch.set_num_threads(threads)
    torch.set_flush_denormal(False)


@pytest.fixture(scope="module")
def tiny() -> Data:
    """Wenige Bilder, damit ein Training Sekunden dauert."""
    data = load_fashion()
    return dataclasses.replace(data, train=data.train[:40], validation=data.validation[:20])


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ordner eines ununterbrochenen Trainings, mit Aufzeichnung."""
    folder = tmp_path_factory.mktemp("ganz") / "lauf"
    result = run_call(command(folder, "--record", str(folder.parent / "lauf.json")))
    assert result.returncode == 0, result.stderr
    assert f"Epoche {EPOCHS}/{EPOCHS}" in result.stdout and "Test: " in result.stdout
    return folder


@pytest.fixture(scope="session")
def recorded(whole: Path) -> dict:
    return json.loads((whole.parent / "lauf.json").read_text("utf-8"))


@pytest.fixture
def few_images(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ein Schritt je Epoche, damit ein Training im Prozess der Tests Sekunden dauert."""
    data = load_fashion()
    few = dataclasses.replace(
        data, train=data.train[:256], validation=data.validation[:20], test=data.test[:20]
    )
    monkeypatch.setattr(preparation, "load_fashion", lambda: few)
