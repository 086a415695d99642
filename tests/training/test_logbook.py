"""Das Protokoll für TensorBoard."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

import pytest
import torch
from calls import EPOCHS, checkpoint, command
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.summary.writer.record_writer import RecordWriter
from torch import nn

from resnet.training import preparation
from resnet.training.command import main
from resnet.training.datasets.fashion_mnist import load_fashion
from resnet.training.logbook import Logbook


def test_tensorboard_shows_curves_network_and_pictures(whole: Path, recorded: dict) -> None:
    log = EventAccumulator(str(whole)).Reload()
    for name in ("loss", "accuracy"):
        for part in ("train", "validation"):
            shown = [event.value for event in log.Scalars(f"{name}/{part}")]
            expected = [epoch[f"{part}_{name}"] for epoch in recorded["epochs"]]
            assert shown == pytest.approx(expected, rel=1e-5)
        assert log.Scalars(f"{name}/test")[0].value == pytest.approx(recorded["test"][name])
    assert len(log.Scalars("learning_rate")) == EPOCHS
    assert b"Conv2d" in log.Graph().SerializeToString()
    assert len(log.Images("predictions")) > 0


def test_a_disk_that_fills_up_under_the_log_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    few = load_fashion()
    few = dataclasses.replace(few, train=few.train[:512], validation=few.validation[:20])
    monkeypatch.setattr(preparation, "load_fashion", lambda: few)
    write, calls = RecordWriter.write, []

    def full(writer: RecordWriter, data: bytes) -> None:
        calls.append(data)
        # Die ersten Einträge gehen noch, mit ihnen eine ganze Epoche.
        if len(calls) > 12:
            raise OSError(28, os.strerror(28))
        write(writer, data)

    monkeypatch.setattr(RecordWriter, "write", full)
    folder = tmp_path / "lauf"
    assert main(command(folder)[3:]) == 2
    text = capsys.readouterr().err
    assert "Das Protokoll" in text and "(kein Platz mehr)" in text
    assert text.count("\n") == 1
    assert checkpoint(folder).history


class Untraceable(nn.Module):
    """Ein Netz, das rechnet, sich aber nicht nachzeichnen lässt."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if torch.jit.is_tracing():
            raise TypeError
        return x


def test_a_network_that_cannot_be_drawn_is_only_missing_in_the_log(tmp_path: Path) -> None:
    with Logbook(tmp_path) as logbook:
        logbook.graph(Untraceable())
        logbook.test(0.5, 0.9, 1)
    log = EventAccumulator(str(tmp_path)).Reload()
    assert log.Scalars("accuracy/test")[0].value == pytest.approx(0.9)
