"""`legation token`: a bearer token for a script."""

from pathlib import Path

import click

from node.api import scopes
from node.command.common import SOURCE, asynchronous, data_option, opened, operator
from node.errors import Invalid
from storage import audit, oauth, second_factors, staff
from storage.staff import Member
from storage.store import Unit


@click.command()
@click.argument("name")
@data_option
@click.option("--scope", default="read", show_default=True, help='What it may do, as "read write follow push".')
@asynchronous
async def token(name: str, data: Path, scope: str) -> None:
    """Print a token with which a script acts for a person, through the client API. It is shown only now."""
    wanted = scopes.parse(scope)
    unknown = scopes.unknown(wanted)
    if unknown:
        raise Invalid("scope", "ERR_INVALID", f"There is no scope {' '.join(unknown)}. Usual: read write follow push.")
    async with opened(data) as (settings, store):
        made, member, has_second_factor = await store.write(_add, name, scopes.unparse(wanted))
    click.echo(made)
    if settings.demands_second_factor(member.role) and not has_second_factor:
        sentence = f"This token is good for nothing until {member.username} has set up a second step of signing in."
        click.echo(sentence, err=True)


def _add(unit: Unit, name: str, wanted: str) -> tuple[str, Member, bool]:
    """The token, whose it is, and whether they sign in with a second step."""
    member = staff.by_username(unit, name.lstrip("@"))
    if member is None or member.disabled_at is not None:
        raise Invalid(
            "name", "ERR_UNKNOWN", f"Nobody called {name} can sign in here. `legation staff list` shows who there is."
        )
    detail = {"scope": wanted}
    audit.add(unit, who=operator(), source=SOURCE, act="token.add", subject=member.username, detail=detail)
    made = oauth.add_token(unit, account_id=member.account_id, scopes=wanted, app_id=None)
    return made, member, second_factors.has_any(unit, member.account_id)
