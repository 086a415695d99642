"""Der Bau: laut bei Fehlern, neu nach Änderungen, und die letzte gute Website bleibt stehen."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from site_builds import PAGES, ROOT, run_build

EXAMPLE = (ROOT / "docs" / "beispiel" / "glaettung.md").read_text(encoding="utf-8")
HEAD = "---\nfile_format: mystnb\nkernelspec:\n  name: python3\n---\n\n"
POOLING = (
    HEAD
    + """\
# Pooling

```{expected-start} pooling.maxpool2d
```

```{code-cell} ipython3
:tags: [remove-input]
import numpy as np
from pooling.solution import maxpool2d

print(maxpool2d(np.arange(16.0).reshape(1, 1, 4, 4), (2, 2), (2, 2), (0, 0), (1, 1)))
```

```{expected-end}
```

```{solution-start} pooling.maxpool2d
```

```{solution-end}
```
"""
)


@pytest.mark.slow
def test_changed_solution_changes_output_and_source_on_the_page(scratch: Callable[..., Path]):
    root = scratch(("pooling",), {"pooling.md": POOLING})
    assert run_build(root).returncode == 0
    page = root / "build" / "html" / "pooling.html"
    before = page.read_text(encoding="utf-8")
    solution = root / "pooling" / "solution.py"
    text = solution.read_text(encoding="utf-8")
    # Lücke (6) ist das Maximum des Fensters; aus ihm wird das Minimum.
    changed = re.sub(r"max\((?=[^\n]*# Lücke \(6\))", "min(", text)
    assert changed != text
    solution.write_text(changed, encoding="utf-8")
    result = run_build(root)
    assert result.returncode == 0, result.stderr
    after = page.read_text(encoding="utf-8")
    for old, new in (("[[[[ 5.  7.]", "[[[[ 0.  2.]"),):
        assert old in before and old not in after
        assert new in after and new not in before
    # Zurück zur alten Lösung: Die alten Ausgaben liegen noch im Zwischenspeicher.
    solution.write_text(text, encoding="utf-8")
    assert run_build(root).returncode == 0
    assert page.read_text(encoding="utf-8") == before


STAMPED = (
    HEAD
    + """\
# Seite

```{{code-cell}} ipython3
:tags: [remove-input]
import time

import {module}

print("ausgeführt", time.time_ns())
```
"""
)


@pytest.mark.slow
def test_a_change_executes_only_the_pages_that_use_it(scratch: Callable[..., Path]):
    names = {
        "pooling": "pooling.solution",
        "convolution": "convolution.solution",
        "glaettung": "glaettung.umweg",
    }
    pages = {f"{name}.md": STAMPED.format(module=module) for name, module in names.items()}
    root = scratch(tuple(names), pages | {"text.md": "# Nur Text\n"})
    (root / "glaettung" / "umweg.py").write_text("from pooling import solution\n")

    def stamps() -> dict[str, str]:
        result = run_build(root)
        assert result.returncode == 0, result.stderr
        found = {}
        for name in names:
            html = (root / "build" / "html" / f"{name}.html").read_text(encoding="utf-8")
            found[name] = re.findall(r"ausgeführt (\d+)", html)[0]
        return found

    def changed(file: str) -> set[str]:
        before = stamps()
        path = root / file
        times = path.stat().st_atime, path.stat().st_mtime
        path.write_text(path.read_text(encoding="utf-8") + "\n# geändert\n", encoding="utf-8")
        # Auch eine Änderung, die der Datei ihre alte Zeit lässt, muss auffallen.
        os.utime(path, times)
        after = stamps()
        return {name for name in names if before[name] != after[name]}

    # »glaettung« benutzt »pooling« nur mittelbar.
    assert changed("pooling/__init__.py") == {"pooling", "glaettung"}
    # Was keine Zelle einbindet, führt nichts neu aus, auch nicht im Ordner der Übung.
    assert changed("pooling/mistakes.py") == set()
    assert changed("convolution/checks.py") == set()
    assert changed("docs/text.md") == set()
    assert changed("website/exercises/cards.py") == set()
    assert changed("faltwerk/judge/messages.py") == set()
    assert changed("convolution/module.py") == {"convolution"}
    assert changed("requirements.txt") == set(names)


def test_what_a_cell_reads_on_a_hidden_path_counts_too(scratch: Callable[..., Path]):
    module = "importlib\n\nvalue = importlib.import_module('pool' 'ing.solution').__name__"
    reading = "os\n\nprint(open('daten.txt').read())"
    texts = {
        "pooling.md": STAMPED.format(module=module),
        "datei.md": STAMPED.format(module=reading),
    }
    root = scratch(("pooling",), texts)
    data = root / "docs" / "daten.txt"
    data.write_text("eins")

    def shown(name: str) -> str:
        html = (root / "build" / "html" / f"{name}.html").read_text(encoding="utf-8")
        return re.findall(r"ausgeführt \d+", html)[0]

    def built() -> tuple[str, str]:
        result = run_build(root)
        assert result.returncode == 0, result.stderr
        return shown("pooling"), shown("datei")

    first = built()
    package = root / "pooling" / "__init__.py"
    package.write_text(package.read_text(encoding="utf-8") + "\n# geändert\n", encoding="utf-8")
    second = built()
    assert second[0] != first[0] and second[1] == first[1]
    data.write_text("zwei")
    third = built()
    assert third[0] == second[0] and third[1] != second[1]
    assert "zwei" in (root / "build" / "html" / "datei.html").read_text(encoding="utf-8")
    # Zurück zur alten Datei: Die alten Ausgaben liegen noch im Zwischenspeicher.
    data.write_text("eins")
    assert built() == second


# Fehlerhafte Seiten mit der Zeile der Warnung und einem Stück ihres Textes.
BROKEN = {
    "zelle": (
        HEAD + "# Seite\n\n```{code-cell} ipython3\nraise ValueError('kaputt')\n```\n",
        11,
        "ValueError: kaputt",
    ),
    "verweis": ("# Seite\n\nSiehe [dort](gibtesnicht.md).\n", 3, "gibtesnicht"),
    "bild": (
        "# Seite\n\n```{figure} ../website/static/favicon.svg\n\nEin Bild\n```\n",
        3,
        "Alternativtext",
    ),
    "plot": (
        HEAD
        + "# Seite\n\n```{code-cell} ipython3\nimport matplotlib.pyplot as plt\n"
        + "plt.plot([1, 2]);\n```\n",
        11,
        "Alternativtext",
    ),
    "formel": ("# Seite\n\nText $\\fraq{1}{2}$.\n", 3, "fraq"),
    "fehlt": (
        "# Seite\n\n```{exercise-head} glaettung\n```\n",
        3,
        "Der Teil glaettung.smooth steht nicht auf dieser Seite",
    ),
    "kasten": ("# Seite\n\n```{expected-start} glaettung.smooth\n```\n", 3, "Gegenstück"),
    "innen": (
        HEAD + "# Seite\n\n:::{note}\n```{code-cell} ipython3\n1\n```\n:::\n",
        10,
        "oberster Ebene",
    ),
    "teil": ("# Seite\n\n```{part} glaettung.nix\n```\n", 3, "nix"),
}


@pytest.mark.slow
def test_failed_builds_name_page_and_line_and_keep_the_last_site(scratch: Callable[..., Path]):
    root = scratch(("glaettung",), {"glaettung.md": EXAMPLE})
    first = run_build(root)
    assert first.returncode == 0, first.stderr
    html = root / "build" / "html"
    good = (html / "index.html").read_bytes()
    second = run_build(root)
    assert second.returncode == 0 and "Nichts hat sich geändert" in second.stdout

    index = root / "docs" / "index.md"
    entries = "\n".join(["glaettung", *BROKEN])
    index.write_text(
        index.read_text(encoding="utf-8").replace("\nglaettung\n", f"\n{entries}\n"),
        encoding="utf-8",
    )
    for name, (text, _, _) in BROKEN.items():
        (root / "docs" / f"{name}.md").write_text(text, encoding="utf-8")
    # Beim zweiten Mal sind alle Seiten schon gelesen; die Warnungen müssen trotzdem erscheinen.
    for _ in range(2):
        result = run_build(root)
        assert result.returncode != 0
        for name, (_, line, message) in BROKEN.items():
            found = [
                entry
                for entry in result.stderr.splitlines()
                if f"/docs/{name}.md:{line}: " in entry and message in entry
            ]
            assert found, (name, result.stderr)
        assert (html / "index.html").read_bytes() == good
    assert not (html / "zelle.html").exists()


def test_stale_stub_fails_the_build(scratch: Callable[..., Path]):
    root = scratch(("glaettung",), {"glaettung.md": EXAMPLE})
    stub = root / "glaettung" / "glaettung.py"
    stub.write_text(stub.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    result = run_build(root)
    assert result.returncode != 0
    assert "glaettung/glaettung.py" in result.stderr
    assert not (root / "build" / "html").exists()


def test_rst_pages_execute_cells_too(scratch: Callable[..., Path]):
    text = """\
Seite
=====

.. expected-start:: glaettung.smooth

.. code-cell:: python
   :tags: remove-input

   print("sechs mal sieben ist", 6 * 7)

.. expected-end::

.. code-cell:: python
   :alt: Eine steigende Gerade
   :caption: Eine Gerade

   import matplotlib.pyplot as plt

   plt.plot([1, 2]);
"""
    root = scratch(("glaettung",), {"glaettung.md": EXAMPLE, "seite.rst": text})
    result = run_build(root)
    assert result.returncode == 0, result.stderr
    html = (root / "build" / "html" / "seite.html").read_text(encoding="utf-8")
    assert "sechs mal sieben ist 42" in html
    assert 'alt="Eine steigende Gerade"' in html
    assert html.index("faltwerk-toggle") < html.index("sechs mal sieben ist 42")


def test_the_steps_for_teachers_make_a_working_exercise(scratch: Callable[..., Path]):
    """Folgt »Für Lehrende« auf einer Kopie: anlegen, erzeugen, prüfen, bauen."""
    guide = (ROOT / "docs" / "lehrende.md").read_text(encoding="utf-8")
    files = re.findall(r"literalinclude\} beispiel/(\S+)", guide)
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    root = scratch((), {})
    (root / "glaettung").mkdir()
    for file in files:
        source = ROOT / "docs" / "beispiel" / file
        target = root / ("docs" if file.endswith(".md") else ".") / file
        shutil.copyfile(source, target)
    # Die Übungen des Kurses fehlen in der Kopie; von der Startseite bleibt nur die neue Zeile.
    assert "\nseresnet\n" in index
    index = index.replace("\nseresnet\n", "\nseresnet\nglaettung\n")
    for name in PAGES:
        index = re.sub(f"^{name}\n", "", index, flags=re.MULTILINE)
    index = re.sub(r"\{doc\}`(\w+)`", r"\1", index)
    index = re.sub(r"^:::{figure}.*?^:::$", "", index, flags=re.MULTILINE | re.DOTALL)
    (root / "docs" / "index.md").write_text(index, encoding="utf-8")
    for command in re.findall(r"^\$ python -m (faltwerk .+)$", guide, flags=re.MULTILINE):
        step = subprocess.run(
            [sys.executable, "-m", *command.split()],
            cwd=root, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert step.returncode == 0, step.stdout + step.stderr
    result = run_build(root)
    assert result.returncode == 0, result.stderr
    html = (root / "build" / "html" / "glaettung.html").read_text(encoding="utf-8")
    assert "[1.5 4.  5. ]" in html
    assert "Lücke (2)" in html


@pytest.mark.parametrize("removed", ["build", None])
def test_clean_removes_build_and_nothing_else(scratch: Callable[..., Path], removed: str | None):
    root = scratch((), {})
    (root / "arbeit").mkdir()
    (root / "arbeit" / "pooling.py").write_text("x = 1\n")
    if removed:
        (root / "build" / "html").mkdir(parents=True)
    before = {path for path in root.rglob("*") if "build" not in path.relative_to(root).parts}
    subprocess.run([sys.executable, "-m", "website", "clean"], cwd=root, check=True)
    after = {path for path in root.rglob("*") if "__pycache__" not in path.parts}
    assert after == {path for path in before if "__pycache__" not in path.parts}
