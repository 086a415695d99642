"""Das Training selbst: rechnet, druckt und schreibt nichts."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from resnet.data import Data, Images

CROP_PADDING = 2
EVALUATION_BATCH = 500


class TrainingError(RuntimeError):
    """Das Training kann nicht weitergehen; der Text sagt in einem Satz, warum."""


@dataclass(frozen=True)
class Settings:
    """Womit trainiert wird.

    Attributes:
        epochs: Wie oft jedes Bild gesehen wird.
        batch_size: Bilder je Schritt.
        learning_rate: Größte Lernrate des OneCycle-Plans.
        weight_decay: Gewichtszerfall von AdamW.
        seed: Startwert aller Zufallszahlen.
        precision: ``"float32"`` oder ``"bfloat16"`` für die Rechnung im Netz.
    """

    epochs: int = 8
    batch_size: int = 128
    learning_rate: float = 3e-3
    weight_decay: float = 0.05
    seed: int = 0
    precision: str = "float32"


@dataclass(frozen=True)
class Epoch:
    """Ergebnis einer Epoche.

    Attributes:
        number: Nummer, ab 1.
        learning_rate: Lernrate des letzten Schritts.
        train_loss: Mittlere Kreuzentropie auf den veränderten Trainingsbildern.
        train_accuracy: Anteil richtig erkannter Trainingsbilder.
        validation_loss: Mittlere Kreuzentropie auf den Validierungsbildern.
        validation_accuracy: Anteil richtig erkannter Validierungsbilder.
    """

    number: int
    learning_rate: float
    train_loss: float
    train_accuracy: float
    validation_loss: float
    validation_accuracy: float


@dataclass(frozen=True)
class Step:
    """Zwischenstand nach einem Schritt: Epoche, Schritt darin, Schritte je Epoche, Mittelwerte."""

    epoch: int
    step: int
    steps: int
    loss: float
    accuracy: float


def augment(pixels: Tensor, generator: torch.Generator) -> Tensor:
    """Verschiebt und spiegelt jedes Bild zufällig, alle Bilder auf einmal.

    Args:
        pixels: Form ``(N, C, H, W)``.
        generator: Quelle der Zufallszahlen.

    Returns:
        Neue Bilder derselben Form und desselben Datentyps.
    """
    n, _, height, width = pixels.shape
    padded = F.pad(pixels, (CROP_PADDING,) * 4)
    top, left = torch.randint(2 * CROP_PADDING + 1, (2, n, 1), generator=generator)
    flip = torch.rand(n, 1, generator=generator) < 0.5
    rows = top + torch.arange(height)
    columns = torch.arange(width).expand(n, width)
    columns = left + torch.where(flip, columns.flip(1), columns)
    image = torch.arange(n)[:, None, None]
    # Die Indizes stehen vorn und hinten, deshalb rücken die Kanäle ans Ende.
    return padded[image, :, rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2)


class Trainer:
    """Trainiert ein Netz und kann an jeder Epochengrenze unterbrochen werden.

    Args:
        network: Das Netz; es wird verändert.
        data: Die Bilder.
        settings: Die Einstellungen.

    Raises:
        TrainingError: Wenn es weniger Trainingsbilder gibt, als ein Schritt braucht.
    """

    def __init__(self, network: nn.Module, data: Data, settings: Settings) -> None:
        self.network = network.to(memory_format=torch.channels_last)
        self.data = data
        self.settings = settings
        self.history: list[Epoch] = []
        self.steps = len(data.train) // settings.batch_size
        if self.steps == 0:
            raise TrainingError(
                f"batch_size ist {settings.batch_size}; erlaubt sind höchstens so viele, wie es "
                f"Trainingsbilder gibt, also {len(data.train)}."
            )
        self._generator = torch.Generator().manual_seed(settings.seed)
        self._optimizer = torch.optim.AdamW(
            network.parameters(), lr=settings.learning_rate, weight_decay=settings.weight_decay
        )
        self._scheduler = torch.optim.lr_scheduler.OneCycleLR(
            self._optimizer, settings.learning_rate, total_steps=settings.epochs * self.steps + 1
        )

    def epochs(self, progress: Callable[[Step], None] = lambda step: None) -> Iterator[Epoch]:
        """Trainiert die Epochen, die noch fehlen.

        Args:
            progress: Wird nach jedem Schritt aufgerufen.

        Yields:
            Ein :class:`Epoch` nach jeder Epoche.

        Raises:
            TrainingError: Wenn der Verlust keine endliche Zahl mehr ist.
        """
        for number in range(len(self.history) + 1, self.settings.epochs + 1):
            train_loss, train_accuracy = self._train_epoch(number, progress)
            validation_loss, validation_accuracy = self.evaluate(self.data.validation)
            epoch = Epoch(
                number,
                self._scheduler.get_last_lr()[0],
                train_loss,
                train_accuracy,
                validation_loss,
                validation_accuracy,
            )
            self.history.append(epoch)
            yield epoch

    def evaluate(self, images: Images) -> tuple[float, float]:
        """Mittlere Kreuzentropie und Anteil richtig erkannter Bilder im Auswertungsmodus."""
        logits = self.logits(images)
        correct = logits.argmax(dim=1) == images.labels
        return F.cross_entropy(logits, images.labels).item(), correct.double().mean().item()

    def logits(self, images: Images) -> Tensor:
        """Die Ausgabe des Netzes im Auswertungsmodus, Form ``(N, Klassen)``, ``float32``."""
        self.network.eval()
        with torch.no_grad():
            batches = images.pixels.split(EVALUATION_BATCH)
            return torch.cat([self._forward(batch) for batch in batches])

    def state(self) -> dict[str, Any]:
        """Alles, was zum Fortsetzen gebraucht wird, aus Zahlen, Texten und Tensoren."""
        return {
            "settings": vars(self.settings),
            "history": [vars(epoch) for epoch in self.history],
            "network": self.network.state_dict(),
            "optimizer": self._optimizer.state_dict(),
            "scheduler": self._scheduler.state_dict(),
            "generator": self._generator.get_state(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Stellt einen Zustand von :meth:`state` wieder her.

        Raises:
            TrainingError: Wenn der Zustand zu anderen Einstellungen oder einem anderen Netz gehört.
        """
        if state["settings"] != vars(self.settings):
            raise TrainingError(
                f"Der Zwischenstand gehört zu den Einstellungen {state['settings']}, verlangt sind "
                f"aber {vars(self.settings)}."
            )
        try:
            self.network.load_state_dict(state["network"])
        except RuntimeError as error:
            raise TrainingError("Der Zwischenstand gehört zu einem anderen Netz.") from error
        self._optimizer.load_state_dict(state["optimizer"])
        self._scheduler.load_state_dict(state["scheduler"])
        self._generator.set_state(state["generator"])
        self.history = [Epoch(**epoch) for epoch in state["history"]]

    def _train_epoch(self, number: int, progress: Callable[[Step], None]) -> tuple[float, float]:
        self.network.train()
        size = self.settings.batch_size
        order = torch.randperm(len(self.data.train), generator=self._generator)
        total_loss, total_correct = 0.0, 0
        for step in range(1, self.steps + 1):
            batch = self.data.train[order[(step - 1) * size : step * size]]
            logits = self._forward(augment(batch.pixels, self._generator))
            loss = F.cross_entropy(logits, batch.labels)
            total_loss += loss.item()
            if not math.isfinite(total_loss):
                raise TrainingError(
                    f"Der Verlust ist in Epoche {number}, Schritt {step}, keine endliche Zahl "
                    "mehr; eine kleinere Lernrate hilft meistens."
                )
            self._optimizer.zero_grad()
            loss.backward()
            self._optimizer.step()
            self._scheduler.step()
            total_correct += int((logits.argmax(dim=1) == batch.labels).sum())
            accuracy = total_correct / (step * size)
            progress(Step(number, step, self.steps, total_loss / step, accuracy))
        return total_loss / self.steps, total_correct / (self.steps * size)

    def _forward(self, pixels: Tensor) -> Tensor:
        x = self.data.normalised(pixels).contiguous(memory_format=torch.channels_last)
        with torch.autocast("cpu", torch.bfloat16, enabled=self.settings.precision == "bfloat16"):
            return self.network(x).float()
