"""Die Notebooks der Übungen laufen, sobald ihre Lücken gefüllt sind."""

from __future__ import annotations

import json
from dataclasses import replace

import nbformat
import pytest
from nbclient import NotebookClient
from site_builds import EXERCISES, ROOT

from faltwerk.authors.notebook_file import exercise_notebook
from faltwerk.exercise import load


def code_cells(text: str) -> list[str]:
    """Der Code der Zellen eines Notebooks."""
    return ["".join(cell["source"]) for cell in json.loads(text)["cells"]
            if cell["cell_type"] == "code"]  # fmt: skip


@pytest.mark.parametrize("name", EXERCISES)
def test_notebook_has_every_task_and_no_solution(name: str):
    exercise = load(name, ROOT)
    text = exercise_notebook(exercise)
    nbformat.validate(nbformat.reads(text, as_version=4))
    code = "\n".join(code_cells(text))
    for task in exercise.tasks:
        assert f"# Lücke ({task.gap.number})" in code
    # Der Code der Zellen ist der des Rumpfes, Zeile für Zeile.
    given = set(exercise.stub.splitlines())
    for cell in code_cells(text)[1:]:
        assert all(
            line in given or line.startswith("interactive_check(") for line in cell.splitlines()
        )


@pytest.mark.slow
@pytest.mark.parametrize("name", EXERCISES)
def test_notebook_runs_with_its_gaps_filled(name: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    exercise = load(name, ROOT)
    filled = exercise_notebook(replace(exercise, stub=exercise.source))
    open_cells = json.loads(exercise_notebook(exercise))["cells"]
    assert [cell["id"] for cell in json.loads(filled)["cells"]] == [
        cell["id"] for cell in open_cells
    ]
    notebook = nbformat.reads(filled, as_version=4)
    # Jede Prüfung startet einen eigenen Prozess; die erste und die letzte genügen hier.
    checks = [cell for cell in notebook.cells if cell.source.startswith("interactive_check(")]
    assert len(checks) == len(exercise.parts) + 1
    notebook.cells = [cell for cell in notebook.cells if cell not in checks[1:-1]]
    notebook.cells.append(
        nbformat.v4.new_code_cell(f'assert interactive_check("{name}", globals()).passed')
    )
    client = NotebookClient(
        notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(ROOT)}}
    )
    client.execute()
    for cell in (checks[0], checks[-1]):
        assert "offen" not in cell.outputs[0]["data"]["text/plain"], cell.source
