"""Was jede Übung zusichert, und dass NumPy-Übungen torch nicht brauchen."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from faltwerk.authors.stubs import stale_stubs
from faltwerk.authors.verify import problems
from faltwerk.exercise import load, load_all, load_mistakes
from faltwerk.gaps import find_gaps
from faltwerk.notebook import interactive_check

ROOT = Path(__file__).resolve().parents[2]
EXERCISES = {exercise.name: exercise for exercise in load_all(ROOT)}
NUMPY = [name for name, exercise in EXERCISES.items() if exercise.framework == "numpy"]


def test_the_exercises_are_those_of_the_start_page_in_its_order():
    """Fehlt eine, ob als Ordner oder auf der Startseite, so fehlt sie den Studierenden."""
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    listed = re.search(r":caption: Übungen\n\n((?:\w+\n)+)```", index)
    assert listed and listed[1].split() == list(EXERCISES)


@pytest.mark.parametrize("name", EXERCISES)
def test_the_gaps_are_numbered_without_holes_wherever_they_are_described(name):
    """Eine Lücke verschwindet nur, wenn Lösung, Rumpf, Aufgaben und Fehler sie alle vergessen."""
    exercise = EXERCISES[name]
    numbers = [gap.number for gap in exercise.gaps]
    assert numbers and numbers == list(range(1, len(numbers) + 1))
    stub = exercise.stub_path.read_text(encoding="utf-8")
    assert [gap.number for gap in find_gaps(stub)] == numbers
    described = tomllib.loads((exercise.folder / "exercise.toml").read_text(encoding="utf-8"))
    assert [entry["number"] for entry in described["gaps"]] == numbers
    assert {mistake.gap for mistake in load_mistakes(exercise)} == set(numbers)


def test_no_stub_is_stale():
    assert stale_stubs(list(EXERCISES), ROOT) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", EXERCISES)
def test_stub_open_solution_right_every_known_mistake_yields_its_message(name):
    assert list(problems(EXERCISES[name])) == []


@pytest.mark.parametrize("name", NUMPY)
def test_numpy_exercises_do_not_import_torch(name):
    code = (
        f"import sys; import {name}.solution, {name}.{name}, faltwerk.judge.verdicts; "
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0


def test_notebook_judges_one_part_of_what_the_cells_define():
    source = load("pooling", ROOT).source
    cells = ["%matplotlib inline", source, "print('probeweise')"]
    result = interactive_check("pooling.get_output_shape", {"In": cells})
    assert [verdict.gap for verdict in result.verdicts] == [1, 2]
    assert result.passed
    assert "2 von 2 Lücken richtig" in repr(result)
    broken = source.replace("  # Lücke (2)", " + 1  # Lücke (2)")
    html = interactive_check("get_output_shape", {"In": [source, broken]})._repr_html_()
    assert "falsch" in html and "<table" in html


@pytest.mark.parametrize(
    "constant", ["ONE = 1", "ONE: int = 1", "ONE, TWO = 1, 2", "BASE = 1\nONE = BASE"]
)
def test_notebook_takes_the_constants_that_a_gap_uses_and_no_trial_calls(constant: str):
    source = load("pooling", ROOT).source
    filled = source.replace("// stride_h + 1  # Lücke (1)", "// stride_h + ONE  # Lücke (1)")
    assert filled != source
    # Das Ergebnis des Versuchs heißt wie eine lokale Variable der Funktion.
    trial = "output_h = get_output_shape(missing, (1, 1))"
    result = interactive_check("pooling.get_output_shape", {"In": [constant, filled, trial]})
    assert result.passed, result
