"""How the site is built: `make docs`, offline, warnings are errors."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import jieba
from sphinx.search.zh import SearchChinese

from urbgeo.provenance import package_version

project = "urbgeo"
author = "The urbgeo developers"
copyright = "2026, the urbgeo developers"
release = package_version()

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
    "sphinx_copybutton",
    "sphinx_design",
]
jieba.setLogLevel(logging.WARNING)  # it reports its dictionary at every build
exclude_patterns = ["_build", "words.txt"]
myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3
nb_execution_mode = "off"  # notebooks show what they stored; a test runs them

autodoc_member_order = "bysource"
autodoc_typehints = "none"
autodoc_default_options = {"members": True}
napoleon_google_docstring = False
napoleon_use_rtype = False
napoleon_use_ivar = True
add_module_names = False
toc_object_entries_show_parents = "hide"

language = "en"
html_theme = "furo"
html_title = "urbgeo"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_sourcelink = False
# Chinese pages are cut into words by jieba, with the field's own words, so that the search finds them.
html_search_language = "zh"
# Sphinx calls the stemmer by the language's name, but for Chinese it ships the English one: without this
# the page of the search stops with "ChineseStemmer is not defined" and finds nothing.
SearchChinese.language_name = "English"
html_search_options = {"dict": str(Path(__file__).with_name("words.txt"))}
