"""»Mein Fortschritt«: zählen, sichern, einlesen, löschen, als Datei mitnehmen."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from editor_boxes import HALF, NAME, PART, SOLVED, entry, part_text, seed, stored
from playwright.sync_api import Page, expect
from site_builds import ROOT, script_folder

from faltwerk.exercise import load


def fingerprint(page: Page, url: str, text: str) -> str:
    """Der Fingerabdruck, wie ihn die Seite berechnet."""
    return page.evaluate(
        "([path, text]) => import(path).then((module) => module.fingerprint(text))",
        [f"{url}/_static/{script_folder()}/storage.js", text],
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
    for name in ("convolution", "pooling"):
        with fake.expect_download() as download:
            fake.get_by_role("button", name=f"{name} als .py herunterladen").click()
        text = Path(download.value.path()).read_text(encoding="utf-8")
        assert text == load(name, ROOT).stub


def test_progress_fits_narrow_windows(fake: Page, url: str):
    fake.set_viewport_size({"width": 390, "height": 800})
    fake.goto(f"{url}/fortschritt.html")
    assert fake.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
