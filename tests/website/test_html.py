"""Das gebaute HTML: deutsche Oberfläche, Verweise, Herunterladbares, nichts Fremdes."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from site_builds import EXERCISES, ROOT

from faltwerk.authors.notebook_file import exercise_notebook
from faltwerk.exercise import load, load_all

# Texte der Oberfläche, die ohne Übersetzung auf Englisch erscheinen.
ENGLISH = (
    "Toggle", "Click to", "Contents", "On this page", "Next", "Previous", "Home", "Back to top",
    "Skip to", "Search", "Link to this", "Permalink", "Light mode", "Dark mode", "light/dark",
    "Menu", "Expand", "Made with", "Copyright", "Last updated", "View this page", "Edit this page",
    "Parameters", "Returns", "Return type", "Raises", "Note", "Warning", "Hint", "Tip",
    "Important", "See also", "Show code", "Hide code", "Copy", "Download", "Navigation menu",
    "Bases:", "Index", "Error", "Please activate",
)  # fmt: skip
# Was darin steht, ist Code oder Formel und keine Oberfläche.
SKIPPED = ("script", "style", "code", "pre", "math")


class Document(HTMLParser):
    """Sammelt aus einer Seite, was die Tests brauchen."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.resources: list[str] = []
        self.images: list[dict[str, str | None]] = []
        self.inline_scripts = 0
        # Sichtbarer Text außerhalb von Code, dazu die Beschriftungen für Vorleseprogramme.
        self.texts: list[str] = []
        self.lang = ""
        self._skipped = 0
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if values.get("id"):
            self.ids.add(values["id"] or "")
        if tag == "html":
            self.lang = values.get("lang") or ""
        if tag == "a" and "href" in values:
            self.links.append(values["href"] or "")
        if tag in ("script", "img") and values.get("src"):
            self.resources.append(values["src"] or "")
        if tag == "link" and values.get("rel") in ("stylesheet", "icon", "shortcut icon"):
            self.resources.append(values["href"] or "")
        if tag == "img":
            self.images.append(values)
        if tag == "script" and not values.get("src"):
            self.inline_scripts += 1
        if tag in SKIPPED:
            self._skipped += 1
        self.texts += [
            values[name] or "" for name in ("aria-label", "title", "placeholder") if name in values
        ]

    def handle_endtag(self, tag: str) -> None:
        if tag in SKIPPED:
            self._skipped -= 1

    def handle_data(self, data: str) -> None:
        if not self._skipped and data.strip():
            self.texts.append(data.strip())


@pytest.fixture(scope="session")
def documents(pages: list[Path]) -> dict[Path, Document]:
    """Alle Seiten, einmal gelesen."""
    return {path: Document(path) for path in pages}


def test_all_pages_are_there(site: Path):
    for name in ("index", "fortschritt", "lokal", "lehrende", "search", *EXERCISES):
        assert (site / f"{name}.html").is_file()


def test_interface_is_german(documents: dict[Path, Document]):
    for path, document in documents.items():
        assert document.lang == "de"
        for text in document.texts:
            for english in ENGLISH:
                # Nur als eigener Text oder an seinem Anfang: Fließtext darf »Index« enthalten.
                assert not re.fullmatch(rf"{re.escape(english)}\b.{{0,40}}", text) or (
                    english in ("Index", "Copy", "Tip", "Note", "Menu") and text != english
                ), (path.name, text)


def test_search_texts_are_german(site: Path):
    translations = (site / "_static" / "translations.js").read_text(encoding="utf-8")
    for english in re.findall(
        r'_\(\s*"([^"]+)"', (site / "_static" / "searchtools.js").read_text(encoding="utf-8")
    ):
        assert json.dumps(english) in translations
    assert '"Search Results": "Suchergebnisse"' in translations


def test_internal_links_and_resources_exist(site: Path, documents: dict[Path, Document]):
    for path, document in documents.items():
        for link in [*document.links, *document.resources]:
            parts = urlsplit(link)
            if parts.scheme in ("http", "https", "mailto", "data"):
                continue
            # Die Seite für unbekannte Adressen sucht dieses Skript in jeder Tiefe.
            if path.name == "404.html" and link.endswith("../_static/not-found.js"):
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            assert target.is_file(), (path.name, link)
            if parts.fragment and target in documents:
                assert unquote(parts.fragment) in documents[target].ids, (path.name, link)


def test_nothing_is_loaded_from_elsewhere(site: Path, documents: dict[Path, Document]):
    for path, document in documents.items():
        assert [link for link in document.resources if urlsplit(link).netloc] == [], path.name
    for sheet in site.glob("_static/**/*.css"):
        urls = re.findall(r"url\(\s*['\"]?([^'\")]+)", sheet.read_text(encoding="utf-8"))
        for url in urls:
            if not url.startswith("data:"):
                assert (sheet.parent / url.split("?")[0].split("#")[0]).is_file(), (sheet, url)


def test_pages_contain_no_inline_scripts(documents: dict[Path, Document]):
    for path, document in documents.items():
        assert document.inline_scripts == 0, path.name


def test_every_image_has_an_alternative_text(documents: dict[Path, Document]):
    for path, document in documents.items():
        for image in document.images:
            assert (image.get("alt") or "").strip(), (path.name, image)


def test_start_page_shows_each_exercise_as_a_card(site: Path):
    text = (site / "index.html").read_text(encoding="utf-8")
    for exercise in load_all(ROOT):
        assert f"{exercise.order}. {exercise.title}" in text
        assert f"{len(exercise.gaps)} Lücken" in text


@pytest.mark.parametrize("name", EXERCISES)
def test_page_shows_every_gap_and_every_part_with_its_boxes(
    name: str, documents: dict[Path, Document], site: Path
):
    exercise = load(name, ROOT)
    ids = documents[site / f"{name}.html"].ids
    for gap in exercise.gaps:
        assert f"luecke-{name}-{gap.number}" in ids
    html = (site / f"{name}.html").read_text(encoding="utf-8")
    for part in exercise.parts:
        places = [html.find(f'id="{kind}-{name}-{part.name}"') for kind in (
            "hinweise", "ausgabe", "loesung",
        )]  # fmt: skip
        assert min(places) > 0, part.name
        assert places == sorted(places), part.name


@pytest.mark.parametrize("name", EXERCISES)
def test_page_sources_contain_no_solution(name: str):
    page = next(
        path for path in (ROOT / "docs").glob(f"{name}.*") if path.suffix in (".md", ".rst")
    )
    text = page.read_text(encoding="utf-8")
    exercise = load(name, ROOT)
    lines = exercise.source.splitlines()
    for gap in exercise.gaps:
        line = lines[gap.line - 1].split("#")[0].strip()
        if len(line) > 25:
            assert line not in text, f"Lücke ({gap.number})"


@pytest.mark.parametrize("name", EXERCISES)
def test_downloads_are_stub_and_notebook(name: str, site: Path):
    exercise = load(name, ROOT)
    assert (site / "downloads" / f"{name}.py").read_text(encoding="utf-8") == exercise.stub
    text = (site / "downloads" / f"{name}.ipynb").read_text(encoding="utf-8")
    assert text == exercise_notebook(exercise)
    notebook = json.loads(text)
    ids = [cell["id"] for cell in notebook["cells"]]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", key) for key in ids)


def test_vendored_files_are_unchanged():
    vendor = ROOT / "website" / "vendor"
    manifest = tomllib.loads((vendor / "manifest.toml").read_text(encoding="utf-8"))
    listed = {}
    for entry in manifest.values():
        assert entry["version"] and entry["licence"] and entry["source"]
        assert entry["licence_files"] and set(entry["licence_files"]) <= entry["sha256"].keys()
        assert not entry["source"].startswith("npm: ") or entry["source_sha256"]
        assert not listed.keys() & entry["sha256"].keys()
        listed |= entry["sha256"]
    present = {
        path.relative_to(vendor).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in vendor.rglob("*")
        if path.is_file() and path.name != "manifest.toml"
    }
    assert present == listed
