"""Der Fortschritt im Terminal."""

from __future__ import annotations

import os
import sys

import pytest

from resnet.training.results import Step
from resnet.training.settings import Settings
from resnet.training.terminal import TrainingLine


@pytest.mark.parametrize("width", [10, 40, 60, 80, 120])
def test_progress_stays_in_one_line(
    width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(sys.stderr, "fileno", lambda: 2, raising=False)
    monkeypatch.setattr(os, "get_terminal_size", lambda number: os.terminal_size((width, 24)))
    line = TrainingLine(Settings(epochs=330, batch_size=512))
    line(Step(329, 86, 87, 2.641, 0.154))
    line(Step(329, 87, 87, 2.641, 0.154))
    shown = capsys.readouterr().err.split("\r\033[K")[-1]
    assert shown.startswith("Epoche 32") and len(shown) < width
    assert width < 60 or "noch" in shown
