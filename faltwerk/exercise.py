"""Eine Übung als Daten laden: ihre Dateien, Teile, Lücken, Aufgaben und Hinweise."""

from __future__ import annotations

import ast
import runpy
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from faltwerk.cases import Mistake
from faltwerk.gaps import Gap, find_gaps, make_stub

# Der Ordner des Kurses: Hier liegen faltwerk und die Übungen.
COURSE = Path(__file__).resolve().parent.parent
FRAMEWORKS = ("numpy", "torch")


class ExerciseError(ValueError):
    """Eine Übung fehlt oder ihre Dateien passen nicht zusammen; der Text sagt, was zu tun ist."""


@dataclass(frozen=True)
class Task:
    """Was zu einer Lücke gesagt wird: Aufgabe, Hinweise, hilfreiche Funktionen, Punkte."""

    gap: Gap
    text: str
    hints: tuple[str, ...]
    functions: tuple[str, ...]
    points: float | None


@dataclass(frozen=True)
class Part:
    """Eine Funktion oder Klasse auf oberster Ebene mit ihren Lücken.

    Attributes:
        name: Name im Quelltext, zum Beispiel ``maxpool2d``.
        title: Überschrift für Seite und Notebook.
        framework: ``"numpy"`` oder ``"torch"``: was für die Prüfung geladen werden muss.
        tasks: Die Aufgaben der Lücken, in der Reihenfolge der Datei.
    """

    name: str
    title: str
    framework: str
    tasks: tuple[Task, ...]


@dataclass(frozen=True)
class Exercise:
    """Eine Übung mit allem, was aus ihrem Ordner gelesen wird.

    Attributes:
        name: Name des Ordners und Pakets.
        folder: Pfad des Ordners.
        source: Text der Musterlösung.
        stub: Text des Rumpfes, aus der Musterlösung erzeugt.
        order: Platz in der Reihenfolge des Kurses.
        minutes: Ungefähre Bearbeitungszeit in Minuten.
        framework: ``"numpy"`` oder ``"torch"``.
        browser: Ob die Übung im Browser gelöst werden kann.
        rtol: Zulässige relative Abweichung der Prüfung.
        atol: Zulässige absolute Abweichung der Prüfung.
    """

    name: str
    folder: Path
    title: str
    summary: str
    order: int
    minutes: int
    framework: str
    browser: bool
    rtol: float
    atol: float
    goals: tuple[str, ...]
    prerequisites: tuple[str, ...]
    parts: tuple[Part, ...]
    source: str
    stub: str

    @property
    def tasks(self) -> tuple[Task, ...]:
        """Alle Aufgaben in der Reihenfolge ihrer Nummern."""
        return tuple(task for part in self.parts for task in part.tasks)

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """Alle Lücken in der Reihenfolge ihrer Nummern."""
        return tuple(task.gap for task in self.tasks)

    @property
    def stub_path(self) -> Path:
        """Pfad des Rumpfes im Ordner der Übung."""
        return self.folder / f"{self.name}.py"

    def part(self, name: str) -> Part:
        """Gibt den Teil mit diesem Namen zurück.

        Raises:
            ExerciseError: Wenn es ihn nicht gibt.
        """
        for part in self.parts:
            if part.name == name:
                return part
        names = ", ".join(part.name for part in self.parts)
        raise ExerciseError(
            f"Die Übung »{self.name}« hat keinen Teil »{name}«; vorhanden sind {names}."
        )


@dataclass(frozen=True)
class Excerpt:
    """Eine Funktion oder Klasse auf oberster Ebene, wie sie im Quelltext steht.

    Attributes:
        text: Ihre Zeilen, die letzte mit Zeilenumbruch.
        first: Nummer der ersten Zeile, ab 1.
        last: Nummer der letzten Zeile, einschließlich.
    """

    text: str
    first: int
    last: int


def excerpts(source: str) -> dict[str, Excerpt]:
    """Schneidet aus Musterlösung oder Rumpf jede Funktion und Klasse auf oberster Ebene aus.

    Dekoratoren und Kommentare unmittelbar darüber gehören dazu.

    Returns:
        Name → Ausschnitt, in der Reihenfolge der Datei.
    """
    lines = source.splitlines()
    found = {}
    for node in ast.parse(source).body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            first = min([node.lineno, *(entry.lineno for entry in node.decorator_list)])
            while first > 1 and lines[first - 2].startswith("#"):
                first -= 1
            last = node.end_lineno or node.lineno
            text = "\n".join(lines[first - 1 : last]) + "\n"
            found[node.name] = Excerpt(text, first, last)
    return found


def exercise_names(root: Path) -> list[str]:
    """Die Namen aller Übungen unter ``root``: Ordner mit einer ``exercise.toml``."""
    return sorted(path.parent.name for path in root.glob("*/exercise.toml"))


def load_all(root: Path) -> list[Exercise]:
    """Lädt alle Übungen unter ``root`` in der Reihenfolge des Kurses."""
    return sorted((load(name, root) for name in exercise_names(root)), key=lambda e: e.order)


def load(name: str, root: Path) -> Exercise:
    """Lädt eine Übung.

    Args:
        name: Name des Ordners.
        root: Ordner, in dem die Übungen liegen.

    Raises:
        ExerciseError: Wenn es die Übung nicht gibt oder ihre Dateien nicht zusammenpassen.
        faltwerk.gaps.GapError: Wenn eine Lückenmarke fehlerhaft ist.
    """
    folder = root / name
    description = folder / "exercise.toml"
    if not description.is_file():
        available = ", ".join(exercise_names(root)) or "keine"
        raise ExerciseError(f"Die Übung »{name}« gibt es nicht; vorhanden sind: {available}.")
    try:
        data = tomllib.loads(description.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ExerciseError(
            f"{description}: Die Datei ist kein gültiges TOML ({error})."
        ) from error
    solution = folder / "solution.py"
    if not solution.is_file():
        raise ExerciseError(f"Der Übung »{name}« fehlt die Musterlösung {solution}.")
    source = solution.read_text(encoding="utf-8")
    gaps = find_gaps(source, str(solution))
    tolerance = data.get("tolerance", {})
    for entry in (data, *data.get("parts", ())):
        framework = entry.get("framework", FRAMEWORKS[0])
        if framework not in FRAMEWORKS:
            raise ExerciseError(
                f"{description}: framework ist »{framework}«; erlaubt sind "
                f"{' und '.join(FRAMEWORKS)}."
            )
    try:
        return Exercise(
            name=name,
            folder=folder,
            title=data["title"],
            summary=data["summary"],
            order=data["order"],
            minutes=data["minutes"],
            framework=data["framework"],
            browser=data.get("browser", False),
            rtol=tolerance.get("rtol", 1e-6),
            atol=tolerance.get("atol", 1e-8),
            goals=tuple(data["goals"]),
            prerequisites=tuple(data["prerequisites"]),
            parts=_parts(data, gaps, description),
            source=source,
            stub=make_stub(source, str(solution)),
        )
    except KeyError as error:
        raise ExerciseError(f"{description}: Der Eintrag {error} fehlt.") from error


def _parts(data: dict[str, Any], gaps: list[Gap], description: Path) -> tuple[Part, ...]:
    texts = {entry["number"]: entry for entry in data["gaps"]}
    if sorted(texts) != [gap.number for gap in gaps]:
        raise ExerciseError(
            f"{description}: Die Nummern unter [[gaps]] sind {sorted(texts)}, die Musterlösung "
            f"hat die Lücken {[gap.number for gap in gaps]}."
        )
    names = list(dict.fromkeys(gap.part for gap in gaps))
    if [entry["name"] for entry in data["parts"]] != names:
        raise ExerciseError(
            f"{description}: Unter [[parts]] müssen der Reihe nach {', '.join(names)} stehen."
        )
    return tuple(
        Part(
            name=entry["name"],
            title=entry["title"],
            framework=entry.get("framework", data["framework"]),
            tasks=tuple(
                Task(
                    gap=gap,
                    text=texts[gap.number]["task"],
                    hints=tuple(texts[gap.number]["hints"]),
                    functions=tuple(texts[gap.number].get("functions", ())),
                    points=texts[gap.number].get("points"),
                )
                for gap in gaps
                if gap.part == entry["name"]
            ),
        )
        for entry in data["parts"]
    )


def load_mistakes(exercise: Exercise) -> tuple[Mistake, ...]:
    """Die bekannten Fehler einer Übung; ihre Datei braucht weder NumPy noch torch.

    Raises:
        ExerciseError: Wenn die Datei fehlt oder sich nicht laden lässt.
    """
    path = exercise.folder / "mistakes.py"
    if not path.is_file():
        raise ExerciseError(f"Der Übung »{exercise.name}« fehlt die Datei {path}.")
    try:
        return tuple(runpy.run_path(str(path))["MISTAKES"])
    except Exception as error:
        raise ExerciseError(
            f"Die bekannten Fehler in {path} lassen sich nicht laden "
            f"({type(error).__name__}: {error})."
        ) from error
