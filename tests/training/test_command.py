"""``python -m resnet.train`` als Ganzes: abbrechen, fortsetzen, mehrere Prozesse, Meldungen."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import shutil
import signal
import subprocess
from pathlib import Path

import pytest
import torch
from calls import EPOCHS, NETWORK, ROOT, checkpoint, command, interrupt, run_call
from torch import nn

from resnet.training import preparation
from resnet.training.command import main
from resnet.training.datasets.fashion_mnist import load_fashion


def test_killed_and_interrupted_training_ends_bit_for_bit_the_same(
    whole: Path, recorded: dict, tmp_path: Path
) -> None:
    folder, record = tmp_path / "lauf", tmp_path / "lauf.json"
    saved = folder / "stand.pt"
    code, _ = interrupt(command(folder), saved.exists, signal.SIGKILL)
    assert code == -signal.SIGKILL
    assert 1 <= len(checkpoint(folder).history) < EPOCHS

    logs = len(list(folder.glob("events*")))
    code, message = interrupt(
        command(folder, "--resume"),
        # Das Protokoll wird angelegt, wenn das Training beginnt.
        lambda: len(list(folder.glob("events*"))) > logs,
        signal.SIGINT,
    )
    assert code == 1
    assert "--resume" in message and "Traceback" not in message
    assert len(checkpoint(folder).losses) < EPOCHS * 35

    result = run_call(command(folder, "--resume", "--record", str(record)))
    assert result.returncode == 0, result.stderr
    resumed, expected = checkpoint(folder), checkpoint(whole)
    for name, tensor in expected.network.items():
        assert torch.equal(resumed.network[name], tensor), name
    assert resumed.losses == expected.losses
    both = json.loads(record.read_text("utf-8"))
    for key in ("epochs", "step_losses", "test", "confusion", "settings"):
        assert both[key] == recorded[key], key
    assert len(both["parts"]) >= 2
    assert both["seconds"] == pytest.approx(sum(both["parts"]), abs=0.2)


def test_two_processes_find_the_curve_of_one_and_can_be_resumed(
    whole: Path, recorded: dict, tmp_path: Path
) -> None:
    folder, record = tmp_path / "lauf", tmp_path / "lauf.json"
    arguments = command(folder, "--record", str(record), processes=2)
    code, message = interrupt(arguments, lambda: (folder / "stand.pt").exists(), signal.SIGINT)
    assert code != 0, message
    assert len(checkpoint(folder).losses) < EPOCHS * 35
    result = run_call([*arguments, "--resume"])
    assert result.returncode == 0, result.stderr
    # Nur ein Prozess spricht.
    assert result.stdout.count("Test: ") == 1
    two = json.loads(record.read_text("utf-8"))
    assert two["processes"] == 2
    assert checkpoint(folder).losses == pytest.approx(checkpoint(whole).losses, rel=1e-4)
    for one, other in zip(recorded["epochs"], two["epochs"], strict=True):
        assert other == pytest.approx(one, rel=1e-3)


def test_an_unused_layer_needs_a_single_process_and_that_is_said(tmp_path: Path) -> None:
    arguments = command(tmp_path / "lauf", processes=2)
    file = tmp_path / "netz.py"
    idle = NETWORK.replace("self.layers =", "self.idle = nn.Linear(2, 2)\n        self.layers =")
    file.write_text(idle, encoding="utf-8")
    result = run_call(arguments)
    assert result.returncode == 1
    text = "hat Schichten, die forward nicht immer benutzt; trainieren lässt es sich nur mit einem"
    assert text in result.stderr


def test_who_reads_only_the_first_line_gets_no_traceback(tmp_path: Path) -> None:
    with subprocess.Popen(
        command(tmp_path / "lauf"), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        process.stdout.readline()
        process.stdout.close()
        text = process.stderr.read().decode()
        assert process.wait() == 1
    assert "niemand liest mehr mit" in text and text.count("\n") == 1


def test_resuming_with_other_options_is_one_sentence(
    whole: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "lauf"
    shutil.copytree(whole, folder)
    assert main([*command(folder, "--resume")[3:], "--epochs", "9"]) == 1
    assert "epochs ist 9, im Zwischenstand aber 4" in capsys.readouterr().err
    # Die Musterlösung hat andere Gewichte.
    assert main(["--out", str(folder), "--resume"]) == 1
    assert "anderen Netz" in capsys.readouterr().err
    content = (folder / "stand.pt").read_bytes()
    (folder / "stand.pt").write_bytes(content[: len(content) // 2])
    assert main(["--out", str(folder), "--resume"]) == 2
    assert "beschädigt" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("--data cifar10 {folder}/nichts.tar.gz", "gibt es nicht"),
        ("--data cifar10 {folder}", "gibt es nicht"),
        ("--data fashion-full {folder}", "gibt es nicht"),
        ("--data cifar10 --mirror ftp://127.0.0.1", "nur solche mit http"),
        ("--resume", "gibt es nicht"),
        ("--record {folder}/nichts/lauf.json", "lässt sich nicht schreiben"),
        ("--record /dev/null", "lässt sich nicht schreiben"),
        ("--data cifar10 --mirror http://[kaputt/", "nicht erlaubt"),
        ("--file {folder}/nichts.py", "nichts.py gibt es nicht"),
        ("--file {folder}/datei", "ist keine Python-Datei"),
        ("--out {folder}/datei/lauf", "lässt sich nicht anlegen"),
        ("--batch-size 10000 --precision float32 --memory-format contiguous", "höchstens so viele"),
    ],
)
def test_what_cannot_work_is_one_german_sentence(
    arguments: str,
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "datei").write_bytes(b"")
    given = ["--out", str(tmp_path / "lauf"), *arguments.format(folder=tmp_path).split()]
    assert main(given) in (1, 2)
    text = capsys.readouterr().err
    assert message in text and text.count("\n") == 1


@pytest.mark.skipif(torch.cuda.is_available(), reason="Hier gibt es CUDA.")
def test_a_device_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--out", str(tmp_path), "--device", "cuda"]) == 2
    assert "cuda gibt es hier nicht" in capsys.readouterr().err


def test_a_diverging_loss_and_a_full_disk_are_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    few = load_fashion()
    few = dataclasses.replace(few, train=few.train[:512], validation=few.validation[:20])
    monkeypatch.setattr(preparation, "load_fashion", lambda: few)
    arguments = command(tmp_path / "lauf", "--optimizer", "sgd", "--learning-rate", "1e200")[3:]
    assert main(arguments) == 1
    assert re.search("keine endliche Zahl .* kleinere Lernrate", capsys.readouterr().err)

    def full(number: int) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(os, "fsync", full)
    assert main(command(tmp_path / "voll")[3:]) == 2
    text = capsys.readouterr().err
    assert "stand.pt lässt sich nicht schreiben (kein Platz mehr)" in text
    assert text.count("\n") == 1


def test_automatic_choices_are_measured_once_and_kept(
    few_images: None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = tmp_path / "lauf"
    arguments = [
        argument for argument in command(folder)[3:] if argument not in ("float32", "channels_last")
    ]
    arguments.remove("--precision")
    arguments.remove("--memory-format")
    assert main(arguments) == 0
    chosen = checkpoint(folder).settings
    assert f"Gewählt: {chosen.precision}, {chosen.memory_format}." in capsys.readouterr().out
    monkeypatch.setattr(
        preparation, "measure", lambda *arguments: pytest.fail("noch einmal gemessen")
    )
    assert main([*arguments, "--resume"]) == 0
    assert checkpoint(folder).settings == chosen


class Unfit(nn.Module):
    """Ein Netz, das in der Messung scheitert."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        raise RuntimeError("zu groß\nfür hier")


def test_what_fails_in_every_measurement_is_said(
    few_images: None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(preparation, "load_network", lambda file, classes: Unfit())
    assert main(["--out", str(tmp_path / "lauf")]) == 2
    assert "nicht trainieren (zu groß für hier)" in capsys.readouterr().err
