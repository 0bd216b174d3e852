"""Which chat model to use, and how patiently."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """Which endpoint to use. Any of model, key and base URL makes it configured."""

    model: str | None = None
    api_key: str | None = None
    base_url: str | None = None
    #: Longest silence to accept: before the first piece of an answer and between pieces.
    timeout_s: float = 30.0
    #: How long to leave an endpoint alone after it failed.
    retry_after_s: float = 30.0
    #: Further tries, at once, when nothing has been answered yet and another try may help.
    max_retries: int = 1
    temperature: float | None = None

    @property
    def is_configured(self) -> bool:
        """Whether there is an endpoint to call at all."""
        return bool(self.model or self.api_key or self.base_url)
