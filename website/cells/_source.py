"""Die Zellen im Quelltext einer Seite."""

from __future__ import annotations

import re

_MARKDOWN_CELL = re.compile(
    r"^(?P<fence>`{3,}|:{3,})\{code-cell\}.*?^(?P=fence)[ \t]*$", re.MULTILINE | re.DOTALL
)
_RST_CELL = re.compile(r"^([ \t]*)\.\. code-cell::.*\n(?:\1[ \t]+\S.*\n?|[ \t]*\n)*", re.MULTILINE)


def cells(text: str) -> list[str]:
    """Die Zellen einer Seite mit ihren Optionen, als Text.

    Args:
        text: Quelltext der Seite, Markdown oder RST.
    """
    return [match[0] for form in (_MARKDOWN_CELL, _RST_CELL) for match in form.finditer(text)]
