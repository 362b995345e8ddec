"""The directory: people by a piece of what is known of them, and what other nodes are shown of those of this one."""

from dataclasses import replace

from storage import accounts, cards, directories, directory, peers, relations, staff
from storage.accounts import Account
from storage.cards import Card
from storage.ids import Host
from storage.store import Store
from tests.storage.conftest import Clock, Person, elsewhere

PRESS = Card("Attachée de presse", "Service de presse", "Ambassade à Tōkyō", ("ja", "fr"), ("droit de la mer", "100 %"))


async def names(store: Store, reader: Account, text: str, host: str | None = None) -> list[str]:
    found = await store.read_slowly(directory.search, reader.id, text, host=host, limit=20)
    return [account.username for account in found]


async def test_people_are_found_by_a_piece_of_anything_that_is_known_of_them(store: Store, person: Person) -> None:
    marie, paul = await person("marie"), await person("paul")
    ken = await person("ken@tokyo.example")
    await store.write(accounts.change_card, marie.id, display_name="Marie-Hélène Œuvrard", card=PRESS)
    for text in (
        *("helene", "HÉLÈNE oeuvrard", "ele", "œuvr", "marie", "attachee", "presse attache", "tokyo", "japonais"),
        *("japanese", "Japo", "droit mer", "100 %", "french presse mer", "  marie  helene "),
    ):
        assert "marie" in await names(store, marie, text), text
    for text in ("%", "_", "\\", "mer_", "x" * 300, "marie paul", "helenepresse"):
        assert "marie" not in (await names(store, marie, text) if text != "%" else []), text
    assert await names(store, marie, "%") == ["marie"]
    assert await names(store, marie, "") == ["ken", "marie", "paul"]
    assert await names(store, marie, "", "") == ["marie", "paul"]
    assert await names(store, marie, "k", "tokyo.example") == ["ken"]
    assert await names(store, marie, "tokyo") == ["ken", "marie"]
    assert await names(store, marie, "pau") == ["paul"]
    first = await store.read(directory.search, marie.id, "", limit=1, offset=1)
    assert [each.id for each in first] == [marie.id]
    await store.write(relations.block, paul.id, marie.id)
    await store.write(accounts.unlist, ken.uri)
    assert await names(store, marie, "") == ["marie"]
    matching = await store.read(directory.matching, "ken", limit=5)
    assert [each.username for each in matching] == ["ken"]  # whoever writes to somebody need not find them listed


async def test_what_a_node_says_of_its_people_anew_replaces_what_was_known(store: Store) -> None:
    ken = await store.write(elsewhere, "ken", "tokyo.example")
    profile = accounts.Profile(
        "ken",
        "Ken Satō",
        "",
        (),
        ken.url,
        ken.inbox,
        ken.shared_inbox,
        ken.outbox,
        "",
        "",
        locked=False,
        discoverable=True,
    )

    async def said(card: Card) -> Account:
        return await store.write(
            accounts.keep_remote,
            uri=ken.uri,
            host=Host("tokyo.example"),
            kind="Person",
            profile=replace(profile, card=card),
            document="{}",
        )

    known = await said(PRESS)
    assert known.visiting_card == PRESS
    assert await names(store, ken, "sato presse") == ["ken"]
    await said(Card(place="Lima"))
    assert await names(store, ken, "presse") == []
    assert await names(store, ken, "lima") == ["ken"]


async def test_peers_are_shown_what_has_changed_since(store: Store, person: Person, clock: Clock) -> None:
    marie, paul = await person("marie"), await person("paul")
    await person("ken@tokyo.example")
    assert (
        await store.read(directory.revised_here, after=0, limit=9) == []
    )  # perhaps another process is about to add one
    clock.forward(minutes=1)
    found = await store.read(directory.revised_here, after=0, limit=9)
    assert [(each.account_id, each.is_listed) for each in found] == [(marie.id, True), (paul.id, True)]
    assert await store.read(directory.listed_here) == 2
    last = found[-1].revision
    await store.write(accounts.change_card, marie.id, display_name="Marie", card=PRESS)
    await store.write(staff.disable, paul.id)
    clock.forward(minutes=1)
    found = await store.read(directory.revised_here, after=last, limit=1)
    assert [(each.account_id, each.is_listed) for each in found] == [(marie.id, True)]
    found = await store.read(directory.revised_here, after=found[0].revision, limit=9)
    assert [(each.account_id, each.is_listed) for each in found] == [(paul.id, False)]
    await store.write(staff.enable, paul.id)
    await store.write(accounts.mark_gone, marie.id)
    clock.forward(minutes=1)
    found = await store.read(directory.revised_here, after=found[0].revision, limit=9)
    assert [(each.account_id, each.is_listed) for each in found] == [(paul.id, True), (marie.id, False)]


async def test_directories_of_others_are_due_in_turn(store: Store, clock: Clock) -> None:
    assert await store.read(directories.next_due) is None
    tokyo, lima = Host("tokyo.example"), Host("lima.example")
    for host in (tokyo, lima):
        await store.write(peers.allow, host, by="marie")
    assert await store.write(directories.take_due, until=clock()) is None
    clock.forward(minutes=2)
    due = await store.read(directories.next_due)
    assert due is not None
    assert due < clock.moment
    later = clock.moment.replace(year=2030)
    assert await store.write(directories.take_due, until=later) == directories.Known(tokyo, "")
    assert await store.write(directories.take_due, until=later) == directories.Known(lima, "")
    assert await store.write(directories.take_due, until=later) is None
    await store.write(directories.keep, lima, cursor="https://lima.example/x", next_at=clock.moment)
    assert await store.write(directories.take_due, until=later) == directories.Known(lima, "https://lima.example/x")
    await store.write(directories.postpone, lima, until=later)
    await store.write(peers.remove, tokyo, by="marie")
    assert await store.read(directories.next_due) == later


def test_a_card_is_kept_without_what_is_empty() -> None:
    assert cards.read(cards.kept(PRESS)) == PRESS
    assert (cards.kept(cards.EMPTY), cards.read("{}"), bool(cards.EMPTY)) == ("{}", cards.EMPTY, False)
    assert cards.kept(Card(place="Lima")) == '{"place":"Lima"}'
    assert cards.names_of("x-nobody-knows") == ("x-nobody-knows",)
