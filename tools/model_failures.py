"""What went wrong with a chat model's endpoint, in words for people and facts for the breaker."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ModelFailure:
    """Why the endpoint gave no usable answer. `reason` completes "the model … "."""

    reason: str
    #: The endpoint is down for everyone: nobody should call it for a while.
    is_outage: bool = False
    #: It is the answer's stream that broke; one is bad luck, several are an outage.
    is_broken_stream: bool = False
    #: Trying again at once may help.
    is_transient: bool = False
    #: There was no connection: any answer of the endpoint means that this is over.
    is_unreachable: bool = False
    #: How long the endpoint asks to be left alone.
    pause_s: float | None = None
