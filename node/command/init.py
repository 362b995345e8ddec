"""`legation init`: make a new node."""

from pathlib import Path

import click

from node import founding
from node.command.common import (
    a_postgresql,
    ask_password,
    asynchronous,
    data_option,
    password_option,
    postgresql_option,
)
from storage.addresses import shown


@click.command()
@data_option
@click.option("--domain", required=True, metavar="HOST[:PORT]", help="The public host; it never changes.")
@click.option("--development", is_flag=True, help="Plain http on this machine alone, for trying things.")
@click.option("--admin", required=True, metavar="NAME", help="The user name of the first administrator.")
@click.option("--admin-name", default="", metavar='"FULL NAME"', help="Their full name.")
@click.option(
    "--name", default="", metavar='"NODE NAME"', help='What the node is called, as "Ambassade de France à Tokyo".'
)
@click.option("--language", type=click.Choice(["fr", "en"]), default="fr", show_default=True, help="Of its pages.")
@postgresql_option
@password_option
@asynchronous
async def init(
    data: Path,
    domain: str,
    *,
    development: bool,
    admin: str,
    admin_name: str,
    name: str,
    language: str,
    postgresql: str,
    password_stdin: bool,
) -> None:
    """Make a new node: settings, keys, database and the first administrator. Refuses to overwrite one."""
    if postgresql:
        a_postgresql(postgresql, "--postgresql")
    settings = await founding.found(
        data,
        domain=domain,
        development=development,
        name=name,
        language=language,
        admin=admin,
        admin_name=admin_name,
        password=ask_password(from_stdin=password_stdin),
        postgresql=postgresql,
    )
    click.echo(f"The node {settings.base_url} is in {settings.data}.")
    if settings.postgresql:
        click.echo(f"Its database is {shown(settings.postgresql)}.")
    click.echo(f"Its secret is in {settings.secret_path}: keep a copy apart from the backups.")
    click.echo(f"Run it with: legation serve --data {settings.data}")
