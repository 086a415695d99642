"""Was vor dem ersten Klick über die Leitung geht, und dass nichts mehr verrutscht."""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from fontTools.ttLib import TTFont
from playwright.sync_api import Browser
from site_builds import PAGES

from website.finishing._formula_fonts import characters
from website.prose.formulas import VENDOR

LIMIT = 250_000
# Was jeder Server komprimiert ausliefert; Bilder und Schriften sind es schon.
COMPRESSED = {".html", ".css", ".js", ".mjs", ".svg", ".json", ".wasm", ".txt", ".xml"}
RECORD_SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifts.push(entry.value);
}).observe({type: "layout-shift", buffered: true});
"""
# Erst nach zwei Bildern hat der Browser gemerkt, was in die Nähe des Fensters gekommen ist.
SCROLL = """(top) => new Promise((done) => {
  scrollTo(0, top);
  requestAnimationFrame(() => requestAnimationFrame(done));
})"""


def transferred(site: Path, address: str) -> int:
    """Größe einer Datei auf der Leitung."""
    path = site / unquote(urlsplit(address).path).lstrip("/")
    content = path.read_bytes()
    return len(gzip.compress(content, 6)) if path.suffix in COMPRESSED else len(content)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_small_before_any_click(browser: Browser, site: Path, url: str, name: str):
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    requested: set[str] = set()
    page.on("request", lambda request: requested.add(request.url.split("?")[0]))
    page.goto(f"{url}/{name}.html")
    # Wer liest, rollt: Auch die Bilder weiter unten zählen.
    height = page.evaluate("document.body.scrollHeight")
    for top in range(0, height, 600):
        page.evaluate(SCROLL, top)
    page.wait_for_load_state("networkidle")
    sizes = {
        address: transferred(site, address)
        for address in requested
        if urlsplit(address).scheme == "http"
    }
    page.close()
    assert len(sizes) > 5
    assert sum(sizes.values()) < LIMIT, sorted(sizes.items(), key=lambda item: -item[1])


def test_fonts_of_formulas_hold_what_the_pages_show(pages: list[Path], site: Path):
    text = set().union(*(characters(path.read_text(encoding="utf-8")) for path in pages))
    assert {"R", "∑", "2"} <= text
    assert characters("<p>x<span class='katex-html'><span>a</span>b</span>y</p>") == {"a", "b"}
    fonts = sorted((site / "_static" / "katex" / "fonts").glob("*.woff2"))
    sizes = {}
    for path in fonts:
        original = VENDOR / "fonts" / path.name
        before, after = TTFont(original), TTFont(path)
        wanted = {ord(sign) for sign in text} & before.getBestCmap().keys()
        assert wanted <= after.getBestCmap().keys(), path.name
        # Die Lizenz verlangt einen anderen Namen und ihren Wortlaut in der Datei.
        assert "KaTeX" not in after["name"].getDebugName(1)
        assert after["name"].getDebugName(13) == before["name"].getDebugName(13)
        sizes[path.stem] = (original.stat().st_size, path.stat().st_size)
    assert len(fonts) == 20
    assert sizes["KaTeX_Main-Regular"][1] < 0.6 * sizes["KaTeX_Main-Regular"][0]
    sheet = (site / "_static" / "katex" / "katex.min.css").read_text(encoding="utf-8")
    assert len(re.findall(r"url\(fonts/[\w-]+\.woff2\?v=[0-9a-f]{8}\)", sheet)) == 20


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("name", PAGES)
def test_nothing_shifts_while_the_page_loads(browser: Browser, url: str, name: str, width: int):
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.add_init_script(RECORD_SHIFTS)
    page.goto(f"{url}/{name}.html")
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(300)
    shift = sum(page.evaluate("shifts"))
    page.close()
    assert shift < 0.01


def test_images_reserve_their_space(pages: list[Path]):
    seen = 0
    for path in pages:
        images = re.findall(r"<img\b[^>]*>", path.read_text(encoding="utf-8"))
        seen += len(images)
        for image in images:
            assert re.search(r'\swidth="\d+"', image), (path.name, image)
            assert re.search(r'\sheight="\d+"', image), (path.name, image)
        assert all('loading="lazy"' in image for image in images[1:]), path.name
    assert seen > 10


def test_pages_load_only_what_they_need(site: Path):
    plain = (site / "lizenzen.html").read_text(encoding="utf-8")
    rich = (site / "pooling.html").read_text(encoding="utf-8")
    for file in ("togglebutton.js", "mystnb.", "katex.min.css", "clipboard.min.js"):
        assert file in rich and file not in plain, file
