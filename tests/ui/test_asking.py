"""What a new conversation is called."""

import pytest

from ui.pages.chat.asking import TITLE_CHARACTERS, title_of


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Hello", "Hello"),
        ("First  line\nsecond", "First line"),
        (
            "Build a workflow: when a payment is received, thank the customer",
            "Build a workflow: when a payment is received, thank the…",
        ),
        ("x" * 80, "x" * 59 + "…"),
    ],
)
def test_it_is_whole_words_of_the_first_line(text: str, title: str) -> None:
    assert title_of(text) == title
    assert len(title_of(text)) <= TITLE_CHARACTERS
