"""Eine Abgabe beurteilen: für jede Lücke ein Urteil mit Begründung.

Rein rechnend und ohne Ein- und Ausgabe: Wie ein Programm ausgeführt wird, bestimmt der
übergebene ``run``. So urteilt derselbe Code in der Befehlszeile, im Notebook und im Browser.
"""

from __future__ import annotations

import ast
import itertools
import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from faltwerk.cases import Case, Mistake
from faltwerk.exercise import Exercise, Part
from faltwerk.gaps import Gap
from faltwerk.judge.align import Filling, Unaligned, align
from faltwerk.judge.compare import difference
from faltwerk.judge.extras import Extras, student_extras, with_extras
from faltwerk.judge.messages import (
    RANDOM_MESSAGE,
    borrowed_message,
    counterexample,
    extras_message,
    lender_message,
    open_message,
    outside_message,
    partner_message,
    passing_on_message,
    sharer_message,
    together_message,
    unaligned_message,
)
from faltwerk.judge.observation import Observation
from faltwerk.judge.splice import gap_content, sample_statements, splice, without_annotation
from faltwerk.judge.submission import TOO_DEEP, UnreadableError, markers, parse
from faltwerk.judge.syntax import clone, definition_at, find_definition, shifted, stored_names

Status = Literal["correct", "wrong", "open", "untested"]

# (Programm, Nummern der Prüffälle) → eine Beobachtung je Prüffall.
Run = Callable[[ast.Module, Sequence[int]], list[Observation]]


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
    _involved: dict[tuple[tuple[int, ...], tuple[int, ...]], set[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._solution = ast.parse(self.exercise.source)
        self._statements = {ast.dump(node) for node in self._solution.body}
        self._samples = {
            gap.number: [
                ast.dump(without_annotation(node))
                for node in sample_statements(self._solution, gap)
            ]
            for gap in self.exercise.gaps
        }
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
            raise UnreadableError(TOO_DEEP) from error

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
        found = align(self._solution, wanted, student, markers(source))
        verdicts = {
            number: Verdict(number, "open", open_message(self.exercise, number), filling.line)
            for number, filling in found.items()
            if isinstance(filling, Filling) and filling.open
        }
        related = sorted({number for part in parts for number in self._by_part[part.name]})
        blank = {number for number in verdicts if not _statements(found[number])}
        # Weicht nur eine Lücke ab, ist ihr eigener Lauf schon der des Ganzen.
        single = self._differs_in_one_gap(wanted, found, student)
        if not single and verdicts.keys() == blank and not self._problem(shifted(student), related):
            return [_correct(gap, found) for gap in wanted]
        extras = student_extras(student, self._solution)
        broken = self._broken_extras(extras)
        if broken:
            verdicts |= {
                gap.number: Verdict(gap.number, "untested", broken, found[gap.number].line)
                for gap in wanted
                if gap.number not in verdicts
            }
        for part in parts:
            here = [task.gap for task in part.tasks]
            gaps = [gap for gap in here if gap.number not in verdicts]
            if gaps:
                empty = [gap for gap in here if gap.number in blank]
                verdicts |= self._judge_part(part.name, gaps, empty, found, student, extras, single)
            for gap in here:
                filling = found[gap.number]
                unfinished = isinstance(filling, Filling) and filling.unfinished
                if unfinished and verdicts[gap.number].status != "correct":
                    text = open_message(self.exercise, gap.number)
                    verdicts[gap.number] = Verdict(gap.number, "open", text, filling.line)
                progress(gap.number)
        return [verdicts[gap.number] for gap in wanted]

    def _broken_extras(self, extras: Extras) -> str | None:
        """Warum schon die eigenen Importe und Definitionen scheitern, falls sie es tun."""
        if not extras:
            return None
        got = self.run(ast.fix_missing_locations(with_extras(clone(self._solution), extras)), [0])
        problem = self._difference(0, got[0])
        if problem is None:
            return None
        return extras_message(problem)

    def _judge_part(
        self,
        part: str,
        gaps: list[Gap],
        empty: list[Gap],
        found: Mapping[int, Filling | Unaligned],
        student: ast.Module,
        extras: Extras,
        single: bool,
    ) -> dict[int, Verdict]:
        """Beurteilt die ausgefüllten Lücken eines Teils.

        Eine Anweisung kann auch zwei Lücken füllen. Dann ist eine von beiden leer und trotzdem
        nichts offen; solche Lücken stehen in ``empty``. Mit ``single`` weicht nur eine Lücke ab.
        """
        fillings = [found[gap.number] for gap in gaps]
        if all(
            isinstance(filling, Filling) and self._is_sample(gap, filling)
            for gap, filling in zip(gaps, fillings, strict=True)
        ):
            return {gap.number: _correct(gap, found) for gap in gaps}
        every = [gap for gap in self.exercise.gaps if gap.part == part]
        complete = len(every) == len(gaps) + len(empty) and not single
        whole = self._whole_part(part, student, extras) if complete else None
        problem = None
        if whole is not None:
            problem = self._problem(whole, self._by_part[part])
            if problem is None:
                return {gap.number: _correct(gap, found) for gap in (*gaps, *empty)}
        seen: dict[int, list[Observation]] = {}
        verdicts = {gap.number: self._judge_gap(gap, found, extras, seen) for gap in gaps}
        for gap, filling in zip(gaps, fillings, strict=True):
            if isinstance(filling, Unaligned):
                text = unaligned_message(filling.reason, problem)
            elif verdicts[gap.number].status == "wrong" and self._borrows(gap, found, student):
                text = borrowed_message(problem)
            else:
                continue
            verdicts[gap.number] = Verdict(gap.number, "untested", text, filling.line)
        if (
            problem is not None
            and not empty
            and all(verdict.status == "correct" for verdict in verdicts.values())
        ):
            # Jede Lücke ist für sich richtig: Dann liegt es an dem, was nicht Lücke ist.
            node = definition_at(student, (part,))
            reason = outside_message(part, problem)
            return {
                gap.number: Verdict(gap.number, "untested", reason, node.lineno) for gap in gaps
            }
        return self._judge_together(part, verdicts, found, extras, seen)

    def _differs_in_one_gap(
        self, gaps: Sequence[Gap], found: Mapping[int, Filling | Unaligned], student: ast.Module
    ) -> bool:
        """Ob die Abgabe, oder was sie von ihr enthält, die Musterlösung ist bis auf eine Lücke."""
        if not all(_statements(found[gap.number]) for gap in gaps):
            return False
        changed = [gap for gap in gaps if not self._is_sample(gap, found[gap.number])]
        if len(changed) != 1:
            return False
        part = definition_at(self._solution, changed[0].path[:1])
        fillings = {gap.number: _statements(found[gap.number]) for gap in changed}
        (own,) = splice(ast.Module([part], []), self.exercise.gaps, fillings).body
        ours = self._statements | {ast.dump(own)}
        return all(ast.dump(node) in ours for node in student.body)

    def _whole_part(self, part: str, student: ast.Module, extras: Extras) -> ast.Module | None:
        theirs = find_definition(student, (part,))
        if theirs is None:
            return None
        tree = clone(self._solution)
        place = tree.body.index(definition_at(tree, (part,)))
        tree.body[place] = shifted(theirs)
        return with_extras(tree, extras)

    def _judge_gap(
        self,
        gap: Gap,
        found: Mapping[int, Filling | Unaligned],
        extras: Extras,
        seen: dict[int, list[Observation]],
    ) -> Verdict:
        """Beurteilt eine Lücke neben der Musterlösung; was herauskam, steht danach in ``seen``."""
        filling = found[gap.number]
        if isinstance(filling, Unaligned):
            text = unaligned_message(filling.reason, None)
            return Verdict(gap.number, "untested", text, filling.line)
        if self._is_sample(gap, filling):
            return Verdict(gap.number, "correct", "", filling.line)
        numbers = self._by_part[gap.part]
        lenders = self._lenders(gap, found)
        sharers = [other for other in self._sharers(gap, found) if other not in lenders]
        tree = self._with_fillings([gap, *lenders, *sharers], found, extras)
        got = seen[gap.number] = self.run(tree, numbers)
        problem = self._first_problem(numbers, got)
        if problem is None:
            return Verdict(gap.number, "correct", "", filling.line)
        # Ein Lauf, der nicht endet, wird nicht noch mehrmals abgewartet.
        hangs = _hangs(got)
        known = None if hangs else self._known_mistake(gap, numbers, got)
        if known is None and self._needs_partner(gap, numbers, got, found):
            text = partner_message(gap, self.exercise, problem)
            return Verdict(gap.number, "untested", text, filling.line)
        if lenders and self._problem(self._with_fillings(lenders, found, extras), numbers):
            return Verdict(gap.number, "untested", lender_message(lenders), filling.line)
        if sharers and self._problem(self._with_fillings(sharers, found, extras), numbers):
            text = sharer_message(sharers, problem)
            return Verdict(gap.number, "untested", text, filling.line)
        if known is None and not hangs and not self._same(numbers, got, self.run(tree, numbers)):
            problem = RANDOM_MESSAGE
        return Verdict(gap.number, "wrong", known or problem, filling.line)

    def _with_fillings(
        self, gaps: Sequence[Gap], found: Mapping[int, Filling | Unaligned], extras: Extras
    ) -> ast.Module:
        """Die Musterlösung mit den Inhalten der Abgabe an diesen Lücken."""
        fillings = {gap.number: _statements(found[gap.number]) for gap in gaps}
        return splice(self._solution, self.exercise.gaps, fillings, extras)

    def _lenders(self, gap: Gap, found: Mapping[int, Filling | Unaligned]) -> list[Gap]:
        """Die Lücken derselben Funktion, die eigene Namen festlegen, die diese hier benutzt."""
        function = definition_at(self._solution, gap.path)
        assert isinstance(function, ast.FunctionDef)
        known = _names(function.body) | {
            node.arg for node in ast.walk(function.args) if isinstance(node, ast.arg)
        }
        others = [
            other
            for other in self.exercise.gaps
            if other.path == gap.path
            and other != gap
            and isinstance(found.get(other.number), Filling)
        ]
        lenders: list[Gap] = []
        wanted = _names(_statements(found[gap.number])) - known
        while True:
            fresh = [
                other
                for other in others
                if other not in lenders and stored_names(_statements(found[other.number])) & wanted
            ]
            if not fresh:
                return lenders
            lenders += fresh
            for other in fresh:
                wanted |= _names(_statements(found[other.number])) - known

    def _sharers(self, gap: Gap, found: Mapping[int, Filling | Unaligned]) -> list[Gap]:
        """Die Lücken einer Klasse, die sich mit dieser Attribute teilen, die nur die Abgabe kennt.

        Ganze Methoden gehören nicht dazu, sie werden ohnehin gemeinsam beurteilt.
        """
        if gap.kind == "body" or len(gap.path) < 2:
            return []
        others = [
            other
            for other in self.exercise.gaps
            if other.part == gap.part
            and other.kind != "body"
            and isinstance(found.get(other.number), Filling)
        ]
        used = {other.number: _attributes(_statements(found[other.number])) for other in others}
        own = set().union(*(_attributes(_statements(found[o.number]), ast.Store) for o in others))
        own -= self._known_attributes(gap)
        group = [gap]
        while True:
            shared = own & set().union(*(used[member.number] for member in group))
            fresh = [
                other for other in others if other not in group and used[other.number] & shared
            ]
            if not fresh:
                return group[1:]
            group += fresh

    def _borrows(
        self, gap: Gap, found: Mapping[int, Filling | Unaligned], student: ast.Module
    ) -> bool:
        """Ob eine Lücke ein Attribut benutzt, das die Abgabe in einer vorgegebenen Zeile anlegt.

        Neben der Musterlösung bricht sie dann ab, so richtig sie sein mag.
        """
        if len(gap.path) < 2:
            return False
        filled = [part.statements for part in found.values() if isinstance(part, Filling)]
        given = _attributes([student], ast.Store) - _attributes([self._solution])
        given -= _attributes(itertools.chain(*filled), ast.Store)
        return bool(_attributes(_statements(found[gap.number])) & given)

    def _judge_together(
        self,
        part: str,
        verdicts: dict[int, Verdict],
        found: Mapping[int, Filling | Unaligned],
        extras: Extras,
        seen: Mapping[int, list[Observation]],
    ) -> dict[int, Verdict]:
        """Beurteilt Methoden gemeinsam, die sich eigene Namen oder Zwischenwerte teilen."""
        methods = [
            gap
            for gap in self.exercise.gaps
            if gap.part == part and gap.kind == "body" and len(gap.path) > 1
        ]
        filled = [
            gap
            for gap in methods
            if gap.number in verdicts
            and isinstance(found[gap.number], Filling)
            and not _hangs(seen.get(gap.number, []))
        ]
        result = dict(verdicts)
        numbers = self._by_part[part]
        waiting = [gap for gap in methods if gap not in filled]
        # Wo die Musterlösung steht, ändert sich am Programm nichts.
        own = [gap for gap in filled if not self._is_sample(gap, found[gap.number])]
        for count in range(2, len(own) + 1):
            for group in itertools.combinations(own, count):
                if all(result[gap.number].status == "correct" for gap in group):
                    continue
                got = self.run(self._with_fillings(group, found, extras), numbers)
                problem = self._first_problem(numbers, got)
                if problem is None:
                    result |= {gap.number: _correct(gap, found) for gap in group}
                    continue
                failing = self._failing(numbers, got)
                for gap in group:
                    # Zusammen scheitert weniger als allein, sie passen also zueinander, und was
                    # übrig bleibt, braucht Lücken, die noch offen sind.
                    if (
                        result[gap.number].status == "wrong"
                        and failing < self._failing(numbers, seen[gap.number])
                        and failing <= self._affected(waiting, numbers)
                    ):
                        text = partner_message(gap, self.exercise, problem)
                        line = found[gap.number].line
                        result[gap.number] = Verdict(gap.number, "untested", text, line)
        wrong = [gap for gap in filled if result[gap.number].status == "wrong"]
        for gap, partner in itertools.permutations(wrong, 2):
            result[gap.number] = self._beside(gap, partner, result, found, extras, seen)
        return result

    def _beside(
        self,
        gap: Gap,
        partner: Gap,
        verdicts: Mapping[int, Verdict],
        found: Mapping[int, Filling | Unaligned],
        extras: Extras,
        seen: Mapping[int, list[Observation]],
    ) -> Verdict:
        """Das Urteil über eine Methode neben einer zweiten, mit der zusammen es auch nicht stimmt.

        Neben der Musterlösung scheitern beide. Das beweist nur dann etwas, wenn ein Fall scheitert,
        an dem die andere nicht beteiligt ist: Was sie einander weitergeben, ist ihre Sache.
        """
        verdict, line = verdicts[gap.number], found[gap.number].line
        numbers = self._by_part[gap.part]
        mine, theirs = (self._affected([each], numbers) for each in (gap, partner))
        if verdict.status != "wrong":
            return verdict
        known = {mistake.message for mistake in self.mistakes if mistake.gap == gap.number}
        alone = self._failing(numbers, seen[gap.number]) - theirs
        if alone:
            if verdict.message in known:
                return verdict
            problem = self._problem_in(alone, numbers, seen[gap.number])
            return Verdict(gap.number, "wrong", problem or verdict.message, line)
        got = self.run(self._with_fillings([gap, partner], found, extras), numbers)
        if theirs < mine:
            return Verdict(gap.number, "untested", passing_on_message(partner), line)
        if mine < theirs:
            problem = self._problem_in(mine, numbers, got)
            if problem is None:
                return _correct(gap, found)
            if not self._failing(numbers, seen[partner.number]) - mine:
                return Verdict(gap.number, "wrong", problem, line)
            if verdict.message in known:
                return verdict
        elif not self._own_attributes(gap, found) & self._own_attributes(partner, found):
            return verdict
        text = together_message(partner, self._first_problem(numbers, got))
        return Verdict(gap.number, "untested", text, line)

    def _problem_in(
        self, wanted: set[int], numbers: Sequence[int], got: list[Observation]
    ) -> str | None:
        """Das kleinste Gegenbeispiel unter diesen Fällen."""
        chosen = [
            (number, seen) for number, seen in zip(numbers, got, strict=True) if number in wanted
        ]
        return self._first_problem([number for number, _ in chosen], [seen for _, seen in chosen])

    def _own_attributes(self, gap: Gap, found: Mapping[int, Filling | Unaligned]) -> set[str]:
        """Die Attribute, die eine Methode benutzt und die Musterlösung der Klasse nicht kennt."""
        return _attributes(_statements(found[gap.number])) - self._known_attributes(gap)

    def _known_attributes(self, gap: Gap) -> set[str]:
        owner = definition_at(self._solution, gap.path[:1])
        return _attributes([owner]) | {
            node.name for node in owner.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))
        }

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
            if not (isinstance(partner, Filling) and (partner.open or partner.unfinished)):
                continue
            if failing <= self._affected([other], numbers):
                return True
        return False

    def _affected(self, gaps: Sequence[Gap], numbers: Sequence[int]) -> set[int]:
        """Die Fälle, an denen wenigstens eine dieser Methoden beteiligt ist."""
        key = (tuple(gap.number for gap in gaps), tuple(numbers))
        if key not in self._involved:
            raising = ast.parse("raise NotImplementedError").body
            contents = {gap.number: raising for gap in gaps}
            tree = splice(self._solution, self.exercise.gaps, contents)
            self._involved[key] = self._failing(numbers, self.run(tree, numbers))
        return self._involved[key]

    def _failing(self, numbers: Sequence[int], got: list[Observation]) -> set[int]:
        return {
            number
            for number, seen in zip(numbers, got, strict=True)
            if self._difference(number, seen)
        }

    def _is_sample(self, gap: Gap, filling: Filling | Unaligned) -> bool:
        plain = [without_annotation(node) for node in _statements(filling)]
        return [ast.dump(node) for node in plain] == self._samples[gap.number]

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
        return splice(self._solution, self.exercise.gaps, {gap.number: content})

    def _same(
        self, numbers: Sequence[int], left: list[Observation], right: list[Observation]
    ) -> bool:
        return all(
            self._equal(self.cases[number], a, b)
            for number, a, b in zip(numbers, left, right, strict=True)
        )

    def _equal(self, case: Case, left: Observation, right: Observation) -> bool:
        if left[0] == "raises" == right[0]:
            return bool(left[1:3] == right[1:3])
        if left[0] in ("timeout", "killed") or right[0] in ("timeout", "killed"):
            return bool(left[0] == right[0])
        rtol, atol = self._tolerance(case)
        return difference(left, right, rtol, atol, case.dtype) is None

    def _tolerance(self, case: Case) -> tuple[float, float]:
        exercise = self.exercise
        rtol = exercise.rtol if case.rtol is None else case.rtol
        return rtol, exercise.atol if case.atol is None else case.atol

    def _difference(self, number: int, got: Observation) -> str | None:
        case = self.cases[number]
        rtol, atol = self._tolerance(case)
        return difference(self.reference([number])[0], got, rtol, atol, case.dtype)

    def reference(self, numbers: Sequence[int]) -> list[Observation]:
        """Was die Musterlösung bei diesen Prüffällen liefert."""
        missing = [number for number in numbers if number not in self._expected]
        if missing:
            seen = self.run(self._solution, missing)
            self._expected |= dict(zip(missing, seen, strict=True))
        return [self._expected[number] for number in numbers]

    def _problem(self, tree: ast.Module, numbers: Sequence[int]) -> str | None:
        return self._first_problem(numbers, self.run(tree, numbers))

    def _first_problem(self, numbers: Sequence[int], got: list[Observation]) -> str | None:
        """Das kleinste Gegenbeispiel als Meldung, oder ``None``, wenn alles stimmt.

        Fälle des Teils selbst gehen denen vor, die ihn nur benutzen.
        """
        self.reference(numbers)
        own = self.cases[numbers[0]].part if numbers else None
        failing = [
            (self.cases[number], text)
            for number, seen in zip(numbers, got, strict=True)
            if (text := self._difference(number, seen))
        ]
        if not failing:
            return None
        return counterexample(*min(failing, key=lambda pair: (pair[0].part != own, _size(pair[0]))))


def _related(solution: ast.Module, part: str, cases: Sequence[Case]) -> list[int]:
    """Die Fälle eines Teils und der Teile, die ihn benutzen, die eigenen zuerst."""
    uses = {
        node.name: _names([node])
        for node in solution.body
        if isinstance(node, (ast.FunctionDef, ast.ClassDef))
    }
    related, fresh = {part}, {part}
    while fresh:
        fresh = {name for name, used in uses.items() if used & fresh} - related
        related |= fresh
    own = [i for i, case in enumerate(cases) if case.part == part]
    return own + [i for i, case in enumerate(cases) if case.part in related - {part}]


def _size(case: Case) -> int:
    """Wie viele Zahlen ein Prüffall hineingibt."""
    shapes = [getattr(value, "shape", ()) for value in case.given.values()]
    return sum(math.prod(shape) for shape in shapes)


def _correct(gap: Gap, found: Mapping[int, Filling | Unaligned]) -> Verdict:
    return Verdict(gap.number, "correct", "", found[gap.number].line)


def _statements(found: Filling | Unaligned) -> list[ast.stmt]:
    return found.statements if isinstance(found, Filling) else []


def _hangs(seen: Sequence[Observation]) -> bool:
    return any(observation[0] == "timeout" for observation in seen)


def _names(nodes: Sequence[ast.AST]) -> set[str]:
    return {child.id for node in nodes for child in ast.walk(node) if isinstance(child, ast.Name)}


def _attributes(
    nodes: Iterable[ast.AST], context: type[ast.expr_context] = ast.expr_context
) -> set[str]:
    """Die Namen der Attribute von ``self``, mit ``ast.Store`` nur derer, die etwas bekommen."""
    return {
        child.attr
        for node in nodes
        for child in ast.walk(node)
        if isinstance(child, ast.Attribute)
        and isinstance(child.value, ast.Name)
        and child.value.id == "self"
        and isinstance(child.ctx, context)
    }
