"""Aus Textbausteinen der Übungen werden Knoten des Dokuments."""

from __future__ import annotations

import re
from pathlib import Path

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from faltwerk.exercise import Exercise, ExerciseError, Part, load

_CODE = re.compile(r"`([^`]+)`")


def inline(text: str) -> list[nodes.Node]:
    """Wandelt Text, in dem nur `` `Code` `` Auszeichnung ist, in Knoten um."""
    result: list[nodes.Node] = []
    for index, piece in enumerate(_CODE.split(text)):
        if index % 2:
            result.append(nodes.literal(piece, piece, classes=["code"]))
        elif piece:
            result.append(nodes.Text(piece))
    return result


def paragraph(text: str, *classes: str) -> nodes.paragraph:
    """Ein Absatz aus Text mit `` `Code` ``."""
    return nodes.paragraph("", "", *inline(text), classes=list(classes))


class ExerciseDirective(SphinxDirective):
    """Gemeinsames der Direktiven, die eine Übung oder einen Teil von ihr zeigen."""

    required_arguments = 1

    @property
    def root(self) -> Path:
        """Der Ordner, in dem die Übungen liegen."""
        return Path(self.env.app.confdir)

    def exercise(self, name: str) -> Exercise:
        """Lädt die Übung und merkt vor, dass die Seite von ihr abhängt."""
        try:
            exercise = load(name, self.root)
        except ExerciseError as error:
            raise self.error(str(error)) from error
        for path in (exercise.folder / "exercise.toml", exercise.folder / "solution.py"):
            self.env.note_dependency(str(path))
        return exercise

    def part(self) -> tuple[Exercise, Part]:
        """Liest das Argument ``übung.teil``."""
        exercise_name, _, part_name = self.arguments[0].partition(".")
        exercise = self.exercise(exercise_name)
        try:
            return exercise, exercise.part(part_name)
        except ExerciseError as error:
            raise self.error(str(error)) from error
