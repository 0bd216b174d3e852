"""The settings of what the service lets out, lets in and keeps secret."""

from pydantic import BaseModel, Field, SecretStr

#: Fewer characters than this can be guessed.
SECRET_KEY_CHARACTERS = 32


class SecuritySettings(BaseModel):
    """A part of `Settings`, which reads it from the environment."""

    secret_key: SecretStr | None = Field(
        default=None,
        min_length=SECRET_KEY_CHARACTERS,
        description="Protects what is kept secret, 32 characters or more; with the embedded "
        "Postgres one is made in the data folder.",
    )
