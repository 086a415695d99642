"""Dateien zum Herunterladen: Rumpf und Notebook jeder Übung, beim Bauen erzeugt."""

from __future__ import annotations

from pathlib import Path

from sphinx.application import Sphinx

from faltwerk.authors.notebook_file import exercise_notebook
from website.course import exercises


def write_downloads(app: Sphinx) -> None:
    """Schreibt die Dateien in den Ordner ``downloads`` der Seite."""
    folder = Path(app.outdir) / "downloads"
    folder.mkdir(parents=True, exist_ok=True)
    for exercise in exercises(Path(app.confdir)):
        (folder / f"{exercise.name}.py").write_text(exercise.stub, encoding="utf-8")
        (folder / f"{exercise.name}.ipynb").write_text(
            exercise_notebook(exercise), encoding="utf-8"
        )
