"""Urteile an der winzigen Übung: jede Lücke für sich, richtig bleibt richtig."""

from __future__ import annotations

import pytest

from faltwerk.sandbox import Sandbox


@pytest.fixture
def judged(tiny):
    """Beurteilt einen Text und gibt zu jeder Lücke das Urteil zurück."""
    with Sandbox(tiny) as box:
        judge = box.judge()
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
    from faltwerk.verify import problems

    texts = list(problems(tiny))
    assert [text for text in texts if "bekannte Fehler »" in text] == []


def test_class_in_place_of_a_function_is_said(judged, tiny):
    source = tiny.stub[: tiny.stub.index("def running_sum")] + "class running_sum:\n    pass\n"
    verdicts = judged(source)
    assert statuses(verdicts) == "oooouu"
    assert "weicht" in verdicts[5].message
