"""The bar code of a book: 13 digits in, an EAN-13 symbol as a drawing out (ISO/IEC 15420).

Everything is measured in modules, the width of the narrowest bar: 0.33 mm in a symbol of full size.
"""

from __future__ import annotations

from itertools import groupby

from markupsafe import Markup

BEFORE, SYMBOL, AFTER = 11, 95, 7  # the quiet zones are part of the symbol: no scanner finds it without them
BARS, GUARDS = 22.85 / 0.33, 22.85 / 0.33 + 5  # heights; the guards reach down between the digits
HEIGHT = 25.93 / 0.33  # with the digits below

# How often each width of space, bar, space, bar goes: number set A. Read as it is it begins with a space; C is A with
# bars and spaces changed, B is C backwards.
_WIDTHS = ("3211", "2221", "2122", "1411", "1132", "1231", "1114", "1312", "1213", "3112")
# The first digit has no bars: which sets the next six come from tells it.
_SETS = ("AAAAAA", "AABABB", "AABBAB", "AABBBA", "ABAABB", "ABBAAB", "ABBBAA", "ABABAB", "ABABBA", "ABBABA")


def ean13(digits: str) -> str:
    """The 95 modules from guard to guard: "1" is a bar, "0" a space."""
    left = "".join(_modules(digit, set_) for digit, set_ in zip(digits[1:7], _SETS[int(digits[0])], strict=True))
    right = "".join(_modules(digit, "C") for digit in digits[7:])
    return f"101{left}01010{right}101"


def _modules(digit: str, set_: str) -> str:
    widths = _WIDTHS[int(digit)]
    colours = "1010" if set_ == "C" else "0101"
    return "".join(
        colour * int(width) for colour, width in zip(colours, widths[::-1] if set_ == "B" else widths, strict=True)
    )


def bars(digits: str) -> Markup:
    """The bars as one path in the black plate alone, on a grid of modules. The digits are for the style sheet."""
    path, at = [], BEFORE
    for colour, run in groupby(enumerate(ean13(digits)), key=lambda one: one[1]):
        first, *others = (index for index, _ in run)
        if colour == "1":
            is_guard = first < 3 or 45 <= first < 50 or first >= 92
            path.append(f"M{at} 0h{len(others) + 1}v{GUARDS if is_guard else BARS:.4f}h-{len(others) + 1}z")
        at += len(others) + 1
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" class="bars" viewBox="0 0 {} {:.4f}" preserveAspectRatio="none">'
        '<path fill="device-cmyk(0 0 0 1)" d="{}"/></svg>'
    ).format(BEFORE + SYMBOL + AFTER, GUARDS, "".join(path))
