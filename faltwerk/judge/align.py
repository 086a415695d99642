"""Die Abgabe mit der Musterlösung zur Deckung bringen: Was steht in welcher Lücke?

Fixpunkte sind die Anweisungen, die keine Lücken sind; was zwischen ihnen steht, ist der Inhalt
der Lücken. Verglichen werden Syntaxbäume: Kommentare, Formatierung, Typangaben und einheitlich
umbenannte Namen spielen keine Rolle. Die Marken der Abgabe helfen nur, wo mehrere Lücken
aneinanderstoßen.

Ein Beispiel, links die Musterlösung, rechts eine Abgabe ohne Marken::

    def mean_above(x, limit):                     def mean_above(werte, grenze):
        large = x[x > limit]  # Lücke (1)             maske = werte > grenze
                                                      gross = werte[maske]
        count = len(large)                            n = len(gross)
        mean = large.sum() / count  # Lücke (2)       m = gross.mean()
        return mean                                   return m

Aus der Musterlösung wird ein Muster mit zwei Löchern: ein Loch, das ``large`` belegt, die Zeile
mit ``count``, ein Loch, das ``mean`` belegt, das ``return``. Über die Parameter heißt ``x`` in der
Abgabe ``werte`` und ``limit`` ``grenze``. Das erste Loch nimmt eine Anweisung nach der anderen
auf, bis der Rest passt: Mit ``maske`` allein müsste die nächste Zeile ``len(maske)`` berechnen,
erst mit beiden gehen ``large`` und ``gross``, ``count`` und ``n`` auf. So füllt
``m = gross.mean()`` das zweite Loch, und ``return m`` bestätigt, dass ``m`` für ``mean`` steht.
Zurück kommen die Inhalte mit den Namen der Musterlösung: ``maske = x > limit; large = x[maske]``
und ``mean = large.mean()``.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from faltwerk.gaps import Gap, Kind, assigned_value, body_below_docstring
from faltwerk.judge.syntax import (
    STUDENT_LINES,
    Definition,
    clone,
    definition_at,
    find_definition,
    stored_names,
)

# Mehr Zuordnungen als diese auszuprobieren hilft niemandem und kostet Zeit.
_MAX_ALIGNMENTS = 300
_MAX_STEPS = 50_000
# Wie ein Knoten benutzt wird, sagt schon seine Stelle, und wie er geschrieben ist, zählt nicht.
_IGNORED_FIELDS = ("ctx", "type_comment", "kind")


@dataclass(frozen=True)
class Filling:
    """Was in einer Lücke der Abgabe steht.

    Attributes:
        statements: Die Anweisungen, mit den Namen der Musterlösung und verschobenen Zeilen.
        line: Zeile der Abgabe, auf die eine Meldung zeigt.
        open: Ob die Lücke noch leer ist.
        unfinished: Ob hinter anderem noch das ``...`` des Rumpfs steht.
    """

    statements: list[ast.stmt]
    line: int | None
    open: bool
    unfinished: bool = False


@dataclass(frozen=True)
class Unaligned:
    """Warum eine Lücke nicht für sich beurteilt werden kann."""

    reason: str
    line: int | None = None


@dataclass
class _Hole(ast.stmt):
    """Eine Lücke im Muster: eine Anweisung, an deren Stelle beliebig viele stehen dürfen."""

    number: int
    kind: Kind
    targets: frozenset[str]
    _fields = ()


@dataclass
class _State:
    """Eine Zuordnung, so weit sie gediehen ist: gleichgesetzte Namen und gefüllte Löcher."""

    names: dict[str, str] = field(default_factory=dict)
    runs: dict[int, list[ast.stmt]] = field(default_factory=dict)

    def bound(self, ours: str, theirs: str) -> _State | None:
        if self.names.get(ours) == theirs:
            return self
        if ours in self.names or theirs in self.names.values():
            return None
        return _State({**self.names, ours: theirs}, self.runs)

    def filled(self, number: int, run: list[ast.stmt]) -> _State:
        return _State(self.names, {**self.runs, number: run})


class _TooManySteps(Exception):
    """Die Abgabe weicht so stark ab, dass das Zuordnen zu lange dauern würde."""


def align(
    solution: ast.Module, gaps: Sequence[Gap], student: ast.Module, markers: Mapping[int, int]
) -> dict[int, Filling | Unaligned]:
    """Sucht für jede Lücke, was die Abgabe dort schreibt.

    Args:
        solution: Syntaxbaum der Musterlösung.
        gaps: Ihre Lücken.
        student: Syntaxbaum der Abgabe.
        markers: Zeile der Abgabe zu Lückennummer, soweit Marken noch dastehen.

    Returns:
        Zu jeder Nummer den Inhalt der Lücke oder den Grund, warum er sich nicht finden lässt.
    """
    found: dict[int, Filling | Unaligned] = {}
    for path in dict.fromkeys(gap.path for gap in gaps):
        here = [gap for gap in gaps if gap.path == path]
        theirs = find_definition(student, path)
        if theirs is None:
            part = find_definition(student, path[:1])
            what = "Methode" if len(path) > 1 and part is not None else "Definition"
            reason = f"Die {what} »{'.'.join(path)}« fehlt in Ihrer Datei"
            found |= {gap.number: Unaligned(reason) for gap in here}
        else:
            found |= _align_function(definition_at(solution, path), theirs, here, markers)
    return found


def _align_function(
    ours: Definition, theirs: Definition, gaps: list[Gap], markers: Mapping[int, int]
) -> Mapping[int, Filling | Unaligned]:
    state = None
    if isinstance(ours, ast.FunctionDef) and isinstance(theirs, ast.FunctionDef):
        state = _best_state(ours, theirs, gaps, markers)
    if state is None:
        name = ".".join(gaps[0].path)
        reason = f"Außerhalb der Lücken weicht »{name}« vom Rumpf ab"
        return {gap.number: Unaligned(reason, theirs.lineno) for gap in gaps}
    rename = _Rename(state.names, _local_names(ours))
    marked = {number: line for line, number in markers.items()}
    return {
        gap.number: _filling(
            state.runs[gap.number], gap.kind, rename, marked.get(gap.number, theirs.lineno)
        )
        for gap in gaps
    }


def _best_state(
    ours: ast.FunctionDef,
    theirs: ast.FunctionDef,
    gaps: list[Gap],
    markers: Mapping[int, int],
) -> _State | None:
    """Die Zuordnung, für die am meisten spricht, oder ``None``, wenn keine aufgeht."""
    parameters, others = _parameters(ours), _parameters(theirs)
    if len(parameters) != len(others):
        return None
    start = _State(dict(zip(parameters, others, strict=True)))
    if gaps[0].kind == "body":
        return start.filled(gaps[0].number, body_below_docstring(theirs))
    pattern = _with_holes(_normalised(body_below_docstring(ours)), {gap.line: gap for gap in gaps})
    block = _normalised(body_below_docstring(theirs))
    targets = {hole.number: hole.targets for node in pattern for hole in _holes(node)}
    best, best_score = None, None
    try:
        matches = _Matcher(_local_names(ours)).blocks(pattern, block, start)
        for count, candidate in enumerate(matches):
            score = _score(candidate, targets, markers)
            if best_score is None or score > best_score:
                best, best_score = candidate, score
            if count >= _MAX_ALIGNMENTS:
                break
    except _TooManySteps:
        pass
    return best


def _filling(run: list[ast.stmt], kind: Kind, rename: _Rename, line_if_empty: int) -> Filling:
    statements = [rename.visit(clone(statement)) for statement in run]
    for statement in statements:
        ast.increment_lineno(statement, STUDENT_LINES)
    is_open = _is_open(run, kind)
    return Filling(
        statements,
        run[0].lineno if run else line_if_empty,
        is_open,
        unfinished=bool(run) and not is_open and _is_dots(run[-1]),
    )


def _is_dots(statement: ast.stmt) -> bool:
    value = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(value, ast.Constant) and value.value is Ellipsis


def _is_open(run: list[ast.stmt], kind: Kind) -> bool:
    meaningful = [node for node in run if not (isinstance(node, ast.Pass) or _is_dots(node))]
    if not meaningful:
        return True
    last = meaningful[-1]
    value = assigned_value(last) if kind == "value" else None
    if isinstance(value, ast.Constant) and value.value is Ellipsis:
        return True
    if isinstance(last, ast.Raise) and len(meaningful) == 1:
        return any(
            isinstance(node, ast.Name) and node.id == "NotImplementedError"
            for node in ast.walk(last)
        )
    return False


def _parameters(node: ast.FunctionDef) -> list[str]:
    arguments = node.args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    rest = [arguments.vararg, arguments.kwarg]
    return [argument.arg for argument in [*every, *(item for item in rest if item)]]


def _local_names(node: Definition) -> set[str]:
    stored = {
        child.id
        for child in ast.walk(node)
        if isinstance(child, ast.Name) and isinstance(child.ctx, ast.Store)
    }
    return stored | {child.arg for child in ast.walk(node) if isinstance(child, ast.arg)}


class _Plain(ast.NodeTransformer):
    """Wirft weg, was am Verhalten nichts ändert: Typangaben, Ausgaben, lose Texte."""

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.stmt | None:
        if node.value is None:
            return None
        plain = ast.Assign([node.target], node.value)
        return ast.copy_location(plain, node)

    def visit_Expr(self, node: ast.Expr) -> ast.stmt | None:
        match node.value:
            case ast.Constant(value=str()) | ast.Call(func=ast.Name(id="print")):
                return None
        return node

    def generic_visit(self, node: ast.AST) -> ast.AST:
        visited = super().generic_visit(node)
        # Was nur ausgibt, etwa eine Schleife oder ein except, darf nicht leer zurückbleiben.
        body = getattr(visited, "body", None)
        if isinstance(body, list) and not body:
            body.append(ast.copy_location(ast.Pass(), visited))
        return visited


def _normalised(block: list[ast.stmt]) -> list[ast.stmt]:
    plain = [_Plain().visit(clone(statement)) for statement in block]
    return [statement for statement in plain if statement is not None]


def _with_holes(block: list[ast.stmt], holes: dict[int, Gap]) -> list[ast.stmt]:
    filled: list[ast.stmt] = []
    for statement in block:
        line = statement.end_lineno or statement.lineno
        gap = None if hasattr(statement, "body") else holes.get(line)
        if gap is None:
            for name in ("body", "orelse", "finalbody"):
                if hasattr(statement, name):
                    setattr(statement, name, _with_holes(getattr(statement, name), holes))
            filled.append(statement)
        else:
            targets = stored_names([statement]) if gap.kind == "value" else set()
            filled.append(_Hole(gap.number, gap.kind, frozenset(targets)))
    return filled


class _Matcher:
    """Sucht alle Zuordnungen eines Musters zu Anweisungen der Abgabe.

    Args:
        local: Die Namen der Musterlösung, die in der Abgabe anders heißen dürfen.
    """

    def __init__(self, local: set[str]) -> None:
        self._local = local
        self._steps = 0
        # Jede Anweisung steht in vielen Versuchen; was sie zuweist, ändert sich dabei nicht.
        self._stored: dict[ast.stmt, set[str]] = {}

    def blocks(
        self, pattern: list[ast.stmt], block: list[ast.stmt], state: _State
    ) -> Iterator[_State]:
        """Führt ein Muster mit Löchern über einen Block von Anweisungen.

        Raises:
            _TooManySteps: Wenn es zu viele Möglichkeiten gibt.
        """
        self._steps += 1
        if self._steps > _MAX_STEPS:
            raise _TooManySteps
        if not pattern:
            if not block:
                yield state
            return
        first, rest = pattern[0], pattern[1:]
        if isinstance(first, _Hole):
            needed = sum(not isinstance(item, _Hole) for item in rest)
            for length in _lengths(len(block) - needed):
                run = block[:length]
                for inner in self._filled(first, run, state):
                    yield from self.blocks(rest, block[length:], inner)
        elif block:
            for inner in self._same(first, block[0], state):
                yield from self.blocks(rest, block[1:], inner)

    def _filled(self, hole: _Hole, run: list[ast.stmt], state: _State) -> Iterator[_State]:
        if hole.kind != "value":
            yield state.filled(hole.number, run)
            return
        stored = set().union(*map(self._stores, run))
        if not stored and _is_open(run, hole.kind):
            # Die Zeile ist gelöscht oder sagt nur, dass sie noch fehlt; die übrigen zählen weiter.
            yield state.filled(hole.number, run)
            return
        last = sorted(self._stores(run[-1])) if run else []
        options = [state]
        for target in sorted(hole.targets):
            extended = []
            for option in options:
                if target in option.names:
                    if option.names[target] in stored:
                        extended.append(option)
                else:
                    own = [target] if target in stored else last
                    extended += [new for name in own if (new := option.bound(target, name))]
            options = extended
        for option in options:
            yield option.filled(hole.number, run)

    def _stores(self, statement: ast.stmt) -> set[str]:
        if statement not in self._stored:
            self._stored[statement] = stored_names([statement])
        return self._stored[statement]

    def _same(self, ours: object, theirs: object, state: _State) -> Iterator[_State]:
        if isinstance(ours, ast.Name) and isinstance(theirs, ast.Name):
            if ours.id in self._local:
                bound = state.bound(ours.id, theirs.id)
                if bound:
                    yield bound
            elif ours.id == theirs.id:
                yield state
        elif isinstance(ours, ast.AST) and isinstance(theirs, ast.AST):
            if type(ours) is type(theirs):
                names = [name for name in ours._fields if name not in _IGNORED_FIELDS]
                left, right = ([getattr(node, n, None) for n in names] for node in (ours, theirs))
                yield from self._same_items(left, right, state)
        elif isinstance(ours, list) and isinstance(theirs, list):
            if any(isinstance(item, ast.stmt) for item in [*ours, *theirs]):
                yield from self.blocks(ours, theirs, state)
            elif len(ours) == len(theirs):
                yield from self._same_items(ours, theirs, state)
        elif type(ours) is type(theirs) and ours == theirs:
            yield state

    def _same_items(
        self, ours: Sequence[object], theirs: Sequence[object], state: _State
    ) -> Iterator[_State]:
        if not ours:
            yield state
            return
        for inner in self._same(ours[0], theirs[0], state):
            yield from self._same_items(ours[1:], theirs[1:], inner)


def _lengths(longest: int) -> Iterator[int]:
    # Eine Anweisung je Lücke ist der Normalfall, keine der seltenste.
    yield from range(1, longest + 1)
    yield 0


def _score(
    state: _State, targets: Mapping[int, frozenset[str]], markers: Mapping[int, int]
) -> tuple[int, int, int]:
    """Was für eine Zuordnung spricht: ihre Marken, ihre gefüllten Lücken, die Namen darin."""
    marked = foreign = filled = 0
    for number, run in state.runs.items():
        # Wo noch »...« steht, gehört nichts weiter hinein.
        filled += bool(run) - 2 * (len(run) > 1 and _has_ellipsis(run))
        lines = {
            line
            for node in run
            for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
        }
        marked += sum((markers[line] == number) * 2 - 1 for line in lines if line in markers)
        stored = stored_names(run)
        foreign -= sum(
            state.names.get(name, name) in stored
            for other, names in targets.items()
            if other != number
            for name in names - targets.get(number, frozenset())
        )
    return marked, filled, foreign


def _has_ellipsis(run: list[ast.stmt]) -> bool:
    values = (getattr(statement, "value", None) for statement in run)
    return any(isinstance(value, ast.Constant) and value.value is Ellipsis for value in values)


def _holes(node: ast.AST) -> Iterator[_Hole]:
    if isinstance(node, _Hole):
        yield node
        return
    for child in ast.iter_child_nodes(node):
        yield from _holes(child)


class _Rename(ast.NodeTransformer):
    """Gibt Namen der Abgabe die Namen der Musterlösung zurück."""

    def __init__(self, names: Mapping[str, str], local: set[str]) -> None:
        back = {theirs: ours for ours, theirs in names.items()}
        self._back = {theirs: ours for theirs, ours in back.items() if theirs != ours}
        # Eigene Namen der Abgabe dürfen keinen überdecken, den die Musterlösung anders belegt.
        self._own = {name: f"{name}_eigen" for name in set(back.values()) & local - set(back)}

    def visit_Name(self, node: ast.Name) -> ast.Name:
        node.id = self._back.get(node.id) or self._own.get(node.id, node.id)
        return node

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.arg = self._back.get(node.arg) or self._own.get(node.arg, node.arg)
        return node
