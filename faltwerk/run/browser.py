"""Die Prüfung im Browser: ein Teil einer Übung, in diesem Prozess ausgeführt und beurteilt.

Ein Arbeitsfaden der Seite lädt dieses Modul, ruft :meth:`Checker.check` auf und bekommt JSON
zurück. Zeitgrenze und Abbruch sind Sache der Seite: Sie beendet den Faden.
"""

from __future__ import annotations

import ast
import contextlib
import dataclasses
import importlib.abc
import io
import json
import runpy
import sys
import types
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from faltwerk.cases import Case
from faltwerk.exercise import Exercise, ExerciseError, load, load_mistakes
from faltwerk.judge.compare import describe_abort
from faltwerk.judge.observation import ARRAYS, Observation, decode_array, encode
from faltwerk.judge.submission import UnreadableError, parse
from faltwerk.judge.syntax import shifted
from faltwerk.judge.verdicts import Judge
from faltwerk.run.observe import MODULE, SCALAR_WARNING, execute, observe
from faltwerk.run.restore import remember

# Mehr liest niemand; so bleibt auch die Ausgabe einer Endlosschleife klein.
_OUTPUT = 20_000
# Größer ist auch auf der Befehlszeile keine Abgabe.
_SOURCE = 2**20
# So sieht auf der Befehlszeile ein Prozess aus, der vor der Antwort geendet hat.
_KILLED = ["killed", "os._exit"]
_NO_TORCH = "PyTorch läuft nicht im Browser; prüfen Sie diesen Teil auf Ihrem Rechner"


class Checker:
    """Hält die Richter der Übungen bereit, die schon gebraucht wurden.

    Args:
        root: Ordner, in dem ``faltwerk`` und die Übungen liegen.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._benches: dict[str, _Bench] = {}
        sys.meta_path.append(_Missing())

    def prepare(self, exercise: str) -> None:
        """Lädt eine Übung, damit ihre erste Prüfung nicht länger dauert als die nächsten.

        Ein Fehler dabei wird erst von :meth:`check` gemeldet.
        """
        with contextlib.suppress(ExerciseError):
            self._bench(exercise)

    def check(self, exercise: str, part: str, source: str) -> str:
        """Führt den Text eines Teils einmal aus und beurteilt ihn.

        Args:
            exercise: Name der Übung.
            part: Name des Teils.
            source: Text der Abgabe; alles, was darin fehlt, kommt aus der Musterlösung.

        Returns:
            JSON mit ``status``: ``"judged"`` (dazu ``verdicts``, ``output``, ``cut`` und
            ``error``), ``"unreadable"`` (dazu ``message`` und ``line``) oder ``"failed"`` (dazu
            ``message``).
        """
        try:
            answer = self._bench(exercise).check(part, _unified(source))
        except ExerciseError as error:
            answer = {"status": "failed", "message": str(error)}
        except UnreadableError as error:
            answer = {"status": "unreadable", "message": str(error), "line": error.line}
        return json.dumps(answer)

    def _bench(self, exercise: str) -> _Bench:
        if exercise not in self._benches:
            self._benches[exercise] = _Bench(load(exercise, self._root))
        return self._benches[exercise]


class _Bench:
    """Eine geladene Übung mit ihrem Richter und dem Zustand, zu dem jeder Lauf zurückkehrt."""

    def __init__(self, exercise: Exercise) -> None:
        self._exercise = exercise
        self._solution = ast.parse(exercise.source)
        checks = runpy.run_path(str(exercise.folder / "checks.py"))
        self._cases: list[Case] = checks["cases"]()
        torch = {part.name for part in exercise.parts if part.framework == "torch"}
        self._torch = {i for i, case in enumerate(self._cases) if case.part in torch}
        shown = [dataclasses.replace(case, given=_numbers(case.given)) for case in self._cases]
        self._judge = Judge(exercise, shown, load_mistakes(exercise), self._run)
        # Lädt die Module, die die Musterlösung einbindet, bevor der Zustand festgehalten wird.
        execute(self._solution, types.ModuleType(MODULE).__dict__)
        self._restore = remember(("faltwerk", exercise.name))

    def check(self, part: str, source: str) -> dict[str, Any]:
        """Führt aus und beurteilt; siehe :meth:`Checker.check`."""
        if self._exercise.part(part).framework == "torch":
            return {"status": "failed", "message": f"{_NO_TORCH}."}
        student = parse(source)
        output, failure = self._execute_once(part, student)
        verdicts = self._judge.judge(source, parts=[part])
        return {
            "status": "judged",
            "verdicts": [dataclasses.asdict(verdict) for verdict in verdicts],
            "output": output.text,
            "cut": output.cut,
            "error": None if failure is None else f"{describe_abort(failure)}.",
        }

    def _execute_once(self, part: str, student: ast.Module) -> tuple[_Output, Observation | None]:
        """Führt den Text als Programm aus, neben den übrigen Teilen der Musterlösung."""
        module = types.ModuleType(MODULE)
        names = module.__dict__
        output = _Output()
        seen: list[Observation | None] = []

        def run() -> None:
            sys.modules[MODULE] = module
            execute(self._solution, names)
            names.pop(part, None)
            names["__name__"] = "__main__"
            seen.append(execute(shifted(student), names))

        self._isolated(run, output)
        return output, _plain([*seen, _KILLED])[0]

    def _run(self, tree: ast.Module, numbers: Sequence[int]) -> list[Observation]:
        # Was PyTorch braucht, gilt hier überall als gleich; solche Teile beurteilt niemand.
        numpy = [number for number in numbers if number not in self._torch]
        seen: list[Observation] = []

        def run() -> None:
            for observation in observe(tree, [self._cases[number] for number in numpy]):
                seen.append(observation)

        self._isolated(run, _Output())
        found = iter(_plain(seen))
        skipped = ["other", "PyTorch"]
        return [skipped if number in self._torch else next(found, _KILLED) for number in numbers]

    def _isolated(self, work: Callable[[], None], output: _Output) -> None:
        """Lässt fremden Code laufen und stellt danach alle Module wieder her.

        Reißt er auch das Beobachten mit, fehlt dessen Rest; auf der Befehlszeile ist es ebenso.
        """
        restore = self._restore
        try:
            with (
                warnings.catch_warnings(),
                contextlib.redirect_stdout(output),
                contextlib.redirect_stderr(output),
            ):
                # Warnungen nennen Zeilen, die es in der Abgabe so nicht gibt.
                warnings.simplefilter("ignore")
                warnings.filterwarnings("error", SCALAR_WARNING, DeprecationWarning)
                sys.stdin = io.StringIO()
                work()
        except BaseException:
            pass
        finally:
            restore()


class _Output(io.TextIOBase):
    """Nimmt Ausgaben auf und behält ihren Anfang.

    Attributes:
        cut: Ob etwas fehlt.
    """

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._room = _OUTPUT
        self.cut = False

    def write(self, text: str) -> int:
        kept = str(text)[: self._room]
        if kept:
            self._pieces.append(kept)
            self._room -= len(kept)
        self.cut = self.cut or len(kept) < len(text)
        return len(text)

    def writable(self) -> bool:
        return True

    @property
    def text(self) -> str:
        """Was aufgenommen wurde."""
        return "".join(self._pieces)


class _Missing(importlib.abc.MetaPathFinder):
    """Sagt beim Import von torch und anderen Paketen, warum sie fehlen; wird zuletzt gefragt."""

    def find_spec(self, fullname: str, path: Any, target: Any = None) -> None:
        if fullname.split(".")[0] == "torch":
            raise ModuleNotFoundError(_NO_TORCH, name=fullname)
        if "." not in fullname:
            text = f"im Browser gibt es nur Python und NumPy, {fullname} nicht"
            raise ModuleNotFoundError(text, name=fullname)


def _numbers(given: Mapping[str, object]) -> dict[str, object]:
    """Was der Richter von den Eingaben eines Falls sieht: die Zahlen und Arrays."""
    seen = {name: encode(value) for name, value in given.items()}
    return {name: decode_array(value) for name, value in seen.items() if value[0] in ARRAYS}


def _plain(value: Any) -> Any:
    """Macht aus einer Beobachtung reine Daten; danach läuft beim Vergleichen kein fremder Code."""
    return json.loads(json.dumps(value))


def _unified(source: str) -> str:
    text = source.replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise UnreadableError("Der Text ist leer; »Zurücksetzen« holt den Rumpf zurück.")
    if len(text) > _SOURCE:
        raise UnreadableError("Der Text ist länger als eine Million Zeichen; kürzen Sie ihn.")
    return text
