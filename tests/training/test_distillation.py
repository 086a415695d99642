"""Lehrer: wie das Netz ihnen folgt und wer einer sein kann."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
import torch
from calls import checkpoint, command
from small_trainings import Asked, trainer

from resnet.training import teacher
from resnet.training.command import main
from resnet.training.datasets.fashion_mnist import load_fashion
from resnet.training.distillation import Teachers, distillation
from resnet.training.images import Data
from resnet.training.loop import Trainer
from resnet.training.settings import Settings


def test_distillation_compares_softened_probabilities() -> None:
    logits = torch.tensor([[2.0, 0.0, -1.0], [0.5, -0.5, 1.0]])
    teacher = torch.tensor([[1.0, 1.0, 0.0], [0.5, -0.5, 1.0]])
    own, wanted = ((x / 4).softmax(dim=1) for x in (logits, teacher))
    expected = 16 * (wanted * (wanted / own).log()).sum() / 2
    assert distillation(logits, teacher, 4.0).item() == pytest.approx(expected.item(), rel=1e-5)
    assert distillation(teacher, teacher, 4.0).item() == pytest.approx(0, abs=1e-6)


def test_a_teacher_is_followed_and_sees_every_change_once(tiny: Data) -> None:
    settings = Settings(
        epochs=6, batch_size=8, learning_rate=0.01, cutmix=0.5, distortion=0.5, cycle=2
    )
    teacher = Asked()
    alone, taught = trainer(tiny, settings), trainer(tiny, settings, teacher=teacher)
    for run in (alone, taught):
        list(run.epochs())
    assert teacher.images == 2 * 40

    def distance(run: Trainer) -> float:
        with torch.no_grad():
            wanted = teacher(tiny.normalised(tiny.train.pixels))
        return distillation(run.logits(tiny.train), wanted, 4.0).item()

    assert distance(taught) < 0.5 * distance(alone)


def test_several_teachers_answer_with_their_mean() -> None:
    x = torch.randn(4, 3, 32, 32)
    networks = [teacher.ResNet(5).eval() for _ in range(2)]
    expected = (networks[0](x) + networks[1](x)) / 2
    assert torch.allclose(Teachers(networks)(x), expected, atol=1e-6)
    assert expected.shape == (4, 5)


@pytest.fixture
def taught(few_images: None, tmp_path: Path) -> list[str]:
    """Ein Aufruf mit einem Lehrer, der schon fertig ist."""
    folder = tmp_path / "lehrer"
    folder.mkdir()
    Trainer(teacher.ResNet(), load_fashion(), Settings()).state().write(folder / "stand.pt")
    return [*command(tmp_path / "lauf", "--teachers", str(folder))[3:], "--epochs", "1"]


def test_teachers_are_named_and_needed_again_to_resume(
    taught: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(taught) == 0
    shown = capsys.readouterr().out
    assert "Temperatur 4" in shown and "Label Smoothing" not in shown
    index = taught.index("--teachers")
    without = taught[:index] + taught[index + 2 :]
    assert main([*without, "--resume"]) == 2
    assert "nur mit denselben --teachers wie zu Beginn" in capsys.readouterr().err
    assert main([*taught, "--resume"]) == 0


def test_who_cannot_teach_is_one_sentence(
    taught: list[str], whole: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = [*taught, "--teachers", str(tmp_path / "nichts")]
    assert main(missing) == 2
    assert "--teachers nennt Ordner von Trainings mit" in capsys.readouterr().err
    assert main([*taught, "--teachers", str(whole)]) == 2
    assert "keines aus resnet/training/teacher.py" in capsys.readouterr().err
    saved = tmp_path / "lehrer" / "stand.pt"
    dataclasses.replace(checkpoint(tmp_path / "lehrer"), data="CIFAR-10").write(saved)
    assert main(taught) == 2
    assert "kommt von den Daten »CIFAR-10«" in capsys.readouterr().err
