"""Die Website bauen: in einem Zwischenordner; erst ein fehlerfreier Bau ersetzt ``build/html``."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from faltwerk.__main__ import main as faltwerk
from faltwerk.exercise import exercise_names
from website.fingerprints import digest, package_files
from website.finishing import finish
from website.places import ROOT, AddressError, build_folder, public_address, shown

# Was außer den Dateien auf die Website wirkt.
_VARIABLES = ("FALTWERK_URL", "SOURCE_DATE_EPOCH")
# Alle Zeitangaben in gebauten Dateien, damit zwei Bauten gleich sind: 1980, das früheste Jahr, das
# ein Archiv nennen kann.
_EPOCH = "315532800"


def build(jobs: int) -> int:
    """Baut die Seiten; nur ein fehlerfreier Bau wird zu ``build/html``.

    Args:
        jobs: So viele Prozesse lesen und schreiben zugleich.

    Returns:
        0, wenn die Website steht; sonst nicht 0, und die alte bleibt.
    """
    folder = build_folder()
    folder.mkdir(parents=True, exist_ok=True)
    try:
        address = public_address(os.environ)
    except AddressError as error:
        print(error, file=sys.stderr)
        return 2
    with _alone(folder):
        begun = time.monotonic()
        stamp, html = folder / "stand", folder / "html"
        wanted = sources_digest()
        if stamp.is_file() and stamp.read_text() == wanted and html.is_dir():
            print(f"Nichts hat sich geändert; die Website steht in {shown(html)}.")
            return 0
        code = _build(folder, jobs, address)
        if code:
            return code
        publish(folder / "staging", html)
        stamp.write_text(wanted)
        seconds = f"{time.monotonic() - begun:.1f}".replace(".", ",")
    print(f"Die Website steht in {shown(html)} ({seconds} s).")
    if not address:
        print(
            "Ohne FALTWERK_URL, die spätere Adresse, entstehen keine sitemap.xml und kein Bild für "
            "geteilte Verweise."
        )
    return 0


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Wartet, bis kein anderer Bau mehr in diesen Ordner schreibt."""
    with (folder / "sperre").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Ein anderer Bau läuft noch; dieser wartet auf sein Ende.", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _build(folder: Path, jobs: int, address: str) -> int:
    """Baut nach ``staging``; der Rückgabewert ist der des Befehls, der gescheitert ist."""
    # Vor allem anderen: Ein veralteter Rumpf kostet den letzten Bau nicht.
    if code := faltwerk(["stubs", "--check"]):
        return code
    _clear(folder)
    raw, staging = folder / "sphinx", folder / "staging"
    command = [
        sys.executable, "-m", "sphinx", "-b", "html", "-c", ".", "-n", "-W", "--keep-going",
        "-q", "-j", str(jobs), "-d", str(folder / "doctrees"), "-D", f"locale_dirs={_catalogue()}",
        "docs", str(raw),
    ]  # fmt: skip
    print("Die Website wird gebaut.", flush=True)
    try:
        environment = {"SOURCE_DATE_EPOCH": _EPOCH, **os.environ}
        code = subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
    except KeyboardInterrupt:
        print("Abgebrochen; die zuletzt gebaute Website bleibt stehen.", file=sys.stderr)
        return 130
    if code:
        print(
            "Der Bau ist gescheitert; die zuletzt gebaute Website bleibt stehen.", file=sys.stderr
        )
    else:
        finish(raw, staging, address)
    return code


def _catalogue() -> str:
    """Legt den eigenen Katalog in den Bauordner, wo Sphinx ihn übersetzt.

    Sphinx übersetzt manches schon beim Laden seiner eigenen Erweiterungen, also vor allem, was
    diese tun könnte; deshalb kommt der Ort mit dem Aufruf, von »docs« aus.
    """
    target = build_folder() / "locale"
    shutil.copytree(Path(__file__).with_name("locale"), target, dirs_exist_ok=True)
    return os.path.relpath(target, ROOT / "docs")


def _clear(folder: Path) -> None:
    """Räumt weg, was der neue Bau nicht übernehmen darf."""
    stamp = folder / "stand"
    # Fehlt »stand«, ist der letzte Bau gescheitert. Seiten, die er schon gelesen hat, würden ihre
    # Warnungen jetzt verschweigen; deshalb werden alle neu gelesen.
    outdated = [folder / "staging"]
    if not stamp.is_file():
        outdated += [folder / "doctrees", folder / "sphinx"]
    # Diese Ordner entstehen bei jedem Bau ganz; nur die Seiten und ihre Bilder nicht.
    outdated += [folder / "sphinx" / name for name in ("_static", "downloads", "licences")]
    for path in outdated:
        shutil.rmtree(path, ignore_errors=True)
    stamp.unlink(missing_ok=True)


def sources_digest() -> str:
    """Fingerabdruck von allem, was in die Website eingeht."""
    names = ["docs", "faltwerk", "recordings", "tools", "website", *exercise_names(ROOT)]
    files = [ROOT / "conf.py", ROOT / "requirements.txt", *package_files(ROOT, names)]
    texts = [f"{name}={os.environ.get(name, '')}" for name in _VARIABLES]
    return digest([sys.version, *texts], files, ROOT)


def publish(staging: Path, target: Path) -> None:
    """Ersetzt ``target`` durch ``staging``, ohne dass je etwas Halbes dort steht."""
    old = target.with_name("html.alt")
    shutil.rmtree(old, ignore_errors=True)
    # Zwei Umbenennungen: Bricht der Bau dazwischen ab, liegt die alte Fassung unter html.alt.
    if target.exists():
        target.rename(old)
    staging.rename(target)
    shutil.rmtree(old, ignore_errors=True)


def linkcheck() -> int:
    """Ruft jeden fremden Verweis der Seiten einmal auf; 0, wenn alle ans Ziel führen."""
    folder = build_folder() / "linkcheck"
    command = [
        sys.executable, "-m", "sphinx", "-b", "linkcheck", "-c", ".", "-q", "-j", "2",
        "-d", str(folder / "doctrees"), "docs", str(folder),
    ]  # fmt: skip
    print("Alle fremden Verweise werden aufgerufen.", flush=True)
    result = subprocess.run(command, cwd=ROOT, check=False)
    if result.returncode:
        print(
            f"Nicht alle Verweise führen ans Ziel; {shown(folder / 'output.txt')} nennt sie mit "
            "Seite und Zeile.",
            file=sys.stderr,
        )
    else:
        print("Alle Verweise führen ans Ziel.")
    return result.returncode
