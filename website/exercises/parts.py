"""Kopf einer Übung und ihre Teile: Beschreibung aus dem Rumpf, Aufgaben, Hinweise."""

from __future__ import annotations

from typing import Any

from docutils import nodes
from myst_parser.mocking import MockRSTParser
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import new_document

from faltwerk.exercise import Exercise, Part, Task
from website.exercises._texts import ExerciseDirective, inline, paragraph
from website.exercises.editors import part_box
from website.exercises.toggles import hint_toggle

_LOGGER = logging.getLogger(__name__)
LIBRARIES = {"numpy": "NumPy", "torch": "PyTorch"}


class download_link(nodes.General, nodes.Element):
    """Ein Verweis auf eine Datei, die »downloads.py« beim Bauen erzeugt."""


def visit_download_link(translator: Any, node: download_link) -> None:
    """Schreibt den Verweis; der Browser speichert die Datei, statt sie zu zeigen."""
    translator.body.append(
        f'<a class="download" href="{node["uri"]}" download>{node["label"]} '
        f"<code>{node['file']}</code></a>"
    )
    raise nodes.SkipNode


def duration(minutes: int) -> str:
    """Eine Dauer in Worten, zum Beispiel ``2 Stunden`` oder ``1,5 Stunden``."""
    if minutes < 60:
        return f"{minutes} Minuten"
    hours = f"{minutes / 60:.2g}".replace(".", ",")
    return "1 Stunde" if hours == "1" else f"{hours} Stunden"


def bullets(texts: tuple[str, ...]) -> nodes.bullet_list:
    """Eine Aufzählung aus Texten mit `` `Code` ``."""
    items = [nodes.list_item("", paragraph(text)) for text in texts]
    return nodes.bullet_list("", *items)


class ExerciseHead(ExerciseDirective):
    """Lernziele, Voraussetzungen, Dauer, Lücken und Dateien zum Herunterladen."""

    def run(self) -> list[nodes.Node]:
        exercise = self.exercise(self.arguments[0])
        head = nodes.container(classes=["exercise-head"])
        head["parts"] = {f"{exercise.name}.{part.name}" for part in exercise.parts}
        self.set_source_info(head)
        facts = nodes.container(classes=["exercise-facts"])
        points = sum(task.points or 0 for task in exercise.tasks)
        entries = [
            ("Dauer", f"etwa {duration(exercise.minutes)}"),
            ("Lücken", str(len(exercise.gaps))),
            ("Bibliothek", LIBRARIES[exercise.framework]),
        ]
        if points:
            entries.append(("Punkte", f"{points:g}".replace(".", ",")))
        for label, value in entries:
            facts += nodes.paragraph(
                "", "", nodes.strong("", label), nodes.Text(" "), nodes.Text(value)
            )
        head += facts
        columns = nodes.container(classes=["exercise-columns"])
        for title, texts in (
            ("Lernziele", exercise.goals),
            ("Voraussetzungen", exercise.prerequisites),
        ):
            column = nodes.container()
            column += nodes.paragraph("", title, classes=["exercise-label"])
            column += bullets(texts)
            columns += column
        head += columns
        head += self._downloads(exercise)
        return [head]

    def _downloads(self, exercise: Exercise) -> nodes.paragraph:
        links = nodes.paragraph(classes=["exercise-downloads"])
        up = "../" * self.env.docname.count("/")
        for file, label in (
            (f"{exercise.name}.py", "Aufgaben als Python-Datei"),
            (f"{exercise.name}.ipynb", "Aufgaben als Notebook"),
        ):
            links += download_link(uri=f"{up}downloads/{file}", label=label, file=file)
            links += nodes.Text(" ")
        return links


class PartDirective(ExerciseDirective):
    """Beschreibung eines Teils aus dem Rumpf, Aufgaben, Kasten zum Lösen und Hinweise."""

    def run(self) -> list[nodes.Node]:
        exercise, part = self.part()
        self.env.note_dependency(str(exercise.stub_path))
        return [
            *self._description(exercise, part),
            self._tasks(exercise, part),
            *part_box(exercise, part, "../" * self.env.docname.count("/")),
            hint_toggle(exercise.name, part),
        ]

    def _description(self, exercise: Exercise, part: Part) -> list[nodes.Node]:
        target = f"{exercise.name}.{exercise.name}.{part.name}"
        # Eine Klasse hat Lücken in Methoden, eine Funktion nur in sich selbst.
        members = list(
            dict.fromkeys(task.gap.path[1] for task in part.tasks if len(task.gap.path) > 1)
        )
        lines = [f".. autofunction:: {target}"]
        if members:
            special = [name for name in members if name.startswith("__")]
            plain = [name for name in members if not name.startswith("__")]
            lines = [f".. autoclass:: {target}", f"   :members: {', '.join(plain) or '__none__'}"]
            lines += [f"   :special-members: {', '.join(special)}"] if special else []
            lines += ["   :member-order: bysource"]
        document = new_document(self.state.document["source"], self.state.document.settings)
        document.reporter = self.state.document.reporter
        # Leerzeilen davor, damit Warnungen die Zeile der Direktive nennen.
        MockRSTParser().parse("\n" * (self.lineno - 1) + "\n".join(lines) + "\n", document)
        # Warnungen sollen die Stelle der Direktive nennen; aus Typangaben entstandene Knoten kennen
        # gar keine.
        for node in document.findall(nodes.Element):
            node.source, node.line = self.get_source_info()
        return list(document.children)

    def _tasks(self, exercise: Exercise, part: Part) -> nodes.container:
        box = nodes.container(classes=["tasks"])
        box["part"] = f"{exercise.name}.{part.name}"
        title = "Aufgabe" if len(part.tasks) == 1 else "Aufgaben"
        box += nodes.paragraph("", title, classes=["tasks-title"])
        for task in part.tasks:
            box += self._task(exercise, task)
        return box

    def _task(self, exercise: Exercise, task: Task) -> nodes.container:
        number = task.gap.number
        entry = nodes.container(
            classes=["task"], ids=[nodes.make_id(f"luecke-{exercise.name}-{number}")]
        )
        label = nodes.paragraph("", "", nodes.strong("", f"Lücke ({number})"))
        if task.points:
            points = f"{task.points:g}".replace(".", ",")
            unit = "Punkt" if task.points == 1 else "Punkte"
            label += nodes.inline("", f" {points} {unit}", classes=["task-points"])
        label["classes"].append("task-label")
        entry += label
        entry += nodes.paragraph("", "", *inline(task.text))
        if task.functions:
            helpful = nodes.paragraph("", "", nodes.Text("Hilfreich: "), classes=["task-functions"])
            for index, name in enumerate(task.functions):
                if index:
                    helpful += nodes.Text(", ")
                helpful += self._reference(name)
            entry += helpful
        return entry

    def _reference(self, name: str) -> addnodes.pending_xref:
        reference = addnodes.pending_xref(
            "",
            nodes.literal("", name, classes=["xref", "py"]),
            refdomain="py",
            reftype="obj",
            reftarget=name,
            refexplicit=False,
            refwarn=True,
            refdoc=self.env.docname,
        )
        self.set_source_info(reference)
        return reference


def demand_parts(app: Sphinx, doctree: nodes.document) -> None:
    """Meldet Teile, die einer Seite mit dem Kopf ihrer Übung fehlen."""
    boxes = list(doctree.findall(nodes.container))
    shown = {box.get("part") for box in boxes}
    for box in boxes:
        missing: set[str] = box.get("parts", set()) - shown
        for name in sorted(missing):
            _LOGGER.warning(
                "Der Teil %s steht nicht auf dieser Seite; die Direktive »part« zeigt ihn.",
                name,
                location=box,
            )


def setup(app: Sphinx) -> None:
    """Meldet die Direktiven an."""
    app.add_node(download_link, html=(visit_download_link, None))
    app.add_directive("exercise-head", ExerciseHead)
    app.add_directive("part", PartDirective)
