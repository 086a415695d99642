"""Zeichnet, was ein Training ergeben hat, und sagt dazu, woher die Zahlen stammen.

Jede Funktion bekommt Daten und gibt etwas zurück, das ein Notebook von selbst anzeigt; wie es auf
der Seite aussieht, steht in ``website/cells/display.py``. Bilder bringen ihren Alternativtext mit;
auch der wird aus den Daten gebildet, nichts ist abgetippt.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

from resnet.training.wording import count, counted, decimal, duration, percent, significant
from website.cells.display import Note, Origin, Picture, Table

_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
# Breite aller Bilder in Zoll.
_WIDTH = 5.7
# Mehr Zeilen liest niemand.
_TABLE_ROWS = 50
_MARKERS = ("o-", "s--", "^-.", "D:")
_PARTS = {"train": "Training", "validation": "Validierung"}


def short(value: float) -> str:
    """Eine Zahl mit zwei geltenden Ziffern, sehr kleine und große mit Zehnerpotenz."""
    if value and not 0.001 <= abs(value) < 10_000:
        mantissa, exponent = f"{value:.1e}".split("e")
        return f"{mantissa.replace('.', ',')} · 10{str(int(exponent)).translate(_RAISED)}"
    return f"{float(f'{value:.2g}'):.10f}".rstrip("0").rstrip(".").replace(".", ",")


def curves(epochs: Sequence[Mapping[str, float]]) -> Picture:
    """Kreuzentropie und Trefferquote über die Epochen.

    Args:
        epochs: Je Epoche ``number``, ``train_loss``, ``validation_loss``, ``train_accuracy`` und
            ``validation_accuracy``; Trefferquoten von 0 bis 1.
    """
    numbers = [epoch["number"] for epoch in epochs]
    # Übereinander und schmal, damit die Schrift auch auf einem Telefon zu lesen ist.
    figure = Figure(figsize=(_WIDTH, 5.2), layout="constrained")
    sentences = []
    for axes, name, title, text, tick in zip(
        figure.subplots(2, 1),
        ("loss", "accuracy"),
        ("Kreuzentropie", "Trefferquote"),
        (lambda value: decimal(value, 2), lambda value: percent(value, 0)),
        (significant, lambda value: percent(value, 0)),
        strict=True,
    ):
        lines = {
            label: [epoch[f"{part}_{name}"] for epoch in epochs] for part, label in _PARTS.items()
        }
        for (label, values), style in zip(lines.items(), _MARKERS, strict=False):
            # Bei vielen Epochen verdeckten die Zeichen die Linie.
            size = 5 if len(numbers) <= 20 else 0
            axes.plot(numbers, values, style, markersize=size, label=label)
        axes.set(ylabel=title, xlabel="Epoche")
        axes.xaxis.set_major_locator(MaxNLocator(nbins=8, integer=True))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _, tick=tick: tick(y)))
        axes.grid(axis="y")
        axes.legend()
        changes = ", ".join(
            f"{label} von {text(values[0])} auf {text(values[-1])}"
            for label, values in lines.items()
        )
        sentences.append(f"{title}: {changes}.")
    length = counted(len(numbers), "Epoche", "Epochen")
    alt = f"Zwei Liniendiagramme über {length}. " + " ".join(sentences)
    return Picture(figure, alt)


def confusion(counts: Sequence[Sequence[int]], classes: Sequence[str]) -> Picture:
    """Wie oft welche Klasse für welche gehalten wurde.

    Args:
        counts: Form ``(K, K)``; Zeile: wirkliche Klasse, Spalte: erkannte.
        classes: Namen der ``K`` Klassen.
    """
    table = np.asarray(counts)
    shares = table / np.maximum(table.sum(axis=1, keepdims=True), 1)
    figure = Figure(figsize=(_WIDTH, 4.9), layout="constrained")
    axes = figure.subplots()
    axes.imshow(shares, vmin=0, vmax=1)
    for (row, column), images in np.ndenumerate(table):
        if images:
            color = "black" if shares[row, column] > 0.5 else "white"
            axes.text(column, row, str(images), ha="center", va="center", color=color, fontsize=9)
    places = range(len(classes))
    axes.set_xticks(places, classes, rotation=45, ha="right", rotation_mode="anchor")
    axes.set_yticks(places, classes)
    axes.set(xlabel="erkannte Klasse", ylabel="wirkliche Klasse")
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)
    wrong = table - np.diag(np.diag(table))
    pairs = sorted(np.ndindex(table.shape), key=lambda pair: -wrong[pair])[:3]
    mistakes = ", ".join(
        f"{wrong[pair]}-mal {classes[pair[0]]} für {classes[pair[1]]}"
        for pair in pairs
        if wrong[pair]
    )
    alt = (
        f"Tabelle mit {len(classes)} Zeilen und Spalten. Von {table.sum()} Bildern liegen "
        f"{np.trace(table)} auf der Diagonale, sind also richtig erkannt."
    )
    if mistakes:
        alt += f" Am häufigsten verwechselt: {mistakes}."
    return Picture(figure, alt)


def examples(
    pixels: np.ndarray,
    labels: Sequence[int],
    guesses: Sequence[int],
    probabilities: Sequence[float],
    classes: Sequence[str],
    columns: int = 4,
) -> Picture:
    """Einige richtig und einige falsch erkannte Bilder, die ersten der Reihe nach.

    Args:
        pixels: Graue Bilder, Form ``(N, H, W)``, ``uint8``.
        labels: Wirkliche Klasse jedes Bilds.
        guesses: Erkannte Klasse jedes Bilds.
        probabilities: Wie sicher sich das Netz war, von 0 bis 1.
        classes: Namen der Klassen.
        columns: Bilder je Zeile; oben stehen richtig, unten falsch erkannte.
    """
    right = np.asarray(labels) == np.asarray(guesses)
    figure = Figure(figsize=(_WIDTH, 3.7), layout="constrained")
    panels = figure.subplots(2, columns)
    sentences = []
    for row, wanted, title in zip(panels, (right, ~right), ("Richtig", "Falsch"), strict=True):
        names = []
        for axes in row:
            axes.axis("off")
        for axes, index in zip(row, np.flatnonzero(wanted)[:columns], strict=False):
            guess, label = classes[guesses[index]], classes[labels[index]]
            # Die Bilder sind hell auf schwarz; ohne Glätten, damit man die Bildpunkte sieht.
            axes.imshow(pixels[index], cmap="gray", interpolation="none", vmin=0, vmax=255)
            text = f"{guess} ({percent(probabilities[index], 0)})"
            if guess != label:
                text += f"\nist: {label}"
            axes.set_title(text, fontsize=9)
            names.append(guess if guess == label else f"{label} als {guess}")
        if names:
            sentences.append(f"{title} erkannt: {', '.join(names)}.")
    return Picture(figure, "Kleine graue Bilder in zwei Reihen. " + " ".join(sentences))


def lines(
    x: Sequence[float],
    series: Mapping[str, Sequence[Sequence[float]]],
    *,
    title: str,
    xlabel: str,
    ylabel: str,
    log: bool = False,
) -> Picture:
    """Mehrere Größen über derselben Achse, jede mit einer Linie je Wiederholung.

    Args:
        x: Die Stellen.
        series: Zu jeder Bezeichnung eine oder mehrere Wiederholungen, jede so lang wie ``x``.
            Gezeichnet wird ihr Mittel, dahinter dünn jede einzelne.
        title: Was zu sehen ist; der Anfang des Alternativtexts.
        xlabel: Beschriftung der waagerechten Achse.
        ylabel: Beschriftung der senkrechten Achse.
        log: Ob die senkrechte Achse logarithmisch geteilt ist.
    """
    figure = Figure(figsize=(_WIDTH, 3.6), layout="constrained")
    axes = figure.subplots()
    sentences = []
    for place, (label, repeats) in enumerate(series.items()):
        mean = average(repeats, log)
        color, style = f"C{place}", ("-", "--", "-.", ":")[place % 4]
        axes.plot(x, mean, style, color=color, label=label)
        if len(repeats) > 1:
            for values in repeats:
                axes.plot(x, values, style, color=color, linewidth=0.8, alpha=0.45)
        sentences.append(f"{label}: von {short(mean[0])} auf {short(mean[-1])}.")
    axes.set(xlabel=xlabel, ylabel=ylabel)
    if log:
        _divide_logarithmically(axes)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: significant(y)))
    axes.grid(axis="y")
    axes.legend()
    return Picture(figure, f"{title} " + " ".join(sentences))


def comparison(
    record: Mapping[str, Any], *, accuracy: float, steps: int, batch_size: int, source: str
) -> Note:
    """Wie weit ein aufgezeichnetes Training von einem veröffentlichten entfernt ist.

    Args:
        record: Der Inhalt einer Datei aus ``recordings`` mit Testergebnis.
        accuracy: Veröffentlichte Trefferquote auf den Testbildern, von 0 bis 1.
        steps: Schritte des veröffentlichten Trainings.
        batch_size: Bilder je Schritt darin.
        source: Wer es veröffentlicht hat, als Satzgegenstand in der Mehrzahl.
    """
    settings = record["settings"]
    epochs = len(record["epochs"])
    own_steps = epochs * (record["images"]["train"] // settings["batch_size"])
    share = own_steps * settings["batch_size"] / (steps * batch_size)
    cpu = record["device"] == "cpu"
    place = "nicht auf einer GPU, sondern auf der CPU" if cpu else "auf einer GPU"
    gap = record["test"]["accuracy"] - accuracy
    points = f"{decimal(100 * abs(gap), 1)} Prozentpunkte {'mehr' if gap > 0 else 'weniger'}"
    sentences = [
        f"Dieses Training lief {place} ({record['hardware']}): "
        f"{counted(epochs, 'Epoche', 'Epochen')}, zusammen {count(own_steps)} Schritte mit je "
        f"{settings['batch_size']} Bildern, in {duration(record['seconds'])}.",
        f"Von den Testbildern erkennt das Netz danach {percent(record['test']['accuracy'], 2)}, "
        f"also {points} als die {percent(accuracy, 2)}, die {source} angeben.",
        f"Dort waren es {count(steps)} Schritte mit je {batch_size} Bildern; gemessen an den "
        f"gesehenen Bildern ist das hier {percent(share, 0)} jenes Trainings.",
    ]
    if "ten_crop_accuracy" in record["test"]:
        views = percent(record["test"]["ten_crop_accuracy"], 2)
        sentences.insert(
            2,
            f"Entscheiden zehn Ansichten jedes Bilds gemeinsam (es selbst, viermal um einen "
            f"Bildpunkt verschoben, alle auch gespiegelt), so sind es {views}; die Angabe des "
            "Artikels gilt für eine einzige.",
        )
    return Note(" ".join(sentences))


def teaching(records: Sequence[Mapping[str, Any]]) -> Note:
    """Wie lange die Lehrer eines aufgezeichneten Trainings lernten und was sie erkennen.

    Args:
        records: Ihre Aufzeichnungen aus ``recordings``.
    """
    seconds = duration(sum(record["seconds"] for record in records))
    one, ten = (
        " und ".join(percent(record["test"][kind], 2) for record in records)
        for kind in ("accuracy", "ten_crop_accuracy")
    )
    return Note(
        f"Die Lehrer lernten zusammen {seconds} lang. Von den Testbildern erkennen sie selbst "
        f"{one}, mit zehn Ansichten {ten}."
    )


def _divide_logarithmically(axes: Axes) -> None:
    """Teilt die senkrechte Achse logarithmisch, kurze Achsen feiner."""
    axes.set_yscale("log")
    low, high = axes.get_ylim()
    # Sonst stünde an kaum mehr als einer Zehnerpotenz nur eine einzige Zahl.
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if high < 50 * low else (1,)))
    axes.yaxis.set_minor_formatter(NullFormatter())


def average(repeats: Sequence[Sequence[float]], log: bool = False) -> list[float]:
    """Das Mittel über Wiederholungen, Stelle für Stelle.

    Args:
        repeats: Die Wiederholungen, alle gleich lang.
        log: Ob das geometrische Mittel gemeint ist.
    """
    values = np.asarray(repeats, dtype=float)
    return (np.exp(np.log(values).mean(axis=0)) if log else values.mean(axis=0)).tolist()


def epoch_table(epochs: Sequence[Mapping[str, float]]) -> Table:
    """Die Zahlen zu :func:`curves`; bei sehr vielen nur jede zehnte und die letzte."""
    every = 10 if len(epochs) > _TABLE_ROWS else 1
    title = "Zahlen zur Kurve" if every == 1 else f"Zahlen zur Kurve, jede {every}. Epoche"
    head = ["Epoche"]
    head += [f"Kreuzentropie, {label}" for label in _PARTS.values()]
    head += [f"Trefferquote, {label}" for label in _PARTS.values()]
    rows = [
        (
            str(epoch["number"]),
            *(decimal(epoch[f"{part}_loss"], 4) for part in _PARTS),
            *(percent(epoch[f"{part}_accuracy"], 2) for part in _PARTS),
        )
        for epoch in epochs
        if epoch["number"] % every == 0 or epoch is epochs[-1]
    ]
    return Table(title, tuple(head), tuple(rows))


def series_table(
    name: str, x: Sequence[float], series: Mapping[str, Sequence[float]], digits: int | None
) -> Table:
    """Die Zahlen zu :func:`lines`.

    Args:
        name: Überschrift der ersten Spalte.
        x: Die Stellen.
        series: Zu jeder Bezeichnung die Werte.
        digits: Stellen nach dem Komma; ``None`` für zwei geltende Ziffern.
    """
    rows = tuple(
        (
            str(place),
            *(short(value) if digits is None else decimal(value, digits) for value in values),
        )
        for place, *values in zip(x, *series.values(), strict=True)
    )
    return Table("Zahlen zur Kurve", (name, *series), rows)


def origin(record: Mapping[str, Any]) -> Origin:
    """Woher eine Aufzeichnung stammt, als Zeilen.

    Args:
        record: Der Inhalt einer Datei aus ``recordings``.
    """
    names = {"train": "zum Training", "validation": "zur Validierung", "test": "zum Test"}
    images = ", ".join(f"{count(n)} {names[part]}" for part, n in record["images"].items())
    versions = record["versions"]
    found = [
        ("Befehl", record["command"]),
        ("Daten", f"{record['data']}; Bilder: {images}"),
        ("Rechner", record["hardware"]),
        ("Versionen", f"Python {versions['python']}, PyTorch {versions['torch']}"),
        ("Datum", ".".join(reversed(record["date"].split("-")))),
        ("Dauer", duration(record["seconds"])),
    ]
    settings = record["settings"]
    # Gemessen und gewählt wird sie nur im Training; der Versuch mit den Shortcuts hat keine Wahl.
    if "precision" in settings:
        found.append(("Rechnung", f"{settings['precision']}, {settings['memory_format']}"))
    if "test" in record:
        test = record["test"]
        text = (
            f"{percent(test['accuracy'], 2)} richtig, Kreuzentropie {decimal(test['loss'], 3)}, "
            f"nach {counted(len(record['epochs']), 'Epoche', 'Epochen')}"
        )
        # Ältere Aufzeichnungen kennen nur das Bild selbst.
        if "ten_crop_accuracy" in test:
            text += (
                f"; {percent(test['ten_crop_accuracy'], 2)}, wenn zehn Ansichten gemeinsam "
                "entscheiden"
            )
        found.append(("Test", text))
    return Origin(tuple(found))
