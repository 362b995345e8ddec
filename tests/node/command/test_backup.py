"""`legation backup` and `legation restore`: the same node again, with everything that was acknowledged, or nothing."""

import asyncio
import hashlib
import io
import shutil
import sqlite3
import tarfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import orjson
import pytest

from node import settings as node_settings
from storage import accounts, media, posts, soundness
from storage.posts import Writing
from storage.sqlite import SqliteStore
from storage.store import Unit
from storage.visibility import Reach
from tests.node.command.conftest import Place, Said, Serve, run, run_here
from tests.node.command.test_peers import counts, fill

OWN, FETCHED = "own-file-of-22-letters", "fetched-file-22-letter"
KEPT_TABLES = ("accounts", "staff", "private_keys", "peers", "deliveries", "activities", "audit", "facts")


def rows(database: Path) -> dict[str, list[object]]:
    with closing(sqlite3.connect(database)) as opened:
        return {name: opened.execute(f"select * from {name} order by rowid").fetchall() for name in KEPT_TABLES}


def backup(place: Place, file: Path) -> Said:
    return place.did("backup", file)


def restored(place: Place, file: Path) -> Place:
    again = Place(place.data.with_name("again"), place.domain)
    said = again.run_here("restore", file)
    assert (said.code, said.err) == (0, "")
    return again


@pytest.fixture
async def lively(place: Place) -> Place:
    """A node with peers, a queue and dead letters."""
    store = await SqliteStore.open(place.database)
    await store.write(fill)
    await store.close()
    return place


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "tuesday.tar.gz"


def test_sec_q1_a_restored_node_is_the_same_node(lively: Place, file: Path) -> None:
    before = rows(lively.database)
    backup(lively, file)
    again = restored(lively, file)
    assert rows(again.database) == before
    assert counts(again) == ({"oslo.example": 3}, 3)
    assert soundness.first_fault(again.database) is None
    assert node_settings.load(again.data).model_copy(update={"data": lively.data, "secret_file": lively.secret}) == (
        node_settings.load(lively.data)
    )


def test_a_restored_node_is_its_owners_alone_and_has_its_own_secret(place: Place, file: Path) -> None:
    backup(place, file)
    again = restored(place, file)
    assert again.data.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in (*again.data.iterdir(), again.secret)} == {0o600}
    assert again.secret.read_bytes() == place.secret.read_bytes()
    assert node_settings.load(again.data).secret_path == again.secret
    assert sorted(path.name for path in again.data.iterdir()) == ["legation.db", "legation.toml"]


async def test_a_restored_node_serves(place: Place, file: Path, serve: Serve) -> None:
    await asyncio.to_thread(backup, place, file)
    again = await asyncio.to_thread(restored, place, file)
    assert (await serve(again)).announced.startswith(f"{place.domain} answers at http://{place.domain} ")


async def test_files_of_the_nodes_own_people_are_in_a_backup_and_those_of_others_are_not(
    place: Place, file: Path
) -> None:
    store = await SqliteStore.open(place.database)
    owner = await store.read(accounts.by_handle, "marie")
    assert owner is not None
    made = media.Made("image", "image/jpeg", 8, 6, 8, 6, 0, 4, 5, "L", "ab" * 32)
    await store.write(media.portray, owner.id, media.Place.AVATAR, name=OWN, made=made)
    reference = media.Reference("https://tokyo.example/1", "image")
    await store.write(media.refer_portrait, owner.id, media.Place.HEADER, reference, name=FETCHED)
    await store.write(media.finish, (await store.read(media.portraits, owner.id))[media.Place.HEADER], made)
    await store.close()
    for name in (OWN, f"{OWN}.small", FETCHED):
        path = place.data / "media" / name[:2] / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
    await asyncio.to_thread(backup, place, file)
    again = await asyncio.to_thread(restored, place, file)
    found = {path.name: path.read_bytes() for path in (again.data / "media").rglob("*") if path.is_file()}
    assert found == {name: name.encode() for name in (OWN, f"{OWN}.small")}
    assert {path.stat().st_mode & 0o77 for path in (again.data / "media").rglob("*")} == {0}

    with tarfile.open(file) as tar:
        parts = {member.name: reader.read() for member in tar if (reader := tar.extractfile(member))}
    with tarfile.open(file, "w:gz") as tar:
        for name, content in (parts | {f"media/{OWN[:2]}/{OWN}": b"another file"}).items():
            head = tarfile.TarInfo(name)
            head.size = len(content)
            tar.addfile(head, io.BytesIO(content))
    third = Place(place.data.with_name("third"), place.domain)
    assert "is damaged" in third.refused("restore", file)
    assert not third.data.exists()


def test_sec_k_a_backup_is_its_owners_alone_and_does_not_hold_the_secret(place: Place, file: Path) -> None:
    said = backup(place, file)
    assert f"The secret {place.secret} is not in it" in said.out
    assert file.stat().st_mode & 0o777 == 0o600
    secret = place.secret.read_bytes().strip()
    with tarfile.open(file) as tar:
        assert sorted(tar.getnames()) == ["legation.db", "legation.toml", "manifest.json"]
        held = [reader.read() for member in tar.getmembers() if (reader := tar.extractfile(member))]
    assert all(secret not in content for content in held)
    assert [path.name for path in file.parent.iterdir() if path.name.startswith(".")] == []


def write(unit: Unit, number: int) -> None:
    marie = accounts.by_handle(unit, "marie")
    assert marie
    uri = f"{marie.uri}/posts/{number}"
    posts.add(
        unit,
        uri=uri,
        url=uri,
        author=marie.id,
        is_local=True,
        reach=Reach.ALL_NODES,
        writing=Writing("<p>Bonjour</p>", "", sensitive=False, language="fr", source="Bonjour", tags=()),
        published=unit.now,
        people=(),
        mentioned=(),
        reply_to_uri=None,
    )


async def test_sec_q1_what_was_acknowledged_before_is_in_a_backup_under_load(
    place: Place, file: Path, serve: Serve
) -> None:
    await serve(place)
    store = await SqliteStore.open(place.database)
    acknowledged = 0
    begun, stopping = asyncio.Event(), asyncio.Event()

    async def write_on() -> None:
        nonlocal acknowledged
        while not stopping.is_set():
            await store.write(write, acknowledged)
            acknowledged += 1
            if acknowledged == 200:
                begun.set()

    writing = asyncio.create_task(write_on())
    await begun.wait()
    before = acknowledged
    await asyncio.to_thread(backup, place, file)
    after = acknowledged
    stopping.set()
    await writing
    await store.close()

    again = await asyncio.to_thread(restored, place, file)
    with closing(sqlite3.connect(again.database)) as opened:
        numbers = [int(uri.rpartition("/")[2]) for (uri,) in opened.execute("select uri from posts order by id")]
    assert before <= len(numbers) <= after + 1
    assert numbers == list(range(len(numbers)))
    assert soundness.first_fault(again.database) is None


def test_a_backup_is_never_written_over_another_file(place: Place, file: Path) -> None:
    file.write_text("precious")
    assert "is there already" in place.refused("backup", file)
    assert file.read_text() == "precious"


def test_a_backup_into_a_folder_that_is_not_there_is_one_sentence(place: Place) -> None:
    assert "No such file or directory" in place.refused("backup", place.data / "nowhere" / "tuesday.tar.gz")


# ---- what is not restored -------------------------------------------------------------------------------------------


def refused(place: Place, file: Path, *more: object) -> str:
    """The sentence of a refused restore, which leaves nothing."""
    target = place.data.with_name("again")
    existed = target.exists()
    sentence = run_here("restore", file, "--data", target, *more).sentence
    assert target.exists() == existed
    assert not target.with_name("again.secret").exists()
    return sentence


def test_a_node_is_not_overwritten_by_a_backup(place: Place, file: Path) -> None:
    backup(place, file)
    before = rows(place.database)
    assert "There is a node in" in place.refused("restore", file)
    assert rows(place.database) == before


def test_other_files_in_the_folder_stay(place: Place, file: Path) -> None:
    backup(place, file)
    target = place.data.with_name("again")
    target.mkdir()
    (target / ".profile").write_text("mine")
    restored(place, file)
    assert (target / ".profile").read_text() == "mine"


def flip(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 0xFF
    file.write_bytes(content)


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def empty(file: Path) -> None:
    file.write_bytes(b"")


def letter(file: Path) -> None:
    file.write_text("Monsieur l'Ambassadeur, " * 100)


def gone(file: Path) -> None:
    file.unlink()


@pytest.mark.parametrize("damage", [flip, cut, empty, letter, gone])
def test_a_damaged_backup_is_one_sentence_and_leaves_nothing(
    place: Place, file: Path, damage: Callable[[Path], None]
) -> None:
    backup(place, file)
    damage(file)
    assert str(file) in refused(place, file)


def repacked(file: Path, **changes: bytes | None) -> None:
    """Put other content in the place of parts of a backup, by the name before the dot; None leaves a part out."""
    with tarfile.open(file) as tar:
        parts = {member.name: reader.read() for member in tar if (reader := tar.extractfile(member))}
    for name in list(parts):
        if (stem := name.partition(".")[0] + name[-1]) in changes:
            changed = changes[stem]
            if changed is None:
                del parts[name]
            else:
                parts[name] = changed
    with tarfile.open(file, "w:gz") as tar:
        for name, content in parts.items():
            head = tarfile.TarInfo(name)
            head.size = len(content)
            tar.addfile(head, io.BytesIO(content))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"legationb": b"another database"}, "legation.db in it is not what was backed up"),
        ({"legationl": b'domain = "evil.example"'}, "legation.toml in it is not what was backed up"),
        ({"legationb": None}, "is not a backup of a node"),
        ({"manifestn": None}, "is not a backup of a node"),
        ({"manifestn": b"[]"}, "manifest.json in it cannot be read"),
        ({"manifestn": b"{}"}, "manifest.json in it cannot be read"),
        ({"manifestn": b"no json"}, "manifest.json in it cannot be read"),
        ({"manifestn": b'{"format": 2}'}, "was made by another version of Legation"),
    ],
)
def test_a_backup_that_was_changed_is_refused(
    place: Place, file: Path, changes: dict[str, bytes | None], sentence: str
) -> None:
    backup(place, file)
    repacked(file, **changes)
    assert sentence in refused(place, file)


def test_a_backup_that_leads_out_of_the_folder_leads_nowhere(place: Place, file: Path, tmp_path: Path) -> None:
    with tarfile.open(file, "w:gz") as tar:
        for name in ("../outside", "manifest.json", "legation.toml"):
            tar.addfile(tarfile.TarInfo(name))
        link = tarfile.TarInfo("legation.db")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)
    assert "is not a backup of a node" in refused(place, file)
    assert not (tmp_path / "outside").exists()


def test_a_damaged_database_is_found_though_its_checksum_fits(place: Place, file: Path) -> None:
    with closing(sqlite3.connect(place.database)) as opened:
        opened.execute("pragma foreign_keys = off")
        opened.execute("insert into staff (account_id, password, role, locale, created_at) values (7, '', '', '', 0)")
        opened.commit()
    backup(place, file)
    assert "The database in the backup is damaged" in refused(place, file)


def test_a_newer_schema_is_refused(place: Place, file: Path) -> None:
    backup(place, file)
    with tarfile.open(file) as tar:
        reader = tar.extractfile("legation.db")
        assert reader
        newer = place.data / "newer.db"
        newer.write_bytes(reader.read())
        manifest = tar.extractfile("manifest.json")
        assert manifest
        written = orjson.loads(manifest.read())
    with closing(sqlite3.connect(newer)) as opened:
        opened.execute("update alembic_version set version_num = '9999'")
        opened.commit()
    written["sha256"]["legation.db"] = hashlib.sha256(newer.read_bytes()).hexdigest()
    repacked(file, legationb=newer.read_bytes(), manifestn=orjson.dumps(written))
    assert "newer version of Legation (schema 9999" in refused(place, file)


# ---- the secret -----------------------------------------------------------------------------------------------------


def test_the_secret_may_have_moved(place: Place, file: Path, tmp_path: Path) -> None:
    backup(place, file)
    kept = Path(shutil.move(place.secret, tmp_path / "safe"))
    assert "name the copy you keep with --secret-file" in refused(place, file)
    again = place.data.with_name("again")
    assert run("restore", file, "--data", again, "--secret-file", kept).code == 0
    assert again.with_name("again.secret").read_bytes() == kept.read_bytes()


def test_another_secret_is_refused(place: Place, file: Path, tmp_path: Path) -> None:
    backup(place, file)
    node_settings.write_secret(tmp_path / "other")
    assert "the secret is not the one that sealed it" in refused(place, file, "--secret-file", tmp_path / "other")


def test_a_secret_that_others_can_read_is_refused(place: Place, file: Path) -> None:
    backup(place, file)
    place.secret.chmod(0o644)
    assert "can be read by others" in refused(place, file)


def test_the_secret_may_come_from_the_environment(place: Place, file: Path) -> None:
    backup(place, file)
    secret = place.secret.read_text()
    place.secret.unlink()
    again = place.data.with_name("again")
    assert run("restore", file, "--data", again, LEGATION_SECRET=secret).code == 0
    assert not again.with_name("again.secret").exists()
    assert "The secret opens the node's keys" in run("doctor", "--data", again, LEGATION_SECRET=secret).out


def test_the_secret_of_another_node_is_not_overwritten(place: Place, file: Path) -> None:
    backup(place, file)
    others = place.data.with_name("again.secret")
    node_settings.write_secret(others)
    before = others.read_bytes()
    again = place.data.with_name("again")
    assert "Another node's secret lies at" in run_here("restore", file, "--data", again).sentence
    assert others.read_bytes() == before
    assert not again.exists()
