"""Lösen auf der Seite: Auflistung und Editor, Urteile, gespeicherter Code, Python im Browser."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from editor_boxes import (
    HALF,
    KEY,
    NAME,
    PART,
    SOLVED,
    STUB,
    code,
    entry,
    open_box,
    part_text,
    reload,
    run,
    saved,
    seed,
    stored,
    verdicts,
    with_fake_runner,
    write,
)
from playwright.sync_api import Browser, Page, expect
from site_builds import ROOT, script_folder

from faltwerk.exercise import load
from website.finishing._script_folder import refer, rename
from website.places import SCRIPTS

SCRIPTED = {
    name: [part.name for part in load(name, ROOT).parts if part.framework == "numpy"]
    for name in ("convolution", "pooling")
}


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
    # Skripte binden einander mit festen Namen ein; der Ordner hält ihre Fassungen auseinander.
    scripts = [link for link in requests if re.search(r"/_static/[^?]+\.js", link)]
    assert [s for s in scripts if "?v=" not in s and f"/{script_folder()}/" not in s] == []
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
    page.route(
        re.compile(rf"/solve-\w+/{missing}"), lambda route: route.fulfill(status=404, body="")
    )
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


def test_another_content_is_another_folder(tmp_path: Path):
    names = []
    for number, content in enumerate(["a", "a", "b"]):
        static = tmp_path / str(number)
        (static / SCRIPTS / "extensions").mkdir(parents=True)
        (static / SCRIPTS / "extensions" / "index.js").write_text(content)
        names.append(rename(static))
        assert [path.name for path in static.iterdir()] == [names[-1]]
    assert names[0] == names[1] != names[2]
    page = '<script src="../_static/solve/x.js"></script><code>"_static/solve/"</code>'
    assert refer(page, "solve-1") == page.replace("solve/x", "solve-1/x")


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
    fake.set_viewport_size({"width": 390, "height": 800})
    box = open_box(fake, url)
    write(box, "x = (((\n")
    run(box)
    expect(box.locator(".editor-status")).to_contain_text("Zeile 1: Klammer.")
    # Das Zeichen unter der Stelle passt nur in einer Schrift gleicher Breite.
    excerpt = box.locator(".editor-status code")
    assert excerpt.text_content().split() == ["(((", "^"]
    assert "monospace" in excerpt.evaluate("node => getComputedStyle(node).fontFamily")
    # Eine lange Zeile rollt in sich, auch mit der Tastatur, und verbreitert nichts.
    assert excerpt.get_attribute("tabindex") == "0"
    wide = "node => node.scrollWidth - node.clientWidth"
    assert box.locator(".editor-tools").evaluate(wide) <= 0 < excerpt.evaluate(wide)
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
    # Auch nach dem Augenblick, nach dem sonst gespeichert wird.
    expect(box.locator(".editor-saved")).to_have_text("nicht gespeichert")
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


def test_replaced_code_is_offered_only_while_it_exists(fake: Page, url: str):
    seed(fake, url, {NAME: entry(previous=SOLVED)})
    box = open_box(fake, url)
    button = box.get_by_role("button", name="Ersetzten Code zurückholen")
    expect(button).to_be_visible()
    # So ändert ein Import in einem anderen Fenster den Eintrag.
    second = fake.context.new_page()
    seed(second, url, {NAME: entry(previous=None)})
    expect(button).to_be_hidden()
    seed(second, url, {NAME: entry(previous=STUB)})
    expect(button).to_be_visible()
    second.close()


# Mit dem Python der Seite


def wrongly_solved(stub: str) -> str:
    """Füllt jede Lücke mit etwas, das läuft und nicht stimmt."""
    text = re.sub(r"= \.\.\.(?=  # Lücke)", "= None", stub)
    text = re.sub(r"^( +)\.\.\.(?=  # Lücke)", r"\1_ = None", text, flags=re.MULTILINE)
    return re.sub(r"^( +)\.\.\.$", r"\1return None", text, flags=re.MULTILINE)


@pytest.mark.slow
@pytest.mark.parametrize("name", SCRIPTED)
def test_every_part_is_judged_right_and_wrong_under_the_policy_of_the_page(
    page: Page, url: str, name: str
):
    foreign: list[str] = []
    page.on(
        "request",
        lambda request: (
            None if request.url.startswith((url, "data:")) else foreign.append(request.url)
        ),
    )
    page.add_init_script(
        """window.violations = [];
        document.addEventListener("securitypolicyviolation", (event) =>
          violations.push(`${event.effectiveDirective} ${event.blockedURI}`));"""
    )
    exercise = load(name, ROOT)
    page.goto(f"{url}/{name}.html")
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
        write(box, wrongly_solved(part_text(exercise.stub, part.name)))
        run(box)
        found = verdicts(box)
        assert set(found) <= {"falsch", "nicht beurteilt"} and "falsch" in found, part.name
    assert page.evaluate("violations") == []
    assert foreign == []


def test_a_loop_is_stopped_and_the_next_run_works(page: Page, url: str):
    box = open_box(page, url)
    write(box, SOLVED + "\nwhile True:\n    pass")
    box.get_by_role("button", name="Ausführen & prüfen").click()
    expect(box.locator(".editor-status")).to_have_text("Ihr Code läuft.")
    box.get_by_role("button", name="Stopp").click()
    expect(box.locator(".editor-status")).to_contain_text("angehalten")
    assert code(box).endswith("pass")
    write(box, SOLVED + '\nprint("fertig")')
    run(box)
    assert verdicts(box) == ["richtig", "richtig"]
    assert box.locator(".editor-output pre").text_content() == "fertig\n"


def test_after_the_first_run_no_network_is_needed(page: Page, url: str):
    box = open_box(page, url)
    write(box, SOLVED)
    run(box)
    page.context.set_offline(True)
    write(box, HALF)
    run(box)
    assert verdicts(box) == ["falsch", "noch offen"]
    other = page.locator("#editor-pooling-maxpool2d_example")
    other.scroll_into_view_if_needed()
    run(other)
    assert verdicts(other) == ["noch offen"]
    with page.expect_download() as download:
        box.get_by_role("button", name="als .py herunterladen").click()
    assert HALF in Path(download.value.path()).read_text(encoding="utf-8")


def test_messages_name_the_lines_of_the_editor(page: Page, url: str):
    box = open_box(page, url)
    write(box, SOLVED.replace('"""Berechnet', '"""\n\nBerechnet') + "\nx = (1,\n")
    run(box)
    line = SOLVED.count("\n") + 4
    expect(box.locator(".editor-status")).to_contain_text(f"Zeile {line}")
    write(box, "# eine Zeile mehr\n" + HALF + "\nraise ValueError('mit Absicht')")
    run(box)
    expect(box.locator(".editor-error")).to_contain_text("mit Absicht")
    box.locator('li[data-gap="1"]').click()
    position = box.locator("textarea").evaluate("node => node.selectionStart")
    assert "# Lücke (1)" in code(box)[position:].splitlines()[0]
    # Was alle Lücken trifft, steht einmal da.
    write(box, "import torch\n" + SOLVED)
    run(box)
    reasons = box.locator(".gap-message").all_inner_texts()
    assert "PyTorch läuft nicht im Browser" in reasons[0] and reasons[1] == "Wie bei Lücke (1)."
    expect(box.locator(".editor-output")).to_be_hidden()


def test_a_part_is_solved_by_keyboard_on_a_narrow_screen(page: Page, url: str):
    page.set_viewport_size({"width": 390, "height": 800})
    box = open_box(page, url, "convolution.ReLU")
    box.locator("textarea").focus()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(part_text(load("convolution", ROOT).source, "ReLU"))
    page.keyboard.press("Control+Enter")
    status = box.locator(".editor-status")
    expect(status).to_have_text("Alle 2 Lücken sind richtig.")
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_a_missing_runtime_is_a_sentence_and_the_code_stays(browser: Browser, url: str):
    # Eine eigene Seite, denn der Browser meldet die fehlende Datei auch als Fehler.
    page = browser.new_page()
    page.route("**/_static/python/**", lambda route: route.fulfill(status=404, body=""))
    box = open_box(page, url)
    write(box, HALF)
    run(box)
    expect(box.locator(".editor-status")).to_contain_text("fehlt")
    page.unroute("**/_static/python/**")
    page.route("**/python-runner.js", lambda route: route.abort())
    reload(box)
    run(box)
    expect(box.locator(".editor-status")).to_contain_text("ließ sich nicht laden")
    assert code(box) == HALF
    page.close()
