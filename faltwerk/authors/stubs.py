"""Die Rümpfe aller Übungen schreiben oder nachsehen, ob sie noch stimmen."""

from __future__ import annotations

from pathlib import Path

from faltwerk.exercise import ExerciseError
from faltwerk.gaps import make_stub

# Für alle, die in den Ordner einer Übung schauen; Studierende bekommen den Rumpf ohne diesen Kopf.
# Was ein Rumpf einbindet und belegt, brauchen erst die Lücken; ruff hielte es für überflüssig.
_HEAD = """\
# Erzeugt aus solution.py; Änderungen gehören dorthin. Danach schreibt
# »python -m faltwerk stubs {name}« diese Datei neu.
# ruff: noqa
"""


def fresh_stub(name: str, root: Path) -> tuple[Path, str]:
    """Pfad und Inhalt, den der Rumpf der Übung haben muss.

    Nur die Musterlösung wird gelesen: So entsteht der Rumpf auch, solange die übrigen
    Dateien einer neuen Übung noch fehlen.

    Raises:
        faltwerk.exercise.ExerciseError: Wenn die Musterlösung fehlt.
        faltwerk.gaps.GapError: Wenn eine Marke fehlerhaft ist.
    """
    solution = root / name / "solution.py"
    if not solution.is_file():
        raise ExerciseError(f"Der Übung »{name}« fehlt die Musterlösung {solution}.")
    source = solution.read_text(encoding="utf-8")
    stub = make_stub(source, f"{name}/solution.py")
    return root / name / f"{name}.py", _HEAD.format(name=name) + stub


def stale_stubs(names: list[str], root: Path) -> list[Path]:
    """Die Rümpfe, die fehlen oder nicht mehr zu ihrer Musterlösung passen."""
    stale = []
    for name in names:
        path, text = fresh_stub(name, root)
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            stale.append(path)
    return stale


def write_stubs(names: list[str], root: Path) -> list[Path]:
    """Schreibt die Rümpfe, die sich ändern, und gibt ihre Pfade zurück."""
    written = stale_stubs(names, root)
    for path in written:
        path.write_text(fresh_stub(path.parent.name, root)[1], encoding="utf-8")
    return written
