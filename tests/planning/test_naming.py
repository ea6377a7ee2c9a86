from __future__ import annotations

import pytest

from sendmode_sync.planning.naming import unknown_campaign


@pytest.mark.parametrize(
    ("known", "remedy"),
    [
        ({"offer", "news"}, 'did you mean "offer"?'),
        ({"spring", "news"}, "there are: news, spring"),
        (
            {f"news-{at:02}" for at in range(12)},
            f"there are: {', '.join(f'news-{at:02}' for at in range(10))} and 2 more",
        ),
        ((), "the project has none"),
    ],
)
def test_a_name_that_no_campaign_has_is_told_with_those_that_there_are(known: set[str], remedy: str) -> None:
    assert str(unknown_campaign("ofer", known)) == f'no campaign "ofer"; {remedy}'
