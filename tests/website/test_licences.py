"""Die Seite »Lizenzen« nennt jeden fremden Teil mit Fassung, Lizenz und, wo nötig, Wortlaut."""

from __future__ import annotations

import re
import tomllib
from importlib import metadata
from pathlib import Path

from site_builds import ROOT

from faltwerk.exercise import load_all
from website.prose.licences import DELIVERED, parts


def test_every_part_has_a_version_and_a_licence():
    found = {part.name: part for part in parts(ROOT)}
    assert len(found) > 80
    for part in found.values():
        assert part.version and part.licence, part.name
    for line in (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines():
        name, _, version = line.partition("==")
        assert found[name].version.partition("+")[0] == version


def test_page_shows_them_with_the_texts_of_what_is_delivered(site: Path):
    html = (site / "lizenzen.html").read_text(encoding="utf-8")
    manifest = tomllib.loads(
        (ROOT / "website" / "vendor" / "manifest.toml").read_text(encoding="utf-8")
    )
    for part in parts(ROOT):
        assert f"<td><p>{part.name}</p></td>" in html, part.name
    for name in [*manifest, *DELIVERED]:
        assert f'href="licences/{name}.txt"' in html, name
        text = (site / "licences" / f"{name}.txt").read_text(encoding="utf-8")
        assert re.search("licen[cs]e|permission|redistribution", text, re.IGNORECASE), name


def test_everything_the_site_delivers_is_listed(site: Path):
    """Jede Datei unter ``_static`` stammt aus ``website/`` oder einem Paket."""
    own = {
        path.name
        for folder in ("static", "vendor", "runtime")
        for path in (ROOT / "website" / folder).rglob("*")
    }
    delivered = {file.name for name in DELIVERED for file in metadata.files(name) or []}
    # Beim Bauen erzeugt.
    made = {"documentation_options.js", "language_data.js", "pygments.css", "translations.js",
            "copybutton.js", "inline-styles.css", "basic.css"}  # fmt: skip
    made |= {f"{exercise.name}.json" for exercise in load_all(ROOT)}
    made |= {"python.json", "kurs.zip", "pyodide.asm.wasm.gzip"}
    for path in (site / "_static").rglob("*"):
        if path.is_file() and not re.match(r"mystnb\.[0-9a-f]+\.css", path.name):
            assert path.name in own | delivered | made, path
