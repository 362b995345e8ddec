"""One setting in the file is another; all else stays as somebody wrote it."""

import os
import tomllib
from pathlib import Path

import pytest

from node import settings_file

WRITTEN = '# Ours.\ndomain = "paris.example"\npostgresql = "postgresql://a:s3cret@db/x" # theirs\n\n[egress]\nallow = ["10.0.0.0/8"]\n'


def test_a_setting_is_named_before_any_table_and_its_old_line_stays_as_a_comment() -> None:
    text = settings_file.naming(WRITTEN, "postgresql", "postgresql://b@db/y")
    assert tomllib.loads(text) == {**tomllib.loads(WRITTEN), "postgresql": "postgresql://b@db/y"}
    assert '# postgresql = "postgresql://a:s3cret@db/x" # theirs\n' in text
    assert text.endswith('[egress]\nallow = ["10.0.0.0/8"]\n')


def test_a_setting_that_is_taken_away_is_a_comment() -> None:
    text = settings_file.without(WRITTEN, "postgresql")
    assert tomllib.loads(text).keys() == {"domain", "egress"}
    assert text.replace("# postgresql", "postgresql") == WRITTEN


def test_a_setting_is_replaced_in_its_place_or_put_first() -> None:
    text = settings_file.replacing(WRITTEN, "postgresql", "postgresql://b@db/y")
    assert text == WRITTEN.replace('"postgresql://a:s3cret@db/x" # theirs', '"postgresql://b@db/y"')
    assert settings_file.replacing(WRITTEN, "name", "Paris") == f'name = "Paris"\n{WRITTEN}'


@pytest.mark.parametrize(
    "line",
    [
        'postgresql = "postgresql://a:s3cret@db/x"',
        "postgresql = 'postgresql:///x?user=a&password=s3cret'",
        '# postgresql = "postgres://a:s3cret@db/x"',
    ],
)
def test_no_password_is_left_and_the_file_can_still_be_read(line: str) -> None:
    text = settings_file.without_passwords(f'domain = "paris.example"\n{line}\nname = "Paris"\n')
    assert "s3cret" not in text
    assert tomllib.loads(text).keys() >= {"domain", "name"}
    assert text.count("\n") == 3


def test_the_file_changes_at_once_and_stays_its_owners(tmp_path: Path) -> None:
    file = tmp_path / "legation.toml"
    file.write_text("old")
    file.chmod(0o640)
    os.chown(file, os.getuid(), os.getgid())
    before = file.stat()
    settings_file.put(file, "new")
    assert file.read_text() == "new"
    after = file.stat()
    assert (after.st_mode, after.st_uid, after.st_gid) == (before.st_mode, before.st_uid, before.st_gid)
    assert [path.name for path in tmp_path.iterdir()] == ["legation.toml"]
