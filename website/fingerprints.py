"""Fingerabdrücke von Texten und Dateien: Daran ist zu erkennen, ob sich etwas geändert hat.

Verglichen werden Inhalte statt Zeiten, damit auch eine zurückgeholte ältere Datei auffällt.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path


def digest(texts: Iterable[str], files: Iterable[Path], root: Path) -> str:
    """Fingerabdruck von Texten und Dateien.

    Args:
        texts: Einstellungen und Versionen.
        files: Dateien; eine fehlende zählt als leer.
        root: Ordner, von dem aus die Pfade gelten, damit sein Ort nichts ändert.
    """
    result = hashlib.sha256()
    for text in texts:
        result.update(hashlib.sha256(text.encode()).digest())
    for path in files:
        content = path.read_bytes() if path.is_file() else b""
        result.update(os.path.relpath(path, root).encode() + b"\0")
        result.update(hashlib.sha256(content).digest())
    return result.hexdigest()[:20]


def package_files(root: Path, names: Iterable[str]) -> list[Path]:
    """Alle Dateien in Ordnern, ohne übersetztes Python."""
    return [
        path
        for name in sorted(names)
        for path in sorted((root / name).rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    ]
