"""Formulas: TeX to MathML, to words and to drawings; what comes of hostile TeX; what the finished files say of them."""

from __future__ import annotations

import io
import re
import subprocess
import sys
import time
import zipfile
from xml.etree import ElementTree

import pikepdf
import pytest
from conftest import Made
from tag_cases import Case, document
from tree import read

from ketapub import document as d
from ketapub.editorial.prose import read_prose
from ketapub.formats.pdf.engine import to_pdf
from ketapub.formulas.drawing import Undrawable, draw, without_glyph
from ketapub.formulas.speech import say
from ketapub.formulas.tex import ATTRIBUTES, ELEMENTS, BadTex, ems, shown_letters, to_mathml
from ketapub.locale import languages, words
from ketapub.passages import passages

# TeX, and what is said in its place in English; "": there are no words for it.
FORMULAS = {
    r"x^2": "x squared",
    r"a^3 + b^n": "a cubed plus b to the power n",
    r"e^{-x^2}": "e to the power minus x squared, end of power",
    r"\frac{a}{b}": "a over b",
    r"\sqrt{2}": "the square root of 2",
    r"\sqrt[3]{x+1}": "the cube root of x plus 1, end of root",
    r"\sqrt[n]{x}": "the root of order n of x",
    r"\frac{-b \pm \sqrt{b^2-4ac}}{2a}": "the fraction minus b plus or minus the square root of b squared minus 4 a c, "
    "end of root over 2 a, end of fraction",
    r"x_1, x_2, \dots, x_n": "x sub 1, x sub 2, and so on, x sub n",
    r"x_{i+1}^2": "x sub i plus 1, end of index squared",
    r"\sum_{i=1}^{n} i": "the sum from i equals 1 to n of i",
    r"\sum_i x_i": "the sum over i of x sub i",
    r"\int_0^\infty f(t)\,dt": "the integral from 0 to infinity of f open parenthesis t close parenthesis d t",
    r"\prod_{k=1}^n k = n!": "the product from k equals 1 to n of k equals n factorial",
    r"\lim_{x \to 0} \frac{\sin x}{x} = 1": "the limit as x approaches 0 of the fraction sine of x over x, "
    "end of fraction equals 1",
    r"a \le b \ne c \approx d": "a is less than or equal to b is not equal to c is approximately d",
    r"\alpha + \Gamma": "alpha plus capital gamma",
    r"\bar{x} \hat{p} \vec{E} \dot{y}": "x bar p hat vector E y dot",
    r"P(A \mid B)": "P open parenthesis A vertical bar B close parenthesis",
    r"\begin{pmatrix} a & b \\ c & d \end{pmatrix}": "a matrix of 2 rows and 2 columns: row 1: a, b; row 2: c, d; "
    "end of matrix",
    r"f = \begin{cases} 1 & \text{if } x > 0 \\ 0 & \text{else} \end{cases}": "f equals case 1: 1, if x is greater "
    "than 0; case 2: 0, else",
    r"\begin{aligned} a &= b \\ &= c \end{aligned}": "line 1: a equals b; line 2: equals c",
    r"\mathrm{NNT} = \frac{1}{\mathrm{ARR}}": "NNT equals 1 over ARR",
    r"0.5\,\mathrm{mg/kg}": "0.5 mg per kg",
    r"f'(x)": "f prime open parenthesis x close parenthesis",
    r"\frac{\partial f}{\partial x}": "the fraction partial d f over partial d x, end of fraction",
    r"\mathbb{R}^n": "double-struck R to the power n",
    r"\mathbf{v} \times \mathcal{L} \cdot \mathfrak{g}": "bold v times script L times fraktur g",
    r"\binom{n}{k}": "n choose k",
    r"|x|": "vertical bar x vertical bar",
    r"\log_2 8 = 3": "logarithm to base 2 of 8 equals 3",
    r"\sin^2\theta": "sine squared of theta",
    r"50\%": "50 percent",
    r"90^\circ": "90 degrees",
    r"\mathrm{H_2O} \rightarrow \mathrm{H^+}": "H sub 2 O right arrow H superscript plus",
    r"x \in A \cup B \Rightarrow y \notin \emptyset": "x is in A union B implies y is not in the empty set",
    r"t_{1/2} = \frac{\ln 2}{k_e}": "t sub 1 over 2, end of index equals the fraction natural logarithm of 2 over "
    "k sub e, end of fraction",
    r"1{,}000 - 1": "1,000 minus 1",
    r"\$5": "dollars 5",
    r"\underline{x}": "",
    r"\underbrace{a+b}_{c}": "",
    r"{}^{14}_{6}\mathrm{C}": "",
    r"\overset{!}{=}": "",
}
ELSEWHERE = {
    ("de", r"\frac{1}{2} \sum_{i=1}^n x_i^2"): "1 durch 2 Summe von i gleich 1 bis n von x Index i zum Quadrat",
    ("es", r"\frac{1}{2} \sum_{i=1}^n x_i^2"): "1 entre 2 la suma desde i igual a 1 hasta n de x sub i al cuadrado",
    ("fr", r"\frac{1}{2} \sum_{i=1}^n x_i^2"): "1 sur 2 la somme de i égale 1 à n de x indice i au carré",
    ("de-AT", r"\sqrt{\Delta}"): "Wurzel aus großes Delta",
    ("fr-CA", r"\lim_{x \to 0} x"): "la limite quand x tend vers 0 de x",
    ("it", r"x^2"): "",  # the words of another language would be worse than none
}
BAD = {
    "": (0, "empty"),
    r"a + \foo{x}": (4, r'unknown command "\foo"'),
    r"\begin{aligned} é &= \foo \end{aligned}": (21, "unknown command"),
    r"\frac{a}": (8, "argument"),
    r"\sqrt \mathop{}": (0, "root of nothing"),
    r"\mathop{ \middle|}": (0, "cannot be read"),
    r"{a": (2, "closing"),
    r"a}": (1, "closing"),
    r"x & y": (2, "&"),
    r"a \\ b": (2, "a line of a formula ends"),
    r"50% of": (2, "percent"),
    r"\begin{align} a &= b \end{align}": (0, "numbers its lines"),
    r"\color{red}{x}": (0, "colours"),
    r"\boxed{x}": (0, "menclose"),
    r"\phantom{x}": (0, "mphantom"),
    r"\begin{array}{c|c} a & b \end{array}": (0, "lines in an array"),
    r"\href{javascript:alert(1)}{x}": (0, "unknown command"),
    r"\def\a{\a\a}\a": (0, "defines a command"),
    r"\newcommand{\x}{\x\x}\x": (0, "defines a command"),
    r"\let\a=b": (0, "defines a command"),
    "x" * 2001: (0, "2001 characters"),
    r"\sqrt" * 300 + " x": (0, "too deeply"),
    "x^{" * 400 + "x" + "}" * 400: (0, "too deeply"),
    r"\left(" * 100 + "x" + r"\right)" * 100: (0, "too deeply"),
    r"\begin{matrix}" * 60 + "x" + r"\end{matrix}" * 60: (0, "too deeply"),
}


@pytest.mark.parametrize("tex", FORMULAS)
def test_a_formula_is_kept_to_the_list_said_and_drawn(tex: str) -> None:
    for display in (True, False):
        mathml = to_mathml(tex, display=display)
        elements = list(ElementTree.fromstring(f"<math>{mathml}</math>").iter())[1:]
        assert {one.tag for one in elements} <= ELEMENTS
        assert {key for one in elements for key in one.attrib} <= ATTRIBUTES | {"columnalign"}
        assert "\\" not in mathml  # nothing of the TeX is left over
        assert say(mathml, "en-US") == FORMULAS[tex]
        drawing = draw(mathml, display)
        shapes = list(ElementTree.fromstring(f"<svg>{drawing.shapes}</svg>"))
        assert shapes
        assert {one.get("fill") for one in shapes} | {one.get("stroke") for one in shapes} <= {"currentColor", None}
        assert {key for one in shapes for key in one.attrib}.isdisjoint({"id", "href", "style", "class"})
        assert 0 < drawing.width <= ems(mathml)
        assert list(without_glyph(mathml)) == []


@pytest.mark.parametrize(("language", "tex"), ELSEWHERE)
def test_it_is_said_in_the_language_of_its_text(language: str, tex: str) -> None:
    assert say(to_mathml(tex, display=True), language) == ELSEWHERE[language, tex]


def test_every_language_names_the_same_signs() -> None:
    def signs(language: str) -> list[str]:
        return [line.partition("  ")[0] for line in words(language)["formula-signs"].strip().splitlines()]

    assert all(signs(language) == signs("en") for language in languages())
    assert all(len(words(language)["formula-greek"].split()) == 24 for language in languages())


@pytest.mark.parametrize("tex", BAD)
def test_what_is_no_formula_is_refused_at_its_place_and_at_once(tex: str) -> None:
    began = time.process_time()
    with pytest.raises(BadTex) as caught:
        to_mathml(tex, display=True)
    assert time.process_time() - began < 1
    offset, part = BAD[tex]
    assert caught.value.offset == offset
    assert part in caught.value.message


def test_the_longest_formula_is_drawn_in_bounded_time() -> None:
    began = time.process_time()
    draw(to_mathml(r"\begin{matrix}" + "x&" * 900 + r"\end{matrix}", display=True), True)
    assert time.process_time() - began < 10


def test_text_in_a_formula_is_no_markup() -> None:
    assert to_mathml(r"\text{<script>\&amp;}", display=False) == "<mtext>&lt;script&gt;&amp;amp;</mtext>"


def test_letters_are_those_that_fonts_need() -> None:
    found = shown_letters(to_mathml(r"h \sqrt{x} \mathrm{d} \alpha \text{word}", display=True))
    assert {"ℎ", "𝑥", "√", "d", "𝛼", "w"} <= set(found)
    assert "𝑑" not in found
    assert list(without_glyph(to_mathml(r"x + \text{日本}", display=True))) == ["日", "本"]


def test_what_cannot_be_drawn_is_no_traceback() -> None:
    with pytest.raises(Undrawable):
        draw("<msqrt/>", True)


def test_limits_stand_beside_a_sum_in_a_line() -> None:
    tall, flat = (draw(to_mathml(r"\sum_{i=1}^n", display=one), one) for one in (True, False))
    assert tall.height > 1.5 * flat.height
    assert tall.depth > flat.depth > 0


# --- in a book --------------------------------------------------------------------------------------------


def test_numbers_and_references(formulas: Made) -> None:
    nodes = [node for one in formulas.book.chapters for node in d.walk_chapter(one)]
    numbers = {one.attributes.id: one.number for one in nodes if isinstance(one, d.DisplayFormula) and one.number}
    assert numbers == {"eq-bayes": "1.1", "eq-risk": "1.2", "eq-binom": "2.1"}
    shown = [(one.target, d.plain_text(one)) for one in nodes if isinstance(one, d.Reference)]
    assert ("eq-bayes", "Equation\N{NO-BREAK SPACE}1.1") in shown
    assert ("eq-risk", "1.2") in shown
    names = {words(one).format("equation-number", number="3") for one in ("en", "de", "es", "fr")}
    assert names == {"Equation 3", "Gleichung 3", "Ecuación 3", "Équation 3"}


def test_the_epub_says_where_formulas_are(formulas: Made, stock: Made) -> None:
    with zipfile.ZipFile(io.BytesIO(formulas.file(".epub"))) as archive:
        package = archive.read("EPUB/content.opf").decode()
    items = {found[1]: found[0] for found in re.findall(r'(<item [^>]*href="([\w-]+)\.xhtml"[^>]*>)', package)}
    having = {name for name, item in items.items() if re.search(r'properties="[^"]*\bmathml\b', item)}
    assert having == {"nav", "counting", "deutsch"}
    assert ">MathML<" in package
    with zipfile.ZipFile(io.BytesIO(stock.file(".epub"))) as archive:
        assert "mathml" not in archive.read("EPUB/content.opf").decode().lower()


def test_wide_formulas_scroll_and_others_do_not_ask_for_focus(formulas: Made) -> None:
    text = formulas.file(".html").decode()
    assert 'class="formula wide" role="group" tabindex="0" aria-label="Equation"' in text
    assert 'class="formula wide" role="group" tabindex="0" aria-label="Equation 1.1"' in text
    assert '<div class="formula"><math' in text
    assert '<span class="formula wide" role="group" tabindex="0" aria-label="Equation"><math' in text
    assert " style=" not in text.partition("<body")[2]


def test_a_header_of_a_formula_alone_has_a_name(formulas: Made) -> None:
    text = formulas.file(".html").decode()
    assert re.search(r'<th scope="row"><math [^>]*alttext="pi" aria-label="pi">', text)
    assert re.search(r'<td class="num"><math [^>]*alttext="3.14">', text)


def test_a_formula_that_is_too_wide_is_drawn_smaller_and_told(formulas: Made) -> None:
    told = [one for one in formulas.problems.found if one.code == "formula-too-wide"]
    assert [(str(one.at), one.severity) for one in told] == [("chapters/01-counting.md:57:1", "warning")] * 2
    assert re.search(r"too wide for the page, and drawn at \d\d% of its size", told[0].message)
    assert "of large-print" in told[1].message
    assert {one.code for one in formulas.problems.found} == {"formula-too-wide"}


def test_reviewers_read_the_tex_and_what_is_said(formulas: Made) -> None:
    found = [one.text for one in passages(formulas.book.chapters[1], formulas.book)]
    assert found[1].startswith("Die Wurzel $\\sqrt{x}$ [Wurzel aus x], und auf English: $\\sqrt{x}$ [the")
    assert found[2].startswith(r"$\binom{n}{k} = \frac{n!}{k!\,(n-k)!}$ [n über k gleich")


def test_rules_for_the_text_hear_formulas(formulas: Made) -> None:
    runs = [one.text for one in read_prose(formulas.book).runs]
    assert "The square a squared plus b squared equals c squared" in runs
    assert "The number needed to treat is one over the absolute risk reduction" in runs


@pytest.mark.parametrize(
    ("colour", "operator"), [("#ff0000", b"1 0 0 rg"), ("device-cmyk(0 0 0 1)", b"DeviceCMYK cs\n0 0 0 1 scn")]
)
def test_a_formula_has_the_colour_of_the_words_around_it(colour: str, operator: bytes) -> None:
    drawing = draw(to_mathml("x", display=False), False)
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="math" role="img" aria-label="x" fill="currentColor" '
        f'viewBox="{drawing.view_box}" width="1em" height="1em">{drawing.shapes}</svg>'
    )
    body = f"<p>{svg}</p>"
    with pikepdf.open(io.BytesIO(to_pdf(document(Case("colour", body, f"p {{ color: {colour} }}"))))) as pdf:
        pdf.pages[0].contents_coalesce()
        content = pdf.pages[0].Contents.read_bytes()
    assert operator in content


def test_a_book_without_formulas_loads_none_of_this() -> None:
    code = (
        "import sys; sys.path.insert(0, 'tests')\n"
        "import ketapub.formats.epub, ketapub.formats.html, ketapub.formats.pdf\n"
        "from tree import read\n"
        "read('# T\\n\\n$x^2$\\n')\n"
        "print(sorted({'math_core', 'ziamath', 'ziafont', 'latex2mathml'} & {*sys.modules}))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_in_a_book_without_math_a_dollar_is_a_dollar() -> None:
    chapter, problems = read("# T\n\n$x^2$, $$y$$\n\n$$\nz\n$$\n")
    assert d.plain_text(chapter.blocks) == "$x^2$, $$y$$$$ z $$"
    assert problems.found == []
