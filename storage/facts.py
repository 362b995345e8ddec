"""Facts about the node itself that no settings file holds: the address under which its ids were given out, the last backup."""

from storage.store import Unit

BASE_URL = "base_url"
BACKED_UP_AT = "backed_up_at"
"""When the last backup was whole, ISO 8601."""


def get(unit: Unit, name: str) -> str | None:
    """A fact by its name."""
    return unit.one(str, "select value from facts where name = :name", name=name)


def put(unit: Unit, name: str, value: str) -> None:
    """Note a fact, or change it."""
    sql = (
        "insert into facts (name, value) values (:name, :value) on conflict (name) do update set value = excluded.value"
    )
    unit.run(sql, name=name, value=value)


def keep_first(unit: Unit, name: str, value: str) -> str:
    """Note a fact unless it is known already. Returns the one that is known from now on, whoever noted it."""
    unit.run(
        "insert into facts (name, value) values (:name, :value) on conflict (name) do nothing", name=name, value=value
    )
    known = get(unit, name)
    assert known is not None
    return known
