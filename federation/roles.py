"""What the processes of a node do. One may do everything; several share the work."""

from enum import StrEnum


class Role(StrEnum):
    """What a process does. The first is to answer people, apps and peers."""

    WEB = "web"
    INBOX = "inbox"
    DELIVERY = "delivery"


ALL_ROLES = frozenset(Role)
