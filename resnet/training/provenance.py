"""Ein fertiger Lauf als JSON, mit allem, was man zu seiner Herkunft wissen muss."""

from __future__ import annotations

import datetime
import json
import math
import platform
from pathlib import Path
from typing import Any

import torch

from resnet.training.arithmetic import CPU
from resnet.training.disk import whole_file
from resnet.training.hardware import hardware
from resnet.training.loop import Trainer

# Genug für eine Kurve; alle Schritte eines langen Laufs wären ein Vielfaches der übrigen Datei.
_CURVE_POINTS = 400


def described(
    trainer: Trainer, command: str, seconds: float, test: dict[str, float], **more: Any
) -> dict[str, Any]:
    """Ein Lauf als Daten.

    Args:
        trainer: Das fertige Training.
        command: Der Befehl.
        seconds: Seine Dauer, über alle Teile zusammen.
        test: Ergebnisse auf den Testbildern.
        more: Weitere Angaben, die mit in die Datei sollen.
    """
    data = trainer.data
    device = data.train.pixels.device
    return {
        "command": command,
        "device": device.type,
        **circumstances(device),
        "data": data.name,
        "images": {
            "train": len(data.train),
            "validation": len(data.validation),
            "test": len(data.test),
        },
        "settings": dict(vars(trainer.settings)),
        "seconds": round(seconds, 1),
        "test": test,
        "epochs": [dict(vars(epoch)) for epoch in trainer.history],
        "step_losses": thinned(trainer.losses),
        **more,
    }


def circumstances(device: torch.device = CPU) -> dict[str, Any]:
    """Wann, worauf und womit gerade gerechnet wird."""
    return {
        "date": datetime.date.today().isoformat(),
        "hardware": f"{hardware(device)}, Threads: {torch.get_num_threads()}",
        "versions": {"python": platform.python_version(), "torch": torch.__version__},
    }


def thinned(losses: list[float]) -> dict[str, Any]:
    """Mittelt je gleich viele aufeinanderfolgende Schritte.

    Returns:
        ``every``: Schritte je Mittelwert; ``values``: die Mittelwerte.
    """
    every = max(1, math.ceil(len(losses) / _CURVE_POINTS))
    groups = [losses[begin : begin + every] for begin in range(0, len(losses), every)]
    return {"every": every, "values": [round(sum(group) / len(group), 4) for group in groups]}


def write(result: dict[str, Any], path: Path) -> None:
    """Schreibt die Daten ganz oder gar nicht in eine JSON-Datei.

    Raises:
        CallError: Wenn sich die Datei nicht schreiben lässt.
    """
    with whole_file(path) as file:
        file.write(f"{json.dumps(result, indent=1, ensure_ascii=False)}\n".encode())
