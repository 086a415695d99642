"""Die Befehlszeile: ``python -m faltwerk BEFEHL …``."""

from __future__ import annotations

import os
import sys

from faltwerk import students
from faltwerk.arguments import CallError, CommandLine
from faltwerk.authors import commands as authors
from faltwerk.exercise import ExerciseError
from faltwerk.gaps import GapError
from faltwerk.judge.submission import UnreadableError
from faltwerk.terminal import complain


def command_line() -> CommandLine:
    """Alle Befehle mit ihren Optionen."""
    line = CommandLine("python -m faltwerk", "Übungen des Kurses lösen und prüfen.")
    line.add_argument("--traceback", action="store_true", help="bei Fehlern die Fehlerspur zeigen")
    students.add_commands(line)
    authors.add_commands(line)
    return line


def main(arguments: list[str] | None = None) -> int:
    """Führt den Befehl aus; Fehler werden ein deutscher Satz und Rückgabewert 2."""
    line = command_line()
    options = line.parse_args(arguments)
    try:
        return line.run(options)
    except (CallError, ExerciseError, GapError, UnreadableError) as error:
        if options.traceback:
            raise
        complain(error)
    except KeyboardInterrupt:
        complain("Abgebrochen.")
    except BrokenPipeError:
        # Wer die Ausgabe nicht zu Ende liest, braucht keine Fehlermeldung.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 2


if __name__ == "__main__":
    sys.exit(main())
