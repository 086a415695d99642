"""Konfiguration von Sphinx; was mehr ist als ein Wert, steht in ``website/``."""

import os
import sys
import warnings
from pathlib import Path

ROOT = Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT))

# Die Erweiterungen sind erst mit diesem Pfad zu finden.
from sphinx.deprecation import RemovedInSphinx10Warning  # noqa: E402

from website.address import public_address  # noqa: E402
from website.frame.interface import catalogue  # noqa: E402

# sphinx-autodoc-typehints benutzt noch eine Funktion, die Sphinx 10 abschafft.
warnings.filterwarnings("ignore", category=RemovedInSphinx10Warning)

project = "Faltwerk"
author = "Faltwerk"
language = "de"
locale_dirs = [catalogue(ROOT)]
gettext_auto_build = False

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_autodoc_typehints",
    "sphinx.ext.intersphinx",
    "sphinx_togglebutton",
    "sphinx_copybutton",
    "sphinx_design",
    "website.cells.execution",
    "website.cells.kernel_ports",
    "website.cells.freshness",
    "website.cells.plot_ink",
    "website.cells.rst_cells",
    "website.exercises.parts",
    "website.exercises.editors",
    "website.exercises.toggles",
    "website.prose.formulas",
    "website.prose.typography",
    "website.prose.alt_text",
    "website.prose.motion",
    "website.prose.inventories",
    "website.exercises.downloads",
    "website.exercises.progress",
    "website.runtime",
    "website.exercises.cards",
    "website.prose.operator_details",
    "website.frame.interface",
    "website.prose.licences",
    "website.frame.needed_files",
    "website.frame.head",
    "website.frame.sitemap",
    "website.frame.not_found",
    "website.finishing",
    "website.frame.accessible",
]
exclude_patterns = ["beispiel"]
templates_path = ["website/templates"]
suppress_warnings = ["config.cache"]

nitpicky = True
default_role = "code"

# Ausführen
nb_execution_mode = "cache"
nb_execution_timeout = 300
# Statt beim ersten Fehler abzubrechen, wird jeder eine Warnung mit Zeile; sie bricht den Bau.
nb_execution_raise_on_error = False
nb_execution_show_tb = True
nb_output_stderr = "warn"
nb_merge_streams = True
nb_ipywidgets_js = {}
# Ihr Training dauert am längsten; sie beginnt deshalb zuerst.
longest_pages = ["resnet"]
nb_render_text_lexer = "none"
nb_code_prompt_show = "Code anzeigen"
nb_code_prompt_hide = "Code verbergen"

# Schreibweise der Seiten
myst_enable_extensions = ["dollarmath", "amsmath", "colon_fence", "deflist", "attrs_inline"]
myst_dmath_double_inline = True
myst_heading_anchors = 3

# Beschreibungen aus den Rümpfen
# Die Typen schreibt sphinx-autodoc-typehints in die Beschreibung.
autodoc_typehints = "none"
always_use_bars_union = True
typehints_use_rtype = False
typehints_document_rtype_none = False
napoleon_google_docstring = True
napoleon_numpy_docstring = False
add_module_names = False
python_display_short_literal_types = True
python_maximum_signature_line_length = 72

# Kästen
togglebutton_selector = ".admonition.dropdown"
togglebutton_hint = ""
togglebutton_hint_hide = ""
togglebutton_open_on_print = False

copybutton_selector = "div.highlight pre:not(.no-copy)"
copybutton_prompt_text = ">>> |$ "
copybutton_prompt_is_regexp = False

# Aussehen
html_theme = "furo"
html_title = "Faltwerk"
html_baseurl = public_address(os.environ)
html_favicon = "website/static/favicon.svg"
html_static_path = ["website/static"]
html_css_files = ["faltwerk.css"]
html_js_files = ["toggles.js", "regions.js", "drawers.js", "motion.js"]
html_copy_source = False
html_show_sourcelink = False
html_show_copyright = False
html_use_index = False
html_domain_indices = False
html_permalinks_icon = "#"
html_scaled_image_link = False
# Kürzel aus einem Zeichen stören Spracheingaben (WCAG 2.1.4), und Sphinx fängt mit ihnen Esc ab.
html_theme_options = {"top_of_page_buttons": [], "enable_search_shortcuts": False}
math_renderer = "katex"
html_math_renderer = "katex"
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"
