"""Kopf der Seiten, Dateien für Suchmaschinen und die Seite für unbekannte Adressen."""

from __future__ import annotations

import re
import xml.etree.ElementTree
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, expect
from site_builds import ROOT, run_build

from website.server import QuietHandler, serve_folder

EXAMPLE = (ROOT / "docs" / "beispiel" / "glaettung.md").read_text(encoding="utf-8")
ADDRESS = "https://kurse.example.org/faltwerk"


class _UnderPath(QuietHandler):
    """Liefert die Website unter ``/kurse/faltwerk/`` und zu allem anderen ihre 404-Seite."""

    prefix = "/kurse/faltwerk/"

    def translate_path(self, path: str) -> str:
        plain = path.split("?")[0]
        inside = plain[len(self.prefix) :] if plain.startswith(self.prefix) else "fehlt"
        return super().translate_path("/" + inside)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        body = Path(self.directory, "404.html").read_bytes()
        self.send_response(code)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture(scope="module")
def below(site: Path) -> Iterator[str]:
    """Adresse der Website in einem Unterordner des Servers."""
    with serve_folder(site, handler=_UnderPath) as address:
        yield f"{address}{_UnderPath.prefix}"


@pytest.mark.parametrize("wrong", ["fehlt.html", "a/fehlt", "a/b/c/d/fehlt.html?x=1"])
def test_not_found_page_is_whole_at_any_depth(browser: Browser, below: str, wrong: str):
    page = browser.new_page()
    answer = page.goto(below + wrong)
    assert answer is not None and answer.status == 404
    expect(page.get_by_role("heading", name="Seite nicht gefunden")).to_be_visible()
    # Mit dem Stylesheet: Die Seitenleiste hat ihre Farbe, und ohne Farbschema wäre keines gesetzt.
    assert page.evaluate("document.body.dataset.theme") == "auto"
    fonts = page.evaluate("getComputedStyle(document.querySelector('article')).lineHeight")
    assert fonts != "normal"
    expect(page.locator(".theme-toggle:visible svg:visible").first).to_be_visible()
    # Der Sprung zum Inhalt bleibt auf der Seite, der Verweis führt zur Startseite.
    skip = page.locator("a.skip-to-content").evaluate("node => node.href")
    assert skip == below + wrong + "#furo-main-content"
    page.get_by_role("link", name="Zur Startseite mit allen Übungen").click()
    expect(page).to_have_url(below + "index.html")
    page.close()


def test_not_found_page_searches_from_any_depth(browser: Browser, below: str):
    page = browser.new_page()
    page.goto(below + "a/b/fehlt")
    page.get_by_role("textbox", name="Suche").fill("Faltung")
    page.keyboard.press("Enter")
    expect(page.locator("#search-results ul.search a").first).to_be_visible()
    page.close()


def test_every_page_describes_itself(site: Path, pages: list[Path]):
    described = {}
    for path in pages:
        html = path.read_text(encoding="utf-8")
        assert html.count('name="theme-color"') == 2
        found = re.findall(r'<meta name="description" content="([^"]*)">', html)
        if path.name in ("404.html", "search.html"):
            assert '<meta name="robots" content="noindex"' in html
        else:
            assert len(found) == 1 and 40 <= len(found[0]) <= 210, (path.name, found)
            described[path.name] = found[0]
    assert len(set(described.values())) == len(described)


def test_without_an_address_nothing_claims_one(site: Path, pages: list[Path]):
    for path in pages:
        html = path.read_text(encoding="utf-8")
        assert 'rel="canonical"' not in html and "og:image" not in html
    assert not (site / "sitemap.xml").exists()
    assert "Sitemap" not in (site / "robots.txt").read_text()


def test_an_address_gives_canonical_links_card_sitemap_and_a_plain_404(
    scratch: Callable[..., Path], browser: Browser
):
    root = scratch(("glaettung",), {"glaettung.md": EXAMPLE})
    plain = run_build(root)
    assert "FALTWERK_URL" in plain.stdout
    result = run_build(root, FALTWERK_URL=ADDRESS)
    assert result.returncode == 0, result.stderr
    assert "Nichts hat sich geändert" not in result.stdout
    assert "FALTWERK_URL" not in result.stdout
    html = root / "build" / "html"
    text = (html / "glaettung.html").read_text(encoding="utf-8")
    assert f'<link rel="canonical" href="{ADDRESS}/glaettung.html">' in text
    card = re.findall(r'property="og:image" content="([^"]+)"', text)[0]
    assert card.startswith(f"{ADDRESS}/")
    with Image.open(html / card[len(ADDRESS) + 1 :]) as image:
        assert image.size == (1200, 630)
    tree = xml.etree.ElementTree.parse(html / "sitemap.xml")
    places = [node.text for node in tree.iter() if node.tag.endswith("}loc")]
    assert places == [f"{ADDRESS}/glaettung.html", f"{ADDRESS}/index.html"]
    assert f"Sitemap: {ADDRESS}/sitemap.xml" in (html / "robots.txt").read_text()
    # Mit bekannter Adresse braucht die Seite kein Skript, um ihre Dateien zu finden.
    missing = (html / "404.html").read_text(encoding="utf-8")
    links = re.findall(r'\s(?:href|src|action)="([^"]*)"', missing)
    assert all(re.match(r"/faltwerk/|#|https:", link) for link in links), links
    assert "not-found.js" not in missing


def test_a_broken_address_is_one_sentence(scratch: Callable[..., Path]):
    root = scratch(("glaettung",), {"glaettung.md": EXAMPLE})
    result = run_build(root, FALTWERK_URL="kurse.example.org")
    assert result.returncode != 0
    assert "FALTWERK_URL ist »kurse.example.org«" in result.stderr
    assert "Traceback" not in result.stderr
