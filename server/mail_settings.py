"""Settings of the service's own e-mail, a part of `server/settings.py`."""

from email.utils import parseaddr
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator

from server.security_settings import SecuritySettings


class MailSettings(SecuritySettings):
    """How people are told things that do not wait until they look here."""

    smtp_url: SecretStr | None = Field(
        default=None,
        description="The service's own e-mail: `smtp://name:password@host:port` (with STARTTLS "
        "where it is offered), or `smtps://…`. Nothing is mailed without it.",
    )
    mail_from: str | None = Field(
        default=None, description="Whom the service's e-mail is from: `Name <address>`."
    )

    @field_validator("smtp_url")
    @classmethod
    def _is_smtp(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            parts = urlsplit(value.get_secret_value())
            if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
                raise ValueError("write it as smtp://host:port or smtps://host:port")
        return value

    @field_validator("mail_from")
    @classmethod
    def _is_address(cls, value: str | None) -> str | None:
        if value is not None and ("@" not in parseaddr(value)[1] or not value.isprintable()):
            raise ValueError("write it as Name <address>")
        return value

    @property
    def sends_mail(self) -> bool:
        """Whether the service can send e-mail."""
        return self.smtp_url is not None and self.mail_from is not None
