"""Die Befehlszeile, so wie Studierende sie aufrufen."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from faltwerk.exercise import load

ROOT = Path(__file__).resolve().parents[2]


def faltwerk(*arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "faltwerk", *map(str, arguments)],
        cwd=cwd or ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_start_never_overwrites(tmp_path):
    folder = tmp_path / "Übung eins"
    first = faltwerk("start", "pooling", "--to", folder)
    assert first.returncode == 0
    file = folder / "pooling.py"
    assert file.read_text("utf-8") == load("pooling", ROOT).stub
    file.write_text("meins", "utf-8")
    second = faltwerk("start", "pooling", "--to", folder)
    assert second.returncode == 1
    assert "gibt es schon" in second.stdout
    assert file.read_text("utf-8") == "meins"


def test_check_of_the_stub_says_that_all_is_open(tmp_path):
    faltwerk("start", "pooling", "--to", tmp_path)
    done = faltwerk("check", "pooling", tmp_path / "pooling.py", cwd=tmp_path)
    assert done.returncode == 1
    count = len(load("pooling", ROOT).gaps)
    assert f"0 von {count} Lücken richtig" in done.stdout


def test_json_holds_every_gap_once_in_order_and_nothing_else(tmp_path):
    file = tmp_path / "pooling.py"
    source = (ROOT / "pooling" / "solution.py").read_text("utf-8")
    file.write_text(source.replace("  # Lücke (1)", " + 1  # Lücke (1)"), "utf-8")
    done = faltwerk("check", "pooling", file, "--json")
    result = json.loads(done.stdout)
    assert list(result) == ["exercise", "file", "passed", "gaps", "error"]
    assert (result["exercise"], result["file"]) == ("pooling", str(file))
    assert (result["passed"], result["error"], done.returncode) == (False, None, 1)
    numbers = [gap.number for gap in load("pooling", ROOT).gaps]
    assert [gap["gap"] for gap in result["gaps"]] == numbers
    assert all(list(gap) == ["gap", "status", "message", "line"] for gap in result["gaps"])
    assert [gap["gap"] for gap in result["gaps"] if gap["status"] != "correct"] == [1]
    assert all(gap["message"] == "" for gap in result["gaps"][1:])


def test_correct_submission_exits_with_zero(tmp_path):
    file = tmp_path / "abgabe.py"
    file.write_text((ROOT / "convolution" / "solution.py").read_text("utf-8"), "utf-8")
    done = faltwerk("check", "convolution", file)
    assert done.returncode == 0, done.stdout
    count = len(load("convolution", ROOT).gaps)
    assert f"{count} von {count} Lücken richtig" in done.stdout


def test_unreadable_file_in_json(tmp_path):
    file = tmp_path / "kaputt.py"
    file.write_text("def f(:\n", "utf-8")
    done = faltwerk("check", "pooling", file, "--json")
    result = json.loads(done.stdout)
    assert done.returncode == 2
    assert result["passed"] is False
    count = len(load("pooling", ROOT).gaps)
    assert [gap["status"] for gap in result["gaps"]] == ["untested"] * count
    assert result["error"].startswith("Zeile 1")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["check", "pooling", "fehlt.py"], "gibt es nicht"),
        (["check", "pooling", "."], "Ordner"),
        (["check", "falten"], "vorhanden sind"),
        (["start", "../pooling"], "gibt es nicht"),
        (["hint", "pooling", "99"], "keine Lücke 99"),
        (["hint", "pooling", "1", "--level", "9"], "Stufen 1 bis"),
        (["unfug"], "BEFEHL: »unfug« gibt es nicht, nur start, check, watch, hint, stubs"),
        (["mutants", "backen"], "Die Übung »backen« gibt es nicht; vorhanden sind"),
        (["verify", "backen"], "Die Übung »backen« gibt es nicht; vorhanden sind"),
        (["stubs", "backen"], "fehlt die Musterlösung"),
        (["start", "pooling", "--to", __file__], "kein Ordner"),
        (["check"], "Es fehlt: ÜBUNG; »python -m faltwerk check --help« zeigt, was möglich ist."),
        (["hint", "pooling", "eins"], "LÜCKE: »eins« ist keine ganze Zahl"),
        (["hint", "pooling", "1", "--level"], "--level braucht eine Angabe"),
        (["check", "pooling", "--json=ja"], "--json nimmt keine Angabe an"),
        (["start", "pooling", "--nach", "x"], "»--nach x« ist hier nicht erlaubt"),
        (["--trace=1"], "--traceback nimmt keine Angabe an"),
    ],
)
def test_wrong_call_is_one_sentence(arguments, words, tmp_path):
    done = faltwerk(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_without_a_command_it_shows_what_there_is_for_whom():
    done = faltwerk()
    assert done.returncode == 0
    assert done.stdout == faltwerk("--help").stdout
    _, students, teachers = re.split("Für Studierende:|Für Lehrende:", done.stdout)
    assert re.findall(r"^  (\w+) ", students, re.MULTILINE) == ["start", "check", "watch", "hint"]
    commands = re.findall(r"^  ([a-z]+) ", teachers, re.MULTILINE)
    assert commands == ["stubs", "verify", "mutants"]
    assert "Aufruf: python -m faltwerk mutants [-h] [ÜBUNG ...]" in faltwerk("mutants", "-h").stdout


def test_the_parser_needs_no_package():
    code = "import sys, faltwerk.arguments; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0


def test_help_is_german():
    text = faltwerk("--help").stdout + faltwerk("check", "--help").stdout
    assert "Aufruf: python -m faltwerk" in text
    for word in ("usage", "options", "positional", "show this"):
        assert word not in text


def test_hints_are_graded():
    one = faltwerk("hint", "pooling", 1).stdout
    two = faltwerk("hint", "pooling", 1, "--level", 2).stdout
    assert "Hinweis 1" in one and "Hinweis 2" not in one
    assert two.startswith(one.rstrip("\n"))
    assert "Hinweis 2" in two


def test_watch_judges_again_on_save_and_survives_deletion(tmp_path):
    file = tmp_path / "pooling.py"
    file.write_text((ROOT / "pooling" / "pooling.py").read_text("utf-8"), "utf-8")
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "faltwerk", "watch", "pooling", str(file)],
        cwd=ROOT, env=os.environ | {"PYTHONUTF8": "1"}, stdout=subprocess.PIPE, text=True,
        # Wer die Tests im Hintergrund startet, vererbt sonst, dass SIGINT nichts bewirkt.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip

    # Auf eine Zeile, die nie kommt, wartete der Test sonst für immer.
    limit = threading.Timer(120, process.kill)
    limit.start()

    def read_until(words: str) -> None:
        while words not in (line := process.stdout.readline()):
            assert line

    try:
        count = len(load("pooling", ROOT).gaps)
        read_until(f"0 von {count}")
        file.unlink()
        read_until("gibt es nicht")
        source = (ROOT / "pooling" / "solution.py").read_text("utf-8")
        stub = source.replace("  # Lücke (2)", " + 1  # Lücke (2)")
        file.write_text(stub, "utf-8")
        read_until(f"{count - 1} von {count}")
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0
    finally:
        limit.cancel()
        process.kill()
        process.stdout.close()
