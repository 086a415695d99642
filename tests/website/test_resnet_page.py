"""Die Seite ResNet: Zahlen wie in den Aufzeichnungen, Herkunft, TensorBoard, Gewicht."""

from __future__ import annotations

import gzip
import html
import re
from pathlib import Path

import pytest

from recordings import plots, recorded
from recordings import shortcuts as experiment
from website.cells.display import Origin, Table

LIMIT = 250_000


@pytest.fixture(scope="module")
def resnet_page(site: Path) -> str:
    return (site / "resnet.html").read_text(encoding="utf-8")


def shown(text: str, part: Origin | Table) -> bool:
    return part._repr_html_() in text


@pytest.mark.parametrize("name", ["fashion", "cifar10"])
def test_curves_and_numbers_are_those_of_the_recording(resnet_page: str, name: str) -> None:
    run = recorded(name)
    assert shown(resnet_page, plots.origin(run))
    assert shown(resnet_page, plots.epoch_table(run["epochs"]))
    last = run["epochs"][-1]
    assert f"<td>{plots.decimal(last['validation_loss'], 4)}</td>" in resnet_page


def test_the_long_run_names_the_copy_it_was_made_with(resnet_page: str) -> None:
    assert "CIFAR-10 in einer JPEG-komprimierten Kopie" in resnet_page
    alt = plots.curves(recorded("cifar10")["epochs"]).alt
    assert f'alt="{html.escape(alt)}"' in resnet_page


def test_the_long_run_says_how_far_it_is_from_the_paper(resnet_page: str) -> None:
    run = recorded("cifar10")
    quoted = {"accuracy": 0.9303, "steps": 64_000, "batch_size": 128}
    note = plots.comparison(run, **quoted, source="He u. a. für ihr ResNet-56")
    assert note._repr_html_() in resnet_page
    assert html.escape(run["hardware"]) in note._repr_html_()


def test_the_teachers_of_the_long_run_are_shown_with_their_origin(resnet_page: str) -> None:
    teachers = [recorded("teacher1"), recorded("teacher2")]
    assert plots.teaching(teachers)._repr_html_() in resnet_page
    for run in teachers:
        assert shown(resnet_page, plots.origin(run))


def test_the_experiment_is_shown_as_recorded(resnet_page: str) -> None:
    record = recorded("shortcuts")
    assert shown(resnet_page, plots.origin(record))
    steps = record["runs"][0]["steps"]
    losses = {
        experiment.LABELS[variant]: plots.average(
            [run["loss"] for run in record["runs"] if run["variant"] == variant]
        )
        for variant in experiment.TRAINED
    }
    assert shown(resnet_page, plots.series_table("Schritt", steps, losses, 3))
    for name in losses:
        assert re.search(rf'alt="Verlust im Training[^"]*{name}: von', resnet_page), name


def test_the_page_shows_no_time_of_its_own_build(resnet_page: str) -> None:
    quick = resnet_page[resnet_page.index('id="eine-halbe-minute-training"') :]
    quick = quick[: quick.index("</section>")]
    assert not re.search(r"\d\s?(s|min|Sekunden|Minuten)\b", re.sub(r"<[^>]+>", "", quick))


def test_the_page_stays_light(site: Path, resnet_page: str) -> None:
    """Was der Browser vor dem ersten Klick lädt, gepackt, wie es ein Server ausliefert."""
    total = len(gzip.compress(resnet_page.encode()))
    sizes = {}
    for tag in re.findall(r"<img[^>]+>", resnet_page):
        source = re.search(r'src="([^"?]+)', tag)[1]
        content = (site / source).read_bytes()
        # Von hell und dunkel wird nur eines geladen.
        if "dunkel" not in source:
            sizes[source] = len(gzip.compress(content) if source.endswith(".svg") else content)
        if source.endswith(".webp"):
            assert 'loading="lazy"' in tag and 'width="' in tag and 'height="' in tag
            assert len(content) < 35_000, source
    assert max(sizes.values()) < 60_000
    assert total + sum(sizes.values()) < LIMIT, sizes
