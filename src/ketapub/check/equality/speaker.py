"""What a line of the book says in a medium: inline nodes in; the pieces of a `Line`, and the notes it calls, out.

It is written without the program's markup, so that a fault there shows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from xml.etree import ElementTree

from ketapub import document as d
from ketapub.check.equality.items import Line
from ketapub.locale import words


@dataclass(frozen=True, slots=True)
class Sheet:
    """How an output shows a handout.

    `clinic` is what fields stand for; what it does not say is left to be filled in. That is done in fields that are
    `typed` into, or on lines. `questions` at most are asked, and there is room for `notes` or none. `cited`: citations
    are shown.
    """

    clinic: Mapping[str, str]
    typed: bool = False
    questions: int = 3
    notes: bool = True
    cited: bool = False


@dataclass(frozen=True, slots=True)
class Medium:
    """How an output shows a book.

    `listed` says which tables are lists there; `page` is the printed number of the page of each id, or None where
    there are no pages: then notes stand at the end of their chapter and there are ways back to where one came from.
    `opening` is said behind the title of each chapter. `unlinked` are the schemes of addresses that are only words.
    Only handouts have a `sheet`.
    """

    listed: Callable[[d.Table], bool] = lambda table: False
    page: Mapping[str, str] | None = None
    opening: str = ""
    unlinked: tuple[str, ...] = ()
    sheet: Sheet | None = None


class Speaker:
    """Says nodes into a line, each in its language."""

    def __init__(self, book: d.Book, medium: Medium, language: str = "") -> None:
        self.book, self.medium = book, medium
        self.language = language or book.info.book.language
        self.word = words(self.language)
        self.line = Line(book.info.book.language)
        self.called: list[d.Note] = []

    def say(self, text: str) -> None:
        self.line.say(text, self.language)

    @contextmanager
    def speaking(self, attributes: d.Attributes) -> Iterator[None]:
        """In the language that an element has of its own; its id leads to what is said next."""
        before, self.language = self.language, attributes.get("lang") or self.language
        self.line.anchor(attributes.id)
        yield
        self.language = before

    def inlines(self, nodes: d.Inlines) -> None:
        for node in nodes:
            with self.speaking(getattr(node, "attributes", d.NONE)):
                self.inline(node)

    def inline(self, node: d.Inline) -> None:
        match node:
            case d.Text() | d.Code():
                self.say(node.text)
            case d.SoftBreak() | d.HardBreak():
                self.say(" ")
            case d.Note():
                self.called.append(node)
                self.say(f"⟨{node.number}⟩")
                self.line.lead(f"#{node.id}")
                self.line.anchor(f"{node.id}-ref" if self.medium.page is None else "")
            case d.Image():
                self.say("" if node.decorative else f"⟦{node.alt}⟧")
            case d.Formula():
                self.formula(node)
            case d.Abbreviation():
                self.inlines(node.children)
                self.say(f"⟨= {node.title}⟩" if node.title else "")
            case d.Link():
                if node.target.partition(":")[0] not in self.medium.unlinked:
                    self.line.lead(node.target)
                self.line.anchor(node.place if self.medium.page is None else "")
                self.inlines(node.children)
            case d.Reference():
                self.line.lead(f"#{node.target}")
                self.inlines(node.children)
            case d.PageReference():
                self.line.lead(f"#{node.target}")
                if self.medium.page is None:
                    self.inlines(node.elsewhere)
                else:
                    self.inlines(node.children)
                    self.say(f"\N{NO-BREAK SPACE}{self.medium.page[node.target]}")
            case d.Citation() if self.medium.sheet and not self.medium.sheet.cited:
                pass
            case d.Citation() | d.IndexMark():
                self.line.anchor(node.id)
                self.inlines(node.children)
            case d.Fact():
                self.line.anchor(node.anchor)
                self.inlines(node.children)
            case d.PageMark():
                pass
            case d.Blank():
                self.blank(node.label, hidden=node.hidden)
            case d.Field(name=name):
                assert self.medium.sheet is not None, node.at
                if text := self.medium.sheet.clinic.get(name, ""):
                    self.say(text)
                else:
                    self.blank(self.word[f"clinic-{name}"], hidden=True)
            case d.CitationMark() | d.ReferenceMark() | d.PageReferenceMark() | d.ConditionalSpan():
                raise AssertionError(f"{node.at}: {type(node).__name__} is in no finished book")
            case _:
                self.inlines(node.children)

    def blank(self, label: str, *, hidden: bool = False) -> None:
        """A field by its name, or a line that says what it is for; the label stands before it, or is only said."""
        assert self.medium.sheet is not None, label
        space = self.word["space-to-write"]
        self.say("" if hidden else f"{label} ")
        self.say(f"⟦{label}⟧" if self.medium.sheet.typed else f"⟦{label}: {space}⟧" if hidden else f"⟦{space}⟧")

    def formula(self, node: d.Formula | d.DisplayFormula) -> None:
        """Where its letters are text, they are compared too; on paper they are drawn."""
        letters = "" if self.medium.page is not None else f" = {_letters(node.mathml)}"
        self.say(f"⟪{node.alt}{letters}⟫")


def _letters(mathml: str) -> str:
    return "".join(ElementTree.fromstring(f"<math>{mathml}</math>").itertext())
