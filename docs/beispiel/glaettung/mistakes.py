"""Bekannte Fehler und was die Prüfung dazu sagt."""

from __future__ import annotations

from faltwerk.cases import Mistake

MISTAKES = (
    Mistake(
        gap=1,
        code="len(x) - width",
        message="Es fehlt ein Fenster: Zählen Sie an einem kurzen Signal auch das erste mit.",
    ),
    Mistake(
        gap=1,
        code="len(x) // width",
        message="Die Fenster überlappen sich; so zählen Sie nur die, die einander nicht berühren.",
    ),
    Mistake(
        gap=2,
        code="result[i] = x[i : i + width].sum()",
        message="Gefragt ist der Mittelwert, das hier ist die Summe.",
    ),
    Mistake(
        gap=2,
        code="result[i] = x[i : width].mean()",
        message="Das Fenster wandert nicht: Auch sein Ende hängt von i ab.",
    ),
)
