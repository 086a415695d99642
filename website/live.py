"""Beim Schreiben zusehen: Jedes Speichern baut neu, und die offene Seite lädt sich selbst neu.

Ausgeliefert wird die fertige Website mit ihrer strengen Sicherheitsrichtlinie. Deshalb ist das
Nachladen ein gewöhnliches Skript dieses Servers und fragt ihn nach dem Stand des Baus.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from website.places import ROOT, build_folder
from website.server import QuietHandler, serve_folder

_SCRIPT = """\
const stand = () => fetch("/live/stand").then((answer) => (answer.ok ? answer.text() : null));
const first = await stand();
setInterval(async () => {
  const now = await stand().catch(() => null);
  if (now && now !== first) location.reload();
}, 500);
"""
_TAG = b'<script type="module" src="/live/live.js"></script>'


class LiveHandler(QuietHandler):
    """Liefert die Website aus und in jeder Seite das Skript, das sie neu lädt."""

    def do_GET(self) -> None:
        """Beantwortet eine Anfrage; nur Seiten sehen anders aus als auf der Platte."""
        folder = Path(self.directory)
        path = Path(self.translate_path(self.path))
        path = path / "index.html" if path.is_dir() else path
        if self.path == "/live/live.js":
            self._answer("text/javascript", _SCRIPT.encode())
        elif self.path == "/live/stand":
            stamp = folder.parent / "stand"
            self._answer("text/plain", stamp.read_bytes() if stamp.is_file() else b"")
        elif path.suffix == ".html" and path.is_file():
            page = path.read_bytes().replace(b"</body>", _TAG + b"</body>", 1)
            self._answer("text/html; charset=utf-8", page)
        else:
            super().do_GET()

    def _answer(self, kind: str, data: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(data)


def sources() -> list[Path]:
    """Was zu beobachten ist: alles, woraus die Website entsteht."""
    folders = [ROOT / name for name in ("docs", "faltwerk", "recordings", "website")]
    folders += [path.parent for path in ROOT.glob("*/exercise.toml")]
    return [ROOT / "conf.py", *(folder for folder in folders if folder.is_dir())]


def build() -> None:
    """Baut in einem eigenen Prozess, damit auch geändertes Python gilt."""
    subprocess.run([sys.executable, "-m", "website", "build"], cwd=ROOT, check=False)


def live(port: int, **options: Any) -> None:
    """Baut, liefert aus und baut bei jedem Speichern neu, bis Strg+C gedrückt wird.

    Args:
        port: Der Port des Servers.
        options: Weitere Einstellungen für ``watchfiles.watch``.

    Raises:
        BusyError: Wenn der Port belegt ist.
    """
    from watchfiles import watch

    build()
    folder = build_folder() / "html"
    with serve_folder(folder, port, LiveHandler) as address:
        print(f"Die Website ist unter {address}/ zu sehen (Ende: Strg+C).", flush=True)
        for _ in watch(*sources(), **options):
            build()
