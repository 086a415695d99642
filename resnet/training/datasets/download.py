"""Dateien herunterladen: mit Fortschritt, Fortsetzen nach einem Abbruch und geprüftem Inhalt."""

from __future__ import annotations

import hashlib
import http.client
import os
import ssl
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from pathlib import Path

from resnet.training.disk import locked
from resnet.training.errors import DataError
from resnet.training.wording import decimal, reason

_CHUNK_BYTES = 1 << 20
_TIMEOUT_SECONDS = 30
# Bricht die Verbindung ab, geht es an derselben Stelle weiter, solange noch etwas ankommt.
_ATTEMPTS_WITHOUT_PROGRESS = 3
# Was eine Verbindung beenden kann, im Unterschied zu einer vollen Platte.
_BROKEN = (
    ConnectionError,
    TimeoutError,
    http.client.HTTPException,
    ssl.SSLError,
    urllib.error.URLError,
)

Progress = Callable[[int, int], None]


def cache_folder() -> Path:
    """Wo heruntergeladene Dateien bleiben: ``faltwerk`` im Cache-Ordner des Benutzers."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else _home() / ".cache") / "faltwerk"


def _home() -> Path:
    try:
        return Path.home()
    except RuntimeError as error:
        raise DataError(
            "Ihr Benutzerordner ist nicht zu finden; die Variable HOME oder ein Pfad hinter --data "
            "nennt einen Ort für die Daten."
        ) from error


def sha256(path: Path) -> str:
    """Die SHA-256-Summe einer Datei."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def fetch(
    url: str,
    target: Path,
    check: Callable[[Path], object],
    progress: Progress = lambda done, total: None,
) -> None:
    """Sorgt dafür, dass die Datei da und richtig ist; eine beschädigte wird neu geladen.

    Wollen mehrere Programme dieselbe Datei, lädt eines, und die übrigen warten. Argumente und
    Fehler wie bei :func:`download`.
    """
    folder = target.parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(f"{folder} lässt sich nicht anlegen ({reason(error)}).") from error
    with locked(folder, wait=True):
        if target.exists():
            try:
                check(target)
            except (DataError, OSError):
                # Was beim letzten Mal richtig war, ist seither beschädigt worden.
                pass
            else:
                return
        download(url, target, check, progress)


def download(
    url: str,
    target: Path,
    check: Callable[[Path], object],
    progress: Progress = lambda done, total: None,
) -> None:
    """Lädt eine Datei; ein früher abgebrochener Download wird fortgesetzt.

    Bis der Inhalt geprüft ist, heißt die Datei ``*.teil``.

    Args:
        url: Adresse mit ``http`` oder ``https``.
        target: Wohin.
        check: Prüft den Inhalt und wirft :class:`DataError`, wenn er falsch ist.
        progress: Wird mit den Bytes aufgerufen, die da sind und die es werden (0: unbekannt).

    Raises:
        DataError: Wenn die Datei nicht zu bekommen, nicht zu schreiben oder falsch ist.
    """
    _check_address(url)
    partial = target.with_name(f"{target.name}.teil")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _fetch(url, partial, progress)
        try:
            check(partial)
        except DataError as error:
            partial.unlink()
            raise DataError(
                f"{url} liefert nicht die erwartete Datei, sie wurde verworfen; --mirror nennt "
                "eine andere Quelle."
            ) from error
        partial.replace(target)
    except OSError as error:
        raise DataError(f"{partial} lässt sich nicht schreiben ({reason(error)}).") from error


def _check_address(url: str) -> None:
    try:
        allowed = urllib.parse.urlsplit(url).scheme in ("http", "https") and url.isascii()
    except ValueError:
        allowed = False
    if not allowed:
        raise DataError(
            f"Die Adresse {url} ist nicht erlaubt, nur solche mit http oder https und ohne Umlaute."
        )


def _fetch(url: str, partial: Path, progress: Progress) -> None:
    """Holt die Datei; kehrt nur zurück, wenn sie vollständig ist."""
    fruitless = 0
    while True:
        before = partial.stat().st_size if partial.exists() else 0
        try:
            if _receive(url, partial, before, progress):
                return
            why = "die Verbindung brach ab"
        except urllib.error.HTTPError as error:
            if error.code == 416:
                # Alles ist schon da, oder der Rest stammt von einer anderen Datei.
                return
            raise DataError(
                f"{url} ist nicht zu bekommen (HTTP {error.code}); --mirror nennt eine andere "
                "Quelle."
            ) from error
        except _BROKEN as error:
            cause = getattr(error, "reason", error)
            why = reason(cause) if isinstance(cause, OSError) and cause.errno else str(cause)
            why = " ".join(why.split()) or type(error).__name__
        after = partial.stat().st_size if partial.exists() else 0
        fruitless = 0 if after > before else fruitless + 1
        if fruitless == _ATTEMPTS_WITHOUT_PROGRESS:
            raise DataError(
                f"{url} ist nicht zu bekommen ({why}); {decimal(after / 1e6, 1)} MB sind da, und "
                "derselbe Befehl setzt den Download fort."
            )


def _receive(url: str, partial: Path, done: int, progress: Progress) -> bool:
    """Eine Anfrage; ob die Datei danach vollständig ist."""
    request = urllib.request.Request(url, headers={"Range": f"bytes={done}-"} if done else {})
    with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS) as response:
        if response.status != 206:
            # Der Server kann nicht in der Mitte beginnen.
            done = 0
        length = response.headers.get("Content-Length")
        total = done + int(length) if length and length.isdigit() else 0
        with partial.open("ab" if done else "wb") as file:
            progress(done, total)
            while chunk := response.read(_CHUNK_BYTES):
                file.write(chunk)
                done += len(chunk)
                progress(done, total)
    return done >= total
