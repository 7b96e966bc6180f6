"""Mends one fault of WeasyPrint 70's line breaking. Nothing in or out: `mend` changes the library, once.

Where the rest of a text fits on a line but for the space it ends in (before a link, say), WeasyPrint takes the text for
one that cannot be broken, and breaks it after its first word: a line with a single word in the middle of a paragraph.
A space at the end of a line hangs (CSS Text 3, 4.1.3), so such a text fits.
"""

from __future__ import annotations

from functools import cache
from typing import Any

VERSION = "70.0"  # the one this was made for; another may have mended it, or changed what is replaced here
NARROWEST = 0.25  # of the font size: no text has narrower letters on average, so longer ones need not be tried


@cache
def mend() -> None:
    import weasyprint
    from weasyprint.layout import inline

    if weasyprint.__version__ != VERSION:
        return
    split = inline.split_first_line

    def split_first_line(text: str, style: Any, context: Any, max_width: Any, *others: Any, **more: Any) -> Any:
        found = split(text, style, context, max_width, *others, **more)
        resume_index = found[2]
        if resume_index is None or not max_width or not text.endswith(" "):
            return found
        if style["white_space"] != "normal" or len(text) * style["font_size"] * NARROWEST > max_width:
            return found
        whole = split(text.rstrip(" "), style, context, max_width, *others, **more)
        return whole if whole[2] is None and whole[3] <= max_width else found

    inline.split_first_line = split_first_line
