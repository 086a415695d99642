"""Veränderte Bilder: was geschehen darf, was nicht, und was das für den Verlust heißt."""

from __future__ import annotations

import pytest
import torch

from resnet.training.augmentation import Augmentation, Changes, changed, mixed_cross_entropy


def altered(pixels: torch.Tensor, augmentation: Augmentation) -> torch.Tensor:
    changes = Changes.draw(len(pixels), torch.Generator().manual_seed(0), augmentation)
    return changed(pixels, pixels.roll(1, 0), changes)


def test_augment_only_moves_and_mirrors() -> None:
    pixels = torch.arange(2 * 6 * 5).reshape(1, 2, 6, 5).expand(200, -1, -1, -1) + 1
    moved = altered(pixels, Augmentation(padding=2))
    assert moved.shape == pixels.shape and moved.dtype == pixels.dtype
    padded = torch.nn.functional.pad(pixels[0], (2, 2, 2, 2))
    possible = {
        tuple(image.flatten().tolist())
        for top in range(5)
        for left in range(5)
        for crop in [padded[:, top : top + 6, left : left + 5]]
        for image in (crop, crop.flip(2))
    }
    seen = {tuple(image.flatten().tolist()) for image in moved}
    assert seen <= possible
    assert len(seen) > 40


def test_cutout_removes_one_square_from_every_image() -> None:
    pixels = torch.full((300, 1, 32, 32), 7, dtype=torch.uint8)
    cut = altered(pixels, Augmentation(padding=0, cutout=8))
    for image in cut[:, 0]:
        rows, columns = (image == 0).nonzero(as_tuple=True)
        height = int(rows.max() - rows.min()) + 1
        width = int(columns.max() - columns.min()) + 1
        # Am Rand ragt das Quadrat über das Bild hinaus.
        assert 4 <= height <= 8 and 4 <= width <= 8
        assert len(rows) == height * width
    assert ((cut == 0).sum((1, 2, 3)) == 64).float().mean() > 0.5


def test_cutmix_replaces_one_square_and_says_how_much_is_left() -> None:
    pixels = torch.arange(1, 201, dtype=torch.uint8)[:, None, None, None].expand(-1, 3, 32, 32)
    augmentation = Augmentation(padding=0, cutmix=0.5)
    changes = Changes.draw(len(pixels), torch.Generator().manual_seed(0), augmentation)
    mixed = changed(pixels, pixels.roll(1, 0), changes)
    own = mixed == pixels
    assert (own | (mixed == pixels.roll(1, 0))).all()
    assert torch.allclose(own.float().mean((1, 2, 3)), changes.share)
    assert 0.4 < (changes.share < 1).float().mean() < 0.6
    for image in ~own[:, 0]:
        rows, columns = image.nonzero(as_tuple=True)
        if len(rows):
            height, width = rows.max() - rows.min() + 1, columns.max() - columns.min() + 1
            assert len(rows) == height * width


def test_the_loss_of_mixed_images_weighs_both_classes() -> None:
    logits = torch.tensor([[2.0, 0.0, -1.0], [0.5, -0.5, 1.0]])
    labels, others, shares = torch.tensor([0, 1]), torch.tensor([2, 0]), torch.tensor([0.75, 1.0])
    for smoothing in (0.0, 0.1):
        # Das Ziel als Verteilung: die Anteile beider Klassen, dann geglättet.
        target = torch.tensor([[0.75, 0.0, 0.25], [0.0, 1.0, 0.0]])
        target = (1 - smoothing) * target + smoothing / 3
        expected = -(target * logits.log_softmax(dim=1)).sum(dim=1).mean()
        loss = mixed_cross_entropy(logits, labels, others, shares, smoothing)
        assert loss.item() == pytest.approx(expected.item())


def test_every_distortion_changes_the_image_and_keeps_its_range() -> None:
    photo = torch.randint(256, (1, 3, 32, 32), generator=torch.Generator().manual_seed(1))
    # Glatt wie ein Foto: Aus reinem Rauschen bliebe beim Drehen nichts erkennbar.
    photo = torch.nn.functional.avg_pool2d(photo.float(), 5, 1, 2).to(torch.uint8)
    pixels = photo.expand(500, -1, -1, -1)
    augmentation = Augmentation(padding=0, distortion=1.0)
    changes = Changes.draw(len(pixels), torch.Generator().manual_seed(0), augmentation)
    distorted = changed(pixels, pixels, changes)
    upright = torch.where(changes.flip[:, None, None, None], distorted.flip(3), distorted)
    assert upright.min() >= 0 and upright.max() <= 255
    difference = (upright - photo).abs().mean((1, 2, 3))
    assert difference[changes.kind == 0].max() < 0.01
    for kind in range(1, 10):
        assert difference[changes.kind == kind].max() > 3
        # Fast ohne Stärke bleibt das Bild fast, wie es ist.
        weak = (changes.kind == kind) & (changes.strength.abs() < 0.1)
        assert difference[weak].min() < 12
