from __future__ import annotations

import pytest

from sendmode_sync.emulator.segments import segments


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("", 1, id="nothing"),
        pytest.param("a" * 160, 1, id="160"),
        pytest.param("a" * 161, 2, id="161"),
        pytest.param("a" * 306, 2, id="306"),
        pytest.param("a" * 307, 3, id="307"),
        pytest.param("a" * 1530, 10, id="1530"),
        pytest.param("a" * 1531, 11, id="1531"),
        pytest.param("€" * 80, 1, id="80 euro are 160 septets"),
        pytest.param("€" * 80 + "a", 2, id="80 euro and one letter"),
        pytest.param("a" * 152 + "€" + "a" * 152, 3, id="an escape pair moves whole"),
        pytest.param("€" * 153, 3, id="76 pairs a part"),
        pytest.param("\f^{}\\[~]|€" * 8, 1, id="the extension table"),
        pytest.param("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ¤¡ÄÖÑÜ§¿äöñüà" + "a" * 113, 1, id="the default alphabet"),
        pytest.param("á" + "a" * 69, 1, id="70 of UCS-2"),
        pytest.param("á" + "a" * 70, 2, id="71 of UCS-2"),
        pytest.param("á" + "a" * 133, 2, id="134 of UCS-2"),
        pytest.param("á" + "a" * 134, 3, id="135 of UCS-2"),
        pytest.param("ç" + "a" * 70, 2, id="small c cedilla is outside"),
        pytest.param("`" + "a" * 70, 2, id="backtick is outside"),
        pytest.param("\x1b" + "a" * 70, 2, id="a bare escape is outside"),
        pytest.param("😀" * 35, 1, id="35 emoji are 70 units"),
        pytest.param("😀" * 35 + "a", 2, id="35 emoji and one letter"),
        pytest.param("a" * 66 + "😀" + "a" * 66, 3, id="a surrogate pair moves whole"),
    ],
)
def test_segments_are_counted_as_a_network_bills_them(text: str, expected: int) -> None:
    assert segments(text) == expected
