"""Aus den Optionen eines Aufrufs wird ein Training: Daten, Netz, Lehrer und Einstellungen."""

from __future__ import annotations

import argparse
from typing import Any

import torch
from torch import nn

from resnet.training.arithmetic import MEMORY_FORMATS, PRECISIONS
from resnet.training.checkpoint import CHECKPOINT, Checkpoint
from resnet.training.datasets.cifar10 import CIFAR_MIRROR, load_cifar10
from resnet.training.datasets.download import sha256
from resnet.training.datasets.fashion_mnist import (
    FASHION_MIRROR,
    load_fashion,
    load_fashion_full,
)
from resnet.training.distillation import load_teachers
from resnet.training.errors import CallError
from resnet.training.hardware import Speed, fastest, measure
from resnet.training.images import Data
from resnet.training.loop import Trainer
from resnet.training.network_file import load_network
from resnet.training.options import AUTO, SETTINGS
from resnet.training.processes import Processes
from resnet.training.recipes import recipe
from resnet.training.settings import Settings
from resnet.training.terminal import DownloadLine


def prepared(
    options: argparse.Namespace,
    saved: Checkpoint | None,
    device: torch.device,
    processes: Processes,
) -> tuple[Trainer, list[Speed]]:
    """Das Training, an der Stelle, an der es beginnt oder weitergeht.

    Returns:
        Das Training und die gemessenen Geschwindigkeiten; ohne Messung keine.

    Raises:
        RunError: Wenn etwas davon nicht da ist oder nicht zusammenpasst.
    """
    with processes.in_turn():
        # Was der erste herunterlädt, finden die übrigen schon vor.
        data = load_data(options)
    seed = saved.settings.seed if saved else Settings.seed
    torch.manual_seed(seed if options.seed is None else options.seed)
    network = load_network(options.file, len(data.classes))
    teacher = load_teachers(options.teachers, data) if options.teachers else None
    chosen = choose_settings(options, saved, device)
    speeds = _speeds(chosen, network, device, processes)
    if speeds:
        best = fastest(speeds)
        chosen |= {"precision": best.precision, "memory_format": best.memory_format}
    trainer = Trainer(network, data, Settings(**chosen), device, processes, teacher)
    if saved:
        trainer.restore(saved)
    return trainer, speeds


def load_data(options: argparse.Namespace) -> Data:
    """Lädt den gewählten Datensatz.

    Raises:
        DataError: Wenn er fehlt, nicht zu bekommen oder beschädigt ist.
    """
    if options.data == "fashion":
        return load_fashion()
    usual = {"fashion-full": FASHION_MIRROR, "cifar10": CIFAR_MIRROR}[options.data]
    mirror = f"{(options.mirror or usual).removesuffix('/')}/"
    load = load_cifar10 if options.data == "cifar10" else load_fashion_full
    return load(options.data_path, mirror, DownloadLine())


def choose_settings(
    options: argparse.Namespace, saved: Checkpoint | None, device: torch.device
) -> dict[str, Any]:
    """Was angegeben ist, dann was im Zwischenstand steht, dann das Rezept.

    Returns:
        Die Einstellungen; ``precision`` und ``memory_format`` fehlen, wenn zu messen ist.
    """
    given = {name: getattr(options, name) for name in SETTINGS}
    given["teachers"] = " ".join(sha256(folder / CHECKPOINT) for folder in options.teachers)
    # Wer fortsetzt, will auch mit »auto« rechnen wie bisher.
    given = {name: value for name, value in given.items() if value not in (None, AUTO)}
    if saved and saved.settings.teachers != given["teachers"]:
        raise CallError(
            "Das Training im Zwischenstand hat andere Lehrer oder keine; fortsetzen lässt es sich "
            "nur mit denselben --teachers wie zu Beginn."
        )
    base = vars(saved.settings) if saved else recipe(options.data, device.type != "cpu")
    return {**base, **given}


def _speeds(
    chosen: dict[str, Any], network: nn.Module, device: torch.device, processes: Processes
) -> list[Speed]:
    """Misst, was noch zu wählen ist; ist nichts zu wählen, gar nichts."""
    candidates = [
        (chosen[name],) if name in chosen else every
        for name, every in (("precision", PRECISIONS), ("memory_format", MEMORY_FORMATS))
    ]
    if all(len(names) == 1 for names in candidates):
        return []
    size = max(chosen["batch_size"] // processes.size, 2)
    try:
        speeds: list[Speed] = processes.from_first(measure(network, device, size, *candidates))
    except torch.OutOfMemoryError:
        raise
    except RuntimeError as error:
        text = " ".join(str(error).split())
        raise CallError(
            f"Auf dem Gerät {device.type} lässt sich das Netz nicht trainieren ({text})."
        ) from error
    return speeds
