"""Was eine Zelle zeigt, so dass es zur Seite passt: Bild, Herkunft, Tabelle, Absatz.

Ein Notebook zeigt diese Gegenstände von selbst an. Nur hier schreiben Zellen HTML für die Website.
"""

from __future__ import annotations

import html
import io
import re
from dataclasses import dataclass

import matplotlib
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from website.palette import SOFT

# Schrift und Achsen richten sich im Browser nach dem hellen oder dunklen Grund.
_INK = (
    f"<style>svg {{--ink: {SOFT.light}}} "
    f"@media (prefers-color-scheme: dark) {{svg {{--ink: {SOFT.dark}}}}}</style>\n"
)
_LONG = re.compile(r"(\.\d\d)\d+")
_AFTER_NUMBER = re.compile(r"(?<=\d) (?=\d{3}\b|%|(?:h|min|s)\b)")


@dataclass(frozen=True)
class Picture:
    """Ein fertiges Bild mit Alternativtext, im Notebook als SVG zu sehen.

    Attributes:
        figure: Das Bild.
        alt: Was darauf zu sehen ist, für alle, die es nicht sehen.
    """

    figure: Figure
    alt: str

    def _repr_svg_(self) -> str:
        file = io.StringIO()
        # Ohne Datum und mit festen Kennungen, damit gleiche Zahlen dieselbe Datei ergeben. Schrift
        # bleibt Text, denn ihre Umrisse wögen in jeder Datei mehr als das Bild selbst.
        with matplotlib.rc_context({"svg.hashsalt": "faltwerk", "svg.fonttype": "none"}):
            self.figure.savefig(
                file,
                format="svg",
                bbox_inches="tight",
                metadata={"Date": None, "Creator": None, "Description": self.alt},
            )
        # Feiner als ein Hundertstel Bildpunkt zeichnet kein Browser.
        svg = re.sub(r' d="[^"]*"', lambda path: _LONG.sub(r"\1", path[0]), file.getvalue())
        ink = to_hex(matplotlib.rcParams["text.color"])
        return svg.replace(ink, "var(--ink)").replace(" <defs>\n", f" {_INK} <defs>\n", 1)


@dataclass(frozen=True)
class Origin:
    """Woher eine Aufzeichnung stammt.

    Attributes:
        lines: Paare aus Bezeichnung und Text.
    """

    lines: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        width = max(len(name) for name, _ in self.lines) + 1
        return "\n".join(f"{name + ':':{width}} {text}" for name, text in self.lines)

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<div><dt>{html.escape(name)}</dt><dd>{html.escape(text)}</dd></div>"
            for name, text in self.lines
        )
        return f'<dl class="origin">{rows}</dl>'


@dataclass(frozen=True)
class Table:
    """Die Zahlen zu einem Bild, zum Aufklappen.

    Attributes:
        title: Was aufzuklappen ist.
        head: Überschriften der Spalten.
        rows: Die Zeilen; die erste Spalte benennt sie.
    """

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def _repr_html_(self) -> str:
        head = "".join(f'<th scope="col">{html.escape(name)}</th>' for name in self.head)
        body = "".join(
            f'<tr><th scope="row">{html.escape(row[0])}</th>'
            + "".join(f"<td>{html.escape(value)}</td>" for value in row[1:])
            + "</tr>"
            for row in self.rows
        )
        # Mit tabindex lässt sich auch mit der Tastatur rollen, was nicht auf die Seite passt.
        return (
            f'<details class="numbers"><summary>{html.escape(self.title)}</summary>'
            f'<div class="table-wrapper" role="region" tabindex="0" '
            f'aria-label="{html.escape(self.title)}"><table class="docutils"><thead><tr>{head}'
            f"</tr></thead><tbody>{body}</tbody></table></div></details>"
        )


@dataclass(frozen=True)
class Note:
    """Ein Absatz, dessen Zahlen aus einer Aufzeichnung stammen.

    Attributes:
        text: Der Absatz.
    """

    text: str

    def __str__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        # Eine Zahl und was zu ihr gehört, trennt kein Zeilenende.
        text = _AFTER_NUMBER.sub("\N{NO-BREAK SPACE}", self.text)
        return f"<p>{html.escape(text)}</p>"
