"""Abbildungen: Ihre Programme zeichnen genau, was neben ihnen liegt, lesbar auf beiden Gründen."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from PIL import Image, ImageChops
from site_builds import ROOT

FIGURES = ROOT / "docs" / "figures"
STATIC = ROOT / "website" / "static"
# Zu jedem Programm die Dateien, die es schreibt.
DRAWN = {
    "convolution": sorted(FIGURES.glob("convolution-*.svg")),
    "pooling": sorted(FIGURES.glob("pooling-*.svg")),
    "resnet": sorted(FIGURES.glob("resnet-*.svg")),
    "seresnet": sorted(FIGURES.glob("seresnet-*.svg")),
    "start": sorted(FIGURES.glob("start-*.png")),
    "architecture": sorted(FIGURES.glob("architecture-*.svg")),
    "card": [
        ROOT / "website" / "static" / f"{name}.png" for name in ("apple-touch-icon", "social-card")
    ],
}


def same(one: Path, other: Path) -> bool:
    """Ob zwei Dateien dasselbe zeigen; wie ein PNG gepackt ist, darf vom Rechner abhängen."""
    if one.suffix != ".png":
        return one.read_bytes() == other.read_bytes()
    first, second = (Image.open(path).convert("RGB") for path in (one, other))
    return first.size == second.size and ImageChops.difference(first, second).getbbox() is None


@pytest.mark.slow
@pytest.mark.parametrize("name", DRAWN)
def test_programs_draw_exactly_these_files(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "docs" / "figures"
    folder.mkdir(parents=True)
    (tmp_path / "website" / "static").mkdir(parents=True)
    for path in FIGURES.glob("*.py"):
        shutil.copy(path, folder)
    # Der Ordner des Aufrufs geht vor; was nicht kopiert ist, kommt aus dem Projekt.
    subprocess.run(
        [sys.executable, "-m", f"docs.figures.make_{name}"],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=True,
    )  # fmt: skip
    written = sorted(path for path in tmp_path.rglob("*") if path.suffix in (".svg", ".png"))
    assert [path.relative_to(tmp_path) for path in written] == [
        path.relative_to(ROOT) for path in DRAWN[name]
    ]
    for path in written:
        assert same(path, ROOT / path.relative_to(tmp_path)), path.name


def test_figures_follow_the_scheme_and_the_wish_for_less_motion() -> None:
    for path in FIGURES.glob("*.svg"):
        ET.parse(path)
        text = path.read_text(encoding="utf-8")
        assert "prefers-color-scheme: dark" in text, path.name
        assert ("animation:" in text) == path.stem.endswith("-animation"), path.name
        assert ("prefers-reduced-motion" in text) == ("animation:" in text), path.name
