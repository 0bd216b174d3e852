"""Nobody is sent to another site after signing in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.accounts.links import HOME, own_path


@pytest.mark.parametrize(
    "path", ["/app/", "/app/?thread=1&__theme=dark", "/app/costs#a", "/join?a=%2F"]
)
def test_paths_of_this_service_are_kept(path: str) -> None:
    assert own_path(path) == path


@pytest.mark.parametrize(
    "wanted",
    [
        None,
        "",
        "app",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https://evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "/a\\b",
        "/a b",
        "/\n/evil.example",
        "///evil.example",
    ],
)
def test_everything_else_leads_home(wanted: str | None) -> None:
    assert own_path(wanted) == HOME


@given(st.text())
def test_whatever_is_wanted_stays_here(wanted: str) -> None:
    path = own_path(wanted)
    assert path[0] == "/"
    assert path[1:2] not in ("/", "\\")
    assert "\\" not in path
