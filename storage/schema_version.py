"""Which schema this version of the program works with, and whether a database fits."""

from storage.errors import WrongSchema

CURRENT = "0033"
"""The newest migration, equal to the head of `storage/migrations` (a test holds them together)."""

FILLING = "filling"
"""Stands in the place of the migration while another database is copied into this one."""

MOVED = "moved"
"""Stands there once the node lives in another database."""


def check(found: str | None) -> None:
    """Refuse a database that is older or newer than this program.

    found: the migration that the database says it is at; None when it says nothing.  Raises WrongSchema.
    """
    if found == CURRENT:
        return
    if found is None:
        message = (
            "This is not a node's database, or its creation was cut short. Restore the last backup with `legation restore`, "
            "or begin anew in another folder with `legation init`."
        )
    elif found == FILLING:
        message = (
            "A node is being copied into this database, and not all of it is there yet. Run the command that copies it again: "
            "it goes on where it was."
        )
    elif found == MOVED:
        message = (
            "The node has moved from this database to another. Have the settings name that one, or restore a backup with "
            "`legation restore`."
        )
    elif found > CURRENT:
        message = (
            f"The database was used by a newer version of Legation (schema {found}; this program knows {CURRENT}). "
            "Install that version again, or restore the backup made before the upgrade."
        )
    else:
        message = f"The database is from an older version (schema {found}, needed {CURRENT}). Run `legation migrate`."
    raise WrongSchema(message)
