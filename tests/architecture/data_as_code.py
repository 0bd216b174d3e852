"""No data becomes code: nothing is unpickled, evaluated, or parsed by a parser that fetches."""

import ast
from collections.abc import Iterator, Sequence

from tests.architecture.import_rules import SOURCES
from tests.architecture.sources import Module, dotted, imports

#: Each runs what somebody else wrote, or can be made to, and what is used instead.
FORBIDDEN_MODULES = {
    **dict.fromkeys(
        ("pickle", "cloudpickle", "dill", "jsonpickle", "joblib", "marshal", "shelve"),
        "data is stored as JSON or by the checkpoints' serializer",
    ),
    **dict.fromkeys(("xml", "lxml"), "XML is read through defusedxml"),
}
#: Interfaces and errors of XML parsers, without a parser.
_XML_NAMES = frozenset({"AttributesImpl", "ContentHandler", "SAXException"})
FORBIDDEN_CALLS = frozenset({"eval", "exec", "compile", "__import__"})
#: Of yaml only what makes plain data.
_YAML = frozenset({"load", "load_all", "full_load", "unsafe_load", "unsafe_load_all"})


def code_violations(modules: Sequence[Module]) -> list[str]:
    """Everything in the sources that lets data run."""
    found: list[str] = []
    for module in modules:
        if module.folder in SOURCES:
            found += _imported(module)
            found += _called(module)
    return found


def _imported(module: Module) -> Iterator[str]:
    for imported in imports(module):
        is_harmless = imported.top == "xml" and imported.name in _XML_NAMES
        if (instead := FORBIDDEN_MODULES.get(imported.top)) and not is_harmless:
            yield f"{module.path}:{imported.line}: {imported.top} is not used: {instead}"
        if imported.top == "yaml" and imported.name in _YAML:
            yield f"{module.path}:{imported.line}: yaml.{imported.name} makes objects"


def _called(module: Module) -> Iterator[str]:
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.Call):
            continue
        name = dotted(node.func)
        owner, _, called = name.rpartition(".")
        if name in FORBIDDEN_CALLS or (owner == "builtins" and called in FORBIDDEN_CALLS):
            yield f"{module.path}:{node.lineno}: {called} runs text"
        elif owner == "yaml" and called in _YAML:
            yield f"{module.path}:{node.lineno}: yaml.{called} makes objects"
