"""Die Befehlszeile: ``python -m faltwerk BEFEHL …``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from faltwerk.exercise import ExerciseError
from faltwerk.gaps import GapError
from faltwerk.stubs import stale_stubs, write_stubs

ROOT = Path(__file__).resolve().parent.parent


def _solutions() -> list[str]:
    return sorted(path.parent.name for path in ROOT.glob("*/solution.py"))


def stubs(options: argparse.Namespace) -> int:
    """Schreibt die Rümpfe oder prüft mit ``--check`` nur, ob sie aktuell sind."""
    names = [options.exercise] if options.exercise else _solutions()
    if options.check:
        stale = stale_stubs(names, ROOT)
        for path in stale:
            print(
                f"{path.relative_to(ROOT)} passt nicht mehr zur Musterlösung; "
                "»python -m faltwerk stubs« erzeugt die Datei neu.",
                file=sys.stderr,
            )
        return 1 if stale else 0
    written = write_stubs(names, ROOT)
    for path in written:
        print(f"{path.relative_to(ROOT)} geschrieben.")
    if not written:
        print("Alle Rümpfe sind aktuell.")
    return 0


def parser() -> argparse.ArgumentParser:
    """Die Befehle mit ihren Optionen."""
    top = argparse.ArgumentParser(prog="python -m faltwerk", description="Übungen des Kurses")
    verbs = top.add_subparsers(dest="verb", required=True, metavar="BEFEHL")
    verb = verbs.add_parser("stubs", help="Rümpfe aus den Musterlösungen erzeugen")
    verb.add_argument("exercise", nargs="?", metavar="ÜBUNG")
    verb.add_argument("--check", action="store_true", help="nur prüfen, nichts schreiben")
    verb.set_defaults(run=stubs)
    return top


def main() -> int:
    """Führt den Befehl aus; Fehler werden ein deutscher Satz und Rückgabewert 2."""
    options = parser().parse_args()
    try:
        return options.run(options)
    except (ExerciseError, GapError) as error:
        print(error, file=sys.stderr)
    except FileNotFoundError as error:
        print(f"Die Datei {error.filename} gibt es nicht.", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
