"""The one error tree. Constructors take facts and build a sentence that says what to do next.

GoldenpathError
├── NotSignedIn              nobody, or a token of nobody
│   └── WrongPassword        an e-mail address and a password that do not go together
├── NotAllowed               somebody whose role or key does not allow this
├── LinkSpent                a one-time link that was used, taken back, or is out of date
├── TooManyRequests          more of them than a limit allows, for now
├── NotFound                 an object that does not exist, or is another owner's
├── Conflict                 the object's state does not allow this now
│   └── NotWaiting           an answer to an interrupt that is not pending
├── InvalidInput             the caller's data cannot be used
│   ├── UnreadableFile       an upload whose shape or encoding is not understood
│   ├── TooLarge             more than a limit allows
│   └── CallRefused          an address that the service does not call
├── AnswerTooLarge           a called server answers more than is read
├── ProviderFailed           a service outside did not do what it was asked
│   ├── ProviderRefused      it says no, and would say so again
│   ├── ProviderBusy         it did nothing, and may do it later
│   └── OutcomeUnknown       it was asked and gave no answer: it may have done it
├── GraphNotMade             a graph's factory failed
├── StaleAttempt             a superseded attempt tried to write
├── SecretUnreadable         a secret was encrypted with a key that is not there
├── Unavailable              a part of the service is down; trying again later helps
│   ├── DatabaseAway         the database does not answer
│   ├── ModelUnavailable     the chat model's endpoint failed
│   └── SecretKeyMissing     nothing to keep secrets with
└── StartupError             the process cannot start
    ├── InvalidSettings      an unknown or bad setting
    ├── DataDirInUse         another instance owns the data folder
    ├── DiskFull             no room left for the database
    ├── DatabaseUnreachable  no server at DATABASE_URL
    └── DatabaseTooOld       a server below the oldest supported version
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any


class GoldenpathError(Exception):
    """Root of all errors whose text may be shown to a user."""

    #: What programs need beside the sentence: further fields of the answer, as JSON data.
    facts: Mapping[str, Any] = MappingProxyType({})


class NotSignedIn(GoldenpathError):
    """Nobody is signed in, or the token is nobody's (any more)."""

    def __init__(self) -> None:
        super().__init__("The token is missing, wrong or out of date. Sign in and send a new one.")


class WrongPassword(NotSignedIn):
    """The address is unknown, or the password is another; nobody learns which."""

    def __init__(self) -> None:
        GoldenpathError.__init__(
            self, "The e-mail address or the password is wrong. Check both and try again."
        )


class NotAllowed(GoldenpathError):
    """Who asks is known, and may not do this."""


class LinkSpent(GoldenpathError):
    """A one-time link that does nothing any more."""

    def __init__(self) -> None:
        super().__init__(
            "This link was used already, taken back, or is out of date. Ask for a new one."
        )


class TooManyRequests(GoldenpathError):
    """Somebody asked for more than a limit allows; later it is fine again."""

    def __init__(self, what: str, again_in_s: int) -> None:
        unit = "second" if again_in_s == 1 else "seconds"
        super().__init__(f"{what}, so this was not done. Try again in {again_in_s} {unit}.")
        self.again_in_s = again_in_s


class NotFound(GoldenpathError):
    """An object that does not exist or belongs to somebody else."""

    def __init__(self, noun: str, identifier: str) -> None:
        super().__init__(f"There is no {noun} {identifier}. Check the id, or list what you have.")


class Conflict(GoldenpathError):
    """The object's state does not allow the request now."""


class NotWaiting(Conflict):
    """An answer to a question that nobody is asking (any more)."""

    def __init__(self, identifier: str) -> None:
        super().__init__(
            f"Nothing is waiting for this answer: {identifier} was already answered or is not "
            "pending. Reload the thread to see where it stands."
        )


class InvalidInput(GoldenpathError):
    """The caller's data cannot be used; the sentence says why and what would."""


class UnreadableFile(InvalidInput):
    """An upload whose format or encoding is not understood."""

    def __init__(self, file_name: str, reason: str, next_step: str) -> None:
        super().__init__(f"{file_name} cannot be read: {reason}. {next_step}")


class TooLarge(InvalidInput):
    """More than a configured limit allows."""

    def __init__(self, noun: str, limit: str, setting: str) -> None:
        super().__init__(
            f"{noun} is larger than {limit}. Send less, or raise the setting {setting}."
        )


class CallRefused(InvalidInput):
    """The service does not call this address, or does not follow there."""


class AnswerTooLarge(GoldenpathError):
    """A server that was called sent more than is read."""

    def __init__(self, limit_bytes: int) -> None:
        super().__init__(
            f"The called server's answer is larger than {limit_bytes:,} bytes and was not read. "
            "Ask it for less."
        )


class ProviderFailed(GoldenpathError):
    """A service outside did not do what it was asked; the text is for people, without secrets."""

    #: The call may have had its effect all the same.
    may_have_happened = False
    #: Asking again later may help.
    is_transient = False


class ProviderRefused(ProviderFailed):
    """The service says no; asking again without a change is of no use."""

    def __init__(self, service: str, reason: str, next_step: str) -> None:
        super().__init__(f"{service} refused this: {reason.rstrip('.')}. {next_step}")


class ProviderBusy(ProviderFailed):
    """The service was not reached, or put the call off: nothing has happened."""

    is_transient = True

    def __init__(self, service: str, reason: str, again_in_s: float | None = None) -> None:
        later = f"in {again_in_s:g} seconds" if again_in_s else "later"
        super().__init__(f"{service} cannot do this now: {reason.rstrip('.')}. Try again {later}.")
        self.again_in_s = again_in_s


class OutcomeUnknown(ProviderFailed):
    """The service was asked, and no answer came that says whether it did it."""

    may_have_happened = True
    is_transient = True

    def __init__(self, service: str, reason: str) -> None:
        super().__init__(
            f"{service} gave no clear answer: {reason.rstrip('.')}. It may have done what it was "
            "asked: look there before it is asked again."
        )


class GraphNotMade(GoldenpathError):
    """The function that makes a graph failed or returned something else."""

    def __init__(self, graph_id: str, reason: str) -> None:
        super().__init__(
            f"The graph {graph_id} could not be made: {reason}. Correct the function that "
            "langgraph.json names for it; the log says where it failed."
        )


class StaleAttempt(GoldenpathError):
    """An attempt that another process has superseded tried to write."""

    def __init__(self, run_id: str, attempt: int) -> None:
        super().__init__(f"Attempt {attempt} of run {run_id} was taken over by another worker.")
        self.run_id = run_id
        self.attempt = attempt


class SecretUnreadable(GoldenpathError):
    """A secret was encrypted with a key that is not there, or its row was tampered with."""

    def __init__(self) -> None:
        super().__init__(
            "The credentials of this connection cannot be read with the service's present key. "
            "Enter them again, or start the service with the key they were kept with as "
            "GOLDENPATH_SECRET_KEY_OLD."
        )


class Unavailable(GoldenpathError):
    """A part of the service is down for now."""


class DatabaseAway(Unavailable):
    """The database does not answer; what was done before is kept."""

    def __init__(self) -> None:
        super().__init__("The database is not answering at the moment. Try again in a few seconds.")


class ModelUnavailable(Unavailable):
    """The chat model's endpoint failed; `reason` is for people."""

    def __init__(self, model: str, reason: str) -> None:
        super().__init__(f"The model {model} is not answering: {reason}.")
        self.model = model
        self.reason = reason


class SecretKeyMissing(Unavailable):
    """There is no key to encrypt with."""

    def __init__(self) -> None:
        super().__init__(
            "Credentials cannot be kept here until the service has a key for them. Set "
            "GOLDENPATH_SECRET_KEY and start it again."
        )


class StartupError(GoldenpathError):
    """The process cannot start; the sentence names what to change."""


class InvalidSettings(StartupError):
    """One or more settings are unknown or have a bad value."""


class DataDirInUse(StartupError):
    """Another instance serves from the same data folder."""

    def __init__(self, data_dir: str, owner: str) -> None:
        super().__init__(
            f"The data folder {data_dir} is in use by {owner}. Stop that instance, or choose "
            "another folder with --data-dir."
        )


class DiskFull(StartupError):
    """No room left where the database lives."""

    def __init__(self, data_dir: str, free_mb: int, needed_mb: int) -> None:
        super().__init__(
            f"The disk that holds {data_dir} has {free_mb} MB free, and {needed_mb} MB are needed. "
            "Free some room, choose another folder with --data-dir, or lower "
            "GOLDENPATH_MIN_FREE_DISK_MB."
        )


class DatabaseUnreachable(StartupError):
    """No Postgres answers where DATABASE_URL points."""

    def __init__(self, where: str, reason: str) -> None:
        super().__init__(
            f"Postgres at {where} cannot be reached: {reason}. Check DATABASE_URL and that the "
            "server is running, or unset DATABASE_URL to use the embedded one."
        )


class DatabaseTooOld(StartupError):
    """The server is older than what we support."""

    def __init__(self, where: str, version: int, oldest: int) -> None:
        super().__init__(
            f"Postgres at {where} is version {version}; {oldest} or newer is needed. Upgrade it, "
            "or unset DATABASE_URL to use the embedded one."
        )
