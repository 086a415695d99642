"""Prüffälle der Übung: erst kleine, dann schiefe Eingaben; erst vorwärts, dann rückwärts."""

from __future__ import annotations

import numpy as np

from faltwerk.cases import Case

# (Beschreibung, Argumente): Höhe und Breite unterscheiden sich überall, wo es geht.
_OUTPUT_SHAPES = (
    ("5×5, Fenster 3×3, Schrittweite 2", "(5, 5), (3, 3), stride=(2, 2)"),
    ("Voreinstellungen", "(4, 6), (2, 3)"),
    ("Fenster so groß wie die Eingabe", "(3, 2), (3, 2), stride=(2, 3)"),
    ("Division mit Rest", "(8, 9), (3, 2), stride=(3, 4)"),
    ("Division mit anderem Rest", "(9, 8), (2, 3), stride=(4, 3)"),
    ("Padding nur vertikal", "(5, 7), (3, 3), padding=(2, 0)"),
    ("Padding nur horizontal", "(5, 7), (3, 3), padding=(0, 1)"),
    ("Dilation nur vertikal", "(11, 7), (3, 3), dilation=(4, 1)"),
    ("Dilation nur horizontal", "(7, 12), (3, 4), dilation=(1, 3)"),
    (
        "alles verschieden",
        "(10, 11), (3, 4), stride=(2, 1), padding=(0, 2), dilation=(1, 2)",
    ),
    (
        "alles verschieden, hoch und schmal",
        "(17, 8), (4, 2), stride=(3, 2), padding=(3, 1), dilation=(2, 5)",
    ),
    (
        "alles verschieden, flach und breit",
        "(6, 23), (2, 5), stride=(2, 5), padding=(1, 4), dilation=(3, 2)",
    ),
)


def images(*shape: int) -> np.ndarray:
    """Feste Bilder mit positiven und negativen Werten, auf eine Nachkommastelle gerundet."""
    return np.random.default_rng(0).normal(scale=5, size=shape).round(1)


def grid(*rows: list[float]) -> np.ndarray:
    """Ein Beispiel mit einem Kanal, dessen Bild aus diesen Zeilen besteht."""
    return np.array([[rows]], dtype=np.float64)


def cases() -> list[Case]:
    """Alle Prüffälle in der Reihenfolge der Teile."""
    return [
        *_output_shape_cases(),
        *_maxpool2d_cases(),
        *_maxpool2d_class_cases(),
        *_maxpool2d_backward_cases(),
        *_avgpool2d_cases(),
        *_avgpool2d_backward_cases(),
        *_torch_cases("max_pool_torch"),
        *_torch_cases("avg_pool_torch"),
    ]


def _output_shape_cases() -> list[Case]:
    return [
        Case("get_output_shape", name, f"get_output_shape({arguments})")
        for name, arguments in _OUTPUT_SHAPES
    ]


def _inputs() -> list[tuple[str, np.ndarray, str]]:
    """Eingaben für den Vorwärtsschritt: (Beschreibung, Eingabe, Fenster und Schrittweite)."""
    return [
        ("Fenster 2×2", grid([1, 2, 3], [4, 6, 5]), "(2, 2)"),
        ("Fenster 1×2", grid([5, 1, 2], [0, 4, 3]), "(1, 2)"),
        ("Fenster 2×1", grid([5, 1, 2], [0, 4, 3]), "(2, 1)"),
        ("nur negative Werte", grid([-9, -7, -8], [-5, -4, -6]), "(2, 2)"),
        ("ganze Zahlen", grid([1, 2, 4], [6, 0, 3]).astype(np.int64), "(2, 2)"),
        ("stark negative Werte", grid([-3e30, -1e30]), "(1, 2)"),
        ("einfache Genauigkeit", grid([1, 2.5, 4], [6, 0, 3]).astype(np.float32), "(2, 2)"),
        ("NaN im Fenster", grid([1, np.nan, 3, 2], [9, 2, 4, 8]), "(2, 2)"),
        ("Fenster 1×1 auf NaN", grid([np.nan, 2, -np.inf]), "(1, 1)"),
        ("Rest am Rand fällt weg", grid(*np.arange(20.0).reshape(4, 5)), "(3, 2), stride=(2, 2)"),
        ("zwei Kanäle", images(1, 2, 3, 4), "(2, 3), stride=(1, 1)"),
        ("zwei Beispiele", images(2, 1, 4, 3), "(2, 2), stride=(2, 1)"),
        ("überlappende Fenster", images(1, 1, 5, 7), "(3, 4), stride=(1, 2)"),
        ("Lücken zwischen den Fenstern", images(1, 1, 7, 8), "(2, 1), stride=(3, 2)"),
        ("hohe Fenster, alles verschieden", images(2, 3, 8, 9), "(4, 2), stride=(2, 3)"),
        ("breite Fenster, alles verschieden", images(3, 2, 6, 11), "(2, 5), stride=(3, 2)"),
        ("hohes Bild", images(2, 2, 9, 4), "(3, 2), stride=(2, 1)"),
    ]


def _maxpool2d_cases() -> list[Case]:
    part = "maxpool2d"
    shape = Case(
        part,
        "Form der Ausgabe",
        "maxpool2d(x, (2, 3), stride=(1, 2)).shape",
        {"x": images(1, 2, 3, 5)},
    )
    kept = Case(
        part,
        "die Eingabe bleibt, wie sie ist",
        "maxpool2d(x, (2, 2), stride=(1, 1))\nx",
        {"x": images(1, 1, 3, 4)},
    )
    example = Case("maxpool2d_example", "Eingabe des Übungsblatts", "maxpool2d_example()")
    values = [
        Case(part, name, f"maxpool2d(x, {window})", {"x": x}, dtype=True)
        for name, x, window in _inputs()
    ]
    return [shape, *values, kept, example]


def _maxpool2d_class_cases() -> list[Case]:
    part = "MaxPool2dWithPositions"
    shape = Case(
        part,
        "Form der Ausgabe",
        "MaxPool2dWithPositions((2, 3), stride=(1, 2))(x).shape",
        {"x": images(1, 2, 3, 5)},
    )
    ties = [
        ("gleiche Maxima: kleinste Zeile zuerst", grid([1, 7], [7, 1]), "(2, 2)"),
        ("gleiche Maxima: dann kleinste Spalte", grid([3, 3, 3], [3, 3, 3]), "(2, 3)"),
        ("gleiche Maxima in schmalem Fenster", grid([1, 4], [4, 2], [4, 4]), "(3, 2)"),
    ]
    values = [
        Case(
            part,
            name,
            f"layer = MaxPool2dWithPositions({window})\n"
            + '{"Ausgabe": layer(x), "Stellen": layer.positions}',
            {"x": x},
        )
        for name, x, window in (*_inputs(), *ties)
    ]
    # Nur die Ausgabe: Für die Stellen ist jeder ganzzahlige Datentyp recht.
    dtypes = [
        Case(
            part,
            f"Datentyp der Ausgabe: {name}",
            "MaxPool2dWithPositions((1, 2))(x)",
            {"x": grid([2, 5]).astype(dtype)},
            dtype=True,
        )
        for name, dtype in (("ganze Zahlen", np.int64), ("einfache Genauigkeit", np.float32))
    ]
    again = Case(
        part,
        "zweiter Aufruf mit anderer Eingabe",
        "layer = MaxPool2dWithPositions((2, 2), stride=(1, 2))\n"
        "layer(x)\n"
        '{"Ausgabe": layer(-x[:, :, 1:]), "Stellen": layer.positions}',
        {"x": images(2, 1, 4, 5)},
    )
    kept = Case(
        part,
        "die Eingabe bleibt, wie sie ist",
        "MaxPool2dWithPositions((2, 2))(x)\nx",
        {"x": images(1, 1, 3, 4)},
    )
    example = Case(
        "maxpool2d_positions_example",
        "Eingabe des Übungsblatts",
        "output_tensor, positions = maxpool2d_positions_example()\n"
        '{"Ausgabe": output_tensor, "Stellen": positions}',
    )
    return [shape, *values, *dtypes, again, kept, example]


def _gradients() -> list[tuple[str, np.ndarray, np.ndarray, str]]:
    """Für den Rückwärtsschritt: (Beschreibung, Eingabe, Gradient, Fenster und Schrittweite)."""

    def grads(*shape: int) -> np.ndarray:
        return np.random.default_rng(1).normal(scale=9, size=shape).round(1)

    return [
        ("ein einziges Fenster", grid([1, 2], [4, 3]), grid([5]), "(2, 2)"),
        ("ein breites Fenster", grid([1, 2, 4], [3, 0, 2]), grid([-3]), "(2, 3)"),
        ("zwei überlappende Fenster", grid([1, 2, 3], [4, 6, 5]), grid([3, 2]), "(2, 2)"),
        ("zwei Fenster übereinander", grid([1, 2], [7, 3], [4, 5]), grid([1], [-5]), "(2, 2)"),
        (
            "ganze Zahlen",
            grid([1, 2, 3], [4, 6, 5]).astype(np.int64),
            grid([3, 2]).astype(np.int64),
            "(2, 2)",
        ),
        (
            "einfache Genauigkeit",
            grid([1, 2, 3]).astype(np.float32),
            grid([0.5, 2]).astype(np.float32),
            "(1, 2)",
        ),
        (
            "Rest am Rand bekommt Gradient 0",
            grid(*np.arange(20.0).reshape(4, 5)),
            grid([1, -2]),
            "(3, 2), stride=(2, 2)",
        ),
        ("zwei Kanäle", images(1, 2, 3, 4), grads(1, 2, 2, 2), "(2, 3), stride=(1, 1)"),
        ("zwei Beispiele", images(2, 1, 4, 3), grads(2, 1, 2, 2), "(2, 2), stride=(2, 1)"),
        ("viel Überlappung", images(1, 1, 5, 7), grads(1, 1, 3, 2), "(3, 4), stride=(1, 2)"),
        (
            "Lücken zwischen den Fenstern",
            images(1, 1, 7, 8),
            grads(1, 1, 2, 4),
            "(2, 1), stride=(3, 2)",
        ),
        (
            "hohe Fenster, alles verschieden",
            images(2, 3, 8, 9),
            grads(2, 3, 3, 3),
            "(4, 2), stride=(2, 3)",
        ),
        (
            "breite Fenster, alles verschieden",
            images(3, 2, 6, 11),
            grads(3, 2, 2, 4),
            "(2, 5), stride=(3, 2)",
        ),
        ("hohes Bild", images(2, 2, 9, 4), grads(2, 2, 4, 3), "(3, 2), stride=(2, 1)"),
    ]


def _backward_cases(part: str) -> list[Case]:
    values = [
        Case(
            part,
            name,
            f"layer = {part}({window})\nlayer(x)\nlayer.backward_input(output_tensor_grad)",
            {"x": x, "output_tensor_grad": grad},
            dtype=True,
        )
        for name, x, grad, window in _gradients()
    ]
    again = Case(
        part,
        "zweimal rückwärts gibt zweimal dasselbe, und der Gradient der Ausgabe bleibt, wie er ist",
        f"layer = {part}((1, 2))\n"
        "layer(x)\n"
        "layer.backward_input(output_tensor_grad)\n"
        '{"zweiter Gradient": layer.backward_input(output_tensor_grad), '
        '"output_tensor_grad": output_tensor_grad}',
        {"x": grid([1, 6, 3]), "output_tensor_grad": grid([3, 2])},
    )
    return [*values, again]


def _maxpool2d_backward_cases() -> list[Case]:
    return [
        *_backward_cases("MaxPool2dBackward"),
        Case(
            "maxpool2d_backward_example",
            "Zahlen des Übungsblatts",
            "output_tensor, input_tensor_grad = maxpool2d_backward_example()\n"
            '{"Ausgabe": output_tensor, "Gradient der Eingabe": input_tensor_grad}',
        ),
    ]


def _avgpool2d_cases() -> list[Case]:
    part = "AvgPool2d"
    shape = Case(
        part,
        "Form der Ausgabe",
        "AvgPool2d((2, 3), stride=(1, 2))(x).shape",
        {"x": images(1, 2, 3, 5)},
    )
    values = [
        Case(part, name, f"AvgPool2d({window})(x)", {"x": x}, dtype=True)
        for name, x, window in _inputs()
    ]
    kept = Case(
        part,
        "die Eingabe bleibt, wie sie ist",
        "AvgPool2d((2, 2))(x)\nx",
        {"x": images(1, 1, 3, 4)},
    )
    return [shape, *values, kept]


def _avgpool2d_backward_cases() -> list[Case]:
    return [
        *_backward_cases("AvgPool2dBackward"),
        Case(
            "avgpool2d_example",
            "Gradient des Übungsblatts, zufällige Eingabe",
            "output_tensor, input_tensor_grad = avgpool2d_example(rng)\n"
            '{"Ausgabe": output_tensor, "Gradient der Eingabe": input_tensor_grad}',
            {"rng": np.random.default_rng(0)},
        ),
    ]


def _torch_cases(part: str) -> list[Case]:
    # PyTorch wird erst vom geprüften Teil geladen: Alle anderen Teile prüft man ohne.
    return [
        Case(
            part,
            name,
            f"output, input_grad = {part}(x, output_grad, {window.replace('stride=', '')})\n"
            '{"Ausgabe": output, "Gradient der Eingabe": input_grad}',
            {"x": x, "output_grad": grad},
            dtype=True,
        )
        for name, x, grad, window in _gradients()
    ]
