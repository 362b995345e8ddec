"""Addresses of PostgreSQL: what is wrong with one, and that no password is ever shown."""

import pytest

from storage.addresses import fault_in, shown


@pytest.mark.parametrize(
    ("address", "seen"),
    [
        ("postgresql://legation@db/legation", "postgresql://legation@db/legation"),
        ("postgresql://legation:s3cret@db:5432/legation", "postgresql://legation@db:5432/legation"),
        ("postgres://legation:s3@c/r?e#t@db/legation", "postgres://legation@db/legation"),
        ("postgresql://legation:s3cret@/legation?host=/run/postgresql", "postgresql://legation@/legation?host=/run/postgresql"),
        ("postgresql:///legation?user=a&password=s3cret&sslmode=require", "postgresql:///legation?user=a&password=***&sslmode=require"),
        ("postgresql:///legation?sslpassword=s3cret", "postgresql:///legation?sslpassword=***"),
        ("postgresql://[::1]:5432/legation", "postgresql://[::1]:5432/legation"),
        ("postgresql://:s3cret@db/legation", "postgresql://@db/legation"),
        ("/var/lib/legation/legation.db", "/var/lib/legation/legation.db"),
    ],
)  # fmt: skip
def test_a_password_is_never_shown(address: str, seen: str) -> None:
    assert shown(address) == seen


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://legation@db/legation",
        "postgres://legation:s3cret@db/legation",
        "postgresql://legation:s%40cret@db1:5432,db2:5432/legation?target_session_attrs=read-write",
        "postgresql:///legation?host=/run/postgresql&user=a@b",
    ],
)
def test_what_can_be_used_has_no_fault(address: str) -> None:
    assert fault_in(address) is None


@pytest.mark.parametrize(
    "address", ["mysql://db/legation", "legation", "", "postgresql://legation:s3@cret@db/x", "postgresql://a:s3/cret@db/x"]
)  # fmt: skip
def test_what_cannot_is_told_without_repeating_it(address: str) -> None:
    fault = fault_in(address)
    assert fault
    assert "s3" not in fault
