"""Die Palette: Schrift und Linien heben sich auf beiden Gründen genug ab."""

from __future__ import annotations

import subprocess
import sys

import pytest
from contrast import contrast
from site_builds import ROOT

from website.palette import CYCLE, HUES, INK, LINE, PAPER, SOFT

# Was Furo hinter eine Abbildung legt.
GROUNDS = {"light": "#ffffff", "dark": "#131416"}


@pytest.mark.parametrize("ground", GROUNDS)
def test_text_and_lines_stand_out(ground: str) -> None:
    behind = [GROUNDS[ground], getattr(PAPER, ground)]
    tints = [getattr(hue.tint, ground) for hue in HUES.values()]
    for tone in (INK, SOFT):
        assert all(contrast(getattr(tone, ground), color) >= 4.5 for color in behind + tints), tone
    for tone in (LINE, *(hue.strong for hue in HUES.values())):
        assert all(contrast(getattr(tone, ground), color) >= 3 for color in behind), tone
    # Wo der Gradient steht, ist auch Schrift rot.
    assert contrast(getattr(HUES["red"].strong, ground), GROUNDS[ground]) >= 4.5


def test_lines_of_plots_stand_out_on_both_grounds() -> None:
    for color in CYCLE:
        assert min(contrast(color, ground) for ground in GROUNDS.values()) >= 3, color


def test_the_palette_needs_no_sphinx() -> None:
    program = "import sys, website.palette; assert not {'sphinx', 'docutils'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True)
