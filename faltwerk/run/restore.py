"""Den Zustand geladener Module festhalten und nach fremdem Code wiederherstellen.

Auf der Befehlszeile verschwindet mit dem Prozess, was eine Abgabe verändert hat. Im Browser gibt
es nur einen Prozess; dort macht das hier ungeschehen, was ein Lauf an Modulen verändert.
"""

from __future__ import annotations

import builtins
import sys
import types
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np


def remember(packages: Sequence[str]) -> Callable[[], None]:
    """Hält fest, was zurzeit in allen geladenen Modulen steht.

    Args:
        packages: Pakete, bei denen auch Klassen und der Code der Funktionen zurückgesetzt werden.

    Returns:
        Eine Funktion, die den festgehaltenen Zustand wiederherstellt. Sie benutzt bis zur
        Wiederherstellung von ``builtins`` nichts, was eine Abgabe ersetzt haben kann.
    """
    modules, loaded = sys.modules, dict(sys.modules)
    basics, originals = vars(builtins), dict(vars(builtins))
    spaces = [
        (vars(module), dict(vars(module)))
        for module in loaded.values()
        # »__main__« gehört dem, der die Prüfung aufruft.
        if isinstance(module, types.ModuleType) and module.__name__ not in ("builtins", "__main__")
    ]
    own = [
        value
        for name, module in loaded.items()
        if name.split(".")[0] in packages
        for value in vars(module).values()
        if getattr(value, "__module__", None) == name
    ]
    classes = [(cls, dict(vars(cls))) for cls in own if isinstance(cls, type)]
    methods = [value for _, members in classes for value in members.values()]
    codes = [
        (function, function.__code__, function.__defaults__, function.__kwdefaults__)
        for function in (*own, *methods)
        if isinstance(function, types.FunctionType)
    ]
    changeable: list[Any] = [sys.path, sys.meta_path, warnings.filters]
    lists = [(part, list(part)) for part in changeable]
    limit, errors, options = sys.getrecursionlimit(), np.geterr(), np.get_printoptions()

    def restore() -> None:
        _reset(basics, originals)
        _reset(modules, loaded)
        for space, names in spaces:
            _reset(space, names)
        for cls, members in classes:
            _reset_class(cls, members)
        for function, code, defaults, keywords in codes:
            if function.__code__ is not code:
                function.__code__ = code
            function.__defaults__, function.__kwdefaults__ = defaults, keywords
        for part, entries in lists:
            part[:] = entries
        # Ohne diesen Aufruf hielte sich warnings an die Filter, die es sich gemerkt hat.
        warnings._filters_mutated()  # type: ignore[attr-defined]  # fehlt in den Typen
        sys.settrace(None)
        sys.setprofile(None)
        sys.setrecursionlimit(limit)
        np.seterr(**errors)
        np.set_printoptions(**options)

    return restore


def _reset(space: dict[str, Any], saved: dict[str, Any]) -> None:
    # Erst alte Werte, dann neue Namen: So fehlt nie etwas, das hier selbst gebraucht wird.
    space.update(saved)
    if len(space) != len(saved):
        for name in [name for name in space if name not in saved]:
            del space[name]


def _reset_class(cls: type, members: dict[str, Any]) -> None:
    for name, value in members.items():
        if cls.__dict__.get(name) is not value:
            setattr(cls, name, value)
    for name in [name for name in cls.__dict__ if name not in members]:
        delattr(cls, name)
