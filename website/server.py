"""Ein Ordner als Website auf diesem Rechner: der eine Server für Ansehen, Drucken und Messen."""

from __future__ import annotations

import functools
import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


class BusyError(Exception):
    """Der Port ist schon vergeben; der Text sagt, was zu tun ist."""


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    """Liefert Dateien aus und schweigt: Das Terminal gehört dem Programm, das ihn braucht."""

    def log_message(self, *arguments: object) -> None:
        """Schreibt kein Protokoll."""


@contextmanager
def serve_folder(
    folder: Path, port: int = 0, handler: type[QuietHandler] = QuietHandler, **options: Any
) -> Iterator[str]:
    """Liefert einen Ordner aus, solange der ``with``-Block läuft.

    Args:
        folder: Der Ordner.
        port: Der Port; 0 nimmt einen freien.
        handler: Was Anfragen beantwortet.
        options: Weitere Argumente für ``handler``.

    Yields:
        Die Adresse ohne ``/`` am Ende.

    Raises:
        BusyError: Wenn der Port belegt ist.
    """
    answer = functools.partial(handler, directory=str(folder), **options)
    try:
        server = http.server.ThreadingHTTPServer(("127.0.0.1", port), answer)
    except OSError as error:
        raise BusyError(f"Der Port {port} ist belegt; PORT=8001 nimmt einen anderen.") from error
    with server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
