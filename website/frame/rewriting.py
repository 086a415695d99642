"""Welche Seiten neu geschrieben werden: alle, sobald sich ändert, was jede von jeder anderen zeigt.

Sphinx schreibt nur Seiten neu, die es neu gelesen hat. In der Navigation jeder Seite stehen aber
die Überschriften aller, und Verweise zeigen die Titel ihrer Ziele.
"""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment


def common(env: BuildEnvironment) -> str:
    """Fingerabdruck dessen, was eine Seite von anderen zeigt: Titel, Gliederung, Ziele, Bilder."""
    standard, python = env.domains.standard_domain, env.domains.python_domain
    shown = (
        sorted((name, str(title)) for name, title in env.titles.items()),
        sorted((name, str(toc)) for name, toc in env.tocs.items()),
        sorted(env.toctree_includes.items()),
        sorted(standard.labels.items()),
        sorted(standard.anonlabels.items()),
        sorted((name, entry.docname, entry.node_id) for name, entry in python.objects.items()),
        sorted(name for _, name in env.images.values()),
    )
    return hashlib.sha256(repr(shown).encode()).hexdigest()


def write_all(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Nennt alle Seiten, wenn sich Gemeinsames geändert hat, und räumt die alten weg."""
    fingerprint = common(env)
    # Sphinx hebt die Umgebung von Bau zu Bau auf, samt allem, was jemand hineinschreibt.
    if vars(env).get("faltwerk_common") == fingerprint:
        return []
    vars(env)["faltwerk_common"] = fingerprint
    folder = Path(app.outdir)
    for path in folder.rglob("*.html"):
        path.unlink()
    shutil.rmtree(folder / "_images", ignore_errors=True)
    return sorted(env.found_docs)
