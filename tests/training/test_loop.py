"""Das Training des ResNet: Daten, Veränderung der Bilder, Fortsetzen, Fehlermeldungen."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode

from recordings import recorded
from resnet.solution import ResNet
from resnet.training import command as train
from resnet.training import loop as training
from resnet.training.augmentation import Augmentation, Changes, changed
from resnet.training.distillation import distillation, mixed_cross_entropy
from resnet.training.images import CLASSES, FASHION, Data, DataError, load_fashion
from resnet.training.loop import Settings, Stopped, Trainer, TrainingError
from resnet.training.provenance import accuracy, confusion

torch.set_num_threads(1)

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = Settings(epochs=3, batch_size=16)


@pytest.fixture(scope="module")
def tiny() -> Data:
    """Wenige Bilder, damit ein Training Sekunden dauert."""
    data = load_fashion()
    return dataclasses.replace(data, train=data.train[:40], validation=data.validation[:20])


def trainer(
    data: Data,
    settings: Settings = SETTINGS,
    network: Callable[[], nn.Module] = ResNet,
    teacher: nn.Module | None = None,
) -> Trainer:
    torch.manual_seed(settings.seed)
    return Trainer(network(), data, settings, teacher=teacher)


def dropping() -> nn.Module:
    """Ein Netz, das beim Training selbst Zufallszahlen zieht."""
    return nn.Sequential(nn.Flatten(), nn.Dropout(), nn.Linear(3 * 32 * 32, 10))


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


def altered(pixels: torch.Tensor, augmentation: Augmentation) -> torch.Tensor:
    changes = Changes.draw(len(pixels), torch.Generator().manual_seed(0), augmentation)
    return changed(pixels, pixels.roll(1, 0), changes)


def test_augment_only_moves_and_mirrors() -> None:
    pixels = torch.arange(2 * 6 * 5).reshape(1, 2, 6, 5).expand(200, -1, -1, -1) + 1
    moved = altered(pixels, Augmentation(padding=2))
    assert moved.shape == pixels.shape and moved.dtype == pixels.dtype
    padded = torch.nn.functional.pad(pixels[0], (2, 2, 2, 2))
    possible = {
        tuple(image.flatten().tolist())
        for top in range(5)
        for left in range(5)
        for crop in [padded[:, top : top + 6, left : left + 5]]
        for image in (crop, crop.flip(2))
    }
    seen = {tuple(image.flatten().tolist()) for image in moved}
    assert seen <= possible
    assert len(seen) > 40


def test_cutout_removes_one_square_from_every_image() -> None:
    pixels = torch.full((300, 1, 32, 32), 7, dtype=torch.uint8)
    cut = altered(pixels, Augmentation(padding=0, cutout=8))
    for image in cut[:, 0]:
        rows, columns = (image == 0).nonzero(as_tuple=True)
        height = int(rows.max() - rows.min()) + 1
        width = int(columns.max() - columns.min()) + 1
        # Am Rand ragt das Quadrat über das Bild hinaus.
        assert 4 <= height <= 8 and 4 <= width <= 8
        assert len(rows) == height * width
    assert ((cut == 0).sum((1, 2, 3)) == 64).float().mean() > 0.5


def test_cutmix_replaces_one_square_and_says_how_much_is_left() -> None:
    pixels = torch.arange(1, 201, dtype=torch.uint8)[:, None, None, None].expand(-1, 3, 32, 32)
    augmentation = Augmentation(padding=0, cutmix=0.5)
    changes = Changes.draw(len(pixels), torch.Generator().manual_seed(0), augmentation)
    mixed = changed(pixels, pixels.roll(1, 0), changes)
    own = mixed == pixels
    assert (own | (mixed == pixels.roll(1, 0))).all()
    assert torch.allclose(own.float().mean((1, 2, 3)), changes.share)
    assert 0.4 < (changes.share < 1).float().mean() < 0.6
    for image in ~own[:, 0]:
        rows, columns = image.nonzero(as_tuple=True)
        if len(rows):
            height, width = rows.max() - rows.min() + 1, columns.max() - columns.min() + 1
            assert len(rows) == height * width


def test_the_loss_of_mixed_images_weighs_both_classes() -> None:
    logits = torch.tensor([[2.0, 0.0, -1.0], [0.5, -0.5, 1.0]])
    labels, others, shares = torch.tensor([0, 1]), torch.tensor([2, 0]), torch.tensor([0.75, 1.0])
    for smoothing in (0.0, 0.1):
        # Das Ziel als Verteilung: die Anteile beider Klassen, dann geglättet.
        target = torch.tensor([[0.75, 0.0, 0.25], [0.0, 1.0, 0.0]])
        target = (1 - smoothing) * target + smoothing / 3
        expected = -(target * logits.log_softmax(dim=1)).sum(dim=1).mean()
        loss = mixed_cross_entropy(logits, labels, others, shares, smoothing)
        assert loss.item() == pytest.approx(expected.item())


def test_distillation_compares_softened_probabilities() -> None:
    logits = torch.tensor([[2.0, 0.0, -1.0], [0.5, -0.5, 1.0]])
    teacher = torch.tensor([[1.0, 1.0, 0.0], [0.5, -0.5, 1.0]])
    own, wanted = ((x / 4).softmax(dim=1) for x in (logits, teacher))
    expected = 16 * (wanted * (wanted / own).log()).sum() / 2
    assert distillation(logits, teacher, 4.0).item() == pytest.approx(expected.item(), rel=1e-5)
    assert distillation(teacher, teacher, 4.0).item() == pytest.approx(0, abs=1e-6)


class Asked(nn.Module):
    """Ein Lehrer, der sich merkt, wie viele Bilder er angesehen hat."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(5)
        self.linear = nn.Linear(3 * 32 * 32, 10)
        self.images = 0

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.images += len(x)
        return 3 * self.linear(x.flatten(1))


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
        wanted = run._forward(teacher, tiny.train.pixels)
        return distillation(run.logits(tiny.train), wanted, 4.0).item()

    assert distance(taught) < 0.5 * distance(alone)


def test_every_distortion_changes_the_image_and_keeps_its_range() -> None:
    photo = torch.randint(256, (1, 3, 32, 32), generator=torch.Generator().manual_seed(1))
    # Glatt wie ein Foto: Aus reinem Rauschen bliebe beim Drehen nichts erkennbar.
    photo = torch.nn.functional.avg_pool2d(photo.float(), 5, 1, 2).to(torch.uint8)
    pixels = photo.expand(500, -1, -1, -1)
    augmentation = Augmentation(padding=0, distortion=1.0)
    changes = Changes.draw(len(pixels), torch.Generator().manual_seed(0), augmentation)
    distorted = changed(pixels, pixels, changes)
    upright = torch.where(changes.flip[:, None, None, None], distorted.flip(3), distorted)
    assert upright.min() >= 0 and upright.max() <= 255
    difference = (upright - photo).abs().mean((1, 2, 3))
    assert difference[changes.kind == 0].max() < 0.01
    for kind in range(1, 10):
        assert difference[changes.kind == kind].max() > 3
        # Fast ohne Stärke bleibt das Bild fast, wie es ist.
        weak = (changes.kind == kind) & (changes.strength.abs() < 0.1)
        assert difference[weak].min() < 12


def test_sgd_learns_in_a_short_run_with_a_large_learning_rate() -> None:
    data = load_fashion()
    few = dataclasses.replace(data, train=data.train[:256], validation=data.validation[:20])
    settings = Settings(epochs=3, batch_size=32, optimizer="sgd", learning_rate=0.1, max_norm=1.0)
    losses = [epoch.train_loss for epoch in trainer(few, settings).epochs()]
    assert losses[0] < 4
    assert losses[-1] < 1.7


def test_resumed_training_is_bit_for_bit_the_same(tiny: Data, tmp_path: Path) -> None:
    whole = trainer(tiny)
    list(whole.epochs())

    interrupted = trainer(tiny)
    next(interrupted.epochs())
    path = tmp_path / "stand.pt"
    train.save(interrupted.state(), path)
    torch.manual_seed(99)
    resumed = Trainer(ResNet(), tiny, SETTINGS)
    train.restore(resumed, train.read(path), path)
    list(resumed.epochs())

    assert resumed.history == whole.history
    assert len(whole.history) == 3
    expected = whole.network.state_dict()
    for name, tensor in resumed.network.state_dict().items():
        assert torch.equal(tensor, expected[name]), name


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
    monkeypatch.setattr(training, "_STEPS_PER_REPORT", {"cpu": 3})
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


def test_ten_crop_averages_ten_views(tiny: Data) -> None:
    run = trainer(tiny)
    images = tiny.validation[:6]
    # Hell am Rand: Hereingeschobenes fiele auf, wenn es nicht schwarz wäre.
    images = dataclasses.replace(images, pixels=images.pixels.clamp(min=100))
    views = []
    for down, right in ((0, 0), (1, 1), (1, -1), (-1, 1), (-1, -1)):
        view = torch.zeros_like(images.pixels)
        rows, columns = (
            slice(max(down, 0), 32 + min(down, 0)),
            slice(max(right, 0), 32 + min(right, 0)),
        )
        from_rows = slice(max(-down, 0), 32 + min(-down, 0))
        from_columns = slice(max(-right, 0), 32 + min(-right, 0))
        view[:, :, rows, columns] = images.pixels[:, :, from_rows, from_columns]
        views += [view, view.flip(3)]
    expected = torch.stack(
        [run.logits(dataclasses.replace(images, pixels=view)).softmax(dim=1) for view in views]
    ).mean(dim=0)
    assert torch.allclose(run.ten_crop(images), expected, atol=1e-6)


def test_training_learns(tiny: Data) -> None:
    few = dataclasses.replace(tiny, train=tiny.train[:32])
    run = trainer(few, Settings(epochs=12, batch_size=32))
    epochs = list(run.epochs())
    assert epochs[-1].train_loss < 0.7 * epochs[0].train_loss


def test_checkpoint_is_whole_even_if_writing_fails(
    tiny: Data, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "stand.pt"
    run = trainer(tiny)
    train.save(run.state(), path)
    before = path.read_bytes()

    def fail(state: object, file) -> None:
        file.write(b"halb")
        raise OSError(28, "Kein Platz")

    monkeypatch.setattr(torch, "save", fail)
    with pytest.raises(train.CallError, match="lässt sich nicht schreiben"):
        train.save({}, path)
    assert path.read_bytes() == before

    def stop(number: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.undo()
    monkeypatch.setattr(os, "fsync", stop)
    with pytest.raises(KeyboardInterrupt):
        train.save({}, path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_wrong_checkpoints_are_one_sentence(tiny: Data, tmp_path: Path) -> None:
    path = tmp_path / "stand.pt"
    with pytest.raises(train.CallError, match="gibt es nicht"):
        train.read(path)
    run = trainer(tiny)
    train.save(run.state(), path)
    whole = path.read_bytes()
    other = trainer(tiny, Settings(epochs=4, batch_size=16))
    with pytest.raises(
        TrainingError, match="nur mit seinen eigenen: epochs ist 4, im Zwischenstand aber 3"
    ):
        train.restore(other, train.read(path), path)
    # Je nach Stelle wirft das Lesen andere Fehler; vorn stehen die Anweisungen des Pickles.
    rng = np.random.default_rng(0)
    damaged = [b"kein Zwischenstand", whole[: len(whole) // 2]]
    for place in rng.integers(100, 4000, 60):
        damaged.append(whole[:place] + rng.bytes(1) + whole[place + 1 :])
    outcomes = []
    for content in damaged:
        path.write_bytes(content)
        try:
            train.restore(trainer(tiny), train.read(path), path)
        except (train.CallError, TrainingError) as error:
            outcomes.append(str(error))
    assert sum("beschädigt" in text for text in outcomes) > 10


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


def test_open_stub_cannot_be_trained(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stub = ROOT / "resnet" / "resnet.py"
    assert train.main(["--file", str(stub), "--out", str(tmp_path)]) == 2
    message = capsys.readouterr().err
    assert "rechnet noch nicht" in message and message.count("\n") == 1
    assert train.main(["--file", str(tmp_path / "nichts.py"), "--out", str(tmp_path)]) == 2


def test_the_recorded_run_says_where_it_comes_from() -> None:
    run = recorded("fashion")
    assert {"command", "date", "hardware", "versions", "seconds", "data"} <= set(run)
    assert [epoch["number"] for epoch in run["epochs"]] == list(
        range(1, run["settings"]["epochs"] + 1)
    )
    assert run["images"] == {"train": 9000, "validation": 1000, "test": 2000}
