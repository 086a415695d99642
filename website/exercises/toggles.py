"""Aufklappbare Kästen: Hinweise, erwartete Ausgabe und Musterlösung.

Zwei Direktiven klammern ausgeführte Zellen ein, die selbst auf oberster Ebene stehen müssen, damit
sie laufen; was zwischen ihnen liegt, kommt nach dem Lesen der Seite in den Kasten.
"""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from faltwerk.exercise import excerpts
from website.exercises._texts import ExerciseDirective, paragraph

LOGGER = logging.getLogger(__name__)
TITLES = {"hints": "Hinweise", "expected": "Erwartete Ausgabe", "solution": "Musterlösung"}
SLUGS = {"hints": "hinweise", "expected": "ausgabe", "solution": "loesung"}

# Ab so vielen Zeilen darf Code beim Drucken umbrechen; eine Seite fasst etwa doppelt so viele.
_LONG = 35


class toggle_edge(nodes.Element):
    """Anfang oder Ende eines Kastens; verschwindet, sobald der Kasten gebildet ist."""


class details(nodes.General, nodes.Element):
    """Ein ``<details>`` des Browsers mit seiner Zusammenfassung."""


def toggle(kind: str, exercise: str, part: str) -> nodes.admonition:
    """Bildet einen leeren Kasten mit Titel und fester Kennung.

    Args:
        kind: ``"hints"``, ``"expected"`` oder ``"solution"``.
        exercise: Name der Übung.
        part: Name des Teils.
    """
    title = nodes.title("", f"{TITLES[kind]} ", nodes.literal("", part, classes=["toggle-part"]))
    return nodes.admonition(
        "",
        title,
        classes=["dropdown", "faltwerk-toggle", kind],
        # Groß- und Kleinschreibung bleibt: »maxpool2d« und »MaxPool2d« sind zweierlei.
        ids=[f"{SLUGS[kind]}-{exercise}-{part}"],
    )


def hint_toggle(exercise: str, part: Any) -> nodes.admonition:
    """Der Kasten mit den gestuften Hinweisen aller Lücken eines Teils."""
    box = toggle("hints", exercise, part.name)
    for task in part.tasks:
        group = nodes.container(classes=["hint-group"])
        group += nodes.paragraph(
            "", "", nodes.strong("", f"Lücke ({task.gap.number})"), classes=["hint-gap"]
        )
        for index, hint in enumerate(task.hints, start=1):
            entry = details(summary=f"{index}. Hinweis", label=f"zu Lücke ({task.gap.number})")
            entry += paragraph(hint)
            group += entry
        box += group
    return box


class ToggleStart(ExerciseDirective):
    """Beginnt den Kasten »Erwartete Ausgabe«."""

    kind = "expected"

    def run(self) -> list[nodes.Node]:
        exercise, part = self.part()
        box = toggle(self.kind, exercise.name, part.name)
        self.set_source_info(box)
        box += self.contents(exercise, part)
        edge = toggle_edge("", box, edge="start", kind=self.kind)
        self.set_source_info(edge)
        return [edge]

    def contents(self, exercise: Any, part: Any) -> list[nodes.Node]:
        """Was vor den Zellen im Kasten steht."""
        return []


class SolutionStart(ToggleStart):
    """Beginnt den Kasten »Musterlösung« und zeigt den Quelltext des Teils."""

    kind = "solution"

    def contents(self, exercise: Any, part: Any) -> list[nodes.Node]:
        excerpt = excerpts(exercise.source)[part.name]
        text, first = excerpt.text, excerpt.first
        file = f"{exercise.name}/solution.py"
        code = nodes.literal_block(text, text, language="python")
        code["highlight_args"] = {"linenostart": first}
        code["linenos"] = False
        if text.count("\n") > _LONG:
            code["classes"].append("long-code")
        return [
            nodes.paragraph(
                "",
                "",
                nodes.Text("Aus "),
                nodes.literal(file, file),
                nodes.Text(f", ab Zeile {first}. Die Ausgabe darunter hat genau diese Datei beim "
                           "Bauen der Seite berechnet."),
                classes=["solution-origin"],
            ),
            code,
        ]  # fmt: skip


class ToggleEnd(SphinxDirective):
    """Beendet den zuletzt begonnenen Kasten derselben Art."""

    kind = "expected"
    has_content = False

    def run(self) -> list[nodes.Node]:
        edge = toggle_edge(edge="end", kind=self.kind)
        self.set_source_info(edge)
        return [edge]


class SolutionEnd(ToggleEnd):
    """Beendet den Kasten »Musterlösung«."""

    kind = "solution"


class FillToggles(SphinxTransform):
    """Verschiebt, was zwischen Anfang und Ende liegt, in den Kasten."""

    def apply(self, **kwargs: Any) -> None:
        for start in list(self.document.findall(toggle_edge)):
            if start["edge"] == "start":
                self._fill(start)
        for edge in list(self.document.findall(toggle_edge)):
            LOGGER.warning(
                "Zu %s-%s fehlt im selben Abschnitt das Gegenstück.",
                edge["kind"], edge["edge"], location=edge,
            )  # fmt: skip
            edge.parent.remove(edge)

    def _fill(self, start: toggle_edge) -> None:
        parent = start.parent
        first = parent.index(start)
        for last in range(first + 1, len(parent)):
            node = parent[last]
            if isinstance(node, toggle_edge):
                if node["edge"] != "end" or node["kind"] != start["kind"]:
                    return
                (box,) = start.findall(nodes.admonition)
                moved = parent[first + 1 : last]
                del parent[first + 1 : last + 1]
                box.extend(moved)
                parent.replace(start, box)
                return


def visit_details(translator: Any, node: details) -> None:
    """Öffnet ``<details>``; die Beschriftung für Vorleseprogramme nennt auch die Lücke."""
    translator.body.append(
        f'<details class="hint"><summary>{node["summary"]}'
        f'<span class="visually-hidden"> {node["label"]}</span></summary>\n'
    )


def depart_details(translator: Any, node: details) -> None:
    """Schließt ``<details>``."""
    translator.body.append("</details>\n")


def mark_pages(
    app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: Any
) -> None:
    """Sagt der Vorlage, ob die Seite Kästen hat und Knöpfe dafür braucht."""
    context["has_toggles"] = doctree is not None and any(
        "faltwerk-toggle" in node["classes"] for node in doctree.findall(nodes.admonition)
    )


def setup(app: Sphinx) -> None:
    """Meldet Direktiven, Knoten und Umformung an."""
    app.add_node(toggle_edge)
    app.add_node(details, html=(visit_details, depart_details))
    app.add_directive("expected-start", ToggleStart)
    app.add_directive("expected-end", ToggleEnd)
    app.add_directive("solution-start", SolutionStart)
    app.add_directive("solution-end", SolutionEnd)
