"""Lücken finden und Rümpfe erzeugen."""

from __future__ import annotations

import ast

import pytest

from faltwerk.authors.stubs import stale_stubs, write_stubs
from faltwerk.exercise import Excerpt, ExerciseError, excerpts, load
from faltwerk.gaps import GapError, find_gaps, make_stub


def test_stub_leaves_everything_but_the_gaps_as_it_is():
    source = (
        'def f(a: int,\n      b: int) -> int:  # Lücke (1)\n    """Döc."""\n    return a\n\n\n'
        "class K:\n    def g(self):\n        ä: int = (\n            1\n        )  # Lücke (2)\n"
        "        a, b = 1, 2  # Lücke (3)\n        self.x = a  # Lücke (4)\n"
        "        return b  # Lücke (5)\n"
    )
    assert make_stub(source) == (
        'def f(a: int,\n      b: int) -> int:  # Lücke (1)\n    """Döc."""\n    ...\n\n\n'
        "class K:\n    def g(self):\n        ä: int = ...  # Lücke (2)\n"
        "        a, b = ...  # Lücke (3)\n        ...  # Lücke (4)\n"
        "        ...  # Lücke (5)\n"
    )


def test_equals_sign_inside_the_value_is_no_border():
    assert make_stub("def f():\n    x = dict(a=1)  # Lücke (1)\n").splitlines()[1] == (
        "    x = ...  # Lücke (1)"
    )


def test_marker_inside_a_string_is_text():
    assert find_gaps('def f():\n    return "# Lücke (1)"\n') == []


@pytest.mark.parametrize(
    ("source", "line", "words"),
    [
        ("def f():\n    x = 1  # Lücke (1)\n    y = 2  # Lücke (1)\n", 3, "schon in Zeile 2"),
        ("def f():\n    x = 1  # Lücke (2)\n", 2, "müsste die Lücke (1)"),
        ("def f():\n    # Lücke (1)\n    x = 1\n", 2, "weder hinter"),
        ("x = 1  # Lücke (1)\n", 1, "weder hinter"),
        ("def f():\n    for i in x:  # Lücke (1)\n        pass\n", 2, "weder hinter"),
        ("def f():\n    x = 1  # Lücke 1\n", 2, "unvollständig"),
        ("def f():\n    x = 1  # Luecke (1)\n", 2, "unvollständig"),
        ("def f(:\n", 1, "kein gültiges Python"),
    ],
)
def test_malformed_marker_names_file_and_line(source, line, words):
    with pytest.raises(GapError) as error:
        find_gaps(source, "solution.py")
    assert str(error.value).startswith(f"solution.py:{line}: ")
    assert words in str(error.value)


def test_changed_solution_makes_the_stub_stale(tiny_root):
    stub = tiny_root / "winzig" / "winzig.py"
    assert write_stubs(["winzig"], tiny_root) == [stub]
    head, separator, rest = stub.read_text(encoding="utf-8").partition("# ruff: noqa\n")
    assert "Erzeugt aus solution.py" in head and "»python -m faltwerk stubs winzig«" in head
    # Studierende bekommen den Rumpf ohne den Kopf.
    assert separator and rest == load("winzig", tiny_root).stub
    assert stale_stubs(["winzig"], tiny_root) == []
    solution = tiny_root / "winzig" / "solution.py"
    solution.write_text(
        solution.read_text(encoding="utf-8").replace("Skaliert", "Streckt"), encoding="utf-8"
    )
    assert stale_stubs(["winzig"], tiny_root) == [tiny_root / "winzig" / "winzig.py"]


def test_stub_of_an_exercise_is_python_with_every_gap(tiny):
    ast.parse(tiny.stub)
    assert [gap.number for gap in find_gaps(tiny.stub)] == [1, 2, 3, 4, 5, 6]


def test_description_must_fit_the_solution(tiny_root):
    path = tiny_root / "winzig" / "exercise.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("number = 6", "number = 7"), encoding="utf-8")
    with pytest.raises(ExerciseError, match="Lücken"):
        load("winzig", tiny_root)


def test_unknown_exercise_names_the_known_ones(tiny_root):
    with pytest.raises(ExerciseError, match="»fehlt« gibt es nicht; vorhanden sind: winzig"):
        load("fehlt", tiny_root)


def test_excerpts_keep_every_line_of_a_definition_and_nothing_else():
    source = (
        '"""Kopf."""\n\nimport os\n\n# Abschnitt\n\n# Zur Funktion.\n@os.fspath\ndef f():\n'
        "    return 1  # Lücke (1)\n\n\nclass K:\n    def g(self):\n        return 2\nA = 1\n"
    )
    found = excerpts(source)
    assert found == {
        "f": Excerpt("# Zur Funktion.\n@os.fspath\ndef f():\n    return 1  # Lücke (1)\n", 7, 10),
        "K": Excerpt("class K:\n    def g(self):\n        return 2\n", 13, 15),
    }
