"""Signale von außen."""

from __future__ import annotations

import signal

import pytest

from resnet.training import interruption
from resnet.training.interruption import StopSignal


def test_a_signal_passed_on_at_once_is_no_second_one(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr(interruption.time, "monotonic", lambda: now)
    stop = StopSignal()
    with stop.listening():
        signal.raise_signal(signal.SIGINT)
        assert stop()
        signal.raise_signal(signal.SIGTERM)
        now = 5.0
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
