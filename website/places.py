"""Wo der Bau seine Dateien ablegt."""

from __future__ import annotations

import os
from pathlib import Path


def build_folder(root: Path) -> Path:
    """Der Ordner für alles Gebaute; ``FALTWERK_BUILD`` verlegt ihn, zum Beispiel für Tests.

    Args:
        root: Wurzel des Projekts.
    """
    return Path(os.environ.get("FALTWERK_BUILD") or root / "build").resolve()
