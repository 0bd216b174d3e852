"""A workflow is shown as an outline that people read."""

from benchmarks.drafting.services import catalogue
from domain.drafting.drafter import draft
from domain.drafting.outline import outline


def test_branches_and_loops_are_indented():
    prompt = (
        "Every day at 9 query the database. For each row, if the amount is over 5 email "
        "a@example.com, otherwise post to #ops on Slack."
    )
    found = draft(prompt, catalogue()).blueprint
    assert outline(found).split("\n")[1:] == [
        "- starts with: Schedule (`0 9 * * *`)",
        "- Ask a database",
        "- goes through `{{query.rows}}`",
        "  - each time:",
        "    - checks `double(item.amount) > 5.0`",
        "      - if so:",
        "        - Send an e-mail (a@example.com)",
        "      - otherwise:",
        "        - Post a message (#ops)",
    ]


def test_a_step_that_two_ways_lead_to_is_shown_once():
    prompt = (
        "When an order is paid: if the amount is above 9 post to #vip on Slack. "
        "Finally, add a row to the sheet."
    )
    lines = outline(draft(prompt, catalogue()).blueprint).split("\n")
    assert sum("Add a row" in line for line in lines) == 2
    assert lines[-1].strip() == "- then “Add a row”, as above"
