"""``python -m resnet.train`` in einem eigenen Prozess, mit einem kleinen Netz."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from resnet.training.checkpoint import Checkpoint

ROOT = Path(__file__).resolve().parents[2]
EPOCHS = 4
# Ein kleines Netz mit allem, worauf es ankommt. Es rechnet in float64: Dann bleiben Unterschiede
# zwischen einem und zwei Prozessen Rundungsfehler, statt über die Schritte zu wachsen.
NETWORK = """
from torch import nn

class ResNet(nn.Module):
    def __init__(self, num_classes=10):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(3, 8, 4, stride=4, bias=False),
            nn.BatchNorm2d(8),
            nn.BatchNorm2d(8, affine=False, momentum=None),
            nn.ReLU(),
            nn.Flatten(),
            nn.Linear(8 * 64, num_classes),
        ).double()

    def forward(self, x):
        return self.layers(x.double())
"""
OPTIONS = (
    f"--epochs {EPOCHS} --batch-size 256 --threads 1 --seed 3 --label-smoothing 0.1 --cutout 6 "
    "--cutmix 0.5 --distortion 0.5 --precision float32 --memory-format channels_last"
).split()


def command(folder: Path, *more: str, processes: int = 1) -> list[str]:
    start = [sys.executable, "-m"]
    if processes > 1:
        start += ["torch.distributed.run", "--standalone", "--nproc-per-node", str(processes), "-m"]
    file = folder.parent / "netz.py"
    file.write_text(NETWORK, encoding="utf-8")
    return [*start, "resnet.train", "--file", str(file), "--out", str(folder), *OPTIONS, *more]


def run_call(arguments: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, timeout=300)


def interrupt(
    arguments: list[str], when: Callable[[], bool], number: signal.Signals
) -> tuple[int, str]:
    """Schickt ein Signal, sobald ``when`` zutrifft; gibt Rückgabewert und Meldung zurück."""
    process = subprocess.Popen(arguments, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 120
    while not when() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(number)
    _, message = process.communicate(timeout=120)
    return process.returncode, message


def checkpoint(folder: Path) -> Checkpoint:
    return Checkpoint.read(folder / "stand.pt")
