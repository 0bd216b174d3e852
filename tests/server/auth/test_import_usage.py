"""The command line imports for a person where people sign in."""

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.errors import InvalidInput, StartupError
from domain.identity import UserContext
from server.commands import UsageFile, import_usage
from tests.server.auth.world import Site

ROWS = "timestamp,model,input_tokens,output_tokens\n2026-05-05T09:00:00Z,gpt-4o,1200,80\n"


@pytest.fixture(autouse=True)
def collector() -> Iterator[None]:
    """The command sets the collector for a process of its own."""
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)
    gc.unfreeze()


@pytest.fixture
def usage(tmp_path: Path) -> Path:
    path = tmp_path / "may.csv"
    path.write_text(ROWS)
    return path


async def imported_by(site: Site, user: UserContext) -> list[str]:
    return [each.file_name for each in await site.services.usage_imports.list(user)]


async def test_an_import_is_the_named_persons(
    site: Site, usage: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ann, eve = await site.person(), await site.person("eve")
    file = UsageFile(usage, "auto", None, ann.email.upper())
    assert await import_usage(site.services.settings, file) == 0
    assert "1 rows imported" in capsys.readouterr().out
    assert await imported_by(site, UserContext(ann.user_id, ann.tenant_id)) == ["may.csv"]
    assert await imported_by(site, UserContext(eve.user_id, eve.tenant_id)) == []


@pytest.mark.parametrize(
    ("email", "error"),
    [
        (None, "--user"),
        ("nobody@example.com", "Nobody with this address"),
        ("no address", "no e-mail address"),
    ],
)
async def test_whose_it_is_must_be_known(
    site: Site, usage: Path, email: str | None, error: str
) -> None:
    with pytest.raises((StartupError, InvalidInput), match=error):
        await import_usage(site.services.settings, UsageFile(usage, "auto", None, email))


async def test_local_mode_has_one_person(site: Site, usage: Path) -> None:
    local = site.services.settings.model_copy(update={"auth": "local"})
    with pytest.raises(StartupError, match="one user"):
        await import_usage(local, UsageFile(usage, "auto", None, "ann@example.com"))
