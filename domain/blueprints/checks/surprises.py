"""What works, and may not be what somebody wants."""

from collections.abc import Iterator

from domain.blueprints.blueprint import Blueprint, Node, branches
from domain.blueprints.catalogue import Catalogue
from domain.blueprints.checks.tasks import task_of
from domain.blueprints.flow import Flow
from domain.blueprints.problems import Place, Problem, problem
from domain.workflows.attempts import is_put_off


def node_warnings(flow: Flow, node: Node, catalogue: Catalogue) -> Iterator[Problem]:
    """Surprises of one node."""
    yield from _open_branches(flow, node)
    if node.type in ("wait", "approval") or is_put_off(node.data.error_handling):
        yield from _parallel_pause(flow, node)
    task = task_of(node, catalogue)
    if task and task.effect == "unsafe" and node.data.error_handling.retry_count > 0:
        yield problem(
            "repeat_unsafe",
            Place("data.error_handling.retry_count", node_id=node.id),
            "Another attempt may do this twice: the service cannot tell that it is the same.",
            "Set the attempts to 0, or accept that.",
        )
    if task and task.messages_people and flow.loops_around(node.id):
        yield problem(
            "mass_send",
            Place(node_id=node.id),
            "This step writes to people, once for each item of the loop.",
            "Check how many items there can be.",
        )


def setting_warnings(blueprint: Blueprint, catalogue: Catalogue) -> Iterator[Problem]:
    """Surprises of the whole workflow."""
    if not blueprint.settings.notify_on_failure and not catalogue.failure_is_heard:
        yield problem(
            "no_failure_notice",
            Place("settings.notify_on_failure"),
            "Nobody is told when a run fails.",
            "Turn the notice on, or activate a workflow that starts when this one fails.",
        )


def _open_branches(flow: Flow, node: Node) -> Iterator[Problem]:
    taken = {edge.branch for edge in flow.outgoing[node.id]}
    for branch in branches(node):
        # After its last item a workflow may simply end.
        if branch not in taken and (node.type, branch) != ("loop", "done"):
            yield problem(
                "branch_open",
                Place(node_id=node.id),
                f"Nothing follows on {branch}, so the workflow ends there.",
                "Connect a step, if something is to happen.",
                (branch,),
            )


def _parallel_pause(flow: Flow, node: Node) -> Iterator[Problem]:
    """A fork of which one way leads here and another does not: that one stands still as well."""
    behind = flow.before(node.id) | {node.id}
    for fork in flow.nodes:
        if fork not in behind:
            continue
        targets = {(edge.branch, edge.target) for edge in flow.outgoing[fork]}
        leading = {branch for branch, target in targets if target in behind}
        if any(branch in leading and target not in behind for branch, target in targets):
            yield problem(
                "parallel_pause",
                Place(node_id=node.id),
                "While this step waits, the steps beside it wait as well.",
                "Let it come last, or put what is not to wait into a workflow of its own.",
                (fork,),
            )
            return
