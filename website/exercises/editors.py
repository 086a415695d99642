"""Kästen zum Lösen auf der Seite: zuerst eine Auflistung, mit Skript ein Editor.

Die Seite enthält den ganzen Kasten mit allen Texten; das Skript füllt ihn nur mit Leben. So
verschiebt sich beim Laden nichts, und ohne Skript bleibt der Rumpf lesbar und kopierbar.
"""

from __future__ import annotations

import json
import shutil
from functools import lru_cache
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from faltwerk.exercise import Exercise, Part, excerpts
from website.course import exercises
from website.places import SCRIPTS
from website.runtime import download_bytes

VENDOR = Path(__file__).resolve().parent.parent / "vendor" / "prism-code-editor"


class editor_box(nodes.General, nodes.Element):
    """Der Kasten eines Teils, der im Browser gelöst werden kann; enthält die Auflistung."""


class local_box(nodes.General, nodes.Element):
    """Der Kasten eines Teils, für den der Browser nicht genügt."""


def solved_in_browser(exercise: Exercise, part: Part) -> bool:
    """Ob ein Teil auf der Seite gelöst werden kann: freigegeben und ohne PyTorch."""
    return exercise.browser and part.framework == "numpy"


def part_box(exercise: Exercise, part: Part, up: str) -> list[nodes.Node]:
    """Der Kasten zum Lösen eines Teils.

    Args:
        exercise: Die Übung.
        part: Ihr Teil.
        up: Weg von der Seite zur Wurzel der Website, zum Beispiel ``""`` oder ``"../"``.

    Returns:
        Ein Kasten, oder nichts bei einer NumPy-Übung, die nicht für den Browser freigegeben ist.
    """
    if part.framework == "torch":
        return [local_box(exercise=exercise.name, part=part.name, up=up)]
    if not solved_in_browser(exercise, part):
        return []
    text = excerpts(exercise.stub)[part.name].text
    listing = nodes.literal_block(text, text, language="python")
    box = editor_box(
        "",
        listing,
        exercise=exercise.name,
        part=part.name,
        gaps=[task.gap.number for task in part.tasks],
        up=up,
    )
    return [box]


def visit_editor_box(translator: Any, node: editor_box) -> None:
    """Öffnet den Kasten vor der Auflistung."""
    name = f"{node['exercise']}-{node['part']}"
    translator.body.append(
        f'<div class="editor-box" id="editor-{name}" role="group"'
        f' aria-labelledby="editor-{name}-titel" data-exercise="{node["exercise"]}"'
        f' data-part="{node["part"]}">\n'
        f'<p class="editor-title"><span id="editor-{name}-titel">Hier lösen'
        f' <code>{node["part"]}</code></span> <span class="editor-saved"></span></p>\n'
        '<div class="editor-notices" role="status"></div>\n'
        '<div class="editor-code">\n'
    )


@lru_cache(maxsize=1)
def _megabytes(root: Path) -> str:
    return f"{download_bytes(root) / 1e6:.0f}"


def depart_editor_box(translator: Any, node: editor_box) -> None:
    """Schreibt hinter die Auflistung, was zum Editor gehört."""
    name = f"{node['exercise']}-{node['part']}"
    gaps = "\n".join(
        f'<li data-gap="{number}"><button type="button" class="gap-jump" disabled>'
        f'Lücke ({number})</button> <span class="gap-verdict">noch nicht geprüft</span>'
        '<p class="gap-message"></p></li>'
        for number in node["gaps"]
    )
    # Erst beim Schreiben berechnet: Die Größe kann sich ändern, ohne dass die Seite es tut.
    size = _megabytes(Path(translator.builder.app.confdir))
    translator.body.append(
        f"""</div>
<p class="editor-reason">Hier fehlt der Editor; laden Sie die Seite neu. Zum Lösen im Browser muss
sie von einem Webserver kommen, JavaScript eingeschaltet und der Browser aktuell sein; sonst
kopieren Sie den Code und <a href="{node["up"]}lokal.html">arbeiten lokal</a>.</p>
<div class="editor-tools">
<div class="editor-buttons">
<button type="button" class="editor-run" data-do="run" disabled>Ausführen &amp; prüfen</button>
<button type="button" data-do="stop" disabled>Stopp</button>
<button type="button" data-do="reset" disabled>Zurücksetzen</button>
<button type="button" data-do="previous" hidden>Ersetzten Code zurückholen</button>
<button type="button" data-do="download" disabled
 aria-label="{node["exercise"]} als .py herunterladen">als .py herunterladen</button>
</div>
<p class="editor-help" id="editor-{name}-hilfe"><kbd>Strg</kbd>+<kbd>Enter</kbd> prüft,
<kbd>Esc</kbd> und dann <kbd>Tab</kbd> verlässt den Editor. Ihr Code bleibt in diesem Browser
(<a href="{node["up"]}fortschritt.html">Mein Fortschritt</a>).</p>
<p class="editor-size">Beim ersten Schreiben oder Prüfen lädt die Seite Python und NumPy,
einmalig ≈ {size} MB.</p>
<div class="editor-loading" hidden><progress aria-label="Python wird geladen"></progress>
<span></span></div>
<p class="editor-status" role="status"></p>
<ol class="editor-gaps" aria-label="Lücken und Urteile">
{gaps}
</ol>
<div class="editor-output" hidden>
<p id="editor-{name}-ausgabe">Ausgabe Ihres Programms</p>
<p class="editor-error"></p>
<pre tabindex="0" role="group" aria-labelledby="editor-{name}-ausgabe"></pre>
</div>
</div>
</div>
"""
    )


def visit_local_box(translator: Any, node: local_box) -> None:
    """Schreibt, wie ein Teil mit PyTorch auf dem eigenen Rechner gelöst wird."""
    exercise, up = node["exercise"], node["up"]
    name = f"{exercise}-{node['part']}"
    translator.body.append(
        f"""<div class="editor-box local" id="editor-{name}" role="group"
 aria-labelledby="editor-{name}-titel">
<p class="editor-title"><span id="editor-{name}-titel">Lokal lösen
<code>{node["part"]}</code></span></p>
<p>PyTorch läuft nicht im Browser, deshalb gibt es hier keinen Editor. Laden Sie die Aufgaben
herunter, <a href="{up}lokal.html">arbeiten Sie lokal</a> und prüfen Sie dort:</p>
<div class="highlight"><pre>python -m faltwerk check {exercise} {exercise}.py</pre></div>
<p class="exercise-downloads"><a class="download" href="{up}downloads/{exercise}.py"
 download>Python-Datei <code>{exercise}.py</code></a>
<a class="download" href="{up}downloads/{exercise}.ipynb" download>Notebook
<code>{exercise}.ipynb</code></a></p>
</div>
"""
    )
    raise nodes.SkipNode


def exercise_data(exercise: Exercise) -> dict[str, Any]:
    """Was die Skripte brauchen, um aus dem Code der Teile eine ganze Datei zu machen.

    Returns:
        Der Rumpf (``stub``) und die Teile mit ihren Zeilen darin (ab 1, einschließlich).
    """
    found = excerpts(exercise.stub)
    parts = [
        {"name": part.name, "first": found[part.name].first, "last": found[part.name].last}
        for part in exercise.parts
    ]
    return {"stub": exercise.stub, "parts": parts}


def write_data(app: Sphinx) -> None:
    """Schreibt die Daten der Übungen und den Editor zu den Skripten der Seite."""
    static = Path(app.outdir) / "_static" / SCRIPTS
    folder = static / "exercises"
    folder.mkdir(parents=True, exist_ok=True)
    for exercise in exercises(Path(app.confdir)):
        text = json.dumps(exercise_data(exercise), ensure_ascii=False)
        (folder / f"{exercise.name}.json").write_text(text + "\n", encoding="utf-8")
    shutil.copytree(VENDOR, static / VENDOR.name, dirs_exist_ok=True)


def link_scripts(
    app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: Any
) -> None:
    """Bindet Skript und Stylesheets nur auf Seiten mit Kästen ein."""
    if doctree is None:
        return
    if next(doctree.findall(editor_box), None):
        app.add_css_file(f"{SCRIPTS}/{VENDOR.name}/layout.css")
        app.add_js_file(f"{SCRIPTS}/editors.js", type="module")
    if next(doctree.findall(editor_box), None) or next(doctree.findall(local_box), None):
        app.add_css_file(f"{SCRIPTS}/editors.css")


def setup(app: Sphinx) -> None:
    """Meldet die Kästen an."""
    app.add_node(editor_box, html=(visit_editor_box, depart_editor_box))
    app.add_node(local_box, html=(visit_local_box, None))
