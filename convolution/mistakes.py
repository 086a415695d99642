"""Fehler, die in der Übung »Faltung« wirklich vorkommen, mit ihren Meldungen."""

from __future__ import annotations

from textwrap import dedent

from faltwerk.cases import Mistake


def _mistake(gap: int, code: str, message: str) -> Mistake:
    return Mistake(gap=gap, code=dedent(code).strip(), message=message)


MISTAKES = (
    _mistake(
        1,
        "return sig2col(x, k.shape) @ k[::-1]",
        "Das ist schon die Faltung, also die Rechnung mit gespiegeltem Kern. Bei der "
        "Kreuzkorrelation laufen Signal und Kern in dieselbe Richtung.",
    ),
    _mistake(
        1,
        'return np.correlate(x, k, mode="valid")',
        "`np.correlate` ist in dieser Aufgabe nicht erlaubt: Bilden Sie die Summe der Produkte an "
        "jeder Position selbst, zum Beispiel aus den Fenstern, die `sig2col` liefert.",
    ),
    _mistake(
        1,
        'return np.convolve(x, k[::-1], mode="valid")',
        "`np.convolve` ist in dieser Aufgabe nicht erlaubt: Bilden Sie die Summe der Produkte an "
        "jeder Position selbst, zum Beispiel aus den Fenstern, die `sig2col` liefert.",
    ),
    _mistake(
        1,
        "return np.array([x[i : i + len(k)] @ k for i in range(len(x) - len(k))])",
        "Die letzte Position fehlt. Zählen Sie an einem kleinen Beispiel nach, an wie vielen "
        "Stellen der Kern ganz ins Signal passt.",
    ),
    _mistake(
        1,
        """
        y = np.zeros(len(x) - len(k) + 1)
        for i in range(len(y)):
            for j in range(len(k)):
                y[i] += x[i - j] * k[j]
        return y
        """,
        "Der Index `i - j` wird am linken Rand negativ, und Python liest dann vom rechten Ende "
        "des Signals. Bei der Kreuzkorrelation läuft der Index im Signal außerdem vorwärts.",
    ),
    _mistake(
        1,
        """
        padded = np.append(x, np.zeros(len(k) - 1))
        return sig2col(padded, k.shape) @ k
        """,
        "Ihre Ausgabe ist so lang wie das Signal. Gefragt sind nur die Positionen, an denen der "
        "Kern ganz im Signal liegt; ein Rand wird nicht ergänzt.",
    ),
    _mistake(
        1,
        """
        y = np.zeros(len(x) - len(k) + 1, dtype=x.dtype)
        for i in range(len(y)):
            y[i] = x[i : i + len(k)] @ k
        return y
        """,
        "Die Nachkommastellen gehen verloren, wenn `x` aus ganzen Zahlen besteht und `k` nicht: "
        "Der Datentyp der Ausgabe darf nicht allein von `x` kommen.",
    ),
    _mistake(
        1,
        "return np.array([np.mean(x[i : i + len(k)] * k) for i in range(len(x) - len(k) + 1)])",
        "Sie bilden den Mittelwert der Produkte; die Kreuzkorrelation ist ihre Summe.",
    ),
    _mistake(
        2,
        "return cross_correlation1d(x, k)",
        "Das ist die Kreuzkorrelation: Der Kern ist nicht gespiegelt. Bei der Faltung läuft der "
        "Index im Signal rückwärts.",
    ),
    _mistake(
        2,
        """
        y = np.zeros(len(x) - len(k) + 1)
        for i in range(len(y)):
            for j in range(len(k)):
                y[i] += x[i - j] * k[j]
        return y
        """,
        "Der Index `i - j` wird am linken Rand negativ, und Python liest dann vom rechten Ende "
        "des Signals. Die erste Stelle, an der kein Index hinausführt, ist nicht `i = 0`.",
    ),
    _mistake(
        2,
        "return cross_correlation1d(x[::-1], k)",
        "Das ist die Faltung, aber rückwärts: So kommt sie heraus, wenn das Signal gespiegelt wird "
        "statt des Kerns.",
    ),
    _mistake(
        2,
        "return cross_correlation1d(x[::-1], k[::-1])",
        "Das ist die Kreuzkorrelation, nur rückwärts; so kommt sie auch heraus, wenn Signal und "
        "Kern gespiegelt werden. Bei der Faltung wird allein der Kern gespiegelt.",
    ),
    _mistake(
        2,
        'return np.convolve(x, k, mode="valid")',
        "`np.convolve` ist in dieser Aufgabe nicht erlaubt: Bilden Sie die Summe der Produkte "
        "selbst, oder führen Sie die Faltung auf Ihre Kreuzkorrelation zurück.",
    ),
    _mistake(
        2,
        'return np.correlate(x, k[::-1], mode="valid")',
        "`np.correlate` ist in dieser Aufgabe nicht erlaubt; stattdessen hilft Ihre eigene "
        "Kreuzkorrelation aus Lücke 1.",
    ),
    _mistake(
        2,
        """
        positions = range(len(k), len(x))
        return np.array([sum(x[i - j] * k[j] for j in range(len(k))) for i in positions])
        """,
        "Die erste Position fehlt: Auch bei `i = R - 1` führt kein Index aus dem Signal hinaus.",
    ),
    _mistake(
        3,
        """
        columns = sig2col(x, k.shape[2:])
        n, ci, a, b, r1, r2 = columns.shape
        co = k.shape[0]
        rows = columns.transpose(0, 2, 3, 1, 4, 5).reshape(n * a * b, ci * r1 * r2)
        return (rows @ k.reshape(ci * r1 * r2, co)).reshape(n, a, b, co).transpose(0, 3, 1, 2)
        """,
        "`k.reshape(-1, Co)` macht aus den Kernen keine Spalten, sondern mischt ihre Werte: "
        "`reshape` behält die Reihenfolge im Speicher. Jeder Kern muss zuerst eine Zeile werden.",
    ),
    _mistake(
        3,
        """
        columns = sig2col(x, k.shape[2:])
        n, ci, a, b, r1, r2 = columns.shape
        co = k.shape[0]
        rows = columns.reshape(n * a * b, ci * r1 * r2)
        kernels = k.reshape(co, ci * r1 * r2).T
        return (rows @ kernels).reshape(n, a, b, co).transpose(0, 3, 1, 2)
        """,
        "Die Zeilen der Matrix sind keine Fenster: Nach `sig2col` steht die Kanalachse noch vor "
        "den Positionen. Bringen Sie alles, was zu einem Fenster gehört, vor dem `reshape` ans "
        "Ende.",
    ),
    _mistake(
        3,
        """
        columns = sig2col(x, k.shape[2:])
        n, ci, a, b, r1, r2 = columns.shape
        co = k.shape[0]
        rows = columns.transpose(0, 2, 3, 1, 4, 5).reshape(n * a * b, ci * r1 * r2)
        return (rows @ k.reshape(co, ci * r1 * r2).T).reshape(n, co, a, b)
        """,
        "Das Matrixprodukt stimmt, aber seine Spalten sind die Ausgangskanäle. `reshape` direkt "
        "auf `(N, Co, A', B')` vertauscht Kanäle und Positionen.",
    ),
    _mistake(
        3,
        """
        k = np.flip(k, axis=(2, 3))
        columns = sig2col(x, k.shape[2:])
        n, ci, a, b, r1, r2 = columns.shape
        co = k.shape[0]
        rows = columns.transpose(0, 2, 3, 1, 4, 5).reshape(n * a * b, ci * r1 * r2)
        kernels = k.reshape(co, ci * r1 * r2).T
        return (rows @ kernels).reshape(n, a, b, co).transpose(0, 3, 1, 2)
        """,
        "Sie spiegeln die Kerne. In neuronalen Netzen heißt zwar die Operation Faltung, "
        "gerechnet wird aber die Kreuzkorrelation.",
    ),
    _mistake(
        3,
        """
        columns = sig2col(x, k.shape[2:])
        n, ci, a, b, r1, r2 = columns.shape
        co = k.shape[0]
        rows = columns.transpose(0, 2, 3, 1, 4, 5).reshape(n * a * b, ci * r1 * r2)
        kernels = k.reshape(co, ci * r1 * r2).T
        return (rows @ kernels).reshape(n, a, b, co).transpose(0, 3, 2, 1)
        """,
        "Höhe und Breite der Ausgabe sind vertauscht: Die Kanäle gehören an die zweite Stelle, "
        "Höhe und Breite bleiben in ihrer Reihenfolge.",
    ),
    _mistake(
        3,
        """
        n, _, a, b = x.shape
        co, _, r1, r2 = k.shape
        y = np.zeros((n, co, a - r1 + 1, b - r2 + 1), dtype=int)
        for i, j in np.ndindex(y.shape[2:]):
            y[:, :, i, j] = np.tensordot(x[:, :, i : i + r1, j : j + r2], k, ((1, 2, 3), (1, 2, 3)))
        return y
        """,
        "In Ihrer Ausgabe stehen nur ganze Zahlen, die Nachkommastellen sind verloren. Ohne "
        "Angabe eines Datentyps legt `np.zeros` Gleitkommazahlen an.",
    ),
    _mistake(
        3,
        """
        n, _, a, b = x.shape
        co, _, r1, r2 = k.shape
        y = np.zeros((n, co, a - r1 + 1, b - r2 + 1), dtype=x.dtype)
        for i, j in np.ndindex(y.shape[2:]):
            y[:, :, i, j] = np.tensordot(x[:, :, i : i + r1, j : j + r2], k, ((1, 2, 3), (1, 2, 3)))
        return y
        """,
        "Die Nachkommastellen gehen verloren, wenn `x` aus ganzen Zahlen besteht und `k` nicht: "
        "Der Datentyp der Ausgabe darf nicht allein von `x` kommen.",
    ),
    _mistake(
        4,
        """
        shape = (self.out_channels, self.in_channels, *self.kernel_size)
        self.register_parameter("w", initial_weights(shape, rng))
        if self.use_bias:
            self.register_parameter("b", np.zeros(self.out_channels))
        """,
        "Ein Bias der Form `(Co,)` wird beim Addieren an der letzten Achse ausgerichtet, also an "
        "der Breite der Ausgaben. Er braucht Achsen der Länge 1, wo derselbe Wert gelten soll.",
    ),
    _mistake(
        4,
        """
        shape = (self.out_channels, self.in_channels, *self.kernel_size)
        self.register_parameter("w", initial_weights(shape, rng))
        self.register_parameter("b", np.zeros((1, self.out_channels, 1, 1)))
        """,
        "Die Schicht bekommt auch dann einen Bias, wenn `use_bias` es verbietet.",
    ),
    _mistake(
        4,
        """
        shape = (self.in_channels, self.out_channels, *self.kernel_size)
        self.register_parameter("w", initial_weights(shape, rng))
        if self.use_bias:
            self.register_parameter("b", np.zeros((1, self.out_channels, 1, 1)))
        """,
        "Ein- und Ausgangskanäle sind in der Form von `w` vertauscht; zuerst kommen die "
        "Ausgangskanäle.",
    ),
    _mistake(
        4,
        """
        shape = (self.out_channels, self.in_channels, *self.kernel_size[::-1])
        self.register_parameter("w", initial_weights(shape, rng))
        if self.use_bias:
            self.register_parameter("b", np.zeros((1, self.out_channels, 1, 1)))
        """,
        "Höhe und Breite des Kerns sind in der Form von `w` vertauscht.",
    ),
    _mistake(
        4,
        """
        shape = (self.out_channels, self.in_channels, *self.kernel_size)
        self.register_parameter("w", np.zeros(shape))
        if self.use_bias:
            self.register_parameter("b", np.zeros((1, self.out_channels, 1, 1)))
        """,
        "Mit lauter gleichen Gewichten lernen alle Kerne dasselbe: `w` braucht zufällige "
        "Startwerte.",
    ),
    _mistake(
        4,
        """
        shape = (self.out_channels, self.in_channels, *self.kernel_size)
        self.register_parameter("w", rng.normal(size=shape))
        if self.use_bias:
            self.register_parameter("b", np.zeros((1, self.out_channels, 1, 1)))
        """,
        "Einige Startwerte von `w` sind zu groß. `initial_weights(shape, rng)` zieht sie umso "
        "kleiner, je mehr Eingänge ein Ausgang hat; nehmen Sie die Werte von dort.",
    ),
    _mistake(
        4,
        """
        shape = (self.out_channels, self.in_channels, *self.kernel_size)
        self.register_parameter("w", initial_weights(shape, np.random.default_rng()))
        if self.use_bias:
            self.register_parameter("b", np.zeros((1, self.out_channels, 1, 1)))
        """,
        "Die Startwerte von `w` kommen nicht aus dem Generator `rng`; so lässt sich kein Lauf "
        "wiederholen.",
    ),
    _mistake(
        4,
        """
        shape = (self.out_channels, self.in_channels, *self.kernel_size)
        self.register_parameter("w", initial_weights(shape, rng))
        if self.use_bias:
            self.register_parameter("b", np.zeros((1, self.in_channels, 1, 1)))
        """,
        "Der Bias hat einen Wert je Eingangskanal; er gehört aber zu den Ausgaben.",
    ),
    _mistake(
        5,
        "return multi_channel_convolution2d(x, self.w), x",
        "Der Bias fehlt: Wenn die Schicht einen hat, wird er zu den Ausgaben addiert.",
    ),
    _mistake(
        5,
        "return multi_channel_convolution2d(x, self.w) + self.b, x",
        "Sie greifen auch dann auf `b` zu, wenn die Schicht keinen Bias hat.",
    ),
    _mistake(
        5,
        """
        outputs = multi_channel_convolution2d(x, np.flip(self.w, axis=(2, 3)))
        if self.use_bias:
            outputs = outputs + self.b
        return outputs, x
        """,
        "Vorwärts werden die Kerne nicht gespiegelt: Die Schicht rechnet eine Kreuzkorrelation.",
    ),
    _mistake(
        5,
        """
        outputs = multi_channel_convolution2d(x, self.w)
        if self.use_bias:
            outputs = outputs + self.b
        return outputs
        """,
        "Zurückgegeben werden nur die Ausgaben. Erwartet wird ein Paar: die Ausgaben und der "
        "Cache, aus dem `compute_grads` die Gradienten berechnet.",
    ),
    _mistake(
        5,
        """
        outputs = multi_channel_convolution2d(x, self.w)
        if self.use_bias:
            outputs = outputs - self.b
        return outputs, x
        """,
        "Der Bias wird addiert, nicht abgezogen.",
    ),
)

_GRADS = """
x = cache
r1, r2 = self.kernel_size
{dw}
{db}
padded = np.pad(grads, ((0, 0), (0, 0), {pad}))
{dx}
"""
_RIGHT = {
    "dw": "self.w.grad = multi_channel_convolution2d("
    "x.swapaxes(0, 1), grads.swapaxes(0, 1)).swapaxes(0, 1)",
    "db": "if self.use_bias:\n    self.b.grad = grads.sum(axis=(0, 2, 3)).reshape(self.b.shape)",
    "pad": "(r1 - 1, r1 - 1), (r2 - 1, r2 - 1)",
    "dx": "return multi_channel_convolution2d(padded, np.flip(self.w, axis=(2, 3)).swapaxes(0, 1))",
}


def _wrong_grads(message: str, **changed: str) -> Mistake:
    return Mistake(gap=6, code=_GRADS.format(**(_RIGHT | changed)).strip(), message=message)


MISTAKES += (
    _wrong_grads(
        "Die Kerne sind gespiegelt, aber ihre Ein- und Ausgangskanäle sind nicht getauscht. "
        "Rückwärts führt der Weg von den Ausgangs- zu den Eingangskanälen.",
        dx="return multi_channel_convolution2d(padded, np.flip(self.w, axis=(2, 3)))",
    ),
    _wrong_grads(
        "Für `dx` müssen die Kerne gespiegelt werden: Jeder Eingabewert bekommt die Gewichte in "
        "umgekehrter Reihenfolge zu spüren.",
        dx="return multi_channel_convolution2d(padded, self.w.swapaxes(0, 1))",
    ),
    _wrong_grads(
        "`dx` ist ein zweites Mal gespiegelt. Die Kerne zu spiegeln genügt, das Ergebnis steht "
        "danach schon richtig herum.",
        dx="flipped = np.flip(self.w, axis=(2, 3)).swapaxes(0, 1)\n"
        "return np.flip(multi_channel_convolution2d(padded, flipped), axis=(2, 3))",
    ),
    _wrong_grads(
        "Der Rand um `grads` ist zu breit. Ein Kern der Größe R ragt höchstens um R - 1 über "
        "den Rand hinaus.",
        pad="(r1, r1), (r2, r2)",
    ),
    _wrong_grads(
        "Beim Rand um `grads` sind Höhe und Breite des Kerns vertauscht.",
        pad="(r2 - 1, r2 - 1), (r1 - 1, r1 - 1)",
    ),
    _wrong_grads(
        "Der Gradient des Bias hat die falsche Form. Er muss genau so aussehen wie `b` selbst.",
        db="if self.use_bias:\n    self.b.grad = grads.sum(axis=(0, 2, 3))",
    ),
    _wrong_grads(
        "Der Gradient des Bias ist nur über die Bilder summiert. `b` wirkt auf jede Position "
        "seines Kanals, also gehören alle Positionen in die Summe.",
        db="if self.use_bias:\n    self.b.grad = grads.sum(axis=0, keepdims=True)",
    ),
    _wrong_grads(
        "Sie setzen `b.grad` auch dann, wenn die Schicht keinen Bias hat.",
        db="self.b.grad = grads.sum(axis=(0, 2, 3)).reshape(self.b.shape)",
    ),
    _wrong_grads(
        "`b.grad` wird nicht gesetzt.",
        db="",
    ),
    _wrong_grads(
        "Der Gradient des Bias ist über die Bilder gemittelt. Ob gemittelt wird, entscheidet die "
        "Verlustfunktion; die Schicht summiert.",
        db="if self.use_bias:\n"
        "    self.b.grad = (grads.sum(axis=(0, 2, 3)) / len(x)).reshape(self.b.shape)",
    ),
    _wrong_grads(
        "`w.grad` wächst mit jedem Aufruf. `compute_grads` setzt die Gradienten, es zählt sie "
        "nicht zu den alten dazu.",
        dw="self.w.grad += multi_channel_convolution2d("
        "x.swapaxes(0, 1), grads.swapaxes(0, 1)).swapaxes(0, 1)",
    ),
    _wrong_grads(
        "`w.grad` ist gespiegelt: Auch für die Gewichte genügt die Kreuzkorrelation von Eingabe "
        "und `grads`.",
        dw="dw = multi_channel_convolution2d(x.swapaxes(0, 1), grads.swapaxes(0, 1))\n"
        "self.w.grad = np.flip(dw, axis=(2, 3)).swapaxes(0, 1)",
    ),
    _wrong_grads(
        "In `w.grad` sind Ein- und Ausgangskanäle vertauscht: Beim Tausch von Bildern und Kanälen "
        "kommen die Eingangskanäle nach vorn und müssen wieder an die zweite Stelle.",
        dw="self.w.grad = multi_channel_convolution2d(x.swapaxes(0, 1), grads.swapaxes(0, 1))",
    ),
    _wrong_grads(
        "`w.grad` wird nicht gesetzt.",
        dw="",
    ),
    _wrong_grads(
        "Zu `np.empty` addieren Sie auf, was zufällig im Speicher stand. Wer aufsummiert, muss "
        "mit Nullen beginnen.",
        dx="dx = np.empty(x.shape)\n"
        "for i in range(grads.shape[2]):\n"
        "    for j in range(grads.shape[3]):\n"
        "        dx[:, :, i : i + r1, j : j + r2] += np.tensordot(\n"
        "            grads[:, :, i, j], self.w, axes=1)\n"
        "return dx",
    ),
    _wrong_grads(
        "Überlappende Fenster überschreiben sich in `dx` gegenseitig. Ein Eingabewert wirkt auf "
        "mehrere Ausgaben, also müssen sich seine Gradienten addieren.",
        dx="dx = np.zeros(x.shape)\n"
        "for i in range(grads.shape[2]):\n"
        "    for j in range(grads.shape[3]):\n"
        "        dx[:, :, i : i + r1, j : j + r2] = np.tensordot(\n"
        "            grads[:, :, i, j], self.w, axes=1)\n"
        "return dx",
    ),
    _wrong_grads(
        "Die Nachkommastellen von `dx` gehen verloren: Der Gradient braucht ein Array aus "
        "Gleitkommazahlen.",
        dx="flipped = np.flip(self.w, axis=(2, 3)).swapaxes(0, 1)\n"
        "dx = np.zeros(x.shape, dtype=int)\n"
        "dx[...] = multi_channel_convolution2d(padded, flipped)\n"
        "return dx",
    ),
    _mistake(
        7,
        "return np.max(x, 0), x > 0",
        "`np.max(x, 0)` sucht das Maximum entlang der Achse 0. Gefragt ist der Vergleich jedes "
        "Elements mit der Zahl 0.",
    ),
    _mistake(
        7,
        "return np.abs(x), x > 0",
        "Negative Werte sollen 0 werden, nicht ihr Vorzeichen verlieren.",
    ),
    _mistake(
        7,
        """
        x[x < 0] = 0
        return x, x > 0
        """,
        "Sie verändern die Eingabe selbst. Andere Teile des Netzes brauchen sie noch; rechnen "
        "Sie auf einem neuen Array.",
    ),
    _mistake(
        7,
        "return np.maximum(x, 0), x >= 0",
        "Bei `s = 0` soll der Gradient 0 sein, Ihr Cache behandelt 0 aber wie einen positiven "
        "Wert.",
    ),
    _mistake(
        7,
        "return np.minimum(x, 0), x > 0",
        "Sie behalten die negativen Werte. Die ReLU lässt die positiven durch.",
    ),
    _mistake(
        8,
        "return grads",
        "Sagt der Cache, wo die Eingabe positiv war, so kommt der Gradient bei Ihnen trotzdem "
        "überall durch. Er muss 0 sein, wo die Eingabe nicht positiv war, auch bei genau 0.",
    ),
    _mistake(
        8,
        "return cache.astype(float)",
        "Das ist nur die Ableitung der ReLU. Nach der Kettenregel wird sie mit `grads` "
        "multipliziert.",
    ),
    _mistake(
        8,
        "return np.maximum(grads, 0)",
        "Sie entscheiden nach dem Vorzeichen von `grads`. Es kommt darauf an, wo die Eingabe "
        "positiv war.",
    ),
    _mistake(
        8,
        "return np.where(cache, 0, grads)",
        "Die Maske ist verkehrt herum: Durchgelassen wird, wo die Eingabe positiv war.",
    ),
    _mistake(
        9,
        "return np.where(x > 0, x, self.alpha * np.exp(np.minimum(x, 0))), x",
        "Im negativen Zweig fehlt die `- 1`; ohne sie springt die Funktion bei 0.",
    ),
    _mistake(
        9,
        "return np.where(x > 0, x, np.expm1(np.minimum(x, 0))), x",
        "`alpha` fehlt: Es streckt den negativen Zweig.",
    ),
    _mistake(
        9,
        "return self.alpha * np.where(x > 0, x, np.expm1(np.minimum(x, 0))), x",
        "`alpha` streckt nur den negativen Zweig, nicht auch den positiven.",
    ),
    _mistake(
        9,
        "return np.where(x > 0, x, self.alpha * (np.exp(x) - 1)), x",
        "Bei großen positiven Eingaben läuft `exp` über: `np.where` rechnet beide Zweige aus, "
        "auch wo der negative verworfen wird. Begrenzen Sie, was in die Exponentialfunktion geht.",
    ),
    _mistake(
        9,
        "return np.where(x > 0, x, self.alpha * np.exp(np.minimum(x, 0)) - 1), x",
        "Auch die `- 1` gehört in die Klammer, die mit `alpha` multipliziert wird.",
    ),
    _mistake(
        9,
        "return np.maximum(x, self.alpha * np.expm1(np.minimum(x, 0))), x",
        "Das Maximum beider Zweige ist nicht die ELU: Ist `alpha` größer als 1, liegt der "
        "negative Zweig unter der Geraden. Entscheiden muss das Vorzeichen der Eingabe.",
    ),
    _mistake(
        9,
        """
        y = x.copy()
        y[x < 0] = self.alpha * np.expm1(x[x < 0])
        return y, x
        """,
        "Besteht `x` aus ganzen Zahlen, gehen die Nachkommastellen der Ausgaben verloren. Ihr "
        "Datentyp darf nicht der von `x` sein, wie ihn `x.copy()` oder `np.zeros_like(x)` hat.",
    ),
    _mistake(
        10,
        "return grads * np.where(cache > 0, 1, self.alpha * np.expm1(np.minimum(cache, 0)))",
        "Beim Ableiten fällt die Konstante weg: Im negativen Zweig bleibt keine `- 1` übrig.",
    ),
    _mistake(
        10,
        "return grads * np.where(cache > 0, 1, np.exp(np.minimum(cache, 0)))",
        "`alpha` fehlt in der Ableitung des negativen Zweigs.",
    ),
    _mistake(
        10,
        "return grads * np.where(cache >= 0, 1, self.alpha * np.exp(np.minimum(cache, 0)))",
        "Bei `s = 0` gilt der negative Zweig, die Ableitung ist dort `alpha` und nicht 1.",
    ),
    _mistake(
        10,
        "return grads * np.where(cache > 0, 1, self.alpha * np.exp(cache))",
        "Bei großen positiven Eingaben läuft `exp` über: `np.where` rechnet beide Zweige aus, "
        "auch wo der negative verworfen wird. Begrenzen Sie, was in die Exponentialfunktion geht.",
    ),
    _mistake(
        10,
        "return np.where(cache > 0, 1, self.alpha * np.exp(np.minimum(cache, 0)))",
        "Das ist nur die Ableitung der ELU. Nach der Kettenregel wird sie mit `grads` "
        "multipliziert.",
    ),
    _mistake(
        10,
        "return np.where(cache > 0, grads, 0)",
        "Das ist der Gradient der ReLU. Die ELU lässt auch bei negativen Eingaben etwas durch.",
    ),
    _mistake(
        10,
        """
        slope = np.ones_like(cache)
        slope[cache <= 0] = self.alpha * np.exp(cache[cache <= 0])
        return grads * slope
        """,
        "Besteht die Eingabe aus ganzen Zahlen, verliert die Ableitung ihre Nachkommastellen. "
        "`np.ones_like`, `np.zeros_like` und `copy` übernehmen den Datentyp der Eingabe.",
    ),
)

_POOL = """
{sizes}
windows = sig2col(x, {window}, stride={stride})
flat = windows.reshape(*windows.shape[:4], r1 * r2)
index = {index}
return np.take_along_axis(flat, index, axis=-1)[..., 0], (x.shape, index)
"""
_POOL_RIGHT = {
    "sizes": "r1, r2 = self.kernel_size",
    "window": "self.kernel_size",
    "stride": "self.kernel_size",
    "index": "flat.argmax(axis=-1, keepdims=True)",
}


def _wrong_pool(message: str, **changed: str) -> Mistake:
    return Mistake(gap=11, code=_POOL.format(**(_POOL_RIGHT | changed)).strip(), message=message)


MISTAKES += (
    _wrong_pool(
        "Die Fenster überlappen sich: Ohne Angabe ist die Schrittweite 1, hier soll sie so groß "
        "sein wie das Fenster.",
        stride="1",
    ),
    _wrong_pool(
        "Höhe und Breite des Fensters sind vertauscht.",
        sizes="r2, r1 = self.kernel_size",
        window="(r1, r2)",
        stride="(r1, r2)",
    ),
    _wrong_pool(
        "Sie nehmen das Minimum statt des Maximums.",
        index="flat.argmin(axis=-1, keepdims=True)",
    ),
    _wrong_pool(
        "Bei mehreren gleichen Maxima merken Sie sich das letzte; gefragt ist das erste.",
        index="r1 * r2 - 1 - flat[..., ::-1].argmax(axis=-1, keepdims=True)",
    ),
    _mistake(
        11,
        """
        r1, r2 = self.kernel_size
        windows = sig2col(x, self.kernel_size, stride=self.kernel_size)
        flat = windows.reshape(*windows.shape[:4], r1 * r2)
        index = flat.argmax(axis=-1, keepdims=True)
        return flat.mean(axis=-1), (x.shape, index)
        """,
        "Das ist der Mittelwert jedes Fensters; gefragt ist das Maximum.",
    ),
    _mistake(
        11,
        """
        r1, r2 = self.kernel_size
        windows = sig2col(x, self.kernel_size, stride=self.kernel_size)
        flat = windows.reshape(*windows.shape[:4], r1 * r2)
        outputs = np.zeros(flat.shape[:4])
        for i in range(r1 * r2):
            outputs = np.maximum(outputs, flat[..., i])
        return outputs, (x.shape, flat.argmax(axis=-1, keepdims=True))
        """,
        "Ihr Maximum beginnt bei 0. Sind alle Werte eines Fensters negativ, ist 0 aber keiner "
        "davon.",
    ),
    _mistake(
        11,
        """
        n, c, h, w = x.shape
        r1, r2 = self.kernel_size
        padded = np.pad(x, ((0, 0), (0, 0), (0, -h % r1), (0, -w % r2)), mode="edge")
        windows = sig2col(padded, self.kernel_size, stride=self.kernel_size)
        flat = windows.reshape(*windows.shape[:4], r1 * r2)
        index = flat.argmax(axis=-1, keepdims=True)
        return np.take_along_axis(flat, index, axis=-1)[..., 0], (x.shape, index)
        """,
        "Ihre Ausgabe ist zu groß: Zeilen und Spalten, die kein ganzes Fenster mehr füllen, "
        "fallen weg.",
    ),
)

_UNPOOL = """
shape, index = cache
r1, r2 = self.kernel_size
n, c, a, b = grads.shape
spread = {spread}
{put}
windows = spread.reshape(n, c, a, b, r1, r2){order}
dx = {dx}
dx[:, :, : a * r1, : b * r2] = windows.reshape(n, c, a * r1, b * r2)
return {result}
"""
_UNPOOL_RIGHT = {
    "spread": "np.zeros((n, c, a, b, r1 * r2))",
    "put": "np.put_along_axis(spread, index, grads[..., None], axis=-1)",
    "order": ".swapaxes(3, 4)",
    "dx": "np.zeros(shape)",
    "result": "dx",
}


def _wrong_unpool(message: str, **changed: str) -> Mistake:
    code = _UNPOOL.format(**(_UNPOOL_RIGHT | changed)).strip()
    return Mistake(gap=12, code=code, message=message)


MISTAKES += (
    _wrong_unpool(
        "`dx` ist mit `np.empty` angelegt: Wo kein Gradient ankommt, bleibt stehen, was zufällig "
        "im Speicher war. Diese Stellen müssen 0 sein.",
        spread="np.empty((n, c, a, b, r1 * r2))",
    ),
    _wrong_unpool(
        "Im weggefallenen Rand von `dx` steht, was zufällig im Speicher war: `np.empty` legt "
        "keine Nullen an.",
        dx="np.empty(shape)",
    ),
    _wrong_unpool(
        "Der weggefallene Rand fehlt: `dx` muss die Form der Eingabe haben, im Rand mit 0.",
        result="dx[:, :, : a * r1, : b * r2]",
    ),
    _wrong_unpool(
        "Die Werte landen in falschen Zeilen: Bevor aus den Fenstern ein Bild wird, müssen die "
        "Zeilen im Fenster direkt hinter den Zeilen der Fenster stehen.",
        order="",
    ),
    _wrong_unpool(
        "Sie verteilen den Gradienten gleichmäßig auf das Fenster. Das wäre richtig für "
        "Average-Pooling; hier bekommt ihn nur das Maximum.",
        put="spread[...] = grads[..., None] / (r1 * r2)",
    ),
    _wrong_unpool(
        "Jede Stelle des Fensters bekommt den ganzen Gradienten. Nur das Maximum hat die Ausgabe "
        "bestimmt, nur dorthin führt er zurück.",
        put="spread[...] = grads[..., None]",
    ),
    _wrong_unpool(
        "Sie tragen eine 1 ein, wo das Maximum lag. Nach der Kettenregel gehört dort der Wert "
        "aus `grads` hin.",
        put="np.put_along_axis(spread, index, 1.0, axis=-1)",
    ),
    _wrong_unpool(
        "Die Nachkommastellen der Gradienten gehen verloren: `dx` muss Gleitkommazahlen aufnehmen "
        "können.",
        dx="np.zeros(shape, dtype=int)",
    ),
    _wrong_unpool(
        "Der Gradient landet immer in der linken oberen Ecke des Fensters statt beim Maximum.",
        put="spread[..., 0] = grads",
    ),
)
