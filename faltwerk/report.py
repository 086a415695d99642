"""Urteile darstellen: für die Befehlszeile, als JSON und als HTML im Notebook."""

from __future__ import annotations

import html
import json
from collections.abc import Sequence
from dataclasses import asdict

from faltwerk.judge.verdicts import Verdict
from faltwerk.terminal import visible

_SIGNS = {"correct": "✓", "wrong": "✗", "open": "○", "untested": "?"}
WORDS = {"correct": "richtig", "wrong": "falsch", "open": "offen", "untested": "nicht beurteilt"}


def progress(verdicts: Sequence[Verdict]) -> str:
    """Der Stand in Worten, zum Beispiel »12 von 31 Lücken richtig«."""
    correct = sum(verdict.status == "correct" for verdict in verdicts)
    return f"{correct} von {len(verdicts)} Lücken richtig"


def as_text(verdicts: Sequence[Verdict], show_open: bool = True) -> str:
    """Eine Zeile je Lücke, Einzelheiten eingerückt darunter, am Ende der Stand."""
    lines = []
    for verdict in verdicts:
        if verdict.status == "open" and not show_open:
            continue
        place = f" (Zeile {verdict.line})" if verdict.line and verdict.status != "correct" else ""
        head = f"{_SIGNS[verdict.status]} Lücke {verdict.gap:>2}: {WORDS[verdict.status]}{place}"
        lines.append(head)
        lines += [f"      {line}" for line in visible(verdict.message).splitlines()]
    return "\n".join([*lines, progress(verdicts)])


def as_json(exercise: str, file: str, verdicts: Sequence[Verdict], error: str | None = None) -> str:
    """Das Ergebnis als JSON-Objekt in einer Zeile.

    Schlüssel: ``exercise``, ``file``, ``passed``, ``gaps`` (je Lücke ``gap``, ``status``,
    ``message``, ``line``) und ``error``, ein Satz, wenn die Datei nicht beurteilt werden konnte.
    """
    passed = bool(verdicts) and all(verdict.status == "correct" for verdict in verdicts)
    return json.dumps(
        {
            "exercise": exercise,
            "file": visible(file),
            "passed": passed,
            "gaps": [asdict(one) | {"message": visible(one.message)} for one in verdicts],
            "error": error and visible(error),
        },
        ensure_ascii=False,
    )


def as_html(verdicts: Sequence[Verdict]) -> str:
    """Eine Tabelle für Jupyter; Zeichen und Wort tragen das Urteil, nicht die Farbe allein."""
    rows = "".join(
        "<tr>"
        f"<td>{_SIGNS[verdict.status]}</td><th scope='row'>Lücke {verdict.gap}</th>"
        f"<td>{WORDS[verdict.status]}</td>"
        "<td style='text-align:left;white-space:pre-wrap'>"
        f"{html.escape(visible(verdict.message))}</td>"
        "</tr>"
        for verdict in verdicts
    )
    caption = html.escape(progress(verdicts))
    return f"<table lang='de'><caption>{caption}</caption><tbody>{rows}</tbody></table>"
