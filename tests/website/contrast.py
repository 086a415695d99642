"""Wie sich zwei Farben voneinander abheben, nach WCAG 2.2."""

from __future__ import annotations


def contrast(one: str, other: str) -> float:
    """Das Verhältnis ihrer Helligkeiten, von 1 bis 21; die Farben wie ``#57606a``."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(color: str) -> float:
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
