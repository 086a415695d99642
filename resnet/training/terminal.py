"""Was ein Lauf ins Terminal schreibt: womit er beginnt, wie weit er ist, was herauskam."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
import time

from resnet.training.hardware import Speed, hardware
from resnet.training.loop import Trainer
from resnet.training.processes import Processes
from resnet.training.results import Epoch, Step
from resnet.training.settings import Settings
from resnet.training.wording import count, counted, decimal, duration, percent, significant

# Öfter zu schreiben sieht niemand.
_SECONDS = 0.2
_USUAL_WIDTH = 80


class _Line:
    """Schreibt nur auf einen Bildschirm; in Dateien und Leitungen stört der Fortschritt."""

    def __init__(self) -> None:
        self._shown = 0.0
        self._visible = sys.stderr.isatty()

    def _due(self, last: bool) -> bool:
        now = time.monotonic()
        if not self._visible or (now - self._shown < _SECONDS and not last):
            return False
        self._shown = now
        return True

    def clear(self) -> None:
        """Löscht die Zeile."""
        if self._visible:
            print("\r\033[K", end="", file=sys.stderr, flush=True)

    def _show(self, *texts: str) -> None:
        """Schreibt den ersten Text, der in eine Zeile passt, sonst den Anfang des letzten.

        Was das Terminal umbricht, ließe sich nicht mehr löschen.
        """
        try:
            width = os.get_terminal_size(sys.stderr.fileno()).columns or _USUAL_WIDTH
        except (OSError, ValueError):
            width = _USUAL_WIDTH
        fitting = [text for text in texts if len(text) < width]
        text = fitting[0] if fitting else texts[-1][: width - 1]
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


class TrainingLine(_Line):
    """Fortschritt des Trainings: Balken, Verlust, Trefferquote, Bilder/s und Restzeit.

    Args:
        settings: Die Einstellungen.
        visible: Ob überhaupt etwas gezeigt wird.
    """

    def __init__(self, settings: Settings, visible: bool = True) -> None:
        super().__init__()
        self._visible = self._visible and visible
        self._settings = settings
        self._start = time.monotonic()
        self._first: int | None = None

    def __call__(self, step: Step) -> None:
        """Zeigt einen Schritt."""
        finished = (step.epoch - 1) * step.steps + step.step
        if self._first is None:
            # Die Zeit des ersten Schritts, oft des langsamsten, zählt nicht.
            self._first, self._start = finished, time.monotonic()
        if not self._due(step.step == step.steps):
            return
        seconds = (time.monotonic() - self._start) / max(1, finished - self._first)
        speed = self._settings.batch_size / seconds if finished > self._first else 0
        left = (self._settings.epochs * step.steps - finished) * seconds
        epoch = f"Epoche {step.epoch}/{self._settings.epochs}"
        results = f"Verlust {decimal(step.loss, 3)} richtig {percent(step.accuracy)}"
        rest = f"noch {duration(left)}"
        speeds = f"{speed:.0f} Bilder/s"
        bars = ["█" * (width * step.step // step.steps) for width in (20, 10)]
        self._show(
            f"{epoch} {bars[0]:░<20} {results} {speeds} {rest}",
            f"{epoch} {bars[1]:░<10} {results} {speeds} {rest}",
            f"{epoch} {results} {speeds} {rest}",
            f"{epoch} {results} {rest}",
        )


class DownloadLine(_Line):
    """Fortschritt eines Downloads."""

    def __call__(self, done: int, total: int) -> None:
        """Zeigt, wie viele Bytes da sind; ``total`` ist 0, wenn das Ende unbekannt ist."""
        if self._due(done == total):
            of = f" von {decimal(total / 1e6, 1)}" if total else ""
            self._show(f"Herunterladen: {decimal(done / 1e6, 1)}{of} MB")
            if done == total:
                self.clear()


def introduction(
    trainer: Trainer,
    options: argparse.Namespace,
    speeds: list[Speed],
    threads: int,
    processes: Processes,
) -> str:
    """Womit der Lauf beginnt: alles, was gewählt ist, auch das nicht Angegebene."""
    data, settings = trainer.data, trainer.settings
    device = data.train.pixels.device
    lines = [
        f"{data.name}: {counted(len(data.train), 'Bild', 'Bilder')} zum Training, "
        f"{count(len(data.validation))} zur Validierung, {count(len(data.test))} zum Test.",
        f"Gerät: {device.type} ({hardware(device)}), Prozesse: {processes.size}, Threads je "
        f"Prozess: {threads}.",
        _arithmetic_line(settings, speeds),
    ]
    if options.teachers:
        lines.append(
            f"Lehrer: {', '.join(map(str, options.teachers))}; Temperatur "
            f"{significant(settings.temperature)}, neue Veränderungen "
            f"{counted(settings.cycle, 'Epoche', 'Epochen')} lang."
        )
    lines += _settings_lines(settings, trainer.steps)
    if trainer.history:
        done = len(trainer.history)
        verb = "ist" if done == 1 else "sind"
        lines.append(f"Fertig {verb} schon {counted(done, 'Epoche', 'Epochen')}.")
    lines.append(f"TensorBoard: tensorboard --logdir {shlex.quote(str(options.out))}")
    return "\n".join(lines)


def _arithmetic_line(settings: Settings, speeds: list[Speed]) -> str:
    if not speeds:
        return f"Gerechnet wird mit {settings.precision}, {settings.memory_format}."
    measured = ", ".join(
        f"{speed.precision} {speed.memory_format} {speed.images_per_second:.0f}" for speed in speeds
    )
    return (
        f"Gemessen, in Bildern/s: {measured}. Gewählt: {settings.precision}, "
        f"{settings.memory_format}."
    )


def _settings_lines(settings: Settings, steps: int) -> list[str]:
    smoothing = f", Label Smoothing {significant(settings.label_smoothing)}"
    if settings.teachers:
        # Wer einem Lehrer folgt, lernt nicht aus den Klassen.
        smoothing = ""
    return [
        f"{counted(settings.epochs, 'Epoche', 'Epochen')} zu "
        f"{counted(steps, 'Schritt', 'Schritten')} mit "
        f"{counted(settings.batch_size, 'Bild', 'Bildern')}, {settings.optimizer}, Lernrate bis "
        f"{significant(settings.learning_rate)}, Anstieg {significant(settings.warmup)}, "
        f"größte Norm {significant(settings.max_norm)}, Gewichtszerfall "
        f"{significant(settings.weight_decay)}{smoothing}, Startwert {settings.seed}.",
        f"Bilder verändert: verschoben bis {settings.padding}, Cutout {settings.cutout}, CutMix "
        f"{significant(settings.cutmix)}, Verzerrung {significant(settings.distortion)}.",
    ]


def epoch_line(epoch: Epoch, epochs: int) -> str:
    """Das Ergebnis einer Epoche."""
    return (
        f"Epoche {epoch.number}/{epochs}: Training {decimal(epoch.train_loss, 3)} "
        f"({percent(epoch.train_accuracy)}), Validierung {decimal(epoch.validation_loss, 3)} "
        f"({percent(epoch.validation_accuracy)})"
    )


def test_line(result: dict[str, float], images: int, seconds: float) -> str:
    """Das Ergebnis auf den Testbildern."""
    return (
        f"Test: {percent(result['accuracy'], 2)} von {count(images)} Bildern richtig "
        f"({percent(result['ten_crop_accuracy'], 2)}, wenn zehn Ansichten gemeinsam entscheiden), "
        f"nach {duration(seconds)}."
    )
