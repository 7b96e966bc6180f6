"""Structure types as the standards know them (14.8.4; 2.0 14.8.4); data only."""

from __future__ import annotations

GROUPS = {"Document", "Part", "Art", "Sect", "Div", "BlockQuote", "Caption", "TOC", "TOCI", "Index", "NonStruct"}
BLOCKS = {"P", "L", "LI", "Lbl", "LBody", "Table", "TR", "TH", "TD", "THead", "TBody", "TFoot"}
BLOCKS |= {f"H{level}" for level in range(1, 7)}
INLINES = {"Span", "Quote", "Note", "Reference", "BibEntry", "Code", "Link", "Figure", "Formula"}
STANDARD = GROUPS | BLOCKS | INLINES
OLD = {"Art", "BlockQuote", "TOC", "TOCI", "Index", "Quote", "Reference", "BibEntry", "Code"}  # not in PDF 2.0
OLD_SPACE, SPACE = "http://iso.org/pdf/ssn", "http://iso.org/pdf2/ssn"
NEW = STANDARD - {"Note"} | {"FENote", "Title", "Aside", "Em", "Strong"}
INSIDE = {  # UA 7.2: what may stand in these
    "L": {"L", "LI", "Caption"},
    "LI": {"Lbl", "LBody"},
    "Table": {"TR", "THead", "TBody", "TFoot", "Caption"},
    "THead": {"TR"},
    "TBody": {"TR"},
    "TFoot": {"TR"},
    "TR": {"TH", "TD"},
    "TOC": {"TOC", "TOCI", "Caption"},
    "TOCI": {"Lbl", "Reference", "NonStruct", "P", "TOC"},
}
NUMBERINGS = {"/None", "/Disc", "/Circle", "/Square", "/Decimal"}
NEW_NUMBERINGS = {"/Description", "/Unordered"}
