"""Was eine Abgabe in jeder Lücke schreibt, wie auch immer sie das Übrige schreibt."""

from __future__ import annotations

import ast
import textwrap

import pytest

from faltwerk.gaps import find_gaps, make_stub
from faltwerk.judge.align import Filling, Unaligned, align
from faltwerk.judge.submission import markers

MEAN = '''
def mean_above(x, limit):
    """Mittelwert der Zahlen über einer Grenze."""
    large = x[x > limit]  # Lücke (1)
    count = len(large)
    mean = large.sum() / count  # Lücke (2)
    return mean
'''

LOOP = """
def running_sum(x):
    out = [0] * len(x)
    total = 0
    for index, value in enumerate(x):
        total += value  # Lücke (1)
        out[index] = total  # Lücke (2)
    return out
"""

LAYER = '''
class Layer:
    def __init__(self, factor):
        self.factor = factor  # Lücke (1)

    def forward(self, x):  # Lücke (2)
        """Vorwärts."""
        self.seen = x
        return self.factor * x

    def backward(self, grad):
        """Rückwärts."""
        scaled = self.factor * grad  # Lücke (3)
        return scaled
'''


def aligned(solution: str, student: str) -> dict[int, Filling | Unaligned]:
    gaps = tuple(find_gaps(solution))
    student = textwrap.dedent(student)
    return align(ast.parse(solution), gaps, ast.parse(student), markers(student))


def contents(solution: str, student: str) -> dict[int, str | None]:
    """Zu jeder Lücke ihr Inhalt als Text, ``None``, wo er sich nicht finden lässt."""
    return {
        number: "; ".join(map(ast.unparse, found.statements))
        if isinstance(found, Filling)
        else None
        for number, found in aligned(solution, student).items()
    }


def test_the_solution_fills_its_own_gaps():
    assert contents(MEAN, MEAN) == {1: "large = x[x > limit]", 2: "mean = large.sum() / count"}
    assert contents(LOOP, LOOP) == {1: "total += value", 2: "out[index] = total"}
    assert contents(LAYER, LAYER) == {
        1: "self.factor = factor",
        2: "self.seen = x; return self.factor * x",
        3: "scaled = self.factor * grad",
    }


@pytest.mark.parametrize("solution", [MEAN, LOOP, LAYER])
def test_in_the_stub_every_gap_is_open(solution):
    found = aligned(solution, make_stub(solution))
    assert all(filling.open and not filling.unfinished for filling in found.values())


def test_names_of_ones_own_come_back_as_those_of_the_solution():
    student = """
        def mean_above(werte, grenze):
            maske = werte > grenze
            gross = werte[maske]
            n = len(gross)
            m = gross.mean()
            return m
    """
    assert contents(MEAN, student) == {
        1: "maske = x > limit; large = x[maske]",
        2: "mean = large.mean()",
    }


def test_a_name_of_ones_own_never_hides_one_of_the_solution():
    student = """
        def mean_above(x, limit):
            count = x > limit
            large = x[count]
            n = len(large)
            mean = large.sum() / n
            return mean
    """
    found = contents(MEAN, student)
    assert found[1] == "count_eigen = x > limit; large = x[count_eigen]"
    assert found[2] == "mean = large.sum() / count"


def test_two_names_in_place_of_one_do_not_fit():
    # Zurückgegeben wird nicht, was in der Lücke steht.
    student = MEAN.replace("mean = large.sum()", "other = large.sum()")
    assert contents(MEAN, student) == {1: None, 2: None}


def test_what_changes_nothing_may_be_anywhere():
    student = """
        def mean_above(x, limit: float):
            '''Anders beschrieben.'''
            print(x)
            large: list = x[x > limit]
            "lose"
            count: int = len(large)

            mean = (large.sum()
                    / count)
            print("Mittelwert", mean)
            return mean
    """
    assert contents(MEAN, student) == contents(MEAN, MEAN)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("count = len(large)", "count = len(x)"),
        ("return mean", "return mean + 1"),
        ("    count = len(large)\n", ""),
        ("x, limit", "x, limit, start"),
        ("    return mean\n", "    return mean\n    return count\n"),
    ],
)
def test_changed_given_lines_are_said_with_the_line_of_the_function(old, new):
    found = aligned(MEAN, MEAN.replace(old, new))
    reason = "Außerhalb der Lücken weicht »mean_above« vom Rumpf ab"
    assert found == {1: Unaligned(reason, 2), 2: Unaligned(reason, 2)}


def test_statements_in_another_order():
    # In einer Lücke ist die Reihenfolge frei …
    student = MEAN.replace(
        "    large = x[x > limit]", "    b = limit\n    a = x\n    large = a[a > b]"
    )
    assert contents(MEAN, student)[1] == "b = limit; a = x; large = a[a > b]"
    # … die der vorgegebenen Zeilen nicht.
    swapped = LOOP.replace(
        "    out = [0] * len(x)\n    total = 0\n", "    total = 0\n    out = [0] * len(x)\n"
    )
    assert contents(LOOP, swapped) == {1: None, 2: None}


def test_gaps_side_by_side_in_a_loop_with_one_marker_left():
    student = """
        def running_sum(x):
            out = [0] * len(x)
            total = 0
            for i, v in enumerate(x):
                before = total
                total = before + v  # Lücke (1)
                out[i] = total
            return out
    """
    assert contents(LOOP, student) == {
        1: "before = total; total = before + value",
        2: "out[index] = total",
    }


def test_a_changed_head_of_a_loop_is_a_changed_given_line():
    assert contents(LOOP, LOOP.replace("enumerate(x)", "enumerate(x, 1)")) == {1: None, 2: None}


@pytest.mark.parametrize(
    ("first", "second"), [("a = 1\nb = 2", "c = 3"), ("a = 1", "b = 2\nc = 3")]
)
def test_markers_decide_where_gaps_meet(first, second):
    solution = "def f():\n    a()  # Lücke (1)\n    b()  # Lücke (2)\n"
    lines = [f"    {line}  # Lücke (1)" for line in first.splitlines()]
    lines += [f"    {line}  # Lücke (2)" for line in second.splitlines()]
    student = "\n".join(["def f():", *lines])
    assert contents(solution, student) == {
        1: first.replace("\n", "; "),
        2: second.replace("\n", "; "),
    }


def test_methods_are_found_in_their_class_and_the_last_definition_counts():
    student = """
        class Layer:
            def __init__(this, f):
                this.factor = f

            def forward(this, x):
                return 0

            def forward(this, values):
                return values * this.factor

            def backward(this, g):
                s = g * this.factor
                return s
    """
    assert contents(LAYER, student) == {
        1: "self.factor = factor",
        2: "return x * self.factor",
        3: "scaled = grad * self.factor",
    }


@pytest.mark.parametrize(
    ("student", "reason"),
    [
        ("def other(): pass", "Die Definition »Layer.forward« fehlt in Ihrer Datei"),
        ("class Layer: pass", "Die Methode »Layer.forward« fehlt in Ihrer Datei"),
        (
            "class Layer:\n    class forward: pass",
            "Außerhalb der Lücken weicht »Layer.forward« vom Rumpf ab",
        ),
    ],
)
def test_what_is_missing_is_named(student, reason):
    assert aligned(LAYER, student)[2].reason == reason


@pytest.mark.parametrize(
    "content", ["large = ...", "...", "raise NotImplementedError('kommt noch')", "pass", ""]
)
def test_an_open_gap_leaves_the_others_as_they_are(content):
    found = aligned(MEAN, MEAN.replace("large = x[x > limit]", content))
    assert found[1].open
    assert not found[2].open
    assert ast.unparse(found[2].statements[0]) == "mean = large.sum() / count"


def test_dots_behind_an_answer_are_unfinished():
    found = aligned(LOOP, LOOP.replace("out[index] = total", "out[index] = total; ..."))
    assert found[2].unfinished and not found[2].open


def test_a_gap_knows_its_line_and_its_statements_are_marked_as_the_students():
    found = aligned(MEAN, "\n\n" + MEAN)[2]
    assert found.line == 8
    assert found.statements[0].lineno == 1_000_008


@pytest.mark.slow
def test_a_hopeless_submission_ends_soon():
    many = "\n".join(f"    v{n} = v{n - 1}  # Lücke ({n})" for n in range(1, 30))
    solution = f"def f(v0):\n{many}\n    return v29\n"
    student = "def f(v0):\n" + "    a = v0\n" * 60 + "    return 1\n"
    assert set(contents(solution, student).values()) == {None}
