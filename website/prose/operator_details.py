"""Angaben des Betreibers aus ``docs/betreiber.toml`` für Impressum, Datenschutz und so weiter.

``{host}`` setzt eine Angabe in den Text, ``{host-list}`` mehrere mit ihren Namen untereinander.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.errors import ConfigError
from sphinx.util.docutils import SphinxDirective, SphinxRole

FILE = "docs/betreiber.toml"
# Je Abschnitt der Datei die Schlüssel mit ihrem Namen auf der Seite.
LABELS = {
    "provider": {
        "name": "Anbieter",
        "address": "Anschrift",
        "represented_by": "Vertreten durch",
        "email": "E-Mail",
        "phone": "Telefon",
        "supervisory_authority": "Aufsichtsbehörde",
        "vat_id": "Umsatzsteuer-Identifikationsnummer",
        "responsible": "Verantwortlich für den Inhalt",
    },
    "privacy": {
        "officer": "Datenschutzbeauftragte Stelle",
        "complaints_authority": "Beschwerdestelle",
        "hosting_company": "Betreiber des Servers",
        "server_log": "Protokollierte Daten",
        "server_log_retention": "Dauer der Aufbewahrung",
        "server_log_basis": "Rechtsgrundlage der Protokolle",
    },
    "accessibility": {
        "contact": "Kontakt für Barrieren",
        "arbitration": "Schlichtungsstelle",
        "statement_date": "Stand der Erklärung",
    },
}
# Was es nicht bei jedem Betreiber gibt; leer heißt hier: gibt es nicht.
OPTIONAL = {"provider.vat_id", "privacy.hosting_company"}
_LINK = re.compile(r"(https?://\S+[\w/]|[\w.+-]+@[\w-]+(?:\.[\w-]+)+)")


def read_host(path: Path) -> dict[str, str]:
    """Liest die Angaben; Schlüssel haben die Form ``"provider.name"``.

    Args:
        path: Die Datei mit den Angaben.

    Raises:
        ConfigError: Wenn die Datei fehlt, kein TOML ist, einen unbekannten Schlüssel enthält oder
            eine Angabe kein Text ist.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(
            f"Die Datei {FILE} fehlt; sie darf leer sein, dann gilt alles als nicht ausgefüllt."
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{FILE} ist kein gültiges TOML in UTF-8: {error}") from None
    values = {f"{section}.{key}": "" for section, keys in LABELS.items() for key in keys}
    for section, entries in data.items():
        if section not in LABELS:
            raise ConfigError(_unknown("den Abschnitt", section, LABELS))
        if not isinstance(entries, dict):
            raise ConfigError(f"{FILE}: »{section}« ist ein Abschnitt und heißt [{section}].")
        for key, value in entries.items():
            if key not in LABELS[section]:
                raise ConfigError(_unknown(f"in [{section}] den Schlüssel", key, LABELS[section]))
            if not isinstance(value, str):
                raise ConfigError(
                    f"{FILE}: [{section}] {key} muss Text in Anführungszeichen sein, "
                    f"nicht {value!r}."
                )
            values[f"{section}.{key}"] = value.strip()
    return values


def _unknown(what: str, name: str, known: dict[str, Any]) -> str:
    return f"{FILE} kennt {what} »{name}« nicht; möglich sind {', '.join(known)}."


def label(name: str) -> str:
    """Der Name einer Angabe auf der Seite."""
    section, _, key = name.partition(".")
    return LABELS[section][key]


def shown(name: str, value: str) -> list[nodes.Node]:
    """Die Angabe als Knoten: Zeilen untereinander, Adressen als Verweise, Fehlendes sichtbar."""
    if not value:
        text = f"[nicht ausgefüllt: {label(name)}]"
        return [nodes.strong(text, text, classes=["missing"])]
    result: list[nodes.Node] = []
    for count, line in enumerate(value.splitlines()):
        if count:
            result.append(nodes.raw("", "<br>", format="html"))
        for index, piece in enumerate(_LINK.split(line.strip())):
            if index % 2:
                target = piece if piece.startswith("http") else f"mailto:{piece}"
                result.append(nodes.reference(piece, piece, refuri=target))
            elif piece:
                result.append(nodes.Text(piece))
    return result


class HostRole(SphinxRole):
    """Eine Angabe im Text."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        self.env.note_dependency(str(Path(self.env.app.confdir) / FILE))
        values = self.env.app.config.faltwerk_host
        if self.text not in values:
            message = self.inliner.reporter.error(
                f"Die Angabe »{self.text}« gibt es nicht.", line=self.lineno
            )
            return [], [message]
        return shown(self.text, values[self.text]), []


class HostList(SphinxDirective):
    """Mehrere Angaben mit ihren Namen; was freigestellt und leer ist, fällt weg."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        self.env.note_dependency(str(Path(self.env.app.confdir) / FILE))
        values = self.env.app.config.faltwerk_host
        entries = nodes.definition_list(classes=["host-list"])
        for name in self.content:
            if name not in values:
                raise self.error(f"Die Angabe »{name}« gibt es nicht.")
            if values[name] or name not in OPTIONAL:
                entries += nodes.definition_list_item(
                    "",
                    nodes.term("", label(name)),
                    nodes.definition("", nodes.paragraph("", "", *shown(name, values[name]))),
                )
        return [entries]


def load_host(app: Sphinx, config: Any) -> None:
    """Liest die Angaben und nennt einmal je Bau, was fehlt; eine Warnung ist das nicht.

    Raises:
        SystemExit: Wenn eine Angabe falsch ist; ihr Text sagt, welche.
    """
    try:
        config.faltwerk_host = read_host(Path(app.confdir) / FILE)
    except ConfigError as error:
        # Sphinx setzt zu jedem eigenen Fehler einen Bericht mit Traceback.
        raise SystemExit(str(error)) from None
    missing = [
        label(name)
        for name, value in config.faltwerk_host.items()
        if not value and name not in OPTIONAL
    ]
    if missing:
        # Nicht als Meldung von Sphinx: »make html« zeigt nur dessen Warnungen.
        print(f"In {FILE} ist noch nicht ausgefüllt: {', '.join(missing)}.", flush=True)


def setup(app: Sphinx) -> None:
    """Meldet Rolle und Direktive an."""
    app.add_config_value("faltwerk_host", {}, "")
    app.add_role("host", HostRole())
    app.add_directive("host-list", HostList)
