"""Faults in the HTML file and the site: in their markup, style sheets, scripts and files."""

from __future__ import annotations

from pathlib import Path

from mutants import Line, Mutant
from mutants.changes import Rewrite, fault

MORE, TERMS = "chapters/more.md", "chapters/90-terms.md"
LONG = "Donaudampfschifffahrtsgesellschaft" * 3  # wider than a narrow page


def in_words(words: str) -> Line:
    return Line("chapters/01-words.md", words)


def in_things(words: str) -> Line:
    return Line("chapters/02-things.md", words)


def without_a_page(site: Path) -> None:
    (site / "terms.html").unlink()


def with_half_a_font(site: Path) -> None:
    font = site / "fonts/Literata_400Regular.woff2"
    font.write_bytes(font.read_bytes()[:1000])


def longer(file: str, piece: str, times: int) -> Rewrite:
    return Rewrite(r"\Z", piece * times, file)


HTML: tuple[Mutant, ...] = tuple(
    fault(name, "html", check, rule, change, where)
    for name, check, rule, change, where in (
        (
            "an id stands twice",
            "links",
            "id-twice",
            Rewrite('id="words-tip"', 'id="words-warning"'),
            in_words(":::{tip} The third spelling"),
        ),
        (
            "a link leads nowhere",
            "links",
            "no-such-place",
            Rewrite('href="#sec-things">another', 'href="#sec-thongs">another'),
            in_words("here, and link [out]"),
        ),
        (
            "the skip link leads nowhere",
            "links",
            "no-such-place",
            Rewrite('<main id="main"', "<main"),
            "template page.html",
        ),
        (
            "a name is taken from nothing",
            "links",
            "no-such-id",
            Rewrite('aria-labelledby="wrn-end-title"', 'aria-labelledby="wrn-title"'),
            in_things("#wrn-end"),
        ),
        (
            "an item stands outside of a list",
            "vnu",
            "error",
            Rewrite("<p>(A quotation, with a list:)</p>", r"<li>\1</li>"),
            in_words("> A quotation, with a list"),
        ),
        ("the title is empty", "vnu", "error", Rewrite("<title>.*?</title>", "<title></title>"), "template page.html"),
        (
            "an attribute is none of HTML",
            "vnu",
            "error",
            Rewrite("<dt>Term one", '<dt align="left">Term one'),
            in_things("Term one"),
        ),
        (
            "the page has no language",
            "axe",
            "html-has-lang",
            Rewrite('<html lang="en-GB">', "<html>"),
            "template page.html",
        ),
        (
            "nobody may enlarge the page",
            "axe",
            "meta-viewport",
            Rewrite(", initial-scale=1", ", initial-scale=1, user-scalable=no"),
            "template page.html",
        ),
        (
            "a picture has no alternative text",
            "axe",
            "image-alt",
            Rewrite(' alt="of a dot"', ""),
            in_things("A small picture"),
        ),
        (
            "a drawing has no alternative text",
            "axe",
            "svg-img-alt",
            Rewrite("<title[^>]*>Two bars; the second is twice as high.</title>", ""),
            in_things("{#fig-chart alt="),
        ),
        (
            "screen readers pass over what has the focus",
            "axe",
            "aria-hidden-focus",
            Rewrite('<a class="reference" href="#included">', '<a aria-hidden="true" href="#included">'),
            Line(MORE, "It was written"),
        ),
        (
            "the landmark of the text is gone",
            "axe",
            "landmark-one-main",
            Rewrite("<main (.*)</main>", r"<div \1</div>"),
            "template page.html",
        ),
        (
            "a box to tick has no label",
            "axe",
            "label",
            Rewrite("<label>(<input type=.checkbox.>)", r"<label></label>\1<label>"),
            "template citation-switch.xml",
        ),
        (
            "a button has no name",
            "axe",
            "button-name",
            Rewrite('aria-label="Copy link to {heading}" title="Copy link to {heading}"', ""),
            "button[1]",
        ),
        (
            "a heading is empty",
            "axe",
            "empty-heading",
            Rewrite("An included part</h3>", "</h3>"),
            Line(MORE, "## An included part"),
        ),
        (
            "a level of headings is left out",
            "axe",
            "heading-order",
            Rewrite("<h4 (id=.words-deeper-down.*?)</h4>", r"<h6 \1</h6>"),
            in_words("### Deeper down"),
        ),
        (
            "a role is none",
            "axe",
            "aria-roles",
            Rewrite('role="doc-noteref" id="fn-things-1-ref"', 'role="doc-note" id="fn-things-1-ref"'),
            in_things("| Thing | Count[^c]"),
        ),
        (
            "labels are too pale by day",
            "axe",
            "color-contrast",
            Rewrite("--ink-soft: #414c52", "--ink-soft: #aab2b6"),
            "style sheet web.css",
        ),
        (
            "links are too pale by night",
            "axe",
            "color-contrast",
            Rewrite("--link: #8(\\w+)", r"--link: #233"),
            "style sheet web.css",
        ),
        (
            "a term is wider than a narrow page",
            "reflow",
            "sideways-scrolling",
            Rewrite("<dt>Word", f'<dt class="phone">Word {LONG}'),
            Line(TERMS, "Word"),
        ),
        (
            "a picture comes from elsewhere",
            "loading",
            "picture",
            Rewrite('src="data:[^"]*"(?=[^>]*of a dot)', 'src="https://elsewhere.invalid/dot.png"'),
            in_things("A small picture"),
        ),
        (
            "a script runs that the policy does not know",
            "loading",
            "console",
            Rewrite("</main>", "<script>document.title</script></main>"),
            "stock.html",
        ),
        (
            "a style sheet counts that the policy does not know",
            "loading",
            "style",
            Rewrite("--ink: #1b2226", "--ink: #1b2227"),
            "stock.html",
        ),
        (
            "a header is a cell",
            "equality",
            "kind",
            Rewrite('<th scope="row">Two</th>', "<td>Two</td>"),
            in_things("| Two   | 2 |"),
        ),
    )
)

SITE: tuple[Mutant, ...] = tuple(
    fault(name, "site", check, rule, change, where)
    for name, check, rule, change, where in (
        ("a page is missing", "links", "no-such-file", without_a_page, "words.html, /html[1]"),
        (
            "the search has no label",
            "axe",
            "label",
            Rewrite('<label for="site-query">[^<]*</label>', "", "search.html"),
            "search.html",
        ),
        (
            "nobody sees the focus",
            "focus",
            "focus-visible",
            Rewrite(r"(?<=\n):focus-visible { outline: 3px[^}]*}", ":focus-visible { outline: none }", "style.css"),
            "words.html, /html[1]",
        ),
        (
            "one link shows no focus",
            "focus",
            "focus-visible",
            Rewrite(
                r"\Z", ".reference[href='#included']:focus-visible { outline: none; box-shadow: none }", "style.css"
            ),
            Line(MORE, "It was written"),
        ),
        (
            "a table does not scroll in a box of its own",
            "reflow",
            "sideways-scrolling",
            Rewrite(
                '<div id="tbl-marked" class="table"(.*?)in a ', rf'<div id="tbl-marked"\1in a {LONG} ', "things.html"
            ),
            in_things("| one  | in a"),
        ),
        ("a script breaks", "loading", "console", Rewrite(r"\Z", "(", "reader.js"), "words.html"),
        ("a font is cut off", "loading", "font", with_half_a_font, "words.html"),
        (
            "a page is heavier than it may be",
            "weights",
            "page",
            longer("words.html", "<!-- Nobody reads this. -->\n", 4000),
            in_words("# Words in a row"),
        ),
        (
            "a script is heavier than it may be",
            "weights",
            "script",
            longer("settings.js", "// Nobody runs this.\n", 1500),
            "words.html",
        ),
        (
            "a style sheet has a rule that is none",
            "vnu",
            "error",
            Rewrite(r"\Z", "a { colour: red }", "style.css"),
            "style sheet site.css",
        ),
    )
)
MUTANTS = HTML + SITE
