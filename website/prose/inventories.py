"""Verweise auf fremde Dokumentation ohne Netz: kleine Verzeichnisse aus ``docs/verweise.toml``.

Die Art eines Eintrags (Klasse, Funktion, …) sagt die Bibliothek selbst; ein Name, den es dort nicht
gibt, bricht den Bau ab.
"""

from __future__ import annotations

import importlib
import inspect
import tomllib
import zlib
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ConfigError

from website.fingerprints import digest
from website.places import build_folder


def find(name: str) -> tuple[Any, Any]:
    """Gibt das Objekt mit dem vollen Namen und das Objekt zurück, in dem es steht.

    Raises:
        ConfigError: Wenn es keines gibt.
    """
    if name == "None":
        # Ein Schlüsselwort und deshalb in keinem Modul zu finden.
        return None, None
    pieces = name.split(".")
    for count in range(len(pieces), 0, -1):
        try:
            owner: Any = importlib.import_module(".".join(pieces[:count]))
        except ImportError:
            continue
        holder, value = None, owner
        try:
            for piece in pieces[count:]:
                holder, value = value, getattr(value, piece)
        except AttributeError:
            continue
        return value, holder
    builtin = getattr(importlib.import_module("builtins"), pieces[0], None)
    if builtin is not None and len(pieces) <= 2:
        holder, value = (builtin, getattr(builtin, pieces[1])) if pieces[1:] else (None, builtin)
        return value, holder
    raise ConfigError(f"docs/verweise.toml: Den Namen »{name}« gibt es nicht.")


def kind(name: str) -> str:
    """Die Art eines Eintrags in der Schreibweise von Sphinx."""
    value, holder = find(name)
    if inspect.ismodule(value):
        return "module"
    if name.startswith("typing."):
        # Typangaben verweisen auf alles aus typing als Daten, gleich was es in Python ist.
        return "data"
    if inspect.isclass(value):
        return "exception" if issubclass(value, BaseException) else "class"
    if inspect.isclass(holder):
        return "method" if callable(value) else "attribute"
    return "function" if callable(value) else "data"


def inventory(project: str, page: str, names: list[str], pages: dict[str, str]) -> bytes:
    """Schreibt ein Verzeichnis in der Form, die ``intersphinx`` liest.

    Args:
        project: Name der Bibliothek.
        page: Seite eines Eintrags, ``{name}`` steht für den vollen Namen.
        names: Einträge, für die ``page`` gilt.
        pages: Einträge mit eigener Seite.
    """
    targets = {name: page.format(name=name) + f"#{name}" for name in names} | pages
    # Typangaben nennen Klassen nach dem Modul, in dem sie in Wahrheit stehen.
    for name, target in list(targets.items()):
        value, _ = find(name)
        if inspect.isclass(value):
            targets.setdefault(f"{value.__module__}.{value.__qualname__}", target)
    lines = [f"{name} py:{kind(name)} 1 {target} -" for name, target in sorted(targets.items())]
    head = (
        f"# Sphinx inventory version 2\n# Project: {project}\n# Version: \n"
        "# The remainder of this file is compressed using zlib.\n"
    )
    return head.encode() + zlib.compress(("\n".join(lines) + "\n").encode())


def write_inventories(app: Sphinx, config: Config) -> None:
    """Erzeugt die Verzeichnisse und trägt sie bei ``intersphinx`` ein."""
    root = Path(app.confdir)
    source = root / "docs" / "verweise.toml"
    inputs = [source, root / "requirements.txt", Path(__file__)]
    # Nach den Arten zu sehen lädt die Bibliotheken, torch allein fast zwei Sekunden lang.
    folder = build_folder(root) / "inventories" / digest((), inputs, root)
    mapping = {}
    for project, entry in tomllib.loads(source.read_text(encoding="utf-8")).items():
        path = folder / f"{project}.inv"
        if not path.is_file():
            text = inventory(project, entry["page"], entry["names"], entry.get("pages", {}))
            folder.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text)
        mapping[project] = (entry["url"], str(path))
    config.intersphinx_mapping = mapping
