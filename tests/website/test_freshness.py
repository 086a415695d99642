"""Welche Zellen eine Seite hat, Fingerabdrücke, und wie Seiten auf Prozesse verteilt werden."""

from __future__ import annotations

from pathlib import Path

from sphinx.util.parallel import make_chunks

from website.cells._source import cells
from website.cells.freshness import shares
from website.fingerprints import digest

MARKDOWN = """\
# Titel: pooling nur im Text

```{code-cell} ipython3
:tags: [remove-input]

import alpha
```

````{code-cell} ipython3
print("```")
import beta
````

```python
import gamma
```
"""
RST = """\
Titel
=====

.. code-cell:: python
   :tags: remove-input

   import alpha

   x = 1

Text mit gamma.

.. expected-start:: gamma.teil

.. code-cell:: python

   import beta
.. code-block:: python

   import gamma
"""


def test_cells_are_found_in_both_forms():
    for text in (MARKDOWN, RST):
        found = cells(text)
        assert len(found) == 2
        assert "import alpha" in found[0] and "import beta" in found[1]
        assert "gamma" not in "".join(found)


def test_a_fingerprint_depends_on_content_and_name_and_not_on_the_place(tmp_path: Path):
    def made(root: str, name: str, text: str) -> str:
        path = tmp_path / root / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        return digest(["x"], [path], tmp_path / root)

    first = made("a", "f.py", "1")
    assert first == made("b", "f.py", "1")
    assert len({first, made("a", "g.py", "1"), made("a", "f.py", "2")}) == 3


def test_slow_pages_start_first_and_in_different_processes():
    weights = {"resnet": 20, "convolution": 3, "pooling": 3, "seresnet": 3}
    weights |= {f"text{number}": 0 for number in range(7)}
    for count in (2, 3, 4):
        order = [name for share in shares(list(weights), weights, count) for name in share]
        assert sorted(order) == sorted(weights)
        chunks = make_chunks(order, count)
        assert chunks[0][0] == "resnet"
        assert not {"convolution", "pooling", "seresnet"} & set(chunks[0])
