"""Der Zwischenstand: Bit für Bit derselbe oder ein Satz."""

from __future__ import annotations

import dataclasses
import os
import shutil
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from calls import checkpoint, command
from small_trainings import SETTINGS, trainer

from resnet.solution import ResNet
from resnet.training.checkpoint import Checkpoint
from resnet.training.command import main
from resnet.training.errors import CallError, TrainingError
from resnet.training.images import Data
from resnet.training.loop import Trainer
from resnet.training.settings import Settings


def test_resumed_training_is_bit_for_bit_the_same(tiny: Data, tmp_path: Path) -> None:
    whole = trainer(tiny)
    list(whole.epochs())

    interrupted = trainer(tiny)
    next(interrupted.epochs())
    path = tmp_path / "stand.pt"
    interrupted.state().write(path)
    torch.manual_seed(99)
    resumed = Trainer(ResNet(), tiny, SETTINGS)
    resumed.restore(Checkpoint.read(path))
    list(resumed.epochs())

    assert resumed.history == whole.history
    assert len(whole.history) == 3
    expected = whole.network.state_dict()
    for name, tensor in resumed.network.state_dict().items():
        assert torch.equal(tensor, expected[name]), name


def test_checkpoint_is_whole_even_if_writing_fails(
    tiny: Data, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "stand.pt"
    run = trainer(tiny)
    run.state().write(path)
    before = path.read_bytes()

    def fail(state: object, file) -> None:
        file.write(b"halb")
        raise OSError(28, "Kein Platz")

    monkeypatch.setattr(torch, "save", fail)
    with pytest.raises(CallError, match="lässt sich nicht schreiben"):
        run.state().write(path)
    assert path.read_bytes() == before

    def stop(number: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.undo()
    monkeypatch.setattr(os, "fsync", stop)
    with pytest.raises(KeyboardInterrupt):
        run.state().write(path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_wrong_checkpoints_are_one_sentence(tiny: Data, tmp_path: Path) -> None:
    path = tmp_path / "stand.pt"
    with pytest.raises(CallError, match="gibt es nicht"):
        Checkpoint.read(path)
    run = trainer(tiny)
    run.state().write(path)
    whole = path.read_bytes()
    other = trainer(tiny, Settings(epochs=4, batch_size=16))
    with pytest.raises(
        TrainingError, match="nur mit seinen eigenen: epochs ist 4, im Zwischenstand aber 3"
    ):
        other.restore(Checkpoint.read(path))
    # Je nach Stelle wirft das Lesen andere Fehler; vorn stehen die Anweisungen des Pickles.
    rng = np.random.default_rng(0)
    damaged = [b"kein Zwischenstand", whole[: len(whole) // 2]]
    for place in rng.integers(100, 4000, 60):
        damaged.append(whole[:place] + rng.bytes(1) + whole[place + 1 :])
    outcomes = []
    for content in damaged:
        path.write_bytes(content)
        try:
            trainer(tiny).restore(Checkpoint.read(path))
        except (CallError, TrainingError) as error:
            outcomes.append(str(error))
    assert sum("beschädigt" in text for text in outcomes) > 50


def test_the_checkpoint_of_another_version_is_one_sentence(
    whole: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "lauf"
    shutil.copytree(whole, folder)
    state = checkpoint(folder)
    settings = {name: value for name, value in vars(state.settings).items() if name != "cutmix"}
    dataclasses.replace(state, settings=SimpleNamespace(**settings)).write(folder / "stand.pt")
    assert main(command(folder, "--resume")[3:]) == 2
    assert "von einer anderen Fassung des Trainings" in capsys.readouterr().err
    # So schrieb das Training, als seine Zwischenstände noch keine Prüfsumme hatten.
    torch.save({"settings": vars(state.settings), "data": state.data}, folder / "stand.pt")
    assert main(command(folder, "--resume")[3:]) == 2
    assert "von einer anderen Fassung des Trainings" in capsys.readouterr().err


def test_no_flipped_bit_and_no_missing_end_goes_unnoticed(
    whole: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "lauf"
    shutil.copytree(whole, folder)
    saved = folder / "stand.pt"
    good = saved.read_bytes()
    rng = np.random.default_rng(0)
    damaged = [good[:length] for length in (0, 1, 40, len(good) - 1)]
    # In den ersten 64 Bytes stehen Kennung und Summe; dort trifft der Zufall sonst kaum.
    for place in (*rng.integers(0, 64, 30), *rng.integers(0, len(good), 300)):
        content = bytearray(good)
        content[place] ^= 1 << rng.integers(8)
        damaged.append(bytes(content))
    names = sorted(path.name for path in folder.iterdir())
    for content in damaged:
        saved.write_bytes(content)
        assert main(command(folder, "--resume")[3:]) == 2
        text = capsys.readouterr().err
        assert "stand.pt ist beschädigt" in text and text.count("\n") == 1
        # Nichts geht verloren: Der Ordner ist, wie er war.
        assert saved.read_bytes() == content
        assert sorted(path.name for path in folder.iterdir()) == names
    saved.write_bytes(good)
    assert checkpoint(folder).losses == checkpoint(whole).losses
