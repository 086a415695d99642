"""Ein Training als Daten, mit allem, was man zu seiner Herkunft wissen muss."""

from __future__ import annotations

import contextlib
import datetime
import json
import math
import os
import platform
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from resnet.training.checkpoint import CallError
from resnet.training.hardware import hardware
from resnet.training.loop import CPU, Trainer
from resnet.training.wording import reason

# Genug für eine Kurve; alle Schritte eines langen Laufs wären ein Vielfaches der übrigen Datei.
_CURVE_POINTS = 400


def accuracy(labels: Tensor, guesses: Tensor) -> float:
    """Anteil der Bilder, deren Klasse erkannt ist, von 0 bis 1."""
    # Ohne double: Apple-GPUs rechnen nicht mit 64 Bit.
    return (guesses == labels).sum().item() / len(labels)


def confusion(labels: Tensor, guesses: Tensor, classes: int) -> list[list[int]]:
    """Wie oft Bilder der Klasse (Zeile) für eine andere (Spalte) gehalten wurden."""
    pairs = labels * classes + guesses
    return torch.bincount(pairs, minlength=classes**2).reshape(classes, classes).tolist()


def record(
    trainer: Trainer,
    command: str,
    seconds: float,
    test: dict[str, float],
    **more: Any,
) -> dict[str, Any]:
    """Ein Lauf als Daten, mit allem, was man zu seiner Herkunft wissen muss.

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


def check_writable(path: Path) -> None:
    """Prüft vor dem Training, ob sich die Aufzeichnung danach schreiben lässt.

    Raises:
        CallError: Wenn nicht.
    """
    folder = path.absolute().parent
    try:
        # Ein Gerät wie /dev/null soll keine Datei werden.
        fits = path.is_file() or not path.exists()
        fits = fits and folder.is_dir() and os.access(folder, os.W_OK)
    except OSError:
        fits = False
    if not fits:
        raise CallError(
            f"{path} lässt sich nicht schreiben; erlaubt ist nur eine Datei in einem Ordner, den "
            "es gibt und in den Sie schreiben dürfen."
        )


def write(result: dict[str, Any], path: Path) -> None:
    """Schreibt die Aufzeichnung ganz oder gar nicht.

    Raises:
        CallError: Wenn sich die Datei nicht schreiben lässt.
    """
    temporary = path.with_name(f"{path.name}.neu")
    try:
        temporary.write_text(
            json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
        )
        temporary.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise CallError(f"{path} lässt sich nicht schreiben ({reason(error)}).") from error
