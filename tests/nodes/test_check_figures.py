"""A figure in a model's text must be in what it was given; rounding and counting are allowed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodes.check_figures import made_up_figures

SOURCES = [
    '{"total_usd": "1234.567890", "share": "0.731707", "requests": 28185, "day": "2024-05-16"}',
    "What did gpt-4o cost?",
]


@pytest.mark.parametrize(
    "text",
    [
        "It cost $1,234.57.",
        "It cost about $1,235, or $1,200 roughly.",
        "It cost **$1.2k** for 28,185 calls.",
        "Some 28k calls; 73.2% of them on one model, so 73 % of all.",
        "On 2024-05-16 the model gpt-4o was used.",
        "The 3 largest savings:\n1. one\n2. two",
        "No figures at all.",
    ],
)
def test_figures_from_the_sources_pass(text: str):
    assert made_up_figures(text, SOURCES) == []


@pytest.mark.parametrize(
    ("text", "made_up"),
    [
        ("It cost $1,234.58.", ["$1,234.58"]),
        ("You save (45%) of 28,185 calls.", ["45%"]),
        ("A month costs $37,000!", ["$37,000"]),
        ("There were 28,186 calls.", ["28,186"]),
        ("That is $5 a call.", ["$5"]),
        ("It grew to 3.5M.", ["3.5M"]),
        ("It cost -$99.10.", ["-$99.10"]),
    ],
)
def test_figures_from_nowhere_are_named(text: str, made_up: list[str]):
    assert made_up_figures(text, SOURCES) == made_up


@given(st.decimals(min_value=13, max_value=10_000_000, places=6), st.integers(0, 6))
def test_every_rounding_of_a_source_passes(number, places):
    text = f"It is ${round(number, places):,}."
    assert made_up_figures(text, [f'"x": "{number}"']) == []
