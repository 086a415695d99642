"""Prüffälle der Übung »Faltung«, je Teil von der Form über die Ausgaben zu den Gradienten."""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from faltwerk.cases import Case


@contextlib.contextmanager
def filled_empty() -> Iterator[None]:
    """Lässt ``np.empty`` und ``np.empty_like`` sichtbar mit Unsinn gefüllte Arrays liefern.

    Frisch angeforderter Speicher enthält oft zufällig Nullen; dann fiele nicht auf, dass Nullen
    gebraucht werden.
    """

    def filled(create: Callable) -> Callable:
        def fill(*arguments: Any, **options: Any) -> np.ndarray:
            array = create(*arguments, **options)
            if array.dtype.kind in "biufc":
                array.fill(np.nan if array.dtype.kind in "fc" else 77)
            return array

        return fill

    with (
        _replaced(vars(np), "empty", filled(np.empty)),
        _replaced(vars(np), "empty_like", filled(np.empty_like)),
    ):
        yield


@contextlib.contextmanager
def overflow_raises() -> Iterator[None]:
    """Macht aus einem Überlauf von ``np.exp`` oder ``np.expm1`` einen ``FloatingPointError``.

    In WebAssembly gibt es die Statusbits nicht, auf die ``np.errstate`` angewiesen ist. Darum
    werden die beiden Funktionen ersetzt; ``np.errstate`` fängt dort, wo es wirkt, auch Umwege.
    """

    def strict(function: Callable) -> Callable:
        def call(values: Any, *arguments: Any, **options: Any) -> Any:
            result = function(values, *arguments, **options)
            if np.any(np.isposinf(result) & np.isfinite(values)):
                raise FloatingPointError(f"overflow encountered in {function.__name__}")
            return result

        return call

    with (
        np.errstate(over="raise"),
        _replaced(vars(np), "exp", strict(np.exp)),
        _replaced(vars(np), "expm1", strict(np.expm1)),
    ):
        yield


@contextlib.contextmanager
def ready_made_forbidden(function: Callable) -> Iterator[None]:
    """Lässt ``np.correlate`` und ``np.convolve`` mit einem Satz abbrechen, der sie verbietet.

    Auch dort, wo das Programm dieser Funktion sie unter einem eigenen Namen eingebunden hat.
    """

    def forbidden(name: str) -> Callable:
        def refuse(*arguments: Any, **options: Any) -> None:
            raise RuntimeError(f"np.{name} ist in dieser Aufgabe nicht erlaubt")

        return refuse

    program = getattr(inspect.unwrap(function), "__globals__", {})
    with contextlib.ExitStack() as replacements:
        for name in ("correlate", "convolve"):
            original = getattr(np, name)
            for names in (program, vars(np)):
                for own in [own for own, value in names.items() if value is original]:
                    replacements.enter_context(_replaced(names, own, forbidden(name)))
        yield


@contextlib.contextmanager
def _replaced(names: dict[str, Any], name: str, function: Callable) -> Iterator[None]:
    original = names[name]
    names[name] = function
    try:
        yield
    finally:
        names[name] = original


def cases() -> list[Case]:
    """Alle Prüffälle der Übung."""
    return [
        *_signals("cross_correlation1d"),
        *_signals("convolution1d"),
        *_images(),
        *_conv_parameters(),
        *_conv_outputs(),
        *_conv_grads(),
        *_relu(),
        *_elu(),
        *_pool_outputs(),
        *_pool_grads(),
    ]


def _numbers(*shape: int, seed: int = 0) -> np.ndarray:
    # Eine Nachkommastelle: kurz zu lesen, und gleiche Zahlen sind selten.
    return np.round(np.random.default_rng(seed).uniform(-3, 3, size=shape), 1)


def _integers(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(-4, 5, size=shape).astype(float)


def _signals(part: str) -> list[Case]:
    code = f"{part}(x, k)"
    pairs = {
        "vier Werte, Kern der Länge 2": ([1, 2, 4, 8], [1, 3]),
        "Kern der Länge 3": ([1, 0, -2, 5, 3, 1], [1, 2, -1]),
        "Kern der Länge 1": ([3, -1, 2], [2]),
        "Kern so lang wie das Signal": ([1, 2, 3], [4, 5, 7]),
        "ganze Zahlen, Kern mit Nachkommastellen": ([1, 2, 4, 7], [0.5, -1.25]),
    }
    small = [
        Case(part, name, code, {"x": np.array(x), "k": np.array(k)})
        for name, (x, k) in pairs.items()
    ]
    long = {"x": _numbers(11), "k": _numbers(4, seed=1)}
    guarded = f"with ready_made_forbidden({part}):\n    y = {part}(x, k)\ny"
    # Kleiner als jeder Fall, an dem die Spiegelung auffällt: Das Verbot wird zuerst gemeldet.
    given = {"x": np.array([3, -1, 2]), "k": np.array([2, 1])}
    return [
        *small,
        Case(part, "elf Werte mit Nachkommastellen", code, long),
        Case(
            part,
            "np.correlate und np.convolve sind nicht erlaubt",
            guarded,
            given | {"ready_made_forbidden": ready_made_forbidden},
        ),
    ]


def _images() -> list[Case]:
    part = "multi_channel_convolution2d"
    shapes = {
        "ein Bild, ein Kanal, Kern 2×2": ((1, 1, 3, 3), (1, 1, 2, 2)),
        "ein Bild, Kern 1×2": ((1, 1, 2, 3), (1, 1, 1, 2)),
        "zwei Ausgangskanäle": ((1, 1, 2, 3), (2, 1, 2, 2)),
        "zwei Eingangskanäle": ((1, 2, 3, 2), (1, 2, 2, 1)),
        "drei Bilder": ((3, 1, 2, 2), (1, 1, 2, 1)),
        "Kerne 1×1, zwei zu drei Kanälen": ((1, 2, 2, 2), (3, 2, 1, 1)),
        "Kern so groß wie das Bild": ((1, 2, 2, 3), (2, 2, 2, 3)),
        "zwei Bilder, drei zu vier Kanälen, Kern 2×3": ((2, 3, 4, 6), (4, 3, 2, 3)),
    }
    pairs = {name: (_integers(*x), _integers(*k, seed=1)) for name, (x, k) in shapes.items()}
    # Wo der Datentyp der Ausgabe nur von einer Seite kommt, gehen Nachkommastellen verloren.
    pairs |= {
        "ganze Zahlen, Kern mit Nachkommastellen": (
            np.array([[[[1, 3, 4]]]]),
            np.array([[[[0.5, -1.25]]]]),
        ),
        "Nachkommastellen, Kern aus ganzen Zahlen": (
            np.array([[[[0.5, 1.25, -3.0]]]]),
            np.array([[[[1, 3]]]]),
        ),
    }
    return [Case(part, name, f"{part}(x, k)", {"x": x, "k": k}) for name, (x, k) in pairs.items()]


def _conv_parameters() -> list[Case]:
    given = {"np": np}
    return [
        Case(
            "Conv2d",
            "Form von w",
            "conv = Conv2d(2, 3, (4, 1))\nconv.w.shape",
        ),
        Case(
            "Conv2d",
            "Namen der Parameter mit Bias",
            "conv = Conv2d(2, 3, (4, 1))\nsorted(dict(conv.named_parameters()))",
        ),
        Case(
            "Conv2d",
            "Namen der Parameter ohne Bias",
            "conv = Conv2d(2, 3, (4, 1), use_bias=False)\nsorted(dict(conv.named_parameters()))",
        ),
        Case(
            "Conv2d",
            "b lässt sich zu Ausgaben addieren",
            "conv = Conv2d(2, 3, (4, 1))\n"
            'outputs = np.zeros((2, 3, 4, 5))\n{"b.size": conv.b.size, '
            '"(outputs + b).shape": (outputs + conv.b).shape}',
            given,
        ),
        Case(
            "Conv2d",
            "Startwerte von b",
            "conv = Conv2d(2, 3, (4, 1))\nconv.b.ravel()",
        ),
        Case(
            "Conv2d",
            "Startwerte von w sind zufällig und kommen aus rng",
            "w = Conv2d(2, 3, 2, rng=np.random.default_rng(0)).w\n"
            "again = Conv2d(2, 3, 2, rng=np.random.default_rng(0)).w\n"
            "other = Conv2d(2, 3, 2, rng=np.random.default_rng(1)).w\n"
            '{"w": len(np.unique(w)) == w.size, "again": np.array_equal(w, again), '
            '"other": np.array_equal(w, other)}',
            given,
        ),
        Case(
            "Conv2d",
            "Startwerte von w streuen wie die von initial_weights",
            "w = Conv2d(2, 3, 4, rng=np.random.default_rng(0)).w\n"
            "limit = 1 / np.sqrt(2 * 4 * 4)\n"
            '{"innerhalb": np.all(np.abs(w) <= limit), '
            # Von 96 gleichverteilten Werten liegen praktisch immer einige in den äußeren Vierteln.
            '"bis zum Rand": w.min() < -limit / 2 < limit / 2 < w.max()}',
            given,
        ),
    ]


# Erst anlegen, dann die Parameter setzen: So hängt kein Fall an zufälligen Startwerten.
_WITH_BIAS = "conv = Conv2d({ci}, {co}, {size})\nconv.w[...], conv.b[...] = w, b\n"
_WITHOUT_BIAS = "conv = Conv2d({ci}, {co}, {size}, use_bias=False)\nconv.w[...] = w\n"
# Name, Bilder und Kerne, mit Bias
_LAYERS = (
    ("ein Kanal, ohne Bias", (1, 1, 3, 3), (1, 1, 2, 2), False),
    ("ein Kanal, mit Bias", (1, 1, 2, 3), (1, 1, 2, 2), True),
    ("zwei Ausgangskanäle, Kern 1×2", (1, 1, 2, 3), (2, 1, 1, 2), True),
    ("zwei Bilder, zwei zu zwei Kanälen", (2, 2, 3, 3), (2, 2, 2, 2), True),
    ("drei Bilder, zwei zu drei Kanälen, Kern 3×2", (3, 2, 5, 4), (3, 2, 3, 2), True),
    ("zwei Bilder, drei zu vier Kanälen, Kern 1×3, ohne Bias", (2, 3, 2, 6), (4, 3, 1, 3), False),
)


def _conv_setup(
    x: tuple[int, ...], w: tuple[int, ...], bias: bool
) -> tuple[str, dict[str, object]]:
    template = _WITH_BIAS if bias else _WITHOUT_BIAS
    given: dict[str, object] = {"x": _integers(*x), "w": _integers(*w, seed=1)}
    if bias:
        given["b"] = np.arange(1.0, w[0] + 1).reshape(w[0], 1, 1)
    return template.format(ci=w[1], co=w[0], size=w[2:]), given


def _conv_fractions() -> tuple[str, dict[str, object]]:
    given: dict[str, object] = {
        "x": np.array([[[[0.5, 2.0, -1.25]]]]),
        "w": np.array([[[[0.5, -1.25]]]]),
        "b": np.array([[[0.5]]]),
    }
    return _WITH_BIAS.format(ci=1, co=1, size=(1, 2)), given


def _conv_outputs() -> list[Case]:
    layers = [(name, *_conv_setup(x, w, bias)) for name, x, w, bias in _LAYERS]
    found = [
        Case("Conv2d", f"Ausgaben: {name}", f"{setup}conv.compute_outputs(x)[0]", given)
        for name, setup, given in [*layers, ("Nachkommastellen", *_conv_fractions())]
    ]
    setup, given = _conv_setup((1, 1, 2, 2), (1, 1, 1, 2), True)
    code = f"{setup}conv.compute_outputs(x)\nx"
    return [*found, Case("Conv2d", "Die Eingabe bleibt unverändert", code, given)]


def _conv_grads() -> list[Case]:
    layers = []
    for name, x, w, bias in _LAYERS:
        shape = (x[0], w[0], x[2] - w[2] + 1, x[3] - w[3] + 1)
        layers.append((name, *_conv_setup(x, w, bias), _integers(*shape, seed=2)))
    layers.append(("Nachkommastellen", *_conv_fractions(), np.array([[[[0.5, 1.5]]]])))
    found = []
    for name, setup, given, grads in layers:
        bias_grad = ', "b.grad": conv.b.grad.ravel()' if "b" in given else ""
        given |= {"grads": grads, "filled_empty": filled_empty}
        code = (
            f"{setup}with filled_empty():  # np.empty liefert hier sichtbar Unsinn\n"
            "    outputs, cache = conv.compute_outputs(x)\n"
            "    dx = conv.compute_grads(grads, cache)\n"
            f'{{"w.grad": conv.w.grad{bias_grad}, "dx": dx}}'
        )
        found.append(Case("Conv2d", f"Gradienten: {name}", code, given))
    setup, given = _conv_setup((1, 1, 2, 3), (1, 1, 2, 2), True)
    code = (
        f"{setup}outputs, cache = conv.compute_outputs(x)\n"
        "for _ in range(2):\n    conv.compute_grads(grads, cache)\n"
        '{"w.grad": conv.w.grad, "b.grad": conv.b.grad.ravel()}'
    )
    given |= {"grads": _integers(1, 1, 1, 2, seed=2)}
    return [*found, Case("Conv2d", "Gradienten: zweiter Aufruf ersetzt den ersten", code, given)]


def _both_ways(layer: str, expression: str, name: str, x: np.ndarray) -> list[Case]:
    grads = np.resize([3.0, -2.0, 5.0, -7.0, 1.0], x.shape)
    outputs = f"{expression}.compute_outputs(x)[0]"
    gradient = (
        f"layer = {expression}\noutputs, cache = layer.compute_outputs(x)\n"
        "layer.compute_grads(grads, cache)"
    )
    return [
        Case(layer, f"Ausgaben: {name}", outputs, {"x": x}),
        Case(layer, f"Gradient: {name}", gradient, {"x": x, "grads": grads}),
    ]


def _relu() -> list[Case]:
    line = np.array([-2.0, -0.5, 0.0, 0.5, 3.0])
    pairs = [
        *_both_ways("ReLU", "ReLU()", "fünf Werte", line),
        *_both_ways("ReLU", "ReLU()", "2×3", np.array([[1.0, -2.0, 0.0], [-4.0, 5.0, 0.25]])),
        *_both_ways("ReLU", "ReLU()", "vier Achsen", _numbers(2, 1, 2, 3)),
    ]
    unchanged = {"x": line}
    return [
        *_outputs_first(pairs),
        Case("ReLU", "Die Eingabe bleibt unverändert", "ReLU().compute_outputs(x)\nx", unchanged),
        _grads_unchanged("ReLU", line),
    ]


def _elu() -> list[Case]:
    line = np.array([-2.0, -0.5, 0.0, 0.5, 3.0])
    pairs = [
        *_both_ways("ELU", "ELU()", "fünf Werte", line),
        *_both_ways("ELU", "ELU(alpha=2.5)", "alpha = 2.5", line),
        *_both_ways("ELU", "ELU(alpha=0)", "alpha = 0", line),
        *_both_ways("ELU", "ELU(alpha=0.5)", "vier Achsen", _numbers(2, 1, 2, 3)),
        *_both_ways("ELU", "ELU(alpha=3)", "stark negativ", np.array([-800.0, -30.0, -1.0])),
        *_both_ways("ELU", "ELU(alpha=3)", "ganze Zahlen", np.array([-1, 2])),
    ]
    large = np.array([-1.0, 20.0, 1000.0])
    guarded = (
        "with overflow_raises():\n    layer = ELU(alpha=2)\n"
        "    outputs, cache = layer.compute_outputs(x)\n"
    )
    gradient = "    dx = layer.compute_grads(grads, cache)\n"
    return [
        *_outputs_first(pairs),
        Case(
            "ELU",
            "Ausgaben: große Eingaben ohne Überlauf",
            guarded + "outputs",
            {"x": large, "overflow_raises": overflow_raises},
        ),
        Case(
            "ELU",
            "Gradient: große Eingaben ohne Überlauf",
            guarded + gradient + "dx",
            {"x": large, "grads": np.array([2.0, -3.0, 4.0]), "overflow_raises": overflow_raises},
        ),
        Case("ELU", "Die Eingabe bleibt unverändert", "ELU().compute_outputs(x)\nx", {"x": line}),
        _grads_unchanged("ELU", line),
    ]


def _grads_unchanged(layer: str, x: np.ndarray) -> Case:
    code = (
        f"layer = {layer}()\noutputs, cache = layer.compute_outputs(x)\n"
        "layer.compute_grads(grads, cache)\ngrads"
    )
    return Case(layer, "grads bleibt unverändert", code, {"x": x, "grads": np.full(x.shape, 2.0)})


def _outputs_first(cases: list[Case]) -> list[Case]:
    return [*cases[::2], *cases[1::2]]


def _spread(*shape: int) -> np.ndarray:
    # Alle Werte verschieden und negativ, die Maxima an wechselnden Stellen der Fenster.
    return -1.0 - np.random.default_rng(3).permutation(np.prod(shape)).reshape(shape)


# Name, Fenster, Bilder
_POOLS = (
    ("ein Fenster 2×2", 2, np.array([[[[1.0, 2.0], [4.0, 3.0]]]])),
    ("zwei Fenster nebeneinander", (1, 2), np.array([[[[1.0, 2.5, 9.25, 3.0]]]])),
    ("nur negative Werte", (2, 2), _spread(1, 1, 4, 4)),
    ("stark negative Werte", (1, 2), np.array([[[[-3e30, -1e30]]]])),
    ("Fenster 2×3", (2, 3), _spread(1, 1, 4, 6)),
    ("Fenster 3×1", (3, 1), _spread(1, 1, 6, 2)),
    ("Fenster 1×1", 1, _spread(1, 1, 2, 3)),
    ("Rest am Rand fällt weg", (2, 3), _spread(1, 1, 3, 5) + 20),
    ("gleiche Werte im Fenster", (2, 2), np.array([[[[5.0, 5.0, 1.0, 7], [5, 2, 7, 7]]]])),
    ("zwei Bilder, drei Kanäle, mit Rest", (2, 3), _spread(2, 3, 5, 8) + 40),
)


def _pool_outputs() -> list[Case]:
    found = [
        Case(
            "MaxPool2d",
            f"Ausgaben: {name}",
            f"pool = MaxPool2d({size})\npool.compute_outputs(x)[0]",
            {"x": x},
        )
        for name, size, x in _POOLS
    ]
    nan = np.array([[[[1.0, np.nan, 3.0, 4.0], [2.0, 0.0, 6.0, 5.0]]]])
    code = "pool = MaxPool2d(2)\npool.compute_outputs(x)[0]"
    kept = "MaxPool2d((1, 2)).compute_outputs(x)\nx"
    return [
        *found,
        Case("MaxPool2d", "Ausgaben: NaN im Fenster ergibt NaN", code, {"x": nan}),
        Case(
            "MaxPool2d", "Die Eingabe bleibt unverändert", kept, {"x": np.array([[[[3.0, 5.0]]]])}
        ),
    ]


def _pool_grads() -> list[Case]:
    pools = []
    for name, size, x in _POOLS:
        height, width = np.broadcast_to(size, 2)
        n, c, h, w = x.shape
        shape = (n, c, h // height, w // width)
        grads = np.arange(1.0, np.prod(shape) + 1).reshape(shape) * np.resize([1, -1, 1], shape)
        pools.append((name, size, x, grads))
    fraction = np.array([[[[1.5]]]])
    pools.append(("Nachkommastellen", (1, 2), np.array([[[[3.0, 5.0]]]]), fraction))
    found = []
    for name, size, x, grads in pools:
        code = (
            f"pool = MaxPool2d({size})\n"
            "with filled_empty():  # np.empty liefert hier sichtbar Unsinn\n"
            "    outputs, cache = pool.compute_outputs(x)\n"
            "    dx = pool.compute_grads(grads, cache)\ndx"
        )
        given = {"x": x, "grads": grads, "filled_empty": filled_empty}
        found.append(Case("MaxPool2d", f"Gradient: {name}", code, given))
    return found
