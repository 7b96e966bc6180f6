"""TeX of a formula in; out come the MathML made of it, the words said in its place, and a drawing for paper.

`tex` is the door to math-core, `drawing` the door to ziamath; both libraries are loaded by the first formula that
needs them, and by nothing else.
"""
