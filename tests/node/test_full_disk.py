"""No room left on the disk: that is said, nobody is stopped from reading, and room brings everything back."""

from storage.store import Unit
from tests.node.conftest import House


def no_more_room(unit: Unit) -> None:
    """SQLite itself then says what it says of a full disk."""
    unit.one(int, "pragma max_page_count = 1")


def room_again(unit: Unit) -> None:
    unit.one(int, "pragma max_page_count = 1000000")


async def test_sec_r8_a_full_disk_is_said_reads_go_on_and_nothing_acknowledged_is_lost(house: House) -> None:
    marie = await house.staff("marie")
    token = await house.token(marie)
    home, statuses = f"{house.url}/api/v1/timelines/home", f"{house.url}/api/v1/statuses"
    async with house.client.post(statuses, json={"status": "before"}, headers=token) as answer:
        assert answer.status == 200
    await house.node.store.write(no_more_room)
    house.clock.forward(hours=2)  # so that the use of the token would be noted
    async with house.client.post(statuses, json={"status": "x" * 4_000}, headers=token) as answer:
        assert answer.status == 507
        assert "room" in (await answer.json())["error"]
    async with house.client.get(home, headers=token) as answer:
        assert (answer.status, [post["content"] for post in await answer.json()]) == (200, ["<p>before</p>"])
    await house.node.store.write(room_again)
    async with house.client.post(statuses, json={"status": "after"}, headers=token) as answer:
        assert answer.status == 200
    async with house.client.get(home, headers=token) as answer:
        assert [post["content"] for post in await answer.json()] == ["<p>after</p>", "<p>before</p>"]
