"""Zeichnet die Abbildung der Seite »Architektur«.

Aufruf: ``python -m docs.figures.make_architecture``. Die SVG-Datei liegt danach neben diesem
Programm; ein zweiter Aufruf ändert nichts.
"""

from __future__ import annotations

from docs.figures.drawing import Drawing

WIDTH, HEIGHT = 170, 56


def rooms() -> None:
    """Die Räume; ein Pfeil zeigt auf den, der benutzt wird."""
    d = Drawing(480, 405, "Räume des Projekts")
    left, middle, right = 105, 240, 375
    rows = [34, 140, 255, 370]
    for x, y, name, note, kind in (
        (middle, rows[0], "docs/", "Seiten mit Zellen", "gray"),
        (middle, rows[1], "recordings/", "Läufe, Messungen", "green"),
        (left, rows[2], "vier Übungen", "Lösung, Prüffälle", "orange"),
        (right, rows[2], "website/", "Bau und Skripte", "violet"),
        (middle, rows[3], "faltwerk/", "Lücken, Urteile", "blue"),
    ):
        d.box(x, y, (name, note), kind, WIDTH, HEIGHT)
    bottom, top = HEIGHT / 2, -HEIGHT / 2
    d.arrow((middle, rows[0] + bottom), (middle, rows[1] + top))
    for side, place in ((-1, left), (1, right)):
        # Von den Seiten und den Aufzeichnungen hinab, von dort zusammen zur Prüfung.
        d.arrow((middle + 75 * side, rows[0] + bottom), (place + 10 * side, rows[2] + top))
        d.arrow((middle + 45 * side, rows[1] + bottom), (place - 30 * side, rows[2] + top))
        d.arrow((place - 30 * side, rows[2] + bottom), (middle + 45 * side, rows[3] + top))
    d.arrow((right - WIDTH / 2, rows[2]), (left + WIDTH / 2, rows[2]))
    d.text(middle, rows[2] - 9, "Daten", "note")
    d.write("architecture-rooms")


if __name__ == "__main__":
    rooms()
