"""Was Zellen zeigen: Texte sind maskiert, und zum Anzeigen braucht es kein Sphinx."""

from __future__ import annotations

import subprocess
import sys

from site_builds import ROOT

from website.cells.display import Note, Origin, Table


def test_texts_are_escaped() -> None:
    html = Table("A & B", ("<x>",), (("1", "<2>"),))._repr_html_()
    assert "<x>" not in html and "&lt;2&gt;" in html and "A &amp; B" in html
    assert "&lt;b&gt;" in Origin((("Befehl", "<b>"),))._repr_html_()
    assert "&lt;b&gt;" in Note("<b>")._repr_html_()


def test_no_line_ends_between_a_number_and_what_belongs_to_it() -> None:
    assert Note("In 3 h 5 min sind 45 000 Bilder 90 % der Daten.")._repr_html_() == (
        "<p>In 3\N{NO-BREAK SPACE}h 5\N{NO-BREAK SPACE}min sind 45\N{NO-BREAK SPACE}000 Bilder "
        "90\N{NO-BREAK SPACE}% der Daten.</p>"
    )


def test_a_cell_can_show_something_without_sphinx() -> None:
    """Auf dem Rechner von Studierenden läuft ein Notebook auch ohne die Werkzeuge der Website."""
    program = (
        "import sys, website.cells.display\n"
        "assert not {'sphinx', 'docutils', 'myst_nb'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True)
