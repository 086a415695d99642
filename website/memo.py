"""Dateien, die sich allein aus anderen Bytes ergeben, nur einmal berechnen.

Sie liegen unter ``build/berechnet``; ihr Name ist die Prüfsumme dessen, woraus sie entstehen.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from website.places import build_folder


def computed_once(inputs: tuple[bytes, ...], compute: Callable[[], bytes]) -> bytes:
    """Das Ergebnis einer Berechnung, beim zweiten Mal ohne sie.

    Args:
        inputs: Alles, wovon das Ergebnis abhängt, auch die Fassung des Verfahrens.
        compute: Die Berechnung.
    """
    digest = hashlib.sha256()
    for data in inputs:
        digest.update(hashlib.sha256(data).digest())
    path = build_folder() / "berechnet" / digest.hexdigest()
    if path.is_file():
        return path.read_bytes()
    data = compute()
    path.parent.mkdir(parents=True, exist_ok=True)
    # Erst vollständig unter dem endgültigen Namen: Ein anderer Bau könnte gerade lesen.
    part = path.with_suffix(".teil")
    part.write_bytes(data)
    part.replace(path)
    return data
