"""Gemessene Zeiten nennen, worauf sie gemessen sind."""

from __future__ import annotations

import pytest

from recordings import recorded


@pytest.mark.parametrize(
    ("name", "slower", "faster"),
    [
        ("convolution_speed", "im2col_ms", "torch_ms"),
        ("pooling_speed", "loops_ms", "windows_ms"),
    ],
)
def test_timings_name_machine_versions_and_date(name: str, slower: str, faster: str) -> None:
    timings = recorded(name)
    assert timings["command"].endswith(f"python -m recordings.{name}")
    assert timings["processor"] and timings["threads"] == 1 and timings["date"]
    assert set(timings["versions"]) == {"python", "numpy", "torch"}
    assert all(row[slower] > row[faster] > 0 for row in timings["rows"])
