"""What an element of our markup is called in a PDF: tags and classes in, structure types out.

The one table to read, or to change, about names. They are those of PDF 2.0 (ISO 32000-2, 14.8.4), and the older ones
that it left out, which live on in the namespace of PDF 1.7; `Standard` knows what a file of PDF 1.7 calls the new ones.
"""

from __future__ import annotations

from xml.etree.ElementTree import Element

SVG = "{http://www.w3.org/2000/svg}svg"
TITLE = "{http://www.w3.org/2000/svg}title"
OLD = frozenset({"Art", "BlockQuote", "TOC", "TOCI", "Index", "Quote", "Reference", "BibEntry", "Code"})  # until 1.7
TABLE = frozenset({"Table", "THead", "TBody", "TFoot", "TR", "TH", "TD"})
GROUPS = frozenset({"Document", "Sect", "Div", "Art", "Aside", "BlockQuote", "Index"})  # text in them needs a P
ROW_GROUPS = {"thead": "THead", "tbody": "TBody", "tfoot": "TFoot"}
BLOCKS = {
    "html": "",
    "body": "",
    "main": "",
    "section": "Sect",
    "article": "Art",
    "nav": "Sect",
    "aside": "Aside",
    "header": "Div",
    "footer": "Div",
    "div": "Div",
    "details": "Div",
    "figure": "Div",  # around a picture and its caption: the words of a Figure are its alternative text alone
    "figcaption": "Caption",
    "blockquote": "BlockQuote",
    "p": "P",
    "pre": "P",
    "address": "P",
    "summary": "P",
    "hr": "",
    "ul": "L",
    "ol": "L",
    "dl": "L",
    "li": "LI",
    "table": "Table",
    **{f"h{level}": f"H{level}" for level in range(1, 7)},
}
EMPHASIS = {"em": "Em", "i": "Em", "strong": "Strong", "b": "Strong"}
LABELS = {"checkbox", "ref-number"}  # words of the markup that stand where a list's own marker would


def classes(element: Element) -> list[str]:
    return (element.get("class") or "").split()


def is_block(element: Element) -> bool:
    return element.tag in BLOCKS


def is_contents(element: Element) -> bool:
    return element.tag == "nav" and "toc" in classes(element)


def block_role(element: Element, contents: bool) -> str:
    """The structure type of a block, inside of a table of contents or not; "" if it is nothing of its own."""
    tag, names = str(element.tag), classes(element)
    if contents and tag in ("ul", "ol", "li"):
        return "TOCI" if tag == "li" else "TOC"
    if tag == "section" and "index" in names:
        return "Index"
    if tag == "div" and "table" in names and element.find("table") is not None:
        return ""  # a frame for screens
    if element.get("id") == "book-title":
        return "Title"
    return BLOCKS[tag]


def inline_roles(element: Element) -> tuple[str, ...]:
    """From the outside in. A link into the book is a reference (14.8.4.4.2)."""
    names = classes(element)
    if element.tag == "a" and element.get("href"):
        return ("Reference", "Link") if (element.get("href") or "").startswith("#") else ("Link",)
    if element.tag == "code":
        return ("Code",)
    if element.tag == "q":
        return ("Quote",)
    if "ref-body" in names:
        return ("BibEntry",)
    return (EMPHASIS[element.tag],) if element.tag in EMPHASIS else ()


def numbering(element: Element) -> str:
    """What labels the items of a list, as far as the markup tells (ISO 32000-2, 14.8.5.5)."""
    names = classes(element)
    if element.tag == "dl":
        return "Description"
    if "index-list" in names:
        return "None"
    if "labelled" in names:
        return "Unordered"
    if "references" in names and "numbered" not in names:
        return "None"
    if "checklist" in names:
        return "Square"
    return "Decimal" if element.tag == "ol" else "Disc"


def is_label(element: Element) -> bool:
    return element.tag == "span" and not LABELS.isdisjoint(classes(element))


def is_note(element: Element) -> bool:
    return element.tag == "span" and "footnote" in classes(element)


def is_picture(element: Element) -> bool:
    return element.tag in ("img", SVG)


def is_decoration(element: Element) -> bool:
    """Nothing that is to be read: hidden from those who listen, or a picture that has no words on purpose."""
    return (
        element.get("aria-hidden") == "true"
        or element.tag == "head"
        or (is_picture(element) and not alternative(element))
    )


def pictured(element: Element) -> Element | None:
    """The picture of a <figure> that holds one, and else nothing but its caption."""
    if element.tag != "figure" or [one for one in element if not is_picture(one) and one.tag != "figcaption"]:
        return None
    pictures = [one for one in element if is_picture(one)]
    return pictures[0] if len(pictures) == 1 and not is_decoration(pictures[0]) else None


def picture_role(element: Element) -> str:
    return "Formula" if "math" in classes(element) else "Figure"


def alternative(element: Element) -> str:
    if element.tag == SVG:
        return _tidy(element.findtext(TITLE) or element.get("aria-label") or "")
    return _tidy(element.get("alt") or "")


def title_of(element: Element) -> str:
    """The words of a heading; those of the title of a callout."""
    if element.tag == "aside":
        named = element.get("aria-labelledby")
        return next((_words(one) for one in element.iter() if named and one.get("id") == named), "")
    return _words(element)


def _words(element: Element) -> str:
    def parts(one: Element) -> str:
        if is_note(one):
            return ""
        if is_picture(one):
            return alternative(one) if picture_role(one) == "Formula" else ""
        return (one.text or "") + "".join(parts(child) + (child.tail or "") for child in one)

    return _tidy(parts(element))


def _tidy(text: str) -> str:
    return " ".join(text.split())
