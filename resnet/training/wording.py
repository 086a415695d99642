"""Zahlen, Dauern und Gründe, wie sie auf Deutsch zu lesen sind."""

from __future__ import annotations

import errno

_REASONS = {
    errno.EACCES: "keine Berechtigung",
    errno.ECONNREFUSED: "dort antwortet niemand",
    errno.EDQUOT: "kein Platz mehr",
    errno.EEXIST: "so heißt schon eine Datei",
    errno.EFBIG: "die Datei würde zu groß",
    errno.EISDIR: "das ist ein Ordner",
    errno.ENAMETOOLONG: "der Name ist zu lang",
    errno.ENOENT: "den Ordner gibt es nicht",
    errno.ENOSPC: "kein Platz mehr",
    errno.ENOTDIR: "darüber liegt eine Datei statt eines Ordners",
    errno.EPERM: "keine Berechtigung",
    errno.EPIPE: "niemand liest mehr mit",
    errno.EROFS: "nur zum Lesen eingehängt",
}


def decimal(value: float, digits: int) -> str:
    """Eine Zahl mit Dezimalkomma.

    Args:
        value: Die Zahl.
        digits: Stellen nach dem Komma.
    """
    return f"{value:.{digits}f}".replace(".", ",")


def percent(share: float, digits: int = 1) -> str:
    """Ein Anteil von 0 bis 1 in Prozent."""
    return f"{decimal(100 * share, digits)} %"


def significant(value: float) -> str:
    """Eine Zahl, so kurz wie möglich und mit Dezimalkomma."""
    return f"{value:g}".replace(".", ",")


def count(number: int) -> str:
    """Eine ganze Zahl, ab 10 000 mit Zwischenraum."""
    return f"{number:,}".replace(",", " ") if number >= 10_000 else str(number)


def counted(number: int, one: str, many: str) -> str:
    """Eine Anzahl mit ihrem Hauptwort: ``1 Epoche``, ``2 Epochen``."""
    return f"{count(number)} {one if number == 1 else many}"


def duration(seconds: float) -> str:
    """Eine Dauer in Stunden, Minuten und Sekunden."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    parts = ((hours, "h"), (minutes, "min"), (rest, "s"))
    return " ".join(f"{value} {unit}" for value, unit in parts if value or unit == "s")


def reason(error: OSError | RuntimeError) -> str:
    """Warum sich etwas nicht lesen oder schreiben ließ."""
    number = getattr(error, "errno", None) or 0
    return _REASONS.get(number) or getattr(error, "strerror", None) or "abgebrochen"
