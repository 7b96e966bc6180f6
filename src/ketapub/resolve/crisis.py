"""Puts the crisis lines of `[crisis]` at the head of every callout of urgency "emergency".

In: chapters, `info.crisis`. Out: chapters. The numbers come from this one place in every format; a book without
`[crisis]` gets none.
"""

from __future__ import annotations

from dataclasses import replace

from ketapub import document as d
from ketapub.info import CrisisSettings, Info
from ketapub.locale import words

KEYPAD = dict(zip("abcdefghijklmnopqrstuvwxyz", "22233344455566677778889999", strict=True))


def add_crisis_lines(chapters: tuple[d.Chapter, ...], info: Info) -> tuple[d.Chapter, ...]:
    if info.crisis is None:
        return chapters
    lines = crisis_blocks(info.crisis, info.book.language)

    def change(node: d.Node) -> d.Node:
        if isinstance(node, d.Callout) and info.callouts[node.kind].urgency == "emergency":
            return replace(node, blocks=lines + node.blocks)
        return node

    return d.map_nodes(chapters, change)


def crisis_blocks(crisis: CrisisSettings, language: str) -> d.Blocks:
    """The lines as blocks: whom to call in danger, whom to call or text in a crisis, then the rest."""
    calls = tuple(
        d.Div((d.Paragraph(line),), d.Attributes(classes=("call",))) for line in crisis_lines(crisis, language)
    )
    more = [*crisis.more, crisis.languages, crisis.elsewhere]
    if crisis.chat:  # a link cannot be followed on paper: the address is printed too
        address = crisis.chat.removeprefix("https://").removeprefix("http://").rstrip("/")
        more.insert(0, words(language).format("chat-at", address=address))
    rest = tuple(d.Paragraph((d.Text(line),)) for line in more if line)
    return (d.Div((*calls, *rest), d.Attributes(classes=("crisis-lines",))),)


def crisis_lines(crisis: CrisisSettings, language: str) -> tuple[d.Inlines, ...]:
    """ "If someone is in danger right now: Call 911" and "If you are in crisis: Call 988 · Text 988 · Chat online"."""
    word = words(language)

    def call(number: str) -> d.Link:
        return _link(word.format("call-number", number=number), f"tel:{dialled(number)}")

    ways = [call(crisis.call)] if crisis.call else []
    if crisis.text:
        ways.append(_link(word.format("text-number", number=crisis.text), f"sms:{dialled(crisis.text)}"))
    if crisis.chat:
        ways.append(_link(word["chat-online"], crisis.chat))
    lines = [("emergency", [call(crisis.emergency)] if crisis.emergency else []), ("crisis", ways)]
    return tuple(_line(word.format("label-before-title", label=word[lead]), links) for lead, links in lines if links)


def _line(lead: str, ways: list[d.Link]) -> d.Inlines:
    line: list[d.Inline] = [d.Text(f"{lead} ")]
    for index, way in enumerate(ways):
        line += [d.Text(" · "), way] if index else [way]
    return tuple(line)


def _link(text: str, target: str) -> d.Link:
    return d.Link((d.Text(text),), target, attributes=d.Attributes(classes=("phone",)))  # never broken over a line


def dialled(number: str) -> str:
    """What a telephone dials: digits (letters by the keypad, ITU-T E.161) and a leading plus sign."""
    digits = "".join(KEYPAD.get(c.lower(), c if c.isdigit() else "") for c in number)
    return "+" + digits if number.strip().startswith("+") else digits
