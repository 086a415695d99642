"""Ein Urteil gegen dieselben Vergleiche mit pytest, nebeneinander in einem Lauf.

Kalt heißt mit dem Start aller Prozesse, warm ohne ihn, wie ``watch`` nach dem ersten Speichern.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from faltwerk.exercise import Exercise, load_all
from faltwerk.run.judging import judging
from tools.bench.table import Table, median_seconds, number, seconds

ROOT = Path(__file__).resolve().parents[2]

# Dieselben Prüffälle, wie man sie ohne Faltwerk schriebe: ein Test je Fall.
_PYTEST = """
import ast, runpy, sys
import pytest
sys.path.insert(0, {root!r})
from faltwerk.judge.compare import difference
from faltwerk.run.observe import observe

TREE = ast.parse(open({file!r}, encoding="utf-8").read())
SOLUTION = ast.parse(open({solution!r}, encoding="utf-8").read())
CASES = runpy.run_path({checks!r})["cases"]()

@pytest.mark.parametrize("case", CASES)
def test_case(case):
    expected, = observe(SOLUTION, [case])
    got, = observe(TREE, [case])
    assert difference(expected, got, {rtol!r}, {atol!r}) is None
"""


def measure(exercise: Exercise, folder: Path) -> tuple[float, float, float]:
    """Sekunden für ein Urteil kalt, ein Urteil warm und pytest, je der Median.

    Args:
        exercise: Die Übung; beurteilt wird ihre Musterlösung als Abgabe.
        folder: Ordner für die Abgabe und die Testdatei.
    """
    file, test = folder / f"{exercise.name}.py", folder / f"test_{exercise.name}.py"
    file.write_text(exercise.source, encoding="utf-8")
    test.write_text(
        _PYTEST.format(
            root=str(ROOT),
            file=str(file),
            solution=str(exercise.folder / "solution.py"),
            checks=str(exercise.folder / "checks.py"),
            rtol=exercise.rtol,
            atol=exercise.atol,
        ),
        encoding="utf-8",
    )

    def quietly(*command: object) -> None:
        subprocess.run(
            [sys.executable, *map(str, command)], cwd=ROOT, stdout=subprocess.DEVNULL, check=True
        )

    cold = median_seconds(lambda: quietly("-m", "faltwerk", "check", exercise.name, file))
    with judging(exercise) as judge:
        judge.judge(exercise.source)
        warm = median_seconds(lambda: judge.judge(exercise.source))
    reference = median_seconds(
        lambda: quietly("-m", "pytest", "-q", "-p", "no:cacheprovider", test)
    )
    return cold, warm, reference


def run() -> Table:
    """Eine Zeile je Übung."""
    table = Table(
        "Urteile gegen dieselben Vergleiche mit pytest",
        ["Übung", "kalt", "warm", "pytest", "kalt/pytest", "warm/pytest"],
    )
    with tempfile.TemporaryDirectory() as folder:
        for exercise in load_all(ROOT):
            cold, warm, reference = measure(exercise, Path(folder))
            table.rows.append(
                [
                    exercise.name,
                    seconds(cold),
                    f"{1000 * warm:.0f} ms",
                    seconds(reference),
                    number(cold / reference),
                    number(warm / reference, 3),
                ]
            )
    return table
