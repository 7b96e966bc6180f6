"""The name or code of a language as reference files write it in, its tag of BCP 47 out."""

from __future__ import annotations

import re

_CODES = """ara ar, bul bg, cat ca, ces cs, cze cs, chi zh, zho zh, dan da, deu de, ger de, dut nl, nld nl, ell el,
gre el, eng en, est et, fin fi, fra fr, fre fr, heb he, hrv hr, hun hu, ita it, jpn ja, kor ko, lav lv, lit lt,
nno nn, nob nb, nor no, per fa, fas fa, pol pl, por pt, ron ro, rum ro, rus ru, slk sk, slo sk, slv sl, spa es,
srp sr, swe sv, tha th, tur tr, ukr uk, vie vi"""  # ISO 639-2
_NAMES = """acadian fr-CA, american en-US, arabic ar, australian en-AU, austrian de-AT, brazil pt-BR, brazilian pt-BR,
british en-GB, bulgarian bg, canadian en-CA, canadien fr-CA, catalan ca, chinese zh, croatian hr, czech cs, danish da,
dutch nl, english en, estonian et, finnish fi, francais fr, french fr, german de, greek el, hebrew he, hungarian hu,
italian it, japanese ja, korean ko, latvian lv, lithuanian lt, mexican es-MX, naustrian de-AT, newzealand en-NZ,
ngerman de, norsk nb, norwegian no, nswissgerman de-CH, nynorsk nn, persian fa, polish pl, portuguese pt, portuges pt,
romanian ro, russian ru, serbian sr, slovak sk, slovene sl, slovenian sl, spanish es, swedish sv, swissgerman de-CH,
thai th, turkish tr, ukenglish en-GB, ukrainian uk, usenglish en-US, vietnamese vi"""  # babel's, with the English names
LANGUAGES = dict(pair.split() for pair in f"{_CODES}, {_NAMES}".split(","))
_TAG = re.compile(r"[A-Za-z]{2}(?:[-_][A-Za-z0-9]{2,8}){0,3}")


def language_of(written: str) -> str:
    """ "eng", "ngerman" or "pt_BR" as a tag; "" if it is no language that we know."""
    code = written.strip()
    known = LANGUAGES.get(code.lower())
    return known or (code.replace("_", "-") if _TAG.fullmatch(code) else "")
