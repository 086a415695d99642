"""``python -m resnet.train`` als Ganzes: abbrechen, fortsetzen, mehrere Prozesse, Meldungen."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.summary.writer.record_writer import RecordWriter
from torch import nn

from recordings import recorded as recorded_run
from resnet.training import command as train
from resnet.training import teacher
from resnet.training.checkpoint import only_one
from resnet.training.hardware import measure
from resnet.training.images import load_fashion
from resnet.training.logbook import Logbook
from resnet.training.loop import Settings, Step
from resnet.training.network_file import Teachers, load_network
from resnet.training.processes import Processes
from resnet.training.recipes import DATA_NAMES, recipe
from resnet.training.terminal import TrainingLine

ROOT = Path(__file__).resolve().parents[2]
EPOCHS = 4
# Ein kleines Netz mit allem, worauf es ankommt. Es rechnet in float64: Dann bleiben Unterschiede
# zwischen einem und zwei Prozessen Rundungsfehler, statt über die Schritte zu wachsen.
NETWORK = """
from torch import nn

class ResNet(nn.Module):
    def __init__(self, num_classes=10):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(3, 8, 4, stride=4, bias=False),
            nn.BatchNorm2d(8),
            nn.BatchNorm2d(8, affine=False, momentum=None),
            nn.ReLU(),
            nn.Flatten(),
            nn.Linear(8 * 64, num_classes),
        ).double()

    def forward(self, x):
        return self.layers(x.double())
"""
OPTIONS = (
    f"--epochs {EPOCHS} --batch-size 256 --threads 1 --seed 3 --label-smoothing 0.1 --cutout 6 "
    "--cutmix 0.5 --distortion 0.5 --precision float32 --memory-format channels_last"
).split()


@pytest.fixture(autouse=True)
def settings_of_the_process() -> Iterator[None]:
    """Ein Training im Prozess der Tests stellt dessen Rechnen um; danach gilt wieder das alte."""
    threads = torch.get_num_threads()
    yield
    torch.set_num_threads(threads)
    torch.set_flush_denormal(False)


def command(folder: Path, *more: str, processes: int = 1) -> list[str]:
    start = [sys.executable, "-m"]
    if processes > 1:
        start += ["torch.distributed.run", "--standalone", "--nproc-per-node", str(processes), "-m"]
    file = folder.parent / "netz.py"
    file.write_text(NETWORK, encoding="utf-8")
    return [*start, "resnet.train", "--file", str(file), "--out", str(folder), *OPTIONS, *more]


def run(arguments: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, timeout=300)


def interrupt(
    arguments: list[str], when: Callable[[], bool], number: signal.Signals
) -> tuple[int, str]:
    """Schickt ein Signal, sobald ``when`` zutrifft; gibt Rückgabewert und Meldung zurück."""
    process = subprocess.Popen(arguments, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 120
    while not when() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(number)
    _, message = process.communicate(timeout=120)
    return process.returncode, message


def checkpoint(folder: Path) -> dict:
    return torch.load(folder / "stand.pt", weights_only=True)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ordner eines ununterbrochenen Trainings, mit Aufzeichnung."""
    folder = tmp_path_factory.mktemp("ganz") / "lauf"
    result = run(command(folder, "--record", str(folder.parent / "lauf.json")))
    assert result.returncode == 0, result.stderr
    assert f"Epoche {EPOCHS}/{EPOCHS}" in result.stdout and "Test: " in result.stdout
    return folder


@pytest.fixture(scope="module")
def recorded(whole: Path) -> dict:
    return json.loads((whole.parent / "lauf.json").read_text("utf-8"))


@pytest.fixture
def few_images(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ein Schritt je Epoche, damit ein Training im Prozess der Tests Sekunden dauert."""
    data = load_fashion()
    few = dataclasses.replace(
        data, train=data.train[:256], validation=data.validation[:20], test=data.test[:20]
    )
    monkeypatch.setattr(train, "load_fashion", lambda: few)


def test_killed_and_interrupted_training_ends_bit_for_bit_the_same(
    whole: Path, recorded: dict, tmp_path: Path
) -> None:
    folder, record = tmp_path / "lauf", tmp_path / "lauf.json"
    saved = folder / "stand.pt"
    code, _ = interrupt(command(folder), saved.exists, signal.SIGKILL)
    assert code == -signal.SIGKILL
    assert 1 <= len(checkpoint(folder)["history"]) < EPOCHS

    logs = len(list(folder.glob("events*")))
    code, message = interrupt(
        command(folder, "--resume"),
        # Das Protokoll wird angelegt, wenn das Training beginnt.
        lambda: len(list(folder.glob("events*"))) > logs,
        signal.SIGINT,
    )
    assert code == 1
    assert "--resume" in message and "Traceback" not in message
    assert len(checkpoint(folder)["losses"]) < EPOCHS * 35

    result = run(command(folder, "--resume", "--record", str(record)))
    assert result.returncode == 0, result.stderr
    resumed, expected = checkpoint(folder), checkpoint(whole)
    for name, tensor in expected["network"].items():
        assert torch.equal(resumed["network"][name], tensor), name
    assert resumed["losses"] == expected["losses"]
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
    assert len(checkpoint(folder)["losses"]) < EPOCHS * 35
    result = run([*arguments, "--resume"])
    assert result.returncode == 0, result.stderr
    # Nur ein Prozess spricht.
    assert result.stdout.count("Test: ") == 1
    two = json.loads(record.read_text("utf-8"))
    assert two["processes"] == 2
    assert checkpoint(folder)["losses"] == pytest.approx(checkpoint(whole)["losses"], rel=1e-4)
    for one, other in zip(recorded["epochs"], two["epochs"], strict=True):
        assert other == pytest.approx(one, rel=1e-3)


def test_an_unused_layer_needs_a_single_process_and_that_is_said(tmp_path: Path) -> None:
    arguments = command(tmp_path / "lauf", processes=2)
    file = tmp_path / "netz.py"
    idle = NETWORK.replace("self.layers =", "self.idle = nn.Linear(2, 2)\n        self.layers =")
    file.write_text(idle, encoding="utf-8")
    result = run(arguments)
    assert result.returncode == 1
    text = "hat Schichten, die forward nicht immer benutzt; trainieren lässt es sich nur mit einem"
    assert text in result.stderr


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


def test_a_training_is_not_overwritten(whole: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (whole / "stand.pt").read_bytes()
    assert train.main(["--out", str(whole)]) == 2
    assert "liegt schon ein Training" in capsys.readouterr().err
    assert (whole / "stand.pt").read_bytes() == before


def test_two_trainings_never_share_a_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with only_one(tmp_path):
        assert train.main(["--out", str(tmp_path)]) == 2
    assert "schreibt gerade ein anderes Training" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_who_reads_only_the_first_line_gets_no_traceback(tmp_path: Path) -> None:
    with subprocess.Popen(
        command(tmp_path / "lauf"), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        process.stdout.readline()
        process.stdout.close()
        text = process.stderr.read().decode()
        assert process.wait() == 1
    assert "niemand liest mehr mit" in text and text.count("\n") == 1


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ("", None),
        ("from dataclasses import dataclass\n@dataclass\nclass Sizes:\n    width: int = 8\n", None),
        ("def broken(x):\n    return x.view(2, 3, 32, 32)\n", "rechnet noch nicht"),
        ("def broken(x):\n    return x if torch.is_grad_enabled() else 1 / 0\n", "noch nicht"),
    ],
)  # fmt: skip
def test_own_files_are_tried_as_training_will_use_them(
    more: str, message: str | None, tmp_path: Path
) -> None:
    source = f"from __future__ import annotations\nimport torch\n{NETWORK}\n{more}"
    if message:
        source = source.replace("(x.double())", "(broken(x).double())")
    file = tmp_path / "netz.py"
    file.write_text(source, encoding="utf-8")
    if message is None:
        assert isinstance(load_network(file, 10), nn.Module)
    else:
        with pytest.raises(train.CallError, match=message):
            load_network(file, 10)


def test_more_processes_than_gpus_is_said_by_every_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    for rank in range(2):
        with pytest.raises(train.CallError, match="1 GPU für 2 Prozesse"):
            train.choose_device(None, Processes(rank, 2, rank, 2))


def test_a_signal_passed_on_at_once_is_no_second_one(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr(train.time, "monotonic", lambda: now)
    stop = train.StopSignal()
    with stop.listening():
        signal.raise_signal(signal.SIGINT)
        assert stop()
        signal.raise_signal(signal.SIGTERM)
        now = 5.0
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


@pytest.mark.parametrize("width", [10, 40, 60, 80, 120])
def test_progress_stays_in_one_line(
    width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(sys.stderr, "fileno", lambda: 2, raising=False)
    monkeypatch.setattr(os, "get_terminal_size", lambda number: os.terminal_size((width, 24)))
    line = TrainingLine(Settings(epochs=330, batch_size=512))
    line(Step(329, 86, 87, 2.641, 0.154))
    line(Step(329, 87, 87, 2.641, 0.154))
    shown = capsys.readouterr().err.split("\r\033[K")[-1]
    assert shown.startswith("Epoche 32") and len(shown) < width
    assert width < 60 or "noch" in shown


def test_resuming_with_other_options_is_one_sentence(
    whole: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "lauf"
    shutil.copytree(whole, folder)
    assert train.main([*command(folder, "--resume")[3:], "--epochs", "9"]) == 1
    assert "epochs ist 9, im Zwischenstand aber 4" in capsys.readouterr().err
    # Die Musterlösung hat andere Gewichte.
    assert train.main(["--out", str(folder), "--resume"]) == 1
    assert "anderen Netz" in capsys.readouterr().err
    content = (folder / "stand.pt").read_bytes()
    (folder / "stand.pt").write_bytes(content[: len(content) // 2])
    assert train.main(["--out", str(folder), "--resume"]) == 2
    assert "beschädigt" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("--epochs 0", "--epochs: »0« ist nicht erlaubt, nur eine ganze Zahl ab 1"),
        ("--epochs viele", "--epochs: »viele« ist nicht erlaubt"),
        ("--learning-rate nan", "--learning-rate: »nan« ist nicht erlaubt"),
        ("--seed -1", "--seed: »-1« ist nicht erlaubt"),
        ("--precision int8", "nur auto, float32 oder bfloat16"),
        ("--data mnist", "--data: »mnist« ist nicht erlaubt, nur fashion, fashion-full, cifar10"),
        ("--data fashion a b", "ist zu viel"),
        ("--epoch 3", "»--epoch 3« ist hier nicht erlaubt"),
        ("--epochs", "--epochs braucht eine Angabe"),
        ("--solution --file a.py", "schließen einander aus"),
    ],
)
def test_wrong_options_are_one_german_sentence(
    arguments: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as exit_:
        train.main(arguments.split())
    assert exit_.value.code == 2
    text = capsys.readouterr().err
    assert message in text and text.count("\n") == 1


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
    assert train.main(given) in (1, 2)
    text = capsys.readouterr().err
    assert message in text and text.count("\n") == 1


@pytest.mark.skipif(torch.cuda.is_available(), reason="Hier gibt es CUDA.")
def test_a_device_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert train.main(["--out", str(tmp_path), "--device", "cuda"]) == 2
    assert "cuda gibt es hier nicht" in capsys.readouterr().err


def test_a_diverging_loss_and_a_full_disk_are_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    few = load_fashion()
    few = dataclasses.replace(few, train=few.train[:512], validation=few.validation[:20])
    monkeypatch.setattr(train, "load_fashion", lambda: few)
    arguments = command(tmp_path / "lauf", "--optimizer", "sgd", "--learning-rate", "1e200")[3:]
    assert train.main(arguments) == 1
    assert re.search("keine endliche Zahl .* kleinere Lernrate", capsys.readouterr().err)

    def full(number: int) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(os, "fsync", full)
    assert train.main(command(tmp_path / "voll")[3:]) == 2
    text = capsys.readouterr().err
    assert "stand.pt lässt sich nicht schreiben (kein Platz mehr)" in text
    assert text.count("\n") == 1


def test_a_disk_that_fills_up_under_the_log_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    few = load_fashion()
    few = dataclasses.replace(few, train=few.train[:512], validation=few.validation[:20])
    monkeypatch.setattr(train, "load_fashion", lambda: few)
    write, calls = RecordWriter.write, []

    def full(writer: RecordWriter, data: bytes) -> None:
        calls.append(data)
        # Die ersten Einträge gehen noch, mit ihnen eine ganze Epoche.
        if len(calls) > 12:
            raise OSError(28, os.strerror(28))
        write(writer, data)

    monkeypatch.setattr(RecordWriter, "write", full)
    folder = tmp_path / "lauf"
    assert train.main(command(folder)[3:]) == 2
    text = capsys.readouterr().err
    assert "Das Protokoll" in text and "(kein Platz mehr)" in text
    assert text.count("\n") == 1
    assert checkpoint(folder)["history"]


def test_a_checkpoint_is_written_in_the_rhythm_of_the_device_and_at_the_end(
    few_images: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(train, "_EPOCHS_PER_CHECKPOINT", {"cpu": 2})
    saved = []
    monkeypatch.setattr(train, "save", lambda state, path: saved.append(len(state["history"])))
    assert train.main([*command(tmp_path / "lauf")[3:], "--epochs", "3"]) == 0
    assert saved == [2, 3]


def test_the_checkpoint_of_another_version_is_one_sentence(
    whole: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "lauf"
    shutil.copytree(whole, folder)
    state = checkpoint(folder)
    del state["settings"]["cutmix"]
    torch.save(state, folder / "stand.pt")
    assert train.main(command(folder, "--resume")[3:]) == 2
    assert "von einer anderen Fassung des Trainings" in capsys.readouterr().err


def test_the_recorded_run_on_cifar10_is_that_of_the_recipe() -> None:
    record = recorded_run("cifar10")
    expected = recipe("cifar10", record["device"] != "cpu")
    # Was eine Aufzeichnung noch nicht kannte, hatte die Wirkung der Voreinstellung.
    settings = vars(Settings()) | record["settings"]
    assert {key: settings[key] for key in expected} == expected


def test_the_teachers_of_the_recorded_run_are_recorded_too() -> None:
    student = recorded_run("cifar10")
    folders = []
    for name in ("teacher1", "teacher2"):
        run = recorded_run(name)
        words = shlex.split(run["command"])
        assert words[words.index("--file") + 1] == "resnet/training/teacher.py"
        folders.append(words[words.index("--out") + 1])
        for key in ("data", "images", "hardware", "versions"):
            assert run[key] == student[key], key
    assert f"--teachers {' '.join(folders)} " in student["command"]


@pytest.fixture
def taught(few_images: None, tmp_path: Path) -> list[str]:
    """Ein Aufruf mit einem Lehrer, der schon fertig ist."""
    folder = tmp_path / "lehrer"
    folder.mkdir()
    data = "Fashion-MNIST, Teilmenge"
    network = teacher.ResNet().state_dict()
    torch.save({"settings": {}, "data": data, "network": network}, folder / "stand.pt")
    return [*command(tmp_path / "lauf", "--teachers", str(folder))[3:], "--epochs", "1"]


def test_teachers_are_named_and_needed_again_to_resume(
    taught: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert train.main(taught) == 0
    shown = capsys.readouterr().out
    assert "Temperatur 4" in shown and "Label Smoothing" not in shown
    index = taught.index("--teachers")
    without = taught[:index] + taught[index + 2 :]
    assert train.main([*without, "--resume"]) == 2
    assert "nur mit denselben --teachers wie zu Beginn" in capsys.readouterr().err
    assert train.main([*taught, "--resume"]) == 0


def test_who_cannot_teach_is_one_sentence(
    taught: list[str], whole: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = [*taught, "--teachers", str(tmp_path / "nichts")]
    assert train.main(missing) == 2
    assert "--teachers nennt Ordner von Trainings mit" in capsys.readouterr().err
    assert train.main([*taught, "--teachers", str(whole)]) == 2
    assert "keines aus resnet/training/teacher.py" in capsys.readouterr().err
    saved = tmp_path / "lehrer" / "stand.pt"
    torch.save(checkpoint(tmp_path / "lehrer") | {"data": "CIFAR-10"}, saved)
    assert train.main(taught) == 2
    assert "kommt von den Daten »CIFAR-10«" in capsys.readouterr().err


def test_several_teachers_answer_with_their_mean() -> None:
    x = torch.randn(4, 3, 32, 32)
    networks = [teacher.ResNet(5).eval() for _ in range(2)]
    expected = (networks[0](x) + networks[1](x)) / 2
    assert torch.allclose(Teachers(networks)(x), expected, atol=1e-6)
    assert expected.shape == (4, 5)


def test_every_recipe_is_a_valid_setting() -> None:
    for name in DATA_NAMES:
        for gpu in (False, True):
            settings = Settings(**recipe(name, gpu))
            assert settings.optimizer in ("adamw", "sgd")


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
    assert train.main(arguments) == 0
    chosen = checkpoint(folder)["settings"]
    assert f"Gewählt: {chosen['precision']}, {chosen['memory_format']}." in capsys.readouterr().out
    monkeypatch.setattr(train, "measure", lambda *arguments: pytest.fail("noch einmal gemessen"))
    assert train.main([*arguments, "--resume"]) == 0
    assert checkpoint(folder)["settings"] == chosen


class Greedy(nn.Module):
    """Ein Netz, für das der Speicher nie reicht."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        raise torch.OutOfMemoryError


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
    monkeypatch.setattr(train, "load_network", lambda file, classes: Unfit())
    assert train.main(["--out", str(tmp_path / "lauf")]) == 2
    assert "nicht trainieren (zu groß für hier)" in capsys.readouterr().err


def test_too_little_memory_for_every_measurement_is_no_matter_of_the_device() -> None:
    with pytest.raises(torch.OutOfMemoryError):
        measure(Greedy(), torch.device("cpu"), 2)


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
