"""The style sheets and `style` attributes of a drawing in, presentation attributes for each element out.

A `<style>` inside a page would reach the whole page, and many readers forbid it; as attributes the same rules
stay with the drawing. Order of weight: attributes, rules, `style`, then what is `!important` (CSS Cascade 4).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ketapub.svg.allowed import INITIAL, PROPERTIES, SVG, WITHOUT_EFFECT

if TYPE_CHECKING:
    from lxml.etree import _Element

Report = Callable[[str, int, str, str], None]  # code, line, message, hint
Styles = Mapping["_Element", dict[str, str]]

MATCHES = 2_000_000  # rules times elements: more is no chart but an attack on our time
_WEIGHTS = {"lighter", "bold", "bolder", *map(str, range(100, 1000, 100))}


def styles_of(root: _Element, report: Report) -> Styles:
    """For each element the declarations that win, without those that no drawing may have."""
    won: dict[Any, list[tuple[tuple[bool, int, tuple[int, ...]], str, str]]] = defaultdict(list)
    rules = list(_rules(root, report))
    elements = list(root.iter(f"{{{SVG}}}*"))
    if rules:
        if len(rules) * len(elements) > MATCHES:
            report("svg-too-large", 0, f"{len(rules)} style rules for {len(elements)} elements", "simplify the drawing")
            return {}
        import cssselect2  # type: ignore[import-untyped]

        wrappers = list(cssselect2.ElementWrapper.from_xml_root(root).iter_subtree())
        for selector, declarations in rules:
            for wrapper in wrappers:
                if selector.test(wrapper):
                    won[wrapper.etree_element] += [
                        ((important, 0, selector.specificity), name, value) for name, value, important in declarations
                    ]
    for element in elements:
        if style := element.get("style"):
            found = _declarations(style, element.sourceline or 0, report)
            won[element] += [((important, 1, ()), name, value) for name, value, important in found]
    return {
        element: {name: value for _, name, value in sorted(declared, key=lambda one: one[0])}
        for element, declared in won.items()
    }


def _rules(root: _Element, report: Report) -> Iterator[tuple[Any, list[tuple[str, str, bool]]]]:
    for element in root.iter(f"{{{SVG}}}style"):
        first = element.sourceline or 0
        text = "".join(element.itertext())
        if nesting(text) > 20:
            report("svg-too-large", first, "the <style> is nested more than 20 deep", "simplify the drawing")
            continue
        import cssselect2
        import tinycss2

        for rule in tinycss2.parse_stylesheet(text, skip_comments=True, skip_whitespace=True):
            line = first + rule.source_line - 1
            if rule.type == "error":
                report("broken-svg", line, f"the <style> cannot be read: {rule.message}", "")
            elif rule.type == "at-rule":
                if rule.lower_at_keyword != "charset":
                    message = f"@{rule.at_keyword} in the drawing's <style>"
                    report("svg-not-allowed", line, message, "keep plain rules, such as .bar { fill: #14384a }")
            else:
                try:
                    selectors = cssselect2.compile_selector_list(rule.prelude)
                except cssselect2.SelectorError as error:
                    report("broken-svg", line, f"the <style> has a selector that cannot be read: {error}", "")
                    continue
                declarations = _declarations(rule.content, first, report)
                yield from ((one, declarations) for one in selectors if one.pseudo_element is None)


def nesting(text: str) -> int:
    """How deep brackets stand in brackets, at most (strings and comments count too: it is a bound)."""
    depth = deepest = 0
    for character in text:
        if character in "({[":
            depth += 1
            deepest = max(deepest, depth)
        elif character in ")}]":
            depth = max(0, depth - 1)
    return deepest


def _declarations(content: Any, first: int, report: Report) -> list[tuple[str, str, bool]]:
    import tinycss2

    found: list[tuple[str, str, bool]] = []
    if isinstance(content, str) and nesting(content) > 20:
        report("svg-too-large", first, "a style attribute is nested more than 20 deep", "simplify the drawing")
        return found
    for item in tinycss2.parse_blocks_contents(content, skip_comments=True, skip_whitespace=True):
        line = first + item.source_line - 1
        if item.type != "declaration":
            report("broken-svg", line, f"a style cannot be read: {getattr(item, 'message', item.type)}", "")
            continue
        name, value = item.lower_name, tinycss2.serialize(item.value).strip()
        if name == "font":
            longhands = _font(item.value)
        elif name == "marker":
            longhands = {f"marker-{where}": value for where in ("start", "mid", "end")}
        elif name in PROPERTIES:
            longhands = {name: value}
        elif name in WITHOUT_EFFECT or name.startswith(("-", "font-variant-", "text-decoration-")) or value in INITIAL:
            longhands = {}
        else:
            hint = "set it in the drawing itself, or leave it out"
            report("svg-not-allowed", line, f'the style "{name}: {value[:40]}" is not allowed in a drawing', hint)
            longhands = {}
        found += [(key, text, item.important) for key, text in longhands.items()]
    return found


def _font(tokens: list[Any]) -> dict[str, str]:
    """`font: italic 600 12px/1.2 Literata, serif` as its parts, since no attribute has the whole (CSS Fonts 4, 2.7)."""
    import tinycss2

    parts: dict[str, str] = {}
    tokens = [token for token in tokens if token.type != "comment"]
    for index, token in enumerate(tokens):
        text = token.serialize()
        if token.type == "ident" and text in ("italic", "oblique"):
            parts["font-style"] = text
        elif text in _WEIGHTS:
            parts["font-weight"] = text
        elif token.type in ("dimension", "percentage", "number") or text.endswith(("small", "large", "medium")):
            rest = tokens[index + 1 :]
            if rest and rest[0] == "/":  # the line height, which a drawing has no use for
                rest = rest[2:]
            return parts | {"font-size": text, "font-family": tinycss2.serialize(rest).strip()}
    return parts
