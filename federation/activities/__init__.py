"""The types of activities, one file each. Importing this package registers all of them."""

from federation.activities import (
    accept,
    add,
    announce,
    block,
    create,
    delete,
    emoji_react,
    flag,
    follow,
    like,
    move,
    reject,
    remove,
    undo,
    update,
)

__all__ = [
    "accept",
    "add",
    "announce",
    "block",
    "create",
    "delete",
    "emoji_react",
    "flag",
    "follow",
    "like",
    "move",
    "reject",
    "remove",
    "undo",
    "update",
]
