"""What can go wrong between nodes.

FederationError
├── Refused                     a request of a peer that this node does not take
│   ├── Malformed               it cannot be read
│   ├── Unauthenticated         nobody knows who sent it
│   ├── NotAdmitted             known who, and not allowed here
│   ├── NotFoundHere            nothing there, or nothing that this peer may see
│   ├── GoneHere                there was something, and it was deleted
│   ├── TooLarge                more bytes than this node reads
│   ├── UnsupportedType         a media type or an encoding that this node does not read
│   ├── TooManyRequests         come back after some seconds
│   └── TemporarilyUnavailable  nothing wrong with the request; come back later
├── NotAllowed                  an activity's `authorize` refused: this actor, this object, this rule
├── Ignored                     a lawful activity without effect here: the worker drops it
├── Unreachable                 what this node asked of a peer failed
│   ├── PeerNotAdmitted         the host is not on the allowlist: no packet left
│   ├── ForbiddenAddress        the host's name leads to an address that this node never calls
│   ├── FetchFailed             no answer, or not a useful one
│   ├── NotThere                the peer says that there is no such thing, or no longer
│   ├── BadDocument             an answer came and is not the document that was asked for
│   └── BudgetSpent             one cause may lead to so many requests and no more
├── BadHost                     a text that names no host, or a URI without a usable one
└── BadKey                      key material that this node does not use

A refusal carries two texts. `detail` is a sentence for the administrator of the peer and goes into the answer;
`str(error)` is for this node's log and may say more. `code` is stable and public. Which refusal is which HTTP status is
said in `federation.routes`, nowhere else.
"""


class FederationError(Exception):
    """Something between this node and a peer did not work."""

    code: str = "federation"


class Refused(FederationError):
    """This node does not take the request."""

    code = "refused"

    def __init__(self, detail: str = "", *, code: str = "", internal: str = "") -> None:
        """A refusal for this reason.

        detail: the sentence for the peer's administrator; the class's own sentence when empty.  code: kebab-case, the
        class's own when empty.  internal: what the log of this node says, code and detail when empty.
        """
        self.code = code or type(self).code
        self.detail = detail or _sentence_of(self)
        super().__init__(internal or f"{self.code}: {self.detail}")


class Malformed(Refused):
    """The request cannot be read."""

    code = "malformed"


class Unauthenticated(Refused):
    """The request does not prove who sent it."""

    code = "unauthenticated"


class NotAdmitted(Refused):
    """This peer is not allowed to do this here."""

    code = "not-admitted"


class NotFoundHere(Refused):
    """There is nothing here under this address."""

    code = "not-found"


class GoneHere(Refused):
    """What was here has been deleted."""

    code = "gone"


class TooLarge(Refused):
    """The request is larger than this node reads."""

    code = "too-large"


class UnsupportedType(Refused):
    """This node reads application/activity+json without any content encoding."""

    code = "unsupported-type"


class TooManyRequests(Refused):
    """This peer sends more than it may. The request can be repeated later."""

    code = "too-many-requests"

    def __init__(self, detail: str = "", *, retry_after: int, code: str = "", internal: str = "") -> None:
        """A refusal that ends by itself.

        retry_after: seconds, ≥ 1; the other arguments are those of `Refused`.
        """
        super().__init__(detail, code=code, internal=internal)
        self.retry_after = retry_after


class TemporarilyUnavailable(Refused):
    """This node cannot take the request just now. It can be repeated later."""

    code = "temporarily-unavailable"

    def __init__(self, detail: str = "", *, retry_after: int = 60, code: str = "", internal: str = "") -> None:
        """A refusal that has nothing to do with the request.

        retry_after: seconds, ≥ 1; the other arguments are those of `Refused`.
        """
        super().__init__(detail, code=code, internal=internal)
        self.retry_after = retry_after


class NotAllowed(FederationError):
    """This actor may not do this."""

    code = "not-allowed"

    def __init__(self, actor: str, object: str, rule: str) -> None:
        """An activity that may not be done.

        actor, object: URIs.  rule: kebab-case name of the rule that forbids it, as `not-the-owner`.
        """
        self.actor = actor
        self.object = object
        self.rule = rule
        super().__init__(f"{rule}: {actor} on {object}")


class Ignored(FederationError):
    """The activity is lawful and changes nothing here."""

    code = "ignored"

    def __init__(self, code: str, *, internal: str = "") -> None:
        """An activity to drop.

        code: kebab-case reason, as `unsolicited`.  internal: what the log says, the code when empty.
        """
        self.code = code
        super().__init__(internal or code)


class Unreachable(FederationError):
    """A peer could not be asked, or did not answer usefully."""

    code = "unreachable"
    temporary = False
    """Whether the same question may be answered at another time."""

    def __init__(self, target: str, *, code: str = "", internal: str = "") -> None:
        """A question that failed.

        target: the URI or host that was asked.  code: kebab-case, the class's own when empty.  internal: what happened,
        for the log; the class's own sentence when empty.
        """
        self.code = code or type(self).code
        self.target = target
        super().__init__(f"{self.code}: {target}: {internal or _sentence_of(self)}")


class PeerNotAdmitted(Unreachable):
    """This host is not on the list of allowed peers. Nothing was sent to it."""

    code = "peer-not-admitted"


class ForbiddenAddress(Unreachable):
    """The name of this peer leads to an address that this node may not call."""

    code = "forbidden-address"


class FetchFailed(Unreachable):
    """The peer did not answer, or answered that it cannot."""

    code = "fetch-failed"

    def __init__(self, target: str, *, temporary: bool, code: str = "", internal: str = "") -> None:
        """A request without a useful answer.

        temporary: whether it may work at another time.  internal: what the peer said, if it said something; the other
        arguments are those of `Unreachable`.
        """
        super().__init__(target, code=code, internal=internal)
        self.temporary = temporary
        self.detail = internal


class NotThere(Unreachable):
    """The peer says that there is nothing under this address."""

    code = "not-there"

    def __init__(self, target: str, *, gone: bool = False, code: str = "", internal: str = "") -> None:
        """An answer that there is nothing.

        gone: there was something, and it was deleted (410); the other arguments are those of `Unreachable`.
        """
        super().__init__(target, code=code, internal=internal)
        self.gone = gone


class BadDocument(Unreachable):
    """The peer's answer is not the document that was asked for."""

    code = "bad-document"


class BudgetSpent(Unreachable):
    """One activity may cause so many requests and no more; the limit is reached."""

    code = "budget-spent"


class BadHost(FederationError, ValueError):
    """This is not the name of a host."""

    code = "bad-host"

    def __init__(self, text: str, reason: str) -> None:
        """A text that cannot be used.

        text: as it was given; kept as a fact, and not part of the sentence.  reason: one sentence, safe for everybody.
        """
        self.text = text
        self.reason = reason
        super().__init__(reason)


class BadKey(FederationError, ValueError):
    """This node does not use such a key: it uses RSA of 2,048 to 8,192 bits with exponent 65537, and Ed25519."""

    code = "bad-key"

    def __init__(self, reason: str = "") -> None:
        """A key that is not used.

        reason: one sentence, safe for everybody; the class's own when empty.
        """
        super().__init__(reason or _sentence_of(self))


def _sentence_of(error: FederationError) -> str:
    return type(error).__doc__ or error.code
