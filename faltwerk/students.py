"""Befehle für Studierende: start, check, watch und hint."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from faltwerk import report
from faltwerk.arguments import CallError, CommandLine, Parser
from faltwerk.exercise import COURSE, Exercise, load
from faltwerk.judge.submission import UnreadableError, imports_solution
from faltwerk.judge.verdicts import Judge, Verdict
from faltwerk.run.judging import judging
from faltwerk.submission_file import read_submission
from faltwerk.terminal import complain, gap_progress, visible

WORK = "arbeit"
# Öfter nachzusehen merkt niemand, seltener schon.
_POLL_SECONDS = 0.2


def add_commands(line: CommandLine) -> None:
    """Meldet die Befehle an."""
    line.add_group("Für Studierende")
    verb = line.add_command("start", start, "den Rumpf einer Übung zum Ausfüllen anlegen")
    _add_exercise(verb)
    verb.add_argument("--to", metavar="ORDNER", help=f"Zielordner statt {WORK}/")
    verb = line.add_command("check", check, "eine Abgabe beurteilen")
    _add_exercise(verb)
    _add_file(verb)
    verb.add_argument("--json", action="store_true", help="nur das Ergebnis als JSON ausgeben")
    verb = line.add_command("watch", watch, "bei jedem Speichern neu beurteilen")
    _add_exercise(verb)
    _add_file(verb)
    verb = line.add_command("hint", hint, "Hinweise zu einer Lücke zeigen")
    _add_exercise(verb)
    verb.add_argument("gap", type=int, metavar="LÜCKE", help="Nummer der Lücke")
    verb.add_argument("--level", type=int, default=1, metavar="N", help="bis zu dieser Stufe")


def _add_exercise(verb: Parser) -> None:
    verb.add_argument("exercise", metavar="ÜBUNG", help="Name ihres Ordners")


def _add_file(verb: Parser) -> None:
    verb.add_argument("file", nargs="?", metavar="DATEI", help=f"statt {WORK}/ÜBUNG.py")


def start(options: argparse.Namespace) -> int:
    """Legt den Rumpf einer Übung zum Ausfüllen ab, ohne je etwas zu überschreiben."""
    exercise = load(options.exercise, COURSE)
    folder = Path(options.to) if options.to else COURSE / WORK
    target = folder / f"{exercise.name}.py"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with target.open("x", encoding="utf-8") as file:
            file.write(exercise.stub)
    except FileExistsError:
        if not target.exists():
            raise CallError(f"»{folder}« ist kein Ordner.") from None
        changed = time.strftime("%d.%m.%Y um %H:%M", time.localtime(target.stat().st_mtime))
        print(f"{target} gibt es schon (zuletzt geändert am {changed}); nichts überschrieben.")
        return 1
    except OSError as error:
        raise CallError(f"»{target}« lässt sich nicht anlegen ({error.strerror}).") from error
    count = len(exercise.gaps)
    print(f"{target} angelegt: {count} Lücken. Prüfen: python -m faltwerk check {exercise.name}")
    return 0


def check(options: argparse.Namespace) -> int:
    """Beurteilt eine Abgabe: 0 alles richtig, 1 etwas falsch oder offen, 2 nicht lesbar."""
    exercise = load(options.exercise, COURSE)
    path = _submission_path(exercise, options.file)
    try:
        source = read_submission(path)
        with judging(exercise) as judge:
            verdicts = judge.judge(source, gap_progress(exercise))
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
        complain("Hinweis: Ihre Datei importiert die Musterlösung.")
    return 0 if all(verdict.status == "correct" for verdict in verdicts) else 1


def watch(options: argparse.Namespace) -> int:
    """Beurteilt eine Abgabe bei jedem Speichern neu, bis Strg+C gedrückt wird."""
    exercise = load(options.exercise, COURSE)
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
        return visible(str(error))


def hint(options: argparse.Namespace) -> int:
    """Zeigt die Hinweise zu einer Lücke bis zur gewünschten Stufe."""
    exercise = load(options.exercise, COURSE)
    task = next((task for task in exercise.tasks if task.gap.number == options.gap), None)
    if task is None:
        raise CallError(
            f"Die Übung »{exercise.name}« hat keine Lücke {options.gap}, "
            f"sondern die Lücken 1 bis {len(exercise.gaps)}."
        )
    if not 1 <= options.level <= len(task.hints):
        raise CallError(
            f"Zur Lücke {options.gap} gibt es die Stufen 1 bis {len(task.hints)}, "
            f"nicht {options.level}."
        )
    print(f"Lücke {options.gap} ({task.gap.part}): {task.text}")
    for level, text in enumerate(task.hints[: options.level], start=1):
        print(f"Hinweis {level} von {len(task.hints)}: {text}")
    return 0


def _submission_path(exercise: Exercise, file: str | None) -> Path:
    return Path(file) if file else COURSE / WORK / f"{exercise.name}.py"
