"""Das Notebook einer Übung: Aufgaben, Rümpfe und Prüfungen, ohne Lösungen.

Es entsteht aus denselben Quellen wie Seite und Rumpf; gleiche Quellen geben gleiche Bytes.
"""

from __future__ import annotations

import ast
import hashlib

import nbformat
from nbformat import NotebookNode, v4

from faltwerk.exercise import Exercise, Part, Task, excerpts

_SETUP = """\
import sys
from pathlib import Path

# Sucht den Ordner des Kurses von hier aus nach oben.
for folder in (Path.cwd(), *Path.cwd().parents):
    if (folder / "faltwerk" / "__init__.py").is_file():
        sys.path.insert(0, str(folder))
        break
else:
    raise RuntimeError("Bitte legen Sie dieses Notebook in den Ordner des Kurses.")

from faltwerk import interactive_check, print_tensors"""


def exercise_notebook(exercise: Exercise) -> str:
    """Schreibt das Notebook einer Übung als JSON.

    Args:
        exercise: Die Übung.

    Returns:
        Inhalt einer ``.ipynb``-Datei mit festen Kennungen der Zellen.

    Raises:
        nbformat.ValidationError: Wenn das Notebook nicht zum Format passt.
    """
    cells = [("head", "markdown", _head(exercise)), ("setup", "code", _SETUP)]
    parts = {part.name: part for part in exercise.parts}
    for index, (name, code) in enumerate(_blocks(exercise.stub)):
        part = parts.get(name)
        if part is None:
            cells.append((f"given-{index}", "code", code))
            continue
        cells.append((f"task-{name}", "markdown", _tasks(part)))
        cells.append((f"code-{name}", "code", code))
        check = f'interactive_check("{exercise.name}.{name}", globals())'
        cells.append((f"check-{name}", "code", check))
    cells.append(("end", "markdown", "## Alles zusammen\n\nPrüfen Sie zum Schluss die Übung."))
    cells.append(("check", "code", f'interactive_check("{exercise.name}", globals())'))
    notebook = v4.new_notebook(
        cells=[_cell(exercise.name, *cell) for cell in cells],
        metadata={
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
    )
    # »writes« meldet einen Verstoß gegen das Format nur; hier bricht er den Bau ab.
    nbformat.validate(notebook)
    text: str = nbformat.writes(notebook)
    return text + "\n"


def _cell(exercise: str, key: str, kind: str, text: str) -> NotebookNode:
    # Sonst würfelt nbformat die Kennung. Nicht jedes Zeichen ist erlaubt, ein Hash passt immer.
    name = hashlib.sha256(f"{exercise}/{key}".encode()).hexdigest()[:12]
    cell: NotebookNode
    if kind == "code":
        cell = v4.new_code_cell(text, id=name)
    else:
        cell = v4.new_markdown_cell(text, id=name)
    return cell


def _blocks(stub: str) -> list[tuple[str, str]]:
    """Zerlegt den Rumpf in Vorgegebenes (Name ``""``) und Funktionen und Klassen."""
    lines = stub.splitlines()
    # Der Docstring der Datei steht schon im Kopf des Notebooks.
    position = _docstring_end(stub)
    blocks: list[tuple[str, list[str]]] = []
    for name, excerpt in excerpts(stub).items():
        above = lines[position : excerpt.first - 1]
        # Kommentare allein geben keine Zelle; sie gehören zu dem, was folgt.
        if any(line and not line.startswith("#") for line in above):
            blocks.append(("", above))
            above = []
        blocks.append((name, above + excerpt.text.splitlines()))
        position = excerpt.last
    blocks.append(("", lines[position:]))
    texts = [(name, "\n".join(block).strip("\n")) for name, block in blocks]
    return [(name, text) for name, text in texts if text]


def _docstring_end(source: str) -> int:
    tree = ast.parse(source)
    return 0 if ast.get_docstring(tree) is None else tree.body[0].end_lineno or 0


def _head(exercise: Exercise) -> str:
    goals = "\n".join(f"- {goal}" for goal in exercise.goals)
    needs = "\n".join(f"- {need}" for need in exercise.prerequisites)
    return (
        f"# {exercise.title}\n\n{exercise.summary}\n\n"
        f"Dauer: etwa {exercise.minutes} Minuten.\n\n"
        f"**Lernziele**\n\n{goals}\n\n**Voraussetzungen**\n\n{needs}\n\n"
        "Legen Sie dieses Notebook in den Ordner des Kurses. Ersetzen Sie jedes `...`, das mit "
        "einer Lücke markiert ist, und führen Sie danach die Prüfung unter der Zelle aus."
    )


def _tasks(part: Part) -> str:
    return f"## {part.title}\n\n" + "\n\n".join(_task(task) for task in part.tasks)


def _task(task: Task) -> str:
    text = f"**Lücke ({task.gap.number})** {task.text}"
    if task.functions:
        text += "\n\nHilfreich: " + ", ".join(f"`{name}`" for name in task.functions)
    for index, hint in enumerate(task.hints, start=1):
        text += f"\n\n<details><summary>{index}. Hinweis</summary>\n\n{hint}\n\n</details>"
    return text
