"""Bewegte Abbildungen: Die Seite zeigt sie in Ruhe, ein Knopf spielt sie ab und hält sie an.

Zu ``name.svg`` gehört eine bewegte Fassung, wenn daneben ``name-animation.svg`` liegt.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

_SUFFIX = "-animation.svg"
_FOLDER = "_images"


class motion_button(nodes.General, nodes.Element):
    """Der Knopf unter einer Abbildung, von der es eine bewegte Fassung gibt."""


class AddButtons(SphinxTransform):
    """Stellt hinter jedes Bild mit bewegter Fassung den Knopf."""

    def apply(self, **kwargs: Any) -> None:
        for image in list(self.document.findall(nodes.image)):
            moving = image["uri"].removesuffix(".svg") + _SUFFIX
            path = Path(self.env.doc2path(self.env.docname)).parent / moving
            if image["uri"].endswith(".svg") and path.is_file():
                up = "../" * self.env.docname.count("/")
                button = motion_button(uri=f"{up}{_FOLDER}/{path.name}")
                image.parent.insert(image.parent.index(image) + 1, button)


def visit_motion_button(translator: Any, node: motion_button) -> None:
    """Schreibt den Knopf; »motion.js« bedient ihn, ohne Skript ist er nicht zu sehen."""
    translator.body.append(
        f'<p class="motion"><button type="button" data-motion="{node["uri"]}">'
        "Bewegung abspielen</button></p>\n"
    )
    raise nodes.SkipNode


def copy_animations(app: Sphinx, error: Exception | None) -> None:
    """Legt die bewegten Fassungen zu den Bildern der Website; Sphinx kennt sie nicht."""
    if error is not None or app.builder.name != "html":
        return
    folder = Path(app.outdir) / _FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted(Path(app.srcdir).rglob(f"*{_SUFFIX}")):
        shutil.copyfile(path, folder / path.name)


def setup(app: Sphinx) -> None:
    """Meldet Knopf, Umformung und Kopie an."""
    app.add_node(motion_button, html=(visit_motion_button, None))
