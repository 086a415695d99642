"""Konfiguration von Sphinx: nur Werte. Was mehr ist, steht in ``website/``."""

import sys
import warnings
from pathlib import Path

from sphinx.deprecation import RemovedInSphinx10Warning

# Hier liegen die Übungen und die Erweiterung »website«.
sys.path.insert(0, str(Path(__file__).resolve().parent))
# sphinx-autodoc-typehints benutzt noch eine Funktion, die Sphinx 10 abschafft.
warnings.filterwarnings("ignore", category=RemovedInSphinx10Warning)

project = "Faltwerk"
author = "Faltwerk"
language = "de"
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
    "website",
]
exclude_patterns = ["beispiel"]
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
