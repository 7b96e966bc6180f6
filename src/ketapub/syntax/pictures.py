"""Images and figures: an image's token comes in, an `Image` goes out; a paragraph of one image becomes a `Figure`."""

from __future__ import annotations

from dataclasses import replace

from markdown_it.token import Token

from ketapub import document as d
from ketapub.document import Attributes, Block, Blocks, Inlines
from ketapub.problems import Position
from ketapub.syntax.attributes import Items, allowed, with_facts, without
from ketapub.syntax.shortcodes import fill_with_facts
from ketapub.syntax.states import Holder, Reading

_OWN = ("alt", "fig-alt", "title", "width", "height")  # kept in fields of `Image`


def make_image(token: Token, words: Inlines, reading: Reading, *, captioned: bool = False) -> d.Image:
    """`words` are the brackets': in running text what the picture says to those who cannot see it; of a `captioned`
    picture the caption, which says nothing of the kind, so that `alt` has to."""
    at: Position = token.meta["at"]
    items: Items = token.meta["items"]
    source, in_source = fill_with_facts(token.meta["target"], token.meta["target_at"], reading)
    source = source.strip()
    title, in_title = fill_with_facts(token.meta["title"], at, reading)
    declared = source.endswith(".toml")
    holder: Holder = token.meta["holder"]
    problems = reading.problems
    attributes = allowed(items, holder.place, reading, ("fig-alt",), exempt=d.NO_FACT if declared else "")
    attributes = with_facts(with_facts(attributes, "src", in_source), "title", in_title)
    alt = attributes.get("alt") or attributes.get("fig-alt")
    if declared and (alt or "decorative" in attributes.classes):
        hint = f'leave it out: "finding" in {source} says what the picture shows'
        problems.add("second-attribute", at, "the figure has its alternative text in its file", hint)
    elif not captioned and not alt:
        alt = d.plain_text(words).strip()
        attributes = with_facts(attributes, "alt", d.facts_in(words))
    decorative = "decorative" in attributes.classes
    if decorative and alt:
        problems.add("decorative-with-alt", at, "a decorative picture has an alternative text", "keep one of the two")
    elif not decorative and not alt and not declared:
        problems.add(
            "image-without-alt",
            at,
            "this picture has no alternative text",
            'add {alt="what it shows"}, or {.decorative} if it shows nothing',
        )
    if not source:
        problems.add("empty-link", at, "this picture names no file", "write its path between ( and )")
    elif declared and not captioned:
        hint = "give it a paragraph of its own"
        problems.add("figure-not-alone", at, "a figure from a file stands in a line of text", hint)
    rest = without(attributes, *_OWN)
    return d.Image(
        source,
        "" if decorative else alt,
        decorative,
        title or attributes.get("title"),
        attributes.get("width"),
        attributes.get("height"),
        replace(rest, classes=tuple(name for name in rest.classes if name != "decorative"), facts=attributes.facts),
        at=at,
    )


def figure_of(tokens: list[Token], reading: Reading) -> d.Figure | None:
    """The figure that a paragraph of these tokens is: one image alone, with a caption or an id `fig-…` (pandoc)."""
    from ketapub.syntax.inlines import make_inlines

    seen = [
        token
        for token in tokens
        if token.type not in ("comment", "softbreak") and (token.type != "text" or token.content.strip())
    ]
    if len(seen) != 1 or seen[0].type != "image":
        return None
    token = seen[0]
    items: Items = token.meta["items"]
    named = any(item.key == "id" and item.value.startswith("fig-") for item in items)
    named = named or token.meta["target"].strip().endswith(".toml")
    if not token.content.strip() and not named:
        return None
    caption = make_inlines(token.children or [], reading)
    image = make_image(token, caption, reading, captioned=True)
    own, bare = (
        image.attributes,
        d.Image(image.source, image.alt, image.decorative, image.title, image.width, image.height, at=image.at),
    )
    if image.source.endswith(".toml"):
        from ketapub.syntax.figures import declare  # all kinds of figure, which few books have

        return declare(bare, caption, own, reading)
    return d.Figure((bare,), caption, own, at=image.at)


def figure_in_div(blocks: Blocks, attributes: Attributes, at: Position, reading: Reading) -> d.Figure | None:
    """`::: {#fig-x}` with pictures and a last paragraph, the caption; None when it holds anything else."""
    images: list[d.Image] = []
    caption: Inlines = ()
    for index, block in enumerate(blocks):
        found = _images(block)
        if found:
            images += found
            if isinstance(block, d.Figure):
                attributes = replace(attributes, facts=attributes.facts + block.attributes.facts)
            if isinstance(block, d.Figure) and block.title:
                message, hint = "a figure from a file stands in another figure", "give it a paragraph of its own"
                reading.problems.add("figure-not-alone", block.at, message, hint)
                continue
            if isinstance(block, d.Figure) and block.caption:
                reading.problems.add(
                    "unsupported-subfigure",
                    block.at,
                    "a picture inside a figure has no caption of its own",
                    "say it in the figure's caption",
                )
        elif isinstance(block, d.Paragraph) and index == len(blocks) - 1 and images:
            caption = block.children
        else:
            return None
    return d.Figure(tuple(images), caption, attributes, at=at) if images else None


def _images(block: Block) -> list[d.Image]:
    if isinstance(block, d.Figure):
        return list(block.images)
    if isinstance(block, d.Paragraph):
        rest = [node for node in block.children if not isinstance(node, d.SoftBreak) and not _blank(node)]
        images = [node for node in rest if isinstance(node, d.Image)]
        return images if len(images) == len(rest) else []
    return []


def _blank(node: d.Inline) -> bool:
    return isinstance(node, d.Text) and not node.text.strip()
