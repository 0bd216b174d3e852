"""Settings come from the environment and the command line, and say what is wrong with them."""

import os
from pathlib import Path

import pytest

from domain.errors import InvalidSettings
from server.settings import Settings, load_settings, set_variables, setting_names


def sentence(monkeypatch: pytest.MonkeyPatch, **environment: str) -> str:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(InvalidSettings) as caught:
        load_settings({})
    return str(caught.value)


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*setting_names().values(), "GOLDENPATH_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)


def test_the_defaults_suit_one_machine() -> None:
    settings = load_settings({})
    assert (settings.host, settings.port) == ("127.0.0.1", 8000)
    assert settings.database_url is None
    assert settings.model is None


def test_every_setting_says_what_it_is_for() -> None:
    assert all(field.description for field in Settings.model_fields.values())


def test_the_environment_sets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOLDENPATH_PORT", "9000")
    monkeypatch.setenv("GOLDENPATH_DATA_DIR", "somewhere")
    settings = load_settings({})
    assert (settings.port, settings.data_dir) == (9000, Path("somewhere"))


def test_the_command_line_goes_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOLDENPATH_PORT", "9000")
    assert load_settings({"port": 9001}).port == 9001


def test_an_unknown_name_is_refused_with_the_nearest(monkeypatch: pytest.MonkeyPatch) -> None:
    said = sentence(monkeypatch, GOLDENPATH_WORKER_CONCURENCY="3")
    assert said == (
        "There is no setting GOLDENPATH_WORKER_CONCURENCY. "
        "Did you mean GOLDENPATH_WORKER_CONCURRENCY?"
    )


def test_a_name_like_no_other_is_refused_with_where_to_look(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert "README.md" in sentence(monkeypatch, GOLDENPATH_XYZZY="1")


def test_names_of_others_are_none_of_our_business(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOMETHING_ELSE", "1")
    load_settings({})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GOLDENPATH_PORT", "many"),
        ("GOLDENPATH_PORT", "70000"),
        ("GOLDENPATH_WORKER_CONCURRENCY", "0"),
        ("GOLDENPATH_LOG_LEVEL", "LOUD"),
        ("GOLDENPATH_RUN_TIMEOUT_S", "-1"),
    ],
)
def test_a_bad_value_names_its_variable_and_itself(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    said = sentence(monkeypatch, **{name: value})
    assert said.startswith(f"The setting {name} cannot be used: ")
    assert value in said


def test_all_bad_values_are_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    said = sentence(monkeypatch, GOLDENPATH_PORT="many", GOLDENPATH_UPLOAD_MB="0")
    assert "GOLDENPATH_PORT" in said
    assert "GOLDENPATH_UPLOAD_MB" in said


@pytest.mark.parametrize("name", ["DATABASE_URL", "GOLDENPATH_DATABASE_URL"])
def test_the_database_may_be_given_by_either_name(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "postgresql://me:pw@db/x")
    url = load_settings({}).database_url
    assert url is not None
    assert url.get_secret_value() == "postgresql://me:pw@db/x"


def test_the_model_and_its_endpoint_are_set_by_their_well_known_names(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GOLDENPATH_MODEL", "gpt-4o")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://localhost:1234/v1")
    settings = load_settings({})
    assert (settings.model, settings.openai_base_url) == ("gpt-4o", "http://localhost:1234/v1")
    assert settings.openai_api_key is not None
    assert settings.openai_api_key.get_secret_value() == "sk-secret"


def test_secrets_are_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    monkeypatch.setenv("DATABASE_URL", "postgresql://me:hidden@db/x")
    shown = repr(load_settings({}))
    assert "sk-secret" not in shown
    assert "hidden" not in shown


@pytest.mark.parametrize("name", ["database_url", "openai_api_key"])
def test_a_bad_secret_is_not_repeated(name: str) -> None:
    variable = setting_names()[name]
    with pytest.raises(InvalidSettings) as caught:
        load_settings({variable: ["sk-secret"]})
    assert variable in str(caught.value)
    assert "sk-secret" not in str(caught.value)


@pytest.mark.parametrize("name", ["GOLDENPATH_SECRET_KEY", "GOLDENPATH_JWT_SECRET"])
def test_a_short_secret_is_refused_and_not_repeated(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    said = sentence(monkeypatch, **{name: "easily-guessed"})
    assert said.startswith(f"The setting {name} cannot be used: ")
    assert "easily-guessed" not in said


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://Agents.example.com/", "https://agents.example.com"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
    ],
)
def test_the_public_address_is_an_origin(
    monkeypatch: pytest.MonkeyPatch, given: str, kept: str
) -> None:
    monkeypatch.setenv("GOLDENPATH_PUBLIC_URL", given)
    settings = load_settings({})
    assert settings.public_url == kept
    assert settings.known_hosts == (kept.partition("//")[2],)


@pytest.mark.parametrize(
    "url", ["agents.example.com", "ftp://a", "https://a/b", "https://a?b", "https://me:pw@a"]
)
def test_a_public_address_that_is_no_origin_is_refused(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    assert "GOLDENPATH_PUBLIC_URL" in sentence(monkeypatch, GOLDENPATH_PUBLIC_URL=url)


def test_variables_of_the_graphs_are_set_where_there_are_none(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # Set and taken away, so that they are away again after the test.
    for name in ("GP_TEST_NEW", "GP_TEST_FILE", "GP_TEST_MADE_OF"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    monkeypatch.setenv("GP_TEST_SET", "mine")
    set_variables({"GP_TEST_NEW": "new", "GP_TEST_SET": "theirs"})
    file = tmp_path / ".env"
    file.write_text(
        "# what the graphs want\nexport GP_TEST_FILE='a b'\nGP_TEST_MADE_OF=${GP_TEST_FILE}c\n"
        "GP_TEST_SET=theirs\nGP_TEST_NOTHING\n"
    )
    set_variables(file)
    found = {name: value for name, value in os.environ.items() if name.startswith("GP_TEST_")}
    assert found == {
        "GP_TEST_NEW": "new",
        "GP_TEST_SET": "mine",
        "GP_TEST_FILE": "a b",
        "GP_TEST_MADE_OF": "a bc",
    }


def test_our_own_settings_are_not_set_by_the_graphs(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("GOLDENPATH_PORT=1")
    for variables in (file, {"goldenpath_port": "1"}):
        with pytest.raises(InvalidSettings, match="Set it in the environment instead"):
            set_variables(variables)


def test_an_entry_that_lets_nothing_through_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    said = sentence(monkeypatch, GOLDENPATH_EGRESS_ALLOW="box:80, *.example.com")
    assert "GOLDENPATH_EGRESS_ALLOW cannot be used: *.example.com is none of" in said
