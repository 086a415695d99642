"""Die Messungen: lesbare Tabelle, unbekannter Abschnitt, nichts am Projekt geändert."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tools.bench.__main__ import record
from tools.bench.project_copy import ROOT, copy_project
from tools.bench.table import Table, number, seconds


def test_table_aligns_its_columns():
    table = Table("Bau", ["was", "Dauer"], [["kalt", seconds(12.345)], ["noch einmal", "0,20 s"]])
    assert str(table).splitlines() == [
        "Bau",
        "===",
        "was            Dauer",
        "--------------------",
        "kalt         12,35 s",
        "noch einmal   0,20 s",
    ]
    assert number(0.5) == "0,50"


def test_a_measurement_is_kept_with_day_and_machine(tmp_path: Path):
    table = Table("Bau", ["was", "Dauer"], [["kalt", "1,00 s"]])
    record("bau", Table("alt", ["was"]), tmp_path / "neu")
    path = record("bau", table, tmp_path / "neu")
    text = path.read_text(encoding="utf-8")
    assert text.startswith(str(table)) and "Python 3." in text


def test_unknown_section_is_one_sentence():
    result = subprocess.run(
        [sys.executable, "-m", "tools.bench", "wetter"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert result.returncode == 2
    sections = "urteile, training, bau, laden"
    assert f"Einen Abschnitt »wetter« gibt es nicht; es gibt {sections}." in result.stderr
    assert result.stderr.count("\n") == 1


def test_measurements_work_on_a_copy_without_anything_built(tmp_path: Path):
    root = copy_project(tmp_path)
    assert root.is_relative_to(tmp_path)
    assert (root / "conf.py").is_file() and (root / "pooling" / "solution.py").is_file()
    assert not (root / "build").exists() and not (root / "arbeit").exists()
