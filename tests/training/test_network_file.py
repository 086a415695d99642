"""Eigene Dateien mit dem Netz."""

from __future__ import annotations

from pathlib import Path

import pytest
from calls import NETWORK, ROOT
from torch import nn

from resnet.training.command import main
from resnet.training.errors import CallError
from resnet.training.network_file import load_network


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
        with pytest.raises(CallError, match=message):
            load_network(file, 10)


def test_open_stub_cannot_be_trained(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stub = ROOT / "resnet" / "resnet.py"
    assert main(["--file", str(stub), "--out", str(tmp_path)]) == 2
    message = capsys.readouterr().err
    assert "rechnet noch nicht" in message and message.count("\n") == 1
    assert main(["--file", str(tmp_path / "nichts.py"), "--out", str(tmp_path)]) == 2
