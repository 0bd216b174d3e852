"""The key that protects what the service keeps secret: a setting, or a file of its own."""

import os
import secrets
import tempfile
from pathlib import Path

from domain.errors import InvalidSettings
from server.account_settings import SECRET_KEY_CHARACTERS
from server.settings import Settings
from storage.secret_box import SecretBox

#: Where the key is made when none is set; whoever reads this file reads all secrets.
KEY_FILE = "secret.key"
_KEY_BYTES = 48


def secret_key(settings: Settings) -> bytes:
    """The key as it was set, or that of the data folder, made when it is first wanted.

    Raises `InvalidSettings` with a Postgres of one's own, which other machines may share: they need
    the same key, so it has to be set.
    """
    if settings.secret_key is not None:
        return settings.secret_key.get_secret_value().encode()
    if settings.database_url is not None:
        raise InvalidSettings(
            "The setting GOLDENPATH_SECRET_KEY is needed with a database of your own. Set it to "
            f"{SECRET_KEY_CHARACTERS} or more random characters, the same for every process."
        )
    return _key_of_folder(settings.data_dir.resolve() / KEY_FILE)


def secret_box(settings: Settings) -> SecretBox | None:
    """What encrypts secrets; None where no key is set and none is made."""
    if settings.secret_key is None and settings.database_url is not None:
        return None
    old = settings.secret_key_old
    return SecretBox(secret_key(settings), [old.get_secret_value().encode()] if old else [])


def _key_of_folder(path: Path) -> bytes:
    try:
        key = path.read_bytes().strip()
    except FileNotFoundError:
        _make(path)
        key = path.read_bytes().strip()
    except OSError as error:
        raise InvalidSettings(
            f"The key {path} cannot be read: {error.strerror}. Make it readable for the service, "
            "or set GOLDENPATH_SECRET_KEY."
        ) from error
    if len(key) < SECRET_KEY_CHARACTERS:
        raise InvalidSettings(
            f"The key {path} is too short to be one. Put back the whole key, or set "
            "GOLDENPATH_SECRET_KEY; without the old key what was kept with it is lost."
        )
    return key


def _make(path: Path) -> None:
    """Write a new key, whole and for nobody else to read; another process may be quicker."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # Made with mode 0600, and linked to its name only when all of it is on disk.
    descriptor, written = tempfile.mkstemp(prefix=f"{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(f"{secrets.token_urlsafe(_KEY_BYTES)}\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(written, path)
        except FileExistsError:
            return
    finally:
        Path(written).unlink()
