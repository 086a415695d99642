"""Angaben des Betreibers: was fehlt, ist zu sehen; was falsch ist, bricht den Bau ab."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from site_builds import ROOT, run_build
from sphinx.errors import ConfigError

from website.prose.operator_details import LABELS, read_host

PAGES = {
    f"{name}.md": (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")
    for name in ("impressum", "datenschutz", "barrierefreiheit")
}


def test_the_shipped_file_names_every_key():
    lines = (ROOT / "docs" / "betreiber.toml").read_text(encoding="utf-8").splitlines()
    for section, keys in LABELS.items():
        assert f"[{section}]" in lines
        for key in keys:
            assert any(line.startswith(f"{key} = ") for line in lines), key


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "[provider]\nnmae = 'x'\n",
            "in [provider] den Schlüssel »nmae« nicht; möglich sind name,",
        ),
        ("[anbieter]\n", "den Abschnitt »anbieter« nicht; möglich sind provider,"),
        ("[provider]\nphone = 4930\n", "[provider] phone muss Text in Anführungszeichen sein"),
        ("provider = 'x'\n", "»provider« ist ein Abschnitt"),
        ("[provider\n", "kein gültiges TOML"),
        (None, "fehlt"),
    ],
)
def test_wrong_entries_are_one_sentence(tmp_path: Path, text: str | None, message: str):
    file = tmp_path / "betreiber.toml"
    if text is not None:
        file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as error:
        read_host(file)
    assert message in str(error.value) and "\n" not in str(error.value)


def test_pages_show_what_is_given_and_what_is_missing(scratch: Callable[..., Path]):
    root = scratch((), PAGES)
    host = root / "docs" / "betreiber.toml"
    host.write_text("", encoding="utf-8")
    result = run_build(root)
    assert result.returncode == 0, result.stderr
    notice = [line for line in result.stdout.splitlines() if "nicht ausgefüllt" in line]
    assert len(notice) == 1 and "Anbieter, Anschrift" in notice[0]
    # Nicht jeder hat eine Umsatzsteuer-Identifikationsnummer.
    assert "Umsatzsteuer" not in notice[0]
    page = root / "build" / "html" / "impressum.html"
    html = page.read_text(encoding="utf-8")
    assert "[nicht ausgefüllt: Anbieter]" in html and "Umsatzsteuer" not in html

    host.write_text(
        '[provider]\nname = "Universität <Ü>"\naddress = """\nWeg 1\\u0020\n12345 Ort\n"""\n'
        'email = "kurs@uni.example"\nvat_id = "DE123"\n',
        encoding="utf-8",
    )
    result = run_build(root)
    assert result.returncode == 0, result.stderr
    assert "Anbieter" not in result.stdout
    html = page.read_text(encoding="utf-8")
    assert "Universität &lt;Ü&gt;" in html and "DE123" in html
    assert "Weg 1<br>12345 Ort" in html
    assert 'href="mailto:kurs' in html
    assert "[nicht ausgefüllt: Telefon]" in html
    # Auf jeder Seite führen Verweise dorthin.
    index = (root / "build" / "html" / "index.html").read_text(encoding="utf-8")
    for name in ("impressum", "datenschutz", "barrierefreiheit"):
        assert f'href="{name}.html"' in index

    host.write_text("[provider]\nname = 7\n", encoding="utf-8")
    result = run_build(root)
    assert result.returncode != 0
    assert "[provider] name muss Text in Anführungszeichen sein, nicht 7." in result.stderr
    assert "Traceback" not in result.stderr
    assert page.read_text(encoding="utf-8") == html
