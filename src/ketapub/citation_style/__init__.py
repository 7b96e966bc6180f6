"""The CSL engine behind two calls: `load_style` makes a style ready, `format_citations` formats a whole book.

In: our own nodes and checked records. Out: our own nodes. Nothing else knows the engine, which is pandoc's citeproc,
run as one process a book with JSON on both sides. `Needs` tells without it what a style prints of a work.
"""

from ketapub.citation_style.engine import Cluster, EngineFault, Formatted, format_citations
from ketapub.citation_style.inlines import with_links
from ketapub.citation_style.needs import Needs
from ketapub.citation_style.style import Style, load_style, style_names

__all__ = [
    "Cluster",
    "EngineFault",
    "Formatted",
    "Needs",
    "Style",
    "format_citations",
    "load_style",
    "style_names",
    "with_links",
]
