"""Trainiert das ResNet: ``python -m resnet.train``.

Schreibt in einen Ordner den Zwischenstand nach jeder Epoche (``stand.pt``) und das Protokoll für
TensorBoard. ``--resume`` setzt an der letzten vollen Epoche fort und kommt Bit für Bit zum selben
Ergebnis wie ein Lauf ohne Unterbrechung.
"""

from __future__ import annotations

import argparse
import datetime
import importlib.util
import json
import os
import pickle
import platform
import sys
import time
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.utils.tensorboard import SummaryWriter

from resnet.data import DataError, load_fashion
from resnet.training import Settings, Step, Trainer, TrainingError

_ROOT = Path(__file__).resolve().parent.parent
_CHECKPOINT = "stand.pt"


class CallError(ValueError):
    """Falsch aufgerufen; der Text sagt in einem Satz, was erlaubt ist."""


def load_network(path: Path, num_classes: int) -> nn.Module:
    """Lädt die Klasse ``ResNet`` aus einer Datei und legt ein Netz an.

    Raises:
        CallError: Wenn es die Datei oder die Klasse nicht gibt oder noch Lücken offen sind.
    """
    spec = importlib.util.spec_from_file_location("trained_network", path)
    if spec is None or not path.is_file():
        raise CallError(f"{path} ist keine Python-Datei.")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
        network = module.ResNet(num_classes)
        with torch.no_grad():
            shape = tuple(network.eval()(torch.zeros(2, 3, 32, 32)).shape)
    except Exception as error:
        raise CallError(
            f"Das Netz in {path} rechnet noch nicht ({type(error).__name__}: {error}); "
            f"»python -m faltwerk check resnet {path}« zeigt, was fehlt."
        ) from error
    if shape != (2, num_classes):
        raise CallError(
            f"Das Netz in {path} gibt für 2 Bilder die Form {shape} aus; erlaubt ist nur "
            f"{(2, num_classes)}."
        )
    return network


def save(state: dict[str, Any], path: Path) -> None:
    """Schreibt einen Zwischenstand so, dass immer ein vollständiger da ist.

    Raises:
        CallError: Wenn sich die Datei nicht schreiben lässt, zum Beispiel weil der Platz fehlt.
    """
    temporary = path.with_suffix(".neu")
    try:
        with temporary.open("wb") as file:
            torch.save(state, file)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except (OSError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or "Schreiben abgebrochen"
        raise CallError(f"{path} lässt sich nicht schreiben ({reason}).") from error


def restore(trainer: Trainer, path: Path) -> None:
    """Setzt an einem Zwischenstand fort.

    Raises:
        CallError: Wenn es keinen gibt oder er beschädigt ist.
        TrainingError: Wenn er zu anderen Einstellungen gehört.
    """
    try:
        state = torch.load(path, weights_only=True)
        trainer.restore(state)
    except FileNotFoundError as error:
        raise CallError(
            f"{path} gibt es nicht; ohne --resume beginnt ein neues Training."
        ) from error
    except (OSError, EOFError, KeyError, RuntimeError, pickle.UnpicklingError) as error:
        if isinstance(error, TrainingError):
            raise
        raise CallError(
            f"{path} ist beschädigt; ohne --resume beginnt ein neues Training."
        ) from error


class ProgressLine:
    """Eine Zeile, die sich während einer Epoche selbst überschreibt."""

    def __init__(self, settings: Settings, done: int) -> None:
        self._settings = settings
        self._start = time.monotonic()
        self._done = done
        self._shown = 0.0

    def __call__(self, step: Step) -> None:
        now = time.monotonic()
        if not sys.stderr.isatty() or (now - self._shown < 0.2 and step.step < step.steps):
            return
        self._shown = now
        finished = (step.epoch - 1 - self._done) * step.steps + step.step
        missing = (self._settings.epochs - step.epoch) * step.steps + step.steps - step.step
        seconds = now - self._start
        speed = finished * self._settings.batch_size / seconds
        left = missing * seconds / finished
        bar = "█" * (20 * step.step // step.steps)
        print(
            f"\rEpoche {step.epoch}/{self._settings.epochs} {bar:░<20} Verlust {step.loss:.3f} "
            f"richtig {step.accuracy:.1%} {speed:.0f} Bilder/s noch {left:.0f} s ",
            end="",
            file=sys.stderr,
            flush=True,
        )


def hardware() -> str:
    """Name des Prozessors, soweit das System ihn nennt."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def record(trainer: Trainer, command: str, seconds: float, test: tuple[float, float]) -> dict:
    """Ein Lauf als Daten, mit allem, was man zu seiner Herkunft wissen muss."""
    data = trainer.data
    return {
        "command": command,
        "date": datetime.date.today().isoformat(),
        "hardware": f"{hardware()}, Threads: {torch.get_num_threads()}",
        "versions": {"python": platform.python_version(), "torch": torch.__version__},
        "data": data.name,
        "images": {
            "train": len(data.train),
            "validation": len(data.validation),
            "test": len(data.test),
        },
        "settings": vars(trainer.settings),
        "seconds": round(seconds, 1),
        "test": {"loss": test[0], "accuracy": test[1]},
        "epochs": [vars(epoch) for epoch in trainer.history],
    }


def train(options: argparse.Namespace, command: str) -> None:
    """Führt ein Training aus, von den Daten bis zum Testergebnis."""
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    data = load_fashion()
    network = load_network(options.file, len(data.classes))
    settings = Settings(
        epochs=options.epochs,
        batch_size=options.batch_size,
        learning_rate=options.learning_rate,
        seed=options.seed,
        precision=options.precision,
    )
    trainer = Trainer(network, data, settings)
    checkpoint = options.out / _CHECKPOINT
    try:
        options.out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CallError(f"{options.out} lässt sich nicht anlegen ({error.strerror}).") from error
    if options.resume:
        restore(trainer, checkpoint)
    done = len(trainer.history)
    print(
        f"{data.name}: {len(data.train)} Bilder zum Training, {len(data.validation)} zur "
        f"Validierung. CPU, Threads: {options.threads}, {settings.precision}.\n"
        f"TensorBoard: tensorboard --logdir {options.out}"
    )
    start = time.monotonic()
    # Was eine unterbrochene Epoche schon gemeldet hat, verwirft TensorBoard beim Fortsetzen.
    with SummaryWriter(options.out, purge_step=done + 1) as writer:
        for epoch in trainer.epochs(ProgressLine(settings, done)):
            save(trainer.state(), checkpoint)
            for name in ("loss", "accuracy"):
                for part in ("train", "validation"):
                    writer.add_scalar(
                        f"{name}/{part}", getattr(epoch, f"{part}_{name}"), epoch.number
                    )
            writer.add_scalar("learning_rate", epoch.learning_rate, epoch.number)
            writer.flush()
            clear = "\r\033[K" if sys.stderr.isatty() else ""
            print(clear, end="", file=sys.stderr, flush=True)
            print(
                f"Epoche {epoch.number}/{settings.epochs}: Training {epoch.train_loss:.3f} "
                f"({epoch.train_accuracy:.1%}), Validierung {epoch.validation_loss:.3f} "
                f"({epoch.validation_accuracy:.1%})",
                flush=True,
            )
    seconds = time.monotonic() - start
    test = trainer.evaluate(data.test)
    print(f"Test: {test[1]:.1%} von {len(data.test)} Bildern richtig, nach {seconds:.0f} s.")
    if options.record:
        if done:
            raise CallError("--record nimmt nur ungeteilte Läufe auf, nicht solche mit --resume.")
        result = record(trainer, command, seconds, test)
        options.record.write_text(
            json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
        )


def _positive(kind: type) -> Any:
    def parse(text: str) -> Any:
        try:
            value = kind(text)
        except ValueError:
            value = 0
        if not 0 < value < float("inf"):
            what = "eine ganze Zahl ab 1" if kind is int else "eine Zahl über 0"
            raise argparse.ArgumentTypeError(f"{text!r} ist nicht erlaubt, nur {what}.")
        return value

    return parse


def parser() -> argparse.ArgumentParser:
    """Die Optionen der Befehlszeile."""
    defaults = Settings()
    result = argparse.ArgumentParser(
        prog="python -m resnet.train", description="Trainiert das ResNet."
    )
    add = result.add_argument
    add("--file", type=Path, default=_ROOT / "resnet" / "solution.py", help="Datei mit dem Netz")
    add("--out", type=Path, default=_ROOT / "arbeit" / "training", help="Ordner für Ergebnisse")
    add("--resume", action="store_true", help="am letzten Zwischenstand fortsetzen")
    add("--epochs", type=_positive(int), default=defaults.epochs)
    add("--batch-size", type=_positive(int), default=defaults.batch_size)
    add("--learning-rate", type=_positive(float), default=defaults.learning_rate)
    add("--seed", type=int, default=defaults.seed)
    add("--threads", type=_positive(int), default=torch.get_num_threads())
    add("--precision", choices=("float32", "bfloat16"), default=defaults.precision)
    add("--record", type=Path, help="den Lauf als JSON aufzeichnen")
    return result


def main(arguments: list[str]) -> int:
    """0: fertig, 1: abgebrochen, 2: falsch aufgerufen oder Daten fehlen."""
    options = parser().parse_args(arguments)
    command = " ".join(["python -m resnet.train", *arguments])
    try:
        train(options, command)
    except (CallError, DataError, TrainingError) as error:
        print(error, file=sys.stderr)
        return 1 if isinstance(error, TrainingError) else 2
    except KeyboardInterrupt:
        print(
            "\nUnterbrochen; die letzte volle Epoche ist gespeichert. Weiter geht es mit denselben "
            "Optionen und --resume.",
            file=sys.stderr,
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
