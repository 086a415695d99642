"""Dateien zum Herunterladen: Rumpf und Notebook jeder Übung, beim Bauen erzeugt."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from sphinx.application import Sphinx

from faltwerk.authors import notebook_file
from faltwerk.exercise import Exercise
from website.course import exercises
from website.memo import computed_once


def write_downloads(app: Sphinx) -> None:
    """Schreibt die Dateien in den Ordner ``downloads`` der Seite."""
    folder = Path(app.outdir) / "downloads"
    folder.mkdir(parents=True, exist_ok=True)
    for exercise in exercises(Path(app.confdir)):
        (folder / f"{exercise.name}.py").write_text(exercise.stub, encoding="utf-8")
        # Es hängt an nichts als den Daten der Übung; es zu prüfen dauert.
        inputs = (Path(notebook_file.__file__).read_bytes(), repr(exercise).encode())
        notebook = computed_once(inputs, partial(_notebook, exercise))
        (folder / f"{exercise.name}.ipynb").write_bytes(notebook)


def _notebook(exercise: Exercise) -> bytes:
    return notebook_file.exercise_notebook(exercise).encode()
