"""Der Rechner: welche Geräte er hat und womit das Netz auf ihm am schnellsten rechnet."""

from __future__ import annotations

import copy
import itertools
import time
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn

from resnet.training.cpu_name import processor
from resnet.training.loop import CPU, autocast, memory_format

PRECISIONS = ("float32", "bfloat16")
MEMORY_FORMATS = ("channels_last", "contiguous")
# Ein kleinerer Vorsprung kann Zufall sein, und dieselbe Wahl heißt dasselbe Ergebnis.
_CLEARLY_FASTER = 1.1
_TIMED_STEPS = 3
_LARGEST_TRIAL = {"cpu": 64}


@dataclass(frozen=True)
class Speed:
    """Gemessene Geschwindigkeit einer Kombination, in Bildern je Sekunde."""

    precision: str
    memory_format: str
    images_per_second: float


def best_device() -> torch.device:
    """Das schnellste Gerät: eine NVIDIA-GPU, eine Apple-GPU oder die CPU."""
    if torch.cuda.is_available():
        return torch.device("cuda")
    if torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")


def hardware(device: torch.device = CPU) -> str:
    """Name der GPU oder des Prozessors, soweit das System ihn nennt."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return processor()


def measure(
    network: nn.Module,
    device: torch.device,
    batch_size: int,
    precisions: tuple[str, ...] = PRECISIONS,
    memory_formats: tuple[str, ...] = MEMORY_FORMATS,
) -> list[Speed]:
    """Misst einige Schritte mit jeder Kombination, auf Kopien des Netzes.

    Args:
        network: Das Netz; es bleibt, wie es ist.
        device: Das Gerät.
        batch_size: Bilder je Schritt; auf der CPU werden höchstens 64 genommen.
        precisions: Die Genauigkeiten zur Auswahl.
        memory_formats: Die Speicherformate zur Auswahl.

    Returns:
        Die Kombinationen, die auf dem Gerät rechnen.

    Raises:
        torch.OutOfMemoryError: Wenn für keine der Speicher reicht.
        RuntimeError: Wenn keine aus einem anderen Grund rechnet.
    """
    size = min(batch_size, _LARGEST_TRIAL.get(device.type, batch_size))
    labels = torch.arange(size, device=device) % 2
    speeds = []
    failure = shortage = None
    for precision, name in itertools.product(precisions, memory_formats):
        layout = memory_format(name)
        trial = copy.deepcopy(network).to(device, memory_format=layout).train()
        x = torch.zeros(size, 3, 32, 32, device=device).contiguous(memory_format=layout)

        def step(
            trial: nn.Module = trial, x: torch.Tensor = x, precision: str = precision
        ) -> float:
            begin = time.perf_counter()
            with autocast(device, precision):
                loss = F.cross_entropy(trial(x).float(), labels)
            loss.backward()
            _finish(device)
            return time.perf_counter() - begin

        try:
            step()
            seconds = min(step() for _ in range(_TIMED_STEPS))
        except torch.OutOfMemoryError as error:
            shortage = error
        except RuntimeError as error:
            # Nicht jedes Gerät kann jede Genauigkeit.
            failure = error
        else:
            speeds.append(Speed(precision, name, size / seconds))
    if not speeds:
        raise shortage or failure
    return speeds


def fastest(speeds: list[Speed]) -> Speed:
    """Die erste Kombination, der keine spätere deutlich davonläuft."""
    best = speeds[0]
    for speed in speeds[1:]:
        if speed.images_per_second > _CLEARLY_FASTER * best.images_per_second:
            best = speed
    return best


def _finish(device: torch.device) -> None:
    """Wartet, bis das Gerät alles gerechnet hat."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()
