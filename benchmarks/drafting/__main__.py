"""How many sentences become the workflow that they mean.

`python -m benchmarks.drafting` measures the drafter that needs no model, and prints one JSON line;
`--model` the configured chat model; `--wrong` also says what is wrong with each draft. Held-out
sentences are those that the drafter was never adjusted to.
"""

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence

from benchmarks.drafting.cases import cases
from benchmarks.drafting.scores import Drafter, Score, rates, scored
from benchmarks.drafting.services import catalogue
from domain.blueprints.blueprint import Blueprint
from domain.drafting.drafter import draft
from domain.drafting.drafts import Draft


def main(arguments: Sequence[str]) -> None:
    """Measure, and print one line."""
    parser = argparse.ArgumentParser(description="Measures drafting.")
    parser.add_argument("--model", action="store_true", help="measure the configured chat model")
    parser.add_argument("--wrong", action="store_true", help="say what is wrong with each draft")
    chosen = parser.parse_args(arguments)
    scores = asyncio.run(measure(_by_grammar))
    if chosen.wrong:
        for score in scores:
            if not score.passed:
                turn = score.case.turns[score.number]
                print(f"{score.case.name} {score.number}: {turn.prompt}", file=sys.stderr)
                print("".join(f"    {line}\n" for line in score.wrong), file=sys.stderr)
    print(json.dumps({"benchmark": "drafting", "source": "drafter", **figures(scores)}))


async def measure(drafter: Drafter) -> list[Score]:
    """The scores of all turns of all cases."""
    return [score for case in cases() for score in await scored(case, drafter)]


def figures(scores: Sequence[Score]) -> dict[str, object]:
    """First turns and second edits, of the sentences that were looked at and of the others."""
    found: dict[str, object] = {}
    for name, is_held_out in (("seen", False), ("held_out", True)):
        own = [score for score in scores if score.case.is_held_out is is_held_out]
        found[name] = rates([score for score in own if score.number == 0])
        found[f"{name}_after_two_edits"] = rates([score for score in own if score.number == 2])
    return found


async def _by_grammar(prompt: str, base: Blueprint | None) -> Draft:
    return draft(prompt, catalogue(), base)


if __name__ == "__main__":
    main(sys.argv[1:])
