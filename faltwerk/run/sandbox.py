"""Abgaben in einem eigenen Prozess ausführen, mit Grenzen für Zeit und Speicher."""

from __future__ import annotations

import ast
import json
import os
import pickle
import select
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

from faltwerk.cases import Case
from faltwerk.exercise import Exercise, ExerciseError
from faltwerk.judge.observation import ARRAYS, Observation, decode_array, is_observation

# So lange darf ein Lauf aller Prüffälle dauern; die Musterlösungen brauchen ein Zehntel davon.
SECONDS = {"numpy": 3.0, "torch": 20.0}
# So viel länger darf der Prüfprozess schweigen, bevor er selbst als angehalten gilt.
GRACE = 20.0
# Laden von torch auf einer langsamen, ausgelasteten Maschine.
_START_SECONDS = 120.0
# Mehr sind die Beobachtungen keiner Übung; die Länge davor nennt ein Prozess, dem niemand traut.
_LONGEST_ANSWER = 2**30
_CHUNK = 2**20
_UNREADABLE = ["killed", "unlesbares Ergebnis"]
_WORKER = Path(__file__).with_name("worker.py")
# Mehr aus der Umgebung erfährt eine Abgabe nicht: keine Zugangsdaten, keine Einstellungen.
_INHERITED = ("PATH", "LANG", "LC_ALL")


class Sandbox:
    """Hält die Prozesse einer Übung warm, solange sie gebraucht werden.

    Args:
        exercise: Die Übung.

    Attributes:
        cases: Ihre Prüffälle, sobald der ``with``-Block begonnen hat.

    Beim Verlassen des ``with``-Blocks enden alle Prozesse.
    """

    def __init__(self, exercise: Exercise) -> None:
        self._exercise = exercise
        self._workers: dict[str, _Worker] = {}
        self._folder = tempfile.TemporaryDirectory(prefix="faltwerk-")
        self._frameworks = {part.name: part.framework for part in exercise.parts}
        self.cases: list[Case] = []

    def __enter__(self) -> Self:
        self._worker(self._exercise.framework)
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers.values():
            worker.stop()
        self._workers.clear()
        self._folder.cleanup()

    def run(self, tree: ast.Module, numbers: Sequence[int]) -> list[Observation]:
        """Führt ein Programm mit Prüffällen aus, jeden bei den Paketen, die er braucht."""
        seen: dict[int, Observation] = {}
        default = self._exercise.framework
        frameworks = {n: self._frameworks.get(self.cases[n].part, default) for n in numbers}
        if _loads_torch(tree):
            # Sonst lüde jeder Lauf es von Neuem, und auf langsamen Rechnern liefe die Zeit ab.
            frameworks = dict.fromkeys(numbers, "torch")
        for framework in sorted(set(frameworks.values())):
            mine = [number for number in numbers if frameworks[number] == framework]
            seen |= dict(zip(mine, self._ask(framework, tree, mine), strict=True))
        return [seen[number] for number in numbers]

    def _ask(self, framework: str, tree: ast.Module, numbers: list[int]) -> list[Observation]:
        worker = self._worker(framework)
        try:
            worker.send((tree, numbers, SECONDS[framework]))
            answer = worker.receive(SECONDS[framework] + GRACE)
            if not isinstance(answer, list) or len(answer) != len(numbers):
                raise EOFError
        except (BrokenPipeError, EOFError):
            # Hat ein Lauf den Prozess mitgerissen, beginnt der nächste mit einem frischen.
            worker.stop()
            del self._workers[framework]
            return [["killed", "der Prüfprozess ist beendet worden"]] * len(numbers)
        return [one if is_observation(one) else _UNREADABLE for one in answer]

    def _worker(self, framework: str) -> _Worker:
        if framework not in self._workers:
            worker = _Worker(self._exercise, framework, self._folder.name)
            self._workers[framework] = worker
            try:
                self.cases = [_case(described) for described in worker.receive(_START_SECONDS)]
            except EOFError as error:
                raise ExerciseError(
                    f"Die Prüffälle der Übung »{self._exercise.name}« lassen sich nicht laden: "
                    f"{worker.last_words() or 'der Prüfprozess startet nicht'}"
                ) from error
        return self._workers[framework]


class _Worker:
    """Ein Prüfprozess und die Leitungen zu ihm; was hindurchgeht, sagt ``worker.py``."""

    def __init__(self, exercise: Exercise, framework: str, folder: str) -> None:
        environment = {name: os.environ[name] for name in _INHERITED if name in os.environ}
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-B", str(_WORKER), str(exercise.folder.parent),
             exercise.name, framework],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            # Ohne Puffer, denn »_read« wartet auf das, was noch in der Leitung ist.
            cwd=folder, bufsize=0,
            env=environment | {"HOME": folder, "OMP_NUM_THREADS": "1", "PYTHONUTF8": "1"},
        )  # fmt: skip
        assert self._process.stdin and self._process.stdout
        self._jobs, self._answers = self._process.stdin, self._process.stdout

    def send(self, job: object) -> None:
        """Gibt einen Auftrag ab."""
        data = pickle.dumps(job)
        rest = memoryview(struct.pack("<Q", len(data)) + data)
        while rest:
            rest = rest[os.write(self._jobs.fileno(), rest) :]

    def receive(self, seconds: float) -> Any:
        """Wartet auf die nächste Antwort.

        Args:
            seconds: So lange; wer dann nicht vollständig geantwortet hat, gilt als beendet.

        Raises:
            EOFError: Wenn der Prozess vorher endet, schweigt oder Unsinn schickt.
        """
        deadline = time.monotonic() + seconds
        (length,) = struct.unpack("<Q", self._read(8, deadline))
        if length > _LONGEST_ANSWER:
            raise EOFError
        try:
            return json.loads(self._read(length, deadline))
        except (ValueError, RecursionError) as error:
            raise EOFError from error

    def _read(self, count: int, deadline: float) -> bytes:
        data = bytearray()
        while len(data) < count:
            left = max(0, deadline - time.monotonic())
            ready, _, _ = select.select([self._answers], [], [], left)
            chunk = b""
            if ready:
                chunk = os.read(self._answers.fileno(), min(count - len(data), _CHUNK))
            if not chunk:
                raise EOFError
            data += chunk
        return bytes(data)

    def last_words(self) -> str:
        """Beendet den Prozess und gibt die letzte Zeile zurück, die er gemeldet hat."""
        return " ".join(self.stop().decode(errors="replace").strip().splitlines()[-1:])

    def stop(self) -> bytes:
        """Beendet den Prozess, auch einen stummen, und gibt zurück, was er gemeldet hat."""
        self._process.kill()
        return self._process.communicate()[1]


def _loads_torch(tree: ast.Module) -> bool:
    """Ob ein Programm gleich beim Laden PyTorch einbindet."""
    for node in tree.body:
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        if any(name.partition(".")[0] == "torch" for name in names):
            return True
    return False


def _case(described: dict[str, Any]) -> Case:
    given = {
        name: decode_array(value)
        for name, value in described.pop("given").items()
        if value[0] in ARRAYS
    }
    return Case(given=given, **described)
