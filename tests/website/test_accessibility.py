"""Barrierefreiheit jeder Seite: axe-core, Tastatur, Vergrößerung, Bewegung, Sprache.

Die Seiten werden gefunden, nicht aufgezählt, damit keine neue ungeprüft bleibt. Was lange dauert,
ist je Seite ein Test, damit alle Kerne daran arbeiten.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from contrast import contrast
from editor_boxes import (
    HALF,
    PART,
    SOLVED,
    STUB,
    entry,
    open_box,
    run,
    seed,
    with_fake_runner,
    write,
)
from playwright.sync_api import Browser, Page, expect
from site_builds import PAGES

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# Die einzigen Regeln, die Farben sehen. Sie brauchen am längsten und sehen in aufgeklappten Kästen
# alles, was auch in zugeklappten zu sehen ist; deshalb laufen sie nur dort, aber hell und dunkel.
COLOUR_RULES = ["color-contrast", "link-in-text-block"]
FOCUSABLE = "a[href], button, input, select, textarea, summary, [tabindex='0']"


@pytest.fixture
def tab(browser: Browser) -> Iterator[Page]:
    """Eine Seite, in die sich axe trotz Content Security Policy laden lässt."""
    context = browser.new_context(bypass_csp=True, locale="de-DE", reduced_motion="reduce")
    yield context.new_page()
    context.close()


# axe rechnet jede Angabe einer Farbe an jedem Text neu um; dieselbe Angabe ist dieselbe Farbe.
REMEMBER_COLOURS = """() => {
  const { Color } = axe.commons.color;
  const { parseString } = Color.prototype;
  const known = new Map();
  Color.prototype.parseString = function (text) {
    if (!known.has(text)) known.set(text, parseString.call(new Color(), text));
    const { r, g, b, alpha } = known.get(text);
    return Object.assign(this, { r, g, b, alpha });
  };
}"""


def load_axe(tab: Page) -> None:
    """Lädt axe in die Seite, falls es dort noch nicht ist."""
    if not tab.evaluate("'axe' in window"):
        tab.evaluate(AXE_SCRIPT)
        tab.evaluate(REMEMBER_COLOURS)


def visit(tab: Page, url: str, site: Path, path: Path) -> str:
    """Öffnet eine Seite samt ihren Editoren und gibt ihren Namen zurück."""
    name = path.relative_to(site).as_posix()
    tab.goto(f"{url}/{name}")
    if tab.locator(".toggle-tools").count():
        tab.wait_for_selector("html.toggles-ready", state="attached")
    # Editoren entstehen erst, wenn sie in die Nähe des Fensters kommen.
    for box in tab.locator(".editor-box[data-part]").all():
        box.scroll_into_view_if_needed()
        expect(box).to_have_class(re.compile("with-editor"))
    tab.evaluate("scrollTo(0, 0)")
    settle(tab)
    return name


def settle(tab: Page) -> None:
    """Wartet, bis Schriften da sind und die Seite weiß, was in ihr rollt."""
    tab.evaluate(
        """document.fonts.ready.then(() => new Promise(
             done => requestAnimationFrame(() => requestAnimationFrame(done))))"""
    )


def open_everything(tab: Page) -> None:
    """Klappt alle Kästen und Hinweise auf."""
    if tab.locator("[data-toggles=open]").count():
        tab.locator("[data-toggles=open]").click()
    tab.evaluate("document.querySelectorAll('details').forEach(node => { node.open = true; })")


def violations(tab: Page, options: dict[str, object], scope: str = "html") -> list[str]:
    """Was axe an der Seite oder einem Teil von ihr auszusetzen hat."""
    return tab.evaluate(
        """async ([scope, options]) =>
             (await axe.run(scope, {...options, resultTypes: ["violations"]}))
             .violations.flatMap(rule => rule.nodes.map(
               node => `${rule.id}: ${node.html.slice(0, 160)} ${node.failureSummary}`))""",
        [scope, options],
    )


STRUCTURE = {
    "runOnly": {"type": "tag", "values": TAGS},
    "rules": {name: {"enabled": False} for name in COLOUR_RULES},
}
COLOURS = {"runOnly": {"type": "rule", "values": COLOUR_RULES}}
# Beides in einem Lauf: Den Baum der Seite liest axe dann nur einmal.
EVERYTHING = {"runOnly": {"type": "tag", "values": TAGS}}


def test_every_page_is_among_those_tested(site: Path, pages: list[Path]):
    assert sorted(path.relative_to(site).as_posix() for path in pages) == [
        f"{name}.html" for name in sorted(PAGES)
    ]


@pytest.mark.parametrize("page_name", PAGES)
def test_axe_finds_nothing(tab: Page, url: str, site: Path, page_name: str):
    found: list[str] = []

    def run(options: dict[str, object], *state: object) -> None:
        found.extend(f"{state}: {entry}" for entry in violations(tab, options))

    tab.emulate_media(color_scheme="light")
    name = visit(tab, url, site, site / f"{page_name}.html")
    load_axe(tab)
    for width in (1280, 390):
        tab.set_viewport_size({"width": width, "height": 900})
        settle(tab)
        run(STRUCTURE, name, width, "zu")
    open_everything(tab)
    for width in (390, 1280):
        tab.set_viewport_size({"width": width, "height": 900})
        tab.emulate_media(color_scheme="light")
        settle(tab)
        run(EVERYTHING, name, width, "offen, hell")
        tab.emulate_media(color_scheme="dark")
        run(COLOURS, name, width, "offen, dunkel")
    assert not found, "\n".join(found[:20])


@pytest.mark.slow
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_in_a_box_at_work(tab: Page, url: str, width: int):
    """Urteile, Hinweise, Fehler, Fragen und der Fortschritt entstehen erst beim Arbeiten."""
    with_fake_runner(tab.context)
    tab.set_viewport_size({"width": width, "height": 900})
    found: list[str] = []

    def look(state: str, scope: str = ".editor-box.with-editor") -> None:
        load_axe(tab)
        tab.emulate_media(color_scheme="light")
        settle(tab)
        found.extend(f"{state}, hell: {text}" for text in violations(tab, EVERYTHING, scope))
        tab.emulate_media(color_scheme="dark")
        found.extend(f"{state}, dunkel: {text}" for text in violations(tab, COLOURS, scope))

    seed(tab, url, {f"pooling.{PART}": entry(HALF, previous=SOLVED)})
    box = open_box(tab, url)
    look("neuer Rumpf")
    box.get_by_role("button", name="Neuen Rumpf ansehen").click()
    look("Frage", "dialog")
    tab.keyboard.press("Escape")
    expect(tab.locator("dialog")).to_have_count(0)
    lines = STUB.replace("...  # Lücke (1)", "1 / 0  # Lücke (1)", 1)
    write(box, lines)
    run(box)
    expect(box.locator("[data-status=wrong]").first).to_be_visible()
    look("falsch")
    write(box, lines + "\n")
    look("veraltet")
    write(box, SOLVED)
    run(box)
    look("richtig")
    write(box, "(((")
    run(box)
    look("unlesbar")
    tab.goto(f"{url}/fortschritt.html")
    look("Fortschritt", "html")
    assert not found, "\n".join(found[:20])


@pytest.mark.slow
def test_the_chosen_dark_theme_has_the_colours_of_the_system(
    tab: Page, url: str, site: Path, pages: list[Path]
):
    """Was axe bei dunklem System prüft, gilt damit auch für den Schalter oben rechts."""
    read = """theme => {
      document.body.dataset.theme = theme;
      return [...document.querySelectorAll("body *:not(.theme-toggle *)")].map(node => {
        const style = getComputedStyle(node);
        return [style.color, style.backgroundColor, style.borderColor, style.colorScheme].join();
      });
    }"""
    for path in pages:
        name = visit(tab, url, site, path)
        for scheme, other in (("dark", "light"), ("light", "dark")):
            tab.emulate_media(color_scheme=scheme)
            automatic = tab.evaluate(read, "auto")
            tab.emulate_media(color_scheme=other)
            assert tab.evaluate(read, scheme) == automatic, (name, scheme)


@pytest.mark.parametrize("page_name", PAGES)
def test_every_control_is_reached_by_tab_and_shows_its_focus(
    tab: Page, url: str, site: Path, page_name: str
):
    for width in (1280, 390):
        tab.set_viewport_size({"width": width, "height": 700})
        name = visit(tab, url, site, site / f"{page_name}.html")
        expected = tab.evaluate(
            """selector => {
                 const nodes = [...document.querySelectorAll(selector)].filter(node =>
                   node.tabIndex >= 0 && node.type !== "hidden" && !node.disabled &&
                   node.checkVisibility({visibilityProperty: true}));
                 nodes.forEach((node, index) => { node.dataset.stop = index; });
                 return nodes.length;
               }""",
            FOCUSABLE,
        )
        reached: list[str] = []
        editing = False
        for _ in range(expected + 5):
            # Im Editor rückt Tab ein; Esc davor verlässt ihn.
            if editing:
                tab.keyboard.press("Escape")
            tab.keyboard.press("Tab")
            stop = tab.evaluate(
                """() => {
                     const node = document.activeElement;
                     if (node === document.body) return null;
                     const box = node.getBoundingClientRect();
                     const label = node.matches(".sidebar-toggle")
                       ? [...node.labels].find(one => one.checkVisibility() &&
                           !one.classList.contains("overlay")) : node;
                     const style = getComputedStyle(label);
                     // Verdeckt ist, was an keiner Ecke und in der Mitte nicht obenauf liegt.
                     const points = [[.5, .5], [.05, .2], [.95, .8], [.05, .8], [.95, .2]];
                     // Ein langer Editor ragt aus dem Fenster; es zählt, was darin liegt.
                     const start = Math.max(0, box.top);
                     const end = Math.min(innerHeight, box.bottom);
                     const seen = label !== node || points.some(([x, y]) => {
                       const top = document.elementFromPoint(
                         box.left + x * box.width, start + y * (end - start));
                       return top && (node.contains(top) || top.contains(node));
                     });
                     return {stop: node.dataset.stop ?? "fremd", seen,
                             editing: node.matches("textarea"),
                             ring: style.outlineStyle !== "none" && style.opacity !== "0",
                             html: node.outerHTML};
                   }"""
            )
            if reached and (stop is None or stop["stop"] == reached[0]):
                # Einmal herum, mit oder ohne Halt beim Browser selbst.
                break
            if stop is None:
                # Eine eben geladene Seite nimmt den ersten Tastendruck manchmal nicht an.
                continue
            editing = stop["editing"]
            place = (name, width, stop["html"][:200])
            assert stop["ring"], ("kein sichtbarer Fokus", place)
            assert stop["seen"], ("der Fokus ist verdeckt", place)
            reached.append(stop["stop"])
        assert reached == [str(stop) for stop in range(expected)], (name, width)
        if reached:
            first = tab.locator("[data-stop='0']")
            expect(first).to_have_class(re.compile("skip-to-content"))


def test_skip_link_leads_past_the_navigation(page: Page, url: str):
    page.goto(f"{url}/pooling.html")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('article').contains(document.activeElement)")


def test_single_characters_are_no_shortcuts(page: Page, url: str):
    page.goto(f"{url}/pooling.html")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement === document.body")


@pytest.mark.parametrize(
    ("toggle", "drawer", "width"),
    [("__navigation", ".sidebar-drawer", 390), ("__toc", ".toc-drawer", 390),
     ("__toc", ".toc-drawer", 1280)],
)  # fmt: skip
def test_menus_open_and_close_by_keyboard(
    page: Page, url: str, toggle: str, drawer: str, width: int
):
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{url}/pooling.html")
    switch = page.locator(f"#{toggle}")
    expect(page.locator(drawer)).to_be_hidden()
    switch.focus()
    page.keyboard.press("Space")
    expect(page.locator(drawer)).to_be_visible()
    inside = f"document.querySelector('{drawer}').contains(document.activeElement)"
    assert page.evaluate(inside)
    page.keyboard.press("Escape")
    expect(page.locator(drawer)).to_be_hidden()
    expect(switch).to_be_focused()
    page.keyboard.press("Space")
    page.locator(f"{drawer} a[href]").last.focus()
    page.keyboard.press("Enter")
    expect(page.locator(drawer)).to_be_hidden()


def test_nothing_is_lost_at_400_percent(tab: Page, url: str, site: Path, pages: list[Path]):
    # 1280 Bildpunkte bei 400 % sind 320.
    tab.set_viewport_size({"width": 320, "height": 256})
    for path in pages:
        name = visit(tab, url, site, path)
        open_everything(tab)
        assert tab.evaluate("document.documentElement.scrollWidth") <= 320, name
        # Was breiter ist, liegt in etwas, das für sich rollt.
        lost = tab.evaluate(
            """() => [...document.querySelectorAll("main *, article *, footer *")].filter(node => {
                 const unseen = "svg, math, .katex-mathml, .visually-hidden";
                 if (!node.checkVisibility() || node.closest(unseen)) return false;
                 const box = node.getBoundingClientRect();
                 if (box.right <= 321 && box.left >= -1) return false;
                 for (let one = node; one; one = one.parentElement)
                   if (one.scrollWidth > one.clientWidth + 1 &&
                       /auto|scroll/.test(getComputedStyle(one).overflowX)) return false;
                 return true;
               }).map(node => node.outerHTML.slice(0, 160))"""
        )  # fmt: skip
        assert lost == [], name


def test_what_scrolls_has_a_name_and_what_does_not_is_no_stop(page: Page, url: str):
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(f"{url}/lehrende.html")
    regions = page.locator("article pre")
    state = "node => [node.scrollWidth > node.clientWidth, node.getAttribute('aria-label')]"
    page.wait_for_function("document.querySelector('article pre[tabindex]')")
    for index in range(regions.count()):
        rolls, name = regions.nth(index).evaluate(state)
        assert (name is not None) == rolls, index
    # Der Browser passt die Liste an, wenn das Fenster breiter wird.
    narrow = page.locator("article pre[tabindex]").count()
    page.set_viewport_size({"width": 1600, "height": 800})
    expect(page.locator("article pre[tabindex]")).not_to_have_count(narrow)


def test_figures_move_only_on_request_and_can_be_stopped(page: Page, url: str, site: Path):
    for path in sorted((site / "_images").glob("*.svg")):
        moves = "animation" in path.read_text(encoding="utf-8")
        assert moves == path.stem.endswith("-animation"), path.name
    page.goto(f"{url}/convolution.html")
    buttons = page.locator(".motion button")
    assert buttons.count() == 3
    image = page.locator("img[src$='convolution-strided.svg']")
    expect(image).to_have_count(1)
    button = page.locator("figure:has(img[src*='convolution-strided']) .motion button")
    place = page.locator("img[src*='convolution-strided']")
    button.press("Enter")
    expect(place).to_have_attribute("src", re.compile("convolution-strided-animation.svg$"))
    assert place.evaluate("image => image.decode().then(() => image.naturalWidth)") > 100
    expect(button).to_have_text("Bewegung anhalten")
    button.press("Enter")
    expect(image).to_have_count(1)


def test_reduced_motion_switches_off_every_transition(browser: Browser, url: str):
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    page.goto(f"{url}/pooling.html")
    moving = page.evaluate(
        """() => [...document.querySelectorAll("*")].filter(node => {
             const style = getComputedStyle(node);
             return parseFloat(style.transitionDuration) > 0.01 || style.animationName !== "none";
           }).length"""
    )
    assert moving == 0
    context.close()


class _Outline(HTMLParser):
    """Überschriften, Bilder, Tabellen und Formeln einer Seite."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.levels: list[int] = []
        self.headers_without_scope = 0
        self.formulas = self.mathml = 0
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if re.fullmatch(r"h[1-6]", tag):
            self.levels.append(int(tag[1]))
        self.headers_without_scope += tag == "th" and "scope" not in values
        self.formulas += (values.get("class") or "").split()[:1] == ["katex"]
        self.mathml += tag == "math"


def test_headings_tables_and_formulas_have_structure(pages: list[Path]):
    formulas = 0
    for path in pages:
        outline = _Outline(path)
        assert outline.levels[:1] == [1] and outline.levels.count(1) == 1, path.name
        steps = zip(outline.levels, outline.levels[1:], strict=False)
        assert all(below - above <= 1 for above, below in steps), (path.name, outline.levels)
        assert outline.headers_without_scope == 0, path.name
        assert outline.formulas == outline.mathml, path.name
        formulas += outline.formulas
    assert formulas > 100


def test_english_titles_are_marked_as_english(site: Path):
    for name, title in (
        ("seresnet", "Squeeze-and-Excitation Networks"),
        ("barrierefreiheit", "Web Content Accessibility Guidelines"),
    ):
        html = (site / f"{name}.html").read_text(encoding="utf-8")
        assert re.search(rf'<span[^>]* lang="en"[^>]*>{title}</span>', html), name


def test_plots_are_legible_on_light_and_dark(site: Path):
    plots = [
        text
        for path in (site / "_images").glob("*.svg")
        if "<dc:title>Matplotlib" in (text := path.read_text(encoding="utf-8"))
    ]
    assert plots
    for svg in plots:
        # Schrift und Achsen: je ein Ton für hellen und dunklen Grund.
        light, dark = re.findall(r"--ink: (#[0-9a-f]{6})", svg)[:2]
        assert contrast(light, "#ffffff") >= 4.5 and contrast(dark, "#131416") >= 4.5
        # Linien, deutlich dicker als Achsen und Gitter: ein Ton für beide Gründe.
        for colour in re.findall(r"stroke: (#[0-9a-f]{6})[^\"]*stroke-width: [2-9]", svg):
            assert contrast(colour, "#ffffff") >= 3 and contrast(colour, "#131416") >= 3, colour


def test_no_text_of_a_figure_is_cut_off(tab: Page, url: str, site: Path):
    for path in sorted((site / "_images").glob("*.svg")):
        tab.goto(f"{url}/_images/{path.name}")
        cut = tab.evaluate(
            """() => {
                 const edge = document.documentElement.getBoundingClientRect();
                 return [...document.querySelectorAll("text")].filter(node => {
                   const box = node.getBoundingClientRect();
                   return box.right > edge.right + 1 || box.left < edge.left - 1 ||
                     box.bottom > edge.bottom + 1 || box.top < edge.top - 1;
                 }).map(node => node.textContent);
               }"""
        )
        assert cut == [], path.name
