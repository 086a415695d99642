"""Was jede Übung zusichert, und dass NumPy-Übungen torch nicht brauchen."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from faltwerk.authors.stubs import stale_stubs
from faltwerk.authors.verify import problems
from faltwerk.exercise import exercise_names, load
from faltwerk.notebook import interactive_check

ROOT = Path(__file__).resolve().parents[2]
GAPS = {"convolution": 12, "pooling": 31, "resnet": 5, "seresnet": 21}


def test_the_course_has_its_four_exercises():
    assert exercise_names(ROOT) == sorted(GAPS)


@pytest.mark.parametrize("name", sorted(GAPS))
def test_number_of_gaps(name):
    assert len(load(name, ROOT).gaps) == GAPS[name]


def test_no_stub_is_stale():
    assert stale_stubs(sorted(GAPS), ROOT) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(GAPS))
def test_stub_open_solution_right_every_known_mistake_yields_its_message(name):
    assert list(problems(load(name, ROOT))) == []


@pytest.mark.parametrize("name", ["convolution", "pooling"])
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
