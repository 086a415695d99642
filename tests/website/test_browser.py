"""Die Website im Browser: Kästen, Sprungziele, Drucken, Suche, schmale Fenster."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

OPEN = ".faltwerk-toggle:not(.toggle-hidden)"


def ready(page: Page, address: str) -> None:
    """Öffnet eine Seite und wartet, bis die Kästen bedienbar sind."""
    page.goto(address)
    page.wait_for_selector("html.toggles-ready", state="attached")


def test_boxes_start_closed_and_work_by_keyboard(page: Page, url: str):
    ready(page, f"{url}/pooling.html")
    expect(page.locator(OPEN)).to_have_count(0)
    box = page.locator(".faltwerk-toggle.solution").first
    button = box.locator(":scope > .admonition-title > .toggle-button")
    name = button.get_attribute("aria-label")
    assert name is not None and name.startswith("Musterlösung")
    button.focus()
    style = button.evaluate("node => getComputedStyle(node).outlineStyle")
    page.keyboard.press("Enter")
    expect(button).to_have_attribute("aria-expanded", "true")
    expect(box.locator(".highlight").first).to_be_visible()
    page.keyboard.press("Space")
    expect(button).to_have_attribute("aria-expanded", "false")
    expect(box.locator(".highlight").first).to_be_hidden()
    # Mit der Tastatur angesteuert, hat der Knopf einen sichtbaren Rahmen.
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    assert button.evaluate("node => node === document.activeElement")
    style = button.evaluate("node => getComputedStyle(node).outlineStyle")
    assert style == "solid"


def test_boxes_never_flash_open_while_loading(browser: Browser, url: str):
    context = browser.new_context()
    page = context.new_page()
    # Ohne das Skript, das die Kästen bedienbar macht: So sieht die Seite während des Ladens aus.
    page.route("**/togglebutton.js*", lambda route: route.abort())
    page.goto(f"{url}/pooling.html")
    assert page.locator(".faltwerk-toggle .highlight").first.is_hidden()
    context.close()


def test_content_is_visible_without_javascript(browser: Browser, url: str):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{url}/pooling.html")
    assert page.locator(".faltwerk-toggle.solution .highlight").first.is_visible()
    assert page.locator(".toggle-tools").is_hidden()
    context.close()


@pytest.mark.parametrize("kind", ["hinweise", "ausgabe", "loesung"])
def test_a_link_to_something_inside_opens_the_box(page: Page, url: str, kind: str):
    ready(page, f"{url}/pooling.html#{kind}-pooling-maxpool2d")
    box = page.locator(f"#{kind}-pooling-maxpool2d")
    assert "toggle-hidden" not in (box.get_attribute("class") or "")
    expect(page.locator(OPEN)).to_have_count(1)
    expect(box).to_be_in_viewport()


def test_a_later_change_of_the_address_opens_the_box_too(page: Page, url: str):
    ready(page, f"{url}/pooling.html")
    page.evaluate("location.hash = 'ausgabe-pooling-maxpool2d'")
    expect(page.locator(OPEN)).to_have_count(1)


def test_open_and_close_all(page: Page, url: str):
    ready(page, f"{url}/seresnet.html")
    count = page.locator(".faltwerk-toggle").count()
    page.get_by_role("button", name="Alle aufklappen").click()
    expect(page.locator(OPEN)).to_have_count(count)
    page.get_by_role("button", name="Alle zuklappen").click()
    expect(page.locator(OPEN)).to_have_count(0)


def test_pages_without_boxes_have_no_buttons_for_them(page: Page, url: str):
    ready(page, f"{url}/index.html")
    expect(page.locator(".toggle-tools")).to_have_count(0)


def test_print_keeps_boxes_closed_unless_asked(page: Page, url: str):
    page.add_init_script("window.print = () => { window.printed = true; }")
    ready(page, f"{url}/pooling.html")
    page.emulate_media(media="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    expect(page.locator(OPEN)).to_have_count(0)
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    page.emulate_media(media="screen")
    count = page.locator(".faltwerk-toggle").count()
    page.get_by_role("button", name="Mit Lösungen drucken").click()
    assert page.evaluate("window.printed")
    expect(page.locator(OPEN)).to_have_count(count)
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    expect(page.locator(OPEN)).to_have_count(0)


def test_hints_come_one_at_a_time(page: Page, url: str):
    ready(page, f"{url}/pooling.html#hinweise-pooling-maxpool2d")
    hints = page.locator("#hinweise-pooling-maxpool2d details.hint")
    assert hints.count() >= 8
    expect(hints.nth(0).locator("p")).to_be_hidden()
    hints.nth(0).locator("summary").click()
    expect(hints.nth(0).locator("p")).to_be_visible()
    expect(hints.nth(1).locator("p")).to_be_hidden()


@pytest.mark.parametrize("word", ["Faltungen", "Faltung"])
def test_search_finds_inflections(page: Page, url: str, word: str):
    page.goto(f"{url}/search.html?q={word}")
    expect(page.locator("#search-results")).to_contain_text("Suchergebnisse")
    results = page.locator("#search-results ul.search a")
    expect(results.filter(has_text="Faltung").first).to_be_visible()
    expect(page.locator("#search-results")).to_contain_text("gefunden")


def test_no_request_leaves_the_site_whatever_is_opened_or_pressed(
    browser: Browser, url: str, site: Path, pages: list[Path]
):
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.add_init_script("window.print = () => {}")
    page = context.new_page()
    foreign: list[str] = []
    failed: list[str] = []
    page.on("dialog", lambda dialog: dialog.dismiss())
    page.on("requestfailed", lambda request: failed.append(request.url))
    page.on(
        "request",
        lambda request: (
            foreign.append(request.url)
            if urlsplit(request.url).scheme not in ("data", "blob")
            and not request.url.startswith(f"{url}/")
            else None
        ),
    )
    page.on(
        "response",
        lambda response: failed.append(response.url) if response.status >= 400 else None,
    )
    for path in pages:
        name = path.relative_to(site).as_posix()
        page.goto(f"{url}/{name}")
        if page.locator(".toggle-tools").count():
            page.wait_for_selector("html.toggles-ready", state="attached")
        page.evaluate("document.querySelectorAll('details').forEach(node => { node.open = true; })")
        # Knöpfe, die ein Formular abschicken, verlassen die Seite; sie kommen zuletzt.
        page.evaluate(
            """() => [...document.querySelectorAll("button")]
                 .filter(button => !(button.form && button.type === "submit"))
                 .forEach(button => button.click())"""
        )
        if page.locator("[data-toggles=open]").count():
            page.locator("[data-toggles=open]").click()
        # Erst gerollte Seiten laden alle Bilder.
        page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
        page.wait_for_load_state("networkidle")
        if page.locator("form button").count():
            page.locator("form button").first.click()
            page.wait_for_load_state("networkidle")
        assert (foreign, failed) == ([], []), name
    context.close()


def test_no_page_is_wider_than_the_window(
    browser: Browser, url: str, site: Path, pages: list[Path]
):
    context = browser.new_context()
    page = context.new_page()
    for path in pages:
        name = path.relative_to(site).as_posix()
        page.goto(f"{url}/{name}")
        if page.locator(".toggle-tools").count():
            page.wait_for_selector("html.toggles-ready", state="attached")
            page.locator("[data-toggles=open]").click()
        for width in (390, 640, 768, 1009, 1100, 1281, 1320, 1400, 1600):
            page.set_viewport_size({"width": width, "height": 800})
            excess = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert excess <= 0, (name, width)
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_print_shows_text_in_light_colours_and_nothing_to_operate(
    browser: Browser, url: str, scheme: str
):
    context = browser.new_context(color_scheme=scheme)
    page = context.new_page()
    ready(page, f"{url}/pooling.html")
    page.evaluate("theme => { document.body.dataset.theme = theme; }", scheme)
    page.emulate_media(media="print", color_scheme=scheme)
    colours = page.evaluate(
        """() => [getComputedStyle(document.body).backgroundColor,
                  getComputedStyle(document.querySelector("article p")).color,
                  getComputedStyle(document.querySelector("article pre")).backgroundColor,
                  getComputedStyle(document.querySelector("article img")).colorScheme]"""
    )
    assert [*colours[:2], colours[3]] == ["rgb(255, 255, 255)", "rgb(0, 0, 0)", "light"]
    assert re.fullmatch(r"rgb\(2[45]\d, 2[45]\d, 2[45]\d\)", colours[2])
    for gone in ("button", "aside", "footer", ".mobile-header", ".faltwerk-toggle", ".headerlink"):
        for node in page.locator(gone).all():
            expect(node).to_be_hidden()
    context.close()


def test_copy_buttons_are_german(page: Page, url: str):
    page.goto(f"{url}/lokal.html")
    button = page.locator("button.copybtn").first
    expect(button).to_have_attribute("data-tooltip", "Kopieren")


def test_formulas_contain_mathml(page: Page, url: str):
    page.goto(f"{url}/pooling.html")
    assert page.locator(".katex math").count() > 3
    family = page.locator(".katex .mathnormal").first.evaluate(
        "node => getComputedStyle(node).fontFamily"
    )
    assert "KaTeX_Math" in family
    assert page.evaluate("document.fonts.ready.then(() => document.fonts.check('16px KaTeX_Main'))")


def test_dark_mode_is_remembered_and_reaches_figures(page: Page, url: str):
    page.goto(f"{url}/pooling.html")
    page.evaluate("localStorage.setItem('theme', 'dark')")
    page.reload()
    assert page.evaluate("document.body.dataset.theme") == "dark"
    scheme = page.locator("article img").first.evaluate(
        "node => getComputedStyle(node).colorScheme"
    )
    assert scheme == "dark"
