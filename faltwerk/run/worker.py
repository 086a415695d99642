"""Der Prozess, in dem Abgaben laufen: lädt einmal die Pakete und gabelt sich für jeden Lauf.

Aufruf: ``python worker.py WURZEL ÜBUNG FRAMEWORK``; Aufträge kommen als Längenwort und Pickle über
die Standardeingabe, Antworten gehen als Längenwort und JSON über die Standardausgabe. Jeder Lauf
ist ein eigener Kindprozess mit Zeit- und Speichergrenze: Was er verändert, verschwindet mit ihm.
"""

from __future__ import annotations

import ast
import ctypes
import json
import os
import pickle
import random
import resource
import runpy
import select
import signal
import struct
import sys
import time
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

_MEMORY = 4 * 2**30
_FILE_SIZE = 2**20
_CHUNK = 2**16
# Aus <linux/prctl.h>.
_PR_SET_PDEATHSIG = 1
# Mehr schickt kein Lauf, der nur beobachtet wird.
_LONGEST = 2**28


def main(root: str, exercise: str, framework: str) -> None:
    """Beantwortet Aufträge, bis die Standardeingabe endet."""
    _end_with_parent()
    sys.path.insert(0, root)
    # Die Antworten laufen über einen eigenen Deskriptor: Ausgaben einer Abgabe erreichen ihn nie.
    answers = os.fdopen(os.dup(1), "wb")
    jobs = os.fdopen(os.dup(0), "rb")
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(null, 1)
    if framework == "torch":
        import torch

        # Lädt torch sonst bei der ersten Rückwärtsrechnung nach, in jedem Kind von Neuem (0,4 s).
        import torch.fx.experimental.symbolic_shapes

        # Ein Thread genügt, und vor dem Gabeln darf kein Rechenthread laufen.
        torch.set_num_threads(1)
    cases = runpy.run_path(str(Path(root, exercise, "checks.py")))["cases"]()
    # Bis hierher darf ein Fehler im Ordner der Übung auf der Fehlerausgabe erscheinen.
    os.dup2(null, 2)
    _send(answers, [_described(case) for case in cases])
    while (job := _receive(jobs)) is not None:
        tree, numbers, seconds = job
        _send(answers, _run_child(tree, [cases[n] for n in numbers], seconds, (answers, jobs)))


def _described(case: Any) -> dict[str, Any]:
    from faltwerk.judge.observation import encode

    given = {name: encode(value) for name, value in case.given.items()}
    return {
        "part": case.part,
        "name": case.name,
        "code": case.code,
        "given": {name: value for name, value in given.items() if value[0] != "other"},
        "rtol": case.rtol,
        "atol": case.atol,
        "dtype": case.dtype,
    }


def _receive(stream: BinaryIO) -> Any:
    head = stream.read(8)
    if len(head) < 8:
        return None
    # Der Auftrag kommt vom Prozess, der diesen gestartet hat, nie von einer Abgabe.
    return pickle.loads(stream.read(struct.unpack("<Q", head)[0]))


def _send(stream: BinaryIO, value: Any) -> None:
    data = json.dumps(value).encode()
    stream.write(struct.pack("<Q", len(data)) + data)
    stream.flush()


def _run_child(
    tree: ast.Module, cases: list[Any], seconds: float, private: tuple[BinaryIO, BinaryIO]
) -> list[Any]:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        for stream in private:
            os.close(stream.fileno())
        _be_child(tree, cases, writing, seconds)
    os.close(writing)
    try:
        lines, end = _collect(reading, child, len(cases), seconds)
    finally:
        os.close(reading)
    seen = []
    for line in lines[: len(cases)]:
        try:
            seen.append(json.loads(line))
        except (ValueError, RecursionError):
            end = ["killed", "unlesbares Ergebnis"]
            break
    return seen + [end] * (len(cases) - len(seen))


def _collect(reading: int, child: int, count: int, seconds: float) -> tuple[list[bytes], list[str]]:
    deadline = time.monotonic() + seconds
    data = b""
    end = ["killed", "os._exit"]
    while data.count(b"\n") < count:
        if time.monotonic() > deadline:
            end = ["timeout"]
            break
        ready, _, _ = select.select([reading], [], [], 0.05)
        if ready:
            chunk = os.read(reading, _CHUNK)
            if not chunk:
                break
            data += chunk
            if len(data) > _LONGEST:
                end = ["killed", "unlesbares Ergebnis"]
                break
    # Auch Threads und Kinder der Abgabe enden hier.
    for kill in (os.killpg, os.kill):
        try:
            kill(child, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            continue
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status) and end[0] == "killed":
        end = ["killed", signal.Signals(os.WTERMSIG(status)).name]
    return data.split(b"\n")[:-1], end


def _be_child(tree: ast.Module, cases: list[Any], writing: int, seconds: float) -> None:
    from faltwerk.run.observe import observe

    status = 1
    # Was die Abgabe an Modulen verändert, soll das Melden nicht stören.
    dumps, write, leave = json.dumps, os.write, os._exit
    try:
        os.setsid()
        _end_with_parent()
        _limit(seconds)
        _shuffle()
        for observation in observe(tree, cases):
            line = memoryview(dumps(observation).encode() + b"\n")
            while line:
                line = line[write(writing, line) :]
        status = 0
    finally:
        leave(status)


def _end_with_parent() -> None:
    """Unter Linux endet dieser Prozess mit dem, der ihn begonnen hat.

    So überlebt kein Lauf seine Prüfung, auch wenn jemand sie abbricht: Er endet mit dem
    Prüfprozess und der mit dem Befehl.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _shuffle() -> None:
    """Gibt jedem Lauf andere Zufallszahlen, damit auffällt, wessen Ergebnis von ihnen abhängt."""
    random.seed()
    np.random.seed()
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.seed()


def _limit(seconds: float) -> None:
    pages = int(Path("/proc/self/statm").read_text().split()[0]) if sys.platform == "linux" else 0
    memory = pages * resource.getpagesize() + _MEMORY
    limits = {
        resource.RLIMIT_CPU: int(seconds) + 1,
        resource.RLIMIT_FSIZE: _FILE_SIZE,
        resource.RLIMIT_CORE: 0,
    }
    # Unter macOS lässt sich der Adressraum nicht begrenzen.
    if sys.platform == "linux":
        limits[resource.RLIMIT_AS] = memory
    for kind, limit in limits.items():
        resource.setrlimit(kind, (limit, limit))


if __name__ == "__main__":
    main(*sys.argv[1:4])
