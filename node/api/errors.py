"""How refusals look to apps: `{"error": …}` with a status, whatever went wrong below.

401 is for tokens alone: apps sign their person out on it. What is not there and what the caller may not see are the
same 404. `refusal` is the one function that turns an error into an answer.
"""

from collections.abc import Mapping
from typing import Any, Self

from aiohttp import web
from pydantic import ValidationError

from federation.errors import FederationError, NotAllowed, NotThere, Unreachable
from node.api.answers import json_answer
from node.errors import Invalid, NotPermitted, TooManyTries
from storage.errors import Conflict, NotFound, StorageBusy, StorageFull, StorageTrouble

NOT_FOUND = "Record not found"
TOO_MANY = "Too many requests"
NOT_NOW = "The node is busy. Try again in a moment"

# The first that fits counts: status, text, headers.
ANSWERS: dict[type[Exception], tuple[int, str, dict[str, str]]] = {
    NotFound: (404, NOT_FOUND, {}),
    NotThere: (404, NOT_FOUND, {}),
    NotPermitted: (403, "This action is not allowed", {}),
    Conflict: (409, "Somebody else changed this at the same moment", {}),
    StorageFull: (507, "The node has no room left", {}),
    StorageBusy: (503, NOT_NOW, {"Retry-After": "5"}),
    StorageTrouble: (503, NOT_NOW, {"Retry-After": "30"}),
    Unreachable: (503, "Remote data could not be fetched", {}),
    FederationError: (422, "This action is not possible", {}),
}

# A rule that forbids an act because the thing is hidden or somebody else's must not tell that it is there.
STATUS_OF_RULE = {"cannot-be-followed": 422, "not-open-to-all": 422, "wider-than-the-post": 422, "moved-away": 422} | {
    "own-event": 422,
    "takes-nobody": 422,
}
FORBIDDEN = 403


class ApiError(Exception):
    """An endpoint refuses."""

    code = "api"
    status = 400

    def __init__(
        self, text: str, *, details: Mapping[str, Any] | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        """text: one sentence for the person.  details: what is wrong, by field.  headers: of the answer."""
        super().__init__(text)
        self.text = text
        self.details = details
        self.headers = dict(headers or {})

    def body(self) -> dict[str, Any]:
        """The answer's JSON."""
        return {"error": self.text} | ({"details": self.details} if self.details else {})


class BadRequest(ApiError):
    """The request cannot be read."""

    code = "bad-request"


class TokenNeeded(ApiError):
    """There is no good token."""

    code = "token-needed"
    status = 401

    def __init__(self) -> None:
        challenge = 'Bearer realm="Legation", error="invalid_token", error_description="The access token is invalid"'
        super().__init__("The access token is invalid", headers={"WWW-Authenticate": challenge})


class OutsideScopes(ApiError):
    """The token is good, and not for this."""

    code = "outside-scopes"
    status = 403

    def __init__(self) -> None:
        super().__init__("This action is outside the authorized scopes")


class PersonNeeded(ApiError):
    """The token speaks for an app alone."""

    code = "person-needed"
    status = 422

    def __init__(self) -> None:
        super().__init__("This method requires an authenticated user")


class SecondFactorNeeded(ApiError):
    """The token is good once its person has set up the second step of signing in that the node demands.

    Not 401: apps sign their person out on it, and after the step is set up the token is as good as before.
    """

    code = "second-factor-needed"
    status = 403

    def __init__(self) -> None:
        sentence = (
            "This node asks for a second step of signing in. Set one up on its pages, in the settings, under Security"
        )
        super().__init__(f"{sentence}: this app then works again")


class RoleNeeded(ApiError):
    """Only those who look after this node, or after its reports, may do this."""

    code = "role-needed"
    status = 403

    def __init__(self) -> None:
        super().__init__("This action is not allowed")


class CommunityDecides(ApiError):
    """A list is that of a community, which is not changed by changing the list."""

    code = "community-decides"
    status = 403


class TooOften(ApiError):
    """The caller has used up what may be asked for now."""

    code = "too-often"
    status = 429

    def __init__(self, *, retry_after: int) -> None:
        super().__init__(TOO_MANY, headers={"Retry-After": str(retry_after)})


class InvalidParameters(ApiError):
    """Parameters are missing or do not fit."""

    code = "invalid-parameters"
    status = 422

    @classmethod
    def of(cls, error: ValidationError) -> Self:
        """The same, as apps are told."""
        details: dict[str, list[dict[str, str]]] = {}
        sentences = []
        for found in error.errors(include_url=False, include_context=False, include_input=False):
            field = ".".join(str(step) for step in found["loc"]) or "base"
            code, words = _complaint(found["type"], found["msg"])
            sentences.append(f"{_spoken(field)} {words}")
            details.setdefault(field, []).append({"error": code, "description": words})
        return cls(f"Validation failed: {', '.join(sentences)}", details=details)


def _complaint(kind: str, message: str) -> tuple[str, str]:
    if kind == "missing":
        return "ERR_BLANK", "can't be blank"
    if kind in {"string_too_long", "too_long"}:
        return "ERR_TOO_LONG", "is too long"
    return "ERR_INVALID", f"is invalid ({message[:1].lower()}{message[1:]})"


def _spoken(field: str) -> str:
    words = field.replace("_", " ").replace(".", " ")
    return words[:1].upper() + words[1:]


def refusal(error: Exception) -> web.Response | None:
    """The answer to an error, or None for one that nobody expected."""
    found = _translated(error)
    return json_answer(found.body(), status=found.status, headers=found.headers) if found else None


def _translated(error: Exception) -> ApiError | None:
    match error:
        case ApiError():
            return error
        case Invalid():
            return _invalid(error)
        case TooManyTries():
            return TooOften(retry_after=error.retry_after)
        case NotAllowed():
            return _of_status(STATUS_OF_RULE.get(error.rule, FORBIDDEN), "This action is not allowed")
        case web.HTTPException():
            return _of_status(error.status, error.reason, _kept_headers(error))
        case _:
            return next((_of_status(*answer) for kind, answer in ANSWERS.items() if isinstance(error, kind)), None)


def _invalid(error: Invalid) -> ApiError:
    details = {error.field: [{"error": error.reason, "description": error.sentence}]}
    return _of_status(422, f"Validation failed: {error.sentence}", details=details)


def _of_status(
    status: int, text: str, headers: Mapping[str, str] | None = None, *, details: Mapping[str, Any] | None = None
) -> ApiError:
    found = ApiError(text, details=details, headers=headers)
    found.status = status
    return found


def _kept_headers(error: web.HTTPException) -> dict[str, str]:
    return {name: error.headers[name] for name in ("Retry-After", "Accept-Encoding") if name in error.headers}
