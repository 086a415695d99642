"""Die gebaute Website, ein Browser und verkleinerte Kopien des Projekts."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from editor_boxes import with_fake_runner
from playwright.sync_api import Browser, Page, expect, sync_playwright
from site_builds import ROOT, run_build

from website.server import serve_folder

# Auf einem ausgelasteten Rechner braucht eine Seite länger als die üblichen fünf Sekunden.
expect.set_options(timeout=60_000)

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
INDEX = """\
# Kopie

```{exercise-cards}
```

```{toctree}
:hidden:

%s
```
"""


@pytest.fixture(scope="session")
def site() -> Path:
    """Ordner der gebauten Website; ist nichts geändert, wird nichts neu gebaut."""
    result = run_build(ROOT)
    assert result.returncode == 0, result.stdout + result.stderr
    return ROOT / "build" / "html"


@pytest.fixture(scope="session")
def pages(site: Path) -> list[Path]:
    """Alle Seiten der Website."""
    return sorted(site.glob("**/*.html"))


@pytest.fixture(scope="session")
def url(site: Path) -> Iterator[str]:
    """Adresse, unter der die gebaute Website ausgeliefert wird."""
    with serve_folder(site) as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Ein Chromium ohne Fenster und ohne eigene Verbindungen ins Netz."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=[
                "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                "--disable-background-networking", "--disable-component-update", "--disable-sync",
            ],
        )  # fmt: skip
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Eine frische Seite; ein Fehler im Skript lässt den Test scheitern."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="de-DE")
    tab = context.new_page()
    errors: list[str] = []
    tab.on("pageerror", lambda error: errors.append(str(error)))
    tab.on("console", lambda note: errors.append(note.text) if note.type == "error" else None)
    yield tab
    context.close()
    assert errors == []


@pytest.fixture
def fake(page: Page) -> Page:
    """Eine Seite mit nachgemachtem Python."""
    with_fake_runner(page.context)
    return page


@pytest.fixture
def scratch(tmp_path: Path) -> Callable[..., Path]:
    """Legt eine Kopie des Projekts mit wenigen Übungen und eigenen Seiten an."""

    def copy(exercises: tuple[str, ...], pages: dict[str, str]) -> Path:
        # Leerzeichen und Umlaut im Pfad, weil beides auf echten Rechnern vorkommt.
        root = tmp_path / "Kurs für mich"
        for name in ("faltwerk", "tools", "website", "docs"):
            skip = shutil.ignore_patterns("__pycache__", "figures", "*.md", "*.rst")
            shutil.copytree(ROOT / name, root / name, ignore=skip)
        for name in ("conf.py", "requirements.txt"):
            shutil.copy(ROOT / name, root / name)
        for name in exercises:
            source = ROOT / name if (ROOT / name).is_dir() else ROOT / "docs" / "beispiel" / name
            shutil.copytree(source, root / name, ignore=shutil.ignore_patterns("__pycache__"))
        # Was sich allein aus Bytes ergibt, ist in jeder Kopie dasselbe.
        for name in ("berechnet", "inventories"):
            if (ROOT / "build" / name).is_dir():
                shutil.copytree(ROOT / "build" / name, root / "build" / name)
        texts = {"index.md": INDEX % "\n".join(Path(name).stem for name in pages)} | pages
        for name, text in texts.items():
            (root / "docs" / name).write_text(text, encoding="utf-8")
        subprocess.run(
            [sys.executable, "-m", "faltwerk", "stubs"],
            cwd=root, check=True, capture_output=True,
        )  # fmt: skip
        return root

    return copy
