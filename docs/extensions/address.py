"""Die Adresse, unter der die Website steht; ``FALTWERK_URL`` nennt sie beim Bauen."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit


def public_address(environment: Mapping[str, str]) -> str:
    """Die Adresse mit ``/`` am Ende; leer, wenn keine genannt ist.

    Args:
        environment: Umgebungsvariablen.

    Raises:
        ValueError: Wenn es keine vollständige Adresse ist.
    """
    address = environment.get("FALTWERK_URL", "").strip()
    if not address:
        return ""
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
        raise ValueError(
            f"FALTWERK_URL ist »{address}«; gebraucht wird eine Adresse wie "
            "https://kurse.example.org/faltwerk/."
        )
    return address.rstrip("/") + "/"
