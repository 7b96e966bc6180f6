"""The CSL engine behind two calls: `load_style` makes a style ready, `format_citations` formats a whole book.

In: our own nodes and checked records. Out: our own nodes. Nothing else knows the engine, which is pandoc's citeproc,
run as one process a book with JSON on both sides. `Needs` tells without it what a style prints of a work.
`find_styles` says which styles there are.
"""

from ketapub.citation_style.catalogue import Listed, find_styles
from ketapub.citation_style.engine import Cluster, EngineFault, Formatted, format_citations
from ketapub.citation_style.inlines import with_links
from ketapub.citation_style.lint import report_faults
from ketapub.citation_style.needs import Needs
from ketapub.citation_style.patience import estimated_seconds, long_wait
from ketapub.citation_style.style import Style, did_you_mean_style, load_style, style_names

__all__ = [
    "Cluster",
    "EngineFault",
    "Formatted",
    "Listed",
    "Needs",
    "Style",
    "did_you_mean_style",
    "estimated_seconds",
    "find_styles",
    "format_citations",
    "load_style",
    "long_wait",
    "report_faults",
    "style_names",
    "with_links",
]
