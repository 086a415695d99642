"""Der Rechner: welche Geräte er hat und womit das Netz auf ihm am schnellsten rechnet."""

from __future__ import annotations

import copy
import itertools
import os
import time
import warnings
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn

from resnet.training.arithmetic import CPU, MEMORY_FORMATS, PRECISIONS, Arithmetic
from resnet.training.cpu_name import cpu_name
from resnet.training.errors import CallError
from resnet.training.processes import Processes
from resnet.training.wording import counted

# Ein kleinerer Vorsprung kann Zufall sein, und dieselbe Wahl heißt dasselbe Ergebnis.
_CLEARLY_FASTER = 1.1
_TIMED_STEPS = 3
_LARGEST_TRIAL = {"cpu": 64}
# Womit PyTorch vor etwas warnt, das hier so sein soll.
_INTENDED = (
    # Ein CUDA-Graph wird in einem eigenen Strom aufgezeichnet; das Ergebnis ist dasselbe.
    "The AccumulateGrad node's stream does not match",
    # Die Rückrechnung läuft in einem eigenen Thread, der die GPU beim ersten Schritt übernimmt.
    "Attempting to run cuBLAS, but there was no current",
    # DDP bemerkt bei channels_last, dass 1×1-Faltungen zwei Speicherformate haben; das ist richtig.
    "Grad strides do not match bucket view strides",
)


def choose_device(name: str | None, processes: Processes) -> torch.device:
    """Das verlangte oder das schnellste Gerät; jeder Prozess nimmt seine eigene GPU.

    Raises:
        CallError: Wenn es das verlangte Gerät hier nicht gibt.
    """
    available = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if name and not available.get(name, True):
        raise CallError(f"Das Gerät {name} gibt es hier nicht; --device cpu gibt es immer.")
    fastest_first = [kind for kind, there in available.items() if there]
    device = torch.device(name or [*fastest_first, "cpu"][0])
    if processes.size > 1 and device.type == "mps":
        # Gloo rechnet nicht auf Apple-GPUs.
        device = CPU
    if device.type != "cuda":
        return device
    if processes.local_size > torch.cuda.device_count():
        raise CallError(
            f"Es gibt {counted(torch.cuda.device_count(), 'GPU', 'GPUs')} für "
            f"{counted(processes.local_size, 'Prozess', 'Prozesse')}; "
            "erlaubt ist höchstens ein Prozess je GPU."
        )
    device = torch.device("cuda", processes.local_rank)
    torch.cuda.set_device(device)
    return device


def own_threads(processes: Processes) -> int:
    """Die Kerne des Rechners, geteilt durch die Prozesse darauf."""
    if processes.local_size == 1:
        return torch.get_num_threads()
    # torchrun stellt jeden Prozess auf einen Thread, gleich wie viele Kerne es gibt.
    return max(1, (os.cpu_count() or 1) // processes.local_size)


def prepare(device: torch.device, threads: int) -> None:
    """Stellt PyTorch für ein Training ein."""
    torch.set_num_threads(threads)
    # Winzige Zahlen, die nichts mehr bewirken, rechnet eine CPU sonst hundertmal langsamer.
    torch.set_flush_denormal(True)
    if device.type == "cuda":
        torch.backends.cudnn.benchmark = True
        torch.set_float32_matmul_precision("high")
    for message in _INTENDED:
        warnings.filterwarnings("ignore", message=message)


def hardware(device: torch.device = CPU) -> str:
    """Name der GPU oder des Prozessors, soweit das System ihn nennt."""
    return torch.cuda.get_device_name(device) if device.type == "cuda" else cpu_name()


@dataclass(frozen=True)
class Speed:
    """Gemessene Geschwindigkeit einer Kombination, in Bildern je Sekunde."""

    precision: str
    memory_format: str
    images_per_second: float


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
    speeds = []
    failures: list[RuntimeError] = []
    for precision, memory_format in itertools.product(precisions, memory_formats):
        arithmetic = Arithmetic(device, precision, memory_format)
        try:
            seconds = _seconds_per_step(copy.deepcopy(network), arithmetic, size)
        except RuntimeError as error:
            # Nicht jedes Gerät kann jede Genauigkeit; zu wenig Speicher sagt am meisten.
            failures.insert(0 if isinstance(error, torch.OutOfMemoryError) else 1, error)
        else:
            speeds.append(Speed(precision, memory_format, size / seconds))
    if not speeds:
        raise failures[0]
    return speeds


def _seconds_per_step(network: nn.Module, arithmetic: Arithmetic, size: int) -> float:
    """Der schnellste von einigen Schritten; der erste, langsamste, zählt nicht."""
    device = arithmetic.device
    network = arithmetic.placed(network).train()
    labels = torch.arange(size, device=device) % 2
    x = arithmetic.laid_out(torch.zeros(size, 3, 32, 32, device=device))
    times = []
    for _ in range(1 + _TIMED_STEPS):
        begin = time.perf_counter()
        F.cross_entropy(arithmetic.logits(network, x), labels).backward()
        _finish(device)
        times.append(time.perf_counter() - begin)
    return min(times[1:])


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
