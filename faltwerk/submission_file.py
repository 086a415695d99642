"""Die Datei einer Abgabe lesen, ohne sie je zu verändern."""

from __future__ import annotations

from pathlib import Path

from faltwerk.judge.submission import UnreadableError

# Größer ist keine Abgabe; so bleibt auch eine versehentlich gewählte Datei harmlos.
_MAX_BYTES = 2**20


def read_submission(path: Path) -> str:
    """Liest eine Abgabe als Text mit ``\\n`` am Zeilenende.

    Raises:
        UnreadableError: Wenn die Datei fehlt, ein Ordner, zu groß oder kein UTF-8 ist.
    """
    if path.is_dir():
        raise UnreadableError(f"»{path}« ist ein Ordner; geben Sie die Python-Datei darin an.")
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise UnreadableError(f"»{path}« ist größer als 1 MiB und damit keine Abgabe.")
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise UnreadableError(
            f"Die Datei »{path}« gibt es nicht; »python -m faltwerk start« legt einen Rumpf an."
        ) from error
    except OSError as error:
        raise UnreadableError(f"»{path}« lässt sich nicht lesen ({error.strerror}).") from error
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise UnreadableError(
            f"Zeile {line}: Die Datei ist nicht als UTF-8 gespeichert; "
            "speichern Sie sie im Editor mit der Kodierung UTF-8."
        ) from error
    return text.replace("\r\n", "\n").replace("\r", "\n")
