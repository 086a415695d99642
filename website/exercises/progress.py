"""Die Seite »Mein Fortschritt«: ein Gerüst, das ein Skript aus dem Speicher des Browsers füllt."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from faltwerk.exercise import Exercise, Part
from website.course import exercises
from website.exercises.editors import solved_in_browser
from website.places import SCRIPTS


class progress_list(nodes.General, nodes.Element):
    """Die Übungen mit ihren Teilen und Zählern."""


class progress_tools(nodes.General, nodes.Element):
    """Die Knöpfe zum Sichern, Einlesen und Löschen."""


class progress_count(nodes.Inline, nodes.Element):
    """Die Zahl der Lücken einer Übung; mit Skript auch, wie viele davon richtig sind."""


class ProgressList(SphinxDirective):
    """Der Stand je Übung und Teil."""

    def run(self) -> list[nodes.Node]:
        return [progress_list()]


class ProgressTools(SphinxDirective):
    """Exportieren, Importieren, Löschen."""

    def run(self) -> list[nodes.Node]:
        return [progress_tools()]


def _exercise(exercise: Exercise) -> str:
    total = len(exercise.gaps)
    local = sum(len(part.tasks) for part in exercise.parts if not solved_in_browser(exercise, part))
    if local == total:
        note = (
            "Diese Übung prüfen Sie auf Ihrem Rechner: "
            f"<code>python -m faltwerk check {exercise.name}</code>."
        )
    elif local:
        note = f"{local} der Lücken brauchen PyTorch und lassen sich nur lokal prüfen."
    else:
        note = ""
    parts = "".join(
        _part(exercise, part) for part in exercise.parts if solved_in_browser(exercise, part)
    )
    label = f"progress-{exercise.name}"
    return (
        f'<li class="progress-exercise" data-exercise="{exercise.name}" data-total="{total}">\n'
        f'<p class="progress-title" id="{label}"><a href="{exercise.name}.html">{exercise.order}. '
        f"{escape(exercise.title)}</a></p>\n"
        + (
            f'<div class="progress-bar"><progress aria-labelledby="{label}" max="{total}"'
            ' value="0"></progress> <span class="progress-sum">'
            f"0 von {total} Lücken richtig</span></div>\n"
            f'<ul class="progress-parts">\n{parts}</ul>\n'
            if parts
            else ""
        )
        + (f'<p class="progress-note">{note}</p>\n' if note else "")
        + (
            '<p><button type="button" data-do="download"'
            f' aria-label="{exercise.name} als .py herunterladen">'
            "als .py herunterladen</button></p>\n"
            if parts
            else ""
        )
        + "</li>\n"
    )


def _part(exercise: Exercise, part: Part) -> str:
    gaps = " ".join(str(task.gap.number) for task in part.tasks)
    return (
        f'<li data-part="{part.name}" data-gaps="{gaps}">'
        f'<a href="{exercise.name}.html#editor-{exercise.name}-{part.name}">'
        f"<code>{part.name}</code></a> "
        f'<span class="progress-state">0 von {len(part.tasks)}</span></li>\n'
    )


def visit_progress_list(translator: Any, node: progress_list) -> None:
    """Schreibt die Liste, dazu den Satz für Browser, in denen sie leer bleibt."""
    course = exercises(Path(translator.builder.app.confdir))
    translator.body.append(
        '<p class="progress-missing">Ohne JavaScript, in einem sehr alten Browser oder als '
        "geöffnete Datei kann diese Seite nicht nachsehen, was gespeichert ist; Zähler und Knöpfe "
        "fehlen dann. Lösen Sie die Übungen in diesem Fall "
        '<a href="lokal.html">auf Ihrem Rechner</a>.</p>\n<ul class="progress-list">\n'
        + "".join(_exercise(exercise) for exercise in course)
        + "</ul>\n"
    )
    raise nodes.SkipNode


def visit_progress_tools(translator: Any, node: progress_tools) -> None:
    """Schreibt die Knöpfe."""
    translator.body.append(
        """<div class="progress-tools">
<div class="progress-buttons">
<button type="button" data-do="export">Exportieren</button>
<button type="button" data-do="import">Importieren …</button>
<button type="button" data-do="clear">Alles löschen</button>
<input type="file" accept=".json,application/json" aria-label="Datei zum Importieren" hidden>
</div>
<p class="progress-status" role="status"></p>
</div>
"""
    )
    raise nodes.SkipNode


def visit_progress_count(translator: Any, node: progress_count) -> None:
    """Schreibt die Zahl der Lücken so, dass das Skript sie ergänzen kann."""
    translator.body.append(
        f'<span class="card-progress" data-exercise="{node["exercise"]}"'
        f' data-total="{node["total"]}">{node["total"]} Lücken</span>'
    )
    raise nodes.SkipNode


def link_scripts(
    app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: Any
) -> None:
    """Bindet die Skripte nur dort ein, wo es etwas zu zählen gibt."""
    if doctree is None:
        return
    if next(doctree.findall(progress_list), None):
        app.add_css_file(f"{SCRIPTS}/editors.css")
        app.add_js_file(f"{SCRIPTS}/progress-page.js", type="module")
    if next(doctree.findall(progress_count), None):
        app.add_js_file(f"{SCRIPTS}/cards.js", type="module")


def setup(app: Sphinx) -> None:
    """Meldet Direktiven und Knoten an."""
    app.add_node(progress_list, html=(visit_progress_list, None))
    app.add_node(progress_tools, html=(visit_progress_tools, None))
    app.add_node(progress_count, html=(visit_progress_count, None))
    app.add_directive("progress-list", ProgressList)
    app.add_directive("progress-tools", ProgressTools)
