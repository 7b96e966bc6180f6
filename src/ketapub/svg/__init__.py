"""Bytes of an SVG file in; out comes a drawing kept to an allow-list, and that drawing as a fragment of a page."""

from ketapub.svg.clean import CleanSvg, clean_svg
from ketapub.svg.inline import inline_icon, inline_svg

__all__ = ["CleanSvg", "clean_svg", "inline_icon", "inline_svg"]
