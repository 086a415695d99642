"""Wie schnell das Training des ResNet ist, neben zwei anderen Schleifen im selben Lauf.

Die eine ist die aus Lehrbüchern: ``DataLoader``, jedes Bild einzeln in Python verändert,
``float32``. Die andere rechnet nur vorwärts, rückwärts und den Schritt, mit fertigen Bildern im
Speicher: Schneller kann ein Training mit demselben Netz nicht sein.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from resnet.solution import ResNet
from resnet.training.arithmetic import CPU, Arithmetic
from resnet.training.datasets.fashion_mnist import load_fashion
from resnet.training.hardware import fastest, measure
from resnet.training.images import Data
from resnet.training.loop import Stopped, Trainer
from resnet.training.recipes import recipe
from resnet.training.settings import Settings
from tools.bench.table import Table, number

_STEPS = 6
_ROUNDS = 5


class _PictureByPicture(Dataset):
    """Der Datensatz des Lehrbuchs: ein Bild nach dem anderen."""

    def __init__(self, data: Data, padding: int) -> None:
        self._data = data
        self._padding = padding

    def __len__(self) -> int:
        return len(self._data.train)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        image = self._data.train.pixels[index].float() / 255
        padded = F.pad(image, (self._padding,) * 4)
        top, left = torch.randint(2 * self._padding + 1, (2,)).tolist()
        image = padded[:, top : top + 32, left : left + 32]
        if torch.rand(()) < 0.5:
            image = image.flip(2)
        image = (image - self._data.mean) / self._data.std
        return image.expand(3, -1, -1), int(self._data.train.labels[index])


def _textbook(data: Data, settings: Settings) -> Callable[[], float]:
    network = ResNet().train()
    optimizer = torch.optim.AdamW(network.parameters(), lr=settings.learning_rate)
    loader = DataLoader(
        _PictureByPicture(data, settings.padding),
        settings.batch_size,
        shuffle=True,
        num_workers=2,
        drop_last=True,
    )

    def seconds() -> float:
        for step, (images, labels) in enumerate(loader):
            if step == 1:
                begun = time.perf_counter()
            optimizer.zero_grad()
            loss = F.cross_entropy(network(images), labels)
            loss.backward()
            optimizer.step()
            loss.item()
            if step == _STEPS:
                break
        return (time.perf_counter() - begun) / _STEPS

    return seconds


def _ours(data: Data, settings: Settings) -> Callable[[], float]:
    trainer = Trainer(ResNet(), data, settings)

    def seconds() -> float:
        times = []
        with contextlib.suppress(Stopped):
            list(
                trainer.epochs(
                    lambda step: times.append(time.perf_counter()), lambda: len(times) >= _STEPS
                )
            )
        return (times[-1] - times[0]) / (len(times) - 1)

    return seconds


def _pure(data: Data, settings: Settings) -> Callable[[], float]:
    arithmetic = Arithmetic(CPU, settings.precision, settings.memory_format)
    network = arithmetic.placed(ResNet()).train()
    optimizer = torch.optim.AdamW(network.parameters(), lr=settings.learning_rate, fused=True)
    batch = data.train[: settings.batch_size]
    images = arithmetic.laid_out(data.normalised(batch.pixels))

    def step() -> None:
        optimizer.zero_grad()
        loss = F.cross_entropy(arithmetic.logits(network, images), batch.labels)
        loss.backward()
        optimizer.step()
        loss.item()

    def seconds() -> float:
        step()
        begun = time.perf_counter()
        for _ in range(_STEPS):
            step()
        return (time.perf_counter() - begun) / _STEPS

    return seconds


def run() -> Table:
    """Bilder je Sekunde und ihr Verhältnis, auf der CPU."""
    data = load_fashion()
    chosen = recipe("fashion", gpu=False)
    best = fastest(measure(ResNet(), CPU, chosen["batch_size"]))
    settings = Settings(precision=best.precision, memory_format=best.memory_format, **chosen)
    loops = {
        "dieses Training": _ours(data, settings),
        "nur Vorwärts, Rückwärts, Schritt": _pure(data, settings),
        "Lehrbuch": _textbook(data, settings),
    }
    durations: dict[str, list[float]] = {name: [] for name in loops}
    # Abwechselnd, und es zählt die beste Runde: So trifft eine Störung nicht nur eine Schleife.
    for _ in range(_ROUNDS):
        for name, loop in loops.items():
            durations[name].append(loop())
    speeds = {name: settings.batch_size / min(times) for name, times in durations.items()}
    ours, pure, textbook = speeds.values()
    return Table(
        f"Training: {settings.precision}, {settings.memory_format}, "
        f"{torch.get_num_threads()} Threads, {settings.batch_size} Bilder je Schritt",
        ["Schleife", "Bilder/s"],
        [[name, f"{speed:.0f}"] for name, speed in speeds.items()],
        [
            f"{number(ours / textbook)}-mal so schnell wie das Lehrbuch, "
            f"{number(100 * ours / pure, 1)} % vom bloßen Schritt"
        ],
    )
