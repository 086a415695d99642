"""Der Befehl ``python -m resnet.train``: ein Lauf von den Optionen bis zum Testergebnis.

Er schreibt in einen Ordner den Zwischenstand (``stand.pt``) und das Protokoll für TensorBoard.
Gespeichert wird nach jeder Epoche, mit CUDA nach jeder zehnten, am Ende und bei Strg+C.
``--resume`` setzt dort fort und kommt auf der CPU Bit für Bit zum selben Ergebnis wie ein Lauf ohne
Unterbrechung. Mehrere Prozesse teilen sich ein Training mit
``torchrun --nproc-per-node 2 -m resnet.train``.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shlex
import sys

import torch
import torch.nn.functional as F

from resnet.training.checkpoint import CHECKPOINT
from resnet.training.datasets.download import sha256
from resnet.training.disk import check_writable
from resnet.training.errors import CallError, RunError
from resnet.training.evaluation import accuracy, confusion, ten_crop
from resnet.training.hardware import choose_device, own_threads, prepare
from resnet.training.interruption import StopSignal
from resnet.training.logbook import one_report
from resnet.training.loop import Stopped, Trainer
from resnet.training.options import parser
from resnet.training.preparation import prepared
from resnet.training.processes import Processes
from resnet.training.provenance import described, write
from resnet.training.run import Run
from resnet.training.terminal import TrainingLine, epoch_line, introduction, test_line
from resnet.training.wording import reason

_CONTINUE = "Weiter geht es mit denselben Optionen und --resume."


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
    except (Exception, KeyboardInterrupt) as error:
        message = _explanation(error, options)
        if message is None:
            raise
        if isinstance(error, BrokenPipeError):
            # Sonst scheitert Python beim Beenden noch einmal an denselben Ausgaben.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        # Auf jedem Rechner sagt es nur ein Prozess.
        if processes.local_rank == 0:
            print(f"\n{message}" if sys.stderr.isatty() else message, file=sys.stderr)
        return error.exit_code if isinstance(error, RunError) else 1
    return 0


def train(options: argparse.Namespace, command: str, processes: Processes) -> None:
    """Führt ein Training aus, von den Daten bis zum Testergebnis.

    Raises:
        RunError: Wenn der Lauf nicht beginnen oder nicht weitergehen kann.
        Stopped: Wenn angehalten wurde; der Zwischenstand ist gespeichert.
    """
    device = choose_device(options.device, processes)
    if options.record:
        check_writable(options.record)
    with contextlib.ExitStack() as stack:
        stack.enter_context(processes.connected(device))
        run = stack.enter_context(Run(options.out, options.resume, processes))
        threads = options.threads or own_threads(processes)
        if run.saved and run.saved.processes == processes.local_size:
            threads = options.threads or run.saved.threads
        prepare(device, threads)
        trainer, speeds = prepared(options, run.saved, device, processes)
        source = sha256(options.file)
        if processes.first:
            print(introduction(trainer, options, speeds, threads, processes))
            if run.saved and run.saved.source != source:
                print(
                    f"{options.file} ist nicht mehr dieselbe Datei wie zu Beginn dieses Trainings."
                )
            sys.stdout.flush()
        stop = StopSignal()
        stack.enter_context(stop.listening())
        run.begin(trainer, threads, source)
        _train_epochs(run, trainer, stop, processes)
        if processes.first:
            _test(run, trainer, options, command, processes)
        processes.wait()


def _train_epochs(run: Run, trainer: Trainer, stop: StopSignal, processes: Processes) -> None:
    line = TrainingLine(trainer.settings, processes.first)
    try:
        for epoch in trainer.epochs(line, stop):
            run.add(epoch)
            line.clear()
            if processes.first:
                print(epoch_line(epoch, trainer.settings.epochs), flush=True)
    except Stopped:
        line.clear()
        run.keep()
        # Endet einer früher, beendet torchrun auch den, der noch speichert.
        processes.wait()
        raise


def _test(
    run: Run, trainer: Trainer, options: argparse.Namespace, command: str, processes: Processes
) -> None:
    """Sieht die Testbilder an, nur hier am Ende."""
    parts = run.elapsed()
    images, classes = trainer.data.test, trainer.data.classes
    logits = trainer.logits(images)
    guesses = logits.argmax(dim=1)
    result = {
        "loss": F.cross_entropy(logits, images.labels).item(),
        "accuracy": accuracy(images.labels, guesses),
        "ten_crop_accuracy": accuracy(
            images.labels, ten_crop(trainer.logits, images).argmax(dim=1)
        ),
    }
    run.test(result["loss"], result["accuracy"])
    print(test_line(result, len(images), sum(parts)), flush=True)
    if not options.record:
        return
    record = described(
        trainer,
        command,
        sum(parts),
        result,
        parts=[round(seconds, 1) for seconds in parts],
        processes=processes.size,
        classes=list(classes),
        confusion=confusion(images.labels, guesses, len(classes)),
    )
    try:
        write(record, options.record)
    except CallError as error:
        raise CallError(
            f"{error} Das Training ist gespeichert; mit --resume und einem anderen --record "
            "geht nichts verloren."
        ) from error


def _explanation(error: BaseException, options: argparse.Namespace) -> str | None:
    """Der Satz zu einem Abbruch; ``None``, wenn der Fehler im Programm liegt."""
    # Anders als Path.exists wirft das auch dann nicht, wenn der Ordner gesperrt ist.
    saved = os.path.exists(options.out / CHECKPOINT)
    match error:
        case RunError():
            return str(error)
        case Stopped():
            return f"Unterbrochen. Der angefangene Stand ist gespeichert. {_CONTINUE}"
        case KeyboardInterrupt() if saved:
            return f"Unterbrochen. Gespeichert ist der letzte Zwischenstand. {_CONTINUE}"
        case KeyboardInterrupt():
            return "Abgebrochen, bevor etwas zu speichern war."
        case OSError():
            text = f"Das Training bricht ab: {reason(error)}."
            return f"{text} {_CONTINUE}" if saved else text
        case MemoryError() | RuntimeError():
            return _shortage(error, options)
    return None


def _shortage(error: MemoryError | RuntimeError, options: argparse.Namespace) -> str | None:
    """Woran PyTorch gescheitert ist, soweit man etwas dagegen tun kann."""
    if isinstance(error, torch.OutOfMemoryError):
        return "Der Speicher der GPU reicht nicht; ein kleineres --batch-size hilft."
    if isinstance(error, MemoryError) or "can't allocate memory" in str(error):
        return "Der Arbeitsspeicher reicht nicht; ein kleineres --batch-size hilft."
    if "Expected to have finished reduction" in str(error):
        return (
            f"Das Netz in {options.file} hat Schichten, die forward nicht immer benutzt; "
            "trainieren lässt es sich nur mit einem Prozess."
        )
    return None
