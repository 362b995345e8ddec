"""How somebody's posts begin: for whom, in which language, and who may quote them, where nothing else is said.

Only who chose something has a row.
"""

from dataclasses import dataclass

from storage import quote_policies
from storage.events import StaffChanged
from storage.ids import AccountId
from storage.store import Unit
from storage.visibility import Reach


@dataclass(frozen=True, slots=True)
class Defaults:
    """What somebody chose. sensitive: files are hidden until one asks for them.  language: None follows that of the pages.

    quotable: who may quote, one of `quote_policies.GROUPS`.
    """

    reach: Reach = Reach.ALL_NODES
    sensitive: bool = False
    language: str | None = None
    quotable: str = quote_policies.PUBLIC


def of(unit: Unit, account: AccountId) -> Defaults:
    """What somebody chose, or what holds for whoever chose nothing."""
    sql = "select reach, sensitive, language, quotable from posting_defaults where account_id = :account"
    return unit.one(Defaults, sql, account=account) or Defaults()


def choose(unit: Unit, account: AccountId, chosen: Defaults) -> None:
    """Have somebody's posts begin so from now on."""
    sql = """
    insert into posting_defaults (account_id, reach, sensitive, language, quotable)
    values (:account, :reach, :sensitive, :language, :quotable)
    on conflict (account_id) do update set reach = excluded.reach, sensitive = excluded.sensitive,
        language = excluded.language, quotable = excluded.quotable
    """
    unit.run(
        sql,
        account=account,
        reach=int(chosen.reach),
        sensitive=int(chosen.sensitive),
        language=chosen.language,
        quotable=chosen.quotable,
    )
    unit.after_commit(StaffChanged(account))
