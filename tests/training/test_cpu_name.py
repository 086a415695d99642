"""Der Name des Prozessors, auch für Messungen ohne PyTorch."""

from __future__ import annotations

import subprocess
import sys

from calls import ROOT

PROGRAM = """
import sys
from resnet.training.cpu_name import cpu_name
print(cpu_name())
assert "torch" not in sys.modules
"""


def test_the_name_is_found_without_loading_torch() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
