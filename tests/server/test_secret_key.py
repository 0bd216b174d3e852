"""The key of all secrets is set, or made once, for the service alone to read."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pydantic import SecretStr

from domain.errors import InvalidSettings
from server.secret_key import KEY_FILE, secret_key
from server.settings import Settings, load_settings

KEY = "k" * 32


def test_the_setting_is_the_key(tmp_path: Path) -> None:
    assert secret_key(Settings(secret_key=SecretStr(KEY), data_dir=tmp_path)) == KEY.encode()
    assert list(tmp_path.iterdir()) == []


def test_without_a_setting_one_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data")
    key = secret_key(settings)
    file = tmp_path / "data" / KEY_FILE
    assert len(key) >= 32
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert secret_key(settings) == key
    assert [entry.name for entry in file.parent.iterdir()] == [KEY_FILE]


def test_processes_that_start_together_share_one_key(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: secret_key(settings), range(32)))
    assert len(keys) == 1


def test_each_folder_has_another_key(tmp_path: Path) -> None:
    folders = (tmp_path / "a", tmp_path / "b")
    assert len({secret_key(Settings(data_dir=folder)) for folder in folders}) == 2


def test_with_a_database_of_ones_own_it_has_to_be_set(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, database_url=SecretStr("postgresql://db/x"))
    with pytest.raises(InvalidSettings, match="GOLDENPATH_SECRET_KEY is needed"):
        secret_key(settings)


def test_a_key_that_was_cut_off_is_refused(tmp_path: Path) -> None:
    (tmp_path / KEY_FILE).write_text("short\n")
    with pytest.raises(InvalidSettings, match="too short"):
        secret_key(Settings(data_dir=tmp_path))


def test_a_short_setting_is_refused_without_showing_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOLDENPATH_SECRET_KEY", "guessable")
    with pytest.raises(InvalidSettings, match="GOLDENPATH_SECRET_KEY") as caught:
        load_settings({})
    assert "guessable" not in str(caught.value)
