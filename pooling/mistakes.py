"""Bekannte Fehler der Übung, jeder mit der Meldung, die er auslösen muss.

Der Ausschnitt eines Fensters kommt in fünf Teilen vor, die Ausgabegröße in dreien: Ihre Fehler
sind überall dieselben und stehen deshalb einmal.
"""

from __future__ import annotations

from faltwerk.cases import Mistake


def _size(gap: int, side: str, other: str, name: str, other_name: str) -> tuple[Mistake, ...]:
    """Fehler in der Formel für die Ausgabegröße; ``side`` ist ``h`` oder ``w``."""
    effective = f"dilation_{side} * (kernel_{side} - 1)"
    padded = f"input_{side} + 2 * padding_{side}"
    return (
        Mistake(
            gap,
            f"({padded} - {effective} - 1) // stride_{side}",
            f"Die {name} ist um 1 zu klein: Die Division zählt die Schritte, das erste Fenster "
            "steht aber schon vor dem ersten Schritt da.",
        ),
        Mistake(
            gap,
            f"({padded} - {effective} - 1) / stride_{side} + 1",
            f"Die {name} ist keine ganze Zahl: Ein angefangenes Fenster zählt nicht mit, "
            "also muss der Quotient abgerundet werden.",
        ),
        Mistake(
            gap,
            f"-(-({padded} - {effective} - 1) // stride_{side}) + 1",
            f"Die {name} wird aufgerundet. Bleibt bei der Division ein Rest, so passt dort kein "
            "ganzes Fenster mehr hin.",
        ),
        Mistake(
            gap,
            f"(input_{side} - kernel_{side}) // stride_{side} + 1",
            f"Für die {name} fehlen Padding und Dilation: Das eine vergrößert die Eingabe, "
            "die andere das Fenster.",
        ),
        Mistake(
            gap,
            f"({padded} - kernel_{side}) // stride_{side} + 1",
            f"Für die {name} fehlt die Dilation: Sie zieht das Fenster auseinander, "
            "es überdeckt dann mehr als kernel_size.",
        ),
        Mistake(
            gap,
            f"(input_{side} - {effective} - 1) // stride_{side} + 1",
            f"Für die {name} fehlt das Padding, das die Eingabe auf beiden Seiten vergrößert.",
        ),
        Mistake(
            gap,
            f"(input_{side} + padding_{side} - {effective} - 1) // stride_{side} + 1",
            f"Für die {name} zählt das Padding nur auf einer Seite. Angefügt wird es an beiden "
            "Rändern.",
        ),
        Mistake(
            gap,
            f"({padded} - dilation_{side} * kernel_{side}) // stride_{side} + 1",
            "Die Dilation vervielfacht die Abstände zwischen den Fensterelementen, nicht deren "
            "Anzahl: Ein Fenster mit drei Elementen hat zwei Abstände.",
        ),
        Mistake(
            gap,
            f"(input_{other} + 2 * padding_{other} - dilation_{other} * (kernel_{other} - 1) - 1) "
            f"// stride_{other} + 1",
            f"Hier steht die {other_name}, verlangt ist die {name}: In jedem Paar kommt die Höhe "
            "zuerst, dann die Breite.",
        ),
        Mistake(
            gap,
            f"input_{side} // stride_{side}",
            f"Für die {name} fehlt die Größe des Fensters: Auch das letzte Fenster muss noch ganz "
            "in die Eingabe passen.",
        ),
    )


def _output_size(gap: int, kernel: str, stride: str) -> tuple[Mistake, ...]:
    """Fehler beim Aufruf von ``get_output_shape``."""
    return (
        Mistake(
            gap,
            f"get_output_shape(input_shape, {kernel})",
            "Die Schrittweite fehlt beim Aufruf von `get_output_shape`; ohne sie gilt die "
            "Voreinstellung (1, 1), und die Ausgabe wird zu groß.",
        ),
        Mistake(
            gap,
            f"get_output_shape(input_shape, {stride}, {kernel})",
            "Fenster und Schrittweite sind beim Aufruf von `get_output_shape` vertauscht: "
            "Das Fenster kommt zuerst.",
        ),
        Mistake(
            gap,
            f"get_output_shape(input_tensor.shape, {kernel}, {stride})",
            "`get_output_shape` erwartet nur Höhe und Breite der Eingabe, nicht alle vier Achsen.",
        ),
        Mistake(
            gap,
            f"get_output_shape(input_shape, {kernel}, {stride})[::-1]",
            "Höhe und Breite der Ausgabe sind vertauscht: `get_output_shape` gibt zuerst die Höhe "
            "zurück.",
        ),
        Mistake(
            gap,
            "input_shape",
            "Die Ausgabe ist hier so groß wie die Eingabe. Sie hat aber nur so viele Zeilen und "
            "Spalten, wie Fenster untereinander und nebeneinander passen.",
        ),
    )


def _vertical(gap: int) -> tuple[Mistake, ...]:
    """Fehler im vertikalen Ausschnitt des Fensters."""
    return _slice(gap, "row", "h", "w", "vertikal", "Zeile", "Höhe")


def _horizontal(gap: int) -> tuple[Mistake, ...]:
    """Fehler im horizontalen Ausschnitt des Fensters."""
    return _slice(gap, "col", "w", "h", "horizontal", "Spalte", "Breite")


def _slice(
    gap: int, index: str, side: str, other: str, direction: str, line: str, extent: str
) -> tuple[Mistake, ...]:
    return (
        Mistake(
            gap,
            f"slice({index}, {index} + kernel_{side})",
            f"Die Schrittweite fehlt: `{index}` zählt die Fenster, nicht die {line}n der Eingabe.",
        ),
        Mistake(
            gap,
            f"slice({index} * stride_{side}, kernel_{side})",
            f"Die zweite Angabe von `slice` ist das Ende, nicht die Länge: Das Fenster endet nur "
            f"dann bei kernel_{side}, wenn es in {line} 0 beginnt.",
        ),
        Mistake(
            gap,
            f"slice({index} * stride_{side}, {index} * stride_{side} + kernel_{side} - 1)",
            f"Dem Fenster fehlt die letzte {line}: `slice` lässt das Ende ohnehin schon weg.",
        ),
        Mistake(
            gap,
            f"slice({index} * kernel_{side}, ({index} + 1) * kernel_{side})",
            "Der Anfang des Fensters wächst hier um die Fenstergröße. Fenster rücken aber um die "
            "Schrittweite weiter und können sich überlappen.",
        ),
        Mistake(
            gap,
            f"slice({index} * stride_{side}, ({index} + 1) * stride_{side})",
            "Das Fenster reicht hier nur bis zum Anfang des nächsten. Wie groß es ist, bestimmt "
            "die Fenstergröße, nicht die Schrittweite.",
        ),
        Mistake(
            gap,
            f"slice({index} * stride_{other}, {index} * stride_{other} + kernel_{side})",
            f"Hier steht die falsche Schrittweite: In dieser Richtung gilt die {direction}e.",
        ),
        Mistake(
            gap,
            f"slice({index} * stride_{side}, {index} * stride_{side} + kernel_{other})",
            f"Hier steht die falsche Seite des Fensters: Für diesen Ausschnitt zählt seine "
            f"{extent}.",
        ),
    )


def _too_large(gap: int, index: str, side: str, line: str, extent: str) -> Mistake:
    """Ein zu großes Fenster; beim Max-Pooling rückwärts ändert es nichts, sonst überall."""
    return Mistake(
        gap,
        f"slice({index} * stride_{side}, {index} * stride_{side} + kernel_{side} + 1)",
        f"Das Fenster ist um eine {line} zu groß: Die {extent} des Ausschnitts ist Ende minus "
        "Anfang.",
    )


_GRAD = "output_tensor_grad[sample, channel, row, col]"
_OUT = "output_tensor[sample, channel, row, col]"

MISTAKES = (
    *_size(1, "h", "w", "Ausgabehöhe", "Ausgabebreite"),
    *_size(2, "w", "h", "Ausgabebreite", "Ausgabehöhe"),
    *_output_size(3, "kernel_size", "stride"),
    *_vertical(4),
    _too_large(4, "row", "h", "Zeile", "Höhe"),
    *_horizontal(5),
    _too_large(5, "col", "w", "Spalte", "Breite"),
    Mistake(
        6,
        f"{_OUT} = np.argmax(window)",
        "Geschrieben wird die Stelle des Maximums statt des Maximums selbst.",
    ),
    Mistake(
        6,
        f"{_OUT} = np.max(window, axis=0)",
        "Hier entsteht keine einzelne Zahl. Mit `axis` zum Beispiel gibt es ein Maximum je Zeile "
        "oder Spalte; gesucht ist eines für das ganze Fenster.",
    ),
    Mistake(
        6,
        f"{_OUT} = np.mean(window)",
        "Das ist der Mittelwert des Fensters; Max-Pooling nimmt den größten Wert.",
    ),
    Mistake(
        6,
        f"{_OUT} = np.min(window)",
        "Das ist der kleinste Wert des Fensters; Max-Pooling nimmt den größten.",
    ),
    Mistake(
        6,
        f"{_OUT} = np.max(np.abs(window))",
        "Gesucht ist der größte Wert, nicht der größte Betrag: Negative Zahlen bleiben negativ.",
    ),
    Mistake(
        6,
        f"{_OUT} = max({_OUT}, np.max(window))",
        "Die Ausgabe ist mit Nullen vorbelegt, deshalb kommt hier nie etwas Negatives heraus. "
        "Ein Fenster voller negativer Zahlen hat aber ein negatives Maximum.",
    ),
    Mistake(
        6,
        f"{_OUT} = np.nanmax(window)",
        "NaN wird hier übergangen. Enthält ein Fenster NaN, so ist sein Maximum NaN, wie in "
        "PyTorch.",
    ),
    Mistake(
        6,
        "output_tensor[sample, channel, col, row] = np.max(window)",
        "Zeile und Spalte sind beim Schreiben vertauscht: In NCHW kommt die Höhe vor der Breite.",
    ),
    Mistake(
        7,
        "maxpool2d(input_tensor, (3, 3))",
        "Die Schrittweite fehlt beim Aufruf: Ohne sie rückt das Fenster nur um 1 weiter.",
    ),
    Mistake(
        7,
        "maxpool2d(input_tensor, (2, 2), stride=(3, 3))",
        "Fenster und Schrittweite sind vertauscht: Das Fenster ist 3×3 groß und rückt um 2 weiter.",
    ),
    Mistake(
        7,
        "maxpool2d(input_tensor, (2, 2), stride=(2, 2))",
        "Das Fenster ist zu klein: Auf dem Übungsblatt ist es 3×3 groß, nur die Schrittweite "
        "ist 2.",
    ),
    Mistake(
        7,
        "maxpool2d(input_tensor, (3, 3), stride=(3, 3))",
        "Die Schrittweite ist zu groß: Das Fenster ist 3×3 groß, rückt aber nur um 2 weiter.",
    ),
    Mistake(
        7,
        "maxpool2d(input_tensor, 3, stride=2)",
        "Fenster und Schrittweite sind Paare aus Höhe und Breite, keine einzelnen Zahlen.",
    ),
    *_output_size(8, "self.kernel_size", "self.stride"),
    *_vertical(9),
    _too_large(9, "row", "h", "Zeile", "Höhe"),
    *_horizontal(10),
    _too_large(10, "col", "w", "Spalte", "Breite"),
    Mistake(
        11,
        "np.max(window)",
        "Das ist das Maximum selbst; gesucht ist hier seine Stelle im Fenster als flacher Index.",
    ),
    Mistake(
        11,
        "np.argmax(window, axis=0)",
        "Hier entsteht kein einzelner Index. Mit `axis` zum Beispiel gibt es eine Stelle je Zeile "
        "oder Spalte; gesucht ist eine für das ganze Fenster.",
    ),
    Mistake(
        11,
        "np.argmin(window)",
        "Das ist die Stelle des kleinsten Werts; gesucht ist die des größten.",
    ),
    Mistake(
        11,
        "window.size - 1 - np.argmax(window[::-1, ::-1])",
        "Bei gleich großen Maxima kommt hier das letzte heraus; gelten soll das mit der kleinsten "
        "Zeile, dann der kleinsten Spalte.",
    ),
    Mistake(
        11,
        "np.argmax(window.T)",
        "Der flache Index zählt hier die Spalten durch statt der Zeilen: NumPy legt Arrays Zeile "
        "für Zeile ab.",
    ),
    Mistake(
        11,
        "np.argmax(np.abs(window))",
        "Gesucht ist die Stelle des größten Werts, nicht die des größten Betrags.",
    ),
    Mistake(
        12,
        "np.unravel_index(index, window.shape)[::-1]",
        "Zeile und Spalte sind vertauscht: Zuerst kommt y, also die Zeile, dann x, die Spalte.",
    ),
    Mistake(
        12,
        "divmod(index, kernel_h)",
        "Geteilt wird durch die Höhe des Fensters. Der flache Index wächst aber mit jeder Zeile um "
        "die Breite.",
    ),
    Mistake(
        12,
        "np.unravel_index(index, input_shape)",
        "Der flache Index zählt die Werte des Fensters; zerlegt wird er hier, als zählte er die "
        "der ganzen Eingabe.",
    ),
    Mistake(
        13,
        f"{_OUT} = index",
        "Geschrieben wird der flache Index des Maximums statt des Maximums selbst.",
    ),
    Mistake(
        13,
        f"{_OUT} = window[x, y]",
        "Zeile und Spalte sind beim Lesen vertauscht: `window` wird zuerst mit y, dann mit x "
        "angesprochen.",
    ),
    Mistake(
        13,
        f"{_OUT} = input_tensor[sample, channel, y, x]",
        "y und x zählen ab der Ecke des Fensters, gelesen wird hier aber ab der Ecke der Eingabe.",
    ),
    Mistake(
        13,
        "output_tensor[sample, channel, y, x] = window[y, x]",
        "Geschrieben wird an die Stelle des Maximums im Fenster; die Ausgabe hat dagegen einen "
        "Platz je Fenster.",
    ),
    Mistake(
        13,
        "output_tensor[sample, channel, col, row] = window[y, x]",
        "Zeile und Spalte sind beim Schreiben vertauscht: In NCHW kommt die Höhe vor der Breite.",
    ),
    Mistake(
        14,
        "positions[sample, channel, row, col] = x, y",
        "Die Stelle ist als (x, y) gespeichert, verlangt ist (y, x): zuerst die Zeile, dann die "
        "Spalte.",
    ),
    Mistake(
        14,
        "positions[sample, channel, row, col] = row * stride_h + y, col * stride_w + x",
        "Gespeichert wird die Stelle in der Eingabe; verlangt ist sie relativ zum Fenster.",
    ),
    Mistake(
        14,
        "positions[sample, channel, row, col] = index",
        "Gespeichert wird zweimal der flache Index; verlangt sind Zeile und Spalte.",
    ),
    Mistake(
        14,
        "positions[sample, channel, col, row] = y, x",
        "Die Stelle landet beim falschen Fenster: In NCHW kommt die Zeile vor der Spalte.",
    ),
    Mistake(
        14,
        "positions[sample, channel] = y, x",
        "Die Stelle eines Fensters überschreibt hier die aller anderen: Jedes Fenster hat in "
        "`positions` seinen eigenen Platz.",
    ),
    Mistake(
        15,
        "maxpool2d(input_tensor, (3, 3), stride=(2, 2))",
        "Nur die Schicht `layer` merkt sich die Stellen der Maxima, und sie wurde nicht "
        "aufgerufen.",
    ),
    Mistake(
        15,
        "layer(input_tensor[0])",
        "Die Schicht erwartet alle vier Achsen, auch wenn die Eingabe nur ein Beispiel enthält.",
    ),
    Mistake(
        15,
        "layer(input_tensor)[0]",
        "Die Achse der Beispiele fehlt in der Ausgabe: Auch ein einziges Beispiel behält sie.",
    ),
    *_vertical(16),
    *_horizontal(17),
    Mistake(
        18,
        f"window_grad[y, x] = {_GRAD}",
        "Der Gradient wird überschrieben statt addiert. Ist ein Wert das Maximum mehrerer "
        "Fenster, so kommt aus jedem ein Beitrag.",
    ),
    Mistake(
        18,
        f"window_grad[x, y] += {_GRAD}",
        "Zeile und Spalte sind vertauscht: Das Fenster wird zuerst mit y, dann mit x angesprochen.",
    ),
    Mistake(
        18,
        f"input_tensor_grad[sample, channel, y, x] += {_GRAD}",
        "y und x zählen ab der Ecke des Fensters, addiert wird hier aber ab der Ecke der Eingabe.",
    ),
    Mistake(
        18,
        f"window_grad += {_GRAD}",
        "Der Gradient geht hier an das ganze Fenster. Auf die Ausgabe gewirkt hat aber nur das "
        "Maximum.",
    ),
    Mistake(
        18,
        "window_grad[y, x] += output_tensor_grad[sample, channel, y, x]",
        "Gelesen wird der Gradient eines falschen Fensters: y und x gelten im Fenster, der "
        "Gradient der Ausgabe hat einen Wert je Fenster.",
    ),
    Mistake(
        18,
        "window_grad[y, x] += 1",
        "1 ist nur die Ableitung des Maximums. Nach der Kettenregel wird sie mit dem Gradienten "
        "der Ausgabe multipliziert.",
    ),
    Mistake(
        19,
        "maxpool2d(input_tensor, (3, 3), stride=(2, 2))",
        "Die Schicht `layer` wurde nicht aufgerufen; ohne ihren Vorwärtsschritt kennt sie weder "
        "die Stellen der Maxima noch die Form der Eingabe.",
    ),
    Mistake(
        19,
        "layer(input_tensor[0])",
        "Die Schicht erwartet alle vier Achsen, auch wenn die Eingabe nur ein Beispiel enthält.",
    ),
    Mistake(
        19,
        "layer(output_tensor_grad)",
        "Vorwärts geht die Eingabe durch die Schicht; der Gradient der Ausgabe kommt erst "
        "rückwärts dran.",
    ),
    Mistake(
        20,
        "layer.backward_input(output_tensor)",
        "Rückwärts wird der Gradient der Ausgabe gebraucht, nicht die Ausgabe selbst.",
    ),
    Mistake(
        20,
        "layer.backward_input(input_tensor)",
        "Rückwärts wird der Gradient der Ausgabe gebraucht, nicht die Eingabe.",
    ),
    Mistake(
        20,
        "layer.backward_input(np.ones_like(output_tensor))",
        "Der Gradient der Ausgabe ist auf dem Übungsblatt vorgegeben; lauter Einsen gehören zu "
        "einer anderen Aufgabe.",
    ),
    *_output_size(21, "self.kernel_size", "self.stride"),
    *_vertical(22),
    _too_large(22, "row", "h", "Zeile", "Höhe"),
    *_horizontal(23),
    _too_large(23, "col", "w", "Spalte", "Breite"),
    Mistake(
        24,
        f"{_OUT} = np.sum(window)",
        "Das ist die Summe des Fensters; für den Mittelwert fehlt die Division.",
    ),
    Mistake(
        24,
        f"{_OUT} = np.max(window)",
        "Das ist noch das Maximum; Average-Pooling nimmt den Mittelwert des Fensters.",
    ),
    Mistake(
        24,
        f"{_OUT} = np.mean(window, axis=0)",
        "Hier entsteht keine einzelne Zahl. Mit `axis` zum Beispiel gibt es einen Mittelwert je "
        "Zeile oder Spalte; gesucht ist einer für das ganze Fenster.",
    ),
    Mistake(
        24,
        f"{_OUT} = np.sum(window) / (stride_h * stride_w)",
        "Geteilt wird durch die Schrittweiten. Gemittelt wird aber über so viele Werte, wie das "
        "Fenster hat.",
    ),
    Mistake(
        24,
        f"{_OUT} = np.sum(window) / kernel_h**2",
        "Die Zahl der Werte stimmt nur für quadratische Fenster.",
    ),
    Mistake(
        24,
        f"{_OUT} = np.sum(window) // window.size",
        "Die ganzzahlige Division schneidet die Nachkommastellen ab; ein Mittelwert hat welche.",
    ),
    Mistake(
        24,
        f"{_OUT} = np.median(window)",
        "Das ist der Median; gesucht ist das arithmetische Mittel.",
    ),
    *_vertical(25),
    _too_large(25, "row", "h", "Zeile", "Höhe"),
    *_horizontal(26),
    _too_large(26, "col", "w", "Spalte", "Breite"),
    Mistake(
        27,
        f"window_grad += {_GRAD}",
        "Jeder Wert des Fensters bekommt hier den vollen Gradienten. Er hat zum Mittelwert aber "
        "nur einen Bruchteil beigetragen.",
    ),
    Mistake(
        27,
        f"window_grad[...] = {_GRAD} / (kernel_h * kernel_w)",
        "Der Gradient wird überschrieben statt addiert. Wo sich Fenster überlappen, kommt aus "
        "jedem ein Beitrag.",
    ),
    Mistake(
        27,
        f"window_grad += {_GRAD} / (stride_h * stride_w)",
        "Geteilt wird durch die Schrittweiten. Verteilt wird der Gradient aber auf so viele Werte, "
        "wie das Fenster hat.",
    ),
    Mistake(
        27,
        f"window_grad += {_GRAD} / kernel_h**2",
        "Die Zahl der Werte stimmt nur für quadratische Fenster.",
    ),
    Mistake(
        27,
        f"window_grad += {_GRAD} // (kernel_h * kernel_w)",
        "Die ganzzahlige Division schneidet die Nachkommastellen des Gradienten ab.",
    ),
    Mistake(
        27,
        f"window_grad = window_grad + {_GRAD} / (kernel_h * kernel_w)",
        "Hier entsteht ein neues Array, und `input_tensor_grad` bleibt null. Geschrieben werden "
        "muss in die Sicht selbst.",
    ),
    Mistake(
        27,
        f"window_grad += {_GRAD} / input_tensor_grad[sample, channel].size",
        "Verteilt wird der Gradient nur auf das Fenster, nicht auf die ganze Eingabe.",
    ),
    Mistake(
        28,
        "layer(rng.standard_normal(input_tensor.shape))",
        "Hier wird eine zweite Eingabe gezogen; durch die Schicht gehen soll `input_tensor`.",
    ),
    Mistake(
        28,
        "AvgPool2d((3, 3), stride=(2, 2))(input_tensor)",
        "Hier fehlt der Vorwärtsschritt der Schicht `layer`: Ohne ihn kennt sie die Form der "
        "Eingabe nicht und kann nicht zurückrechnen.",
    ),
    Mistake(
        28,
        "layer(input_tensor[0])",
        "Die Schicht erwartet alle vier Achsen, auch wenn die Eingabe nur ein Beispiel enthält.",
    ),
    Mistake(
        28,
        "layer(output_tensor_grad)",
        "Vorwärts geht die Eingabe durch die Schicht; der Gradient der Ausgabe kommt erst "
        "rückwärts dran.",
    ),
    Mistake(
        29,
        "layer.backward_input(output_tensor)",
        "Rückwärts wird der Gradient der Ausgabe gebraucht, nicht die Ausgabe selbst.",
    ),
    Mistake(
        29,
        "layer.backward_input(input_tensor)",
        "Rückwärts wird der Gradient der Ausgabe gebraucht, nicht die Eingabe.",
    ),
    Mistake(
        29,
        "layer.backward_input(rng.standard_normal(output_tensor.shape))",
        "Zufällig darf hier nur die Eingabe sein; der Gradient der Ausgabe ist vorgegeben, denn "
        "von ihm hängt das Ergebnis ab.",
    ),
    Mistake(
        30,
        "F.max_pool2d(input_tensor, kernel_size)",
        "Die Schrittweite fehlt: PyTorch nimmt dann die Fenstergröße, nicht 1.",
    ),
    Mistake(
        30,
        "F.max_pool2d(input_tensor, stride, kernel_size)",
        "Fenster und Schrittweite sind vertauscht: Das Fenster kommt zuerst.",
    ),
    Mistake(
        30,
        "F.avg_pool2d(input_tensor, kernel_size, stride=stride)",
        "Das ist Average-Pooling; hier ist Max-Pooling verlangt.",
    ),
    Mistake(
        30,
        "F.max_pool2d(input_tensor, kernel_size, stride=stride, ceil_mode=True)",
        "Mit `ceil_mode` zählen auch angefangene Fenster mit; hier fallen sie weg.",
    ),
    Mistake(
        30,
        "F.max_pool2d(input_tensor.detach(), kernel_size, stride=stride)",
        "Die Ausgabe hängt an keinem Rechengraphen, so kann Autograd nicht bis zu `input_tensor` "
        "zurückrechnen. Das bewirken `detach` und `torch.no_grad()`, aber auch ein neuer Tensor "
        "aus dem Array.",
    ),
    Mistake(
        30,
        "F.max_pool2d(input_tensor.float(), kernel_size, stride=stride)",
        "Die Ausgabe ist in einfacher Genauigkeit (float32), verlangt ist float64. `input_tensor` "
        "hat schon den richtigen Datentyp und braucht keine Umwandlung.",
    ),
    Mistake(
        31,
        "F.avg_pool2d(input_tensor, kernel_size)",
        "Die Schrittweite fehlt: PyTorch nimmt dann die Fenstergröße, nicht 1.",
    ),
    Mistake(
        31,
        "F.avg_pool2d(input_tensor, stride, kernel_size)",
        "Fenster und Schrittweite sind vertauscht: Das Fenster kommt zuerst.",
    ),
    Mistake(
        31,
        "F.max_pool2d(input_tensor, kernel_size, stride=stride)",
        "Das ist Max-Pooling; hier ist Average-Pooling verlangt.",
    ),
    Mistake(
        31,
        "F.avg_pool2d(input_tensor, kernel_size, stride=stride, divisor_override=1)",
        "Das ist die Summe jedes Fensters; für den Mittelwert muss durch seine Größe geteilt "
        "werden.",
    ),
    Mistake(
        31,
        "F.avg_pool2d(input_tensor.detach(), kernel_size, stride=stride)",
        "Die Ausgabe hängt an keinem Rechengraphen, so kann Autograd nicht bis zu `input_tensor` "
        "zurückrechnen. Das bewirken `detach` und `torch.no_grad()`, aber auch ein neuer Tensor "
        "aus dem Array.",
    ),
    Mistake(
        31,
        "F.avg_pool2d(input_tensor.float(), kernel_size, stride=stride)",
        "Die Ausgabe ist in einfacher Genauigkeit (float32), verlangt ist float64. `input_tensor` "
        "hat schon den richtigen Datentyp und braucht keine Umwandlung.",
    ),
)
