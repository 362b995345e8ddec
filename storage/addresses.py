"""The addresses of databases in PostgreSQL: what is wrong with one, and how it is shown to people, without its password."""

import re

SCHEMES = ("postgresql://", "postgres://")
PASSWORD_OF_USER = re.compile(r"^(\w+://[^:@/?]*):.*@", re.DOTALL)
PASSWORD_IN_QUERY = re.compile(r"([?&](?:ssl)?password=)[^&\"']*")


def fault_in(address: str) -> str | None:
    """What is wrong with an address, or None. Says nothing of what stands in it."""
    scheme, _, rest = address.partition("://")
    if f"{scheme}://" not in SCHEMES:
        return "write it as postgresql://user@host/database"
    before_query = rest.partition("?")[0]
    user = before_query.partition("@")[0]
    if before_query.count("@") > 1 or ("@" in before_query and "/" in user):
        # The driver would take a part of the password for the host, and say it aloud.
        return "in a user name or password, write @ as %40, / as %2F and : as %3A"
    return None


def shown(address: str) -> str:
    """An address as people may see it."""
    return PASSWORD_IN_QUERY.sub(r"\1***", PASSWORD_OF_USER.sub(r"\1@", address))
