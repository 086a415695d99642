"""Die Abgabe mit der Musterlösung zur Deckung bringen und Lücken einzeln einsetzen.

Fixpunkte sind die Anweisungen, die keine Lücken sind; was zwischen ihnen steht, ist der Inhalt
der Lücken. Verglichen werden Syntaxbäume: Kommentare, Formatierung, Typangaben und einheitlich
umbenannte Namen spielen keine Rolle. Die Marken der Abgabe helfen nur, wo mehrere Lücken
aneinanderstoßen.
"""

from __future__ import annotations

import ast
import pickle
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from faltwerk.gaps import Gap, assigned_value, body_below_docstring
from faltwerk.judge.observe import STUDENT_LINES

# Mehr Zuordnungen als diese auszuprobieren hilft niemandem und kostet Zeit.
_MAX_ALIGNMENTS = 300
_MAX_STEPS = 50_000

Function = ast.FunctionDef
_IMPORTS = (ast.Import, ast.ImportFrom)
_DEFINITIONS = (ast.FunctionDef, ast.ClassDef, ast.Assign, ast.AnnAssign)


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
class Extras:
    """Was die Abgabe zusätzlich definiert, ohne dass die Musterlösung es kennt.

    Attributes:
        statements: Importe und Definitionen auf oberster Ebene.
        members: Methoden und Werte in Klassen der Musterlösung, zu deren Namen.
    """

    statements: tuple[ast.stmt, ...] = ()
    members: Mapping[str, tuple[ast.stmt, ...]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.statements or self.members)


@dataclass(frozen=True)
class Unaligned:
    """Warum eine Lücke nicht für sich beurteilt werden kann."""

    reason: str
    line: int | None = None


@dataclass
class _Hole(ast.stmt):
    number: int
    kind: str
    targets: frozenset[str]
    _fields = ()


@dataclass
class _State:
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


class TooManySteps(Exception):
    """Die Abgabe weicht so stark ab, dass das Zuordnen zu lange dauern würde."""


def align(
    solution: ast.Module, gaps: tuple[Gap, ...], student: ast.Module, markers: Mapping[int, int]
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
        ours, theirs = find_function(solution, path), find_function(student, path)
        if theirs is None:
            part = find_function(student, path[:1])
            what = "Methode" if len(path) > 1 and part is not None else "Definition"
            reason = f"Die {what} »{'.'.join(path)}« fehlt in Ihrer Datei"
            found |= {gap.number: Unaligned(reason) for gap in here}
        else:
            found |= _align_function(ours, theirs, here, markers)
    return found


def find_function(tree: ast.Module, path: tuple[str, ...]) -> Function | ast.ClassDef | None:
    """Die Funktion, Methode oder Klasse am Ende eines Weges; bei mehreren die letzte."""
    node: ast.AST | None = tree
    for name in path:
        matches = [
            child
            for child in getattr(node, "body", [])
            if isinstance(child, (ast.FunctionDef, ast.ClassDef)) and child.name == name
        ]
        if not matches:
            return None
        node = matches[-1]
    return node


def _align_function(
    ours: Function, theirs: Function | ast.ClassDef, gaps: list[Gap], markers: Mapping[int, int]
) -> dict[int, Filling | Unaligned]:
    changed = Unaligned(
        f"Außerhalb der Lücken weicht »{'.'.join(gaps[0].path)}« vom Rumpf ab", theirs.lineno
    )
    if not isinstance(theirs, ast.FunctionDef):
        return {gap.number: changed for gap in gaps}
    parameters, others = _parameters(ours), _parameters(theirs)
    if len(parameters) != len(others):
        return {gap.number: changed for gap in gaps}
    start = _State(dict(zip(parameters, others, strict=True)))
    local = _local_names(ours)
    if gaps[0].kind == "body":
        state = start.filled(gaps[0].number, body_below_docstring(theirs))
    else:
        holes = {gap.line: gap for gap in gaps}
        pattern = _with_holes(_normalised(body_below_docstring(ours)), holes)
        targets = {hole.number: hole.targets for node in pattern for hole in _holes(node)}
        budget = [_MAX_STEPS]
        best = None
        try:
            block = _normalised(body_below_docstring(theirs))
            for count, candidate in enumerate(_match(pattern, block, start, local, budget)):
                score = _score(candidate, targets, markers)
                if best is None or score > best[0]:
                    best = (score, candidate)
                if count >= _MAX_ALIGNMENTS:
                    break
        except TooManySteps:
            pass
        if best is None:
            return {gap.number: changed for gap in gaps}
        state = best[1]
    back = {theirs_: ours_ for ours_, theirs_ in state.names.items()}
    marked = {number: line for line, number in markers.items()}
    return {
        gap.number: _filling(state.runs[gap.number], gap, back, local, marked, theirs)
        for gap in gaps
    }


def _filling(
    run: list[ast.stmt],
    gap: Gap,
    back: dict[str, str],
    local: set[str],
    marked: dict[int, int],
    function: Function,
) -> Filling:
    line = run[0].lineno if run else marked.get(gap.number, function.lineno)
    renamed = _Rename(back, local)
    statements = [renamed.visit(clone(statement)) for statement in run]
    for statement in statements:
        ast.increment_lineno(statement, STUDENT_LINES)
    is_open = _is_open(run, gap.kind)
    return Filling(statements, line, is_open, bool(run) and not is_open and _is_dots(run[-1]))


def _is_dots(statement: ast.stmt) -> bool:
    value = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(value, ast.Constant) and value.value is Ellipsis


def _is_open(run: list[ast.stmt], kind: str) -> bool:
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


def _parameters(node: Function) -> list[str]:
    arguments = node.args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    rest = [arguments.vararg, arguments.kwarg]
    return [argument.arg for argument in [*every, *(item for item in rest if item)]]


def _local_names(node: Function) -> set[str]:
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
        value = node.value
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            return None
        is_call = isinstance(value, ast.Call) and isinstance(value.func, ast.Name)
        return None if is_call and value.func.id == "print" else node

    def generic_visit(self, node: ast.AST) -> ast.AST:
        visited = super().generic_visit(node)
        # Was nur ausgibt, etwa eine Schleife oder ein except, darf nicht leer zurückbleiben.
        if getattr(visited, "body", None) == []:
            visited.body = [ast.copy_location(ast.Pass(), visited)]
        return visited


def _normalised(block: list[ast.stmt]) -> list[ast.stmt]:
    plain = [_Plain().visit(clone(statement)) for statement in block]
    return [statement for statement in plain if statement is not None]


def _with_holes(block: list[ast.stmt], holes: dict[int, Gap]) -> list[ast.stmt]:
    filled: list[ast.stmt] = []
    for statement in block:
        gap = holes.get(statement.end_lineno) if not hasattr(statement, "body") else None
        if gap is None:
            for name in ("body", "orelse", "finalbody"):
                if hasattr(statement, name):
                    setattr(statement, name, _with_holes(getattr(statement, name), holes))
            filled.append(statement)
        else:
            targets = stored_names([statement]) if gap.kind == "value" else set()
            filled.append(_Hole(gap.number, gap.kind, frozenset(targets)))
    return filled


def stored_names(run: list[ast.stmt]) -> set[str]:
    """Die Namen, denen diese Anweisungen etwas zuweisen."""
    return {
        node.id
        for statement in run
        for node in ast.walk(statement)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }


def _match(
    pattern: list[ast.stmt],
    block: list[ast.stmt],
    state: _State,
    local: set[str],
    budget: list[int],
) -> Iterator[_State]:
    budget[0] -= 1
    if budget[0] < 0:
        raise TooManySteps
    if not pattern:
        if not block:
            yield state
        return
    first, rest = pattern[0], pattern[1:]
    if isinstance(first, _Hole):
        needed = sum(not isinstance(item, _Hole) for item in rest)
        for length in _lengths(len(block) - needed):
            run = block[:length]
            for inner in _hole_states(first, run, state):
                yield from _match(rest, block[length:], inner, local, budget)
    elif block:
        for inner in _same(first, block[0], state, local, budget):
            yield from _match(rest, block[1:], inner, local, budget)


def _lengths(longest: int) -> Iterator[int]:
    # Eine Anweisung je Lücke ist der Normalfall, keine der seltenste.
    yield from range(1, longest + 1)
    yield 0


def _hole_states(hole: _Hole, run: list[ast.stmt], state: _State) -> Iterator[_State]:
    if hole.kind != "value":
        yield state.filled(hole.number, run)
        return
    if all(isinstance(node, ast.Pass) for node in run):
        # Jemand hat die Zeile gelöscht: Dann ist die Lücke offen, und die übrigen zählen weiter.
        yield state.filled(hole.number, run)
        return
    stored = stored_names(run)
    options = [state]
    for target in sorted(hole.targets):
        extended = []
        for option in options:
            if target in option.names:
                if option.names[target] in stored:
                    extended.append(option)
            else:
                own = [target] if target in stored else _stored_last(run)
                extended += [new for name in own if (new := option.bound(target, name))]
        options = extended
    for option in options:
        yield option.filled(hole.number, run)


def _stored_last(run: list[ast.stmt]) -> list[str]:
    return sorted(stored_names(run[-1:]))


def _same(
    ours: object, theirs: object, state: _State, local: set[str], budget: list[int]
) -> Iterator[_State]:
    if isinstance(ours, ast.Name) and isinstance(theirs, ast.Name):
        if ours.id in local:
            bound = state.bound(ours.id, theirs.id)
            if bound:
                yield bound
        elif ours.id == theirs.id:
            yield state
    elif isinstance(ours, ast.AST):
        if type(ours) is type(theirs):
            names = [name for name in ours._fields if name not in ("ctx", "type_comment", "kind")]
            yield from _same_fields(ours, theirs, names, state, local, budget)
    elif isinstance(ours, list) and isinstance(theirs, list):
        if any(isinstance(item, ast.stmt) for item in [*ours, *theirs]):
            yield from _match(ours, theirs, state, local, budget)
        elif len(ours) == len(theirs):
            yield from _same_items(ours, theirs, state, local, budget)
    elif type(ours) is type(theirs) and ours == theirs:
        yield state


def _same_fields(ours, theirs, names, state, local, budget) -> Iterator[_State]:
    if not names:
        yield state
        return
    left, right = getattr(ours, names[0], None), getattr(theirs, names[0], None)
    for inner in _same(left, right, state, local, budget):
        yield from _same_fields(ours, theirs, names[1:], inner, local, budget)


def _same_items(ours, theirs, state, local, budget) -> Iterator[_State]:
    if not ours:
        yield state
        return
    for inner in _same(ours[0], theirs[0], state, local, budget):
        yield from _same_items(ours[1:], theirs[1:], inner, local, budget)


def _score(
    state: _State, targets: Mapping[int, frozenset[str]], markers: Mapping[int, int]
) -> tuple[int, int, int]:
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

    def __init__(self, back: dict[str, str], local: set[str]) -> None:
        self._back = {theirs: ours for theirs, ours in back.items() if theirs != ours}
        # Eigene Namen der Abgabe dürfen keinen überdecken, den die Musterlösung anders belegt.
        self._own = {name: f"{name}_eigen" for name in set(back.values()) & local - set(back)}

    def visit_Name(self, node: ast.Name) -> ast.Name:
        node.id = self._back.get(node.id) or self._own.get(node.id, node.id)
        return node

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.arg = self._back.get(node.arg) or self._own.get(node.arg, node.arg)
        return node


def clone(tree: Any) -> Any:
    """Eine Kopie eines Syntaxbaums; Pickle ist dabei zehnmal so schnell wie ``deepcopy``."""
    return pickle.loads(pickle.dumps(tree))


def shifted(tree: Any) -> Any:
    """Eine Kopie, deren Zeilen als solche der Abgabe zu erkennen sind."""
    return ast.increment_lineno(clone(tree), STUDENT_LINES)


def splice(
    solution: ast.Module,
    gaps: tuple[Gap, ...],
    fillings: Mapping[int, list[ast.stmt]],
    extras: Extras = Extras(),
) -> ast.Module:
    """Setzt Inhalte von Lücken in die Musterlösung ein.

    Args:
        solution: Syntaxbaum der Musterlösung; er bleibt, wie er ist.
        gaps: Ihre Lücken.
        fillings: Zu einer Lückennummer die Anweisungen, die dort stehen sollen.
        extras: Was die Abgabe zusätzlich definiert.

    Returns:
        Der neue Syntaxbaum.
    """
    tree = clone(solution)
    for gap in gaps:
        if gap.number in fillings:
            function = find_function(tree, gap.path)
            # Ein leerer Rumpf ist kein gültiges Python.
            content = clone(fillings[gap.number]) or [ast.Pass()]
            if gap.kind == "body":
                kept = len(function.body) - len(body_below_docstring(function))
                function.body[kept:] = content
            else:
                _replace_statement(function, gap.line, content)
    return ast.fix_missing_locations(with_extras(tree, extras))


def with_extras(tree: ast.Module, extras: Extras) -> ast.Module:
    """Ergänzt ein Programm um eigene Importe (vorn) und eigene Definitionen (hinten)."""
    early = [node for node in extras.statements if _is_early(node)]
    late = [node for node in extras.statements if not _is_early(node)]
    future = sum(map(is_future_import, tree.body))
    at = future + (ast.get_docstring(tree, clean=False) is not None)
    tree.body[at:at] = [node for node in early if not is_future_import(node)]
    for name, members in extras.members.items():
        owner = find_function(tree, (name,))
        known = {defined for node in owner.body for defined in _defined(node)}
        owner.body += [clone(node) for node in members if not _defined(node) & known]
    tree.body += late
    return tree


def is_future_import(node: ast.stmt) -> bool:
    """Ob eine Anweisung aus ``__future__`` importiert; das darf nur ganz vorn stehen."""
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"


def _is_early(node: ast.stmt) -> bool:
    return isinstance(node, (*_IMPORTS, ast.Try))


def _replace_statement(function: ast.AST, line: int, content: list[ast.stmt]) -> None:
    for node in ast.walk(function):
        for name in ("body", "orelse", "finalbody"):
            block = getattr(node, name, None)
            if not isinstance(block, list):
                continue
            for place, statement in enumerate(block):
                if not hasattr(statement, "body") and statement.end_lineno == line:
                    block[place : place + 1] = content
                    return


def student_extras(student: ast.Module, solution: ast.Module) -> Extras:
    """Was die Abgabe definiert und die Musterlösung nicht kennt.

    Lose Anweisungen wie Probeaufrufe gehören nicht dazu.
    """
    imports = {ast.dump(node) for node in solution.body if isinstance(node, _IMPORTS)}
    statements = [
        node
        for node in student.body
        if (isinstance(node, _IMPORTS) and ast.dump(node) not in imports)
        or (isinstance(node, ast.Try) and _only_defines(node))
    ]
    statements += _unknown(student.body, solution.body)
    members = {}
    for ours in solution.body:
        theirs = find_function(student, (ours.name,)) if isinstance(ours, ast.ClassDef) else None
        if isinstance(theirs, ast.ClassDef) and (own := _unknown(theirs.body, ours.body)):
            members[ours.name] = tuple(map(shifted, own))
    return Extras(tuple(map(shifted, statements)), members)


def _unknown(theirs: list[ast.stmt], ours: list[ast.stmt]) -> list[ast.stmt]:
    known = {name for node in ours for name in _defined(node)}
    return [
        node for node in theirs if isinstance(node, _DEFINITIONS) and not _defined(node) & known
    ]


def _only_defines(node: ast.Try) -> bool:
    """Ob ein ``try`` nur importiert und festlegt, zum Beispiel einen Ersatz für ein Paket."""
    blocks = [node.body, node.orelse, node.finalbody, *(entry.body for entry in node.handlers)]
    kinds = (*_IMPORTS, *_DEFINITIONS, ast.Pass)
    return all(isinstance(statement, kinds) for block in blocks for statement in block)


def _defined(node: ast.stmt) -> set[str]:
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return {node.name}
    return stored_names([node]) if isinstance(node, (ast.Assign, ast.AnnAssign)) else set()
