"""Feindliche und verunglückte Abgaben: ein deutscher Satz, und die nächste Prüfung geht."""

from __future__ import annotations

import pytest

from faltwerk.judge.submission import UnreadableError, imports_solution
from faltwerk.run import sandbox
from faltwerk.run.judging import judging
from faltwerk.submission_file import read_submission


@pytest.fixture
def judge(tiny, monkeypatch):
    monkeypatch.setitem(sandbox.SECONDS, "numpy", 1.0)
    with judging(tiny) as judge:
        yield judge


GAP = "    total = ...  # Lücke (1)"


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("while True: pass", "nicht fertig"),
        ("import sys; sys.exit(3); total = 1", "sys.exit"),
        ("import os; os._exit(0); total = 1", "beendet den Prozess"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV); total = 1", "SIGSEGV"),
        ("total = input()", "input()"),
        ("f = lambda n: f(n + 1); total = f(0)", "selbst auf"),
        ("total = np.ones(10**11)", "Speicher"),
        ("raise BaseException('\\x1b[31m»ü«'); total = 1", "BaseException"),
        ("class E(Exception):\n        __str__ = None\n    total = E(); raise total", "E ab"),
        ("total = np.random.rand()", "Zufall"),
        ("total = 'text'", "TypeError"),
        ("total = None", "TypeError"),
        ("total = object()", "TypeError"),
        ("total = np.zeros((2, 3))", "Form"),
    ],
)
def test_hostile_gap_is_wrong_with_a_reason(judge, tiny, code, words):
    source = tiny.stub.replace(
        GAP, f"    {code}" if "total =" in code else f"    total = 0\n    {code}"
    )
    verdicts = judge.judge(source)
    assert verdicts[0].status == "wrong"
    assert words in verdicts[0].message
    # Danach geht es weiter, als wäre nichts gewesen.
    assert all(verdict.status == "correct" for verdict in judge.judge(tiny.source))


@pytest.mark.parametrize(
    "code",
    [
        "for i in range(10**6): print(i)",
        'print(\'{"passed": true, "gaps": []}\')',
        "import threading, time; threading.Thread(target=time.sleep, args=(60,)).start()",
        "import os; os.system('sleep 60 &')",
        "np.isclose = np.all = lambda *a, **k: True",
        "import json; json.dumps = None",
    ],
)
def test_side_effects_change_no_verdict(judge, tiny, code):
    source = tiny.stub.replace(GAP, f"    {code}\n    total = np.sum(x)")
    assert judge.judge(source)[0].status == "correct"
    wrong = tiny.stub.replace(GAP, f"    {code}\n    total = np.max(x)")
    assert judge.judge(wrong)[0].status == "wrong"


def test_secrets_of_the_environment_do_not_reach_the_code(tiny, monkeypatch):
    monkeypatch.setenv("MEIN_TOKEN", "geheim")
    source = tiny.stub.replace(
        GAP, "    import os\n    total = np.sum(x) + 100 * ('MEIN_TOKEN' in os.environ)"
    )
    with judging(tiny) as judge:
        assert judge.judge(source)[0].status == "correct"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "leer"),
        (b"\n\n", "leer"),
        (b"def f(:\n    pass\n", "Zeile 1"),
        (b"def f():\n\tx = 1\n        y = 2\n", "Tabulatoren"),
        (b"def f():\n  x = 1\n y = 2\n", "Zeile 3"),
        ("# Lücke\n".encode("latin-1"), "UTF-8"),
        (b"x = 1\0\n", "Nullbytes"),
        (b"x = " + b"(" * 5000 + b")" * 5000, "Zeile 1"),
    ],
)
def test_unreadable_file_is_one_sentence(judge, tmp_path, data, words):
    path = tmp_path / "abgabe.py"
    path.write_bytes(data)
    with pytest.raises(UnreadableError, match=words):
        judge.judge(read_submission(path))
    assert path.read_bytes() == data


def test_byte_order_mark_and_windows_line_ends_are_fine(judge, tiny, tmp_path):
    path = tmp_path / "müll und mehr.py"
    path.write_bytes(b"\xef\xbb\xbf" + tiny.source.replace("\n", "\r\n").encode())
    path.chmod(0o444)
    verdicts = judge.judge(read_submission(path))
    assert all(verdict.status == "correct" for verdict in verdicts)


def test_directory_and_missing_file(tmp_path):
    with pytest.raises(UnreadableError, match="Ordner"):
        read_submission(tmp_path)
    with pytest.raises(UnreadableError, match="gibt es nicht"):
        read_submission(tmp_path / "fehlt.py")


def test_import_of_the_solution_is_noticed():
    assert imports_solution("from pooling.solution import maxpool2d", "pooling")
    assert imports_solution("from pooling import solution as s", "pooling")
    assert not imports_solution("from pooling.pooling import maxpool2d", "pooling")


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("import gibt_es_nicht", "ModuleNotFoundError"),
        ("def hilf():\n    while True: pass\nwert = hilf()", "nicht fertig"),
    ],
)
def test_broken_code_outside_the_gaps_is_said_once_and_quickly(judge, tiny, code, words):
    source = tiny.stub.replace(GAP, "    total = np.sum(x)").replace(
        "import numpy as np", f"import numpy as np\n{code}"
    )
    verdicts = judge.judge(source)
    assert [verdict.status for verdict in verdicts] == ["untested"] + ["open"] * 5
    assert "außerhalb der Aufgaben" in verdicts[0].message
    assert words in verdicts[0].message


def test_loose_calls_at_the_end_do_no_harm(judge, tiny):
    source = tiny.stub.replace(GAP, "    total = np.sum(x)") + "\nprint(scaled_sum(1, 2))\n1 / 0\n"
    assert judge.judge(source)[0].status == "correct"
