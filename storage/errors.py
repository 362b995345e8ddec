"""What can go wrong below.

StorageError
├── NotFound            no such row, or none that this reader may see
├── Conflict            a row with this name or id is there already
└── StorageTrouble      the row is fine, the place is not
    ├── StorageFull     no room left on the disk
    ├── StorageBusy     too many callers wait already, or another process holds the lock
    └── WrongSchema     the database is older or newer than this program
"""


class StorageError(Exception):
    """Something in storage refused or failed."""

    code = "storage"


class NotFound(StorageError):
    """There is no such record."""

    code = "not-found"


class Conflict(StorageError):
    """There is such a record already."""

    code = "conflict"


class StorageTrouble(StorageError):
    """The node cannot keep anything just now."""

    code = "storage-trouble"


class StorageFull(StorageTrouble):
    """The disk that holds the node's data is full. Free some room; nothing that was acknowledged is lost."""

    code = "storage-full"


class StorageBusy(StorageTrouble):
    """The node has more work than it can take. Try again in a moment."""

    code = "storage-busy"


class WrongSchema(StorageTrouble):
    """The database does not fit this version of the program."""

    code = "wrong-schema"


SQLITE_ERROR = 1


def is_of_the_place(error: Exception) -> bool:
    """Whether a driver says that the database could not do its work just then, rather than that the work was wrong.

    Both drivers call that OperationalError, as PEP 249 has it; SQLite also calls a statement that it cannot read so.
    """
    if isinstance(error, StorageTrouble):
        return True
    is_operational = any(kind.__name__ == "OperationalError" for kind in type(error).__mro__)
    return is_operational and getattr(error, "sqlite_errorcode", None) != SQLITE_ERROR
