"""Mitgelieferte Dateien Dritter aus ihren npm-Paketen erneuern: ``python -m tools.vendor``.

Was geholt wird, sagt allein ``website/vendor/manifest.toml``: Paket und Fassung in ``source``, die
Dateien mit ihren Prüfsummen unter ``sha256``. Welche Datei des Pakets gemeint ist, ergibt sich aus
Name und Prüfsumme. Geschrieben wird erst, wenn alles da ist und stimmt.
"""

from __future__ import annotations

import hashlib
import io
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from pathlib import Path, PurePosixPath
from typing import Any

VENDOR = Path(__file__).resolve().parent.parent / "website" / "vendor"
_NPM = "npm: "


class VendorError(Exception):
    """Eine Datei fehlt oder stimmt nicht; der Text sagt, welche und was zu tun ist."""


def package_files(entry: dict[str, Any], packed: bytes) -> dict[str, bytes]:
    """Sucht in einem npm-Paket die Dateien eines Eintrags des Manifests.

    Args:
        entry: Der Eintrag.
        packed: Das Paket, wie npm es ausliefert.

    Returns:
        Pfad unter ``website/vendor`` → Inhalt, ohne die Dateien unter ``added``.

    Raises:
        VendorError: Wenn das Paket oder eine Datei nicht die Prüfsumme des Manifests hat.
    """
    package = entry["source"].removeprefix(_NPM)
    if _sum(packed) != entry.get("source_sha256", _sum(packed)):
        raise VendorError(
            f"Das Paket {package} hat nicht die Prüfsumme, die im Manifest unter source_sha256 "
            "steht; nichts wurde geändert."
        )
    by_name: dict[str, list[bytes]] = {}
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        for member in archive:
            if member.isfile():
                name = PurePosixPath(member.name).name
                by_name.setdefault(name, []).append(archive.extractfile(member).read())
    found = {}
    for path, wanted in entry["sha256"].items():
        if path in entry.get("added", ()):
            continue
        name = PurePosixPath(path).name
        matches = [data for data in by_name.get(name, ()) if _sum(data) == wanted]
        if not matches:
            raise VendorError(
                f"Im Paket {package} gibt es keine Datei {name} mit der Prüfsumme, die im Manifest "
                f"bei {path} steht; nichts wurde geändert."
            )
        found[path] = matches[0]
    return found


def check_kept(entry: dict[str, Any], paths: list[str], folder: Path) -> None:
    """Prüft Dateien, die sich nicht neu holen lassen.

    Raises:
        VendorError: Wenn eine fehlt oder verändert ist.
    """
    for path in paths:
        file = folder / path
        if not file.is_file() or _sum(file.read_bytes()) != entry["sha256"][path]:
            raise VendorError(
                f"Die Datei website/vendor/{path} fehlt oder ist verändert und in keinem "
                f"Paketverzeichnis zu haben (Herkunft: {entry['source']}); holen Sie sie aus der "
                "Versionsverwaltung zurück."
            )


def renew(folder: Path) -> list[str]:
    """Holt die Dateien aller Einträge, deren ``source`` ein npm-Paket ist, und prüft die übrigen.

    Args:
        folder: Ordner mit ``manifest.toml``.

    Returns:
        Ein Satz je Eintrag.

    Raises:
        VendorError: Wenn etwas fehlt oder nicht stimmt; dann ist nichts verändert.
    """
    entries = tomllib.loads((folder / "manifest.toml").read_text(encoding="utf-8"))
    fetched: dict[str, bytes] = {}
    told = []
    for name, entry in entries.items():
        from_npm = entry["source"].startswith(_NPM)
        files = package_files(entry, download(entry["source"])) if from_npm else {}
        kept = [path for path in entry["sha256"] if path not in files]
        check_kept(entry, kept, folder)
        fetched |= files
        text = f"{name} {entry['version']}: {len(files)} Dateien aus {entry['source']} erneuert"
        if not from_npm:
            text = f"{name} {entry['version']}: in keinem Paketverzeichnis, bleibt, wie es ist"
        told.append(f"{text}.")
    for path, data in fetched.items():
        write(folder / path, data)
    return told


def download(source: str) -> bytes:
    """Holt ein Paket mit npm.

    Args:
        source: Zum Beispiel ``"npm: katex@0.19.1"``.

    Raises:
        VendorError: Wenn npm fehlt oder das Paket nicht zu holen ist.
    """
    package = source.removeprefix(_NPM)
    if shutil.which("npm") is None:
        raise VendorError("Der Befehl »npm« ist nicht zu finden; er holt die Pakete.")
    with tempfile.TemporaryDirectory(prefix="faltwerk-") as folder:
        result = subprocess.run(
            ["npm", "pack", "--silent", package],
            cwd=folder, capture_output=True, text=True, check=False,
        )  # fmt: skip
        packed = list(Path(folder).glob("*.tgz"))
        if result.returncode or len(packed) != 1:
            raise VendorError(
                f"Das Paket {package} ließ sich nicht holen; bitte prüfen Sie die Verbindung zum "
                "Netz und ob es diese Fassung gibt. Nichts wurde geändert."
            )
        return packed[0].read_bytes()


def write(path: Path, data: bytes) -> None:
    """Ersetzt eine Datei, ohne dass je eine halbe dort steht."""
    if path.is_file() and path.read_bytes() == data:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.teil")
    try:
        part.write_bytes(data)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _sum(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def main() -> int:
    """Erneuert alles und sagt, was geschehen ist."""
    try:
        for sentence in renew(VENDOR):
            print(sentence)
    except VendorError as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"»{error.filename}« lässt sich nicht schreiben ({error.strerror}).", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
