"""Geräte und Messungen."""

from __future__ import annotations

import subprocess
import sys

import pytest
import torch
from calls import ROOT
from torch import nn

from resnet.training.errors import CallError
from resnet.training.hardware import choose_device, measure
from resnet.training.processes import Processes


def test_more_processes_than_gpus_is_said_by_every_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    for rank in range(2):
        with pytest.raises(CallError, match="1 GPU für 2 Prozesse"):
            choose_device(None, Processes(rank, 2, rank, 2))


class Greedy(nn.Module):
    """Ein Netz, für das der Speicher nie reicht."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        raise torch.OutOfMemoryError


def test_too_little_memory_for_every_measurement_is_no_matter_of_the_device() -> None:
    with pytest.raises(torch.OutOfMemoryError):
        measure(Greedy(), torch.device("cpu"), 2)


def test_hardware_is_chosen_and_measured_without_the_loop() -> None:
    program = (
        "import sys, resnet.training.hardware; assert 'resnet.training.loop' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False)
    assert done.returncode == 0
