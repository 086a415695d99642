"""Die Bilder von TensorBoard entstehen aus dem Protokoll eines wirklichen Trainings."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from PIL import Image
from site_builds import ROOT

from resnet.solution import ResNet
from resnet.training.datasets.fashion_mnist import load_fashion
from resnet.training.logbook import Logbook
from resnet.training.loop import Trainer
from resnet.training.settings import Settings


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Protokoll eines Trainings von Sekunden."""
    torch.set_num_threads(1)
    data = load_fashion()
    data = dataclasses.replace(data, train=data.train[:32], validation=data.validation[:20])
    trainer = Trainer(ResNet(), data, Settings(epochs=2, batch_size=16))
    folder = tmp_path / "Protokoll für mich"
    with Logbook(folder) as logbook:
        for epoch in trainer.epochs():
            logbook.epoch(epoch)
            logbook.predictions(data, trainer.logits(data.validation), epoch.number)
    return folder


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "docs.figures.make_tensorboard", *map(str, arguments)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.training
def test_pictures_are_taken_from_a_real_tensorboard(log: Path, tmp_path: Path) -> None:
    done = run(log, "--out", tmp_path)
    assert done.returncode == 0, done.stderr
    for view in ("scalars", "images"):
        light, dark = (
            Image.open(tmp_path / f"tensorboard-{view}-{theme}.webp").convert("L")
            for theme in ("hell", "dunkel")
        )
        assert light.size == dark.size
        # Die Mitte ist hell oder dunkel, aber nicht leer.
        middles = [picture.resize((9, 9)).getpixel((6, 8)) for picture in (light, dark)]
        assert middles[0] > 180 > 100 > middles[1]
        assert sum(count > 0 for count in light.histogram()) > 100


def test_without_a_log_there_is_one_sentence_and_no_picture(tmp_path: Path) -> None:
    empty = tmp_path / "leer"
    empty.mkdir()
    done = run(empty, "--out", tmp_path)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1 and "kein Protokoll" in done.stderr
    assert list(tmp_path.glob("*.webp")) == []
