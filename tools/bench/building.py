"""Wie lange ein Bau dauert, und was er mindestens dauern müsste."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from tools.bench.project_copy import copy_project, python
from tools.bench.table import Table, median_seconds, number, seconds


def _append(path: Path, text: str) -> None:
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


def slowest_cell(root: Path) -> tuple[float, str]:
    """Die längste Dauer einer Zelle aller Seiten und deren Seite.

    Args:
        root: Ein gebautes Projekt; seine Zellen stehen im Zwischenspeicher.
    """
    found = (0.0, "")
    os.environ |= {"PYTHONPATH": str(root), "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    for path in sorted((root / "build" / "cache").glob("*/*/*/executed/*/base.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        NotebookClient(
            notebook, timeout=600, record_timing=True,
            resources={"metadata": {"path": str(root / "docs")}},
            # Sonst meldet jeder Kern, dass die Verbindung auf diesem Rechner unverschlüsselt ist.
            extra_arguments=["--IPKernelApp.log_level=ERROR"],
        ).execute()  # fmt: skip
        for cell in notebook.cells:
            times = cell.metadata.get("execution", {})
            if "iopub.execute_input" in times and "shell.execute_reply" in times:
                begun, ended = (
                    datetime.fromisoformat(times[key])
                    for key in ("iopub.execute_input", "shell.execute_reply")
                )
                duration = (ended - begun).total_seconds()
                page = path.relative_to(root / "build" / "cache").parts[0]
                found = max(found, (duration, page))
    return found


def run() -> Table:
    """Misst an einer Kopie des Projekts."""
    table = Table("Bau der Website", ["was", "Dauer", "Verhältnis"])
    with tempfile.TemporaryDirectory() as folder:
        root = copy_project(Path(folder))

        def build() -> None:
            python(root, "-m", "website", "build")

        def measure(
            name: str, action: Callable[[], None], ratio: str = "", repeats: int = 1
        ) -> float:
            duration = median_seconds(action, repeats)
            table.rows.append([name, seconds(duration), ratio])
            return duration

        bare = [
            "-m", "sphinx", "-Q", "-b", "html", "-c", ".", "-D", "nb_execution_mode=off",
            "-d", str(root / "build" / "bare-doctrees"), "docs", str(root / "build" / "bare"),
        ]  # fmt: skip
        cold = measure("kalter Bau, alle Zellen laufen", build)
        warm = measure("noch einmal, nichts geändert", build, repeats=3)
        _append(root / "docs" / "lokal.md", "\nEin Satz mehr.\n")
        measure("nach einer Änderung an einer Textseite", build)
        _append(root / "docs" / "pooling.md", "\nEin Satz mehr.\n")
        measure("nach einer Änderung an der Seite einer Übung", build)
        _append(root / "pooling" / "solution.py", "\n# Ein Kommentar mehr.\n")
        python(root, "-m", "faltwerk", "stubs")
        measure("nach einer Änderung an einer Musterlösung", build)

        cell, page = slowest_cell(root)
        table.rows.append([f"langsamste Zelle (Seite {page})", seconds(cell), ""])
        start = measure(
            "Start von Python mit torch",
            lambda: subprocess.run([sys.executable, "-c", "import torch"], check=True) and None,
            repeats=3,
        )
        floor = cell + start
        table.rows.append(["kalter Bau / (langsamste Zelle + ein Start)", seconds(floor),
                           number(cold / floor)])  # fmt: skip
        python(root, *bare)
        empty = measure("sphinx-build ohne Ausführung, nichts geändert",
                        lambda: python(root, *bare), repeats=3)  # fmt: skip
        table.rows.append(
            ["nichts geändert / sphinx-build ohne Ausführung", "", number(warm / empty)]
        )
    return table
