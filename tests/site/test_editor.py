"""Lösen auf der Seite: Editor, Speicher, »Mein Fortschritt« und dieselben Urteile wie lokal."""

from __future__ import annotations

import functools
import http.server
import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Route, expect
from site_builds import ROOT

from faltwerk.exercise import load

SCRIPTED = {
    name: [part.name for part in load(name, ROOT).parts if part.framework == "numpy"]
    for name in ("convolution", "pooling")
}
PART = "get_output_shape"
NAME = f"pooling.{PART}"
KEY = "faltwerk1:/:"
POLICY = (
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; worker-src 'self'; "
    "object-src 'none'; base-uri 'self'; form-action 'self'"
)
# Urteilt nach dem Text: »...« ist offen, »1 / 0« falsch, alles andere richtig.
FAKE_RUNNER = r"""
export class PythonRunner {
  constructor({ base, onStatus }) { this.onStatus = onStatus; this.loaded = false; }
  async preload() {}
  stop() { this.end?.({ status: "stopped", message: "Angehalten." }); }
  async check({ exercise, part, source }) {
    this.onStatus({ phase: "loading", loaded: 1e6, total: 9e6 });
    this.onStatus({ phase: "starting" });
    this.loaded = true;
    this.onStatus({ phase: "running" });
    if (source.includes("while True")) return new Promise((resolve) => (this.end = resolve));
    this.onStatus({ phase: "idle" });
    if (source.includes("((("))
      return { status: "unreadable", message: "Zeile 1: Klammer.", line: 1 };
    const verdicts = [...source.matchAll(/^.*# Lücke \((\d+)\)/gm)].map((match) => ({
      gap: Number(match[1]),
      status: match[0].includes("...") ? "open" : match[0].includes("1 / 0") ? "wrong" : "correct",
      message: match[0].includes("1 / 0") ? "Erster Satz.\n<b>Zweiter</b> Satz." : "",
      line: source.slice(0, match.index).split("\n").length,
    }));
    return { status: "judged", verdicts, output: "<i>gedruckt</i>\n", cut: false, error: null };
  }
}
"""


def part_text(source: str, name: str) -> str:
    """Der Quelltext eines Teils, ohne den Zeilenumbruch am Ende."""
    import ast

    for node in ast.parse(source).body:
        if getattr(node, "name", None) == name:
            first = min([node.lineno, *(entry.lineno for entry in node.decorator_list)])
            return "\n".join(source.splitlines()[first - 1 : node.end_lineno])
    raise KeyError(name)


STUB = part_text(load("pooling", ROOT).stub, PART)
SOLVED = part_text(load("pooling", ROOT).source, PART)
HALF = STUB.replace("...  # Lücke (1)", "7  # Lücke (1)")


def with_fake_runner(context: BrowserContext) -> None:
    """Ersetzt das Python der Seite, wo es nur um das Drumherum geht."""
    context.route(
        "**/_static/python-runner.js",
        lambda route: route.fulfill(body=FAKE_RUNNER, content_type="text/javascript"),
    )


@pytest.fixture
def fake(page: Page) -> Page:
    """Eine Seite mit nachgemachtem Python."""
    with_fake_runner(page.context)
    return page


def open_box(page: Page, url: str, name: str = NAME) -> Locator:
    """Öffnet die Seite am Kasten eines Teils und wartet auf seinen Editor."""
    exercise, part = name.split(".")
    page.goto(f"{url}/{exercise}.html#editor-{exercise}-{part}")
    box = page.locator(f"#editor-{exercise}-{part}.with-editor")
    expect(box).to_be_visible()
    return box


def reload(box: Locator) -> None:
    """Lädt die Seite neu und wartet wieder auf den Editor."""
    box.page.reload()
    expect(box).to_be_visible()


def write(box: Locator, text: str) -> None:
    """Ersetzt den Text des Editors, wie beim Einfügen."""
    box.locator("textarea").focus()
    box.page.keyboard.press("Control+A")
    box.page.keyboard.insert_text(text)


def code(box: Locator) -> str:
    """Was im Editor steht."""
    return box.locator("textarea").input_value()


def run(box: Locator) -> None:
    """Drückt den Knopf und wartet auf das Ergebnis."""
    box.get_by_role("button", name="Ausführen & prüfen").click()
    expect(box.get_by_role("button", name="Stopp")).to_be_disabled(timeout=60_000)


def verdicts(box: Locator) -> list[str]:
    """Das Wort jeder Lücke."""
    return box.locator(".gap-verdict").all_inner_texts()


def stored(page: Page, name: str = NAME) -> dict | None:
    """Der gespeicherte Eintrag eines Teils."""
    return json.loads(page.evaluate("key => localStorage.getItem(key) ?? 'null'", KEY + name))


def saved(page: Page, text: str, name: str = NAME) -> None:
    """Wartet, bis ein Text gespeichert ist."""
    page.wait_for_function(
        "([key, text]) => JSON.parse(localStorage.getItem(key))?.code === text",
        arg=[KEY + name, text],
    )


def entry(text: str = HALF, stub: str = "alt", **changes: object) -> dict:
    """Ein Eintrag, wie ihn die Seite speichert."""
    return {"code": text, "stub": stub, "previous": None, "verdicts": None} | changes


def seed(page: Page, url: str, work: dict[str, dict]) -> None:
    """Legt Einträge in den Speicher, als wären sie von einem früheren Besuch."""
    page.goto(f"{url}/lokal.html")
    for name, value in work.items():
        page.evaluate(
            "([key, value]) => localStorage.setItem(key, JSON.stringify(value))",
            [KEY + name, value],
        )


# Auflistung und Editor


@pytest.mark.parametrize("width", [1280, 390])
def test_listing_becomes_an_editor_of_the_same_height(fake: Page, url: str, width: int):
    fake.set_viewport_size({"width": width, "height": 900})
    fake.goto(f"{url}/pooling.html")
    boxes = fake.locator(".editor-box[data-part]")
    assert boxes.count() == len(SCRIPTED["pooling"])
    height = "node => node.getBoundingClientRect().height"
    before = [box.evaluate(height) for box in boxes.all()]
    for box in boxes.all():
        box.scroll_into_view_if_needed()
        expect(box.locator("textarea")).to_be_attached()
    assert [box.evaluate(height) for box in boxes.all()] == pytest.approx(before, abs=0.6)
    assert code(boxes.first) == STUB
    assert fake.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_pages_load_only_what_they_need(page: Page, url: str):
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    for name in ("index", "lokal", "resnet", "pooling"):
        page.goto(f"{url}/{name}.html")
        page.wait_for_load_state("networkidle")
        editor = [link for link in requests if "/prism-code-editor/" in link and ".js" in link]
        assert editor == [], name
    open_box(page, url)
    page.wait_for_load_state("networkidle")
    assert any("/prism-code-editor/" in link for link in requests)
    # Python kommt erst, wenn jemand schreibt oder prüft.
    assert not any("/_static/python" in link for link in requests)


def test_without_javascript_the_listing_stays_with_a_reason(browser: Browser, url: str):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{url}/pooling.html")
    box = page.locator(f"#editor-pooling-{PART}")
    assert box.locator(".highlight").is_visible()
    assert box.locator(".editor-reason").is_visible()
    assert box.locator(".editor-tools").is_hidden()
    page.goto(f"{url}/fortschritt.html")
    assert page.locator(".progress-missing").is_visible()
    assert page.locator(".progress-tools").is_hidden()
    context.close()


def test_opened_as_a_file_the_listing_stays_with_a_reason(browser: Browser, site: Path):
    page = browser.new_page()
    page.goto((site / "pooling.html").as_uri())
    box = page.locator(f"#editor-pooling-{PART}")
    assert box.locator(".highlight").is_visible()
    assert box.locator(".editor-reason").is_visible()
    assert box.locator(".editor-tools").is_hidden()
    page.close()


@pytest.mark.parametrize("missing", ["editors.js", "code-editor.js"])
def test_missing_editor_files_leave_the_listing_with_a_reason(
    browser: Browser, url: str, missing: str
):
    page = browser.new_page()
    page.route(re.compile(rf"/solve/{missing}"), lambda route: route.fulfill(status=404, body=""))
    page.goto(f"{url}/pooling.html#editor-pooling-{PART}")
    box = page.locator(f"#editor-pooling-{PART}")
    expect(box.locator(".editor-reason")).to_be_visible()
    expect(box.locator(".highlight")).to_be_visible()
    expect(box.locator(".editor-tools")).to_be_hidden()
    page.close()


def test_print_shows_the_code_and_no_buttons(fake: Page, url: str):
    box = open_box(fake, url)
    write(box, HALF)
    fake.emulate_media(media="print")
    expect(box.locator(".editor-tools")).to_be_hidden()
    expect(box.locator(".pce-wrapper")).to_be_visible()
    expect(fake.locator("#editor-pooling-avgpool2d_example .highlight")).to_be_visible()


@pytest.mark.parametrize("name", ["resnet", "seresnet", "pooling"])
def test_parts_with_pytorch_offer_what_works(page: Page, url: str, name: str):
    page.goto(f"{url}/{name}.html")
    exercise = load(name, ROOT)
    for part in exercise.parts:
        box = page.locator(f"#editor-{name}-{part.name}")
        if part.framework == "torch":
            expect(box).to_contain_text("PyTorch läuft nicht im Browser")
            expect(box).to_contain_text(f"python -m faltwerk check {name}")
            links = [link.get_attribute("href") for link in box.locator("a.download").all()]
            assert links == [f"downloads/{name}.py", f"downloads/{name}.ipynb"]
            expect(box.locator("textarea, [data-do]")).to_have_count(0)


# Prüfen und Ergebnisse


def test_results_name_each_gap_and_show_text_as_text(fake: Page, url: str):
    box = open_box(fake, url)
    expect(box.locator(".editor-size")).to_contain_text(re.compile(r"einmalig ≈ \d+ MB"))
    write(box, HALF.replace("7  # Lücke (1)", "1 / 0  # Lücke (1)"))
    run(box)
    assert verdicts(box) == ["falsch", "noch offen"]
    message = box.locator(".gap-message").first
    # Was Code und Meldungen enthalten, ist nie HTML.
    assert message.text_content() == "Erster Satz.\n<b>Zweiter</b> Satz."
    assert message.evaluate("node => getComputedStyle(node).whiteSpace") == "pre-wrap"
    assert box.locator(".editor-output pre").text_content() == "<i>gedruckt</i>\n"
    expect(box.get_by_role("status").filter(has_text="0 von 2 Lücken richtig.")).to_be_visible()
    expect(box.locator(".editor-size")).to_be_hidden()
    line = STUB.splitlines().index("    output_h = ...  # Lücke (1)")
    assert box.locator(".line-at-fault").inner_text().strip().startswith("output_h = 1 / 0")
    box.get_by_role("button", name="Lücke (1)").click()
    position = box.locator("textarea").evaluate("node => node.selectionStart")
    assert code(box)[:position].count("\n") == line
    assert box.locator("textarea").evaluate("node => node === document.activeElement")


def test_unreadable_code_says_where(fake: Page, url: str):
    box = open_box(fake, url)
    write(box, "x = (((\n")
    run(box)
    expect(box.locator(".editor-status")).to_have_text("Zeile 1: Klammer.")
    expect(box.locator(".line-at-fault")).to_have_count(1)


def test_a_change_makes_the_verdicts_old(fake: Page, url: str):
    box = open_box(fake, url)
    write(box, SOLVED)
    run(box)
    assert verdicts(box) == ["richtig", "richtig"]
    reload(box)
    expect(box.locator(".editor-status")).to_have_text("Alle 2 Lücken sind richtig.")
    write(box, SOLVED + "\n# später\n")
    expect(box.locator(".editor-status")).to_have_text("Seit der letzten Prüfung geändert.")
    assert verdicts(box) == ["richtig, vor Ihrer Änderung"] * 2
    saved(fake, SOLVED + "\n# später\n")
    reload(box)
    assert verdicts(box) == ["richtig, vor Ihrer Änderung"] * 2


def test_stop_ends_a_run_and_other_boxes_wait(fake: Page, url: str):
    box = open_box(fake, url)
    write(box, STUB + "\nwhile True: pass")
    stop = box.get_by_role("button", name="Stopp")
    expect(stop).to_be_disabled()
    box.get_by_role("button", name="Ausführen & prüfen").click()
    expect(box.locator(".editor-status")).to_have_text("Ihr Code läuft.")
    other = fake.locator("#editor-pooling-maxpool2d")
    other.scroll_into_view_if_needed()
    run(other)
    expect(other.locator(".editor-status")).to_contain_text("Ein anderer Kasten rechnet noch.")
    stop.click()
    expect(box.locator(".editor-status")).to_have_text("Angehalten.")
    write(box, SOLVED)
    run(box)
    assert verdicts(box) == ["richtig", "richtig"]


def test_everything_works_by_keyboard(fake: Page, url: str):
    box = open_box(fake, url)
    area = box.get_by_role("textbox", name=f"Code für {PART}")
    area.focus()
    fake.keyboard.press("Control+Home")
    fake.keyboard.press("Tab")
    assert code(box).startswith("    def ")
    fake.keyboard.press("Shift+Tab")
    assert code(box) == STUB
    # Esc und dann Tab verlässt den Editor, in beide Richtungen.
    fake.keyboard.press("Escape")
    fake.keyboard.press("Shift+Tab")
    expect(area).not_to_be_focused()
    fake.keyboard.press("Tab")
    expect(area).to_be_focused()
    fake.keyboard.press("Escape")
    fake.keyboard.press("Tab")
    expect(box.get_by_role("button", name="Ausführen & prüfen")).to_be_focused()
    fake.keyboard.press("Enter")
    expect(box.locator(".editor-status")).to_contain_text("0 von 2")
    area.focus()
    fake.keyboard.press("Control+A")
    fake.keyboard.insert_text(SOLVED)
    fake.keyboard.press("Control+Enter")
    expect(box.locator(".editor-status")).to_have_text("Alle 2 Lücken sind richtig.")
    assert code(box) == SOLVED


def test_a_new_line_is_indented_like_python(fake: Page, url: str):
    box = open_box(fake, url)
    write(box, "def f():")
    fake.keyboard.press("Enter")
    fake.keyboard.type("return 1")
    assert code(box) == "def f():\n    return 1"


# Speichern


def test_code_survives_a_reload_and_closing_right_after_typing(fake: Page, url: str):
    box = open_box(fake, url)
    write(box, HALF)
    # Sofort, ohne auf das verzögerte Speichern zu warten.
    reload(box)
    assert code(box) == HALF


def test_an_untouched_editor_stores_nothing(fake: Page, url: str):
    box = open_box(fake, url)
    write(box, HALF)
    saved(fake, HALF)
    write(box, STUB)
    fake.wait_for_function("key => localStorage.getItem(key) === null", arg=KEY + NAME)


def test_reset_asks_and_can_be_taken_back(fake: Page, url: str):
    box = open_box(fake, url)
    write(box, HALF)
    box.get_by_role("button", name="Zurücksetzen").click()
    dialog = fake.get_by_role("dialog", name="Zurücksetzen?")
    dialog.get_by_role("button", name="Abbrechen").click()
    assert code(box) == HALF
    box.get_by_role("button", name="Zurücksetzen").click()
    fake.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    assert code(box) == HALF
    box.get_by_role("button", name="Zurücksetzen").click()
    dialog.get_by_role("button", name="Zurücksetzen").click()
    expect(dialog).to_have_count(0)
    assert code(box) == STUB
    reload(box)
    box.get_by_role("button", name="Ersetzten Code zurückholen").click()
    assert code(box) == HALF


def test_a_new_stub_never_replaces_saved_code(fake: Page, url: str):
    seed(fake, url, {NAME: entry(HALF, stub="von früher")})
    box = open_box(fake, url)
    assert code(box) == HALF
    notice = box.locator('.editor-notice[data-kind="stub"]')
    expect(notice).to_contain_text("Die Aufgabe wurde überarbeitet")
    notice.get_by_role("button", name="Neuen Rumpf ansehen").click()
    dialog = fake.get_by_role("dialog", name="Neuer Rumpf")
    assert dialog.locator("pre").text_content() == STUB
    dialog.get_by_role("button", name="Schließen").click()
    notice.get_by_role("button", name="Neuen Rumpf übernehmen").click()
    assert code(box) == STUB
    expect(notice).to_have_count(0)
    reload(box)
    expect(notice).to_have_count(0)
    box.get_by_role("button", name="Ersetzten Code zurückholen").click()
    assert code(box) == HALF


def test_keeping_the_own_code_after_a_new_stub(fake: Page, url: str):
    seed(fake, url, {NAME: entry(HALF, stub="von früher")})
    box = open_box(fake, url)
    box.get_by_role("button", name="Meinen Code behalten").click()
    reload(box)
    assert code(box) == HALF
    expect(box.locator(".editor-notice")).to_have_count(0)


FORBID = """Object.defineProperty(window, "localStorage", {
  get() { throw new DOMException("verboten", "SecurityError"); },
});"""
FILL = """Storage.prototype.setItem = () => {
  throw new DOMException("voll", "QuotaExceededError");
};"""


@pytest.mark.parametrize(
    ("script", "sentence"), [(FORBID, "nichts speichern"), (FILL, "ist voll")], ids=["zu", "voll"]
)
def test_without_storage_the_editor_works_and_says_so(
    browser: Browser, url: str, script: str, sentence: str
):
    # Ohne die Aufsicht von »page«: Das Skript des Themas scheitert an einem verbotenen Speicher.
    context = browser.new_context()
    with_fake_runner(context)
    page = context.new_page()
    page.goto(f"{url}/lokal.html")
    page.evaluate("localStorage.setItem('fremd', 'x')")
    page.add_init_script(script)
    box = open_box(page, url)
    write(box, SOLVED)
    expect(box.locator('.editor-notice[data-kind="storage"]')).to_contain_text(sentence)
    run(box)
    assert verdicts(box) == ["richtig", "richtig"]
    assert code(box) == SOLVED
    page.goto(f"{url}/fortschritt.html")
    page.get_by_role("button", name="Exportieren").click()
    expect(page.locator(".progress-status")).to_contain_text("noch nichts gespeichert")
    context.close()


def test_broken_stored_data_is_ignored(fake: Page, url: str):
    fake.goto(f"{url}/lokal.html")
    for value in ("{", '{"code": 1}', "null", "[]"):
        fake.evaluate("([key, value]) => localStorage.setItem(key, value)", [KEY + NAME, value])
        box = open_box(fake, url)
        assert code(box) == STUB
        fake.goto(f"{url}/lokal.html")


@pytest.mark.parametrize("choice", ["anderen", "Diesen"])
def test_two_windows_ask_instead_of_overwriting(fake: Page, url: str, choice: str):
    box = open_box(fake, url)
    second = fake.context.new_page()
    other = open_box(second, url)
    theirs = HALF + "\n# zweites Fenster"
    write(other, theirs)
    saved(second, theirs)
    notice = box.locator('.editor-notice[data-kind="window"]')
    expect(notice).to_contain_text("in einem anderen Fenster geändert")
    assert code(box) == STUB
    mine = STUB + "\n# erstes Fenster"
    write(box, mine)
    fake.wait_for_timeout(700)
    assert stored(fake)["code"] == theirs
    notice.get_by_role("button", name=choice).click()
    expect(notice).to_have_count(0)
    kept, replaced = (theirs, mine) if choice == "anderen" else (mine, theirs)
    assert code(box) == kept
    assert stored(fake)["code"] == kept
    assert stored(fake)["previous"] == replaced
    second.close()


def test_closing_an_undecided_window_loses_nothing(fake: Page, url: str):
    box = open_box(fake, url)
    mine, theirs = STUB + "\n# meins", HALF
    second = fake.context.new_page()
    other = open_box(second, url)
    write(other, theirs)
    saved(second, theirs)
    expect(box.locator('.editor-notice[data-kind="window"]')).to_be_visible()
    write(box, mine)
    fake.goto(f"{url}/lokal.html")
    assert stored(fake)["code"] == theirs
    assert stored(fake)["previous"] == mine
    # Auch wenn das andere Fenster danach weiterschreibt.
    write(other, theirs + "\n# weiter")
    saved(second, theirs + "\n# weiter")
    assert stored(second)["previous"] == mine
    second.close()


# Mein Fortschritt


def fingerprint(page: Page, url: str, text: str) -> str:
    """Der Fingerabdruck, wie ihn die Seite berechnet."""
    return page.evaluate(
        "([path, text]) => import(path).then((module) => module.fingerprint(text))",
        [f"{url}/_static/solve/storage.js", text],
    )


def judged(page: Page, url: str, text: str, statuses: dict[int, str]) -> dict:
    """Ein Eintrag mit Urteilen über seinen jetzigen Code."""
    page.goto(f"{url}/lokal.html")
    gaps = [
        {"gap": gap, "status": status, "message": "", "line": None}
        for gap, status in statuses.items()
    ]
    return entry(text, verdicts={"code": fingerprint(page, url, text), "gaps": gaps})


def test_progress_counts_right_gaps_and_says_what_is_old(fake: Page, url: str):
    work = {
        NAME: judged(fake, url, SOLVED, {1: "correct", 2: "correct"}),
        "pooling.maxpool2d": judged(fake, url, "x = 1", {3: "correct", 4: "wrong", 99: "correct"}),
    }
    old = judged(fake, url, "x = 1", {7: "correct"}) | {"code": "x = 2"}
    seed(fake, url, work | {"pooling.maxpool2d_example": old})
    fake.goto(f"{url}/fortschritt.html")
    exercise = fake.locator('.progress-exercise[data-exercise="pooling"]')
    expect(exercise.locator(".progress-sum")).to_have_text("3 von 31 Lücken richtig")
    assert exercise.locator("progress").evaluate("node => node.value") == 3
    state = exercise.locator('[data-part="maxpool2d_example"] .progress-state')
    expect(state).to_have_text("neu zu prüfen")
    expect(exercise).to_contain_text("2 der Lücken brauchen PyTorch")
    fake.goto(f"{url}/index.html")
    card = fake.locator('.card-progress[data-exercise="pooling"]')
    expect(card).to_have_text("3 von 31 Lücken richtig")
    expect(fake.locator('.card-progress[data-exercise="resnet"]')).to_have_text(
        f"{len(load('resnet', ROOT).gaps)} Lücken"
    )


def export(page: Page) -> str:
    """Exportiert alles und gibt den Text der Datei zurück."""
    with page.expect_download() as download:
        page.get_by_role("button", name="Exportieren").click()
    return Path(download.value.path()).read_text(encoding="utf-8")


def import_text(page: Page, text: str | bytes) -> None:
    """Wählt eine Datei zum Importieren."""
    data = text if isinstance(text, bytes) else text.encode()
    page.locator(".progress-tools input").set_input_files(
        {"name": "stand.json", "mimeType": "application/json", "buffer": data}
    )


def everything(page: Page) -> dict:
    """Der ganze Speicher der Website."""
    return page.evaluate("Object.fromEntries(Object.entries(localStorage))")


def test_export_and_import_bring_everything_back(fake: Page, url: str):
    seed(
        fake,
        url,
        {
            NAME: judged(fake, url, SOLVED, {1: "correct", 2: "correct"}),
            "convolution.ReLU": entry("ü = '<script>'", previous="alt"),
        },
    )
    fake.goto(f"{url}/fortschritt.html")
    before = everything(fake)
    text = export(fake)
    assert json.loads(text)["version"] == 1
    fake.get_by_role("button", name="Alles löschen").click()
    dialog = fake.get_by_role("dialog", name="Alles löschen?")
    dialog.get_by_role("button", name="Abbrechen").click()
    expect(dialog).to_have_count(0)
    assert everything(fake) == before
    fake.get_by_role("button", name="Alles löschen").click()
    dialog.get_by_role("button", name="Alles löschen").click()
    expect(fake.locator(".progress-status")).to_have_text("Alles gelöscht.")
    assert everything(fake) == {}
    expect(fake.locator(".progress-sum").nth(1)).to_have_text("0 von 31 Lücken richtig")
    import_text(fake, text)
    expect(fake.locator(".progress-status")).to_have_text("2 Teile importiert.")
    assert everything(fake) == before
    expect(fake.locator(".progress-sum").nth(1)).to_have_text("2 von 31 Lücken richtig")


def test_import_asks_before_it_replaces_code(fake: Page, url: str):
    seed(fake, url, {NAME: entry(SOLVED)})
    fake.goto(f"{url}/fortschritt.html")
    text = export(fake)
    seed(fake, url, {NAME: entry(HALF)})
    fake.goto(f"{url}/fortschritt.html")
    import_text(fake, text)
    dialog = fake.get_by_role("dialog", name="Vorhandenen Code ersetzen?")
    expect(dialog).to_contain_text(NAME)
    dialog.get_by_role("button", name="Abbrechen").click()
    expect(fake.locator(".progress-status")).to_have_text("Nichts wurde geändert.")
    assert stored(fake)["code"] == HALF
    import_text(fake, text)
    dialog.get_by_role("button", name="Ersetzen").click()
    expect(fake.locator(".progress-status")).to_have_text("1 Teil importiert.")
    assert stored(fake)["code"] == SOLVED and stored(fake)["previous"] == HALF


def exported(**changes: object) -> str:
    """Eine Exportdatei mit Änderungen."""
    data = {"format": "faltwerk", "version": 1, "exported": "", "work": {NAME: entry()}}
    return json.dumps(data | changes)


HOSTILE = {
    "abgebrochen": (exported()[:-20], "kein lesbares JSON"),
    "leer": ("", "kein lesbares JSON"),
    "binär": (b"\x89PNG\r\n\x1a\n\x00\xff", "kein lesbares JSON"),
    "tief": ("[" * 200_000, "kein lesbares JSON"),
    "fremd": ('{"cells": [], "nbformat": 4}', "kein Export"),
    "liste": ("[1, 2]", "kein Export"),
    "null": ("null", "kein Export"),
    "riesig": ('"' + "x" * 5_000_001 + '"', "größer als 5 MB"),
    "neuer": (exported(version=2), "neueren Fassung"),
    "älter": (exported(version=0), "beschädigt"),
    "zusatz": (exported(mehr=1), "beschädigt"),
    "arbeit": (exported(work=[]), "enthält nichts"),
    "name": (exported(work={NAME: entry(), "../x": entry()}), "beschädigt"),
    "prototyp": (
        '{"format": "faltwerk", "version": 1, "exported": "", "work": {"__proto__": {"a": 1}}}',
        "beschädigt",
    ),
    "zahl": (exported(work={NAME: entry() | {"code": 5}}), "beschädigt"),
    "lang": (exported(work={NAME: entry("x" * 200_001)}), "beschädigt"),
    "urteil": (
        exported(work={NAME: entry(verdicts={"code": "x", "gaps": [{"gap": 1}]})}),
        "beschädigt",
    ),
    "unbekannt": (exported(work={"kochen.suppe": entry()}), "enthält nichts"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_imports_give_a_sentence_and_change_nothing(fake: Page, url: str, case: str):
    text, sentence = HOSTILE[case]
    seed(fake, url, {NAME: entry(SOLVED)})
    fake.goto(f"{url}/fortschritt.html")
    before = everything(fake)
    import_text(fake, text)
    expect(fake.locator(".progress-status")).to_contain_text(sentence)
    assert everything(fake) == before
    expect(fake.get_by_role("dialog")).to_have_count(0)


def test_an_import_that_does_not_fit_is_taken_back(fake: Page, url: str):
    fake.add_init_script(
        """const setItem = Storage.prototype.setItem;
        Storage.prototype.setItem = function (key, value) {
          if (key.endsWith("maxpool2d") && JSON.parse(value).code === "groß")
            throw new DOMException("voll", "QuotaExceededError");
          return setItem.call(this, key, value);
        };"""
    )
    work = {NAME: entry("klein"), "pooling.maxpool2d": entry("klein")}
    seed(fake, url, work)
    fake.goto(f"{url}/fortschritt.html")
    before = everything(fake)
    import_text(fake, exported(work={name: entry("groß") for name in work}))
    fake.get_by_role("button", name="Ersetzen").click()
    expect(fake.locator(".progress-status")).to_contain_text("zurückgenommen")
    assert everything(fake) == before


def check_file(exercise: str, path: Path) -> dict[int, str]:
    """Das Urteil der Befehlszeile über eine heruntergeladene Datei."""
    result = subprocess.run(
        [sys.executable, "-m", "faltwerk", "check", exercise, str(path), "--json"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    data = json.loads(result.stdout)
    assert data["error"] is None, data
    return {gap["gap"]: gap["status"] for gap in data["gaps"]}


def test_downloaded_file_is_accepted_by_the_command(fake: Page, url: str, tmp_path: Path):
    loose = part_text(load("pooling", ROOT).source, "maxpool2d")
    loose += "\n\n\nimport math\n\nprint(math.pi)\n"
    seed(fake, url, {NAME: entry(SOLVED), "pooling.maxpool2d": entry(loose)})
    texts = []
    for address in ("fortschritt.html", f"pooling.html#editor-pooling-{PART}"):
        fake.goto(f"{url}/{address}")
        with fake.expect_download() as download:
            fake.get_by_role("button", name="pooling als .py herunterladen").first.click()
        assert download.value.suggested_filename == "pooling.py"
        texts.append(Path(download.value.path()).read_text(encoding="utf-8"))
    assert texts[0] == texts[1]
    path = tmp_path / "meine Lösung.py"
    path.write_text(texts[0], encoding="utf-8")
    statuses = check_file("pooling", path)
    assert {gap for gap, status in statuses.items() if status == "correct"} == {1, 2, 3, 4, 5, 6}
    assert set(statuses.values()) == {"correct", "open"}


def test_downloading_untouched_code_gives_the_stub(fake: Page, url: str):
    fake.goto(f"{url}/fortschritt.html")
    for name in SCRIPTED:
        with fake.expect_download() as download:
            fake.get_by_role("button", name=f"{name} als .py herunterladen").click()
        text = Path(download.value.path()).read_text(encoding="utf-8")
        assert text == load(name, ROOT).stub


def test_progress_fits_narrow_windows(fake: Page, url: str):
    fake.set_viewport_size({"width": 390, "height": 800})
    fake.goto(f"{url}/fortschritt.html")
    assert fake.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


# Mit dem Python der Seite


class _Strict(http.server.SimpleHTTPRequestHandler):
    """Liefert die Website mit der Content Security Policy als Kopfzeile aus."""

    def log_message(self, *arguments: object) -> None:
        """Schweigt, damit die Ausgabe der Tests lesbar bleibt."""

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()


@pytest.fixture(scope="module")
def strict_url(site: Path) -> Iterator[str]:
    """Adresse der Website mit strenger Content Security Policy."""
    handler = functools.partial(_Strict, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def without_formula_styles(route: Route) -> None:
    """Nimmt die Stile aus den Formeln, damit nur noch gemeldet wird, was nicht von ihnen kommt."""
    answer = route.fetch()
    route.fulfill(response=answer, body=re.sub(r' style="[^"]*"', "", answer.text()))


@pytest.mark.parametrize("name", SCRIPTED)
def test_every_part_is_judged_right_and_wrong_under_a_strict_policy(
    page: Page, strict_url: str, name: str
):
    page.route("**/*.html", without_formula_styles)
    foreign: list[str] = []
    page.on(
        "request",
        lambda request: (
            None if request.url.startswith((strict_url, "data:")) else foreign.append(request.url)
        ),
    )
    page.add_init_script(
        """window.violations = [];
        document.addEventListener("securitypolicyviolation", (event) =>
          violations.push(`${event.effectiveDirective} ${event.blockedURI}`));"""
    )
    exercise = load(name, ROOT)
    page.goto(f"{strict_url}/{name}.html")
    for part in exercise.parts:
        if part.framework != "numpy":
            continue
        box = page.locator(f"#editor-{name}-{part.name}")
        box.scroll_into_view_if_needed()
        expect(box.locator("textarea")).to_be_attached()
        numbers = [task.gap.number for task in part.tasks]
        solved = part_text(exercise.source, part.name)
        write(box, solved)
        run(box)
        assert verdicts(box) == ["richtig"] * len(numbers), part.name
        # Ein falscher Wert in jeder Lücke: Keine darf richtig heißen.
        stub = part_text(exercise.stub, part.name)
        write(
            box,
            re.sub(
                r"\.\.\.(?=  # Lücke)|(?<=^        )\.\.\.$|(?<=^    )\.\.\.$",
                "raise ValueError",
                stub,
                flags=re.M,
            ),
        )
        run(box)
        assert "richtig" not in verdicts(box), part.name
    assert page.evaluate("violations") == []
    assert foreign == []
