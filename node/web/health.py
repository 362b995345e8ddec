"""How the node is, in sentences that say what to do: for the page of its administrators.

    looked up     disk, size of the database, what waits, what was given up, clocks, open reports, the last backup
    judged        by the rules of `node.verdicts`, as `legation doctor` does
    said          in the language of whoever reads it, each with the place where something can be done

Nothing here goes to another node: `legation doctor` does that.
"""

import asyncio
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from federation.hosts import unicode_form
from node import verdicts
from node.context import Node
from node.verdicts import State
from node.web.languages import Language, Speech, translations
from node.web.wording import message
from storage import accounts, backlog, facts, reports, schema_version
from storage.backlog import Backlog
from storage.ids import moment_of
from storage.store import Unit

NODES, REPORTS = "/administration/nodes", "/moderation"
GIGABYTE, MEGABYTE = 1_000_000_000, 1_000_000
MOST_REPORTS = 100
MOST_SIGNS = 12
"""How many peers are named for one kind of trouble; the page of nodes has all of them."""
OLD_JOURNAL = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Sign:
    """What is said of one thing. href: where something can be done about it, "" for nowhere on the pages."""

    what: str
    state: State
    sentence: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class Looked:
    """What was looked up. free, total, database: bytes."""

    now: datetime
    free: int
    total: int
    data: Path
    clock_is_wrong: bool
    database: int
    waiting: Backlog
    open_reports: int
    backed_up_at: datetime | None
    founded_at: datetime
    version: str


async def signs(node: Node, language: Language) -> list[Sign]:
    """How everything is, what is worst first. Raises StorageTrouble."""
    waiting, open_reports, backed_up_at, founded_at, size = await node.store.read_slowly(_rows)
    usage = await asyncio.to_thread(shutil.disk_usage, node.settings.data)
    installed = await asyncio.to_thread(verdicts.installed_at)
    looked = Looked(
        now=node.now(),
        free=usage.free,
        total=usage.total,
        data=node.settings.data,
        clock_is_wrong=verdicts.clock(node.now(), installed=installed).state is State.BAD,
        database=size,
        waiting=waiting,
        open_reports=open_reports,
        backed_up_at=backed_up_at,
        founded_at=founded_at,
        version=node.federation.place.version,
    )
    order = list(State)[::-1]
    return sorted(Said(looked, language).everything(), key=lambda sign: order.index(sign.state))


def _rows(unit: Unit) -> tuple[Backlog, int, datetime | None, datetime, int]:
    made = facts.get(unit, facts.BACKED_UP_AT)
    return (
        backlog.read(unit),
        reports.open_count(unit, most=MOST_REPORTS),
        datetime.fromisoformat(made) if made else None,
        accounts.node_actor(unit).created_at,
        unit.size(),
    )


class Said:
    """The same in one language."""

    def __init__(self, looked: Looked, language: Language) -> None:
        self._looked = looked
        self._speech = Speech(language)
        self._words = translations(language)
        self.ngettext: Callable[[str, str, int], str] = self._words.ungettext

    def everything(self) -> Iterator[Sign]:
        """A sign for each thing; of peers, one for each that needs a look."""
        yield self._room()
        yield self._clock()
        yield self._database()
        yield self._backup()
        yield self._received()
        yield from self._queues()
        yield from self._dead()
        yield from self._clocks()
        yield from self._keys()
        yield self._reports()
        yield self._version()

    def _say(self, sentence: str, **gaps: object) -> str:
        return str(self._words.ugettext(sentence)) % gaps

    def _numbered(self, chosen: str, count: int, **gaps: object) -> str:
        return chosen % {"num": self._speech.number(count), **gaps}

    def _room(self) -> Sign:
        looked = self._looked
        gaps = {"free": self._size(looked.free), "share": f"{100 * looked.free // looked.total}"}
        state = verdicts.room(looked.free, looked.total, looked.data).state
        sentence = {
            State.GOOD: message("%(free)s (%(share)s %%) of the disk are free. Nothing to do."),
            State.LOOK: message("%(free)s (%(share)s %%) of the disk are free. Plan for more room in the next weeks."),
            State.BAD: message(
                "%(free)s (%(share)s %%) of the disk are free: posts will soon be refused. Free some room now."
            ),
        }[state]
        return Sign(self._say(message("Disk")), state, self._say(sentence, **gaps))

    def _clock(self) -> Sign:
        gaps = {"now": self._speech.long_time(self._looked.now)}
        if self._looked.clock_is_wrong:
            sentence = message(
                "The clock of this machine says %(now)s, which is before this program was installed. Set it by NTP."
            )
            return Sign(self._say(message("Clock")), State.BAD, self._say(sentence, **gaps))
        sentence = message("The clock of this machine says %(now)s. If that is right, there is nothing to do.")
        return Sign(self._say(message("Clock")), State.GOOD, self._say(sentence, **gaps))

    def _database(self) -> Sign:
        sentence = message(
            "The database takes %(size)s. “legation doctor” reads all of it and says whether it is sound."
        )
        size = self._size(self._looked.database)
        return Sign(self._say(message("Database")), State.GOOD, self._say(sentence, size=size))

    def _backup(self) -> Sign:
        looked = self._looked
        state = verdicts.backup(looked.backed_up_at, now=looked.now, founded=looked.founded_at)
        if looked.backed_up_at is None:
            sentence = message(
                "No backup was ever made with “legation backup”. Make one now, and every week from then on."
            )
        elif state is State.GOOD:
            sentence = message("The last backup was made %(when)s. Nothing to do, but to keep it on another machine.")
        else:
            sentence = message("The last backup was made %(when)s. Make one every week: “legation backup FILE”.")
        when = "" if looked.backed_up_at is None else self._speech.ago(looked.backed_up_at, now=looked.now)
        return Sign(self._say(message("Backup")), state, self._say(sentence, when=when))

    def _received(self) -> Sign:
        what, journal = self._say(message("Received")), self._looked.waiting.journal
        if journal.oldest is None:
            return Sign(what, State.GOOD, self._say(message("Everything that other nodes sent has been dealt with.")))
        is_old = self._looked.now - moment_of(journal.oldest) > OLD_JOURNAL
        sentence = self.ngettext(
            "%(num)s message that came waits to be dealt with, since %(when)s.",
            "%(num)s messages that came wait to be dealt with, the oldest since %(when)s.",
            journal.count,
        )
        said = self._numbered(sentence, journal.count, when=self._since(journal.oldest))
        return Sign(what, State.LOOK if is_old else State.GOOD, said)

    def _queues(self) -> Iterator[Sign]:
        waiting = self._looked.waiting.peers
        if not waiting:
            said = self._say(message("Nothing waits for another node."))
            yield Sign(self._say(message("On the way")), State.GOOD, said, NODES)
        for peer in waiting[:MOST_SIGNS]:
            sentence = self.ngettext(
                "%(num)s message waits for %(node)s, since %(when)s.",
                "%(num)s messages wait for %(node)s, the oldest since %(when)s.",
                peer.count,
            )
            gaps = {"node": unicode_form(peer.host), "when": self._since(peer.oldest)}
            state = verdicts.queue(moment_of(peer.oldest), now=self._looked.now)
            said = self._numbered(sentence, peer.count, **gaps)
            if state is not State.GOOD:
                said += " " + self._say(message("See why on the page of nodes; nothing is lost meanwhile."))
            yield Sign(self._say(message("On the way")), state, said, NODES)

    def _dead(self) -> Iterator[Sign]:
        for peer in self._looked.waiting.dead[:MOST_SIGNS]:
            sentence = self.ngettext(
                "%(num)s message to %(node)s was given up. “legation queue list” says why, and can send it again.",
                "%(num)s messages to %(node)s were given up. “legation queue list” says why, and can send them again.",
                peer.count,
            )
            said = self._numbered(sentence, peer.count, node=unicode_form(peer.host))
            yield Sign(self._say(message("Given up")), State.LOOK, said, NODES)

    def _clocks(self) -> Iterator[Sign]:
        apart = [one for one in self._looked.waiting.clocks if abs(one.ahead) > verdicts.MUCH_SKEW_SECONDS]
        for one in apart[:MOST_SIGNS]:
            minutes = round(abs(one.ahead) / 60)
            sentence = self.ngettext(
                "The clocks of %(node)s and of this node differ by %(num)s minute. One of the two must be set by NTP.",
                "The clocks of %(node)s and of this node differ by %(num)s minutes. One of the two must be set by NTP.",
                minutes,
            )
            said = self._numbered(sentence, minutes, node=unicode_form(one.host))
            yield Sign(self._say(message("Clock")), State.LOOK, said, NODES)

    def _keys(self) -> Iterator[Sign]:
        sentence = message(
            "The key of %(node)s has changed, and what is signed with the new one is refused. Compare and confirm it."
        )
        for host in self._looked.waiting.held[:MOST_SIGNS]:
            said = self._say(sentence, node=unicode_form(host))
            yield Sign(self._say(message("Keys of nodes")), State.LOOK, said, f"{NODES}/{host}")

    def _reports(self) -> Sign:
        what, count = self._say(message("Reports")), self._looked.open_reports
        if not count:
            return Sign(what, State.GOOD, self._say(message("No report is open.")), REPORTS)
        sentence = self.ngettext(
            "%(num)s report is open. Somebody should answer it within two days.",
            "%(num)s reports are open. Somebody should answer them within two days.",
            count,
        )
        return Sign(what, State.LOOK, self._numbered(sentence, count), REPORTS)

    def _version(self) -> Sign:
        sentence = message("This is Legation %(version)s; the newest change of its database is number %(schema)s.")
        said = self._say(sentence, version=self._looked.version, schema=schema_version.CURRENT)
        return Sign(self._say(message("Version")), State.GOOD, said)

    def _since(self, identifier: int) -> str:
        return self._speech.long_time(moment_of(identifier))

    def _size(self, count: int) -> str:
        """A number of bytes as people read it."""
        unit, word = (GIGABYTE, message("GB")) if count >= GIGABYTE else (MEGABYTE, message("MB"))
        return f"{self._speech.number(max(1, count // unit))}\N{NO-BREAK SPACE}{self._say(word)}"
