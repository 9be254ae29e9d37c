"""Budgets as users say them: read with their defaults, and every mistake named with what came and what was expected."""

from decimal import Decimal
from typing import Any

import msgspec
import pytest

from inferlog.budgets.definitions import Change, Draft, read_change, read_draft
from inferlog.errors import InvalidInput
from inferlog.jsontext import read_object


def draft(**given: Any) -> Draft:
    """Read a new budget of these fields and what every budget needs."""
    return read_draft(read_object(msgspec.json.encode({"name": "n", "amount": 1, **given})))


def test_a_budget_needs_a_name_and_an_amount_and_has_defaults_for_the_rest() -> None:
    """Of the whole project, in calendar months of UTC, at 50, 80 and 100 percent, and nobody is told."""
    assert draft() == Draft(name="n", amount=Decimal(1), scope="project", subject="")
    assert (draft().period, draft().time_zone, draft().thresholds, draft().environment) == (
        "month",
        "UTC",
        (50, 80, 100),
        "",
    )


def test_null_is_the_same_as_absent() -> None:
    """For every field that may be left out."""
    names = "scope customer_identifier api_key_prefix environment period time_zone thresholds webhook_url".split()
    assert draft(**dict.fromkeys(names)) == draft()


@pytest.mark.parametrize(
    ("given", "scope", "subject"),
    [
        ({}, "project", ""),
        ({"scope": "project"}, "project", ""),
        ({"customer_identifier": "acme"}, "customer", "acme"),
        ({"scope": "customer", "customer_identifier": "*"}, "customer", "*"),
        ({"api_key_prefix": "abcdefgh"}, "key", "abcdefgh"),
        ({"scope": "key", "api_key_prefix": "abcdefgh"}, "key", "abcdefgh"),
    ],
)
def test_whose_spending_counts(given: dict[str, Any], scope: str, subject: str) -> None:
    """The scope follows from the subject, and may be said too."""
    assert (draft(**given).scope, draft(**given).subject) == (scope, subject)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"100", "100"), (b"0.1", "0.1"), (b'"0.1"', "0.1"), (b"12345678901.123456", "12345678901.123456"),
        (b"1e3", "1E+3"), (b"0.000001", "0.000001"), (b"1.50000000000000", "1.50000000000000"),
        (b"999999999999999.999999", "999999999999999.999999"),
    ],
)  # fmt: skip
def test_an_amount_keeps_its_digits(text: bytes, expected: str) -> None:
    """As a number or a text, it is the decimal that was written."""
    read = read_draft(read_object(b'{"name":"n","amount":' + text + b"}"))
    assert str(read.amount) == expected


def test_thresholds_are_in_order_and_once() -> None:
    """As given they need not be; 80.0 is a whole number in JSON."""
    assert draft(thresholds=[100, 80.0, 1, 80, 1000]).thresholds == (1, 80, 100, 1000)


_AMOUNT = "amount: expected USD above 0 and below 1e+15, with at most 6 decimal places, received: "
_THRESHOLDS = "thresholds: expected an array of 1 to 10 whole numbers from 1 to 1,000 (percent), received: "


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"amount":1}', "name: a budget needs one; expected a text of 1 to 200 characters on one line"),
        ('{"name":"n"}', "amount: a budget needs one; expected USD above 0"),
        ('{"name":"n","amount":null}', "amount: a budget needs one"),
        ('{"name":"n","amount":0}', f"{_AMOUNT}0"),
        ('{"name":"n","amount":-0.5}', f"{_AMOUNT}-0.5"),
        ('{"name":"n","amount":1e15}', f"{_AMOUNT}1e15"),
        ('{"name":"n","amount":1e999999999999999999999}', f"{_AMOUNT}1e999999999999999999999"),
        ('{"name":"n","amount":0.0000001}', f"{_AMOUNT}0.0000001"),
        ('{"name":"n","amount":"ten"}', f'{_AMOUNT}"ten"'),
        ('{"name":"n","amount":"NaN"}', f'{_AMOUNT}"NaN"'),
        ('{"name":"n","amount":"Infinity"}', f'{_AMOUNT}"Infinity"'),
        ('{"name":"n","amount":true}', f"{_AMOUNT}true"),
        ('{"name":"n","amount":[1]}', f"{_AMOUNT}[1]"),
        ('{"name":"","amount":1}', 'name: expected a text of 1 to 200 characters on one line, received: ""'),
        ('{"name":"a\\nb","amount":1}', "name: expected a text of 1 to 200 characters on one line"),
        ('{"name":7,"amount":1}', "name: expected a text of 1 to 200 characters on one line, received: 7"),
        ('{"name":"' + "n" * 201 + '","amount":1}', "name: expected a text of 1 to 200 characters on one line"),
        ('{"name":"n","amount":1,"thresholds":[]}', f"{_THRESHOLDS}[]"),
        ('{"name":"n","amount":1,"thresholds":50}', f"{_THRESHOLDS}50"),
        ('{"name":"n","amount":1,"thresholds":[0]}', f"{_THRESHOLDS}[0]"),
        ('{"name":"n","amount":1,"thresholds":[50,1001]}', f"{_THRESHOLDS}[50,1001]"),
        ('{"name":"n","amount":1,"thresholds":[99.5]}', f"{_THRESHOLDS}[99.5]"),
        ('{"name":"n","amount":1,"thresholds":["80"]}', f'{_THRESHOLDS}["80"]'),
        ('{"name":"n","amount":1,"thresholds":[1,2,3,4,5,6,7,8,9,10,11]}', f"{_THRESHOLDS}[1,2,3"),
        ('{"name":"n","amount":1,"period":"hour"}', 'period: expected day, week, month or year, received: "hour"'),
        ('{"name":"n","amount":1,"environment":"dev"}',
         'environment: expected prod or test, or nothing for both, received: "dev"'),
        ('{"name":"n","amount":1,"time_zone":"Europe/Belrin"}',
         "time_zone: expected a name of the IANA time zone database, e.g. Europe/Berlin (did you mean Europe/Berlin?), "
         'received: "Europe/Belrin"'),
        ('{"name":"n","amount":1,"time_zone":"../etc/passwd"}', "time_zone: expected a name of the IANA time zone"),
        ('{"name":"n","amount":1,"time_zone":"Europe"}', "time_zone: expected a name of the IANA time zone"),
        ('{"name":"n","amount":1,"time_zone":2}', "time_zone: expected a name of the IANA time zone"),
        ('{"name":"n","amount":1,"time_zone":""}', "time_zone: expected a name of the IANA time zone"),
        ('{"name":"n","amount":1,"scope":"team"}', 'scope: expected project, customer or key, received: "team"'),
        ('{"name":"n","amount":1,"scope":5}', "scope: expected project, customer or key, received: 5"),
        ('{"name":"n","amount":1,"scope":"customer"}',
         "customer_identifier: the scope 'customer' needs it; expected a customer's identifier of 1 to 1,000"),
        ('{"name":"n","amount":1,"scope":"key"}', "api_key_prefix: the scope 'key' needs it"),
        ('{"name":"n","amount":1,"scope":"key","customer_identifier":"c"}',
         "customer_identifier: does not go with the scope 'key'; leave one of them out"),
        ('{"name":"n","amount":1,"customer_identifier":"c","api_key_prefix":"k"}',
         "api_key_prefix: does not go with the scope 'customer'; leave one of them out"),
        ('{"name":"n","amount":1,"customer_identifier":5}', "customer_identifier: expected a customer's identifier"),
        ('{"name":"n","amount":1,"webhook_url":5}',
         "webhook_url: expected an address that begins with https:// or http://, received: 5"),
        ('{"name":"n","amount":1,"treshold":[5]}',
         "treshold: unknown field of a budget (did you mean thresholds?); known: name, amount, "),
    ],
)  # fmt: skip
def test_a_mistake_is_named(text: str, said: str) -> None:
    """The field, what was expected and what came."""
    with pytest.raises(InvalidInput) as refused:
        read_draft(read_object(text.encode()))
    assert str(refused.value).startswith(said)


def test_a_change_leaves_what_it_does_not_name() -> None:
    """null takes the webhook away, and is absent for the rest."""
    assert read_change(read_object(b'{"amount":5,"name":null}')) == Change(amount=Decimal(5))
    assert read_change(read_object(b'{"webhook_url":null}')) == Change(webhook_url="")


@pytest.mark.parametrize("name", ["scope", "customer_identifier", "period", "time_zone", "environment"])
def test_what_a_sum_is_of_cannot_be_changed(name: str) -> None:
    """Another period or subject is another budget."""
    with pytest.raises(InvalidInput, match=f"{name}: cannot be changed.*make another budget.*name, amount, thresholds"):
        read_change(read_object(msgspec.json.encode({name: "x"})))
