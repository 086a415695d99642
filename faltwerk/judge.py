"""Eine Abgabe beurteilen: für jede Lücke ein Urteil mit Begründung.

Rein rechnend und ohne Ein- und Ausgabe: Wie ein Programm ausgeführt wird, bestimmt der
übergebene ``run``. So urteilt derselbe Code in der Befehlszeile, im Notebook und im Browser.
"""

from __future__ import annotations

import ast
import io
import math
import tokenize
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from faltwerk.align import (
    Filling,
    Unaligned,
    align,
    clone,
    find_function,
    splice,
    student_extras,
    with_extras,
)
from faltwerk.cases import Case, Mistake
from faltwerk.compare import difference, inline
from faltwerk.exercise import Exercise, Part
from faltwerk.gaps import MARKER, Gap, assigned_value, body_below_docstring
from faltwerk.observe import STUDENT_LINES, Observation

Status = Literal["correct", "wrong", "open", "untested"]

# (Programm, Nummern der Prüffälle) → eine Beobachtung je Prüffall.
Run = Callable[[ast.Module, Sequence[int]], list[Observation]]


class UnreadableError(ValueError):
    """Die Datei kann nicht beurteilt werden; der Text sagt in einem Satz, warum.

    Attributes:
        line: Zeile der Abgabe, an der es liegt, oder ``None``.
    """

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.line = line


@dataclass(frozen=True)
class Verdict:
    """Das Urteil über eine Lücke.

    Attributes:
        gap: Nummer der Lücke.
        status: ``"correct"``, ``"wrong"``, ``"open"`` oder ``"untested"``.
        message: Begründung; leer, wenn die Lücke richtig ist.
        line: Zeile der Abgabe, zu der die Meldung gehört, oder ``None``.
    """

    gap: int
    status: Status
    message: str
    line: int | None


@dataclass
class Judge:
    """Beurteilt Abgaben einer Übung und merkt sich, was sich zwischen ihnen nicht ändert.

    Attributes:
        exercise: Die Übung.
        cases: Ihre Prüffälle.
        mistakes: Ihre bekannten Fehler.
        run: Führt ein Programm mit den gewünschten Prüffällen aus.
    """

    exercise: Exercise
    cases: Sequence[Case]
    mistakes: Sequence[Mistake]
    run: Run
    _expected: dict[int, Observation] = field(default_factory=dict)
    _known: dict[tuple[int, tuple[int, ...]], list[list[Observation]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._solution = ast.parse(self.exercise.source)
        self._by_part = {
            part.name: _related(self._solution, part.name, self.cases)
            for part in self.exercise.parts
        }

    def judge(
        self,
        source: str,
        progress: Callable[[int], None] = lambda number: None,
        parts: Collection[str] | None = None,
    ) -> list[Verdict]:
        """Beurteilt eine Abgabe.

        Args:
            source: Text der Abgabe.
            progress: Wird mit jeder Lückennummer aufgerufen, deren Urteil feststeht.
            parts: Namen der Teile, um die es geht; ``None`` steht für alle. Für die übrigen wird
                nichts ausgeführt, und sie dürfen in der Abgabe fehlen.

        Returns:
            Ein :class:`Verdict` je Lücke dieser Teile, in der Reihenfolge der Nummern.

        Raises:
            UnreadableError: Wenn die Datei kein Python ist.
        """
        student = parse(source)
        try:
            return self._verdicts(source, student, progress, self._selected(parts))
        except RecursionError as error:
            raise UnreadableError(
                "Die Datei ist zu tief verschachtelt, um sie zu beurteilen."
            ) from error

    def _selected(self, names: Collection[str] | None) -> list[Part]:
        return [part for part in self.exercise.parts if names is None or part.name in names]

    def _verdicts(
        self,
        source: str,
        student: ast.Module,
        progress: Callable[[int], None],
        parts: Sequence[Part],
    ) -> list[Verdict]:
        wanted = tuple(task.gap for part in parts for task in part.tasks)
        found = align(self._solution, wanted, student, _markers(source))
        verdicts = {
            number: Verdict(number, "open", _open_message(self.exercise, number), filling.line)
            for number, filling in found.items()
            if isinstance(filling, Filling) and filling.open
        }
        related = sorted({number for part in parts for number in self._by_part[part.name]})
        if not verdicts and not self._problem(_shifted(student), related):
            verdicts = {gap.number: _correct(gap, found) for gap in wanted}
        extras = student_extras(student, self._solution)
        broken = self._broken_extras(extras)
        if broken:
            verdicts |= {
                gap.number: Verdict(gap.number, "untested", broken, found[gap.number].line)
                for gap in wanted
                if gap.number not in verdicts
            }
        for part in parts:
            gaps = [task.gap for task in part.tasks if task.gap.number not in verdicts]
            if gaps:
                verdicts |= self._judge_part(part.name, gaps, found, student, extras)
            for task in part.tasks:
                progress(task.gap.number)
        return [verdicts[gap.number] for gap in wanted]

    def _broken_extras(self, extras: list[ast.stmt]) -> str | None:
        """Warum schon die eigenen Importe und Definitionen scheitern, falls sie es tun."""
        if not extras:
            return None
        got = self.run(ast.fix_missing_locations(with_extras(clone(self._solution), extras)), [0])
        problem = self._difference(0, got[0])
        if problem is None:
            return None
        return f"Was Ihre Datei außerhalb der Aufgaben ausführt, scheitert: {problem}."

    def _judge_part(
        self,
        part: str,
        gaps: list[Gap],
        found: Mapping[int, Filling | Unaligned],
        student: ast.Module,
        extras: list[ast.stmt],
    ) -> dict[int, Verdict]:
        fillings = [found[gap.number] for gap in gaps]
        if all(
            isinstance(filling, Filling) and self._is_sample(gap, filling)
            for gap, filling in zip(gaps, fillings, strict=True)
        ):
            return {gap.number: _correct(gap, found) for gap in gaps}
        every = [gap for gap in self.exercise.gaps if gap.part == part]
        complete = len(every) == len(gaps)
        whole = self._whole_part(part, student, extras) if complete else None
        if whole is not None:
            problem = self._problem(whole, self._by_part[part])
            if problem is None:
                return {gap.number: _correct(gap, found) for gap in gaps}
        verdicts = {gap.number: self._judge_gap(gap, found, extras) for gap in gaps}
        if whole is None:
            return verdicts
        if all(verdict.status == "correct" for verdict in verdicts.values()):
            # Jede Lücke ist für sich richtig: Dann liegt es an dem, was nicht Lücke ist.
            node = find_function(student, (part,))
            reason = f"Für sich richtig, doch »{part}« rechnet als Ganzes falsch: {problem}"
            return {
                gap.number: Verdict(gap.number, "untested", reason, node.lineno) for gap in gaps
            }
        return self._mend_partners(gaps, verdicts, found, extras)

    def _whole_part(
        self, part: str, student: ast.Module, extras: list[ast.stmt]
    ) -> ast.Module | None:
        theirs = find_function(student, (part,))
        if theirs is None:
            return None
        tree = clone(self._solution)
        place = tree.body.index(find_function(tree, (part,)))
        tree.body[place] = ast.increment_lineno(clone(theirs), STUDENT_LINES)
        return with_extras(tree, extras)

    def _judge_gap(
        self, gap: Gap, found: Mapping[int, Filling | Unaligned], extras: list[ast.stmt]
    ) -> Verdict:
        filling = found[gap.number]
        if isinstance(filling, Unaligned):
            return Verdict(gap.number, "untested", f"{filling.reason}.", filling.line)
        if self._is_sample(gap, filling):
            return Verdict(gap.number, "correct", "", filling.line)
        numbers = self._by_part[gap.part]
        tree = splice(self._solution, self.exercise.gaps, {gap.number: filling.statements}, extras)
        got = self.run(tree, numbers)
        problem = self._first_problem(numbers, got)
        if problem is None:
            return Verdict(gap.number, "correct", "", filling.line)
        # Ein Lauf, der nicht endet, wird nicht noch mehrmals abgewartet.
        hangs = any(seen[0] == "timeout" for seen in got)
        known = None if hangs else self._known_mistake(gap, numbers, got)
        if known is None and self._needs_partner(gap, numbers, got, found):
            return Verdict(
                gap.number, "untested", _partner_message(gap, self.exercise), filling.line
            )
        if known is None and not hangs and not self._same(numbers, got, self.run(tree, numbers)):
            problem = (
                "Ihr Code liefert bei gleichen Eingaben verschiedene Ergebnisse; "
                "das Ergebnis darf nicht vom Zufall abhängen."
            )
        return Verdict(gap.number, "wrong", known or problem, filling.line)

    def _mend_partners(
        self,
        gaps: list[Gap],
        verdicts: dict[int, Verdict],
        found: Mapping[int, Filling | Unaligned],
        extras: list[ast.stmt],
    ) -> dict[int, Verdict]:
        """Beurteilt Methoden gemeinsam, die sich eigene Namen oder Zwischenwerte teilen."""
        failing = [gap for gap in gaps if verdicts[gap.number].status != "correct"]
        bodies = [gap for gap in failing if isinstance(found[gap.number], Filling)]
        if len(bodies) < 2 or any(gap.kind != "body" for gap in bodies):
            return verdicts
        mended = dict(verdicts)
        for first in bodies:
            for second in bodies:
                if first.number >= second.number:
                    continue
                pair = {g.number: found[g.number].statements for g in (first, second)}
                tree = splice(self._solution, self.exercise.gaps, pair, extras)
                if self._problem(tree, self._by_part[first.part]) is None:
                    for gap in (first, second):
                        mended[gap.number] = Verdict(
                            gap.number, "correct", "", found[gap.number].line
                        )
        return mended

    def _needs_partner(
        self,
        gap: Gap,
        numbers: Sequence[int],
        got: list[Observation],
        found: Mapping[int, Filling | Unaligned],
    ) -> bool:
        """Ob der Fehler daran liegen kann, dass eine andere Methode noch nicht dazu passt.

        Zwei Methoden einer Klasse teilen sich Attribute und Zwischenwerte, deren Namen und Aufbau
        frei sind. Scheitern nur Fälle, an denen eine noch offene Methode beteiligt ist, lässt sich
        über diese hier allein nichts sagen.
        """
        if gap.kind != "body" or len(gap.path) < 2:
            return False
        failing = self._failing(numbers, got)
        # Ein Abbruch in den Zeilen der Lücke selbst liegt an der Lücke.
        own = any(seen[0] == "raises" and seen[4] for seen in got)
        for other in self.exercise.gaps:
            if other.part != gap.part or other.kind != "body" or other is gap:
                continue
            partner = found[other.number]
            if own and other.number > gap.number:
                continue
            if not (isinstance(partner, Filling) and partner.open):
                continue
            if failing <= self._affected(other, numbers):
                return True
        return False

    def _affected(self, gap: Gap, numbers: Sequence[int]) -> set[int]:
        raising = ast.parse("raise NotImplementedError").body
        tree = splice(self._solution, self.exercise.gaps, {gap.number: raising}, [])
        return self._failing(numbers, self.run(tree, numbers))

    def _failing(self, numbers: Sequence[int], got: list[Observation]) -> set[int]:
        return {
            number
            for number, seen in zip(numbers, got, strict=True)
            if self._difference(number, seen)
        }

    def _is_sample(self, gap: Gap, filling: Filling) -> bool:
        sample = sample_statements(self._solution, gap)
        plain = [_without_annotation(node) for node in filling.statements]
        ours = [_without_annotation(node) for node in sample]
        return [ast.dump(node) for node in plain] == [ast.dump(node) for node in ours]

    def _known_mistake(
        self, gap: Gap, numbers: Sequence[int], got: list[Observation]
    ) -> str | None:
        candidates = [mistake for mistake in self.mistakes if mistake.gap == gap.number]
        key = (gap.number, tuple(numbers))
        if key not in self._known:
            self._known[key] = [self.run(self.mistaken(mistake), numbers) for mistake in candidates]
        for mistake, seen in zip(candidates, self._known[key], strict=True):
            if self._same(numbers, seen, got):
                return mistake.message
        return None

    def mistaken(self, mistake: Mistake) -> ast.Module:
        """Die Musterlösung mit einem bekannten Fehler an seiner Lücke."""
        gap = next(gap for gap in self.exercise.gaps if gap.number == mistake.gap)
        content = gap_content(self._solution, gap, mistake.code)
        return splice(self._solution, self.exercise.gaps, {gap.number: content}, [])

    def _same(
        self, numbers: Sequence[int], left: list[Observation], right: list[Observation]
    ) -> bool:
        return all(
            self._equal(self.cases[number], a, b)
            for number, a, b in zip(numbers, left, right, strict=True)
        )

    def _equal(self, case: Case, left: Observation, right: Observation) -> bool:
        if left[0] == "raises" == right[0]:
            return left[1:3] == right[1:3]
        if left[0] in ("timeout", "killed") or right[0] in ("timeout", "killed"):
            return left[0] == right[0]
        rtol, atol = self._tolerance(case)
        return difference(left, right, rtol, atol, case.dtype) is None

    def _tolerance(self, case: Case) -> tuple[float, float]:
        exercise = self.exercise
        rtol = exercise.rtol if case.rtol is None else case.rtol
        return rtol, exercise.atol if case.atol is None else case.atol

    def _difference(self, number: int, got: Observation) -> str | None:
        case = self.cases[number]
        rtol, atol = self._tolerance(case)
        return difference(self._reference([number])[0], got, rtol, atol, case.dtype)

    def _reference(self, numbers: Sequence[int]) -> list[Observation]:
        missing = [number for number in numbers if number not in self._expected]
        if missing:
            seen = self.run(self._solution, missing)
            self._expected |= dict(zip(missing, seen, strict=True))
        return [self._expected[number] for number in numbers]

    def _problem(self, tree: ast.Module, numbers: Sequence[int]) -> str | None:
        return self._first_problem(numbers, self.run(tree, numbers))

    def _first_problem(self, numbers: Sequence[int], got: list[Observation]) -> str | None:
        """Das kleinste Gegenbeispiel als Meldung, oder ``None``, wenn alles stimmt."""
        self._reference(numbers)
        failing = [
            (self.cases[number], text)
            for number, seen in zip(numbers, got, strict=True)
            if (text := self._difference(number, seen))
        ]
        if not failing:
            return None
        return _counterexample(*min(failing, key=lambda pair: _size(pair[0])))


def parse(source: str) -> ast.Module:
    """Liest eine Abgabe.

    Raises:
        UnreadableError: Mit Zeile, Spalte und der betroffenen Zeile, wenn sie kein Python ist.
    """
    if not source.strip():
        raise UnreadableError("Die Datei ist leer; »start« legt einen frischen Rumpf an.")
    if "\0" in source:
        raise UnreadableError("Die Datei enthält Nullbytes; sie ist kein Text.")
    try:
        return ast.parse(source)
    except TabError as error:
        raise UnreadableError(
            f"Zeile {error.lineno}: Hier sind Tabulatoren und Leerzeichen gemischt; "
            "rücken Sie einheitlich mit vier Leerzeichen ein.",
            error.lineno,
        ) from error
    except IndentationError as error:
        raise UnreadableError(
            f"Zeile {error.lineno}: Die Einrückung stimmt nicht.{_caret(error)}", error.lineno
        ) from error
    except SyntaxError as error:
        raise UnreadableError(
            f"Zeile {error.lineno}: Das ist kein gültiges Python.{_caret(error)}", error.lineno
        ) from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise UnreadableError(
            "Die Datei ist zu tief verschachtelt, um sie zu beurteilen."
        ) from error


def _caret(error: SyntaxError) -> str:
    if not error.text:
        return ""
    text = error.text.rstrip("\n")
    indent = len(text) - len(text.lstrip())
    return f"\n    {text.lstrip()}\n    {' ' * max(0, (error.offset or 1) - 1 - indent)}^"


def _markers(source: str) -> dict[int, int]:
    markers = {}
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            match = token.type == tokenize.COMMENT and MARKER.match(token.string)
            if match:
                markers[token.start[0]] = int(match[1])
    except (tokenize.TokenError, SyntaxError):
        pass
    return markers


def gap_content(solution: ast.Module, gap: Gap, code: str) -> list[ast.stmt]:
    """Der Inhalt einer Lücke als Anweisungen, aus dem Text, der in der Lücke stünde."""
    if gap.kind != "value":
        return ast.parse(code).body
    assignment = sample_statements(solution, gap)[0]
    content = ast.parse(ast.unparse(_without_annotation(assignment))).body
    content[0].value = ast.parse(code.strip(), mode="eval").body
    return content


def sample_statements(solution: ast.Module, gap: Gap) -> list[ast.stmt]:
    """Was die Musterlösung in einer Lücke schreibt."""
    function = find_function(solution, gap.path)
    if gap.kind == "body":
        return body_below_docstring(function)
    return [
        node
        for node in ast.walk(function)
        if isinstance(node, ast.stmt) and not hasattr(node, "body") and node.end_lineno == gap.line
    ]


def _without_annotation(node: ast.stmt) -> ast.stmt:
    if isinstance(node, ast.AnnAssign) and assigned_value(node) is not None:
        return ast.copy_location(ast.Assign([node.target], node.value), node)
    return node


def _shifted(tree: ast.Module) -> ast.Module:
    return ast.increment_lineno(clone(tree), STUDENT_LINES)


def _related(solution: ast.Module, part: str, cases: Sequence[Case]) -> list[int]:
    """Die Fälle eines Teils und der Teile, die ihn benutzen, die eigenen zuerst."""
    uses = {
        node.name: {child.id for child in ast.walk(node) if isinstance(child, ast.Name)}
        for node in solution.body
        if isinstance(node, (ast.FunctionDef, ast.ClassDef))
    }
    related, fresh = {part}, {part}
    while fresh:
        fresh = {name for name, used in uses.items() if used & fresh} - related
        related |= fresh
    own = [i for i, case in enumerate(cases) if case.part == part]
    return own + [i for i, case in enumerate(cases) if case.part in related - {part}]


def _correct(gap: Gap, found: Mapping[int, Filling | Unaligned]) -> Verdict:
    return Verdict(gap.number, "correct", "", found[gap.number].line)


def _open_message(exercise: Exercise, number: int) -> str:
    task = next(task for task in exercise.tasks if task.gap.number == number)
    return f"Diese Lücke ist noch offen: {task.text}"


def _partner_message(gap: Gap, exercise: Exercise) -> str:
    others = [g for g in exercise.gaps if g.part == gap.part and g is not gap and g.kind == "body"]
    names = ", ".join(str(other.number) for other in others)
    return (
        f"Diese Lücke lässt sich erst zusammen mit den übrigen Lücken von »{gap.part}« "
        f"({names}) beurteilen, denn sie teilen sich Namen oder Zwischenwerte."
    )


def _size(case: Case) -> int:
    shapes = [getattr(value, "shape", ()) for value in case.given.values()]
    return sum(math.prod(shape) for shape in shapes)


def _counterexample(case: Case, text: str) -> str:
    first, *details = text.split("\n")
    lines = [f"{case.name}: {first}.", f"Aufruf: {case.code.strip()}", *_inputs(case), *details]
    return "\n".join(lines)


def _inputs(case: Case) -> list[str]:
    lines = []
    for name, value in case.given.items():
        array = value.detach().numpy() if hasattr(value, "detach") else value
        if hasattr(array, "dtype") and (shown := inline(array)):
            lines.append(f"{name} = {shown}")
    return lines
