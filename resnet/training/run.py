"""Ein Lauf: sein Ordner mit Zwischenstand und Protokoll und wie lange er schon dauert."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import time
from pathlib import Path

from resnet.training.checkpoint import CHECKPOINT, Checkpoint
from resnet.training.disk import locked
from resnet.training.errors import CallError
from resnet.training.logbook import Logbook
from resnet.training.loop import Trainer
from resnet.training.processes import ALONE, Processes
from resnet.training.results import Epoch
from resnet.training.wording import reason

# Auf einer schnellen GPU dauert eine Epoche keine Sekunde; so oft muss niemand speichern.
_EPOCHS_PER_CHECKPOINT = {"cuda": 10}
# Bilder, unter denen das Protokoll richtig und falsch erkannte sucht.
_SHOWN_IMAGES = 200
# Ein Bild zu zeichnen dauert auf einer GPU so lange wie eine Epoche.
_PREDICTION_FIGURES = 10


class Run:
    """Ein Lauf, der seinen Ordner besitzt, solange der Rahmen ``with`` dauert.

    Alle Prozesse rufen dieselben Methoden auf; es schreibt nur der erste.

    Args:
        folder: Der Ordner; er wird angelegt.
        resume: Ob am Zwischenstand darin fortgesetzt wird.
        processes: Die Prozesse, die sich den Lauf teilen, schon verbunden.

    Attributes:
        saved: Der Zwischenstand, an dem fortgesetzt wird; in einem neuen Lauf ``None``.

    Raises:
        CallError: Wenn sich der Ordner nicht anlegen lässt, der Zwischenstand fehlt oder schon
            einer da ist, der überschrieben würde.
    """

    def __init__(self, folder: Path, resume: bool, processes: Processes = ALONE) -> None:
        self.folder = folder
        self._checkpoint = folder / CHECKPOINT
        self._processes = processes
        # Alle Prozesse sehen in den Ordner, bevor der erste etwas hineinschreibt.
        self.saved = Checkpoint.read(self._checkpoint) if resume else None
        if not resume:
            _make_folder(folder)
        self._logbook: Logbook | None = None
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> Run:
        """Belegt den Ordner.

        Raises:
            CallError: Wenn gerade ein anderes Training hineinschreibt.
        """
        self._processes.wait()
        if self._processes.first:
            try:
                self._stack.enter_context(locked(self.folder, wait=False))
            except BlockingIOError as error:
                raise CallError(
                    f"In {self.folder} schreibt gerade ein anderes Training; --out nennt einen "
                    "anderen Ordner."
                ) from error
        return self

    def __exit__(self, *exception: object) -> None:
        self._stack.__exit__(*exception)  # type: ignore[arg-type]

    def begin(self, trainer: Trainer, threads: int, source: str) -> None:
        """Beginnt das Protokoll und die Uhr.

        Args:
            trainer: Das Training, schon an der Stelle, an der es weitergeht.
            threads: Threads je Prozess.
            source: SHA-256-Summe der Datei mit dem Netz.
        """
        self._trainer, self._threads, self._source = trainer, threads, source
        self._start = time.monotonic()
        if self._processes.first:
            logbook = Logbook(self.folder, len(trainer.history))
            self._logbook = self._stack.enter_context(logbook)
            if not self.saved:
                logbook.graph(trainer.network)

    def add(self, epoch: Epoch) -> None:
        """Trägt eine fertige Epoche ein."""
        trainer = self._trainer
        last = epoch.number == trainer.settings.epochs
        if self._logbook:
            # Vor dem Zwischenstand: Beim Fortsetzen fehlt so keine Epoche im Protokoll.
            self._logbook.epoch(epoch)
        rhythm = _EPOCHS_PER_CHECKPOINT.get(trainer.data.train.pixels.device.type, 1)
        if last or epoch.number % rhythm == 0:
            self.keep()
        every = max(1, trainer.settings.epochs // _PREDICTION_FIGURES)
        if self._logbook and (last or epoch.number % every == 0):
            shown = trainer.logits(trainer.data.validation[:_SHOWN_IMAGES])
            self._logbook.predictions(trainer.data, shown, epoch.number)

    def keep(self) -> None:
        """Schreibt den Zwischenstand."""
        if self._processes.first:
            dataclasses.replace(
                self._trainer.state(),
                threads=self._threads,
                processes=self._processes.local_size,
                seconds=self.elapsed(),
                source=self._source,
            ).write(self._checkpoint)

    def elapsed(self) -> tuple[float, ...]:
        """Wie lange jeder Teil des Laufs gedauert hat, in Sekunden; der letzte dauert noch an."""
        earlier = self.saved.seconds if self.saved else ()
        return (*earlier, time.monotonic() - self._start)

    def test(self, loss: float, accuracy: float) -> None:
        """Trägt das Ergebnis auf den Testbildern ins Protokoll ein."""
        if self._logbook:
            self._logbook.test(loss, accuracy, len(self._trainer.history))


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        taken = (folder / CHECKPOINT).exists()
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
