"""`legation community`: the communities of this node, and who leads them."""

from collections.abc import Iterable
from pathlib import Path

import click

from node.actions import caretaking
from node.actions import communities as acts
from node.actions.communities import Founding
from node.command.common import (
    SOURCE,
    asynchronous,
    data_option,
    json_option,
    moment,
    opened,
    operator,
    print_json,
    print_table,
)
from node.command.staff import asking
from node.errors import Invalid
from storage import accounts as account_rows
from storage import communities, community_life, follows, staff
from storage.accounts import Account
from storage.community_life import Hosted
from storage.sqlite import utc_now
from storage.store import Unit


@click.group()
def community() -> None:
    """The communities of this node, and who leads them. Members join and leave by themselves, on the pages or with an app."""


@community.command()
@click.argument("name")
@data_option
@click.option("--name", "called", default="", metavar='"FULL NAME"', help="As people know it.")
@click.option("--purpose", default="", metavar="TEXT", help="What it is for. May hold Markdown.")
@click.option(
    "--manager",
    "managers",
    multiple=True,
    required=True,
    metavar="NAME",
    help="Who leads it, somebody of this node; may be said several times.",
)
@click.option("--closed", is_flag=True, help="Its managers decide who comes in.")
@click.option("--members-only", is_flag=True, help="What is written in it is read by its members only.")
@click.option(
    "--managers-write-only", is_flag=True, help="Only its managers begin conversations; every member answers."
)
@asynchronous
async def add(
    name: str,
    data: Path,
    called: str,
    purpose: str,
    managers: tuple[str, ...],
    *,
    closed: bool,
    members_only: bool,
    managers_write_only: bool,
) -> None:
    """Found a community. Those who lead it are its first members."""
    wanted = Founding(
        username=name,
        name=called or name,
        purpose=purpose,
        closed=closed,
        is_for_members=members_only,
        managers_write_only=managers_write_only,
    )
    async with opened(data) as (settings, store):
        first, *others = await store.read(_colleagues, dict.fromkeys(managers))
        made = await acts.found_for(store, settings.base_url, first, wanted, by=operator(), source=SOURCE)
        for each in others:
            await store.write(caretaking.appoint, made, each, by=operator(), source=SOURCE)
    click.echo(f"{made.display_name} (@{made.username}) is at {made.url}.")


@community.command("list")
@data_option
@json_option
@asynchronous
async def list_all(data: Path, *, as_json: bool) -> None:
    """All communities of this node, closed ones too."""
    async with opened(data) as (_, store):
        found = await store.read(community_life.hosted)
    if as_json:
        print_json([_described(each) for each in found])
        return
    rows = [
        (
            each.username,
            each.name,
            str(each.members),
            moment(each.last_at),
            moment(each.sleeping_since(now=utc_now())),
            _state(each),
        )
        for each in found
    ]
    headings = ("NAME", "FULL NAME", "MEMBERS", "LAST POST", "SLEEPING SINCE", "STATE")
    print_table(headings, rows, empty="There is no community here yet. Found one with: legation community add NAME")


@community.command()
@click.argument("name")
@data_option
@json_option
@asynchronous
async def show(name: str, data: Path, *, as_json: bool) -> None:
    """Everything known about one community: how it is led, by whom, and how many ask to come in."""
    async with opened(data) as (_, store):
        described = await store.read(_all_about, name)
    if as_json:
        print_json(described)
        return
    for label, value in described.items():
        click.echo(f"{label.replace('_', ' '):20}{_said(value)}")


@community.command()
@click.argument("name")
@data_option
@asynchronous
async def close(name: str, data: Path) -> None:
    """Have nothing more be written in a community. What is there stays to be read; nobody finds it any more to join it."""
    async with asking(data) as federation:
        known = await federation.store.read(caretaking.of_this_node, name)
        has_changed = await caretaking.close(federation, known, by=operator(), source=SOURCE)
    click.echo(f"{known.username} is closed." if has_changed else f"{known.username} was closed already.")


@community.command()
@click.argument("name")
@data_option
@asynchronous
async def reopen(name: str, data: Path) -> None:
    """Have a community be written in again."""
    async with asking(data) as federation:
        known = await federation.store.read(caretaking.of_this_node, name)
        has_changed = await caretaking.reopen(federation, known, by=operator(), source=SOURCE)
    click.echo(f"{known.username} is open again." if has_changed else f"{known.username} was open.")


@community.group()
def manager() -> None:
    """Who leads a community: one person at least."""


@manager.command("add")
@click.argument("name")
@click.argument("person", metavar="PERSON")
@data_option
@asynchronous
async def appoint(name: str, person: str, data: Path) -> None:
    """Have somebody lead a community too. PERSON: of this node by name, of another as @name@node."""
    async with asking(data) as federation:
        known = await federation.store.read(caretaking.of_this_node, name)
        found = await caretaking.somebody(federation, person)
        has_changed = await federation.store.write(caretaking.appoint, known, found, by=operator(), source=SOURCE)
    leads = "leads" if has_changed else "led already"
    click.echo(f"{found.handle} {leads} {known.username}.")


@manager.command("remove")
@click.argument("name")
@click.argument("person", metavar="PERSON")
@data_option
@asynchronous
async def dismiss(name: str, person: str, data: Path) -> None:
    """Have somebody lead a community no longer; they stay a member."""
    async with asking(data) as federation:
        known = await federation.store.read(caretaking.of_this_node, name)
        found = await caretaking.somebody(federation, person)
        await federation.store.write(caretaking.dismiss, known, found, by=operator(), source=SOURCE)
    click.echo(f"{found.handle} no longer leads {known.username}.")


def _colleagues(unit: Unit, names: Iterable[str]) -> list[Account]:
    """People of this node by name. Raises Invalid: nobody is called so."""
    return [_colleague(unit, name.strip().lstrip("@")) for name in names]


def _colleague(unit: Unit, name: str) -> Account:
    member = staff.by_username(unit, name)
    if member is None or member.disabled_at is not None:
        sentence = f"Nobody here is called {name}. `legation staff list` shows who there is."
        raise Invalid("manager", "ERR_UNKNOWN", sentence)
    return account_rows.get(unit, member.account_id)


def _all_about(unit: Unit, name: str) -> dict[str, object]:
    known = caretaking.of_this_node(unit, name)
    found = community_life.one(unit, known.id)
    managers = communities.managers(unit, known.id)
    waiting = follows.requests_count(unit, known.id)
    return {**_described(found), "managers": [each.handle for each in managers], "waiting": waiting}


def _described(found: Hosted) -> dict[str, object]:
    return {
        "name": found.username,
        "full_name": found.name,
        "members": found.members,
        "closed_membership": found.is_closed,
        "for_members": found.is_for_members,
        "managers_write_only": found.managers_write_only,
        "founded_at": found.founded_at,
        "last_post_at": found.last_at,
        "sleeping_since": found.sleeping_since(now=utc_now()),
        "closed_at": found.closed_at,
    }


def _said(value: object) -> str:
    match value:
        case None:
            return "-"
        case bool():
            return "yes" if value else "no"
        case list():
            return ", ".join(map(str, value)) or "nobody"
        case _:
            return str(value)


def _state(found: Hosted) -> str:
    if found.closed_at is not None:
        return f"closed {moment(found.closed_at)}"
    return "managers let people in" if found.is_closed else "open to all"
