"""Strg+C und ein Ende von außen: Der laufende Schritt wird noch fertig."""

from __future__ import annotations

import contextlib
import signal
import time
from collections.abc import Iterator

# Was ein ganzer Prozessbaum bekommt, reicht torchrun noch einmal weiter.
_ECHO_SECONDS = 1.0


class StopSignal:
    """Merkt sich ein Signal, statt sofort zu enden."""

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
