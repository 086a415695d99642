"""Kästen zum Lösen bedienen, wie es jemand vor dem Bildschirm tut."""

from __future__ import annotations

import json

from playwright.sync_api import BrowserContext, Locator, Page, expect
from site_builds import ROOT

from faltwerk.exercise import excerpts, load

PART = "get_output_shape"
NAME = f"pooling.{PART}"
KEY = "faltwerk1:/:"
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
      return {
        status: "unreadable",
        message: `Zeile 1: Klammer.\n    (((${" ".repeat(300)}\n    ^`,
        line: 1,
      };
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
    return excerpts(source)[name].text.removesuffix("\n")


STUB = part_text(load("pooling", ROOT).stub, PART)
SOLVED = part_text(load("pooling", ROOT).source, PART)
HALF = STUB.replace("...  # Lücke (1)", "7  # Lücke (1)")


def with_fake_runner(context: BrowserContext) -> None:
    """Ersetzt das Python der Seite, wo es nur um das Drumherum geht."""
    context.route(
        "**/python-runner.js",
        lambda route: route.fulfill(body=FAKE_RUNNER, content_type="text/javascript"),
    )


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
    # Auf einem ausgelasteten Rechner reicht die Zeit eines Laufs manchmal nicht; dann noch einmal.
    for _ in range(3):
        box.get_by_role("button", name="Ausführen & prüfen").click()
        expect(box.get_by_role("button", name="Stopp")).to_be_disabled(timeout=120_000)
        if "nicht fertig" not in box.locator(".editor-status").inner_text():
            return


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
