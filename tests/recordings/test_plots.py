"""Abbildungen und Herkunft: Kurven und Alternativtexte kommen aus den Daten."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from recordings import FOLDER, plots, recorded
from resnet.training import quick

# Läufe; gemessene Zeiten sind anders aufgeschrieben.
RUNS = sorted(path.stem for path in FOLDER.glob("*.json") if "settings" in recorded(path.stem))
EPOCHS = [
    {
        "number": number,
        "train_loss": 2.0 / number,
        "validation_loss": 3.0 / number,
        "train_accuracy": 0.25 * number,
        "validation_accuracy": 0.2 * number,
    }
    for number in (1, 2, 3)
]


@pytest.mark.parametrize("name", RUNS)
def test_every_run_says_where_it_comes_from(name: str) -> None:
    record = recorded(name)
    lines = dict(plots.origin(record).lines)
    assert lines["Befehl"] == record["command"]
    assert record["data"] in lines["Daten"] and str(record["images"]["train"]) in lines[
        "Daten"
    ].replace(" ", "")
    assert lines["Rechner"] == record["hardware"] and "Threads" in lines["Rechner"]
    assert record["versions"]["torch"] in lines["Versionen"]
    year, month, day = record["date"].split("-")
    assert lines["Datum"] == f"{day}.{month}.{year}"
    assert record["seconds"] > 0 and lines["Dauer"].endswith("s")
    if "precision" in record["settings"]:
        assert lines["Rechnung"].startswith(record["settings"]["precision"])
    if "test" in record:
        shown = lines["Test"]
        assert shown.startswith(plots.percent(record["test"]["accuracy"], 2))
        if ten_crop := record["test"].get("ten_crop_accuracy"):
            assert shown.endswith(
                f"; {plots.percent(ten_crop, 2)}, wenn zehn Ansichten gemeinsam entscheiden"
            )


@pytest.mark.parametrize("name", [name for name in RUNS if "epochs" in recorded(name)])
def test_curves_show_exactly_what_is_recorded(name: str) -> None:
    epochs = recorded(name)["epochs"]
    picture = plots.curves(epochs)
    for axes, what in zip(picture.figure.axes, ("loss", "accuracy"), strict=True):
        for line, part in zip(axes.lines, ("train", "validation"), strict=True):
            assert line.get_xdata().tolist() == [epoch["number"] for epoch in epochs]
            assert line.get_ydata().tolist() == [epoch[f"{part}_{what}"] for epoch in epochs]
            low, high = axes.get_ylim()
            assert low <= min(line.get_ydata()) and max(line.get_ydata()) <= high


def test_alternative_text_follows_the_numbers() -> None:
    assert plots.curves(EPOCHS).alt == (
        "Zwei Liniendiagramme über 3 Epochen. Kreuzentropie: Training von 2,00 auf 0,67, "
        "Validierung von 3,00 auf 1,00. Trefferquote: Training von 25 % auf 75 %, Validierung von "
        "20 % auf 60 %."
    )
    counts = [[5, 1, 0], [0, 4, 3], [0, 0, 2]]
    alt = plots.confusion(counts, ["Hut", "Schuh", "Hemd"]).alt
    assert "Von 15 Bildern liegen 11" in alt
    assert alt.endswith("verwechselt: 3-mal Schuh für Hemd, 1-mal Hut für Schuh.")
    assert "verwechselt" not in plots.confusion([[2, 0], [0, 2]], ["Hut", "Schuh"]).alt
    pixels = np.zeros((3, 4, 4), np.uint8)
    alt = plots.examples(pixels, [0, 1, 0], [0, 0, 0], [0.9, 0.5, 0.8], ["Hut", "Schuh"]).alt
    assert alt.endswith("Richtig erkannt: Hut, Hut. Falsch erkannt: Schuh als Hut.")
    alt = plots.lines(
        [1, 2], {"a": [[100, 1.0]]}, title="Zwei Stellen.", xlabel="x", ylabel="y", log=True
    ).alt
    assert alt == "Zwei Stellen. a: von 100 auf 1."


def test_lines_show_every_repeat_and_their_mean() -> None:
    repeats = [[1.0, 4.0], [4.0, 16.0]]
    for log, mean in ((False, [2.5, 10.0]), (True, [2.0, 8.0])):
        picture = plots.lines([1, 2], {"a": repeats}, title="", xlabel="", ylabel="", log=log)
        shown = [list(line.get_ydata()) for line in picture.figure.axes[0].lines]
        assert shown[0] == pytest.approx(mean)
        assert shown[1:] == repeats


def test_numbers_are_german() -> None:
    assert plots.decimal(1234.5, 1) == "1234,5"
    assert plots.percent(0.9303, 2) == "93,03 %"
    given = (0.0, 0.0012, 0.5, 290.0, 1.5, 9999.0, 8.4e-22, 123_456.0)
    wanted = ("0", "0,0012", "0,5", "290", "1,5", "10000", "8,4 · 10⁻²²", "1,2 · 10⁵")
    assert tuple(map(plots.short, given)) == wanted
    assert plots.duration(59.6) == "1 min 0 s"
    assert plots.duration(3661) == "1 h 1 min 1 s"
    assert plots.count(45_000) == "45 000"


def test_pictures_repeat_byte_for_byte_and_carry_their_text() -> None:
    first, second = (plots.curves(EPOCHS)._repr_svg_() for _ in range(2))
    assert first == second
    assert plots.curves(EPOCHS).alt in first
    assert "prefers-color-scheme: dark" in first


QUICK = """
import hashlib, dataclasses
from recordings import plots
from resnet.training import quick
quick.TRAIN_IMAGES, quick.VALIDATION_IMAGES, quick.TEST_IMAGES = 64, 40, 60
result = quick.train(settings=dataclasses.replace(quick.SETTINGS, epochs=2))
pictures = (
    plots.curves(result.epochs),
    plots.confusion(result.confusion, result.data.classes),
    plots.examples(result.data.test.pixels[:, 0].numpy(), result.data.test.labels, result.guesses,
                   result.probabilities, result.data.classes),
)
print(hashlib.sha256("".join(p._repr_svg_() for p in pictures).encode()).hexdigest())
print(result, result.epochs)
"""


@pytest.mark.training
def test_the_quick_training_repeats_byte_for_byte(tmp_path: Path) -> None:
    """Zwei frische Prozesse, einer mit einem Thread wie beim Bauen, einer mit zweien."""
    outputs = []
    for threads in ("1", "2"):
        environment = {
            **os.environ,
            "PYTHONPATH": str(FOLDER.parent),
            "OMP_NUM_THREADS": threads,
        }
        done = subprocess.run(
            [sys.executable, "-c", QUICK],
            env=environment, capture_output=True, text=True, check=True, cwd=tmp_path,
        )  # fmt: skip
        outputs.append(done.stdout)
    assert outputs[0] == outputs[1]
    assert "2 Epochen" in outputs[0]


@pytest.mark.training
def test_the_quick_training_takes_your_network_and_leaves_the_threads_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("TRAIN_IMAGES", "VALIDATION_IMAGES", "TEST_IMAGES"):
        monkeypatch.setattr(quick, name, 32)
    threads = torch.get_num_threads()
    network = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(3072, 10))
    before = network[1].weight.clone()
    result = quick.train(network, dataclasses.replace(quick.SETTINGS, epochs=1))
    assert not torch.equal(network[1].weight, before)
    assert np.sum(result.confusion) == 32
    assert result.accuracy == np.trace(result.confusion) / 32
    assert torch.get_num_threads() == threads


def test_a_long_table_keeps_every_tenth_epoch_and_the_last() -> None:
    epochs = [EPOCHS[0] | {"number": number} for number in range(1, 66)]
    table = plots.epoch_table(epochs)
    assert [row[0] for row in table.rows] == ["10", "20", "30", "40", "50", "60", "65"]
    assert "jede 10. Epoche" in table._repr_html_()
    assert len(plots.epoch_table(epochs[:50]).rows) == 50


def test_the_comparison_says_where_how_long_and_how_far() -> None:
    record = {
        "device": "cpu",
        "hardware": "Rechner",
        "settings": {"batch_size": 100},
        "images": {"train": 1050},
        "epochs": [{}] * 4,
        "seconds": 3600,
        "test": {"accuracy": 0.8},
    }
    quoted = {"accuracy": 0.93, "steps": 80, "batch_size": 100, "source": "andere"}
    text = str(plots.comparison(record, **quoted))
    assert "nicht auf einer GPU, sondern auf der CPU (Rechner): 4 Epochen" in text
    assert "40 Schritte mit je 100 Bildern, in 1 h 0 s" in text
    assert "80,00 %, also 13,0 Prozentpunkte weniger als die 93,00 %, die andere angeben" in text
    assert text.endswith("50 % jenes Trainings.")
    better = record | {"device": "cuda", "epochs": [{}] * 8, "test": {"accuracy": 0.94}}
    text = str(plots.comparison(better, **quoted))
    assert "lief auf einer GPU" in text and "1,0 Prozentpunkte mehr" in text
    assert "Ansichten" not in text
    views = record | {"test": {"accuracy": 0.8, "ten_crop_accuracy": 0.8125}}
    assert "gemeinsam" in str(plots.comparison(views, **quoted))
    assert "so sind es 81,25 %; die Angabe" in str(plots.comparison(views, **quoted))


def test_the_teachers_are_named_with_time_and_results() -> None:
    tests = [
        {"accuracy": 0.9, "ten_crop_accuracy": 0.95},
        {"accuracy": 0.8, "ten_crop_accuracy": 0.85},
    ]
    text = str(plots.teaching([{"seconds": 45, "test": test} for test in tests]))
    assert "zusammen 1 min 30 s lang" in text
    assert "erkennen sie selbst 90,00 % und 80,00 %, mit zehn Ansichten 95,00 % und 85,00 %" in text
