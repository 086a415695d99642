"""Zwei Bauten desselben Standes an zwei Orten sind Byte für Byte gleich."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from site_builds import ROOT, run_build

EXAMPLE = (ROOT / "docs" / "beispiel" / "glaettung.md").read_text(encoding="utf-8")
_LEFT_OUT = (
    ".git", ".venv", "build", "arbeit", "tests", "__pycache__", ".pytest_cache", ".ruff_cache",
    ".hypothesis",
)  # fmt: skip


def contents(folder: Path) -> dict[str, str]:
    """Zu jeder Datei ihre Prüfsumme."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.slow
def test_a_second_build_elsewhere_gives_the_same_bytes(site: Path, tmp_path: Path):
    root = tmp_path / "Zweiter Ort für Faltwerk"
    shutil.copytree(ROOT, root, ignore=shutil.ignore_patterns(*_LEFT_OUT), symlinks=True)
    # Auch alle Zellen laufen neu: Der Zwischenspeicher bleibt zurück.
    result = run_build(root)
    assert result.returncode == 0, result.stderr
    first, second = contents(site), contents(root / "build" / "html")
    assert first.keys() == second.keys()
    assert [name for name in sorted(first) if first[name] != second[name]] == []


def test_a_build_after_an_edit_gives_the_bytes_of_a_fresh_one(scratch: Callable[..., Path]):
    """Auch wo nur geschrieben wird, was sich geändert hat, bleibt nichts Altes stehen."""
    texts = {"text.md": "# Text\n\nEinhornwort und Formel $x^2$.\n", "glaettung.md": EXAMPLE}
    texts["verweis.md"] = (
        "# Verweis\n\nSiehe [](text.md) und {py:obj}`glaettung.glaettung.smooth`.\n"
    )
    root = scratch(("glaettung",), texts)
    page, html = root / "docs" / "text.md", root / "build" / "html"

    def built() -> dict[str, str]:
        result = run_build(root)
        assert result.returncode == 0, result.stderr
        return contents(html)

    first = built()
    edits = (
        "# Text\n\nEin Satz ohne das Wort und ohne Formel.\n",
        "# Anderer Titel\n\nEin Satz mit $y_3$.\n\n## Und ein Abschnitt\n",
    )
    for text in edits:
        page.write_text(text, encoding="utf-8")
        edited = built()
        assert edited != first
        # Ohne alles, was der vorige Bau hinterließ, nur nicht noch einmal ausgeführt.
        for name in ("doctrees", "sphinx", "berechnet"):
            shutil.rmtree(root / "build" / name)
        (root / "build" / "stand").unlink()
        assert built() == edited
    page.write_text(texts["text.md"], encoding="utf-8")
    assert built() == first


def test_no_file_contains_where_or_when_it_was_built(site: Path):
    for path in site.rglob("*"):
        if path.is_file():
            text = path.read_bytes()
            assert str(ROOT).encode() not in text, path
            assert b" at 0x7f" not in text, path
