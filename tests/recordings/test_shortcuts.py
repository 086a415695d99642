"""Der Versuch mit und ohne Shortcuts: gleiche Bedingungen, ehrliche Aufzeichnung."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest
import torch
from torch import nn

from recordings import recorded
from recordings import shortcuts as experiment
from recordings.shortcuts import BARE, LABELS, PLAIN, RESIDUAL, SE, TRAINED, Recipe
from resnet.solution import ResidualBlock, ResNet
from resnet.training.datasets.fashion_mnist import load_fashion
from resnet.training.images import Data

torch.set_num_threads(1)
RECIPE = Recipe(epochs=1, batch_size=16, interval=1)


@pytest.fixture(scope="module")
def data() -> Data:
    return load_fashion()


@pytest.fixture(scope="module")
def tiny(data: Data) -> Data:
    return dataclasses.replace(data, train=data.train[:32], validation=data.validation[:10])


def test_variants_share_the_weights_of_the_sample_solution() -> None:
    torch.manual_seed(3)
    wanted = ResNet().state_dict()
    states = {name: experiment.build(name, seed=3).state_dict() for name in LABELS}
    assert states[RESIDUAL].keys() == wanted.keys()
    for name, state in states.items():
        for key in state.keys() & wanted.keys():
            assert torch.equal(state[key], wanted[key]), (name, key)
    assert wanted.keys() - states[PLAIN].keys() == {key for key in wanted if ".shortcut." in key}
    assert all(".conv2.2." in key for key in states[SE].keys() - wanted.keys())
    with pytest.raises(ValueError, match="plain, residual, se"):
        experiment.build("flach", seed=3)


def test_only_the_shortcut_is_missing() -> None:
    x = torch.randn(2, 32, 4, 4, generator=torch.Generator().manual_seed(0))
    for name, expected in ((PLAIN, 0.0), (RESIDUAL, x)):
        block = experiment.build(name, seed=0).eval().stage1[0]
        main_path = block.conv2(torch.relu(block.conv1(x)))
        assert torch.equal(block(x), torch.relu(main_path + expected)), name
    modules = list(experiment.build(BARE, seed=0).modules())
    assert not any(isinstance(module, nn.BatchNorm2d) for module in modules)


def test_gradient_norms_belong_to_the_main_path_and_leave_no_trace(tiny: Data) -> None:
    network = experiment.build(SE, seed=0)
    before = {key: value.clone() for key, value in network.state_dict().items()}
    norms = experiment.gradient_norms(network, tiny)
    assert len(norms) == 49 and all(norm > 0 for norm in norms)
    assert all(torch.equal(before[key], value) for key, value in network.state_dict().items())
    assert all(parameter.grad is None for parameter in network.parameters())
    # Von Hand nachgerechnet, an der ersten und an der letzten Faltung.
    logits = network.train()(tiny.normalised(tiny.train.pixels))
    nn.functional.cross_entropy(logits, tiny.train.labels).backward()
    blocks = [module for module in network.modules() if isinstance(module, ResidualBlock)]
    for norm, conv in ((norms[0], network.stem[0]), (norms[-1], blocks[-1].conv2[0])):
        assert norm == pytest.approx(conv.weight.grad.norm().item(), rel=1e-4)


@pytest.mark.training
def test_runs_repeat_and_differ_only_by_variant_and_seed(tiny: Data) -> None:
    first, second = (experiment.run(PLAIN, 0, tiny, RECIPE) for _ in range(2))
    assert first == second
    assert first["steps"] == [1, 2] and len(first["loss"]) == 2
    other = experiment.run(PLAIN, 1, tiny, RECIPE)
    assert other["loss"] != first["loss"]


def test_recording_is_complete_after_every_seed(
    tiny: Data, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(experiment, "load_fashion", lambda: tiny)
    monkeypatch.setattr(experiment, "Recipe", lambda: RECIPE)
    seen = []

    def stop(variant: str, seed: int, *arguments: object) -> dict:
        if seed == 1:
            raise KeyboardInterrupt
        seen.append(variant)
        return {"variant": variant, "seed": seed, "loss": [1.0], "validation": {"accuracy": 0.5}}

    monkeypatch.setattr(experiment, "run", stop)
    file = tmp_path / "lauf.json"
    assert experiment.main(["--record", str(file)]) == 1
    assert seen == list(TRAINED)
    result = json.loads(file.read_text(encoding="utf-8"))
    assert [run["variant"] for run in result["runs"]] == list(TRAINED)
    assert result["command"] == f"python -m recordings.shortcuts --record {file}"
    assert "Unterbrochen" in capsys.readouterr().err
    assert experiment.main(["--record", str(tmp_path / "fehlt" / "lauf.json")]) == 2
    assert "lässt sich nicht schreiben" in capsys.readouterr().err


@pytest.mark.slow
def test_the_recording_was_made_with_this_code(data: Data) -> None:
    recording = recorded("shortcuts")
    assert recording["settings"] == vars(Recipe())
    assert {run["variant"] for run in recording["runs"]} == set(TRAINED)
    for run in recording["runs"]:
        assert len(run["loss"]) == len(run["steps"])
        assert len(run["gradients"]["before"]) == len(run["gradients"]["after"]) == 49
        if run["seed"] == 0:
            network = experiment.build(run["variant"], seed=0)
            norms = experiment.gradient_norms(network, data)
            assert run["gradients"]["before"] == pytest.approx(norms, rel=0.02), run["variant"]
