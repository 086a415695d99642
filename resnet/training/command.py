"""Trainiert das ResNet: ``python -m resnet.train``.

Schreibt in einen Ordner den Zwischenstand (``stand.pt``) und das Protokoll für TensorBoard.
Gespeichert wird nach jeder Epoche, mit CUDA nach jeder zehnten, am Ende und bei Strg+C.
``--resume`` setzt dort fort und kommt auf der CPU Bit für Bit zum selben Ergebnis wie ein Lauf ohne
Unterbrechung. Mehrere Prozesse teilen sich ein Training mit
``torchrun --nproc-per-node 2 -m resnet.train``.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import os
import shlex
import signal
import sys
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

from resnet.training.checkpoint import CHECKPOINT, CallError, only_one, read, restore, save
from resnet.training.datasets.cifar10 import (
    CIFAR_MIRROR,
    FASHION_MIRROR,
    load_cifar10,
    load_fashion_full,
)
from resnet.training.datasets.download import sha256
from resnet.training.hardware import (
    MEMORY_FORMATS,
    PRECISIONS,
    Speed,
    best_device,
    fastest,
    hardware,
    measure,
)
from resnet.training.images import Data, DataError, load_fashion
from resnet.training.logbook import Logbook, one_report
from resnet.training.loop import Settings, Stopped, Trainer, TrainingError
from resnet.training.network_file import load_network, load_teachers
from resnet.training.options import AUTO, SETTINGS, parser
from resnet.training.processes import Processes
from resnet.training.provenance import accuracy, check_writable, confusion, record, write
from resnet.training.recipes import recipe
from resnet.training.terminal import DownloadLine, TrainingLine
from resnet.training.wording import count, counted, decimal, duration, percent, reason, significant

# Bilder, unter denen das Protokoll richtig und falsch erkannte sucht.
_SHOWN_IMAGES = 200
_PREDICTION_FIGURES = 10
# Auf einer schnellen GPU dauert eine Epoche keine Sekunde; so oft muss niemand speichern.
_EPOCHS_PER_CHECKPOINT = {"cuda": 10}
# Was ein ganzer Prozessbaum bekommt, reicht torchrun noch einmal weiter.
_ECHO_SECONDS = 1.0
_CONTINUE = "Weiter geht es mit denselben Optionen und --resume."


def load_data(options: argparse.Namespace) -> Data:
    """Lädt den gewählten Datensatz.

    Raises:
        DataError: Wenn er fehlt, nicht zu bekommen oder beschädigt ist.
    """
    line = DownloadLine()
    if options.data == "fashion":
        return load_fashion()
    if options.data == "fashion-full":
        mirror = _folder_address(options.mirror or FASHION_MIRROR)
        return load_fashion_full(options.data_path, mirror, line)
    mirror = _folder_address(options.mirror or CIFAR_MIRROR)
    return load_cifar10(options.data_path, mirror, line)


def _folder_address(url: str) -> str:
    return url if url.endswith("/") else f"{url}/"


def choose_device(name: str | None, processes: Processes) -> torch.device:
    """Das verlangte oder das schnellste Gerät; jeder Prozess nimmt seine eigene GPU.

    Raises:
        CallError: Wenn es das verlangte Gerät hier nicht gibt.
    """
    available = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if not available.get(name, True):
        raise CallError(f"Das Gerät {name} gibt es hier nicht; --device cpu gibt es immer.")
    device = torch.device(name) if name else best_device()
    if processes.size > 1 and device.type == "mps":
        # Gloo rechnet nicht auf Apple-GPUs.
        device = torch.device("cpu")
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


def choose_settings(
    options: argparse.Namespace,
    saved: dict[str, Any] | None,
    network: nn.Module,
    device: torch.device,
    processes: Processes,
) -> tuple[Settings, list[Speed]]:
    """Was angegeben ist, dann was im Zwischenstand steht, dann das Rezept, dann eine Messung.

    Returns:
        Die Einstellungen und die gemessenen Geschwindigkeiten; ohne Messung keine.
    """
    given = {name: getattr(options, name) for name in SETTINGS}
    given |= {"precision": options.precision, "memory_format": options.memory_format}
    given["teachers"] = " ".join(sha256(folder / CHECKPOINT) for folder in options.teachers)
    # Wer fortsetzt, will auch mit »auto« rechnen wie bisher.
    given = {name: value for name, value in given.items() if value not in (None, AUTO)}
    if saved and saved.keys() != {field.name for field in dataclasses.fields(Settings)}:
        raise CallError(
            "Der Zwischenstand stammt von einer anderen Fassung des Trainings; fortsetzen lässt er "
            "sich nur mit ihr."
        )
    if saved and saved["teachers"] != given["teachers"]:
        raise CallError(
            "Das Training im Zwischenstand hat andere Lehrer oder keine; fortsetzen lässt es sich "
            "nur mit denselben --teachers wie zu Beginn."
        )
    base = saved or recipe(options.data, device.type != "cpu")
    chosen = {**base, **given}
    candidates = [
        (chosen[name],) if name in chosen else every
        for name, every in (("precision", PRECISIONS), ("memory_format", MEMORY_FORMATS))
    ]
    speeds = []
    if any(len(names) > 1 for names in candidates):
        size = chosen["batch_size"] // processes.size
        try:
            speeds = processes.from_first(measure(network, device, max(size, 2), *candidates))
        except torch.OutOfMemoryError:
            raise
        except RuntimeError as error:
            text = " ".join(str(error).split())
            raise CallError(
                f"Auf dem Gerät {device.type} lässt sich das Netz nicht trainieren ({text})."
            ) from error
        best = fastest(speeds)
        chosen |= {"precision": best.precision, "memory_format": best.memory_format}
    return Settings(**chosen), speeds


def open_folder(folder: Path, resume: bool) -> dict[str, Any] | None:
    """Legt den Ordner für die Ergebnisse an und liest den Zwischenstand zum Fortsetzen.

    Raises:
        CallError: Wenn sich der Ordner nicht anlegen lässt, der Zwischenstand fehlt oder schon
            einer da ist, der überschrieben würde.
    """
    checkpoint = folder / CHECKPOINT
    if resume:
        return read(checkpoint)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        taken = checkpoint.exists()
        writable = os.access(folder, os.W_OK)
    except OSError as error:
        raise CallError(f"{folder} lässt sich nicht anlegen ({reason(error)}).") from error
    if not writable:
        raise CallError(
            f"In {folder} dürfen Sie nicht schreiben; --out nennt einen anderen Ordner."
        )
    if taken:
        raise CallError(
            f"In {folder} liegt schon ein Training; --resume setzt es fort, und mit --out beginnt "
            "ein neues in einem anderen Ordner."
        )
    return None


class StopSignal:
    """Merkt sich Strg+C oder ein Ende von außen, damit der laufende Schritt fertig wird."""

    def __init__(self) -> None:
        self._last: float | None = None

    def __call__(self) -> bool:
        """Ob angehalten werden soll."""
        return self._last is not None

    @contextlib.contextmanager
    def listening(self) -> Iterator[None]:
        """Fängt die Signale ab; das zweite wirkt sofort, wenn es kein Echo des ersten ist."""
        numbers = (signal.SIGINT, signal.SIGTERM)
        before = [signal.signal(number, self._catch) for number in numbers]
        try:
            yield
        finally:
            for number, handler in zip(numbers, before, strict=True):
                signal.signal(number, handler)

    def _catch(self, number: int, frame: object) -> None:
        before, self._last = self._last, time.monotonic()
        if before is not None and self._last - before >= _ECHO_SECONDS:
            raise KeyboardInterrupt


def train(options: argparse.Namespace, command: str, processes: Processes) -> None:
    """Führt ein Training aus, von den Daten bis zum Testergebnis.

    Raises:
        CallError: Wenn der Aufruf nicht stimmt oder sich nicht schreiben lässt.
        DataError: Wenn die Daten fehlen oder beschädigt sind.
        TrainingError: Wenn das Training nicht weitergehen kann.
        Stopped: Wenn angehalten wurde; der Zwischenstand ist gespeichert.
    """
    device = choose_device(options.device, processes)
    with processes.connected(device):
        _train(options, command, processes, device)


def _train(
    options: argparse.Namespace, command: str, processes: Processes, device: torch.device
) -> None:
    if options.record:
        check_writable(options.record)
    # Alle Prozesse sehen in den Ordner, bevor der erste etwas hineinschreibt.
    state = open_folder(options.out, options.resume)
    processes.wait()
    with only_one(options.out) if processes.first else contextlib.nullcontext():
        _train_in_folder(options, command, processes, device, state)


def _train_in_folder(
    options: argparse.Namespace,
    command: str,
    processes: Processes,
    device: torch.device,
    state: dict[str, Any] | None,
) -> None:
    say = print if processes.first else lambda *text, **more: None
    checkpoint = options.out / CHECKPOINT
    threads = options.threads or _own_threads(processes)
    if state and not options.threads and state.get("processes") == processes.local_size:
        threads = state.get("threads", threads)
    _prepare(device, threads)
    with processes.in_turn():
        # Was der erste herunterlädt, finden die übrigen schon vor.
        data = load_data(options)
    saved = state and state.get("settings")
    torch.manual_seed((saved or {}).get("seed", 0) if options.seed is None else options.seed)
    network = load_network(options.file, len(data.classes))
    teacher = load_teachers(options.teachers, data) if options.teachers else None
    settings, speeds = choose_settings(options, saved, network, device, processes)
    trainer = Trainer(network, data, settings, device, processes, teacher)
    parts = []
    if state:
        restore(trainer, state, checkpoint)
        parts = list(state.get("seconds", ()))
    say(_introduction(trainer, options, speeds, device, threads, processes), flush=True)
    source = sha256(options.file)
    if state and state.get("source", source) != source:
        say(f"{options.file} ist nicht mehr dieselbe Datei wie zu Beginn dieses Trainings.")

    start = time.monotonic()

    def keep() -> None:
        if processes.first:
            seconds = [*parts, time.monotonic() - start]
            circumstances = {
                "threads": threads,
                "processes": processes.local_size,
                "seconds": seconds,
                "source": source,
            }
            save({**trainer.state(), **circumstances}, checkpoint)

    stop = StopSignal()
    line = TrainingLine(settings, processes.first)
    # Ein Bild zu zeichnen dauert auf einer GPU so lange wie eine Epoche.
    every = max(1, settings.epochs // _PREDICTION_FIGURES)
    rhythm = _EPOCHS_PER_CHECKPOINT.get(device.type, 1)
    logging = (
        Logbook(options.out, len(trainer.history)) if processes.first else contextlib.nullcontext()
    )
    with logging as logbook, stop.listening():
        if logbook and not state:
            logbook.graph(trainer.network)
        try:
            for epoch in trainer.epochs(line, stop):
                last = epoch.number == settings.epochs
                if logbook:
                    # Vor dem Zwischenstand: Beim Fortsetzen fehlt so keine Epoche im Protokoll.
                    logbook.epoch(epoch)
                if last or epoch.number % rhythm == 0:
                    keep()
                if logbook and (last or epoch.number % every == 0):
                    shown = trainer.logits(trainer.data.validation[:_SHOWN_IMAGES])
                    logbook.predictions(trainer.data, shown, epoch.number)
                line.clear()
                say(
                    f"Epoche {epoch.number}/{settings.epochs}: Training "
                    f"{decimal(epoch.train_loss, 3)} ({percent(epoch.train_accuracy)}), "
                    f"Validierung {decimal(epoch.validation_loss, 3)} "
                    f"({percent(epoch.validation_accuracy)})",
                    flush=True,
                )
        except Stopped:
            line.clear()
            keep()
            # Endet einer früher, beendet torchrun auch den, der noch speichert.
            processes.wait()
            raise
        parts.append(time.monotonic() - start)
        if logbook:
            _finish(trainer, options, command, parts, logbook, processes)
        processes.wait()


def _prepare(device: torch.device, threads: int) -> None:
    torch.set_num_threads(threads)
    # Winzige Zahlen, die nichts mehr bewirken, rechnet eine CPU sonst hundertmal langsamer.
    torch.set_flush_denormal(True)
    if device.type == "cuda":
        torch.backends.cudnn.benchmark = True
        torch.set_float32_matmul_precision("high")
    # Ein CUDA-Graph wird in einem eigenen Strom aufgezeichnet; das Ergebnis ist dasselbe.
    warnings.filterwarnings("ignore", message="The AccumulateGrad node's stream does not match")
    # Die Rückrechnung läuft in einem eigenen Thread, der die GPU beim ersten Schritt übernimmt.
    warnings.filterwarnings("ignore", message="Attempting to run cuBLAS, but there was no current")
    # DDP bemerkt bei channels_last, dass 1×1-Faltungen zwei Speicherformate haben; das ist richtig.
    warnings.filterwarnings("ignore", message="Grad strides do not match bucket view strides")


def _own_threads(processes: Processes) -> int:
    """Die Kerne des Rechners, geteilt durch die Prozesse darauf."""
    if processes.local_size == 1:
        return torch.get_num_threads()
    # torchrun stellt jeden Prozess auf einen Thread, gleich wie viele Kerne es gibt.
    return max(1, (os.cpu_count() or 1) // processes.local_size)


def _introduction(
    trainer: Trainer,
    options: argparse.Namespace,
    speeds: list[Speed],
    device: torch.device,
    threads: int,
    processes: Processes,
) -> str:
    data, settings = trainer.data, trainer.settings
    lines = [
        f"{data.name}: {counted(len(data.train), 'Bild', 'Bilder')} zum Training, "
        f"{count(len(data.validation))} zur Validierung, {count(len(data.test))} zum Test.",
        f"Gerät: {device.type} ({hardware(device)}), Prozesse: {processes.size}, Threads je "
        f"Prozess: {threads}.",
    ]
    if speeds:
        measured = ", ".join(
            f"{speed.precision} {speed.memory_format} {speed.images_per_second:.0f}"
            for speed in speeds
        )
        lines.append(
            f"Gemessen, in Bildern/s: {measured}. Gewählt: {settings.precision}, "
            f"{settings.memory_format}."
        )
    else:
        lines.append(f"Gerechnet wird mit {settings.precision}, {settings.memory_format}.")
    smoothing = f", Label Smoothing {significant(settings.label_smoothing)}"
    if options.teachers:
        # Wer einem Lehrer folgt, lernt nicht aus den Klassen.
        smoothing = ""
        lines.append(
            f"Lehrer: {', '.join(map(str, options.teachers))}; Temperatur "
            f"{significant(settings.temperature)}, neue Veränderungen "
            f"{counted(settings.cycle, 'Epoche', 'Epochen')} lang."
        )
    lines.append(
        f"{counted(settings.epochs, 'Epoche', 'Epochen')} zu "
        f"{counted(trainer.steps, 'Schritt', 'Schritten')} mit "
        f"{counted(settings.batch_size, 'Bild', 'Bildern')}, {settings.optimizer}, Lernrate bis "
        f"{significant(settings.learning_rate)}, Anstieg {significant(settings.warmup)}, "
        f"größte Norm {significant(settings.max_norm)}, Gewichtszerfall "
        f"{significant(settings.weight_decay)}{smoothing}, Startwert {settings.seed}."
    )
    lines.append(
        f"Bilder verändert: verschoben bis {settings.padding}, Cutout {settings.cutout}, CutMix "
        f"{significant(settings.cutmix)}, Verzerrung {significant(settings.distortion)}."
    )
    if trainer.history:
        done = len(trainer.history)
        verb = "ist" if done == 1 else "sind"
        lines.append(f"Fertig {verb} schon {counted(done, 'Epoche', 'Epochen')}.")
    lines.append(f"TensorBoard: tensorboard --logdir {shlex.quote(str(options.out))}")
    return "\n".join(lines)


def _finish(
    trainer: Trainer,
    options: argparse.Namespace,
    command: str,
    parts: list[float],
    logbook: Logbook,
    processes: Processes,
) -> None:
    """Sieht die Testbilder an, nur hier am Ende."""
    data = trainer.data
    labels = data.test.labels
    logits = trainer.logits(data.test)
    guesses = logits.argmax(dim=1)
    loss = F.cross_entropy(logits, labels).item()
    hits = accuracy(labels, guesses)
    ten_crop = accuracy(labels, trainer.ten_crop(data.test).argmax(dim=1))
    logbook.test(loss, hits, len(trainer.history))
    print(
        f"Test: {percent(hits, 2)} von {count(len(labels))} Bildern richtig "
        f"({percent(ten_crop, 2)}, wenn zehn Ansichten gemeinsam entscheiden), nach "
        f"{duration(sum(parts))}.",
        flush=True,
    )
    if options.record:
        result = record(
            trainer,
            command,
            sum(parts),
            {"loss": loss, "accuracy": hits, "ten_crop_accuracy": ten_crop},
            parts=[round(seconds, 1) for seconds in parts],
            processes=processes.size,
            classes=list(data.classes),
            confusion=confusion(labels, guesses, len(data.classes)),
        )
        try:
            write(result, options.record)
        except CallError as error:
            raise CallError(
                f"{error} Das Training ist gespeichert; mit --resume und einem anderen --record "
                "geht nichts verloren."
            ) from error


def main(arguments: list[str]) -> int:
    """0: fertig, 1: abgebrochen, 2: falsch aufgerufen oder Daten fehlen."""
    options = parser().parse_args(arguments)
    processes = Processes.from_environment()
    start = "python"
    if processes.size > 1:
        machines = processes.size // processes.local_size
        start = f"torchrun --nnodes {machines} --nproc-per-node {processes.local_size}"
    command = shlex.join([*start.split(), "-m", "resnet.train", *arguments])
    try:
        with one_report():
            train(options, command, processes)
    except (CallError, DataError) as error:
        message, code = str(error), 2
    except TrainingError as error:
        message, code = str(error), 1
    except Stopped:
        message, code = _how_to_continue("Der angefangene Stand ist gespeichert."), 1
    except KeyboardInterrupt:
        message = "Abgebrochen, bevor etwas zu speichern war."
        if (options.out / CHECKPOINT).exists():
            message = _how_to_continue("Gespeichert ist der letzte Zwischenstand.")
        code = 1
    except torch.OutOfMemoryError:
        message, code = "Der Speicher der GPU reicht nicht; ein kleineres --batch-size hilft.", 1
    except (MemoryError, RuntimeError) as error:
        if isinstance(error, MemoryError) or "can't allocate memory" in str(error):
            message = "Der Arbeitsspeicher reicht nicht; ein kleineres --batch-size hilft."
        elif "Expected to have finished reduction" in str(error):
            message = (
                f"Das Netz in {options.file} hat Schichten, die forward nicht immer benutzt; "
                "trainieren lässt es sich nur mit einem Prozess."
            )
        else:
            raise
        code = 1
    except OSError as error:
        message, code = f"Das Training bricht ab: {reason(error)}.", 1
        if isinstance(error, BrokenPipeError):
            # Sonst scheitert Python beim Beenden noch einmal an denselben Ausgaben.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if (options.out / CHECKPOINT).exists():
            message = f"{message} {_CONTINUE}"
    else:
        return 0
    # Auf jedem Rechner sagt es nur ein Prozess.
    if processes.local_rank == 0:
        print(f"\n{message}" if sys.stderr.isatty() else message, file=sys.stderr)
    return code


def _how_to_continue(what: str) -> str:
    return f"Unterbrochen. {what} {_CONTINUE}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
