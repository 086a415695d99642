"""Was ein aufgezeichneter Lauf von sich sagt."""

from __future__ import annotations

import pytest
from calls import EPOCHS

from recordings import recorded as recorded_run


def test_the_record_adds_up(recorded: dict) -> None:
    assert recorded["images"] == {"train": 9000, "validation": 1000, "test": 2000}
    assert [epoch["number"] for epoch in recorded["epochs"]] == list(range(1, EPOCHS + 1))
    rows = recorded["confusion"]
    assert [sum(row) for row in rows] == [200] * 10
    correct = sum(rows[index][index] for index in range(10))
    assert correct / 2000 == pytest.approx(recorded["test"]["accuracy"])
    assert abs(recorded["test"]["ten_crop_accuracy"] - recorded["test"]["accuracy"]) < 0.1
    assert recorded["step_losses"]["every"] * len(recorded["step_losses"]["values"]) == 35 * EPOCHS
    assert recorded["step_losses"]["values"][0] > recorded["step_losses"]["values"][-1]
    assert recorded["command"].startswith("python -m resnet.train --file")
    assert {"date", "hardware", "versions", "seconds", "data", "classes"} <= set(recorded)


def test_the_recorded_run_says_where_it_comes_from() -> None:
    run = recorded_run("fashion")
    assert {"command", "date", "hardware", "versions", "seconds", "data"} <= set(run)
    assert [epoch["number"] for epoch in run["epochs"]] == list(
        range(1, run["settings"]["epochs"] + 1)
    )
    assert run["images"] == {"train": 9000, "validation": 1000, "test": 2000}
