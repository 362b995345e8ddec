"""Media: the files of posts and the pictures of profiles, as rows; their bytes lie in `storage.files`.

A row is there before its bytes are: of an upload while it is worked on, of a peer's file until somebody here looks at it.

    WAITING ──► READY          an upload, once it has been made safe
       └──────► FAILED         it could not be
    ELSEWHERE ─► READY         a peer's file, fetched for the first reader; back again when room is needed
        └──────► FAILED        it could not be fetched; tried again after a while

What hangs on nothing is swept away a day after it came loose, its bytes with it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from typing import NewType

from storage import posts
from storage.events import AccountChanged
from storage.ids import AccountId, PostId
from storage.posts import Holds
from storage.store import Unit, Value
from storage.visibility import VISIBLE_TO

MediaId = NewType("MediaId", int)

LOOSE_FOR = timedelta(hours=24)
MOST_SWEPT = 500


class State(IntEnum):
    """Where a file is."""

    WAITING = 0
    READY = 1
    FAILED = 2
    ELSEWHERE = 3


class Place(IntEnum):
    """What a file is for."""

    POST = 0
    AVATAR = 1
    HEADER = 2
    EMOJI = 3


@dataclass(frozen=True, slots=True)
class Media:
    """A file. Columns in the order of `COLUMNS`.

    name: random, in its address and of its bytes.  kind: image, video, audio or unknown.  width, height, small_width,
    small_height: pixels, 0 when not known.  duration: milliseconds.  size: bytes.  small_size: of the preview, 0 where there is
    none.  given_size: of the bytes as its own node gave them, where they are kept too, else 0.  digest: SHA-256 in hexadecimal,
    as its own node has it.  focus_x, focus_y: thousandths, −1000 to 1000.
    remote_url: of a peer's file.  loose_at: since when it hangs on nothing.  used_at: when a peer's file was last looked at here.
    """

    id: MediaId
    owner_id: AccountId
    post_id: PostId | None
    position: int
    place: Place
    state: State
    name: str
    kind: str
    media_type: str
    description: str
    width: int
    height: int
    small_width: int
    small_height: int
    duration: int
    size: int
    small_size: int
    given_size: int
    blurhash: str
    digest: str
    focus_x: int
    focus_y: int
    remote_url: str | None
    loose_at: datetime | None
    used_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Made:
    """What became of a file once it was made safe. See `Media`."""

    kind: str
    media_type: str
    width: int
    height: int
    small_width: int
    small_height: int
    duration: int
    size: int
    small_size: int
    blurhash: str
    digest: str


@dataclass(frozen=True, slots=True)
class Reference:
    """A file at its own node, as a post or a profile of that node points to it. See `Media`."""

    url: str
    kind: str
    media_type: str = ""
    description: str = ""
    width: int = 0
    height: int = 0
    size: int = 0
    blurhash: str = ""
    digest: str = ""
    focus_x: int = 0
    focus_y: int = 0


NAMES = (
    "id, owner_id, post_id, position, place, state, name, kind, media_type, description, width, height, small_width, "
    "small_height, duration, size, small_size, given_size, blurhash, digest, focus_x, focus_y, remote_url, loose_at, used_at, "
    "created_at"
)
COLUMNS = ", ".join(f"m.{name}" for name in NAMES.split(", "))
SELECT = f"select {COLUMNS} from media m"

OF = f"{SELECT} where m.post_id in :ids order by m.post_id, m.position, m.id"

ADD = """
insert into media (id, owner_id, post_id, position, place, state, name, kind, media_type, description, width, height, size,
    blurhash, digest, focus_x, focus_y, remote_url, loose_at, created_at)
values (:id, :owner, :post, :position, :place, :state, :name, :kind, :media_type, :description, :width, :height, :size,
    :blurhash, :digest, :focus_x, :focus_y, :remote_url, :loose_at, :now)
"""

FINISH = """
update media set state = :state, kind = :kind, media_type = :media_type, width = :width, height = :height,
    small_width = :small_width, small_height = :small_height, duration = :duration, size = :size, small_size = :small_size,
    blurhash = :blurhash, digest = case when remote_url is null then :digest else digest end,
    used_at = case when remote_url is null then null else :now end
where id = :id
"""

SEEN = f"""
{SELECT} left join posts p on p.id = m.post_id
where m.name = :name and (m.place <> 0 or (m.post_id is null and m.owner_id = :reader) or (m.post_id is not null and {VISIBLE_TO}))
"""


# ---- uploads --------------------------------------------------------------------------------------------------------


def add(
    unit: Unit, owner: AccountId, *, name: str, kind: str, media_type: str, description: str, focus: tuple[int, int]
) -> Media:
    """Note an upload whose bytes are being worked on. focus: thousandths."""
    return _add(
        unit,
        owner,
        Reference("", kind, media_type, description, focus_x=focus[0], focus_y=focus[1]),
        name=name,
        state=State.WAITING,
        loose_at=unit.now,
    )


def finish(unit: Unit, media: Media, made: Made) -> None:
    """Note that a file is there and safe."""
    unit.run(FINISH, id=media.id, state=int(State.READY), now=unit.now, **_made(made))
    if media.post_id is not None:
        posts.hold(unit, media.post_id, Holds.MEDIA)  # whoever remembers how it looked reads again


def note_given(unit: Unit, identifier: MediaId, size: int) -> None:
    """Note that a peer's file is kept as its own node gave it, too. size: bytes."""
    unit.run("update media set given_size = :size where id = :id", id=identifier, size=size)


def fail(unit: Unit, identifier: MediaId) -> None:
    """Note that a file could not be made safe, or not be fetched."""
    unit.run("update media set state = 2, used_at = :now where id = :id", id=identifier, now=unit.now)


def set_preview(unit: Unit, identifier: MediaId, made: Made) -> None:
    """Note that a file has another preview. made: of the picture that was given for it."""
    sql = """
    update media set small_width = :width, small_height = :height, small_size = :size, blurhash = :blurhash where id = :id
    """
    unit.run(
        sql,
        id=identifier,
        width=made.small_width,
        height=made.small_height,
        size=made.small_size,
        blurhash=made.blurhash,
    )


def describe(unit: Unit, identifier: MediaId, *, description: str, focus: tuple[int, int]) -> None:
    """Say what a file shows, and what of it matters most. focus: thousandths."""
    sql = "update media set description = :description, focus_x = :x, focus_y = :y where id = :id"
    unit.run(sql, id=identifier, description=description, x=focus[0], y=focus[1])


def find_own(unit: Unit, owner: AccountId, identifiers: Iterable[int]) -> dict[MediaId, Media]:
    """Those of these files that somebody uploaded for posts, by their ids."""
    sql = f"{SELECT} where m.id in :ids and m.owner_id = :owner and m.place = 0 and m.remote_url is null"
    return {found.id: found for found in unit.all(Media, sql, ids=list(identifiers), owner=owner)}


# ---- posts ----------------------------------------------------------------------------------------------------------


def of(unit: Unit, among: Iterable[PostId]) -> dict[PostId, list[Media]]:
    """The files of these posts, each in its order; posts without any are left out."""
    found: dict[PostId, list[Media]] = {}
    for media in unit.all(Media, OF, ids=list(among)):
        assert media.post_id is not None
        found.setdefault(media.post_id, []).append(media)
    return found


def attach(unit: Unit, post: PostId, owner: AccountId, names: Sequence[str]) -> None:
    """Have exactly these uploads of somebody hang on their post, in this order; what hung there else comes loose."""
    unit.run(
        "update media set post_id = null, loose_at = :now where post_id = :post and name not in :names",
        post=post,
        names=list(names),
        now=unit.now,
    )
    unit.each(
        """
        update media set post_id = :post, position = :position, loose_at = null
        where name = :name and owner_id = :owner and place = 0 and (post_id is null or post_id = :post)
        """,
        [{"post": post, "owner": owner, "name": name, "position": number} for number, name in enumerate(names)],
    )
    _hold(unit, post, holding=bool(names))


def refer(unit: Unit, post: PostId, owner: AccountId, references: Sequence[Reference], *, names: Sequence[str]) -> None:
    """Have exactly these files of a peer hang on its post; what is known of them already stays.

    names: random, one for each; those of files that were known are not used.
    """
    known = {found.remote_url: found for found in of(unit, [post]).get(post, ())}
    unit.run(
        "update media set post_id = null, loose_at = :now where post_id = :post and remote_url not in :urls",
        post=post,
        urls=[each.url for each in references],
        now=unit.now,
    )
    for number, (each, name) in enumerate(zip(references, names, strict=True)):
        if each.url not in known:
            _add(unit, owner, each, name=name, state=State.ELSEWHERE, post=post, position=number)
    again: list[dict[str, Value]] = [
        {
            "id": known[each.url].id,
            "position": number,
            "description": each.description,
            "x": each.focus_x,
            "y": each.focus_y,
        }
        for number, each in enumerate(references)
        if each.url in known
    ]
    unit.each(
        "update media set position = :position, description = :description, focus_x = :x, focus_y = :y where id = :id",
        again,
    )
    _hold(unit, post, holding=bool(references))


# ---- profiles -------------------------------------------------------------------------------------------------------

SHOWN_ON = {Place.AVATAR: "avatar", Place.HEADER: "header"}


def portray(unit: Unit, owner: AccountId, place: Place, *, name: str, made: Made) -> None:
    """Give somebody of this node another picture."""
    _drop_portraits(unit, owner, place)
    new = _add(
        unit, owner, Reference("", made.kind, made.media_type), name=name, state=State.READY, place=place, loose_at=None
    )
    unit.run(FINISH, id=new.id, state=int(State.READY), now=unit.now, **_made(made))
    _show(unit, owner, place, name)


def refer_portrait(unit: Unit, owner: AccountId, place: Place, reference: Reference | None, *, name: str) -> None:
    """Have somebody's picture be the one that their node points to, or none. name: random; not used for one that is known."""
    known = unit.one(Media, f"{SELECT} where m.owner_id = :owner and m.place = :place", owner=owner, place=int(place))
    if (known.remote_url if known else None) == (reference.url if reference else None):
        return
    _drop_portraits(unit, owner, place)
    if reference is not None:
        _add(unit, owner, reference, name=name, state=State.ELSEWHERE, place=place)
    _show(unit, owner, place, name if reference else "")


def remove_portrait(unit: Unit, owner: AccountId, place: Place) -> None:
    """Leave somebody of this node without a picture."""
    _drop_portraits(unit, owner, place)
    _show(unit, owner, place, "")


def portraits(unit: Unit, owner: AccountId) -> dict[Place, Media]:
    """The pictures of somebody's profile."""
    return portraits_of(unit, [owner]).get(owner, {})


def portraits_of(unit: Unit, owners: Sequence[AccountId]) -> dict[AccountId, dict[Place, Media]]:
    """The same of several people; those without pictures are left out."""
    found: dict[AccountId, dict[Place, Media]] = {}
    for media in unit.all(Media, f"{SELECT} where m.owner_id in :owners and m.place in (1, 2)", owners=list(owners)):
        found.setdefault(media.owner_id, {})[media.place] = media
    return found


# ---- custom emoji ---------------------------------------------------------------------------------------------------


def refer_emoji(unit: Unit, owner: AccountId, references: Iterable[tuple[str, Reference]]) -> None:
    """Note pictures of custom emoji that are at another node, each under a random name. owner: whoever has shown them."""
    rows = [_columns(unit, owner, each, name, State.ELSEWHERE, Place.EMOJI) for name, each in references]
    unit.each(ADD, rows)


def loosen_emoji(unit: Unit, names: Sequence[str]) -> None:
    """Have pictures of custom emoji be swept away, of which others stand in the place now."""
    sql = "update media set place = 0, loose_at = 0 where name in :names and place = :place"
    unit.run(sql, names=list(names), place=int(Place.EMOJI))


# ---- who may see them -----------------------------------------------------------------------------------------------


def visible(unit: Unit, name: str, *, reader: AccountId) -> Media | None:
    """The file of this name, if a person of this node may see it: on a post that they may read, on a profile, or their own."""
    return unit.one(Media, SEEN, name=name, reader=reader)


def by_name(unit: Unit, name: str) -> Media | None:
    """The file of this name, whoever asks."""
    return unit.one(Media, f"{SELECT} where m.name = :name", name=name)


def of_peer(unit: Unit, post: PostId, url: str) -> Media | None:
    """The file that a peer's post points to under an address, if it is one of its files."""
    sql = f"{SELECT} where m.post_id = :post and m.remote_url = :url"
    return unit.one(Media, sql, post=post, url=url)


# ---- room -----------------------------------------------------------------------------------------------------------


def touch(unit: Unit, identifier: MediaId) -> None:
    """Note that a peer's file was looked at."""
    unit.run("update media set used_at = :now where id = :id and remote_url is not null", id=identifier, now=unit.now)


def kept_of_peers(unit: Unit) -> int:
    """How many bytes of peers' files are kept here."""
    total = "cast(coalesce(sum(size + small_size + given_size), 0) as bigint)"
    sql = f"select {total} from media where state = 1 and remote_url is not null"
    return unit.one(int, sql) or 0


def longest_unused(unit: Unit, *, most: int = MOST_SWEPT) -> list[Media]:
    """Those of peers' files that nobody has looked at for longest."""
    sql = f"{SELECT} where m.state = 1 and m.remote_url is not null order by m.used_at, m.id limit :most"
    return unit.all(Media, sql, most=most)


def let_go(unit: Unit, identifiers: Iterable[MediaId]) -> None:
    """Note that peers' files are no longer kept here."""
    sql = "update media set state = 3, size = 0, small_size = 0, given_size = 0 where id in :ids and remote_url is not null"
    unit.run(sql, ids=list(identifiers))


def keep_loose(unit: Unit, owner: AccountId, identifiers: Sequence[int], *, until: datetime) -> None:
    """Have uploads that hang on nothing count as loose from a moment on: something that is to be posted later names them."""
    sql = "update media set loose_at = :until where id in :ids and owner_id = :owner and post_id is null"
    unit.run(sql, ids=list(identifiers), owner=owner, until=until)


def to_be_swept(unit: Unit, *, most: int = MOST_SWEPT) -> list[Media]:
    """Files that have hung on nothing for a day."""
    sql = f"""
    {SELECT} where m.post_id is null and m.place = 0 and (m.loose_at is null or m.loose_at <= :before) order by m.id limit :most
    """
    return unit.all(Media, sql, before=unit.now - LOOSE_FOR, most=most)


def forget(unit: Unit, identifiers: Iterable[MediaId]) -> None:
    """Remove rows whose bytes are gone, unless somebody has taken them for a post meanwhile."""
    sql = "delete from media where id in :ids and post_id is null and place = 0"
    unit.run(sql, ids=list(identifiers))


def own_names(unit: Unit) -> list[str]:
    """The names of all files of this node's own people, and of no others."""
    return unit.all(str, "select name from media where state = 1 and remote_url is null order by name")


def _add(
    unit: Unit,
    owner: AccountId,
    said: Reference,
    *,
    name: str,
    state: State,
    place: Place = Place.POST,
    post: PostId | None = None,
    position: int = 0,
    loose_at: datetime | None = None,
) -> Media:
    columns = _columns(unit, owner, said, name, state, place)
    unit.run(ADD, **columns | {"post": post, "position": position, "loose_at": loose_at})
    found = by_name(unit, name)
    assert found is not None
    return found


def _columns(unit: Unit, owner: AccountId, said: Reference, name: str, state: State, place: Place) -> dict[str, Value]:
    """A row that hangs on no post."""
    return {
        "id": unit.new_id(),
        "owner": owner,
        "post": None,
        "position": 0,
        "place": int(place),
        "state": int(state),
        "name": name,
        "kind": said.kind,
        "media_type": said.media_type,
        "description": said.description,
        "width": said.width,
        "height": said.height,
        "size": 0,
        "blurhash": said.blurhash,
        "digest": said.digest,
        "focus_x": said.focus_x,
        "focus_y": said.focus_y,
        "remote_url": said.url or None,
        "loose_at": None,
        "now": unit.now,
    }


def _hold(unit: Unit, post: PostId, *, holding: bool) -> None:
    if holding:
        posts.hold(unit, post, Holds.MEDIA)
    else:
        posts.release(unit, post, Holds.MEDIA)


def _drop_portraits(unit: Unit, owner: AccountId, place: Place) -> None:
    sql = "update media set place = 0, loose_at = 0 where owner_id = :owner and place = :place"
    unit.run(sql, owner=owner, place=int(place))


def _show(unit: Unit, owner: AccountId, place: Place, name: str) -> None:
    unit.run(f"update accounts set {SHOWN_ON[place]} = :name where id = :owner", name=name, owner=owner)
    unit.after_commit(AccountChanged(owner))


def _made(made: Made) -> dict[str, Value]:
    return {name: getattr(made, name) for name in Made.__dataclass_fields__}
