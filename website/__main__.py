"""Die Befehle der Website: ``python -m website BEFEHL``."""

from __future__ import annotations

import argparse
import shutil
import sys
import threading
from collections.abc import Callable

from faltwerk.arguments import Parser
from website.pdf import PdfError, print_course
from website.places import build_folder, shown
from website.server import BusyError, serve_folder


def build(jobs: int) -> int:
    """Baut die Website."""
    # Erst hier geladen: Ausliefern und Aufräumen kommen ohne die Pakete des Kurses aus.
    from website import build as building

    return building.build(jobs)


def linkcheck() -> int:
    """Ruft fremde Verweise auf."""
    from website import build as building

    return building.linkcheck()


def serve(port: int) -> int:
    """Liefert die gebaute Website auf diesem Rechner aus, bis Strg+C gedrückt wird."""
    folder = build_folder() / "html"
    if not (folder / "index.html").is_file():
        print("Es gibt noch keine gebaute Website; »make html« baut sie.", file=sys.stderr)
        return 1

    def show() -> None:
        with serve_folder(folder, port) as address:
            print(f"Die Website ist unter {address}/ zu sehen (Ende: Strg+C).", flush=True)
            threading.Event().wait()

    return _until_interrupted(show)


def live(port: int) -> int:
    """Baut bei jedem Speichern neu und zeigt die Website dabei, bis Strg+C gedrückt wird."""
    from website import live as watching

    return _until_interrupted(lambda: watching.live(port))


def _until_interrupted(show: Callable[[], None]) -> int:
    try:
        show()
    except BusyError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print()
    return 0


def pdf(solutions: bool) -> int:
    """Druckt den Kurs der gebauten Website in eine Datei."""
    folder = build_folder()
    target = folder / ("faltwerk-loesungen.pdf" if solutions else "faltwerk.pdf")
    try:
        print_course(folder / "html", target, solutions)
    except PdfError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Abgebrochen; eine ältere PDF-Datei bleibt stehen.", file=sys.stderr)
        return 130
    print(f"Der Kurs steht in {shown(target)}.")
    return 0


def clean() -> int:
    """Löscht den Ordner mit allem Gebauten und sonst nichts."""
    folder = build_folder()
    if folder.exists():
        shutil.rmtree(folder)
        print(f"{shown(folder)} gelöscht.")
    else:
        print("Es ist nichts zu löschen.")
    return 0


def parser() -> argparse.ArgumentParser:
    """Die Befehle mit ihren Optionen."""
    top = Parser(prog="python -m website", description="Website des Kurses")
    verbs = top.add_subparsers(dest="verb", required=True, metavar="BEFEHL")
    verb = verbs.add_parser("build", help="die Seiten bauen")
    verb.add_argument("--jobs", type=int, default=2, metavar="N", help="Prozesse zugleich")
    verb.set_defaults(run=lambda options: build(options.jobs))
    verb = verbs.add_parser("serve", help="die gebaute Website ausliefern")
    verb.add_argument("--port", type=int, default=8000, metavar="N")
    verb.set_defaults(run=lambda options: serve(options.port))
    verb = verbs.add_parser("live", help="bei jedem Speichern neu bauen und neu laden")
    verb.add_argument("--port", type=int, default=8000, metavar="N")
    verb.set_defaults(run=lambda options: live(options.port))
    verb = verbs.add_parser("pdf", help="den Kurs in eine PDF-Datei drucken")
    verb.add_argument("--solutions", action="store_true", help="mit Musterlösungen")
    verb.set_defaults(run=lambda options: pdf(options.solutions))
    verb = verbs.add_parser("linkcheck", help="fremde Verweise aufrufen")
    verb.set_defaults(run=lambda options: linkcheck())
    verb = verbs.add_parser("clean", help="alles Gebaute löschen")
    verb.set_defaults(run=lambda options: clean())
    return top


def main() -> int:
    """Liest den Befehl und führt ihn aus."""
    options = parser().parse_args()
    code: int = options.run(options)
    return code


if __name__ == "__main__":
    sys.exit(main())
