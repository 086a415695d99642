"""Die Adresse, unter der die Website steht; ``FALTWERK_URL`` nennt sie beim Bauen."""

from __future__ import annotations

from collections.abc import Mapping


def public_address(environment: Mapping[str, str]) -> str:
    """Die Adresse mit ``/`` am Ende; leer, wenn keine genannt ist.

    Args:
        environment: Umgebungsvariablen.
    """
    address = environment.get("FALTWERK_URL", "").strip()
    return address.rstrip("/") + "/" if address else ""
