"""Was eine Übung der Prüfung mitgibt: Prüffälle und bekannte Fehler, beides reine Daten."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Case:
    """Ein Prüffall: ein kleines Programm, dessen letzter Ausdruck beobachtet wird.

    Attributes:
        part: Name des Teils (Funktion oder Klasse), zu dem der Fall gehört.
        name: Kurze deutsche Beschreibung, die in Meldungen steht.
        code: Python-Programm; der Wert der letzten Anweisung, eines Ausdrucks, ist die Beobachtung.
        given: Namen, die das Programm zusätzlich zu denen der Abgabe benutzt.
        rtol: Zulässige relative Abweichung; ``None`` nimmt die der Übung.
        atol: Zulässige absolute Abweichung; ``None`` nimmt die der Übung.
        dtype: Ob auch der Datentyp übereinstimmen muss.
    """

    part: str
    name: str
    code: str
    given: Mapping[str, object] = field(default_factory=dict)
    rtol: float | None = None
    atol: float | None = None
    dtype: bool = False


@dataclass(frozen=True)
class Mistake:
    """Ein Fehler, den Menschen wirklich machen, mit der Meldung, die er auslösen muss.

    Attributes:
        gap: Nummer der Lücke.
        code: Inhalt der Lücke, geschrieben mit den Namen der Musterlösung.
        message: Deutsche Meldung: was falsch ist und wohin der richtige Gedanke führt.
    """

    gap: int
    code: str
    message: str
