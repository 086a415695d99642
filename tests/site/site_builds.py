"""Die Website bauen, wie es ``make html`` tut."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EXERCISES = ("convolution", "pooling", "resnet", "seresnet")


def run_build(root: Path) -> subprocess.CompletedProcess[str]:
    """Baut die Website des Projekts unter ``root``."""
    environment = {key: value for key, value in os.environ.items() if key != "FALTWERK_BUILD"}
    return subprocess.run(
        [sys.executable, "-m", "tools.site", "build"],
        cwd=root, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
