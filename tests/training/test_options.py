"""Falsche Optionen: ein deutscher Satz."""

from __future__ import annotations

import pytest

from resnet.training.command import main


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
        main(arguments.split())
    assert exit_.value.code == 2
    text = capsys.readouterr().err
    assert message in text and text.count("\n") == 1
