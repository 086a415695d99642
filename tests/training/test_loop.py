"""Die Schleife: Lernen, Anhalten, Fortsetzen und was sie ablehnt."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest
import torch
from small_trainings import Asked, trainer
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode

from resnet.solution import ResNet
from resnet.training import loop
from resnet.training.datasets.fashion_mnist import CLASSES, load_fashion
from resnet.training.errors import TrainingError
from resnet.training.evaluation import accuracy, confusion
from resnet.training.images import Data
from resnet.training.loop import Stopped, Trainer
from resnet.training.settings import Settings


def dropping() -> nn.Module:
    """Ein Netz, das beim Training selbst Zufallszahlen zieht."""
    return nn.Sequential(nn.Flatten(), nn.Dropout(), nn.Linear(3 * 32 * 32, 10))


def test_sgd_learns_in_a_short_run_with_a_large_learning_rate() -> None:
    data = load_fashion()
    few = dataclasses.replace(data, train=data.train[:256], validation=data.validation[:20])
    settings = Settings(epochs=3, batch_size=32, optimizer="sgd", learning_rate=0.1, max_norm=1.0)
    losses = [epoch.train_loss for epoch in trainer(few, settings).epochs()]
    assert losses[0] < 4
    assert losses[-1] < 1.7


def test_training_learns(tiny: Data) -> None:
    few = dataclasses.replace(tiny, train=tiny.train[:32])
    run = trainer(few, Settings(epochs=12, batch_size=32))
    epochs = list(run.epochs())
    assert epochs[-1].train_loss < 0.7 * epochs[0].train_loss


@pytest.mark.parametrize(
    ("network", "teacher", "epochs"), [(ResNet, None, 2), (dropping, None, 2), (dropping, Asked, 5)]
)
def test_stopped_in_an_epoch_ends_bit_for_bit_the_same(
    tiny: Data,
    network: Callable[[], nn.Module],
    teacher: Callable[[], nn.Module] | None,
    epochs: int,
) -> None:
    settings = Settings(
        epochs=epochs, batch_size=8, optimizer="sgd", learning_rate=0.01, max_norm=1.0, cutout=8,
        cutmix=0.5, distortion=0.5, cycle=2,
    )  # fmt: skip

    def new() -> Trainer:
        return trainer(tiny, settings, network, teacher and teacher())

    whole = new()
    list(whole.epochs())
    stopped = new()
    steps = []
    with pytest.raises(Stopped):
        # In der letzten Epoche: Mit einem Lehrer hat da der dritte Umlauf begonnen.
        list(stopped.epochs(steps.append, lambda: len(steps) == 5 * epochs - 4))
    resumed = new()
    resumed.restore(stopped.state())
    # So viel zieht auch die Messung vor einem neuen Training.
    torch.rand(7)
    list(resumed.epochs())
    assert resumed.losses == whole.losses
    assert resumed.history == whole.history
    expected = whole.network.state_dict()
    for name, tensor in resumed.network.state_dict().items():
        assert torch.equal(tensor, expected[name]), name


def test_results_collected_over_several_steps_are_the_same(
    tiny: Data, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(epochs=2, batch_size=8)
    single = trainer(tiny, settings)
    list(single.epochs())
    # So sammelt es auf einer GPU, dort je zehn.
    monkeypatch.setattr(loop, "_STEPS_PER_REPORT", {"cpu": 3})
    collected, reports = trainer(tiny, settings), []
    list(collected.epochs(reports.append))
    assert [report.step for report in reports] == [3, 5] * 2
    assert collected.losses == single.losses
    assert collected.history == single.history

    stopped, reports = trainer(tiny, settings), []
    with pytest.raises(Stopped):
        list(stopped.epochs(reports.append, lambda: len(reports) == 2))
    assert len(stopped.losses) == 8
    resumed = trainer(tiny, settings)
    resumed.restore(stopped.state())
    list(resumed.epochs())
    assert resumed.losses == single.losses


def test_a_rise_that_ends_with_the_first_step_starts_with_the_full_learning_rate(
    tiny: Data,
) -> None:
    # 0,25 der vier Schritte, die OneCycleLR zählt.
    settings = Settings(epochs=3, batch_size=40, warmup=0.25, learning_rate=0.01)
    run = trainer(tiny, settings)
    rates = [epoch.learning_rate for epoch in run.epochs()]
    assert len(rates) == 3 and 0.01 > rates[0] > rates[1] > rates[2]


class NoDoubles(TorchDispatchMode):
    """Lehnt ab, was 64 Bit breite Kommazahlen ausgibt."""

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        result = func(*args, **(kwargs or {}))
        for value in result if isinstance(result, (tuple, list)) else (result,):
            assert not isinstance(value, torch.Tensor) or value.dtype != torch.float64, func
        return result


def test_nothing_is_computed_in_double_precision_which_apple_gpus_lack(tiny: Data) -> None:
    settings = Settings(
        epochs=1, batch_size=20, optimizer="sgd", label_smoothing=0.1, max_norm=1.0, cutout=8,
        cutmix=0.5, distortion=1.0,
    )  # fmt: skip
    with NoDoubles():
        run = trainer(tiny, settings)
        list(run.epochs())
        guesses = run.logits(tiny.validation.mirrored()).argmax(dim=1)
        hits = accuracy(tiny.validation.labels, guesses)
        matrix = confusion(tiny.validation.labels, guesses, len(CLASSES))
    assert hits == sum(row[i] for i, row in enumerate(matrix)) / 20


def test_diverging_loss_and_too_large_batch_are_one_sentence(tiny: Data) -> None:
    run = trainer(tiny)
    with torch.no_grad():
        run.network.linear.weight.fill_(float("nan"))
    with pytest.raises(TrainingError, match="keine endliche Zahl"):
        next(run.epochs())
    with pytest.raises(TrainingError, match="batch_size ist 64"):
        trainer(tiny, Settings(batch_size=64))
