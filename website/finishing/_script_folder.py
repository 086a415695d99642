"""Ein Ordner für die Skripte zum Lösen, dessen Name von seinem Inhalt abhängt.

Die Skripte binden einander mit festen Namen ein. Behielte der Browser nur einige davon, liefen nach
einer Änderung alte und neue zusammen. Heißt mit dem Inhalt auch der Ordner anders, gehört zu einer
Seite immer genau eine Fassung, gleich was der Webserver über das Aufheben sagt.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from pathlib import Path

from website.places import SCRIPTS

_REFERENCE = re.compile(rf'(\s(?:src|href)="(?:\.\./)*_static/){SCRIPTS}/')


def rename(static: Path) -> str:
    """Benennt den Ordner nach seinem Inhalt.

    Args:
        static: Ordner mit den statischen Dateien der Seite.

    Returns:
        Der neue Name.
    """
    folder = static / SCRIPTS
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(folder).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    name = f"{SCRIPTS}-{digest.hexdigest()[:12]}"
    shutil.rmtree(static / name, ignore_errors=True)
    folder.rename(static / name)
    return name


def refer(page: str, name: str) -> str:
    """Setzt den neuen Namen in die Verweise einer Seite.

    Args:
        page: Das HTML der Seite.
        name: Der neue Name.
    """
    return _REFERENCE.sub(rf"\g<1>{name}/", page)
