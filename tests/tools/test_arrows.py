"""Die Importe zeigen in eine Richtung, und ein falscher fällt auf."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from faltwerk.exercise import exercise_names
from tools.arrows import contracts

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Alle Pakete des Projekts, nur ihr Python und die Dateien, die Übungen ausmachen."""
    names = ["faltwerk", "recordings", "tools", "website", *exercise_names(ROOT)]
    for name in names:
        for path in (ROOT / name).rglob("*"):
            if path.suffix == ".py" or path.name == "exercise.toml":
                target = tmp_path / path.relative_to(ROOT)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, target)
    return tmp_path


def checked(root: Path) -> subprocess.CompletedProcess[str]:
    """Prüft die Importe eines Projekts."""
    return subprocess.run(
        [sys.executable, "-m", "tools.arrows"],
        cwd=root, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("file", "line", "rule"),
    [
        ("faltwerk/gaps.py", "import pooling.solution", "Werkzeuge, Aufzeichnungen"),
        ("pooling/checks.py", "import convolution.solution", "Werkzeuge, Aufzeichnungen"),
        ("resnet/training/images.py", "from website import palette", "Werkzeuge, Aufzeichnungen"),
        ("faltwerk/judge/compare.py", "from faltwerk.run import sandbox", "Innerhalb von faltwerk"),
        ("website/prose/motion.py", "from website.cells import display", "Innerhalb von website"),
        ("faltwerk/judge/compare.py", "import subprocess", "Der Richter rechnet nur"),
        ("seresnet/trace.py", "import sphinx", "wissen nichts von Sphinx"),
    ],
)
def test_a_wrong_arrow_is_found(copy: Path, file: str, line: str, rule: str):
    path = copy / file
    path.write_text(f"{path.read_text(encoding='utf-8')}\n{line}\n", encoding="utf-8")
    result = checked(copy)
    assert result.returncode == 1
    (broken,) = [text for text in result.stdout.splitlines() if text.endswith("BROKEN")]
    assert rule in broken


def test_a_new_exercise_is_found_and_a_new_module_needs_its_floor(copy: Path):
    assert checked(copy).returncode == 0
    shutil.copytree(copy / "pooling", copy / "neue")
    for path in (copy / "neue").rglob("*.py"):
        path.write_text(path.read_text(encoding="utf-8").replace("pooling", "neue"), "utf-8")
    assert checked(copy).returncode == 0
    (copy / "neue" / "extra.py").write_text("import pooling.solution\n", encoding="utf-8")
    assert checked(copy).returncode == 1
    (copy / "neue" / "extra.py").unlink()
    (copy / "website" / "irgendwo.py").write_text('"""Wohin gehört das?"""\n', encoding="utf-8")
    assert "website.irgendwo" in checked(copy).stdout


def test_every_exercise_stands_in_the_rules():
    layers = contracts(["alpha", "beta"])["importlinter:contract:floors"]["layers"]
    assert "alpha | beta" in layers.splitlines()
