"""Change one setting in a node's settings file, and leave all else as somebody wrote it."""

import contextlib
import os
import re
import tempfile
import tomllib
from pathlib import Path
from typing import Any

from node.settings import setting
from storage.addresses import shown

ADDRESS = re.compile(r"postgres(?:ql)?://.*")


def naming(text: str, name: str, value: str) -> str:
    """The text of a settings file with a setting in it. Where it stood before, the old line stays as a comment."""
    # At the beginning: further down, a line may belong to a table.
    return f"{setting(name, value)}\n{without(text, name)}"


def without(text: str, name: str) -> str:
    """The text of a settings file in which a setting's line is a comment."""
    lines = [f"# {line}" if name in _names_in(line) else line for line in text.splitlines()]
    return "\n".join(lines) + "\n"


def replacing(text: str, name: str, value: str) -> str:
    """The text of a settings file with another value for a setting, in the place of the old one where there is one."""
    line = setting(name, value)
    lines = [line if name in _names_in(found) else found for found in text.splitlines()]
    return "\n".join(lines if line in lines else [line, *lines]) + "\n"


def without_passwords(text: str) -> str:
    """The text of a settings file whose addresses of databases, in comments too, have no password."""
    return ADDRESS.sub(lambda found: shown(found[0]), text)


def put(path: Path, text: str) -> None:
    """Have a settings file hold this text, at once or not at all; whose it is, and who may read it, stays."""
    was = path.stat()
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(was.st_mode & 0o777)
        give(Path(name), to=was)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def give(path: Path, *, to: os.stat_result) -> None:
    """Have a file belong to somebody, where this user may give it away: an administrator works on others' nodes."""
    with contextlib.suppress(PermissionError):
        os.chown(path, to.st_uid, to.st_gid)


def _names_in(line: str) -> dict[str, Any]:  # Any: whatever the line holds
    try:
        return tomllib.loads(line)
    except tomllib.TOMLDecodeError:  # a part of a longer value
        return {}
