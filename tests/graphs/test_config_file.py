"""A langgraph.json is read whole, and what cannot be had is refused by its name."""

import json
from pathlib import Path
from typing import Any

import pytest

from domain.errors import InvalidSettings
from graphs.config_file import CorsRules, GraphSpec, read_config_file

GRAPHS = {"flow": "./flow.py:graph"}
REVIVED = "checkpointer.serde.allowed_msgpack_modules"


def written(folder: Path, **keys: Any) -> Path:
    path = folder / "langgraph.json"
    path.write_text(json.dumps({"graphs": GRAPHS, **keys}))
    return path


def test_all_that_matters_is_read(tmp_path: Path) -> None:
    graphs = {
        "flow": "./flow.py:graph",
        "module": {"path": "pkg.module:make", "description": "Says."},
    }
    config = read_config_file(
        written(
            tmp_path,
            graphs=graphs,
            dependencies=[".", "langgraph>=1"],
            env={"A": "x", "B": 2, "C": True},
            http={
                "app": "./app.py:app",
                "disable_mcp": True,
                "cors": {"allow_origins": ["https://chat.example.com"], "max_age": 5},
            },
            checkpointer={"serde": {"allowed_msgpack_modules": [["pkg.state", "Plan"]]}},
        )
    )
    assert config.root == tmp_path.resolve()
    assert config.graphs == (
        GraphSpec("flow", "./flow.py", "graph", ""),
        GraphSpec("module", "pkg.module", "make", "Says."),
    )
    assert config.dependencies == (".", "langgraph>=1")
    assert config.env == {"A": "x", "B": "2", "C": "true"}
    assert config.http_app == ("./app.py", "app")
    assert config.cors == CorsRules(allow_origins=["https://chat.example.com"], max_age=5)
    assert config.revived == {("pkg.state", "Plan")}


def test_what_is_about_images_and_packages_is_left_alone(tmp_path: Path) -> None:
    harmless = {
        "$schema": "https://example.com/schema.json",
        "python_version": "3.11",
        "node_version": "20",
        "api_version": "0.4",
        "base_image": "x",
        "image_distro": "wolfi",
        "pip_config_file": "pip.conf",
        "pip_installer": "uv",
        "dockerfile_lines": ["RUN true"],
        "keep_pkg_tools": True,
        "source": {"kind": "uv", "root": "."},
        # Named, and asked for nothing.
        "store": {},
        "auth": None,
        "checkpointer": None,
        "ui": {},
        "http": {"disable_runs": False, "cors": None},
    }
    config = read_config_file(written(tmp_path, **harmless))
    assert (config.dependencies, config.env) == ((), {})
    assert (config.http_app, config.cors) == (None, None)


@pytest.mark.parametrize(
    ("keys", "name"),
    [
        ({"auth": {"path": "./auth.py:auth"}}, "auth"),
        ({"encryption": {"path": "./e.py:e"}}, "encryption"),
        ({"priority": {"path": "./p.py:p"}}, "priority"),
        ({"store": {"index": {"dims": 3, "embed": "x"}}}, "store.index"),
        ({"store": {"ttl": {"default_ttl": 5}}}, "store.ttl"),
        ({"checkpointer": {"path": "./c.py:c"}}, "checkpointer.path"),
        (
            {"checkpointer": {"serde": {"pickle_fallback": True}}},
            "checkpointer.serde.pickle_fallback",
        ),
        (
            {"checkpointer": {"serde": {"allowed_json_modules": True}}},
            "checkpointer.serde.allowed_json_modules",
        ),
        ({"checkpointer": {"serde": {"allowed_msgpack_modules": True}}}, REVIVED),
        ({"checkpointer": {"serde": {"allowed_msgpack_modules": ["a.B"]}}}, REVIVED),
        ({"checkpointer": {"serde": {"allowed_msgpack_modules": [["a", "B", "c"]]}}}, REVIVED),
        ({"checkpointer": {"serde": 5}}, "checkpointer.serde"),
        ({"checkpointer": 5}, "checkpointer"),
        ({"checkpointer": {"ttl": {"strategy": "delete"}}}, "checkpointer.ttl"),
        ({"webhooks": {"env_prefix": "X_"}}, "webhooks"),
        ({"ui": {"agent": "./ui.tsx"}}, "ui"),
        ({"http": {"cors": {"allow_origins": "*"}}}, "http.cors.allow_origins"),
        ({"http": {"cors": {"origins": ["*"]}}}, "http.cors.origins"),
        ({"http": {"cors": {"allow_origin_regex": "("}}}, "http.cors.allow_origin_regex"),
        ({"http": {"cors": ["*"]}}, "http.cors"),
        ({"http": {"mount_prefix": "/api"}}, "http.mount_prefix"),
        ({"http": {"disable_threads": True}}, "http.disable_threads"),
        ({"http": {"app": "./app.py"}}, "http.app"),
        ({"http": {"app": 5}}, "http.app"),
        ({"http": ["app"]}, "http"),
        ({"dependancies": ["."]}, "dependancies"),
        ({"dependencies": "."}, "dependencies"),
        ({"dependencies": [5]}, "dependencies"),
        ({"env": ["A=1"]}, "env"),
        ({"env": {"1A": "x"}}, "env.1A"),
        ({"env": {"A": {"b": 1}}}, "env.A"),
        ({"env": ".env"}, "env"),
    ],
)
def test_what_cannot_be_had_is_refused_by_its_name(
    tmp_path: Path, keys: dict[str, Any], name: str
) -> None:
    with pytest.raises(InvalidSettings) as raised:
        read_config_file(written(tmp_path, **keys))
    assert str(raised.value).startswith(f"`{name}` in langgraph.json cannot be used: ")


@pytest.mark.parametrize(
    ("graph_id", "entry", "reason"),
    [
        ("flow", {"path": "./flow.py:graph", "color": "red"}, 'it has a "color"'),
        ("flow", {"description": "x"}, 'it has no "path"'),
        ("flow", ":graph", 'not of the form "./file.py:attribute"'),
        ("flow", "./flow.py:a-b", 'not of the form "./file.py:attribute"'),
        ("a/b", "./flow.py:graph", "would not fit into a path"),
        ("", "./flow.py:graph", "would not fit into a path"),
        ("..", "./flow.py:graph", "would not fit into a path"),
        ("00000000-0000-4000-8000-000000000000", "./flow.py:graph", "like the id of an assistant"),
    ],
)
def test_a_graph_that_cannot_be_named_is_refused(
    tmp_path: Path, graph_id: str, entry: object, reason: str
) -> None:
    with pytest.raises(InvalidSettings) as raised:
        read_config_file(written(tmp_path, graphs={graph_id: entry}))
    assert f"The graph {graph_id} in langgraph.json cannot be used" in str(raised.value)
    assert reason in str(raised.value)


def test_a_dotenv_file_is_found_beside_the_graph_list(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("A=1")
    assert read_config_file(written(tmp_path, env="./.env")).env == tmp_path.resolve() / ".env"
