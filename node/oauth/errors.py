"""Refusals in the words of OAuth: `{"error": code, "error_description": sentence}`.  Source: RFC 6749 sections 4.1.2.1, 5.2."""

from collections.abc import Mapping

from node.api.errors import ApiError


class OAuthError(ApiError):
    """A refusal whose code apps act upon."""

    def __init__(
        self, code: str, description: str, *, status: int = 400, headers: Mapping[str, str] | None = None
    ) -> None:
        """code: one that RFC 6749 knows.  description: one sentence for whoever wrote the app."""
        super().__init__(description, headers=headers)
        self.code = code
        self.status = status

    def body(self) -> dict[str, str]:
        return {"error": self.code, "error_description": self.text}


def invalid_scope(names: list[str]) -> OAuthError:
    """Some scopes do not exist, or the app never registered for them."""
    return OAuthError("invalid_scope", f"The requested scope is invalid or unknown: {' '.join(names)[:200]}")
