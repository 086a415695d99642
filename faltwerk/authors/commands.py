"""Befehle für Lehrende: stubs, verify und mutants."""

from __future__ import annotations

import argparse

from faltwerk.arguments import CommandLine, Parser
from faltwerk.authors.mutants import tally
from faltwerk.authors.stubs import stale_stubs, write_stubs
from faltwerk.authors.verify import problems
from faltwerk.exercise import COURSE, Exercise, load, load_all
from faltwerk.terminal import complain, gap_progress, show_progress

# So viele Veränderungen dürfen an einer anderen Lücke gemeldet werden als an ihrer.
_ELSEWHERE = 0.01


def add_commands(line: CommandLine) -> None:
    """Meldet die Befehle an."""
    line.add_group("Für Lehrende")
    verb = line.add_command("stubs", stubs, "Rümpfe aus den Musterlösungen erzeugen")
    _add_exercises(verb)
    verb.add_argument("--check", action="store_true", help="nur prüfen, nichts schreiben")
    _add_exercises(
        line.add_command("verify", verify, "prüfen, ob Übungen halten, was sie zusichern")
    )
    _add_exercises(
        line.add_command("mutants", mutants, "prüfen, ob jede Veränderung der Lösung auffällt")
    )


def _add_exercises(verb: Parser) -> None:
    verb.add_argument(
        "exercises", nargs="*", metavar="ÜBUNG", help="Namen ihrer Ordner, sonst alle"
    )


def stubs(options: argparse.Namespace) -> int:
    """Schreibt die Rümpfe oder prüft mit ``--check`` nur, ob sie aktuell sind."""
    # Auch eine neue Übung, der die übrigen Dateien noch fehlen, bekommt ihren Rumpf.
    names = options.exercises or sorted(path.parent.name for path in COURSE.glob("*/solution.py"))
    if options.check:
        stale = stale_stubs(names, COURSE)
        for path in stale:
            complain(
                f"{path.relative_to(COURSE)} passt nicht mehr zur Musterlösung; "
                "»python -m faltwerk stubs« erzeugt die Datei neu."
            )
        return 1 if stale else 0
    written = write_stubs(names, COURSE)
    for path in written:
        print(f"{path.relative_to(COURSE)} geschrieben.")
    if not written:
        print("Alle Rümpfe sind aktuell.")
    return 0


def verify(options: argparse.Namespace) -> int:
    """Prüft die Übungen selbst: 0 alles in Ordnung, 1 etwas nicht."""
    failed = False
    for exercise in _chosen(options):
        found = False
        for text in problems(exercise, gap_progress(exercise)):
            found = failed = True
            complain(f"{exercise.name}: {text}")
        if not found:
            print(f"{exercise.name}: {len(exercise.gaps)} Lücken, alles in Ordnung.")
    return 1 if failed else 0


def mutants(options: argparse.Namespace) -> int:
    """Verändert die Musterlösungen und zählt: 0 alle Veränderungen fallen auf, 1 eine nicht."""
    failed = False
    for exercise in _chosen(options):
        result = tally(exercise, show_progress)
        show_progress("")
        share = result.exact / max(1, result.total)
        print(
            f"{exercise.name}: {result.total} Mutanten, {result.found} gefunden, "
            f"{result.exact} genau an der Lücke ({100 * share:.1f} %), "
            f"{result.equivalent} gleichwertige ausgenommen",
            flush=True,
        )
        for survivor in result.survivors:
            print("  " + survivor.replace("\n", "\n    "))
        failed |= result.found < result.total or share < 1 - _ELSEWHERE
    return 1 if failed else 0


def _chosen(options: argparse.Namespace) -> list[Exercise]:
    names: list[str] = options.exercises
    return [load(name, COURSE) for name in names] if names else load_all(COURSE)
