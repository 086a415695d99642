"""Alle Messungen oder die genannten: ``python -m tools.bench [ABSCHNITT …]``."""

from __future__ import annotations

import argparse
import importlib
import subprocess
import sys

# Modul jedes Abschnitts; geladen wird nur, was gemessen wird.
SECTIONS = {
    "urteile": "tools.bench.verdicts",
    "training": "tools.bench.training",
    "bau": "tools.bench.building",
    "laden": "tools.bench.loading",
}


def main() -> int:
    """Misst einen Abschnitt nach dem anderen."""
    parser = argparse.ArgumentParser(prog="python -m tools.bench", description="Zeiten messen")
    parser.add_argument("sections", nargs="*", metavar="ABSCHNITT", help=", ".join(SECTIONS))
    names = parser.parse_args().sections or list(SECTIONS)
    unknown = [name for name in names if name not in SECTIONS]
    if unknown:
        print(
            f"Einen Abschnitt »{unknown[0]}« gibt es nicht; es gibt {', '.join(SECTIONS)}.",
            file=sys.stderr,
        )
        return 2
    for name in names:
        try:
            table = importlib.import_module(SECTIONS[name]).run()
        except subprocess.CalledProcessError as error:
            print(
                f"Der Abschnitt »{name}« ließ sich nicht messen: Der Befehl »{error.cmd[-1]}« ist "
                "gescheitert; die Meldung darüber sagt, woran.",
                file=sys.stderr,
            )
            return 1
        print(f"{table}\n", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
