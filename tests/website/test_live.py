"""``make live``: Wer schreibt, sieht es in der offenen Seite, ohne etwas zu drücken."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect
from site_builds import ROOT

EXAMPLE = (ROOT / "docs" / "beispiel" / "glaettung.md").read_text(encoding="utf-8")


def test_an_edit_appears_in_the_open_page(scratch: Callable[..., Path], page: Page):
    root = scratch(("glaettung",), {"glaettung.md": EXAMPLE, "text.md": "# Text\n\nVorher.\n"})
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "website", "live", "--port", "0"],
        cwd=root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        address = next(
            word for line in process.stdout for word in line.split() if word.startswith("http:")
        )
        page.goto(f"{address}text.html")
        expect(page.get_by_text("Vorher.")).to_be_visible()
        text = root / "docs" / "text.md"
        text.write_text("# Text\n\nNachher.\n", encoding="utf-8")
        expect(page.get_by_text("Nachher.")).to_be_visible()
        # Ein Fehler lässt die Seite stehen; der nächste Stand erscheint wieder von selbst.
        text.write_text("# Text\n\n$\\fraq{1}{2}$\n", encoding="utf-8")
        next(line for line in process.stdout if "ist gescheitert" in line)
        expect(page.get_by_text("Nachher.")).to_be_visible()
        text.write_text("# Text\n\nZuletzt.\n", encoding="utf-8")
        expect(page.get_by_text("Zuletzt.")).to_be_visible()
        # Sonst fragte die Seite noch nach einem Server, den es nicht mehr gibt.
        page.goto("about:blank")
    finally:
        process.terminate()
        process.wait()
