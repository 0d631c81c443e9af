"""Every error homeport raises on purpose, and what each means to HTTP and to the shell.

    HomeportError
    ├── InvalidInput            422  the request can't be taken as it is
    │   ├── InvalidEntityRef    422
    │   ├── InvalidSetting      422
    │   ├── InvalidFilter       422
    │   ├── TooLarge            413
    │   ├── KeyReused           422  an Idempotency-Key that stands for another request
    │   ├── SourceUnreadable    422  a repository or folder could not be read
    │   └── AddressRefused      422  data leads to an address that nobody allowed
    ├── NotFound                404
    ├── Conflict                409  true of the state of the thing, not of the request
    │   ├── PlanChanged         409
    │   ├── ApprovalNeeded      409  somebody has to approve it first
    │   ├── StillRunning        409  the first request of this Idempotency-Key is not answered yet
    │   ├── ChangedMeanwhile    412  it is no longer what the request names
    │   ├── AnswerLost          409  it was answered, and the answer can't be given again
    │   ├── NeedsDecision       409  a run can't go on by itself
    │   │   └── MoreThanApproved 409 the world moved: more would be replaced or deleted
    │   └── ChildFailed         409  a run that a run started did not succeed
    ├── Unauthenticated         401
    │   └── SignInFailed        401  a provider let nobody in that homeport could take
    ├── TooManyAttempts         429  wait before the next try to sign in
    ├── Forbidden               403
    │   └── UnknownAction       403  nobody said who may: a bug
    ├── Unavailable             503  try again later
    │   ├── LeaseLost           503
    │   ├── DatabaseUnavailable 503
    │   └── OutsideUnavailable  503  another system did not answer as it should
    │       └── AnswerTooLarge  503
    ├── Cancelled               409  a run was told to stop
    └── RunFailed                    the run that a command followed has failed

Messages say what was tried, with which value, and what to do next; never a secret.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any


@dataclass(frozen=True, slots=True)
class FieldError:
    """One field that is wrong: `pointer` is a JSON pointer into the request (RFC 6901)."""

    pointer: str
    detail: str


def pointer_to(place: Iterable[str | int]) -> str:
    """Return the place as a JSON pointer. Source: RFC 6901, section 3."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in place)


def reason_of(item: Mapping[str, Any]) -> str:
    """Return what is wrong with a value in pydantic's words, as part of a sentence."""
    return str(item["msg"]).removeprefix("Value error, ").rstrip(".")


class HomeportError(Exception):
    """Something went wrong that homeport knows how to tell.

    `code` is stable and documented in docs/reference/errors.md, `status` is the HTTP status,
    `exit_code` is the CLI's; `retry_after_s` says after how many seconds trying again may succeed.
    """

    code = "internal"
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    exit_code = 1
    retry_after_s: int | None = None

    def __init__(self, message: str, *, errors: tuple[FieldError, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.errors = errors


class InvalidInput(HomeportError):
    """What was given can't be taken as it is; nothing was changed."""

    code = "invalid-input"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    exit_code = 2


class InvalidEntityRef(InvalidInput):
    """The text is no entity reference; write it as kind:namespace/name."""

    code = "invalid-entity-ref"


class InvalidSetting(InvalidInput):
    """homeport.yaml or a HOMEPORT_ variable has a key or value that is not understood."""

    code = "invalid-setting"


class InvalidFilter(InvalidInput):
    """A filter token, sort or cursor of a list is not understood."""

    code = "invalid-filter"


def no_cursor(after: str) -> InvalidFilter:
    """Return the error for a cursor that no page gave."""
    detail = f"{after!r} is no cursor; take `after` from the page before."
    return InvalidFilter(detail, errors=(FieldError("/after", detail),))


class TooLarge(InvalidInput):
    """What was sent has more bytes than homeport takes; the message says how many it takes."""

    code = "too-large"
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


class KeyReused(InvalidInput):
    """The Idempotency-Key was sent before with another request; take a new one for each thing to be done."""

    code = "idempotency-key-reused"


class SourceUnreadable(InvalidInput):
    """A repository or folder could not be read."""

    code = "source-unreadable"


class AddressRefused(InvalidInput):
    """An address that came from data leads where nobody allowed; the message has the line that would allow it."""

    code = "address-refused"


class NotFound(HomeportError):
    """Nothing of that name is there, or it is not yours to see."""

    code = "not-found"
    status = HTTPStatus.NOT_FOUND
    exit_code = 4


class Conflict(HomeportError):
    """The thing's present state does not allow it."""

    code = "conflict"
    status = HTTPStatus.CONFLICT
    exit_code = 5


class PlanChanged(Conflict):
    """The plan is no longer the one that was shown; look at the new one and start again."""

    code = "plan-changed"


class ApprovalNeeded(Conflict):
    """Somebody has to approve this before it starts; the message says who, or where it was asked."""

    code = "approval-needed"


class StillRunning(Conflict):
    """The first request with this Idempotency-Key is not answered yet; send it again in a moment."""

    code = "still-running"
    retry_after_s = 2


class ChangedMeanwhile(Conflict):
    """The thing is no longer what the request says it saw (If-Match); look at it again."""

    code = "changed-meanwhile"
    status = HTTPStatus.PRECONDITION_FAILED


class AnswerLost(Conflict):
    """The request of this Idempotency-Key was carried out, but its answer can't be read any more."""

    code = "answer-lost"


class NeedsDecision(Conflict):
    """The run was begun by another version of homeport and can't go on by itself: retry it, or cancel it."""

    code = "needs-decision"


class MoreThanApproved(NeedsDecision):
    """More would be replaced or deleted than was approved: the run stopped and asks for approval of the new plan."""

    code = "more-than-approved"


class ChildFailed(Conflict):
    """A run that the run started and waited for did not succeed; retrying takes up both."""

    code = "child-failed"


class Cancelled(HomeportError):
    """The run was told to stop."""

    code = "cancelled"
    status = HTTPStatus.CONFLICT
    exit_code = 6


class Unauthenticated(HomeportError):
    """Nobody is signed in, or the session or token is no longer valid."""

    code = "unauthenticated"
    status = HTTPStatus.UNAUTHORIZED
    exit_code = 3


class SignInFailed(Unauthenticated):
    """Signing in at an OpenID Connect provider came to nothing; the page says why and what to do next."""

    code = "sign-in-failed"

    def __init__(self, trouble: str, message: str) -> None:
        super().__init__(message)
        self.trouble = trouble


class TooManyAttempts(HomeportError):
    """Too many tries to sign in; `retry_after_s` says how long to wait before the next."""

    code = "too-many-attempts"
    status = HTTPStatus.TOO_MANY_REQUESTS
    exit_code = 7
    retry_after_s: int

    def __init__(self, message: str, retry_after_s: int) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class Forbidden(HomeportError):
    """The actor may not do this; the message says who may."""

    code = "forbidden"
    status = HTTPStatus.FORBIDDEN
    exit_code = 3


class UnknownAction(Forbidden):
    """No rule speaks of the action, so nobody may: a bug of whoever asked, not of the person."""

    code = "unknown-action"


class RunFailed(HomeportError):
    """The run that the command followed has failed; `homeport runs retry` takes it up again."""

    code = "run-failed"


class Unavailable(HomeportError):
    """Something homeport needs is not there now; trying again later may succeed."""

    code = "unavailable"
    status = HTTPStatus.SERVICE_UNAVAILABLE
    exit_code = 7
    retry_after_s = 5


class LeaseLost(Unavailable):
    """Another worker took the work over; what this one did since is not recorded."""

    code = "lease-lost"


class DatabaseUnavailable(Unavailable):
    """The database can't be reached, or refuses to write."""

    code = "database-unavailable"


class OutsideUnavailable(Unavailable):
    """Another system can't be reached, or its answer took too long or can't be understood."""

    code = "outside-unavailable"


class AnswerTooLarge(OutsideUnavailable):
    """Another system answers with more than homeport takes."""

    code = "answer-too-large"


def all_errors(root: type[HomeportError] = HomeportError) -> Iterator[type[HomeportError]]:
    """Return every error class, parents before children, for the reference and its test."""
    yield root
    for child in root.__subclasses__():
        yield from all_errors(child)
