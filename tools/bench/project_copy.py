"""Eine Kopie des Projekts, an der sich messen lässt, ohne am Projekt etwas zu ändern."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv", "build", "arbeit", "tests", "__pycache__", ".*_cache", ".hypothesis"
)


def copy_project(target: Path) -> Path:
    """Kopiert, was zum Bauen gebraucht wird, und gibt den Ordner zurück."""
    root = target / "faltwerk-kopie"
    shutil.copytree(ROOT, root, ignore=_LEFT_OUT, symlinks=True)
    return root


def python(root: Path, *arguments: str, **variables: str) -> None:
    """Führt Python in der Kopie aus.

    Raises:
        subprocess.CalledProcessError: Wenn der Befehl scheitert; seine Meldung steht im Terminal.
    """
    environment = {key: value for key, value in os.environ.items() if key != "FALTWERK_BUILD"}
    subprocess.run(
        [sys.executable, *arguments],
        cwd=root, env=environment | variables, stdout=subprocess.DEVNULL, check=True,
    )  # fmt: skip
