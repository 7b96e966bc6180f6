"""`{{< fact ID FORM >}}`: what the shortcode says comes in; a `Fact` with the words of the ledger goes out."""

from __future__ import annotations

from ketapub.document import Fact
from ketapub.ledger import FILE
from ketapub.problems import Position, did_you_mean
from ketapub.syntax.states import Holder, Reading, Source


class Still(Holder):
    """Words that came here from elsewhere: wherever they stood there, their place is the one given."""

    def __init__(self, text: str, at: Position) -> None:
        super().__init__(Source(at.file, text), text, [0])
        self.at = at

    def place(self, offset: int) -> Position:
        return self.at


def make_fact(arguments: str, at: Position, reading: Reading) -> Fact | None:
    """The claim that is asked for; None after a complaint."""
    from ketapub.syntax.inlines import read_inlines  # which makes facts of shortcodes

    problem, ledger = reading.problems.add, reading.ledger
    asked = arguments.split()
    if len(asked) not in (1, 2):
        problem("broken-shortcode", at, "fact takes an id and at most a form", "{{< fact dean2021 cell >}}")
        return None
    id, form = asked[0], asked[1] if len(asked) == 2 else "default"
    if ledger is None:
        problem("unknown-fact", at, f'no fact "{id}"', f"the book has no ledger: write its claims into {FILE}")
        return None
    if (claim := ledger.claims.get(id)) is None:
        problem("unknown-fact", at, f'no fact "{id}"', did_you_mean(id, ledger.claims) or f"declare it in {FILE}")
        return None
    if (text := ledger.printed(id, form)) is None:
        known = list(dict.fromkeys((*claim.text, *claim.value)))
        hint = did_you_mean(form, known) or f"known are {', '.join(known)}"
        problem("unknown-fact-form", at, f'the fact "{id}" has no form "{form}"', hint)
        return None
    if not claim.verified:
        hint = f"it may be printed once somebody has seen it in its source: {ledger.at(id)}"
        problem("unverified-fact", at, f'the fact "{id}" is not verified', hint)
    if reading.in_fact:
        problem("broken-fact", ledger.at(id), "the words of a fact hold another fact", "write each on its own")
        return None
    reading.in_fact = True
    children = read_inlines(Still(text, at), reading)
    reading.in_fact = False
    return Fact(id, form, children, at=at)
