"""What can go wrong for the people who use or run a node.

NodeError
├── BadSettings      legation.toml or the environment says something that cannot be
├── Invalid          a field of a form or a call holds something that cannot be taken
├── SignInRefused    name and password do not fit, or the person may not sign in
├── TooManyTries     too many failures; come back after some seconds
└── NotPermitted     signed in, and not for this role

The text of an error is one sentence for the person it reaches: what is wrong, and what to do.
"""


class NodeError(Exception):
    """Something that a person can put right."""

    code = "node"


class BadSettings(NodeError):
    """The settings cannot be used."""

    code = "bad-settings"


class Invalid(NodeError):
    """A value that cannot be taken."""

    code = "invalid"

    def __init__(self, field: str, code: str, sentence: str) -> None:
        """field: its name in the form or call.  code: as the client API has them, `ERR_BLANK`.  sentence: for people."""
        self.field = field
        self.reason = code
        self.sentence = sentence
        super().__init__(sentence)


class SignInRefused(NodeError):
    """The name or the password is wrong."""

    code = "sign-in-refused"


class UnusableAnswer(NodeError):
    """What a device has signed, or says that it has, is worth nothing here."""

    code = "unusable-answer"


class TooManyTries(NodeError):
    """Too many tries failed. Wait before the next one."""

    code = "too-many-tries"

    def __init__(self, retry_after: int) -> None:
        """retry_after: seconds, ≥ 1."""
        self.retry_after = retry_after
        super().__init__(f"Too many tries failed. Wait {retry_after} seconds before the next one.")


class NotPermitted(NodeError):
    """This is for other roles."""

    code = "not-permitted"
