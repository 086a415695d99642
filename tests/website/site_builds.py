"""Die Website bauen, wie es ``make html`` tut."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from faltwerk.exercise import exercise_names

ROOT = Path(__file__).resolve().parents[2]
EXERCISES = tuple(exercise_names(ROOT))
# Jede Seite der Website ohne die Endung.
PAGES = sorted(
    [path.stem for suffix in ("md", "rst") for path in (ROOT / "docs").glob(f"*.{suffix}")]
    + ["404", "search"]
)


def run_build(root: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Baut die Website des Projekts unter ``root``."""
    own = ("FALTWERK_BUILD", "FALTWERK_URL", "SOURCE_DATE_EPOCH")
    environment = {key: value for key, value in os.environ.items() if key not in own} | variables
    return subprocess.run(
        [sys.executable, "-m", "website", "build"],
        cwd=root, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip


def script_folder() -> str:
    """Name des Ordners mit den Skripten zum Lösen; er hängt von ihrem Inhalt ab."""
    (folder,) = (ROOT / "build" / "html" / "_static").glob("solve*")
    return folder.name
