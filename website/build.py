"""Die Website bauen, ausliefern und aufräumen: ``python -m website.build BEFEHL``.

Gebaut wird in einem Zwischenordner; erst ein fehlerfreier Bau ersetzt ``build/html``.
"""

from __future__ import annotations

import fcntl
import functools
import hashlib
import http.server
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

from faltwerk.arguments import Parser

ROOT = Path(__file__).resolve().parent.parent
# Was außer den Dateien auf die Website wirkt.
_VARIABLES = ("FALTWERK_URL", "SOURCE_DATE_EPOCH")
# Alle Zeitangaben in gebauten Dateien, damit zwei Bauten gleich sind: 1980, das früheste Jahr, das
# ein Archiv nennen kann.
_EPOCH = "315532800"


def build_folder() -> Path:
    """Der Ordner für alles Gebaute; ``FALTWERK_BUILD`` verlegt ihn."""
    return Path(os.environ.get("FALTWERK_BUILD") or ROOT / "build").resolve()


def build(jobs: int) -> int:
    """Baut die Seiten; nur ein fehlerfreier Bau wird zu ``build/html``."""
    folder = build_folder()
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "sperre").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Ein anderer Bau läuft noch; dieser wartet auf sein Ende.", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        return _build(folder, jobs)


def _build(folder: Path, jobs: int) -> int:
    begun = time.monotonic()
    address = os.environ.get("FALTWERK_URL", "").strip()
    if address and not (urlsplit(address).scheme in ("http", "https") and urlsplit(address).netloc):
        print(
            f"FALTWERK_URL ist »{address}«; gebraucht wird eine Adresse wie "
            "https://kurse.example.org/faltwerk/.",
            file=sys.stderr,
        )
        return 2
    stamp, html = folder / "stand", folder / "html"
    wanted = sources_digest()
    if stamp.is_file() and stamp.read_text() == wanted and html.is_dir():
        print(f"Nichts hat sich geändert; die Website steht in {shown(html)}.")
        return 0
    check = subprocess.run(
        [sys.executable, "-m", "faltwerk", "stubs", "--check"], cwd=ROOT, check=False
    )
    if check.returncode:
        return check.returncode
    # Fehlt »stand«, ist der letzte Bau gescheitert. Seiten, die er schon gelesen hat, würden ihre
    # Warnungen jetzt verschweigen; deshalb werden alle neu gelesen.
    doctrees, staging = folder / "doctrees", folder / "staging"
    if not stamp.is_file():
        shutil.rmtree(doctrees, ignore_errors=True)
    stamp.unlink(missing_ok=True)
    shutil.rmtree(staging, ignore_errors=True)
    # Jede Seite wird geschrieben (-a), denn jede enthält die Navigation zu allen anderen.
    command = [
        sys.executable, "-m", "sphinx", "-b", "html", "-c", ".", "-n", "-W", "--keep-going",
        "-q", "-a", "-j", str(jobs), "-d", str(doctrees), "docs", str(staging),
    ]  # fmt: skip
    print("Die Website wird gebaut.", flush=True)
    try:
        environment = {"SOURCE_DATE_EPOCH": _EPOCH, **os.environ}
        result = subprocess.run(command, cwd=ROOT, env=environment, check=False)
    except KeyboardInterrupt:
        print("Abgebrochen; die zuletzt gebaute Website bleibt stehen.", file=sys.stderr)
        return 130
    if result.returncode:
        print(
            "Der Bau ist gescheitert; die zuletzt gebaute Website bleibt stehen.", file=sys.stderr
        )
        return result.returncode
    publish(staging, html)
    stamp.write_text(wanted)
    seconds = f"{time.monotonic() - begun:.1f}".replace(".", ",")
    print(f"Die Website steht in {shown(html)} ({seconds} s).")
    if not address:
        print(
            "Ohne FALTWERK_URL, die spätere Adresse, entstehen keine sitemap.xml und kein Bild für "
            "geteilte Verweise."
        )
    return 0


def linkcheck() -> int:
    """Ruft jeden fremden Verweis der Seiten einmal auf."""
    folder = build_folder()
    command = [
        sys.executable, "-m", "sphinx", "-b", "linkcheck", "-c", ".", "-q", "-j", "2",
        "-d", str(folder / "linkcheck" / "doctrees"), "docs", str(folder / "linkcheck"),
    ]  # fmt: skip
    print("Alle fremden Verweise werden aufgerufen.", flush=True)
    result = subprocess.run(command, cwd=ROOT, check=False)
    if result.returncode:
        print(
            f"Nicht alle Verweise führen ans Ziel; {shown(folder / 'linkcheck' / 'output.txt')} "
            "nennt sie mit Seite und Zeile.",
            file=sys.stderr,
        )
    else:
        print("Alle Verweise führen ans Ziel.")
    return result.returncode


def sources_digest() -> str:
    """Fingerabdruck von allem, was in die Website eingeht."""
    digest = hashlib.sha256(sys.version.encode())
    for name in _VARIABLES:
        digest.update(f"{name}={os.environ.get(name, '')}\n".encode())
    folders = ["docs", "faltwerk", "recordings", "tools", "website"]
    folders += [path.parent.name for path in ROOT.glob("*/exercise.toml")]
    files = [ROOT / "conf.py", ROOT / "requirements.txt"]
    for folder in sorted(folders):
        files += sorted(
            path
            for path in (ROOT / folder).rglob("*")
            if path.is_file() and "__pycache__" not in path.parts
        )
    for path in files:
        digest.update(path.relative_to(ROOT).as_posix().encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def publish(staging: Path, target: Path) -> None:
    """Ersetzt ``target`` durch ``staging``, ohne dass je etwas Halbes dort steht."""
    old = target.with_name("html.alt")
    shutil.rmtree(old, ignore_errors=True)
    # Zwei Umbenennungen: Bricht der Bau dazwischen ab, liegt die alte Fassung unter html.alt.
    if target.exists():
        target.rename(old)
    staging.rename(target)
    shutil.rmtree(old, ignore_errors=True)


def serve(port: int) -> int:
    """Liefert die gebaute Website auf diesem Rechner aus."""
    folder = build_folder() / "html"
    if not (folder / "index.html").is_file():
        print("Es gibt noch keine gebaute Website; »make html« baut sie.", file=sys.stderr)
        return 1
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(folder))
    try:
        server = http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)
    except OSError:
        print(
            f"Der Port {port} ist belegt; »make serve PORT=8001« nimmt einen anderen.",
            file=sys.stderr,
        )
        return 1
    print(f"Die Website ist unter http://127.0.0.1:{server.server_port}/ zu sehen (Ende: Strg+C).")
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        print()
    return 0


def clean() -> int:
    """Löscht den Ordner mit allem Gebauten und sonst nichts."""
    folder = build_folder()
    if folder.exists():
        shutil.rmtree(folder)
        print(f"{shown(folder)} gelöscht.")
    else:
        print("Es ist nichts zu löschen.")
    return 0


def shown(path: Path) -> str:
    """Der Pfad, wie ihn eine Meldung nennt: im Projekt ohne dessen Ordner."""
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)


def main() -> int:
    """Liest den Befehl und führt ihn aus."""
    top = Parser(prog="python -m website.build", description="Website des Kurses")
    verbs = top.add_subparsers(dest="verb", required=True, metavar="BEFEHL")
    verb = verbs.add_parser("build", help="die Seiten bauen")
    verb.add_argument("--jobs", type=int, default=2, metavar="N", help="Prozesse zugleich")
    verb = verbs.add_parser("serve", help="die gebaute Website ausliefern")
    verb.add_argument("--port", type=int, default=8000, metavar="N")
    verbs.add_parser("linkcheck", help="fremde Verweise aufrufen")
    verbs.add_parser("clean", help="alles Gebaute löschen")
    options = top.parse_args()
    if options.verb == "build":
        return build(options.jobs)
    if options.verb == "serve":
        return serve(options.port)
    return linkcheck() if options.verb == "linkcheck" else clean()


if __name__ == "__main__":
    sys.exit(main())
