"""Die Rezepte und die Läufe, die aus ihnen entstanden."""

from __future__ import annotations

import shlex

from recordings import recorded as recorded_run
from resnet.training.recipes import DATA_NAMES, recipe
from resnet.training.settings import Settings


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


def test_every_recipe_is_a_valid_setting() -> None:
    for name in DATA_NAMES:
        for gpu in (False, True):
            settings = Settings(**recipe(name, gpu))
            assert settings.optimizer in ("adamw", "sgd")
