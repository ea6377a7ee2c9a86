"""Merge fields: reading templates, where they are wrong, and filling them in one pass."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sendmode_sync.sms import merge
from sendmode_sync.sms.merge import BadTemplate, Field, Template


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", ()),
        ("no fields", ("no fields",)),
        ("{firstname}", (Field("firstname"),)),
        ("Hi {firstname|there}!", ("Hi ", Field("firstname", "there"), "!")),
        ("{firstname|}{surname}", (Field("firstname", ""), Field("surname"))),
        ("{firstname|a|b}", (Field("firstname", "a|b"),)),
        ("{firstname| two words\n}", (Field("firstname", " two words\n"),)),
        ("{mobilenumber}", (Field("mobilenumber"),)),
        ("{{}}", ("{}",)),
        ("a {{b}} c", ("a {b} c",)),
        ("{{firstname}}", ("{firstname}",)),
        ("{{{firstname}}}", ("{", Field("firstname"), "}")),
        ("{{{{", ("{{",)),
    ],
)
def test_parse(text: str, parts: tuple[str | Field, ...]) -> None:
    assert merge.parse(text) == Template(parts)


@pytest.mark.parametrize(
    ("text", "offset", "says"),
    [
        ("Hi {", 3, 'a lone "{"'),
        ("Hi {firstname", 3, 'a lone "{"'),
        ("Hi } there", 3, 'write "}}" for a brace'),
        ("{firstname}}", 11, 'a lone "}"'),
        ("{{{", 2, 'a lone "{"'),
        ("{firstname|{surname}}", 0, 'a lone "{"'),
        ("a {}", 2, "without a name"),
        ("a { }", 2, "without a name"),
        ("a {|there}", 2, "without a name"),
        ("Hi {first_name}", 3, 'unknown merge field "first_name", did you mean "firstname"?'),
        ("Hi {FirstName|x}", 3, 'did you mean "firstname"?'),
        ("Hi { firstname }", 3, 'did you mean "firstname"?'),
        ("{custom3}", 0, "did you mean"),
        ("{name}", 0, 'did you mean "firstname" or "surname" or "businessname"?'),
        ("{Mobile}", 0, 'did you mean "mobilenumber"?'),
        ("{e}", 0, "the fields are"),
        ("{zzz}", 0, 'unknown merge field "zzz"; the fields are mobilenumber, firstname,'),
        ("ok {surname} not {lastnam", 17, 'a lone "{"'),
    ],
)
def test_what_is_no_template(text: str, offset: int, says: str) -> None:
    bad = merge.parse(text)
    assert isinstance(bad, BadTemplate)
    assert bad.offset == offset
    assert says in bad.message


@pytest.mark.parametrize("text", ["{0871234567}", "{ring 087 123 4567 or\n::error::}", "{" + "x" * 500 + "}"])
def test_a_message_neither_shows_a_number_nor_breaks_its_line(text: str) -> None:
    bad = merge.parse(text)
    assert isinstance(bad, BadTemplate)
    assert "12345" not in bad.message.replace(" ", "")
    assert "\n" not in bad.message
    assert len(bad.message) < 250


def _template(text: str) -> Template:
    template = merge.parse(text)
    assert isinstance(template, Template)
    return template


def test_fields_are_named_once_in_the_order_of_the_text() -> None:
    assert _template("{surname} {firstname|x} {surname}").fields == ("surname", "firstname")


@pytest.mark.parametrize(
    ("text", "values", "rendered"),
    [
        ("Hi {firstname}", {"firstname": "Aoife"}, "Hi Aoife"),
        ("Hi {firstname|there}", {}, "Hi there"),
        ("Hi {firstname|there}", {"firstname": ""}, "Hi there"),
        ("Hi{firstname|}", {"firstname": ""}, "Hi"),
        ("{firstname} {firstname|x}", {"firstname": "A"}, "A A"),
        ("{firstname}", {"firstname": "{surname}", "surname": "Murphy"}, "{surname}"),
        ("{firstname|%s $1 \\1}", {}, "%s $1 \\1"),
        ("{{firstname}}", {"firstname": "A"}, "{firstname}"),
        ("", {}, ""),
    ],
)
def test_render(text: str, values: dict[str, str], rendered: str) -> None:
    assert merge.render(_template(text), values) == rendered


def test_render_names_every_missing_field_once() -> None:
    template = _template("{surname} {firstname} {surname} {town|here} {county}")
    assert merge.render(template, {"county": "Cork", "firstname": ""}) == ("surname", "firstname")


@given(st.text())
def test_doubled_braces_write_any_text(text: str) -> None:
    template = merge.parse(text.replace("{", "{{").replace("}", "}}"))
    assert isinstance(template, Template)
    assert merge.render(template, {}) == text


@given(st.text(st.sampled_from("{}|a firstname")))
def test_any_text_is_a_template_or_names_a_brace(text: str) -> None:
    match merge.parse(text):
        case BadTemplate(offset):
            assert text[offset] in "{}"
        case Template():
            pass


PIECES = ("{firstname}", "{surname|}", "{town|there}", "{mobilenumber}", "{{", "}}", "a", "%s")


@given(
    st.lists(st.sampled_from(PIECES), max_size=9).map("".join),
    st.tuples(*[st.sampled_from(("", "x", "{y}", "{0}"))] * 4),
)
def test_a_filler_fills_as_render_does(text: str, values: tuple[str, ...]) -> None:
    template = merge.parse(text)
    assert isinstance(template, Template)
    given = values[: len(template.fields)]
    assert merge.filler(template)(given) == merge.render(template, dict(zip(template.fields, given, strict=True)))
