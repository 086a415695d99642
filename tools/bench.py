"""Messen, nebeneinander in einem Lauf: ein Urteil gegen dieselben Vergleiche mit pytest, und das
Training.

Aufruf: ``python -m tools.bench``. Ausgegeben werden Zeiten und ihr Verhältnis; kalt heißt mit dem
Start aller Prozesse, warm ohne ihn, wie ``watch`` nach dem ersten Speichern.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from faltwerk.exercise import Exercise, load_all
from faltwerk.sandbox import Sandbox
from tools import bench_training

ROOT = Path(__file__).resolve().parent.parent
_REPEATS = 3

# Dieselben Prüffälle, wie man sie ohne Faltwerk schriebe: ein Test je Fall.
_PYTEST = """
import ast, runpy, sys
import pytest
sys.path.insert(0, {root!r})
from faltwerk.compare import difference
from faltwerk.observe import observe

TREE = ast.parse(open({file!r}, encoding="utf-8").read())
SOLUTION = ast.parse(open({solution!r}, encoding="utf-8").read())
CASES = runpy.run_path({checks!r})["cases"]()

@pytest.mark.parametrize("case", CASES)
def test_case(case):
    expected, = observe(SOLUTION, [case])
    got, = observe(TREE, [case])
    assert difference(expected, got, {rtol!r}, {atol!r}) is None
"""


def _seconds(action: Callable[[], object]) -> float:
    times = []
    for _ in range(_REPEATS):
        begun = time.perf_counter()
        action()
        times.append(time.perf_counter() - begun)
    return statistics.median(times)


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

    cold = _seconds(lambda: quietly("-m", "faltwerk", "check", exercise.name, file))
    with Sandbox(exercise) as box:
        judge = box.judge()
        judge.judge(exercise.source)
        warm = _seconds(lambda: judge.judge(exercise.source))
    reference = _seconds(lambda: quietly("-m", "pytest", "-q", "-p", "no:cacheprovider", test))
    return cold, warm, reference


def main() -> int:
    """Gibt je Übung eine Zeile aus."""
    print("Übung         Urteil kalt  Urteil warm  pytest   kalt/pytest  warm/pytest")
    with tempfile.TemporaryDirectory() as folder:
        for exercise in load_all(ROOT):
            cold, warm, reference = measure(exercise, Path(folder))
            print(
                f"{exercise.name:12} {cold:10.2f} s {warm:10.3f} s {reference:6.2f} s "
                f"{cold / reference:11.2f} {warm / reference:12.3f}",
                flush=True,
            )
    bench_training.report()
    return 0


if __name__ == "__main__":
    sys.exit(main())
