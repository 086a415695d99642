"""Wo das Projekt liegt, wohin gebaut wird und unter welcher Adresse die Website stehen soll."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
# Der Ordner der Skripte zum Lösen unter den statischen Dateien, in den Quellen und in den Seiten
# bis zum Ende des Baus; dann bekommt er einen Namen, der von seinem Inhalt abhängt.
SCRIPTS = "solve"


class AddressError(ValueError):
    """Die genannte Adresse ist keine; der Text sagt, wie eine aussieht."""


def build_folder(root: Path = ROOT) -> Path:
    """Der Ordner für alles Gebaute; ``FALTWERK_BUILD`` verlegt ihn, zum Beispiel für Tests.

    Args:
        root: Wurzel des Projekts.
    """
    return Path(os.environ.get("FALTWERK_BUILD") or root / "build").resolve()


def public_address(environment: Mapping[str, str]) -> str:
    """Die Adresse aus ``FALTWERK_URL`` mit ``/`` am Ende; leer, wenn keine genannt ist.

    Args:
        environment: Umgebungsvariablen.

    Raises:
        AddressError: Wenn sie nicht mit ``http`` oder ``https`` beginnt.
    """
    address = environment.get("FALTWERK_URL", "").strip()
    if not address:
        return ""
    if urlsplit(address).scheme not in ("http", "https") or not urlsplit(address).netloc:
        raise AddressError(
            f"FALTWERK_URL ist »{address}«; gebraucht wird eine Adresse wie "
            "https://kurse.example.org/faltwerk/."
        )
    return address.rstrip("/") + "/"


def shown(path: Path) -> str:
    """Der Pfad, wie ihn eine Meldung nennt: im Projekt ohne dessen Ordner."""
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)
