"""Übung „ResNet“: Residualblöcke, das Netz daraus und sein Training."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

RUNS = Path(__file__).with_name("runs")


def recorded(name: str) -> dict[str, Any]:
    """Liest ein aufgezeichnetes Training, mit allem, was man zu seiner Herkunft wissen muss.

    Args:
        name: Name der Datei in ``resnet/runs``, ohne Endung.

    Raises:
        FileNotFoundError: Wenn es die Aufzeichnung nicht gibt.
    """
    return json.loads((RUNS / f"{name}.json").read_text(encoding="utf-8"))
