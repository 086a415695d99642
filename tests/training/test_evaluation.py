"""Zehn Ansichten je Bild."""

from __future__ import annotations

import dataclasses

import torch
from small_trainings import trainer

from resnet.training.evaluation import ten_crop
from resnet.training.images import Data


def test_ten_crop_averages_ten_views(tiny: Data) -> None:
    run = trainer(tiny)
    images = tiny.validation[:6]
    # Hell am Rand: Hereingeschobenes fiele auf, wenn es nicht schwarz wäre.
    images = dataclasses.replace(images, pixels=images.pixels.clamp(min=100))
    views = []
    for down, right in ((0, 0), (1, 1), (1, -1), (-1, 1), (-1, -1)):
        view = torch.zeros_like(images.pixels)
        rows, columns = (
            slice(max(down, 0), 32 + min(down, 0)),
            slice(max(right, 0), 32 + min(right, 0)),
        )
        from_rows = slice(max(-down, 0), 32 + min(-down, 0))
        from_columns = slice(max(-right, 0), 32 + min(-right, 0))
        view[:, :, rows, columns] = images.pixels[:, :, from_rows, from_columns]
        views += [view, view.flip(3)]
    expected = torch.stack(
        [run.logits(dataclasses.replace(images, pixels=view)).softmax(dim=1) for view in views]
    ).mean(dim=0)
    assert torch.allclose(ten_crop(run.logits, images), expected, atol=1e-6)
