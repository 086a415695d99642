"""Was neu gelesen und neu ausgeführt wird: je Seite ein Fingerabdruck dessen, was in sie eingeht.

Die Ausgaben einer Seite liegen in einem eigenen Ordner des Zwischenspeichers. Er hängt an den
Einstellungen der Kerne, den Paketversionen, ``faltwerk/`` und den Übungen, die ihre Zellen
benutzen; der Text der Zellen selbst ist der Schlüssel darin.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Iterator
from pathlib import Path

from jupyter_cache import get_cache
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from faltwerk.exercise import exercise_names
from website.cells._inputs import cells, digest, package_files, packages
from website.cells.execution import settings

_RECORDINGS = "recordings"
_VERSIONS = ("requirements.txt", "tools/requirements.lock")
# Was nie in einen Fingerabdruck der Ausgaben eingeht und deshalb keiner Zelle offensteht.
_ALWAYS_CLOSED = ("arbeit", "docs", "tests", "tools", "website")


def cells_fingerprint(root: Path, used: Iterable[str]) -> str:
    """Fingerabdruck von allem, wovon Ausgaben außer von den Zellen selbst abhängen.

    Args:
        root: Ordner mit den Übungen, ``faltwerk`` und ``requirements.txt``.
        used: Namen der Übungen, die die Zellen benutzen.
    """
    files = [root / name for name in _VERSIONS] + package_files(root, (*used, "faltwerk"))
    return digest((platform.python_version(), *settings()), files, root)


def site_fingerprint(root: Path) -> str:
    """Fingerabdruck von allem, was in jede Seite eingehen kann."""
    docs = root / "docs"
    files = [root / name for name in ("conf.py", *_VERSIONS)] + sorted(docs.glob("*.toml"))
    files += package_files(root, ("faltwerk", "website"))
    return digest((platform.python_version(), *exercise_names(root)), files, root)


def _page_fingerprint(env: BuildEnvironment, docname: str) -> str:
    root = Path(env.app.confdir)
    source = Path(env.doc2path(docname))
    used: set[str] = set()
    if source.is_file():
        names = [*exercise_names(root), _RECORDINGS]
        used = packages(source.read_text(encoding="utf-8"), root, names)
    files = [source, *sorted(Path(env.srcdir, name) for name in env.dependencies[docname])]
    return digest((env.faltwerk_site, cells_fingerprint(root, used)), files, root)


def outdated(
    app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
) -> list[str]:
    """Die Seiten, deren Fingerabdruck nicht mehr stimmt."""
    env.faltwerk_site = site_fingerprint(Path(app.confdir))
    known = env.__dict__.setdefault("faltwerk_pages", {})
    return [
        name
        for name in env.found_docs
        if name not in known or known[name] != _page_fingerprint(env, name)
    ]


def select_cache(app: Sphinx, docname: str, content: list[str]) -> None:
    """Gibt der Seite ihren Zwischenspeicher und sagt dem Kern, was sie nicht lesen darf."""
    root = Path(app.confdir)
    names = [*exercise_names(root), _RECORDINGS]
    used = packages(content[0], root, names)
    closed = [*_ALWAYS_CLOSED, *(name for name in names if name not in used)]
    os.environ["FALTWERK_CLOSED"] = os.pathsep.join(closed)
    place = Path(app.config.nb_execution_cache_path, docname, cells_fingerprint(root, used))
    if cells(content[0]):
        place.mkdir(parents=True, exist_ok=True)
        # Fehlt die Datenbank beim ersten Zugriff, meldet jupyter-cache auf der Standardausgabe.
        get_cache(str(place)).list_cache_records()
    app.env.mystnb_config = app.env.mystnb_config.copy(execution_cache_path=str(place))


def remember(app: Sphinx, doctree: object) -> None:
    """Merkt sich den Fingerabdruck einer gelesenen Seite; ihre Abhängigkeiten stehen jetzt fest."""
    name = app.env.docname
    app.env.faltwerk_pages[name] = _page_fingerprint(app.env, name)


def merge(app: Sphinx, env: BuildEnvironment, docnames: set[str], other: BuildEnvironment) -> None:
    """Übernimmt, was ein anderer Prozess gelesen hat."""
    env.faltwerk_pages |= {name: other.faltwerk_pages[name] for name in docnames}


def forget(app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    """Vergisst eine Seite, die entfernt oder neu gelesen wird."""
    env.__dict__.setdefault("faltwerk_pages", {}).pop(docname, None)


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
    """Hängt sich in das Lesen der Seiten ein."""
    app.add_config_value("longest_pages", [], "", types=frozenset({list}))
