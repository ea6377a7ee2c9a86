"""Contrast by the formula of WCAG 2.2 (1.4.3 and 1.4.11): 4.5 for text, 3 for shapes; no colour stands in the sheet."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from sendmode_sync.render.webpage_style import DARK, LIGHT, READ_ON, SEEN_ON, STYLE

PALETTES = [LIGHT, DARK]
SHEET = STYLE.split("\n*{", 1)[1]


def luminance(colour: str) -> float:
    shares = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_the_formula_is_that_of_the_guidelines() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("palette", PALETTES, ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), READ_ON)
def test_text_can_be_read(palette: Mapping[str, str], text: str, ground: str) -> None:
    assert contrast(palette[text], palette[ground]) >= 4.5


@pytest.mark.parametrize("palette", PALETTES, ids=["light", "dark"])
@pytest.mark.parametrize(("shape", "ground"), SEEN_ON)
def test_shapes_can_be_seen(palette: Mapping[str, str], shape: str, ground: str) -> None:
    assert contrast(palette[shape], palette[ground]) >= 3


def test_every_rule_that_sets_both_colours_is_a_pair_that_is_checked() -> None:
    for rule in re.findall(r"\{([^{}]*)\}", SHEET):
        text = re.search(r"(?<!-)\bcolor:var\(--([a-z-]+)\)", rule)
        ground = re.search(r"background:var\(--([a-z-]+)\)", rule)
        if text and ground:
            assert (text[1], ground[1]) in READ_ON


def test_the_sheet_uses_the_roles_of_both_palettes_and_no_colour_of_its_own() -> None:
    assert LIGHT.keys() == DARK.keys() == set(re.findall(r"var\(--([a-z-]+)\)", SHEET))
    assert set(re.findall(r"#[0-9a-f]{3,8}\b", SHEET)) == {"#fff"}  # paper


def test_the_dark_palette_is_for_screens_and_focus_is_seen() -> None:
    assert "@media screen and (prefers-color-scheme:dark){:root{" in STYLE
    assert ":focus-visible{outline:3px solid" in STYLE
    assert "animation" not in STYLE
    assert "transition" not in STYLE
