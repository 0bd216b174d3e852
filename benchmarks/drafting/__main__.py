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
from nodes.draft_workflow import Request, draft_workflow
from server.part_settings import model_settings
from server.settings import load_settings
from tools.chat_model import ChatModels


def main(arguments: Sequence[str]) -> None:
    """Measure, and print one line."""
    parser = argparse.ArgumentParser(description="Measures drafting.")
    parser.add_argument("--model", action="store_true", help="measure the configured chat model")
    parser.add_argument("--wrong", action="store_true", help="say what is wrong with each draft")
    chosen = parser.parse_args(arguments)
    scores = asyncio.run(_measured(with_model=chosen.model))
    if chosen.wrong:
        for score in scores:
            if not score.passed:
                turn = score.case.turns[score.number]
                print(f"{score.case.name} {score.number}: {turn.prompt}", file=sys.stderr)
                print("".join(f"    {line}\n" for line in score.wrong), file=sys.stderr)
    source = "model" if chosen.model else "drafter"
    print(json.dumps({"benchmark": "drafting", "source": source, **figures(scores)}))


async def _measured(*, with_model: bool) -> list[Score]:
    if not with_model:
        return await measure(_by_grammar)
    models = ChatModels(model_settings(load_settings({})))
    if models.configured_name is None:
        raise SystemExit("No chat model is configured. Set GOLDENPATH_MODEL or OPENAI_API_KEY.")
    try:
        return await measure(lambda prompt, base: _by_model(prompt, base, models))
    finally:
        await models.aclose()


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


async def _by_model(prompt: str, base: Blueprint | None, models: ChatModels) -> Draft:
    """The model's own draft: where it gives none, the grammar's does not count for it."""
    found = await draft_workflow(Request(prompt, catalogue(), base), models)
    if found.source == "model":
        return found.draft
    return Draft(base or Blueprint(schema=1, name="", nodes=[], edges=[]))


async def _by_grammar(prompt: str, base: Blueprint | None) -> Draft:
    return draft(prompt, catalogue(), base)


if __name__ == "__main__":
    main(sys.argv[1:])
