"""Aufgezeichnete Läufe und Messungen, die Programme dafür und die Bilder daraus."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent


def recorded(name: str) -> dict[str, Any]:
    """Liest eine Aufzeichnung, mit allem, was man zu seiner Herkunft wissen muss.

    Args:
        name: Name der Datei in ``recordings``, ohne Endung.

    Raises:
        FileNotFoundError: Wenn es die Aufzeichnung nicht gibt.
    """
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
