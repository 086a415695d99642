"""Lernen von größeren, fertigen Netzen statt aus den Klassen der Bilder (Destillation)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from resnet.training.arithmetic import Arithmetic
from resnet.training.checkpoint import CHECKPOINT, Checkpoint
from resnet.training.errors import CallError
from resnet.training.images import Data
from resnet.training.network_file import load_network
from resnet.training.settings import Settings

_FILE = Path(__file__).with_name("teacher.py")


def distillation(logits: Tensor, teacher: Tensor, temperature: float) -> Tensor:
    """Abstand der Wahrscheinlichkeiten von denen eines Lehrers (Kullback-Leibler-Divergenz).

    Mit dem Quadrat der Temperatur bleiben die Gradienten so groß wie die der Kreuzentropie.

    Quelle: Hinton u. a., „Distilling the Knowledge in a Neural Network“ (2015), Abschnitt 2.

    Args:
        logits: Form ``(N, Klassen)``, ``float32``.
        teacher: Die Logits des Lehrers, ebenso.
        temperature: Durch sie werden beide geteilt; größer heißt, dass auch zählt, welche falschen
            Klassen der Lehrer eher für möglich hält.

    Returns:
        Mittelwert über die Bilder, ein Skalar.
    """
    own, wanted = ((x / temperature).log_softmax(dim=1) for x in (logits, teacher))
    divergence = F.kl_div(own, wanted, reduction="batchmean", log_target=True)
    return temperature**2 * divergence


class Lessons:
    """Was ein Lehrer zu den Bildern jedes Schritts sagt.

    Nach ``settings.cycle`` Epochen wiederholen sich die Bilder; der Lehrer sieht jede Fassung nur
    einmal an.
    """

    def __init__(self, teacher: nn.Module, settings: Settings, arithmetic: Arithmetic) -> None:
        self._teacher = arithmetic.placed(teacher).eval()
        self._settings = settings
        self._arithmetic = arithmetic
        self._answers: dict[tuple[int, int], Tensor] = {}

    def begin_again(self, epoch: int) -> bool:
        """Ob sich die Bilder von dieser Epoche an wiederholen."""
        return (epoch - 1) % self._settings.cycle == 0

    def answers(self, epoch: int, step: int, inputs: Callable[[], Tensor]) -> Tensor:
        """Die Logits des Lehrers zu den Bildern eines Schritts, Form ``(N, Klassen)``."""
        place = (epoch - 1) % self._settings.cycle, step
        if place not in self._answers:
            with torch.no_grad():
                self._answers[place] = self._arithmetic.logits(self._teacher, inputs())
        return self._answers[place]

    def loss(self, logits: Tensor, answers: Tensor) -> Tensor:
        """Wie weit das Netz noch von seinem Lehrer entfernt ist."""
        return distillation(logits, answers, self._settings.temperature)


class Teachers(nn.Module):
    """Mehrere Netze, die gemeinsam antworten: mit dem Mittelwert ihrer Logits."""

    def __init__(self, networks: Sequence[nn.Module]) -> None:
        super().__init__()
        self.networks = nn.ModuleList(networks)

    def forward(self, x: Tensor) -> Tensor:
        return torch.stack([network(x) for network in self.networks]).mean(dim=0)


def load_teachers(folders: Sequence[Path], data: Data) -> Teachers:
    """Lädt mit ``resnet/training/teacher.py`` trainierte Netze.

    Args:
        folders: Die Ordner ihrer Trainings.
        data: Die Bilder, aus denen sie gelernt haben müssen: Andere teilen sich anders in Training
            und Test.

    Raises:
        CallError: Wenn es eines nicht gibt oder es von anderen Daten kommt.
    """
    return Teachers([_load_teacher(folder / CHECKPOINT, data) for folder in folders])


def _load_teacher(path: Path, data: Data) -> nn.Module:
    if not path.exists():
        raise CallError(
            f"{path} gibt es nicht; --teachers nennt Ordner von Trainings mit "
            "--file resnet/training/teacher.py."
        )
    saved = Checkpoint.read(path)
    if saved.data != data.name:
        raise CallError(
            f"Das Netz in {path} kommt von den Daten »{saved.data}«; als Lehrer ist nur "
            f"eines von »{data.name}« erlaubt."
        )
    network = load_network(_FILE, len(data.classes))
    try:
        network.load_state_dict(saved.network)
    except RuntimeError as error:
        raise CallError(
            f"Das Netz in {path} ist keines aus resnet/training/teacher.py; nur ein solches kann "
            "lehren."
        ) from error
    return network
