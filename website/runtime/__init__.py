"""Python für den Browser: Laufzeit, NumPy und die Prüfung als Dateien der Website.

Alles liegt in einem Ordner, dessen Name vom Inhalt abhängt: So darf der Browser die Dateien
unbegrenzt aufheben, und eine neue Fassung der Website benutzt nie alte. Den Namen erfährt die Seite
aus ``python.json`` bei ihren Skripten.
"""

from __future__ import annotations

import ast
import gzip
import hashlib
import io
import json
import shutil
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

from website.course import exercises
from website.fingerprints import digest, package_files
from website.memo import computed_once
from website.places import SCRIPTS

_VERSION = "0.27.8"
_ENTRY = "faltwerk.run.browser"
# Was eine Übung der Prüfung mitgibt; was diese Module einbinden, kommt dazu.
_EXERCISE_MODULES = ("solution", "checks", "mistakes")
_EXERCISE_FILES = ("exercise.toml", "reference.json")
# Das früheste Datum, das ein ZIP kennt: Zwei Bauten sollen dieselben Bytes ergeben.
_NO_DATE = (1980, 1, 1, 0, 0, 0)


def vendor_folder(root: Path) -> Path:
    """Der Ordner mit der Laufzeit und NumPy, wie sie aus ihren Paketen kommen."""
    return root / "website" / "vendor" / f"pyodide-{_VERSION}"


def runtime_files(root: Path) -> dict[str, bytes]:
    """Alle Dateien, die der Browser lädt, mit ihrem Inhalt.

    Args:
        root: Wurzel des Projekts.

    Returns:
        Name der Datei → Inhalt. Auf ``.gzip`` endende Dateien packt der Arbeitsfaden selbst aus:
        So kommt auch ein Server ohne Kompression mit wenigen Bytes aus. Die übliche Endung
        ``.gz`` würden manche Server zum Anlass nehmen, das dem Browser zu überlassen.
    """
    vendor = vendor_folder(root)
    wheel = next(vendor.glob("numpy-*.whl"))
    files = {
        "worker.js": Path(__file__).with_name("worker.js").read_bytes(),
        "pyodide.js": (vendor / "pyodide.js").read_bytes(),
        "pyodide.asm.js": (vendor / "pyodide.asm.js").read_bytes(),
        "pyodide.asm.wasm.gzip": _packed((vendor / "pyodide.asm.wasm").read_bytes()),
        "pyodide-lock.json": _numpy_lock((vendor / "pyodide-lock.json").read_bytes()),
        "python_stdlib.zip": (vendor / "python_stdlib.zip").read_bytes(),
        wheel.name: wheel.read_bytes(),
        "kurs.zip": _course(root),
    }
    return files


def _packed(data: bytes) -> bytes:
    return computed_once((b"gzip -9", data), lambda: gzip.compress(data, 9, mtime=0))


def _course(root: Path) -> bytes:
    """Das Archiv des Kurses; welche Module hineingehören, steht erst nach deren Lesen fest."""
    names = ["faltwerk", *(exercise.name for exercise in exercises(root) if exercise.browser)]
    files = [Path(__file__), *package_files(root, names)]
    return computed_once((digest((), files, root).encode(),), lambda: course_archive(root))


def _numpy_lock(data: bytes) -> bytes:
    """Das Verzeichnis der Pakete, gekürzt auf NumPy: Mehr liegt nicht bei."""
    lock = json.loads(data)
    lock["packages"] = {"numpy": lock["packages"]["numpy"]}
    return (json.dumps(lock, indent=1, sort_keys=True) + "\n").encode()


def course_archive(root: Path) -> bytes:
    """Die Prüfung und die Übungen für den Browser, unverändert in einem ZIP.

    Args:
        root: Wurzel des Projekts.
    """
    paths = set(module_files(root, [_ENTRY]))
    for exercise in exercises(root):
        if exercise.browser:
            names = [f"{exercise.name}.{module}" for module in _EXERCISE_MODULES]
            paths |= set(module_files(root, names))
            extra = (exercise.folder / name for name in _EXERCISE_FILES)
            paths |= {path for path in extra if path.is_file()}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(paths):
            entry = zipfile.ZipInfo(path.relative_to(root).as_posix(), _NO_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, path.read_bytes())
    return buffer.getvalue()


def module_files(root: Path, names: Iterable[str]) -> Iterator[Path]:
    """Die Dateien von Modulen unter ``root`` und von allem, was sie beim Laden einbinden.

    Args:
        root: Ordner, in dem die Pakete liegen.
        names: Namen der Module, mit denen es beginnt.
    """
    open_names, seen = list(names), set()
    while open_names:
        name = open_names.pop()
        path = root / Path(*name.split("."))
        file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
        if name in seen or not file.is_file():
            continue
        seen.add(name)
        yield file
        open_names += [name.rpartition(".")[0]] if "." in name else []
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.Import):
                open_names += [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module:
                open_names += [node.module, *(f"{node.module}.{a.name}" for a in node.names)]


def manifest(files: dict[str, bytes]) -> dict[str, Any]:
    """Was die Seite vor dem Laden wissen muss.

    Args:
        files: Name der Datei → Inhalt.

    Returns:
        ``folder`` (Name des Ordners), ``bytes`` (Summe) und ``files`` mit Name, Länge und
        SHA-256 jeder Datei.
    """
    listed = [
        {"name": name, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        for name, data in sorted(files.items())
    ]
    content = hashlib.sha256(json.dumps(listed).encode()).hexdigest()
    return {
        "folder": f"{_VERSION}-{content[:12]}",
        "bytes": sum(entry["bytes"] for entry in listed),
        "files": listed,
    }


def download_bytes(root: Path) -> int:
    """Wie viele Bytes der Browser vor der ersten Prüfung lädt.

    Args:
        root: Wurzel des Projekts.
    """
    return sum(len(data) for data in runtime_files(root).values())


def write_runtime(app: Sphinx) -> None:
    """Schreibt die Dateien nach ``_static/python/`` der Seite."""
    root = Path(app.confdir)
    files = runtime_files(root)
    described = manifest(files)
    static = Path(app.outdir) / "_static"
    target = static / "python"
    shutil.rmtree(target, ignore_errors=True)
    folder = target / described["folder"]
    folder.mkdir(parents=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    shutil.copytree(vendor_folder(root) / "licences", folder / "licences")
    scripts = static / SCRIPTS
    scripts.mkdir(exist_ok=True)
    (scripts / "python.json").write_text(json.dumps(described, indent=1) + "\n", encoding="utf-8")
