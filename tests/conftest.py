"""Was Tests brauchen und in welcher Reihenfolge sie laufen; dazu eine winzige Übung."""

from __future__ import annotations

from pathlib import Path

import pytest

from faltwerk.exercise import Exercise, load

# Diese Fixtures kosten viel; wer sie benutzt, läuft hintereinander im selben Prozess.
SHARED = ("course", "nginx", "warm")

SOLUTION = '''"""Eine winzige Übung."""

import numpy as np


def scaled_sum(x: np.ndarray, factor: float) -> float:
    """Skaliert und summiert."""
    total = np.sum(x)  # Lücke (1)
    result = factor * total  # Lücke (2)
    return result


class Layer:
    """Eine Schicht mit Gedächtnis."""

    def forward(self, x: np.ndarray) -> np.ndarray:  # Lücke (3)
        """Vorwärts."""
        self.seen = x
        return x * x

    def backward(self, grad: np.ndarray) -> np.ndarray:  # Lücke (4)
        """Rückwärts."""
        return 2 * self.seen * grad


def running_sum(x: np.ndarray) -> np.ndarray:
    """Laufende Summe, in einer Schleife."""
    out = np.zeros(len(x))
    total = 0.0
    for index, value in enumerate(x):
        total += value  # Lücke (5)
        out[index] = total  # Lücke (6)
    return out
'''

CHECKS = """
import numpy as np
from faltwerk.cases import Case

def cases():
    x = np.array([1.0, 2.0, -4.0])
    return [
        Case("scaled_sum", "kleine Zahlen", "scaled_sum(x, 3.0)", {"x": x}),
        Case("Layer", "vorwärts", "Layer().forward(x)", {"x": x}),
        Case("Layer", "rückwärts", "layer = Layer()\\nlayer.forward(x)\\nlayer.backward(x + 1)",
             {"x": x}),
        Case("running_sum", "drei Zahlen", "running_sum(x)", {"x": x}),
    ]
"""

MISTAKES = """
from faltwerk.cases import Mistake

MISTAKES = (
    Mistake(1, "np.mean(x)", "Gesucht ist die Summe, nicht der Mittelwert."),
    Mistake(2, "total + factor", "Der Faktor wird multipliziert, nicht addiert."),
    Mistake(3, "self.seen = x\\nreturn x + x", "Quadrieren heißt mit sich selbst malnehmen."),
    Mistake(4, "return self.seen * grad", "Die Ableitung von x² ist 2x: Der Faktor 2 fehlt."),
    Mistake(5, "total = value", "Aufsummieren statt überschreiben."),
    Mistake(6, "out[index] = value", "Gespeichert wird die Summe, nicht der einzelne Wert."),
)
"""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Vermerkt an jedem Test, was er braucht, und stellt die langen nach vorn.

    Beginnt ein langer Test zuletzt, rechnet am Ende nur noch ein Kern.
    """
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if "browser" in fixtures:
            item.add_marker("browser")
        if fixtures & {"site", "scratch"}:
            item.add_marker("site")
        if item.path.parent.name == "training" and item.path.name != "test_sources.py":
            item.add_marker("training")
        shared = [name for name in SHARED if name in fixtures]
        if shared and not item.get_closest_marker("slow"):
            item.add_marker(pytest.mark.xdist_group(shared[0]))
    items.sort(key=_urgency)
    # Einer baut die Website, während die übrigen rechnen, was sie nicht braucht.
    first = next((item for item in items if item.get_closest_marker("site")), None)
    if first is not None:
        items.remove(first)
        items.insert(0, first)


def _urgency(item: pytest.Item) -> int:
    marks = {mark.name for mark in item.iter_markers()}
    if "slow" in marks:
        return 1 if "site" in marks else 0
    return 2 if marks & {"browser", "site", "training"} else 3


def _description() -> str:
    head = """title = "Winzig"
summary = "Zum Ausprobieren."
order = 1
minutes = 5
framework = "numpy"
goals = ["Sie können rechnen."]
prerequisites = ["Zahlen"]
"""
    parts = "".join(
        f'[[parts]]\nname = "{name}"\ntitle = "{name}"\n'
        for name in ("scaled_sum", "Layer", "running_sum")
    )
    gaps = "".join(
        f'[[gaps]]\nnumber = {n}\ntask = "Aufgabe {n}."\nhints = ["vage", "genauer"]\n'
        for n in range(1, 7)
    )
    return head + parts + gaps


@pytest.fixture
def tiny_root(tmp_path: Path) -> Path:
    """Ein Ordner mit der Übung ``winzig``."""
    folder = tmp_path / "Übungen mit Leerzeichen" / "winzig"
    folder.mkdir(parents=True)
    files = {
        "__init__.py": "",
        "solution.py": SOLUTION,
        "checks.py": CHECKS,
        "mistakes.py": MISTAKES,
        "exercise.toml": _description(),
    }
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    # Der Prüfprozess sucht faltwerk in der Wurzel der Übungen.
    (folder.parent / "faltwerk").symlink_to(Path(__file__).resolve().parent.parent / "faltwerk")
    return folder.parent


@pytest.fixture
def tiny(tiny_root: Path) -> Exercise:
    """Die Übung ``winzig`` als Daten."""
    return load("winzig", tiny_root)
