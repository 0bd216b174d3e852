"""Comparisons that people say become CEL over fields that there are."""

import pytest

from benchmarks.drafting.services import catalogue
from domain.blueprints.expressions import compile_condition
from domain.drafting.building import trigger_source
from domain.drafting.conditions import compared_part, condition_of
from domain.drafting.fields import Fields, Source
from domain.drafting.tokens import text_of, tokens_of

PAYMENT = catalogue().find("razorpay", "payment_received")
assert PAYMENT is not None
FIELDS = Fields([trigger_source(PAYMENT)])
ITEMS = Fields([Source("item", {}), Source("index", {"type": "integer"})])


@pytest.mark.parametrize(
    ("said", "cel"),
    [
        ("the amount is over ₹1,000", "trigger_data.amount > 1000"),
        ("it is more than 5k", "trigger_data.amount > 5000"),
        ("the amount is at most 20.5", "trigger_data.amount <= 20.5"),
        ("the payment method is upi", "trigger_data.payment.method == 'upi'"),
        ("the currency is not 'INR'", "trigger_data.currency != 'INR'"),
        ('the status contains "O\'H"', r"trigger_data.payment.status.contains('O\'H')"),
        ("the amount is between 1 and 5", "trigger_data.amount >= 1 && trigger_data.amount <= 5"),
        (
            "the amount is over 5 or the currency equals USD",
            "trigger_data.amount > 5 || trigger_data.currency == 'USD'",
        ),
        (
            "the email is missing",
            "(!has(trigger_data.customer.email) || trigger_data.customer.email == null "
            "|| trigger_data.customer.email == '')",
        ),
    ],
)
def test_a_comparison_becomes_cel(said: str, cel: str):
    found = condition_of(tokens_of(said), FIELDS)
    assert found.cel == cel
    compile_condition(found.cel, {"trigger_data": "object"})


def test_fields_of_rows_are_taken_for_granted_and_said():
    found = condition_of(tokens_of("the stock level is below 10"), ITEMS)
    assert found.cel == "double(item.stock_level) < 10.0"
    compile_condition(found.cel, {"item": "any"})
    assert "item.stock_level" in found.assumption


@pytest.mark.parametrize("said", ["the weather is nice", "nothing", "", "the amount over"])
def test_what_is_no_condition_on_a_field_is_not_understood(said: str):
    assert condition_of(tokens_of(said), FIELDS).cel == ""


def test_an_event_is_told_from_its_condition():
    event, condition = compared_part(tokens_of("a payment over 1,000 is received"))
    assert text_of(event) == "a payment is received"
    assert text_of(condition) == "over 1,000"
