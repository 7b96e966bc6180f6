"""What is wrong with a tagged PDF: an open file comes in, sentences go out; none for a good one.

These are the faults that validators do not see, and some that they do, so that the fast tests need no validator: of the
faults that tests/slow/test_pdf_mutants.py puts into a file, veraPDF 1.28 lets a good part pass. The numbers are clauses
of ISO 32000-1 (PDF 1.7), ISO 14289-1 (PDF/UA-1, "UA") and ISO 19005-2 (PDF/A-2, "A"); where only a file of PDF 2.0 is
asked, of ISO 32000-2 ("2.0"), ISO 14289-2 ("UA-2") and ISO 19005-4 ("A-4").
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name

from ketapub.check.pdf_tree import Element, artifacts, tag_tree

GROUPS = {"Document", "Part", "Art", "Sect", "Div", "BlockQuote", "Caption", "TOC", "TOCI", "Index", "NonStruct"}
BLOCKS = {"P", "L", "LI", "Lbl", "LBody", "Table", "TR", "TH", "TD", "THead", "TBody", "TFoot"}
BLOCKS |= {f"H{level}" for level in range(1, 7)}
INLINES = {"Span", "Quote", "Note", "Reference", "BibEntry", "Code", "Link", "Figure", "Formula"}
STANDARD = GROUPS | BLOCKS | INLINES
OLD = {"Art", "BlockQuote", "TOC", "TOCI", "Index", "Quote", "Reference", "BibEntry", "Code"}  # not in PDF 2.0
OLD_SPACE, SPACE = "http://iso.org/pdf/ssn", "http://iso.org/pdf2/ssn"
NEW = STANDARD - {"Note"} | {"FENote", "Title", "Aside", "Em", "Strong"}
CLAIMS = {
    "1.7": ("<pdfuaid:part>1<", "<pdfaid:part>2<", "<pdfaid:conformance>A<", "<pdfaProperty:name>part<"),
    "2.0": ("<pdfuaid:part>2<", "<pdfuaid:rev>2024<", "<pdfaid:part>4<", "<pdfaid:rev>2020<", "<pdfaid:conformance>F<"),
}
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
FORBIDDEN = {"/AA", "/OpenAction", "/AcroForm", "/Requirements", "/OCProperties", "/NeedsRendering", "/Perms"}
DRAWING = {"TJ", "Tj", "f", "f*", "S", "B", "B*", "sh", "Do"}
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")


def faults(pdf: pikepdf.Pdf, version: str = "1.7", *, book: bool = True) -> list[str]:
    """`version` of PDF that it has to be; `book`: whether it has to have an outline, page labels, and what goes with a
    book."""
    found = [*_file(pdf, version), *_files(pdf, version, book)]
    if "/StructTreeRoot" not in pdf.Root:
        return [*found, "no tags (14.7.2)"]
    found += _Tree(pdf).faults()
    if not found and version == "2.0":
        found += _references(pdf)
    if not found:
        found += _meaning(pdf)
        found += _ways(pdf, book)
    return found


def _file(pdf: pikepdf.Pdf, version: str) -> Iterator[str]:
    root = pdf.Root
    if str(root.get("/Lang", "")) == "":
        yield "no language of the document (UA 7.2)"
    if root.get("/MarkInfo", {}).get("/Marked") is not True or root.MarkInfo.get("/Suspects"):
        yield "not marked as tagged (UA 7.1)"
    if root.get("/ViewerPreferences", {}).get("/DisplayDocTitle") is not True:
        yield "a reader shows the name of the file as its title (UA 7.1)"
    if pdf.pdf_version != version:
        yield f"version {pdf.pdf_version}"
    if version == "2.0" and "/Info" in pdf.trailer:
        yield "a dictionary of information beside the metadata (A-4 6.1.3)"
    if pdf.is_encrypted or "/ID" not in pdf.trailer:
        yield "encrypted, or without an identifier (A 6.1.3)"
    yield from (f"forbidden in the catalog: {key} (A 6)" for key in FORBIDDEN & set(root.keys()))
    intents = root.get("/OutputIntents", [])
    if [str(one.get("/S")) for one in intents] != ["/GTS_PDFA1"] or int(intents[0].DestOutputProfile.N) != 3:
        yield "no RGB output intent (A 6.2.3)"
    metadata = root.get("/Metadata")
    text = metadata.read_bytes().decode() if metadata is not None else ""
    for claim in CLAIMS[version]:
        if claim not in text:
            yield f"metadata lacks {claim} (UA 5, A 6.6)"
    if "<dc:title>" not in text:
        yield "metadata has no title (UA 7.1)"
    for number, page in enumerate(pdf.pages, 1):
        if page.obj.get("/Tabs") != Name.S:
            yield f"page {number}: links are not visited in the order of the tags (UA 7.18.3)"
        for name, font in page.obj.Resources.get("/Font", {}).items():
            if "/ToUnicode" not in font:
                yield f"page {number}: font {name} cannot be read (UA 7.21.7)"
            inner = font.DescendantFonts[0]
            if not {"/FontFile2", "/FontFile3"} & set(inner.FontDescriptor.keys()):
                yield f"page {number}: font {name} is not embedded (UA 7.21.4)"
            if inner.Subtype == "/CIDFontType2" and inner.get("/CIDToGIDMap") != Name.Identity:
                yield f"page {number}: font {name} does not say which glyph is which (UA 7.21.3.2)"
        for name, image in page.obj.Resources.get("/XObject", {}).items():
            if image.get("/Interpolate"):
                yield f"page {number}: {name} is interpolated (A 6.2.8)"


def _files(pdf: pikepdf.Pdf, version: str, book: bool) -> Iterator[str]:
    """What goes with it: a file in PDF/A-4f (A-4 6.9), nothing in PDF/A-2."""
    names = list(pdf.Root.get("/Names", {}).get("/EmbeddedFiles", Dictionary(Names=Array())).Names)[1::2]
    if [one.objgen for one in names] != [one.objgen for one in pdf.Root.get("/AF", [])]:
        yield "a file that is not associated, or associated and not there (2.0 14.13)"
    if bool(names) != (version == "2.0" and book):
        yield f"{len(names)} files in it"
    for one in names:
        if "/AFRelationship" not in one or not str(one.get("/Desc", "")) or "/UF" not in one:
            yield "a file that does not say what it is (UA-2 8.14.1)"
        try:
            data = json.loads(one.EF.F.read_bytes())
        except ValueError:
            data = {}
        if not data.get("chapters"):
            yield "a file without the book"


class _Tree:
    """The tree as a graph: every arrow of it must come back (14.7.4)."""

    def __init__(self, pdf: pikepdf.Pdf) -> None:
        self.pdf, self.root = pdf, pdf.Root.StructTreeRoot
        self.found: list[str] = []
        self.pages = {page.obj.objgen: number for number, page in enumerate(pdf.pages)}
        self.sequences = {}  # number of a page or form -> MCIDs in its content
        for page in pdf.pages:
            self.sequences[page.obj.objgen] = set(self.marked(page.obj, f"page {self.pages[page.obj.objgen] + 1}"))
            for form in page.obj.Resources.get("/XObject", {}).values():
                if form.get("/StructParents") is not None:
                    self.sequences[form.objgen] = set(self.marked(form, "a form"))
        self.parents: dict[int, Any] = {}
        self.owned: set[tuple[tuple[int, int], int]] = set()
        self.linked: set[tuple[int, int]] = set()
        self.ids: dict[bytes, tuple[int, int]] = {}

    def marked(self, content: Any, where: str) -> Iterator[int]:
        """The MCIDs of a content stream; all that is drawn must stand in one, or in an artifact (UA 7.1)."""
        stack: list[str | int] = []
        for operands, operator in pikepdf.parse_content_stream(content):
            match str(operator):
                case "BDC" | "BMC":
                    properties = operands[1] if len(operands) > 1 else {}
                    mcid = int(properties.MCID) if isinstance(properties, Dictionary) and "/MCID" in properties else ""
                    artifact = operands[0] == Name.Artifact
                    if stack and (artifact != ("Artifact" in stack) or mcid != ""):
                        self.found.append(f"{where}: what is read and what is not stand in each other")
                    stack.append("Artifact" if artifact else mcid)
                    if mcid != "":
                        yield int(mcid)
                case "EMC":
                    stack.pop()
                case "Do" if self.is_read(content, operands[0]):
                    pass
                case drawing if drawing in DRAWING and not any(one != "" for one in stack):
                    self.found.append(f"{where}: something is drawn that is neither read nor an artifact")
                case _:
                    pass

    @staticmethod
    def is_read(content: Any, name: Any) -> bool:
        return "/StructParents" in content.Resources.XObject[str(name)]

    def faults(self) -> list[str]:
        root = self.root
        numbers = list(root.ParentTree.Nums)
        keys = [int(one) for one in numbers[::2]]
        self.parents = dict(zip(keys, numbers[1::2], strict=True))
        if keys != sorted(set(keys)):
            self.found.append("the parent tree is not sorted (7.9.7)")
        if int(root.get("/ParentTreeNextKey", 0)) <= max(keys):
            self.found.append("the next key of the parent tree is taken (14.7.2)")
        if len(root.K) != 1 or str(root.K[0].S) != "/Document":
            self.found.append("the tree has not one document at its root")
        self.spaces = {one.objgen: str(one.NS) for one in root.get("/Namespaces", [])}
        if sorted(self.spaces.values()) != ([OLD_SPACE, SPACE] if self.pdf.pdf_version == "2.0" else []):
            self.found.append("namespaces that are not those of PDF (2.0 14.8.6)")
        for role, standard in root.get("/RoleMap", {}).items():
            if role[1:] in STANDARD or str(standard)[1:] not in STANDARD:
                self.found.append(f"{role} is mapped to {standard} (UA 7.1)")
        self.element(root.K[0], root, None)
        self.compare()
        return self.found

    def element(self, one: Any, parent: Any, page: Any) -> None:
        page = one.get("/Pg", page)
        if one.P.objgen != parent.objgen:
            self.found.append(f"{one.S}: its parent is another element")
        if self.spaces:
            space = self.spaces.get(one.NS.objgen) if "/NS" in one else ""
            if space != (OLD_SPACE if str(one.S)[1:] in OLD else SPACE):
                self.found.append(f"{one.S} is in no namespace that knows it (UA-2 8.2.4)")
        if "/ID" in one:
            if bytes(one.ID) in self.ids:
                self.found.append(f"{one.S}: its ID is that of another one")
            self.ids[bytes(one.ID)] = one.objgen
        kids = one.get("/K", Array())
        for kid in kids if isinstance(kids, Array) else [kids]:
            if isinstance(kid, int):
                self.sequence(one, page, kid)
            elif kid.get("/Type") == "/MCR":
                self.sequence(one, kid.get("/Stm", kid.get("/Pg", page)), int(kid.MCID))
            elif kid.get("/Type") == "/OBJR":
                if self.parents.get(int(kid.Obj.get("/StructParent", -1)), one.K).objgen != one.objgen:
                    self.found.append("a link does not know its element (14.7.4.4)")
                if kid.Obj.objgen in self.linked:
                    self.found.append("a link stands in two elements")
                self.linked.add(kid.Obj.objgen)
            else:
                self.element(kid, one, page)

    def sequence(self, one: Any, holder: Any, mcid: int) -> None:
        if holder is None or holder.objgen not in self.sequences:
            self.found.append(f"{one.S}: holds content of no page")
            return
        if (holder.objgen, mcid) in self.owned:
            self.found.append(f"{one.S}: holds content of another element too")
        self.owned.add((holder.objgen, mcid))
        owners = self.parents.get(int(holder.get("/StructParents", -1)), Array())
        if mcid >= len(owners) or getattr(owners[mcid], "objgen", None) != one.objgen:
            self.found.append(f"{one.S}: its content does not know it (14.7.4.4)")

    def compare(self) -> None:
        drawn = {(holder, mcid) for holder, mcids in self.sequences.items() for mcid in mcids}
        if drawn != self.owned:
            self.found.append(f"{len(drawn ^ self.owned)} pieces of content are drawn or held in vain")
        slots = [one for owners in self.parents.values() if isinstance(owners, Array) for one in owners]
        if sum(one is not None for one in slots) != len(self.owned):
            self.found.append("the parent tree knows of other content (14.7.4.4)")
        links = {one.objgen for page in self.pdf.pages for one in page.obj.get("/Annots", [])}
        if links != self.linked:
            self.found.append("a link is in no element, or an element holds one of no page (UA 7.18)")
        tree = self.root.get("/IDTree", Dictionary(Names=Array())).Names
        names = [bytes(one) for one in list(tree)[::2]]
        if names != sorted(self.ids) or [one.objgen for one in list(tree)[1::2]] != [self.ids[name] for name in names]:
            self.found.append("the tree of IDs is not that of the elements' (14.7.2)")


def _references(pdf: pikepdf.Pdf) -> Iterator[str]:
    """Elements that name other elements, and destinations that do."""
    elements = {one.number: one for one in tag_tree(pdf).walk()}
    pages = {page.obj.objgen: number for number, page in enumerate(pdf.pages)}
    names = list(pdf.Root.get("/Names", {}).get("/Dests", Dictionary(Names=Array())).Names)
    known = {bytes(name): place for name, place in zip(names[::2], names[1::2], strict=True)}

    def named(place: Any) -> Element | None:
        return elements.get(place.SD[0].objgen) if isinstance(place, Dictionary) and "/SD" in place else None

    for one in elements.values():
        others = [elements[number] for number in one.refers if number in elements]
        if len(others) < len(one.refers):
            yield f"{one.role} refers to what is not in the tree (2.0 14.7.2)"
        calls = [other for other in others if other.role == "Reference" and one.number in other.refers]
        if one.role == "FENote" and (not calls or calls != others):
            yield "a note and its call do not name each other (UA-2 8.2.5.14)"
        if one.role == "TOCI":
            link = next(annotation for kid in one.walk() for annotation in kid.links)
            if others != [named(known.get(bytes(link.Dest)))]:
                yield "a line of the contents does not name what it leads to (UA-2 8.2.5.8)"
    items = list(_items(pdf.Root.Outlines)) if "/Outlines" in pdf.Root else []
    for place in [*known.values(), *(item.get("/A", item.get("/Dest")) for item in items)]:
        element = named(place)
        if element is None or list(place.SD)[1:] != list(place.D)[1:]:
            yield "a destination that names no element (UA-2 8.8)"
        elif not any(pages.get(place.D[0].objgen) in kid.pages for kid in element.walk()):
            yield f"a destination that names an element of another page: {element.role}"
    for item in items:
        element = named(item.get("/A"))
        titles = [one.title for one in element.walk() if one.title] if element else [""]
        if not titles[0].endswith(re.sub(r"^\d+\. ", "", str(item.Title))):
            yield f"the outline leads to another element: {item.Title}"


def _items(parent: Any) -> Iterator[Any]:
    item = parent.get("/First")
    while item is not None:
        yield item
        yield from _items(item)
        item = item.get("/Next")


def _meaning(pdf: pikepdf.Pdf) -> Iterator[str]:
    """What the elements say."""
    tree, new = tag_tree(pdf), pdf.pdf_version == "2.0"
    standard, numberings = (NEW, NUMBERINGS | NEW_NUMBERINGS) if new else (STANDARD, NUMBERINGS)
    mapped = {role[1:]: str(known)[1:] for role, known in pdf.Root.StructTreeRoot.get("/RoleMap", {}).items()}
    level = 0
    for one in tree.walk():
        role = one.role if new else mapped.get(one.role, one.role)
        kids = [kid for kid in one.kids if isinstance(kid, Element)]
        if role not in standard:
            yield f"{role} is no structure type (UA 7.1)"
        if role in INSIDE and (len(kids) < len(one.kids) or {kid.role for kid in kids} - INSIDE[role]):
            yield f"{role} holds what it may not hold (UA 7.2)"
        if role in GROUPS - {"Caption", "NonStruct"} and any(isinstance(kid, str) for kid in one.kids):
            yield f"{role} holds words in no paragraph"
        if one.lang and not LANGUAGE.fullmatch(one.lang):
            yield f"{one.lang} is no language (UA 7.2)"
        if re.fullmatch("H[1-6]", role):
            if int(role[1]) > level + 1:
                yield f"{role} after H{level}: {one.text()} (UA 7.4.2)"
            level = int(role[1])
        if re.fullmatch("H[1-6]|Title", role) and not one.title:
            yield f"{role} without a title"
        if "Caption" in (roles := [kid.role for kid in kids]) and "Caption" not in (roles[0], roles[-1]):
            yield "a caption that is neither the first nor the last in what it belongs to (UA-2 8.2.5.27)"
        if new and "Figure" in roles and "Caption" in roles and roles.count("Figure") == 1 and len(kids) == 2:
            yield "a caption that is not in its figure (UA-2 8.2.5.27)"
        if role in ("Figure", "Formula") and (not one.alt.strip() or "BBox" not in one.attributes):
            yield f"{role} without words, or without a place (UA 7.3)"
        if role == "L" and str(one.attributes.get("ListNumbering", "")) not in numberings:
            yield "a list does not say what numbers it (UA 7.6)"
        if role == "L" and (labels := _numbering(kids, new)) and one.attributes["ListNumbering"] not in labels:
            yield f"a list does not say that it is {labels} (14.8.5.5)"
        if role == "TH" and str(one.attributes.get("Scope", "")) not in ("/Row", "/Column"):
            yield "a header that heads nothing (UA 7.5)"
        if role == "Table":
            yield from _table(kids)
        if role in ("Note", "FENote"):
            yield from _note(one)
        if role == "FENote" and one.attributes.get("NoteType") != Name.Footnote:
            yield "a note that does not say which kind it is (UA-2 8.2.5.14)"
        if role == "Link":
            yield from _link(one)
        for before, kid in zip([None, *one.kids], one.kids, strict=False):
            if getattr(kid, "role", "") in ("Note", "FENote") and getattr(before, "role", "") != "Reference":
                yield "a note that does not stand behind its call"


def _numbering(items: list[Element], new: bool) -> set[str]:
    """What the labels of a list may be called; nothing if it has none."""
    labels = {
        kid.text().strip() for item in items for kid in item.kids if isinstance(kid, Element) and kid.role == "Lbl"
    }
    if all(re.fullmatch(r"\d+\.", label) for label in labels):
        return {"/Decimal"} if labels else set()
    if labels <= {"•", "–"}:
        return {"/Disc"}
    if labels <= {"☐", "☑"}:
        return {"/Square"}
    return NEW_NUMBERINGS if new else {"/None"}


def _table(kids: list[Element]) -> Iterator[str]:
    rows = [row for kid in kids for row in kid.walk() if row.role == "TR"]
    below: dict[int, int] = {}  # column -> rows that a cell above still covers
    widths = set()
    for row in rows:
        column = 0
        for cell in row.kids:
            assert isinstance(cell, Element)
            while below.get(column):
                below[column] -= 1
                column += 1
            for _ in range(int(cell.attributes.get("ColSpan", 1))):  # type: ignore[call-overload]
                below[column] = int(cell.attributes.get("RowSpan", 1)) - 1  # type: ignore[call-overload]
                column += 1
        while below.get(column):
            below[column] -= 1
            column += 1
        widths.add(column)
    if len(widths) > 1:
        yield f"rows of {sorted(widths)} columns in one table (UA 7.2)"
    if not any(cell.role == "TH" for row in rows for cell in row.kids if isinstance(cell, Element)):
        yield "a table without headers (UA 7.5)"
    captions = [index for index, kid in enumerate(kids) if kid.role == "Caption"]
    if captions not in ([], [0]):
        yield "the caption of a table is not its first element"


def _note(one: Element) -> Iterator[str]:
    if not one.id:
        yield "a note without an ID (UA 7.9)"
    first = one.kids[0]
    if not isinstance(first, Element) or first.role != "Lbl" or len(one.kids) < 2:
        yield "a note without its number, or without words"


def _link(one: Element) -> Iterator[str]:
    if not one.links:
        yield f"a link that leads nowhere: {one.text()} (UA 7.18.5)"
    said = one.text() or "".join(kid.alt for kid in one.walk())
    for link in one.links:
        contents = str(link.get("/Contents", ""))
        if not contents.strip():
            yield f"a link that is called nothing: {said} (UA 7.18.5)"
        elif re.match("[a-z]+:", contents) and " ".join(said.split()) not in contents:
            yield f"a link that is called by its address: {said}"


def _ways(pdf: pikepdf.Pdf, book: bool) -> Iterator[str]:
    """Destinations, links, outline, page labels."""
    pages = {page.obj.objgen: number for number, page in enumerate(pdf.pages)}
    names = list(pdf.Root.get("/Names", {}).get("/Dests", Dictionary(Names=Array())).Names)
    keys = [bytes(one) for one in names[::2]]
    if keys != sorted(set(keys)):
        yield "named destinations are not sorted (7.9.6)"
    places = [place.D if isinstance(place, Dictionary) else place for place in names[1::2]]
    known = dict(zip(keys, places, strict=True))
    yield from ("a destination on no page" for one in known.values() if one[0].objgen not in pages)
    for page in pdf.pages:
        for link in page.obj.get("/Annots", []):
            if "/Dest" in link and bytes(link.Dest) not in known:
                yield f"a link to {link.Dest}, which is not there"
            if int(link.get("/F", 0)) & 4 == 0:
                yield "a link that is not printed (A 6.3.2)"
            left, low, right, high = (float(one) for one in link.Rect)
            box = [float(one) for one in page.obj.MediaBox]
            if not (box[0] <= min(left, right) and max(left, right) <= box[2] and box[1] <= min(low, high)):
                yield "a link outside of its page"
    headings = [one for one in tag_tree(pdf).walk() if re.fullmatch("H[1-6]", one.role)]
    titles = [(one.title, min(page for kid in one.walk() for page in kid.pages)) for one in headings]
    if book and "/Outlines" not in pdf.Root:
        yield "no outline (UA 7.17)"
    elif book:
        yield from _outline(pdf.Root.Outlines, pages, titles)
        yield from _labels(pdf)


def _outline(outlines: Any, pages: dict, titles: list[tuple[str, int]]) -> Iterator[str]:
    place = 0

    def level(parent: Any) -> Iterator[str]:
        nonlocal place
        before, item = None, parent.get("/First")
        while item is not None:
            if item.Parent.objgen != parent.objgen or getattr(item.get("/Prev"), "objgen", None) != before:
                yield "an entry of the outline does not know its neighbours (12.3.3)"
            title = re.sub(r"^\d+\. ", "", str(item.Title))
            target = item.Dest if "/Dest" in item else item.A.D
            here = [n for n, one in enumerate(titles) if n >= place and one[0].endswith(title)]
            if not here or titles[here[0]][1] != pages.get(target[0].objgen):
                yield f"the outline leads to no heading, or to another page: {title}"
            else:
                place = here[0] + 1
            yield from level(item)
            before, item = item.objgen, item.get("/Next")
        if before is not None and parent.Last.objgen != before:
            yield "the outline ends elsewhere than it says (12.3.3)"

    yield from level(outlines)


def _labels(pdf: pikepdf.Pdf) -> Iterator[str]:
    if "/PageLabels" not in pdf.Root:
        yield "pages have no labels (12.4.2)"
        return
    numbers = list(pdf.Root.PageLabels.Nums)
    if [int(one) for one in numbers[::2]] != sorted({int(one) for one in numbers[::2]}) or int(numbers[0]) != 0:
        yield "page labels do not begin with the first page (12.4.2)"
    for number, page in enumerate(pdf.pages):
        folio = [text for text in artifacts(page) if re.fullmatch(r"\d+|[ivxlc]+", text)]
        if folio and folio[-1] != page.label:
            yield f"page {number + 1} is called {page.label}, and says {folio[-1]}"
