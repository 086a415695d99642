"""Was aus dem Prozess einer Abgabe kommt, wird geprüft, bevor ihm jemand glaubt."""

from __future__ import annotations

import ast
import base64
import io
import json
import os
import struct
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from faltwerk.exercise import ExerciseError
from faltwerk.judge.compare import difference
from faltwerk.judge.observation import encode, is_observation
from faltwerk.run import sandbox
from faltwerk.run.judging import judging
from faltwerk.run.sandbox import Sandbox
from faltwerk.terminal import visible

ROOT = Path(__file__).resolve().parents[2]
# Spricht erst wie ein Prüfprozess und antwortet auf den ersten Auftrag mit dem Inhalt einer Datei.
LIAR = """
import json, os, struct, sys, time

case = {"part": "scaled_sum", "name": "x", "code": "1", "given": {}, "rtol": None, "atol": None,
        "dtype": False}
data = json.dumps([case, case]).encode()
os.write(1, struct.pack("<Q", len(data)) + data)
sys.stdin.buffer.read(8)
rest = memoryview(open(%r, "rb").read())
while rest:
    rest = rest[os.write(1, rest):]
time.sleep(%s)
"""


def framed(value: object) -> bytes:
    """Eine Antwort, wie sie ein ehrlicher Prozess verpackt."""
    data = json.dumps(value).encode()
    return struct.pack("<Q", len(data)) + data


def promising(shape: tuple[int, ...]) -> str:
    """Ein Array, dessen Kopf mehr verspricht, als folgt."""
    buffer = io.BytesIO()
    header = {"descr": "<f8", "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(buffer, header)
    return base64.b64encode(buffer.getvalue() + bytes(8)).decode()


GOOD = encode(np.arange(3.0))
LIES = {
    "nichts": b"",
    "halber Kopf": b"\x05\x00",
    "Länge 2^62": struct.pack("<Q", 2**62),
    "zu kurz": struct.pack("<Q", 100) + b"[]",
    "kein JSON": struct.pack("<Q", 5) + b"hallo",
    "kein UTF-8": struct.pack("<Q", 4) + b"[\xff\xfe]",
    "keine Liste": framed({"passed": True}),
    "zu wenige": framed([GOOD]),
    "zu viele": framed([GOOD] * 3),
    "nur der Name": framed([["raises"], GOOD]),
    "tiefe Listen": struct.pack("<Q", 400_000) + b"[" * 200_000 + b"]" * 200_000,
    "72 TiB": framed([["array", "float64", promising((9 * 2**40,))], GOOD]),
    "negatives Maß": framed([["array", "float64", promising((-1,))], GOOD]),
    "kein Base64": framed([["array", "float64", "»«"], GOOD]),
    "kein Kopf": framed([["array", "f8", base64.b64encode(b"\x93NUMPY\x01\x00").decode()], GOOD]),
}


@pytest.fixture
def lying(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Ersetzt den Prüfprozess durch einen, der eine Antwort gibt und dann so lange schweigt."""

    def replace(payload: bytes, seconds: int) -> None:
        answer, liar = tmp_path / "antwort", tmp_path / "worker.py"
        answer.write_bytes(payload)
        liar.write_text(LIAR % (str(answer), seconds), encoding="utf-8")
        monkeypatch.setattr(sandbox, "_WORKER", liar)

    return replace


@pytest.mark.parametrize("name", LIES)
def test_a_lie_is_noticed_before_anyone_believes_it(name: str, tiny, lying):
    lying(LIES[name], 0)
    with Sandbox(tiny) as box:
        seen = box.run(ast.parse(""), [0, 1])
    assert len(seen) == 2 and all(is_observation(one) for one in seen)
    assert seen[0][0] == "killed"


def test_a_silent_process_is_ended(tiny, lying, monkeypatch: pytest.MonkeyPatch):
    lying(b"\x10", 600)
    monkeypatch.setattr(sandbox, "GRACE", 0.2)
    monkeypatch.setitem(sandbox.SECONDS, "numpy", 0.1)
    begun = time.monotonic()
    with Sandbox(tiny) as box:
        assert box.run(ast.parse(""), [0, 1])[0][0] == "killed"
    assert time.monotonic() - begun < 60


def test_a_process_that_never_starts_is_one_sentence(
    tiny, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    mute = tmp_path / "worker.py"
    mute.write_text("import time; time.sleep(600)", encoding="utf-8")
    monkeypatch.setattr(sandbox, "_WORKER", mute)
    monkeypatch.setattr(sandbox, "_START_SECONDS", 0.5)
    with pytest.raises(ExerciseError, match="der Prüfprozess startet nicht"), Sandbox(tiny):
        pass


def test_who_stops_the_process_gets_a_verdict(tiny, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sandbox, "GRACE", 1.0)
    monkeypatch.setitem(sandbox.SECONDS, "numpy", 2.0)
    stop = "    import os, signal\n    os.kill(os.getppid(), signal.SIGSTOP)\n    total ="
    source = tiny.source.replace("    total =", stop, 1)
    with judging(tiny) as judge:
        assert judge.judge(source)[0].status == "wrong"
        assert all(verdict.status == "correct" for verdict in judge.judge(tiny.source))


@pytest.mark.skipif(sys.platform != "linux", reason="Nur Linux beendet Kinder mit ihren Eltern.")
def test_a_run_ends_with_its_check(tiny, tmp_path: Path):
    note, file = tmp_path / "nummer", tmp_path / "abgabe.py"
    waiting = f"import os, time\nopen({str(note)!r}, 'w').write(str(os.getpid()))\ntime.sleep(60)\n"
    file.write_text(waiting + tiny.source, encoding="utf-8")
    program = (
        "import sys\nfrom pathlib import Path\nfrom faltwerk.exercise import load\n"
        "from faltwerk.run import sandbox\nfrom faltwerk.run.judging import judging\n"
        "sandbox.SECONDS['numpy'] = 60\n"
        "with judging(load('winzig', Path(sys.argv[1]))) as judge:\n"
        "    judge.judge(Path(sys.argv[2]).read_text('utf-8'))\n"
    )
    check = subprocess.Popen(
        [sys.executable, "-c", program, str(tiny.folder.parent), str(file)], cwd=ROOT
    )
    until(lambda: note.is_file() and note.read_text() != "")
    status = Path("/proc", note.read_text(), "stat")
    assert status.exists()
    check.kill()
    check.wait()
    # Tot, aber noch nicht abgeholt (Z), ist auch beendet.
    until(lambda: not status.exists() or status.read_text().rpartition(")")[2].split()[0] == "Z")


def until(happened: Any) -> None:
    """Wartet, bis etwas geschehen ist."""
    deadline = time.monotonic() + 30
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.05)


LEAVES = ["number", "array", "tensor", "raises", "sequence", "dict", "killed", "timeout"]
LEAVES += ["constant", "text", "other", GOOD[2], promising((2**50,))]
VALUES = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=9),
        st.sampled_from(LEAVES),
    ),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=5), inner),
)  # fmt: skip
EXPECTED = (GOOD, encode((1, [2.5, None], {"a": "b"})), ["raises", "ValueError", "x", 3, True])


@given(VALUES, st.sampled_from(EXPECTED))
def test_whatever_counts_as_an_observation_can_be_compared(value: Any, expected: list[Any]):
    if is_observation(value):
        text = difference(expected, value, 1e-6, 1e-6, True)
        assert text is None or text.strip()


@pytest.mark.parametrize(
    "value", [1, 2.5, None, True, "text", (1, [2]), {"a": np.zeros((2, 0))}, np.int8(3), object()]
)
def test_what_is_observed_counts_as_an_observation(value: Any):
    assert is_observation(json.loads(json.dumps(encode(value))))


def test_control_characters_are_shown_and_not_obeyed():
    assert visible("ä \x1b[31m\x07 \ud800\n\tx") == "ä \\x1b[31m\\x07 \\ud800\n\tx"


def test_check_prints_one_object_whatever_the_file_says(tmp_path: Path):
    source = (ROOT / "pooling" / "solution.py").read_text(encoding="utf-8")
    hostile = """exec("raise RuntimeError(chr(0xd800) + chr(27) + ']0;Titel')")  # Lücke (1)"""
    file = tmp_path / "abgabe.py"
    changed = source.replace("1  # Lücke (1)", hostile)
    assert changed != source
    file.write_text(changed, encoding="utf-8")
    result = subprocess.run(
        [sys.executable, "-m", "faltwerk", "check", "pooling", str(file), "--json"],
        cwd=ROOT, env=os.environ | {"PYTHONUTF8": "1"}, capture_output=True, check=False,
    )  # fmt: skip
    told = json.loads(result.stdout.decode("utf-8"))
    assert result.returncode == 1 and told["passed"] is False
    message = told["gaps"][0]["message"]
    assert "\\ud800" in message and "\x1b" not in message
