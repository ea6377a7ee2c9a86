from __future__ import annotations

import pytest

from sendmode_sync.config.check import Rules, check
from sendmode_sync.config.reader import read

KEY = "live_01234567-89ab-cdef-0123-456789abcdef"


def problems(rules: Rules, text: str, *, included: bool = False) -> list[str]:
    return sorted(str(problem) for problem in check(read("a.yaml", text), rules, included=included).problems)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("groups:\n", 'a.yaml:1:1: "version" is missing'),
        ("version: 2\n", "a.yaml:1:10: must be 1"),
        ("version: 1\ncampaings: {}\n", 'a.yaml:2:1: unknown key "campaings", did you mean "campaigns"?'),
        ("version: 1\nzzz: {}\n", 'a.yaml:2:1: unknown key "zzz"; known here: version, account'),
        ("version: 1\naccount: x\n", "a.yaml:2:10: must be a mapping (key: value)"),
        ("version: 1\naccount: {api: v3}\n", "a.yaml:2:16: must be one of v2, engage"),
        ("version: 1\naccount: {api: engag}\n", 'a.yaml:2:16: must be one of v2, engage, did you mean "engage"?'),
        ("version: 1\naccount: {region: Ireland}\n", "a.yaml:2:19: must be a country code of two capitals"),
        ("version: 1\naccount: {allow_fictional: yes}\n", "a.yaml:2:28: must be true or false"),
        ("version: 1\naccount: {senderid: TwelveLetter}\n", "a.yaml:2:21: is no sender ID; use at most 11"),
        ("version: 1\naccount: {senderid: \u0410cmeGym}\n", "a.yaml:2:21: is no sender ID"),
        ("version: 1\naccount: {senderid: 1234567890123456}\n", "a.yaml:2:21: is no sender ID"),
        ("version: 1\naccount: {senders: {Acme-Gym: {}}}\n", 'a.yaml:2:21: "Acme-Gym" is no sender ID'),
        ("version: 1\naccount: {rate_limit: {calls: 0}}\n", "a.yaml:2:31: must be a whole number of calls, at least 1"),
        ("version: 1\naccount: {rate_limit: {calls: 1_0}}\n", "a.yaml:2:31: must be a whole number of calls"),
        (
            "version: 1\naccount: {credits_per_segment: {gb: 1}}\n",
            "a.yaml:2:32: must be a number of credits above 0, or",
        ),
        ("version: 1\naccount: {credits_per_segment: 0}\n", "a.yaml:2:32: must be a number of credits above 0, or"),
        ("version: 1\naccount: {test_numbers: 087}\n", "a.yaml:2:25: must be a list"),
        ("version: 1\nsafety: {max_updates: 30 percent}\n", "a.yaml:2:23: must be a number or a share such as 30%"),
        ("version: 1\nsafety: {max_recipients: few}\n", "a.yaml:2:26: must be a whole number of recipients, or none"),
        ("version: 1\nsafety: {canary_wait: 30}\n", "a.yaml:2:23: must be a time such as 30s"),
        ("version: 1\ninclude: a.yaml\n", "a.yaml:2:10: must be a list"),
        ("version: 1\ngroups: {'a;b': {}}\n", 'a.yaml:2:10: "a;b" is no name of a group'),
        ("version: 1\ngroups: {a: {import: some}}\n", "a.yaml:2:22: must be all, none, or a list of fields"),
        ("version: 1\ngroups: {a: {import: [firstnam]}}\n", "a.yaml:2:22: must be all, none, or a list of fields"),
        ("version: 1\ncampaigns: {a b: {messagetext: x}}\n", 'a.yaml:2:13: "a b" is no name of a campaign'),
        (
            "version: 1\ncampaigns: {a: {mesagetext: x, messagetext: y}}\n",
            'a.yaml:2:17: unknown key "mesagetext", did you mean',
        ),
        ("version: 1\ncampaigns: {a: }\n", 'a.yaml:2:16: "messagetext" is missing'),
        ("version: 1\ncampaigns: {a: {messagetext: ''}}\n", "a.yaml:2:30: must not be empty"),
        (
            "version: 1\ncampaigns:\n  a:\n    messagetext: {firstname}\n",
            "a.yaml:4:18: text is meant here, but YAML reads a mapping",
        ),
        (
            "version: 1\ncampaigns:\n  a:\n    messagetext: [x]\n",
            "a.yaml:4:18: text is meant here, but YAML reads a list",
        ),
        ("version: 1\ncampaigns: {a: {messagetext: x, customerid: é}}\n", "a.yaml:2:45: must be 1 to 40"),
        ("version: 1\ncustomers:\n  - 087 123 4567\n", "a.yaml:3:5: must be a mapping"),
        (
            "version: 1\ncustomers:\n  - {mobilenumber: 1, groups: [a], frstname: x}\n",
            'a.yaml:3:36: unknown key "frstname", did you mean "firstname"?',
        ),
        ("version: 1\ncustomers:\n  - {mobilenumber: 1, groups: a}\n", "a.yaml:3:31: must be a list"),
        (
            "version: 1\ncustomers:\n  - {mobilenumber: 1, groups: [a], dateofbirth: 1990-02-01}\n",
            "a.yaml:3:49: must be a date written dd/mm/yyyy",
        ),
        ("version: 1\ncustomers: {a: b}\n", "a.yaml:2:12: must be a list"),
        (
            "version: 1\noptouts:\n  - {mobilenumber: 1, optoutresponse: %s}\n" % ("x" * 51),
            "a.yaml:3:39: must be at most 50 characters",
        ),
        (
            "version: 1\nsources:\n  - {path: x.csv, columns: {Phone: mobil}}\n",
            "a.yaml:3:36: must be one of mobilenumber",
        ),
        ("version: 1\nsources:\n  - groups: [a]\n", 'a.yaml:3:5: "path" is missing'),
        ("version: 1\nstate: {a: b}\n", "a.yaml:2:8: text is meant here"),
    ],
)
def test_problems_in_our_words(project_rules: Rules, text: str, said: str) -> None:
    found = problems(project_rules, text)
    assert len(found) == 1, found
    assert found[0].startswith(said)


def test_a_key_whose_value_was_refused_is_not_called_missing(project_rules: Rules) -> None:
    text = "version: 1\ncampaigns:\n  a: {messagetext: !!str hi}\n  b: {messagetext: *x}\n  c: {groups: [m]}\n"
    found = problems(project_rules, text)
    assert [each.split(": ", 1)[0] for each in found] == ["a.yaml:3:20", "a.yaml:4:20", "a.yaml:5:6"]
    assert found[2].endswith('"messagetext" is missing')


def test_each_missing_key_is_named_once(project_rules: Rules) -> None:
    found = problems(project_rules, "version: 1\ncustomers:\n  - {}\n")
    assert found == ['a.yaml:3:5: "groups" is missing', 'a.yaml:3:5: "mobilenumber" is missing']


@pytest.mark.parametrize("key", ["account", "state", "safety", "include"])
def test_an_included_file_holds_lists_only(project_rules: Rules, key: str) -> None:
    found = problems(project_rules, f"{key}: {{}}\ngroups: {{}}\n", included=True)
    assert len(found) == 1
    assert found[0].startswith("a.yaml:1:1: ")
    assert found[0].endswith("move it there")


def test_an_included_file_needs_no_version(project_rules: Rules) -> None:
    assert problems(project_rules, "campaigns: {}\n", included=True) == []
    assert problems(project_rules, "version: 1\n", included=True) == []


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (f"version: 1\ngroups: {{a: {{description: {KEY}}}}}\n", "2:27"),
        (f"version: 1\n# {KEY}\n", "2:3"),
        ("version: 1\naccount: {api_key_env: EMULATOREMULATOR1234}\n", "2:24"),
        ("version: 1\naccount: {test_numbers: [EMULATOREMULATOR1234]}\n", "2:26"),
        ("version: 1\naccount: {api_key: EMULATOREMULATOR1234}\n", "2:11"),
        ("version: 1\naccount: {paths: {access_key: x}}\n", "2:19"),
        ("version: 1\nAPI-Key: x\n", "2:1"),
        ("version: 1\ncustomers:\n  - {mobilenumber: 1, groups: [a], apikey: x}\n", "3:36"),
    ],
)
def test_a_key_in_a_file_is_an_error_that_does_not_show_it(project_rules: Rules, text: str, place: str) -> None:
    part = check(read("a.yaml", text), project_rules, included=False)
    found = [problem for problem in part.problems if problem.code == "key-in-file"]
    assert [str(problem.place) for problem in found] == [f"a.yaml:{place}"]
    assert not any(key in str(problem) for problem in part.problems for key in (KEY, "EMULATOREMULATOR1234"))


def test_twenty_capitals_elsewhere_may_be_anything(project_rules: Rules) -> None:
    assert problems(project_rules, "version: 1\ngroups: {a: {description: EMULATOREMULATOR1234}}\n") == []


def test_after_a_syntax_error_the_rest_is_not_judged(project_rules: Rules) -> None:
    found = problems(project_rules, "version: 1\nzzz: 1\ngroups: {a: 'x\n")
    assert len(found) == 1
    assert "cannot be read as YAML" in found[0]


def test_what_is_faulty_is_left_out_of_sections(project_rules: Rules) -> None:
    text = "version: 1\ngroups: {good: {}, bad: {x: y}}\noptouts: [{mobilenumber: 1}, x]\nsafety: 3\n"
    part = check(read("a.yaml", text), project_rules, included=False)
    assert part.section("groups") == {"good": {}}
    assert part.names("groups") == ("good", "bad")
    assert [at for at, _ in part.items("optouts")] == [0]
    assert part.section("safety") == {}
    assert part.names("safety") == ()
    assert list(part.items("groups")) == []
