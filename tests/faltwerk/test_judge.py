"""Urteile an der winzigen Übung: jede Lücke für sich, richtig bleibt richtig."""

from __future__ import annotations

import re

import numpy as np
import pytest

from faltwerk.authors.verify import problems
from faltwerk.exercise import ExerciseError, load
from faltwerk.judge.compare import difference
from faltwerk.judge.observation import encode
from faltwerk.judge.submission import UnreadableError
from faltwerk.run import sandbox
from faltwerk.run.judging import judging


@pytest.fixture
def judged(tiny):
    """Beurteilt einen Text und gibt zu jeder Lücke das Urteil zurück."""
    with judging(tiny) as judge:
        yield lambda source: {verdict.gap: verdict for verdict in judge.judge(source)}


def statuses(verdicts):
    return "".join(verdicts[number].status[0] for number in sorted(verdicts))


def test_stub_is_open_everywhere(judged, tiny):
    assert statuses(judged(tiny.stub)) == "oooooo"


def test_solution_is_correct_everywhere(judged, tiny):
    verdicts = judged(tiny.source)
    assert statuses(verdicts) == "cccccc"
    assert all(verdict.message == "" for verdict in verdicts.values())


def test_each_gap_by_itself(judged, tiny):
    source = tiny.stub.replace("total = ...", "total = np.mean(x)")
    source = source.replace("result = ...", "result = total * factor")
    verdicts = judged(source)
    assert statuses(verdicts) == "wcoooo"
    assert verdicts[1].message == "Gesucht ist die Summe, nicht der Mittelwert."
    assert source.splitlines()[verdicts[1].line - 1].strip().startswith("total = np.mean")


def test_unknown_mistake_shows_the_counterexample(judged, tiny):
    message = judged(tiny.source.replace("np.sum(x)", "np.max(x)"))[1].message
    assert "kleine Zahlen" in message
    assert "scaled_sum(x, 3.0)" in message
    assert "x = [ 1., 2., -4.]" in message
    assert "-3" in message and "6" in message


def test_comments_formatting_and_names_do_not_matter(judged, tiny):
    rewritten = (
        "def scaled_sum(werte, faktor):\n"
        "    print('probeweise')\n"
        "    summe = werte[0]\n"
        "    for w in werte[1:]:\n"
        "        summe = summe + w\n"
        "    ergebnis = summe + faktor\n"
        "    return ergebnis\n\n\n"
    )
    verdicts = judged(tiny.stub[: tiny.stub.index("def scaled_sum")] + rewritten
                      + tiny.stub[tiny.stub.index("class Layer") :])  # fmt: skip
    assert statuses(verdicts) == "cwoooo"
    assert verdicts[2].message == "Der Faktor wird multipliziert, nicht addiert."


def test_right_as_a_whole_is_right_however_it_is_written(judged, tiny):
    source = (
        "import numpy as n\n\n"
        "def hilf(x):\n    return n.cumsum(x)\n\n"
        "def scaled_sum(x, factor):\n    return float(factor * hilf(x)[-1])\n\n"
        "class Basis:\n    pass\n\n"
        "class Layer(Basis):\n"
        "    def forward(self, v):\n        self.mem = v\n        return v ** 2\n"
        "    def backward(self, g):\n        return g * self.mem * 2\n\n"
        "running_sum = hilf\n"
    )
    assert statuses(judged(source)) == "cccccc"


def test_methods_may_share_names_of_their_own(judged, tiny):
    source = tiny.source.replace("self.seen", "self.mine").replace("np.sum(x)", "...")
    assert statuses(judged(source)) == "occccc"


def test_method_alone_with_own_names_is_not_called_wrong(judged, tiny):
    source = tiny.stub.replace(
        '"""Vorwärts."""\n        ...',
        '"""Vorwärts."""\n        self.mine = x\n        return x * x',
    )
    verdicts = judged(source)
    assert statuses(verdicts) == "oouooo"
    assert "zusammen" in verdicts[3].message


def test_wrong_method_alone_is_wrong(judged, tiny):
    source = tiny.stub.replace(
        '"""Vorwärts."""\n        ...',
        '"""Vorwärts."""\n        self.mine = x\n        return x * 3',
    )
    assert statuses(judged(source)) == "oowooo"


def test_changed_given_code_is_said(judged, tiny):
    verdicts = judged(tiny.source.replace("total = 0.0", "total = 1.0"))
    assert statuses(verdicts) == "ccccuu"
    assert "weicht" in verdicts[5].message


def test_a_rewritten_function_that_is_wrong_is_told_what_is_wrong(judged, tiny):
    start, end = tiny.source.index("def running_sum"), len(tiny.source)
    rewritten = "def running_sum(x):\n    return np.cumsum(x)[::-1]\n"
    verdicts = judged(tiny.source[:start] + rewritten + tiny.source[end:])
    assert statuses(verdicts) == "ccccuu"
    assert "weicht" in verdicts[5].message
    assert "drei Zahlen: an der Stelle [0] wird 1 erwartet" in verdicts[5].message


def test_missing_function_is_said(judged, tiny):
    source = tiny.source[: tiny.source.index("def running_sum")]
    verdicts = judged(source)
    assert statuses(verdicts) == "ccccuu"
    assert "fehlt" in verdicts[6].message


def test_deleted_line_is_open_and_the_others_still_count(judged, tiny):
    source = tiny.source.replace("    total = np.sum(x)  # Lücke (1)\n", "")
    assert statuses(judged(source)) == "occccc"


def test_own_names_inside_a_gap(judged, tiny):
    source = tiny.stub.replace(
        "        ...  # Lücke (5)", "        vorher = total\n        total = vorher + value"
    )
    assert statuses(judged(source)) == "ooooco"


def test_every_known_mistake_yields_its_message(judged, tiny):
    texts = list(problems(tiny))
    assert [text for text in texts if "bekannte Fehler »" in text] == []


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("checks.py", '"running_sum(x)"', '"runing_sum(x)"', "»drei Zahlen« .* NameError"),
        ("checks.py", '"running_sum(x)"', '"running_sum(x"', "»drei Zahlen« ist kein Python"),
        ("checks.py", '"running_sum(x)"', '"y = running_sum(x)"', "endet nicht mit einem Ausdruck"),
        ("checks.py", 'Case("running_sum"', 'Case("sum"', "»sum«, den es nicht gibt"),
        ("mistakes.py", "Mistake(2, ", "Mistake(7, ", "Lücke 7, die es nicht gibt"),
        ("mistakes.py", '"total + factor"', '"result = total"', "nur der Ausdruck"),
        ("mistakes.py", '"return self.seen * grad"', '"return ("', "hinein gehört der Rumpf"),
    ],
)
def test_cases_and_mistakes_that_prove_nothing_are_said(tiny_root, file, old, new, message):
    path = tiny_root / "winzig" / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    assert any(re.search(message, problem) for problem in problems(load("winzig", tiny_root)))


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        (
            "exercise.toml",
            'framework = "numpy"',
            'framework = "jax"',
            "erlaubt sind numpy",
        ),
        ("mistakes.py", "MISTAKES = (", "MISTAKES = (Fehler,", "NameError"),
    ],
)
def test_a_damaged_exercise_is_one_sentence(tiny_root, file, old, new, message):
    path = tiny_root / "winzig" / file
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(ExerciseError, match=message):
        list(problems(load("winzig", tiny_root)))


def test_class_in_place_of_a_function_is_said(judged, tiny):
    source = tiny.stub[: tiny.stub.index("def running_sum")] + "class running_sum:\n    pass\n"
    verdicts = judged(source)
    assert statuses(verdicts) == "oooouu"
    assert "weicht" in verdicts[5].message


def layer(tiny, forward: str, backward: str, members: str = "") -> str:
    """Der Rumpf mit einer anders geschriebenen Klasse; ``...`` lässt eine Methode offen."""
    start, end = tiny.stub.index("class Layer"), tiny.stub.index("def running_sum")
    body = f"class Layer:\n{members}    def forward(self, x):\n        {forward}\n"
    body += f"    def backward(self, grad):\n        {backward}\n\n\n"
    return tiny.stub[:start] + body + tiny.stub[end:]


def test_a_right_method_is_not_blamed_for_its_wrong_partner(judged, tiny):
    source = layer(tiny, "self.twice = 2 * x; return x * x", "return self.twice + grad")
    verdicts = judged(source)
    assert statuses(verdicts) == "oouwoo"
    assert "ausgibt, stimmt" in verdicts[3].message
    # Die Zahl stammt aus den beiden Methoden der Abgabe: 2·1 + 2 statt 2·1·2.
    assert verdicts[4].message.startswith("rückwärts: an der Stelle [1] wird 12 erwartet")


def test_a_method_that_fits_its_wrong_partner_is_not_called_wrong(judged, tiny):
    # Die Ausgabe ist falsch, der Gradient zu dem passend, was vorwärts gemerkt wurde.
    source = layer(tiny, "self.twice = 2 * x; return x * 3", "return self.twice * grad")
    assert statuses(judged(source)) == "oowcoo"


def test_methods_that_only_fit_each_other_count_while_another_part_is_open(judged, tiny):
    source = layer(tiny, "self.twice = 2 * x; return x * x", "return self.twice * grad")
    assert statuses(judged(source)) == "ooccoo"


def test_methods_and_values_of_the_class_belong_to_it(judged, tiny):
    members = "    POWER = 2\n\n    def _keep(self, x):\n        self.seen = x\n\n"
    source = layer(tiny, "self._keep(x); return x**self.POWER", "...", members)
    assert statuses(judged(source)) == "oocooo"


def test_a_name_from_another_gap_may_be_used(judged, tiny):
    half = tiny.stub.replace("total = ...", "numbers = np.ravel(x); total = numbers.sum()")
    source = half.replace("result = ...", "result = (numbers * factor).sum()")
    assert statuses(judged(source)) == "ccoooo"
    verdicts = judged(source.replace("np.ravel(x)", "np.ravel(x[1:])"))
    assert statuses(verdicts) == "wuoooo"
    assert verdicts[2].message == (
        "Diese Lücke benutzt Namen aus Lücke 1, und dort stimmt es noch nicht."
    )


def test_one_statement_may_fill_two_gaps(judged, tiny):
    lines = tiny.source.replace(
        "    total = np.sum(x)  # Lücke (1)\n    result = factor * total  # Lücke (2)\n",
        "    total, result = np.sum(x), factor * np.sum(x)  # Lücke (1)\n",
    )
    assert statuses(judged(lines)) == "cccccc"
    # Auch wenn anderswo noch etwas offen ist.
    assert statuses(judged(lines.replace("out[index] = total", "..."))) == "ccccco"


def test_dots_left_behind_a_right_answer_do_not_matter(judged, tiny):
    source = tiny.stub.replace(
        "        ...  # Lücke (5)", "        total = total + value\n        ...  # Lücke (5)"
    )
    assert statuses(judged(source)) == "ooooco"
    # Solange es nicht stimmt, ist es noch offen und nicht falsch.
    assert statuses(judged(source.replace("total + value", "value"))) == "oooooo"


def test_what_only_prints_may_be_anywhere(judged, tiny):
    source = tiny.stub.replace(
        "        ...  # Lücke (5)",
        "        try:\n            total += value\n        except ValueError:\n"
        "            print('keine Zahl')",
    )
    assert statuses(judged(source)) == "ooooco"


def test_a_fallback_for_an_import_counts(judged, tiny):
    fallback = "try:\n    from numpy import gibt_es_nicht as add\nexcept ImportError:\n"
    fallback += "    from numpy import sum as add\n\n"
    source = tiny.stub.replace("import numpy as np\n", f"import numpy as np\n{fallback}")
    assert statuses(judged(source.replace("total = ...", "total = add(x)"))) == "cooooo"


@pytest.mark.parametrize("line", ["return 3", "break"])
def test_what_python_only_notices_when_compiling_is_said_with_its_line(judged, tiny, line):
    with pytest.raises(UnreadableError, match=f"Zeile 2: .*\n    {line}"):
        judged(f"\n{line}\n{tiny.source}")


def test_random_results_are_named_as_such(judged, tiny):
    verdicts = judged(tiny.stub.replace("total = ...", "total = np.random.rand()"))
    assert statuses(verdicts) == "wooooo"
    assert "vom Zufall" in verdicts[1].message


def test_numbers_are_shown_with_as_many_digits_as_it_takes():
    text = difference(encode(0.25), encode(0.250000001), 1e-9, 0)
    assert text == "erwartet wird 0.25, herausgekommen ist 0.250000001"
    text = difference(encode(np.array([0.25, 2])), encode(np.array([0.250000001, 2])), 1e-9, 0)
    # Vier Stellen, wie sie in den Zeilen darunter stünden, zeigen keinen Unterschied.
    assert "wird 0.25 erwartet, herausgekommen ist 0.250000001" in text and "\n" not in text


@pytest.mark.slow
def test_who_imports_torch_has_the_time_that_loading_it_takes(tiny, monkeypatch):
    with judging(tiny) as judge:
        # Was die Musterlösung liefert, ist danach bekannt.
        judge.reference(range(len(judge.cases)))
        monkeypatch.setitem(sandbox.SECONDS, "numpy", 0.0)
        verdicts = judge.judge(f"import torch.nn as nn\n{tiny.source}")
    assert all(verdict.status == "correct" for verdict in verdicts)
