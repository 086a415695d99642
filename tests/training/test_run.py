"""Der Ordner eines Laufs: wem er gehört und wann darin gespeichert wird."""

from __future__ import annotations

from pathlib import Path

import pytest
from calls import command

from resnet.training import run
from resnet.training.checkpoint import Checkpoint
from resnet.training.command import main
from resnet.training.disk import locked


def test_a_training_is_not_overwritten(whole: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (whole / "stand.pt").read_bytes()
    assert main(["--out", str(whole)]) == 2
    assert "liegt schon ein Training" in capsys.readouterr().err
    assert (whole / "stand.pt").read_bytes() == before


def test_two_trainings_never_share_a_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with locked(tmp_path, wait=False):
        assert main(["--out", str(tmp_path)]) == 2
    assert "schreibt gerade ein anderes Training" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_checkpoint_is_written_in_the_rhythm_of_the_device_and_at_the_end(
    few_images: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "_EPOCHS_PER_CHECKPOINT", {"cpu": 2})
    saved = []
    monkeypatch.setattr(Checkpoint, "write", lambda state, path: saved.append(len(state.history)))
    assert main([*command(tmp_path / "lauf")[3:], "--epochs", "3"]) == 0
    assert saved == [2, 3]
