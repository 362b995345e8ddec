"""`legation staff`: the people of this node."""

import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict
from pathlib import Path

import click

from federation.service import Federation
from node import passwords
from node.actions import cards, postings
from node.actions import second_factors as actions_of_factors
from node.actions import staff as actions
from node.app import place_of
from node.command.common import (
    SOURCE,
    ask_password,
    asynchronous,
    data_option,
    json_option,
    moment,
    opened,
    operator,
    password_option,
    print_json,
    print_table,
)
from node.errors import Invalid
from node.passwords import Passwords
from storage import accounts, audit, community_life, second_factors
from storage import staff as people
from storage.ids import AccountId
from storage.second_factors import Factors
from storage.sqlite import utc_now
from storage.staff import Member
from storage.store import Store, Unit
from storage.vault import Vault

function_option = click.option("--function", default=None, metavar="TEXT", help="What they do, as in the directory.")
department_option = click.option("--department", default=None, metavar="TEXT", help="In which department.")
place_option = click.option(
    "--post", "place", default=None, metavar="TEXT", help="Where: the embassy, or headquarters."
)


@click.group()
def staff() -> None:
    """The people of this node."""


@staff.command()
@click.argument("name")
@data_option
@click.option("--name", "full_name", default="", metavar='"FULL NAME"', help="As colleagues know them.")
@click.option("--role", type=click.Choice(people.ROLES), default=people.STAFF, show_default=True)
@function_option
@department_option
@place_option
@password_option
@asynchronous
async def add(
    name: str,
    data: Path,
    full_name: str,
    role: str,
    function: str | None,
    department: str | None,
    place: str | None,
    *,
    password_stdin: bool,
) -> None:
    """Give somebody an account on this node."""
    card = cards.from_the_directory(function=function or "", department=department or "", place=place or "")
    password = ask_password(from_stdin=password_stdin)
    hashing = Passwords()
    async with opened(data) as (settings, store):
        account = await actions.add_member(
            store,
            settings,
            hashing,
            username=name,
            display_name=full_name,
            password=password,
            role=role,
            by=operator(),
            source=SOURCE,
        )
        await store.write(cards.enter, account.id, card)
    hashing.close()
    click.echo(f"{account.display_name} (@{account.username}) can sign in at {settings.base_url}.")


@staff.command()
@click.argument("name")
@data_option
@click.option("--name", "full_name", default=None, metavar='"FULL NAME"', help="As colleagues know them.")
@function_option
@department_option
@place_option
@asynchronous
async def describe(
    name: str, data: Path, full_name: str | None, function: str | None, department: str | None, place: str | None
) -> None:
    """Change somebody's name, function, department or post, as in the ministry's directory. What is not named stays.

    Other nodes are told by the node when it runs.
    """
    async with asking(data) as federation:
        member = await federation.store.read(_member, name)
        known = (await federation.store.read(accounts.get, member.account_id)).visiting_card
        card = cards.from_the_directory(
            function=known.function if function is None else function,
            department=known.department if department is None else department,
            place=known.place if place is None else place,
        )
        changed = await cards.describe(
            federation, member.username, display_name=full_name, card=card, by=operator(), source=SOURCE
        )
    parts = (changed.visiting_card.function, changed.visiting_card.department, changed.visiting_card.place)
    click.echo(", ".join(part for part in (changed.display_name, *parts) if part))


@staff.command("list")
@data_option
@json_option
@asynchronous
async def list_all(data: Path, *, as_json: bool) -> None:
    """Everybody who has, or had, an account here."""
    async with opened(data) as (_, store):
        found = await store.read(people.list_all)
    if as_json:
        print_json([_described(member) for member in found])
        return
    rows = [
        (member.username, member.display_name, member.role, moment(member.last_seen_at), _state(member))
        for member in found
    ]
    print_table(("NAME", "FULL NAME", "ROLE", "LAST SEEN", "STATE"), rows, empty="Nobody has an account here yet.")


@staff.command()
@click.argument("name")
@click.argument("new_role", metavar="ROLE", type=click.Choice(people.ROLES))
@data_option
@asynchronous
async def role(name: str, new_role: str, data: Path) -> None:
    """Give somebody another role: staff, moderator or admin. They sign in again."""
    async with opened(data) as (_, store):
        await store.write(_change_role, name, new_role)
    click.echo(f"{name} is now {new_role}.")


@staff.command()
@click.argument("name")
@data_option
@asynchronous
async def disable(name: str, data: Path) -> None:
    """Somebody left: they can no longer sign in; what they wrote stays."""
    async with opened(data) as (_, store):
        left = await store.write(_disable, name)
    click.echo(f"{name} can no longer sign in, and is signed out everywhere.")
    _tell_unled(left)


@staff.command()
@click.argument("name")
@data_option
@asynchronous
async def enable(name: str, data: Path) -> None:
    """Let somebody sign in again."""
    async with opened(data) as (_, store):
        await store.write(_enable, name)
    click.echo(f"{name} can sign in again.")


@staff.command()
@click.argument("name")
@data_option
@password_option
@asynchronous
async def password(name: str, data: Path, *, password_stdin: bool) -> None:
    """Give somebody a new password. They are signed out everywhere."""
    new = ask_password(from_stdin=password_stdin)
    async with opened(data) as (_, store):
        await _change_password(store, name, new)
    click.echo(f"{name} has a new password, and is signed out everywhere.")


@staff.command("second-factor")
@click.argument("name")
@click.option("--remove", is_flag=True, help="They have lost it all: they sign in with the password alone again.")
@data_option
@json_option
@asynchronous
async def second_factor(name: str, data: Path, *, remove: bool, as_json: bool) -> None:
    """What somebody signs in with beside the password; with --remove, take it away and sign them out everywhere."""
    async with opened(data) as (_, store):
        if remove:
            await store.write(_remove_second_factor, name)
        found = await store.read(_factors, name)
    if as_json:
        print_json(asdict(found))
    elif remove:
        click.echo(f"{name} signs in with the password alone now, and is signed out everywhere.")
    elif found.has_any:
        app = "codes of an app" if found.app else "no app"
        click.echo(f"{name} has {app}, {found.passkeys} passkey(s) and {found.recovery} recovery code(s).")
    else:
        click.echo(f"{name} signs in with the password alone.")


@staff.command()
@click.argument("name")
@click.option("--from", "before", required=True, metavar="@NAME@NODE", help="Their account at the node they come from.")
@data_option
@json_option
@asynchronous
async def arrives(name: str, before: str, data: Path, *, as_json: bool) -> None:
    """Somebody comes from another node: their account here says so. Then the other node's administrator moves them."""
    async with asking(data) as federation:
        account, old = await postings.arrives(federation, name, handle=before, by=operator(), source=SOURCE)
    if as_json:
        print_json({"name": account.username, "id": account.uri, "from": old.uri, "also_known_as": account.aliases})
        return
    here = f"{account.username}@{federation.place.account_domain}"
    click.echo(f"{account.username} says that it was {old.handle} before. Its administrator goes on with:")
    click.echo(f"  legation staff moves {old.username} --to @{here}")


@staff.command("moves")
@click.argument("name")
@click.option("--to", "there", required=True, metavar="@NAME@NODE", help="Their account at the node they go to.")
@data_option
@json_option
@asynchronous
async def moves_away(name: str, there: str, data: Path, *, as_json: bool) -> None:
    """Somebody goes to another node: their followers go with them, what they wrote stays. That node comes first."""
    async with asking(data) as federation:
        before = await federation.store.read(_unled)
        account, new = await postings.moves_away(federation, name, handle=there, by=operator(), source=SOURCE)
        left = [each for each in await federation.store.read(_unled) if each not in before]
    if as_json:
        print_json({"name": account.username, "id": account.uri, "to": new.uri, "followers": account.followers_count})
        return
    told = f"{account.followers_count} follower" + ("" if account.followers_count == 1 else "s")
    click.echo(f"{account.username} works as {new.handle} now; the news of it goes to {told}.")
    click.echo(f"To end their signing in here as well: legation staff disable {account.username}")
    _tell_unled(left)


@contextlib.asynccontextmanager
async def asking(data: Path) -> AsyncIterator[Federation]:
    """The federation of a node, to ask other nodes with; what is queued goes out from the node that runs."""
    async with opened(data) as (settings, store):
        tls = settings.certificates()
        vault = Vault(settings.secret())
        federation = Federation(place_of(settings), store, vault, now=utc_now, tell=lambda _: None, tls=tls)
        try:
            yield federation
        finally:
            await federation.client.close()


async def _change_password(store: Store, name: str, new: str) -> None:
    member = await store.read(_member, name)
    passwords.demand_good(new, names=(member.username, *member.display_name.split()))
    hashing = Passwords()
    kept = await hashing.hash(new)
    hashing.close()
    await store.write(_set_password, member.account_id, member.username, kept)


def _member(unit: Unit, name: str) -> Member:
    found = people.by_username(unit, name.lstrip("@"))
    if found is None:
        raise Invalid("name", "ERR_UNKNOWN", f"Nobody here is called {name}. `legation staff list` shows who there is.")
    return found


def _set_password(unit: Unit, account: AccountId, name: str, kept: str) -> None:
    people.set_password(unit, account, kept)
    audit.add(unit, who=operator(), source=SOURCE, act="staff.password", subject=name)


def _change_role(unit: Unit, name: str, new: str) -> None:
    actions.change_role(unit, _member(unit, name).username, new, by=operator(), source=SOURCE)


def _disable(unit: Unit, name: str) -> list[str]:
    before = _unled(unit)
    actions.disable(unit, _member(unit, name).username, by=operator(), source=SOURCE)
    return [each for each in _unled(unit) if each not in before]


def _unled(unit: Unit) -> list[str]:
    return [each.username for each in community_life.unled(unit)]


def _tell_unled(names: Sequence[str]) -> None:
    """Say which communities lost the last person who led them: they live on, and somebody should lead them."""
    for each in names:
        click.echo(f"Nobody leads {each} any more. Choose somebody: legation community manager add {each} PERSON")


def _enable(unit: Unit, name: str) -> None:
    actions.enable(unit, _member(unit, name).username, by=operator(), source=SOURCE)


def _remove_second_factor(unit: Unit, name: str) -> None:
    actions_of_factors.reset(unit, _member(unit, name), by=operator(), source=SOURCE)


def _factors(unit: Unit, name: str) -> Factors:
    return second_factors.of(unit, _member(unit, name).account_id)


def _state(member: Member) -> str:
    return "left" if member.disabled_at else "active"


def _described(member: Member) -> dict[str, object]:
    return {
        "username": member.username,
        "name": member.display_name,
        "role": member.role,
        "created_at": member.created_at,
        "last_seen_at": member.last_seen_at,
        "disabled_at": member.disabled_at,
    }
