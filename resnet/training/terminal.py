"""Fortschritt im Terminal: eine Zeile, die sich selbst überschreibt."""

from __future__ import annotations

import os
import sys
import time

from resnet.training.loop import Settings, Step
from resnet.training.wording import decimal, duration, percent

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
