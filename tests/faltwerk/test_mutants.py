"""Veränderungen der Musterlösung: Sie fallen auf, oder es steht da, warum nicht."""

from __future__ import annotations

import re

import pytest

from faltwerk.__main__ import main
from faltwerk.authors import commands
from faltwerk.authors.mutants import equivalents, mutants, tally
from faltwerk.authors.verify import problems
from faltwerk.exercise import ExerciseError, load

# Der einzige Prüffall dazu rechnet mit der Summe -1, und bei der sind Produkt und Quotient gleich.
SURVIVOR = "- result = factor * total\n+ result = factor // total"
ENTRY = """
[[mutant]]
gap = {gap}
change = \"\"\"
{change}
\"\"\"
reason = "{reason}"
"""


def entry(gap: int, change: str, reason: str = "Zum Ausprobieren.") -> str:
    return ENTRY.format(gap=gap, change=change, reason=reason)


def test_every_mutant_changes_one_gap_and_comes_once(tiny):
    found = [(mutant.gap.number, mutant.change) for mutant in mutants(tiny)]
    assert len(found) == len(set(found))
    assert {number for number, _ in found} == {1, 2, 3, 4, 5, 6}
    assert (2, "- result = factor * total\n+ result = factor + total") in found


def test_what_is_listed_as_equivalent_does_not_count(tiny):
    stands: list[str] = []
    before = tally(tiny, stands.append)
    assert before.survivors == (f"Lücke 2, unentdeckt:\n{SURVIVOR}",)
    assert before.found == before.exact == before.total - 1 == len(stands) - 1
    (tiny.folder / "equivalent.toml").write_text(entry(2, SURVIVOR), encoding="utf-8")
    after = tally(tiny)
    assert (after.equivalent, after.survivors) == (1, ())
    assert after.found == after.exact == after.total == before.found


def test_the_command_says_the_numbers_and_what_survives(tiny, monkeypatch, capsys):
    monkeypatch.setattr(commands, "COURSE", tiny.folder.parent)
    assert main(["mutants", "winzig"]) == 1
    shown = capsys.readouterr().out
    assert re.match(r"winzig: (\d+) Mutanten, \d+ gefunden, \d+ genau an der Lücke", shown)
    assert "  Lücke 2, unentdeckt:\n    - result = factor * total\n    + result" in shown


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[mutant", "kein gültiges TOML"),
        ('[[mutant]]\ngap = 1\nreason = "x"', "'change' fehlt"),
        (entry(1, "- a\n+ b", " "), "braucht eine Begründung"),
    ],
)
def test_a_damaged_file_is_one_sentence(tiny, text, message):
    (tiny.folder / "equivalent.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ExerciseError, match=message):
        equivalents(tiny)


def test_verify_accepts_the_file_and_names_what_no_longer_exists(tiny_root):
    path = tiny_root / "winzig" / "equivalent.toml"
    tiny = load("winzig", tiny_root)
    before = list(problems(tiny))
    real = entry(2, SURVIVOR)
    path.write_text(real, encoding="utf-8")
    assert list(problems(tiny)) == before
    path.write_text(real + entry(1, "- weg\n+ neu"), encoding="utf-8")
    assert "In equivalent.toml steht zur Lücke 1, was es nicht mehr gibt: - weg + neu" in list(
        problems(tiny)
    )
