"""The types of activities, one file each. Importing this package registers all of them."""

from federation.activities import accept, announce, create, delete, follow, like, reject, undo, update

__all__ = ["accept", "announce", "create", "delete", "follow", "like", "reject", "undo", "update"]
