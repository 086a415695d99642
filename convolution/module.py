"""Gegebenes Material der Übung: Schnittstelle der Schichten, gleitende Fenster, Gradientenprüfung.

Hier ist nichts auszufüllen. Alle Prüfungen von Eingaben stehen in diesem Modul, damit in den
Schichten selbst nur die Rechnung steht.
"""

from __future__ import annotations

import contextlib
import functools
import math
import operator
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


class Parameter(np.ndarray):
    """Ein Array mit einem Gradienten gleicher Form.

    Rechnungen mit einem Parameter ergeben gewöhnliche Arrays.
    """

    _grad: np.ndarray | None = None

    def __new__(cls, value: np.ndarray | Sequence | float) -> Parameter:
        """Legt einen Parameter mit einer Kopie der Werte und dem Gradienten 0 an.

        Args:
            value: Werte beliebiger Form; ganze Zahlen werden zu float64.
        """
        array = np.array(value)
        return (array if array.dtype.kind == "f" else array.astype(float)).view(cls)

    @property
    def grad(self) -> np.ndarray:
        """Gradient in Form und Datentyp des Parameters, am Anfang 0.

        Raises:
            ValueError: Wenn ein Gradient anderer Form zugewiesen wird.
        """
        if self._grad is None:
            self._grad = np.zeros(self.shape, self.dtype)
        return self._grad

    @grad.setter
    def grad(self, value: np.ndarray) -> None:
        if np.shape(value) != self.shape:
            raise ValueError(
                f"grad hat die Form {np.shape(value)}, der Parameter aber die Form {self.shape}; "
                "beide müssen gleich sein."
            )
        self._grad = np.array(value, dtype=self.dtype)

    def __array_ufunc__(
        self, ufunc: np.ufunc, method: str, *inputs: Any, out: tuple | None = None, **options: Any
    ) -> Any:
        """Rechnet mit gewöhnlichen Arrays, damit Ergebnisse keine Parameter sind."""
        if out is not None:
            options["out"] = tuple(map(_plain, out))
        result = getattr(ufunc, method)(*map(_plain, inputs), **options)
        if out is None:
            return result
        return out[0] if len(out) == 1 else out


def _plain(value: Any) -> Any:
    return value.view(np.ndarray) if isinstance(value, Parameter) else value


class _Cache(NamedTuple):
    content: Any
    shape: tuple[int, ...]


class Module:
    """Basisklasse der Schichten.

    Eine Schicht implementiert ``compute_outputs`` und ``compute_grads``. Was sie im ``cache``
    aufhebt, ist ihre Sache: ``compute_grads`` bekommt genau das zurück. Vor ``compute_outputs``
    läuft ``check_inputs``; vor ``compute_grads`` wird geprüft, ob die Gradienten die Form der
    Ausgaben haben. Arrays ganzer Zahlen kommen als int64 an.
    """

    _inside = False

    def __init__(self) -> None:
        """Legt eine Schicht ohne Parameter an."""
        self._parameters: dict[str, Parameter] = {}
        self._cache: _Cache | None = None

    def __init_subclass__(cls, **options: Any) -> None:
        """Stellt den beiden Methoden der Schicht die Prüfung ihrer Eingaben voran."""
        super().__init_subclass__(**options)
        if "compute_outputs" in vars(cls):
            cls.compute_outputs = _checked_outputs(cls.compute_outputs)
        if "compute_grads" in vars(cls):
            cls.compute_grads = _checked_grads(cls.compute_grads)

    def __setattr__(self, name: str, value: Any) -> None:
        """Meldet Parameter an, die als Attribut zugewiesen werden."""
        if isinstance(value, Parameter) or name in vars(self).get("_parameters", ()):
            self.register_parameter(name, value)
        else:
            super().__setattr__(name, value)

    def register_parameter(self, name: str, value: np.ndarray | None) -> None:
        """Meldet einen Parameter an; er ist danach auch das Attribut ``name`` der Schicht.

        Args:
            name: Name des Parameters.
            value: Seine Werte, oder ``None``, wenn die Schicht diesen Parameter nicht hat.
        """
        parameter = value if value is None or isinstance(value, Parameter) else Parameter(value)
        self._parameters.pop(name, None)
        super().__setattr__(name, parameter)
        if parameter is not None:
            self._parameters[name] = parameter

    def named_parameters(self) -> Iterator[tuple[str, Parameter]]:
        """Liefert die Parameter mit ihren Namen, in der Reihenfolge ihrer Anmeldung."""
        yield from self._parameters.items()

    def zero_grad(self) -> None:
        """Setzt die Gradienten aller Parameter auf 0."""
        for _, parameter in self.named_parameters():
            parameter.grad = np.zeros(parameter.shape)

    def check_inputs(self, x: np.ndarray) -> None:
        """Prüft die Eingabe der Schicht; Schichten mit Anforderungen überschreiben das.

        Args:
            x: Array aus ganzen Zahlen oder Gleitkommazahlen.
        """

    def compute_outputs(self, x: np.ndarray) -> tuple[np.ndarray, Any]:
        """Berechnet die Ausgaben.

        Args:
            x: Eingabe der Schicht.

        Returns:
            Die Ausgaben und alles, was ``compute_grads`` später braucht.
        """
        raise NotImplementedError(f"{type(self).__name__} hat kein compute_outputs.")

    def compute_grads(self, grads: np.ndarray, cache: Any) -> np.ndarray:
        """Setzt ``.grad`` aller Parameter und berechnet den Gradienten für die Eingabe.

        Args:
            grads: Gradient für die Ausgaben, in deren Form.
            cache: Der zweite Wert von ``compute_outputs``.

        Returns:
            Gradient für die Eingabe, in deren Form.
        """
        raise NotImplementedError(f"{type(self).__name__} hat kein compute_grads.")

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Berechnet die Ausgaben und hebt den Cache für ``backward`` auf."""
        outputs, self._cache = self.compute_outputs(x)
        return outputs

    def backward(self, grads: np.ndarray) -> np.ndarray:
        """Berechnet die Gradienten zum letzten ``forward``.

        Raises:
            RuntimeError: Wenn ``forward`` noch nicht aufgerufen wurde.
        """
        if self._cache is None:
            raise RuntimeError(
                f"{type(self).__name__}.backward braucht einen Cache; rufen Sie zuerst forward auf."
            )
        return self.compute_grads(grads, self._cache)


def _checked_outputs(method: Callable) -> Callable:
    @functools.wraps(method)
    def compute_outputs(self: Module, x: np.ndarray) -> tuple[np.ndarray, _Cache]:
        if self._inside:
            return method(self, x)
        x = require_numbers("x", x)
        self.check_inputs(x)
        with _inside(self):
            result = method(self, x)
        if not isinstance(result, tuple) or len(result) != 2:
            raise TypeError(
                f"{type(self).__name__}.compute_outputs hat {_describe(result)} zurückgegeben; "
                "erlaubt ist nur das Paar (outputs, cache)."
            )
        outputs, cache = result
        return outputs, _Cache(cache, np.shape(outputs))

    return compute_outputs


def _checked_grads(method: Callable) -> Callable:
    @functools.wraps(method)
    def compute_grads(self: Module, grads: np.ndarray, cache: _Cache) -> np.ndarray:
        if self._inside:
            return method(self, grads, cache)
        if not isinstance(cache, _Cache):
            raise TypeError(
                f"cache ist {_describe(cache)}; erlaubt ist nur der zweite Wert von "
                "compute_outputs."
            )
        grads = require_numbers("grads", grads)
        if grads.shape != cache.shape:
            raise ValueError(
                f"grads hat die Form {grads.shape}; erlaubt ist nur die Form der Ausgaben, "
                f"{cache.shape}."
            )
        with _inside(self):
            return method(self, grads, cache.content)

    return compute_grads


@contextlib.contextmanager
def _inside(module: Module) -> Iterator[None]:
    # Ruft eine Schicht sich selbst auf, etwa mit super(), gibt sie ihren Cache unverpackt weiter.
    module._inside = True
    try:
        yield
    finally:
        module._inside = False


def sig2col(
    x: np.ndarray, kernel_shape: int | Sequence[int], stride: int | Sequence[int] = 1
) -> np.ndarray:
    """Schneidet alle Fenster aus einem Signal aus (bei Bildern bekannt als im2col).

    Args:
        x: Signal; seine letzten ``len(kernel_shape)`` Achsen sind die räumlichen.
        kernel_shape: Größe des Fensters, eine Zahl je räumlicher Achse.
        stride: Schrittweite, eine Zahl für alle räumlichen Achsen oder eine je Achse.

    Returns:
        Nur lesbare Sicht auf ``x``: statt der räumlichen Achsen zuerst die Positionen der
        Fenster, am Ende das Fenster selbst. Aus ``(N, C, H, W)`` und ``(R1, R2)`` wird
        ``(N, C, H', W', R1, R2)`` mit ``H' = (H - R1) // stride + 1``.

    Raises:
        TypeError: Wenn ``x`` kein Array ist oder eine Größe keine ganze Zahl.
        ValueError: Wenn das Fenster nicht in das Signal passt oder eine Größe kleiner als 1 ist.
    """
    if not isinstance(x, np.ndarray):
        raise TypeError(f"x ist {_describe(x)}; erlaubt ist ein NumPy-Array.")
    sizes = _sizes("kernel_shape", kernel_shape)
    if len(sizes) > x.ndim:
        raise ValueError(
            f"kernel_shape {sizes} hat {len(sizes)} Einträge, x mit der Form {x.shape} nur "
            f"{x.ndim} Achsen; erlaubt ist höchstens ein Eintrag je Achse."
        )
    steps = _sizes("stride", stride)
    if isinstance(stride, (int, np.integer)):
        steps *= len(sizes)
    if len(steps) != len(sizes):
        raise ValueError(
            f"stride {steps} hat die Länge {len(steps)}; erlaubt sind eine ganze Zahl oder "
            f"{len(sizes)} Einträge, einer je Achse von kernel_shape {sizes}."
        )
    _require_fit("kernel_shape", sizes, x.shape[-len(sizes) :])
    windows = sliding_window_view(x, sizes, axis=tuple(range(-len(sizes), 0)))
    every = (slice(None),)
    return windows[(..., *(slice(None, None, step) for step in steps), *(every * len(sizes)))]


def initial_weights(shape: Sequence[int], rng: np.random.Generator) -> np.ndarray:
    """Zieht Startwerte für Gewichte, gleichverteilt zwischen ±1/√(Eingänge je Ausgang).

    Args:
        shape: Form der Gewichte; die erste Achse zählt die Ausgänge.
        rng: Zufallsgenerator.

    Returns:
        Array der Form ``shape`` (float64).
    """
    limit = 1 / math.sqrt(math.prod(shape[1:]))
    return rng.uniform(-limit, limit, size=tuple(shape))


def gradient_check(
    module: Module,
    x: np.ndarray,
    *,
    epsilon: float = 1e-6,
    rtol: float = 1e-5,
    atol: float = 1e-6,
    rng: np.random.Generator | None = None,
) -> None:
    """Vergleicht ``compute_grads`` mit zentralen Differenzenquotienten in float64.

    Geprüft werden der Gradient der Eingabe und jedes Parameters, an jeder Stelle, für eine
    zufällige Linearkombination der Ausgaben. An Knicken (etwa ReLU bei 0 oder zwei gleichen
    Maxima) gibt es keine Ableitung: Wählen Sie Eingaben, die von dort um mehr als ``epsilon``
    entfernt sind.

    Args:
        module: Die Schicht; ihre Parameter haben nachher wieder ihre alten Werte.
        x: Eingabe der Schicht.
        epsilon: Schrittweite des Differenzenquotienten.
        rtol: Erlaubte relative Abweichung.
        atol: Erlaubte absolute Abweichung.
        rng: Zufallsgenerator der Linearkombination; ohne Angabe ist sie immer dieselbe.

    Raises:
        AssertionError: Wenn ein Gradient abweicht; der Text nennt Gradient, Stelle und Betrag.
        TypeError: Wenn ``x`` kein Array ist oder ein Parameter nicht in float64 vorliegt.
    """
    x = require_numbers("x", x).astype(np.float64)
    for name, parameter in module.named_parameters():
        if parameter.dtype != np.float64:
            raise TypeError(
                f"Der Parameter {name} hat den Datentyp {parameter.dtype}; erlaubt ist float64."
            )
    outputs, cache = module.compute_outputs(x.copy())
    weights = (rng or np.random.default_rng(0)).uniform(0.5, 1.5, size=outputs.shape)
    module.zero_grad()
    dx = module.compute_grads(weights.copy(), cache)
    # Erst alle Gradienten sichern: Die Differenzenquotienten verändern die Parameter.
    computed = [("x", x, dx)]
    computed += [(name, p, p.grad.copy()) for name, p in module.named_parameters()]
    for name, values, grad in computed:
        if np.shape(grad) != values.shape:
            raise AssertionError(
                f"Der Gradient von {name} hat die Form {np.shape(grad)} statt {values.shape}."
            )
        expected = _difference_quotients(module, x, values, weights, epsilon)
        _require_close(name, np.asarray(grad), expected, rtol, atol)


def _difference_quotients(
    module: Module, x: np.ndarray, values: np.ndarray, weights: np.ndarray, epsilon: float
) -> np.ndarray:
    quotients = np.zeros(values.shape)
    for index in np.ndindex(values.shape):
        original = values[index]
        sides = []
        for step in (epsilon, -epsilon):
            values[index] = original + step
            sides.append(np.sum(weights * module.compute_outputs(x.copy())[0]))
        values[index] = original
        quotients[index] = (sides[0] - sides[1]) / (2 * epsilon)
    return quotients


def _require_close(
    name: str, grad: np.ndarray, expected: np.ndarray, rtol: float, atol: float
) -> None:
    error = np.abs(grad - expected)
    excess = error - (atol + rtol * np.abs(expected))
    # Die Verneinung findet auch NaN.
    if np.all(excess <= 0):
        return
    index = np.unravel_index(np.argmax(np.where(np.isnan(excess), np.inf, excess)), excess.shape)
    place = ", ".join(map(str, index))
    raise AssertionError(
        f"Der Gradient von {name} weicht an der Stelle [{place}] um {error[index]:.3g} ab: "
        f"compute_grads liefert {grad[index]:.6g}, der Differenzenquotient ist "
        f"{expected[index]:.6g}."
    )


def takes_signals(function: Callable) -> Callable:
    """Prüft vor dem Aufruf ``function(x, k)``, dass Signal und Kern zueinander passen.

    Verlangt werden zwei eindimensionale Arrays aus Zahlen mit ``1 ≤ len(k) ≤ len(x)``. Arrays
    ganzer Zahlen kommen als int64 an.
    """

    @functools.wraps(function)
    def checked(x: np.ndarray, k: np.ndarray) -> np.ndarray:
        x, k = require_numbers("x", x, 1), require_numbers("k", k, 1)
        _require_fit("k", k.shape, x.shape)
        return function(x, k)

    return checked


def takes_images(function: Callable) -> Callable:
    """Prüft vor dem Aufruf ``function(x, k)``, dass Bilder und Kerne zueinander passen.

    Verlangt werden Arrays der Formen ``(N, Ci, A, B)`` und ``(Co, Ci, R1, R2)`` mit ``R1 ≤ A``
    und ``R2 ≤ B``. Arrays ganzer Zahlen kommen als int64 an.
    """

    @functools.wraps(function)
    def checked(x: np.ndarray, k: np.ndarray) -> np.ndarray:
        x, k = require_numbers("x", x, 4), require_numbers("k", k, 4)
        if x.shape[1] != k.shape[1]:
            raise ValueError(
                f"k mit der Form {k.shape} erwartet die Kanalzahl {k.shape[1]}; x mit der Form "
                f"{x.shape} hat {x.shape[1]}, erlaubt ist nur die gleiche."
            )
        _require_fit("k", k.shape[2:], x.shape[2:])
        return function(x, k)

    return checked


def require_numbers(name: str, value: Any, ndim: int | None = None) -> np.ndarray:
    """Verlangt ein Array aus ganzen Zahlen oder Gleitkommazahlen.

    Args:
        name: Name des Arguments für die Meldung.
        value: Sein Wert.
        ndim: Verlangte Zahl der Achsen, falls festgelegt.

    Returns:
        Das Array, ganze Zahlen als int64, damit kleine Ganzzahltypen nicht überlaufen.

    Raises:
        TypeError: Wenn es kein Array aus solchen Zahlen ist.
        ValueError: Wenn die Zahl der Achsen nicht stimmt.
    """
    if not isinstance(value, (np.ndarray, np.number)) or value.dtype.kind not in "iuf":
        raise TypeError(
            f"{name} ist {_describe(value)}; erlaubt ist ein NumPy-Array aus ganzen Zahlen oder "
            "Gleitkommazahlen."
        )
    if ndim is not None and value.ndim != ndim:
        raise ValueError(
            f"{name} hat die Form {value.shape} und damit {value.ndim} Achsen; erlaubt "
            f"{'ist' if ndim == 1 else 'sind'} genau {ndim}."
        )
    # NumPy macht aus Ergebnissen ohne Achsen Zahlen; sie sind hier auch willkommen.
    return np.asarray(value, dtype=None if value.dtype.kind == "f" else np.int64)


def require_images(x: np.ndarray, kernel_size: tuple[int, int], channels: int | None) -> None:
    """Verlangt Bilder ``(N, C, H, W)``, in die der Kern passt.

    Args:
        x: Die Bilder.
        kernel_size: Höhe und Breite des Kerns.
        channels: Verlangte Zahl der Kanäle, ``None`` für beliebig viele.

    Raises:
        ValueError: Wenn eine der Größen nicht passt.
    """
    require_numbers("x", x, 4)
    if channels is not None and x.shape[1] != channels:
        raise ValueError(
            f"x mit der Form {x.shape} hat die Kanalzahl {x.shape[1]}; erlaubt ist nur "
            f"in_channels = {channels}."
        )
    _require_fit("kernel_size", kernel_size, x.shape[2:])


def positive_integer(name: str, value: int) -> int:
    """Gibt eine ganze Zahl ab 1 zurück.

    Raises:
        TypeError: Wenn ``value`` keine ganze Zahl ist.
        ValueError: Wenn sie kleiner als 1 ist.
    """
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, np.integer)):
        raise TypeError(f"{name} ist {_describe(value)}; erlaubt ist eine ganze Zahl ab 1.")
    if value < 1:
        raise ValueError(f"{name} ist {value}; erlaubt ist eine ganze Zahl ab 1.")
    return operator.index(value)


def height_and_width(name: str, value: int | Sequence[int]) -> tuple[int, int]:
    """Gibt Höhe und Breite zurück; eine einzelne Zahl gilt für beide.

    Raises:
        TypeError: Wenn ``value`` weder eine ganze Zahl noch ein Paar ganzer Zahlen ist.
        ValueError: Wenn es nicht zwei Zahlen sind oder eine kleiner als 1 ist.
    """
    sizes = _sizes(name, value)
    if isinstance(value, (int, np.integer)):
        sizes *= 2
    if len(sizes) != 2:
        raise ValueError(
            f"{name} ist {sizes}; erlaubt sind eine ganze Zahl oder das Paar (Höhe, Breite)."
        )
    return sizes


def _sizes(name: str, value: int | Sequence[int]) -> tuple[int, ...]:
    if isinstance(value, (tuple, list)):
        if not value:
            raise ValueError(f"{name} ist leer; erlaubt ist mindestens eine ganze Zahl ab 1.")
        return tuple(positive_integer(f"{name}[{i}]", size) for i, size in enumerate(value))
    if isinstance(value, (int, np.integer)):
        return (positive_integer(name, value),)
    raise TypeError(
        f"{name} ist {_describe(value)}; erlaubt sind eine ganze Zahl oder ein Tupel ganzer Zahlen."
    )


def _require_fit(name: str, kernel: Sequence[int], signal: Sequence[int]) -> None:
    for axis, (size, length) in enumerate(zip(kernel, signal, strict=True)):
        if not 1 <= size <= length:
            which = "" if len(kernel) == 1 else f" in der {axis + 1}. räumlichen Achse"
            raise ValueError(
                f"{name} hat{which} die Größe {size}; erlaubt ist bei dieser Größe des Signals, "
                f"{length}, eine Größe von 1 bis {length}."
                if length
                else f"x hat{which} die Größe 0; erlaubt ist eine Größe ab {max(size, 1)}."
            )


def _describe(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"ein Array mit dem Datentyp {value.dtype}"
    if value is None or isinstance(value, (bool, int, float, str)):
        return repr(value)
    return f"vom Typ {type(value).__name__}"
