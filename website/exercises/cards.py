"""Die Übungen als Karten auf der Startseite, aus ihren ``exercise.toml``."""

from __future__ import annotations

from pathlib import Path

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from faltwerk.exercise import Exercise
from website.course import exercises
from website.exercises._texts import inline, paragraph
from website.exercises.parts import LIBRARIES, duration
from website.exercises.progress import progress_count


class ExerciseCards(SphinxDirective):
    """Eine Karte je Übung mit Thema, Dauer und Voraussetzungen."""

    def run(self) -> list[nodes.Node]:
        grid = nodes.container(classes=["cards"])
        for exercise in exercises(Path(self.env.app.confdir)):
            for path in (exercise.folder / "exercise.toml", exercise.folder / "solution.py"):
                self.env.note_dependency(str(path))
            grid += self._card(exercise)
        return [grid]

    def _card(self, exercise: Exercise) -> nodes.container:
        card = nodes.container(classes=["card"])
        link = addnodes.pending_xref(
            "",
            nodes.inline("", f"{exercise.order}. {exercise.title}"),
            refdomain="std",
            reftype="doc",
            reftarget=f"/{exercise.name}",
            refexplicit=True,
            refwarn=True,
            refdoc=self.env.docname,
        )
        self.set_source_info(link)
        card += nodes.paragraph("", "", link, classes=["card-title"])
        card += paragraph(exercise.summary)
        library = LIBRARIES[exercise.framework]
        card += nodes.paragraph(
            "",
            "",
            nodes.Text(f"etwa {duration(exercise.minutes)} · "),
            progress_count(exercise=exercise.name, total=len(exercise.gaps)),
            nodes.Text(f" · {library}"),
            classes=["card-facts"],
        )
        # Eine Zeile statt einer Liste, damit alle Karten auf einen Bildschirm passen.
        needs = " · ".join(need.rstrip(".") for need in exercise.prerequisites)
        card += nodes.paragraph(
            "", "", nodes.strong("", "Voraussetzungen: "), *inline(needs), classes=["card-needs"]
        )
        return card


def setup(app: Sphinx) -> None:
    """Meldet die Direktive an."""
    app.add_directive("exercise-cards", ExerciseCards)
