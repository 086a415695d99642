"""Alle Messungen oder die genannten: ``python -m tools.bench [ABSCHNITT …]``.

Jede Tabelle steht danach auch in einer Datei unter ``build/messungen``, mit Tag und Rechner.
"""

from __future__ import annotations

import importlib
import os
import platform
import subprocess
import sys
from datetime import date
from pathlib import Path

from faltwerk.arguments import Parser
from tools.bench.table import Table
from website.places import build_folder, shown

# Modul jedes Abschnitts; geladen wird nur, was gemessen wird.
SECTIONS = {
    "urteile": "tools.bench.verdicts",
    "training": "tools.bench.training",
    "bau": "tools.bench.building",
    "laden": "tools.bench.loading",
}


def record(name: str, table: Table, folder: Path) -> Path:
    """Hebt eine Tabelle auf; eine frühere Messung desselben Abschnitts wird ersetzt."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.txt"
    origin = (
        f"{date.today():%d.%m.%Y}, {platform.machine()} mit {os.cpu_count()} Kernen, "
        f"Python {platform.python_version()}"
    )
    path.write_text(f"{table}\n\n{origin}\n", encoding="utf-8")
    return path


def main() -> int:
    """Misst einen Abschnitt nach dem anderen."""
    parser = Parser(prog="python -m tools.bench", description="Zeiten messen")
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
        path = record(name, table, build_folder() / "messungen")
        print(f"{table}\n\nAufgehoben in {shown(path)}.\n", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
