"""Ein Training in einer halben Minute, das auf einem Rechner immer dasselbe Ergebnis hat.

Zum Ausprobieren: ``python -m resnet.training.quick``.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from resnet.solution import ResNet
from resnet.training.datasets.fashion_mnist import load_fashion
from resnet.training.evaluation import accuracy, confusion
from resnet.training.images import Data
from resnet.training.loop import Trainer
from resnet.training.settings import Settings
from resnet.training.wording import counted, percent

TRAIN_IMAGES = 512
VALIDATION_IMAGES = 200
TEST_IMAGES = 500
# Alles fest, was das Ergebnis ändern könnte, auch die Genauigkeit: Bei gemessener Auswahl wären
# zwei Läufe auf einem Rechner verschieden.
SETTINGS = Settings(
    epochs=4,
    batch_size=32,
    learning_rate=2e-3,
    weight_decay=0.05,
    seed=0,
    precision="float32",
    memory_format="channels_last",
    optimizer="adamw",
    padding=2,
)


@dataclass(frozen=True)
class Result:
    """Ein fertiges kurzes Training.

    Attributes:
        data: Die benutzten Bilder.
        settings: Die Einstellungen.
        epochs: Je Epoche die Werte von :class:`~resnet.training.results.Epoch`.
        guesses: Die erkannte Klasse jedes Testbilds, Form ``(N,)``, ``int64``.
        probabilities: Wie sicher sich das Netz dabei war, Form ``(N,)``, von 0 bis 1.
    """

    data: Data
    settings: Settings
    epochs: list[dict[str, float]]
    guesses: Tensor
    probabilities: Tensor

    @property
    def accuracy(self) -> float:
        """Anteil richtig erkannter Testbilder."""
        return accuracy(self.data.test.labels, self.guesses)

    @property
    def confusion(self) -> list[list[int]]:
        """Wie oft Testbilder einer Klasse (Zeile) für eine andere (Spalte) gehalten wurden."""
        return confusion(self.data.test.labels, self.guesses, len(self.data.classes))

    def __str__(self) -> str:
        data, settings = self.data, self.settings
        return (
            f"Daten:    {data.name}\n"
            f"Bilder:   {len(data.train)} zum Training, {len(data.validation)} zur Validierung, "
            f"{len(data.test)} zum Test\n"
            f"Training: {counted(settings.epochs, 'Epoche', 'Epochen')}, "
            f"{settings.batch_size} Bilder je Schritt\n"
            f"Test:     {percent(self.accuracy)} richtig"
        )


def train(network: nn.Module | None = None, settings: Settings = SETTINGS) -> Result:
    """Trainiert ein Netz auf wenigen Bildern der mitgelieferten Teilmenge von Fashion-MNIST.

    Args:
        network: Das Netz, zum Beispiel Ihr eigenes ``ResNet()``; ohne Angabe das der Musterlösung,
            mit Anfangsgewichten zum Startwert ``settings.seed``.
        settings: Die Einstellungen.

    Raises:
        DataError: Wenn die Bilder fehlen oder beschädigt sind.
    """
    with _one_thread():
        if network is None:
            torch.manual_seed(settings.seed)
            network = ResNet()
        data = load_fashion()
        data = dataclasses.replace(
            data,
            train=data.train[:TRAIN_IMAGES],
            validation=data.validation[:VALIDATION_IMAGES],
            test=data.test[:TEST_IMAGES],
        )
        trainer = Trainer(network, data, settings)
        epochs = [vars(epoch) for epoch in trainer.epochs()]
        probabilities, guesses = trainer.logits(data.test).softmax(dim=1).max(dim=1)
    return Result(data, settings, epochs, guesses, probabilities)


@contextmanager
def _one_thread() -> Iterator[None]:
    """Rechnet mit einem Thread: Wie viele es sind, entscheidet, in welcher Folge summiert wird."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


if __name__ == "__main__":
    print(train())
