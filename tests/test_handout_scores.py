"""The scores of the book's handouts: each handout has one, of known items, and says where it is below its aim."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

HANDOUTS = Path(__file__).parents[1] / "manuscript/handouts"
SCORES = tomllib.loads((HANDOUTS / "scores.toml").read_text("utf-8"))
AIMS = {"cdc": 90, "pemat-understandability": 70, "pemat-actionability": 70}


@pytest.mark.parametrize("name", sorted(file.stem for file in HANDOUTS.glob("*.md")))
@pytest.mark.parametrize("instrument", AIMS)
def test_a_handout_reaches_its_aim_or_says_that_it_does_not(name: str, instrument: str) -> None:
    items, scored = SCORES["items"][instrument], SCORES[name][instrument]
    assert set(scored) <= set(items)
    assert set(scored.values()) <= {0, 1}
    below = sum(scored.values()) / len(scored) * 100 < AIMS[instrument]
    assert below == (instrument in SCORES[name].get("below", ()))


def test_no_handout_is_scored_that_there_is_not() -> None:
    named = {name for name, value in SCORES.items() if isinstance(value, dict)} - {"items"}
    assert named == {file.stem for file in HANDOUTS.glob("*.md")}
