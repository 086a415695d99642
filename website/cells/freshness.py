"""Was neu gelesen und neu ausgeführt wird: nur, was sich auf eine Seite wirklich auswirkt.

Beim Ausführen schreibt der Kern auf, welche Dateien des Projekts er liest. Die Ausgaben liegen mit
diesem Verzeichnis (``reads.json``: Pfad und Prüfsumme) im Zwischenspeicher und gelten, solange jede
dieser Dateien denselben Inhalt hat. Eine Änderung an einer anderen Datei führt nichts neu aus, auch
nicht an einer im selben Ordner.
"""

from __future__ import annotations

import importlib.util
import json
import os
import platform
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from jupyter_cache import get_cache
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError

from faltwerk.exercise import exercise_names
from website.cells._source import cells
from website.cells.execution import settings
from website.fingerprints import digest, package_files

_VERSIONS = ("requirements.txt", "tools/requirements.lock")
# In diese Datei schreibt ein Kern; aus ihr entsteht nach dem Lesen der Seite das Verzeichnis.
_WRITTEN = "reads"
_INDEX = "reads.json"


def site_fingerprint(root: Path) -> str:
    """Fingerabdruck von allem, was in jede Seite eingehen kann."""
    files = [root / name for name in ("conf.py", *_VERSIONS)]
    files += sorted((root / "docs").glob("*.toml"))
    files += package_files(root, ("faltwerk", "website"))
    return digest((platform.python_version(), *exercise_names(root)), files, root)


def sums(root: Path, names: Iterable[str]) -> dict[str, str]:
    """Prüfsummen von Dateien; auch dass eine fehlt, ist ein Inhalt.

    Args:
        root: Wurzel des Projekts.
        names: Pfade, die von ihr ausgehen.
    """
    return {name: digest((), [root / name], root) for name in names}


def _sources(written: Path, root: Path) -> list[str]:
    """Die Quellen, die ein Kern gelesen hat, als Pfade unter ``root``."""
    names = set()
    for text in written.read_bytes().decode().split("\0")[:-1]:
        path = Path(text)
        if path.suffix == ".pyc":
            path = Path(importlib.util.source_from_cache(text))
        names.add(path.relative_to(root).as_posix())
    return sorted(names)


def _entry(folder: Path, root: Path) -> Path:
    """Der Eintrag, dessen Dateien noch denselben Inhalt haben, sonst ein neuer.

    Args:
        folder: Ordner aller Einträge zu denselben Zellen.
        root: Wurzel des Projekts.
    """
    entries = sorted(folder.glob("*"), key=lambda path: int(path.name))
    for entry in entries:
        index = entry / _INDEX
        if not index.is_file():
            # Dieser Bau ist unterbrochen worden; wovon seine Ausgaben abhängen, weiß niemand.
            shutil.rmtree(entry)
            continue
        known = json.loads(index.read_text(encoding="utf-8"))
        if known == sums(root, known):
            return entry
    return folder / str(max((int(path.name) for path in entries), default=0) + 1)


def select_cache(app: Sphinx, docname: str, content: list[str]) -> None:
    """Gibt der Seite ihren Eintrag im Zwischenspeicher und dem Kern sein Verzeichnis."""
    text = cells(content[0])
    if not text or app.config.nb_execution_mode == "off":
        return
    root = Path(app.confdir)
    versions = [root / name for name in _VERSIONS]
    key = digest((platform.python_version(), *settings(), *text), versions, root)
    entry = _entry(Path(app.config.nb_execution_cache_path, docname, key), root)
    entry.mkdir(parents=True, exist_ok=True)
    (entry / _WRITTEN).unlink(missing_ok=True)
    # Fehlt die Datenbank beim ersten Zugriff, meldet jupyter-cache auf der Standardausgabe.
    get_cache(str(entry)).list_cache_records()
    os.environ["FALTWERK_READS"] = str(entry / _WRITTEN)
    config = vars(app.env)["mystnb_config"]
    vars(app.env)["mystnb_config"] = config.copy(execution_cache_path=str(entry))
    app.env.temp_data["faltwerk_entry"] = entry


def remember(app: Sphinx, doctree: object) -> None:
    """Hält fest, was in eine gelesene Seite einging; ihre Abhängigkeiten stehen jetzt fest."""
    root, reads = Path(app.confdir), []
    entry = app.env.temp_data.get("faltwerk_entry")
    if entry is not None:
        written, index = entry / _WRITTEN, entry / _INDEX
        if written.is_file():
            listed = sums(root, _sources(written, root))
            index.write_text(json.dumps(listed, indent=1) + "\n", encoding="utf-8")
            written.unlink()
        if not index.is_file():
            raise ExtensionError(
                f"Der Kern der Seite »{app.env.docname}« hat nicht aufgeschrieben, was er liest; "
                "»make clean« entfernt den Zwischenspeicher."
            )
        reads = list(json.loads(index.read_text(encoding="utf-8")))
    name = app.env.docname
    _pages(app.env)[name] = reads, _page_fingerprint(app.env, name, reads)


def _pages(env: BuildEnvironment) -> dict[str, tuple[list[str], str]]:
    """Zu jeder Seite die gelesenen Dateien und ihr Fingerabdruck; Sphinx hebt beides auf."""
    pages: dict[str, tuple[list[str], str]] = vars(env).setdefault("faltwerk_pages", {})
    return pages


def _page_fingerprint(env: BuildEnvironment, docname: str, reads: list[str]) -> str:
    root = Path(env.app.confdir)
    files = [Path(env.doc2path(docname)), *(root / name for name in reads)]
    files += sorted(Path(env.srcdir, name) for name in env.dependencies[docname])
    return digest((vars(env)["faltwerk_site"],), files, root)


def outdated(
    app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
) -> list[str]:
    """Die Seiten, deren Fingerabdruck nicht mehr stimmt."""
    vars(env)["faltwerk_site"] = site_fingerprint(Path(app.confdir))
    known = _pages(env)
    return [
        name
        for name in env.found_docs
        if name not in known or known[name][1] != _page_fingerprint(env, name, known[name][0])
    ]


def merge(app: Sphinx, env: BuildEnvironment, docnames: set[str], other: BuildEnvironment) -> None:
    """Übernimmt, was ein anderer Prozess gelesen hat."""
    _pages(env).update({name: _pages(other)[name] for name in docnames})


def forget(app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    """Vergisst eine Seite, die entfernt oder neu gelesen wird."""
    _pages(env).pop(docname, None)


def shares(docnames: list[str], weights: dict[str, int], count: int) -> Iterator[list[str]]:
    """Teilt Seiten zu gleichen Zahlen auf ``count`` Prozesse auf, die ähnlich lange brauchen."""
    size = len(docnames) // count
    bins: list[list[str]] = [[] for _ in range(count)]
    for name in sorted(docnames, key=lambda name: (-weights[name], name)):
        free = [share for share in bins if len(share) < size] or bins[-1:]
        min(free, key=lambda share: sum(weights[page] for page in share)).append(name)
    yield from bins


def spread(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Ordnet die Seiten so, dass die langsamsten zuerst und zugleich ausgeführt werden.

    Sphinx schneidet die Liste in gleich lange Stücke, eines je Prozess.
    """
    longest = app.config.longest_pages
    weights = {}
    for name in docnames:
        source = Path(env.doc2path(name)).read_text(encoding="utf-8")
        # Jede andere Seite mit Zellen kostet vor allem den Start eines Kerns.
        weights[name] = 20 if name in longest else 3 if cells(source) else 0
    if app.parallel > 1 and len(docnames) >= app.parallel:
        docnames[:] = [name for share in shares(docnames, weights, app.parallel) for name in share]


def setup(app: Sphinx) -> None:
    """Meldet die Einstellung an, welche Seiten am längsten brauchen."""
    app.add_config_value("longest_pages", [], "", types=frozenset({list}))
