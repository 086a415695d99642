"""Die Befehlszeile: ``python -m faltwerk BEFEHL …``."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

from faltwerk import report
from faltwerk.arguments import Parser
from faltwerk.authors.stubs import stale_stubs, write_stubs
from faltwerk.authors.verify import problems
from faltwerk.exercise import Exercise, ExerciseError, exercise_names, load
from faltwerk.gaps import GapError
from faltwerk.judge.submission import UnreadableError, imports_solution
from faltwerk.judge.verdicts import Judge, Verdict
from faltwerk.run.judging import judging
from faltwerk.submission_file import read_submission

ROOT = Path(__file__).resolve().parent.parent
WORK = "arbeit"
# Öfter nachzusehen merkt niemand, seltener schon.
_POLL_SECONDS = 0.2


def stubs(options: argparse.Namespace) -> int:
    """Schreibt die Rümpfe oder prüft mit ``--check`` nur, ob sie aktuell sind."""
    names = (
        [options.exercise]
        if options.exercise
        else sorted(path.parent.name for path in ROOT.glob("*/solution.py"))
    )
    if options.check:
        stale = stale_stubs(names, ROOT)
        for path in stale:
            _complain(
                f"{path.relative_to(ROOT)} passt nicht mehr zur Musterlösung; "
                "»python -m faltwerk stubs« erzeugt die Datei neu."
            )
        return 1 if stale else 0
    written = write_stubs(names, ROOT)
    for path in written:
        print(f"{path.relative_to(ROOT)} geschrieben.")
    if not written:
        print("Alle Rümpfe sind aktuell.")
    return 0


def start(options: argparse.Namespace) -> int:
    """Legt den Rumpf einer Übung zum Ausfüllen ab, ohne je etwas zu überschreiben."""
    exercise = load(options.exercise, ROOT)
    folder = Path(options.to) if options.to else ROOT / WORK
    target = folder / f"{exercise.name}.py"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with target.open("x", encoding="utf-8") as file:
            file.write(exercise.stub)
    except FileExistsError:
        if not target.exists():
            raise UnreadableError(f"»{folder}« ist kein Ordner.") from None
        changed = time.strftime("%d.%m.%Y um %H:%M", time.localtime(target.stat().st_mtime))
        print(f"{target} gibt es schon (zuletzt geändert am {changed}); nichts überschrieben.")
        return 1
    except OSError as error:
        raise UnreadableError(f"»{target}« lässt sich nicht anlegen ({error.strerror}).") from error
    count = len(exercise.gaps)
    print(f"{target} angelegt: {count} Lücken. Prüfen: python -m faltwerk check {exercise.name}")
    return 0


def check(options: argparse.Namespace) -> int:
    """Beurteilt eine Abgabe: 0 alles richtig, 1 etwas falsch oder offen, 2 nicht lesbar."""
    exercise = load(options.exercise, ROOT)
    path = _submission_path(exercise, options.file)
    try:
        source = read_submission(path)
        with judging(exercise) as judge:
            verdicts = judge.judge(source, _ticker(exercise, not options.json))
    except UnreadableError as error:
        if options.json:
            reason = " ".join(str(error).split())
            verdicts = [Verdict(gap.number, "untested", reason, None) for gap in exercise.gaps]
            print(report.as_json(exercise.name, str(path), verdicts, reason))
            return 2
        raise
    if options.json:
        print(report.as_json(exercise.name, str(path), verdicts))
    else:
        print(report.as_text(verdicts))
    if imports_solution(source, exercise.name):
        _complain("Hinweis: Ihre Datei importiert die Musterlösung.")
    return 0 if all(verdict.status == "correct" for verdict in verdicts) else 1


def watch(options: argparse.Namespace) -> int:
    """Beurteilt eine Abgabe bei jedem Speichern neu, bis Strg+C gedrückt wird."""
    exercise = load(options.exercise, ROOT)
    path = _submission_path(exercise, options.file)
    print(f"{path} wird beobachtet, Strg+C beendet.", flush=True)
    with judging(exercise) as judge:
        seen = None
        try:
            while True:
                stamp = _stamp(path)
                if stamp != seen:
                    seen = stamp
                    print(f"\n{time.strftime('%H:%M:%S')} {_judged(judge, path)}", flush=True)
                time.sleep(_POLL_SECONDS)
        except KeyboardInterrupt:
            print()
    return 0


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


def _judged(judge: Judge, path: Path) -> str:
    try:
        return report.as_text(judge.judge(read_submission(path)), show_open=False)
    except UnreadableError as error:
        return str(error)


def hint(options: argparse.Namespace) -> int:
    """Zeigt die Hinweise zu einer Lücke bis zur gewünschten Stufe."""
    exercise = load(options.exercise, ROOT)
    task = next((task for task in exercise.tasks if task.gap.number == options.gap), None)
    if task is None:
        raise ExerciseError(
            f"Die Übung »{exercise.name}« hat keine Lücke {options.gap}, "
            f"sondern die Lücken 1 bis {len(exercise.gaps)}."
        )
    if not 1 <= options.level <= len(task.hints):
        raise ExerciseError(
            f"Zur Lücke {options.gap} gibt es die Stufen 1 bis {len(task.hints)}, "
            f"nicht {options.level}."
        )
    print(f"Lücke {options.gap} ({task.gap.part}): {task.text}")
    for level, text in enumerate(task.hints[: options.level], start=1):
        print(f"Hinweis {level} von {len(task.hints)}: {text}")
    return 0


def verify(options: argparse.Namespace) -> int:
    """Prüft die Übungen selbst, für Lehrende."""
    names = [options.exercise] if options.exercise else exercise_names(ROOT)
    failed = False
    for name in names:
        exercise = load(name, ROOT)
        found = []
        for text in problems(exercise, _ticker(exercise, True)):
            found.append(text)
            _complain(f"{name}: {text}")
        failed |= bool(found)
        if not found:
            print(f"{name}: {len(exercise.gaps)} Lücken, alles in Ordnung.")
    return 1 if failed else 0


def _submission_path(exercise: Exercise, file: str | None) -> Path:
    return Path(file) if file else ROOT / WORK / f"{exercise.name}.py"


def _ticker(exercise: Exercise, wanted: bool) -> Callable[[int], None]:
    """Zeigt auf einem Bildschirm den Fortschritt; in Dateien und Leitungen stört er."""
    if not (wanted and sys.stderr.isatty()):
        return lambda number: None

    def show(number: int) -> None:
        end = "\r" if number < len(exercise.gaps) else "\r\033[K"
        print(f"Lücke {number} von {len(exercise.gaps)} …", end=end, file=sys.stderr, flush=True)

    return show


def _complain(text: object) -> None:
    print(text, file=sys.stderr)


def parser() -> argparse.ArgumentParser:
    """Die Befehle mit ihren Optionen."""
    top = Parser(prog="python -m faltwerk", description="Übungen des Kurses lösen und prüfen.")
    top.add_argument("--traceback", action="store_true", help="bei Fehlern die Fehlerspur zeigen")
    verbs = top.add_subparsers(dest="verb", required=True, metavar="BEFEHL")

    def add(name: str, run: Callable, text: str, exercise: str | None = None) -> Parser:
        verb = verbs.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.")
        verb.add_argument("exercise", nargs=exercise, metavar="ÜBUNG", help="Name ihres Ordners")
        verb.set_defaults(run=run)
        return verb

    verb = add("start", start, "den Rumpf einer Übung zum Ausfüllen anlegen")
    verb.add_argument("--to", metavar="ORDNER", help=f"Zielordner statt {WORK}/")
    verb = add("check", check, "eine Abgabe beurteilen")
    verb.add_argument("file", nargs="?", metavar="DATEI", help=f"statt {WORK}/ÜBUNG.py")
    verb.add_argument("--json", action="store_true", help="nur das Ergebnis als JSON ausgeben")
    verb = add("watch", watch, "bei jedem Speichern neu beurteilen")
    verb.add_argument("file", nargs="?", metavar="DATEI", help=f"statt {WORK}/ÜBUNG.py")
    verb = add("hint", hint, "Hinweise zu einer Lücke zeigen")
    verb.add_argument("gap", type=int, metavar="LÜCKE", help="Nummer der Lücke")
    verb.add_argument("--level", type=int, default=1, metavar="N", help="bis zu dieser Stufe")
    verb = add("stubs", stubs, "Rümpfe aus den Musterlösungen erzeugen", "?")
    verb.add_argument("--check", action="store_true", help="nur prüfen, nichts schreiben")
    add("verify", verify, "Übungen prüfen, für Lehrende", "?")
    return top


def main(arguments: list[str] | None = None) -> int:
    """Führt den Befehl aus; Fehler werden ein deutscher Satz und Rückgabewert 2."""
    options = parser().parse_args(arguments)
    try:
        return options.run(options)
    except (ExerciseError, GapError, UnreadableError) as error:
        if options.traceback:
            raise
        _complain(error)
    except FileNotFoundError as error:
        if options.traceback:
            raise
        _complain(f"Die Datei {error.filename} gibt es nicht.")
    except KeyboardInterrupt:
        _complain("Abgebrochen.")
    except BrokenPipeError:
        # Wer die Ausgabe nicht zu Ende liest, braucht keine Fehlermeldung.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 2


if __name__ == "__main__":
    sys.exit(main())
