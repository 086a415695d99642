"""Zwei Beobachtungen vergleichen: gleich, oder der erste deutsche Satz, der sagt, warum nicht."""

from __future__ import annotations

import numpy as np

from faltwerk.judge.observation import ARRAYS, Observation, decode_array

_KINDS = {
    "number": "eine Zahl",
    "array": "ein NumPy-Array",
    "tensor": "ein PyTorch-Tensor",
    "sequence": "eine Liste oder ein Tupel",
    "dict": "ein Wörterbuch",
    "text": "ein Text",
    "other": "ein anderes Objekt",
}
# So kurz, dass ein ganzes Array in eine Zeile der Meldung passt.
_SHORT = 120

# {where} wird zu » in Zeile …« oder entfällt.
_REASONS = {
    "EOFError": "Ihr Code wartet{where} mit input() auf eine Eingabe; die Prüfung gibt keine",
    "MemoryError": "Ihr Code fordert{where} mehr Speicher an, als die Prüfung erlaubt",
    "NotImplementedError": "Ihr Code ist an dieser Stelle{where} noch nicht ausgefüllt",
    "RecursionError": "Ihr Code ruft sich{where} immer wieder selbst auf",
    "SystemExit": "Ihr Code beendet das Programm{where} mit sys.exit",
    "KeyboardInterrupt": "Ihr Code bricht das Programm{where} mit KeyboardInterrupt ab",
}
# So heißt es bei Größen, für die nicht einmal die Adressen reichen; im Browser sind das 2 GB.
_TOO_LARGE = (
    "Maximum allowed dimension exceeded",
    "array is too big",
    "cannot fit 'int' into an index-sized integer",
)


def difference(
    expected: Observation, got: Observation, rtol: float, atol: float, dtype: bool = False
) -> str | None:
    """Vergleicht, was herauskam, mit dem, was herauskommen muss.

    Args:
        expected: Beobachtung an der Musterlösung.
        got: Beobachtung an der Abgabe.
        rtol: Zulässige relative Abweichung.
        atol: Zulässige absolute Abweichung.
        dtype: Ob auch der Datentyp gleich sein muss.

    Returns:
        ``None``, wenn beide gleich sind, sonst ein deutscher Satzteil mit dem ersten Unterschied.
    """
    if got[0] in ("timeout", "killed"):
        return describe_abort(got)
    if expected == got:
        # Das spart das Auspacken der Arrays: Die meisten Ergebnisse stimmen Bit für Bit.
        return None
    if expected[0] == "raises":
        if got[0] == "raises":
            same = expected[1] == got[1]
            return None if same else f"erwartet wird {expected[1]}, aber {describe_abort(got)}"
        return f"erwartet wird ein {expected[1]}, es kommt aber ein Ergebnis heraus"
    if got[0] == "raises":
        return describe_abort(got)
    return _value_difference(expected, got, rtol, atol, dtype, "")


def describe_abort(observation: Observation) -> str:
    """Sagt in einem deutschen Satzteil, wie ein Lauf abgebrochen ist."""
    if observation[0] == "timeout":
        return "Ihr Code wird nicht fertig; vermutlich endet eine Schleife nie"
    if observation[0] == "killed":
        return f"Ihr Code beendet den Prozess vorzeitig ({observation[1]})"
    _, kind, text, line, _ = observation
    where = f" in Zeile {line}" if line else ""
    if kind in ("ValueError", "OverflowError") and text.startswith(_TOO_LARGE):
        kind = "MemoryError"
    if kind in _REASONS:
        return _REASONS[kind].format(where=where)
    quoted = f": »{' '.join(text.split())}«" if text.strip() else ""
    return f"Ihr Code bricht{where} mit {kind} ab{quoted}"


def _value_difference(
    expected: Observation, got: Observation, rtol: float, atol: float, dtype: bool, where: str
) -> str | None:
    tag = expected[0]
    if tag in ARRAYS:
        return _array_difference(expected, got, rtol, atol, dtype, where)
    if got[0] != tag:
        return f"{where}erwartet wird {_name(expected)}, herausgekommen ist {_name(got)}"
    if tag == "sequence":
        if len(expected[1]) != len(got[1]):
            wanted, count = len(expected[1]), len(got[1])
            values = "wird 1 Wert" if wanted == 1 else f"werden {wanted} Werte"
            return f"{where}erwartet {values}, es {'ist' if count == 1 else 'sind'} {count}"
        pairs = [
            (f"{where}Wert {i}: ", *p)
            for i, p in enumerate(zip(expected[1], got[1], strict=True), 1)
        ]
    elif tag == "dict":
        if list(expected[1]) != list(got[1]) and set(expected[1]) != set(got[1]):
            return f"{where}erwartet werden {list(expected[1])}, es sind {list(got[1])}"
        pairs = [(f"{where}{key}: ", value, got[1][key]) for key, value in expected[1].items()]
    else:
        if expected[1] == got[1]:
            return None
        return f"{where}erwartet wird {_name(expected)}, herausgekommen ist {_name(got)}"
    for label, left, right in pairs:
        found = _value_difference(left, right, rtol, atol, dtype, label)
        if found:
            return found
    return None


def _name(observation: Observation) -> str:
    tag = observation[0]
    if tag == "constant":
        return str(observation[1])
    if tag == "other":
        return f"ein Objekt vom Typ {observation[1]}"
    if tag == "text":
        return f"der Text »{observation[1]}«"
    return _KINDS[tag]


def _array_difference(
    expected: Observation, got: Observation, rtol: float, atol: float, dtype: bool, where: str
) -> str | None:
    if got[0] not in ARRAYS or (expected[0], got[0]) in (("array", "tensor"), ("tensor", "array")):
        return f"{where}erwartet wird {_name(expected)}, herausgekommen ist {_name(got)}"
    left, right = decode_array(expected), decode_array(got)
    if left.shape != right.shape:
        return f"{where}die Form ist {right.shape}, erwartet wird {left.shape}"
    if expected[0] == "number" and left.dtype.kind in "iu" and right.dtype.kind == "f":
        return f"{where}erwartet wird die ganze Zahl {left}, herausgekommen ist {right}"
    # inf - inf gibt eine Warnung, ist hier aber ein gewöhnlicher Vergleich.
    with np.errstate(invalid="ignore"):
        same = np.isclose(right, left, rtol=rtol, atol=atol, equal_nan=True)
    if not np.all(same):
        return f"{where}{_first_wrong(left, right, ~same)}"
    if dtype and expected[1] != got[1]:
        return f"{where}der Datentyp ist {got[1]}, erwartet wird {expected[1]}"
    return None


def _first_wrong(expected: np.ndarray, got: np.ndarray, wrong: np.ndarray) -> str:
    if expected.ndim == 0:
        wanted, found = _numbers(expected[()], got[()])
        return f"erwartet wird {wanted}, herausgekommen ist {found}"
    index = tuple(int(i) for i in np.argwhere(wrong)[0])
    place = f"[{', '.join(map(str, index))}]"
    wanted, found = _numbers(expected[index], got[index])
    text = f"an der Stelle {place} wird {wanted} erwartet, herausgekommen ist {found}"
    if expected.size > 1:
        text += f" ({int(wrong.sum())} von {expected.size} Werten weichen ab)"
    left, right = inline(expected), inline(got)
    if left and right and left != right and expected.size > 1:
        text += f"\nErwartet: {left}\nErhalten: {right}"
    return text


def _numbers(expected: object, got: object) -> tuple[str, str]:
    """Beide Zahlen mit so vielen Stellen, dass man ihren Unterschied sieht."""
    for digits in (6, 9, 12, 17):
        shown = _number(expected, digits), _number(got, digits)
        if shown[0] != shown[1]:
            break
    return shown


def _number(value: object, digits: int) -> str:
    return f"{value:.{digits}g}" if isinstance(value, (float, np.floating)) else str(value)


def inline(array: np.ndarray) -> str | None:
    """Ein kleines Array in einer Zeile, ein großes als ``None``."""
    if array.size > 64:
        return None
    text = np.array2string(array, separator=", ", max_line_width=10_000, precision=4)
    text = " ".join(text.split())
    return text if len(text) <= _SHORT else None
