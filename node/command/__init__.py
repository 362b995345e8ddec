"""The `legation` command: a file per group, loaded only when it is called.

Everybody who runs a node meets it here first, so every mistake is one sentence that says what to do, on standard error,
with exit code 1 (2 for a call that cannot be understood). LEGATION_TRACEBACK=1 shows what happened inside instead.
"""

import importlib
import os
import sys
from typing import Any

import click

from federation.errors import FederationError
from node.errors import NodeError
from storage.errors import NotFound, StorageError

GROUPS = {
    "init": "Make a new node: settings, keys, database and the first administrator.",
    "serve": "Run the node in a data folder.",
    "demo": "Run a small federation on this machine, with people and posts.",
    "doctor": "Look at everything a node needs, and say what to do.",
    "staff": "The people of this node: add, list, role, disable, password; who arrives from another one, who moves.",
    "community": "The communities of this node: add, list, show, close, reopen; who leads them.",
    "announcements": "What everybody of this node is told: publish, list, withdraw.",
    "token": "Print a token with which a script acts for a person.",
    "peers": "The nodes that this one speaks with: list, show, allow, remove.",
    "keys": "The keys that this node signs with: list, rotate.",
    "queue": "What waits for other nodes: list, retry, drop.",
    "backup": "Copy the node into one file, while it runs.",
    "restore": "Make a node again from a backup.",
    "migrate": "Bring the database to this version of the program.",
}


class Lazy(click.Group):
    """Knows the names and the first lines of all commands, and loads one when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(GROUPS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in GROUPS:
            return None
        module = importlib.import_module(f"node.command.{cmd_name}")
        command: click.Command = getattr(module, cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(GROUPS.items()))


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="legation", prog_name="legation")
def legation() -> None:
    """Legation: the internal social network of an organisation spread over the planet.

    Every command takes --data DIR, the node's data folder (else $LEGATION_DATA, else the current folder), and works while
    the node runs. `legation COMMAND --help` says more.
    """


def main(arguments: list[str] | None = None) -> Any:  # Any: what click's own entry gives back, which is nothing
    """Run the command. Exits with 0, 1 (one sentence on standard error) or 2 (the call cannot be understood)."""
    try:
        return legation.main(arguments, prog_name="legation")
    except Exception as error:  # the last place: people see sentences, not tracebacks
        if os.environ.get("LEGATION_TRACEBACK") == "1":
            raise
        click.echo(f"legation: {_sentence(_alone(error))}", err=True)
        sys.exit(1)


def _alone(error: Exception) -> Exception:
    """The one error in a group: what is raised where tasks run beside comes in groups."""
    match error:
        case ExceptionGroup(exceptions=(inner,)):
            return _alone(inner)
        case _:
            return error


def _sentence(error: Exception) -> str:
    match error:
        case NotFound():
            return (
                str(error) or "There is nobody and nothing of that name here. `legation staff list` shows who there is."
            )
        case NodeError() | StorageError() | FederationError():
            return str(error) or str(error.__doc__)
        case PermissionError():
            return f"{error.filename} cannot be read or written by this user. Give it the rights, or run as the node's user."
        case OSError() if error.errno is not None and error.strerror:
            return f"{error.filename or 'The system'}: {error.strerror}."
        case _ if hasattr(error, "code"):
            return str(error)
        case _:
            return f"Something unexpected happened ({type(error).__name__}: {error}). LEGATION_TRACEBACK=1 shows where."
