"""Auf welchem Prozessor etwas gemessen wurde."""

from __future__ import annotations

import platform
from pathlib import Path


def cpu_name() -> str:
    """Der Name des Prozessors, soweit das System ihn nennt, sonst seine Bauart."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
