"""Settings: `legation.toml` in the data folder, each also by an environment variable, read once and then frozen.

A variable is `LEGATION_` and the setting's name in capitals, two underscores between the parts of a nested one:
`LEGATION_NAME`, `LEGATION_EGRESS__ALLOW`. The environment wins over the file. An unknown name is refused with the nearest
right one. Start at `load`; `Settings` says what each setting is for.
"""

import base64
import binascii
import difflib
import os
import ssl
import stat
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Annotated, Any, Literal

import tomli_w
from pydantic import BaseModel, Field, ValidationError, model_validator
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from federation.roles import ALL_ROLES
from node.errors import BadSettings
from node.media.settings import Media
from node.settings_values import (
    DEVELOPMENT_NETWORKS,
    Communities,
    Egress,
    Network,
    Networks,
    OwnHost,
    PostgresqlAddress,
    Push,
    Roles,
)
from storage import staff
from storage.vault import SECRET_BYTES

FILE = "legation.toml"
DATABASE = "legation.db"
DATA_VARIABLE = "LEGATION_DATA"
SECRET_VARIABLE = "LEGATION_SECRET"  # noqa: S105  the name of a variable
PREFIX = "LEGATION_"
NOT_SETTINGS = frozenset({DATA_VARIABLE, SECRET_VARIABLE, "LEGATION_TRACEBACK"})


class Environment(EnvSettingsSource):
    """What the environment says, but for the data folder: LEGATION_DATA speaks to the command only."""

    def __call__(self) -> dict[str, Any]:  # Any: whatever the environment holds
        found = super().__call__()
        found.pop("data", None)
        return found


NESTED: dict[str, type[BaseModel]] = {"egress": Egress, "push": Push, "media": Media, "communities": Communities}


class Settings(BaseSettings):
    """Everything that can be set on a node."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter="__",
        env_ignore_empty=True,
        extra="forbid",
        frozen=True,
    )

    data: Path
    """The data folder. Not written in the file: it is where the file lies."""

    domain: OwnHost
    """The node's public host, with its port unless it is 443. Part of every post's address: it never changes."""

    account_domain: OwnHost = ""
    """The domain after the @ in people's handles, when it is not `domain`."""

    name: str = ""
    """What the node is called for people, as "Ambassade de France à Tokyo"."""

    description: str = ""
    """What the node is for, in a sentence or two; apps show it before sign-in."""

    contact_email: str = ""
    """Whom to write to about the node; apps show it before sign-in."""

    language: Literal["fr", "en"] = "fr"
    """The language of pages for people who have not chosen one."""

    listen: str = ""
    """Address and port to listen on, behind the TLS proxy: 127.0.0.1:8080 when not said."""

    development: bool = False
    """Plain http on this machine alone, for trying things. Refused with a public host name."""

    egress: Egress = Egress()
    """Where the node may connect to."""

    push: Push = Push()
    """Push notifications to apps that are not open."""

    secret_file: Path | None = None
    """The file with the secret that opens the node's keys, outside of the data folder."""

    trusted_proxies: Networks = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
    """From where the proxy connects: its `X-Forwarded-For` is believed."""

    oauth_requires_pkce: bool = False
    """Whether every app must use PKCE. Apps that use it may never leave it out, whatever stands here."""

    second_factor: Literal["", "nobody", "moderators", "everybody"] = ""
    """Who must sign in with a second step, a code or a passkey: `nobody`, `moderators` with administrators, or `everybody`. Without it, moderators and administrators; in development, nobody. Others may."""

    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """From which level on log lines are written."""

    log_requests: Literal["all", "slow"] = "slow"
    """Which requests get a log line: every one, or those that failed here or took longer than a second."""

    metrics_listen: str = ""
    """Address and port where Prometheus may ask for figures, as `127.0.0.1:9464`. Without it, nowhere."""

    workers: Annotated[int, Field(ge=1, le=64)] = 1
    """How many processes serve on this machine; more than one need PostgreSQL."""

    roles: Roles = ALL_ROLES
    """What processes started here do: `web` answers people, apps and peers, `inbox` applies what peers tell, `delivery` tells peers."""

    peer_activities_per_minute: Annotated[int, Field(ge=1)] = 600
    """How many activities each peer may send on average; the same number may come at once. Only what it has signed counts."""

    unproven_per_minute: Annotated[int, Field(ge=1)] = 120
    """How many requests with a signature that proves nothing may come from one address: more wait, and spend nothing of a peer's."""

    unasked_per_hour: Annotated[int, Field(ge=1)] = 500
    """How many mentions, wishes to follow and invitations one person of another node may send to people here who do not follow them; the same number may come at once. What is beyond is dropped."""

    open_webfinger: bool = False
    """Whether everybody may ask by WebFinger who is behind a handle. Without it, allowed peers and people who are signed in: whoever may ask can try names until the staff is known."""

    postgresql: PostgresqlAddress = ""
    """The address of a PostgreSQL database, as `postgresql://legation@host/legation`. Without it, a SQLite file in the data folder."""

    api_calls_per_5_minutes: Annotated[int, Field(ge=1)] = 1500
    """How many calls an account, or an address that is not signed in, may make."""

    posts_per_3_hours: Annotated[int, Field(ge=1)] = 300
    """How many posts an account may write."""

    deletions_per_30_minutes: Annotated[int, Field(ge=1)] = 60
    """How many posts an account may remove."""

    app_registrations_per_hour: Annotated[int, Field(ge=1)] = 60
    """How many apps an address may register."""

    media_per_30_minutes: Annotated[int, Field(ge=1)] = 120
    """How many files an account may send."""

    media: Media = Media()
    """What files are taken, and where they are kept."""

    communities: Communities = Communities()
    """Communities of this node."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment wins over the file; nothing else is read."""
        del env_settings, dotenv_settings, file_secret_settings
        return Environment(settings_cls), init_settings

    @model_validator(mode="before")
    @classmethod
    def _fill(cls, found: dict[str, Any]) -> dict[str, Any]:  # Any: whatever the file holds
        return {"account_domain": found.get("domain", ""), "name": found.get("domain", ""), **found}

    @model_validator(mode="after")
    def _demand_sense(self) -> "Settings":
        if self.development and not is_of_this_machine(self.domain):
            message = (
                f"development = true is for localhost, *.localhost and loopback addresses; {self.domain} is a public "
                "name. Remove development, and put a TLS proxy in front of the node"
            )
            raise ValueError(message)
        if not self.development and is_of_this_machine(self.domain):
            message = f"{self.domain} is reached on this machine only: that needs development = true"
            raise ValueError(message)
        split_listen(self.listen_address)
        if self.metrics_listen:
            split_listen(self.metrics_listen, name="metrics_listen")
        return self

    @property
    def scheme(self) -> Literal["http", "https"]:
        """How the node is reached by others."""
        return "http" if self.development else "https"

    @property
    def base_url(self) -> str:
        """The node's public address, without a closing slash."""
        return f"{self.scheme}://{self.domain}"

    @property
    def media_folder(self) -> Path:
        """Where files lie, for a node that keeps them on this machine."""
        return self.data / "media"

    @property
    def incoming_folder(self) -> Path:
        """Where files are worked on."""
        return self.data / "incoming"

    @property
    def templates_folder(self) -> Path:
        """Where the pages' templates are kept as they were compiled: it may be removed at any time."""
        return self.data / "templates"

    @property
    def database(self) -> Path | str:
        """Where the database is: a SQLite file in the data folder, or the address of one in PostgreSQL."""
        return self.postgresql or self.database_file

    @property
    def database_file(self) -> Path:
        """Where the SQLite file lies, for a node that is not on PostgreSQL."""
        return self.data / DATABASE

    @property
    def listen_address(self) -> str:
        """Where to listen: what was said or, in development, the port that `domain` names."""
        port = self.domain.rpartition(":")[2]
        return self.listen or (f"127.0.0.1:{port}" if self.development and port.isdecimal() else "127.0.0.1:8080")

    @property
    def listen_host(self) -> str:
        """The address to listen on."""
        return split_listen(self.listen_address)[0]

    @property
    def listen_port(self) -> int:
        """The port to listen on."""
        return split_listen(self.listen_address)[1]

    def metrics_address(self, worker: int) -> tuple[str, int] | None:
        """Where the figures of a process are told, if anywhere. worker: its number, from 0; each has the next port."""
        if not self.metrics_listen:
            return None
        host, port = split_listen(self.metrics_listen)
        return host, (port + worker) if port else 0

    @property
    def host_names(self) -> frozenset[str]:
        """What callers may write in `Host`: peers ask the domain of the handles who is behind one."""
        return frozenset({self.domain, self.account_domain})

    @property
    def egress_networks(self) -> tuple[Network, ...] | None:
        """The networks to connect to; None means every public address."""
        if self.egress.allow is None and self.development:
            return DEVELOPMENT_NETWORKS
        return self.egress.allow

    def demands_second_factor(self, role: str) -> bool:
        """Whether people in this role must sign in with a second step."""
        chosen = self.second_factor or ("nobody" if self.development else "moderators")
        return chosen == "everybody" or (chosen == "moderators" and role in staff.MODERATING)

    def certificates(self) -> ssl.SSLContext | None:
        """Which certificates of peers are believed; None for those that the system trusts. Raises BadSettings."""
        if self.egress.ca_file is None:
            return None
        try:
            return ssl.create_default_context(cafile=self.egress.ca_file)
        except OSError as error:
            message = (
                f"egress.ca_file: {self.egress.ca_file} cannot be used as PEM certificates: {error.strerror or error}."
            )
            raise BadSettings(message) from error

    def secret(self) -> bytes:
        """The 32 bytes that open the node's keys. Raises BadSettings, saying what to do."""
        return secret_in_environment() if is_secret_in_environment() else read_secret(self.secret_path)

    @property
    def secret_path(self) -> Path:
        """Where the secret lies: beside the data folder, unless the settings say otherwise."""
        return self.secret_file or default_secret_path(self.data)


def load(data: Path) -> Settings:
    """The settings of the node in this folder.

    Raises BadSettings: one sentence for each problem, naming file and setting.
    """
    path = data / FILE
    try:
        written = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        message = f"There is no node in {data}. Make one with `legation init`, or name its folder with --data."
        raise BadSettings(message) from error
    except PermissionError as error:
        message = f"{path} cannot be read by this user. Run the command as the user the node runs as."
        raise BadSettings(message) from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadSettings(f"{path} cannot be read: {error}.") from error
    return checked(written, data=data, where=str(path))


def checked(written: dict[str, Any], *, data: Path, where: str) -> Settings:  # Any: whatever the file holds
    """Settings from what was written. where: named in the sentences about mistakes. Raises BadSettings."""
    try:
        problems = [*_unknown_in_file(written), *_unknown_in_environment()]
        if problems:
            raise BadSettings(f"{where}: {' '.join(problems)}")
        return Settings(**{**written, "data": data.absolute()})
    except ValidationError as error:
        raise BadSettings(f"{where}: {' '.join(_sentence(found) for found in error.errors())}") from error
    except SettingsError as error:  # a table in the environment that is no JSON
        raise BadSettings(f"The environment: {error}. Set its parts, as LEGATION_EGRESS__ALLOW.") from error


def write_initial(settings: Settings, *, secret_file: Path) -> None:
    """Write the settings file of a new node, with what can be changed in it explained."""
    lines = [
        "# The settings of this node. Each can also be set by an environment variable, as LEGATION_NAME.",
        "# All of them are explained in docs/reference/settings.md; restart the node after a change.",
        "",
        "# The public host. It is part of every post's address and never changes.",
        setting("domain", settings.domain),
        "",
        "# What the node is called for people, and the language of its pages for those who have not chosen (fr or en).",
        setting("name", settings.name),
        setting("language", settings.language),
        "",
        "# The secret that opens the node's keys. Keep a copy of it apart from the backups.",
        setting("secret_file", str(secret_file.absolute())),
        "",
    ]
    if settings.postgresql:
        lines += ["# Where the database is.", setting("postgresql", settings.postgresql), ""]
    if settings.development:
        lines += ["# Plain http on this machine alone.", "development = true", ""]
    lines += [
        "# The networks of the peers. Without it: every public address; in development, loopback only.",
        "# The authorities that vouch for their certificates. Without it: those that the system trusts.",
        "# [egress]",
        '# allow = ["10.0.0.0/8"]',
        '# ca_file = "/etc/ssl/ministry.pem"',
        "",
    ]
    path = settings.data / FILE
    path.write_text("\n".join(lines), encoding="utf-8")
    path.chmod(0o600)


def default_secret_path(data: Path) -> Path:
    """Beside the data folder, so that whoever takes the folder does not have it."""
    folder = data.resolve()
    return folder.with_name(folder.name + ".secret")


def write_secret(path: Path, secret: bytes | None = None) -> None:
    """Put a secret, a new one when none is given, into a new file that only its owner can read. Raises FileExistsError."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(base64.b64encode(secret or os.urandom(SECRET_BYTES)).decode() + "\n")
        file.flush()
        os.fsync(file.fileno())


def is_secret_in_environment() -> bool:
    """Whether LEGATION_SECRET takes the place of a file."""
    return bool(os.environ.get(SECRET_VARIABLE))


def secret_in_environment() -> bytes:
    """The secret in LEGATION_SECRET. Raises BadSettings: not a secret."""
    return _secret_of(os.environ.get(SECRET_VARIABLE, ""), SECRET_VARIABLE)


def read_secret(path: Path) -> bytes:
    """The secret in a file. Raises BadSettings: missing, readable by others, or not a secret."""
    try:
        mode = path.stat().st_mode
        written = path.read_text(encoding="ascii")
    except FileNotFoundError as error:
        message = f"The secret {path} is missing. Put it back from where you keep it, or set {SECRET_VARIABLE}."
        raise BadSettings(message) from error
    except (OSError, UnicodeDecodeError) as error:
        raise BadSettings(f"The secret {path} cannot be read: {error}.") from error
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise BadSettings(f"The secret {path} can be read by others. Run: chmod 600 {path}")
    return _secret_of(written, str(path))


def is_of_this_machine(domain: str) -> bool:
    """Whether a host can only be this machine: localhost, a name under it, or a loopback address."""
    name = domain.rpartition(":")[0] if domain.rpartition(":")[2].isdecimal() and ":" in domain else domain
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return False


def split_listen(listen: str, *, name: str = "listen") -> tuple[str, int]:
    """`address:port` as the two. name: of the setting. Raises ValueError."""
    host, _, port = listen.rpartition(":")
    if not host or not port.isdecimal() or int(port) >= 2**16:
        message = f'{name} is an address and a port, as "127.0.0.1:8080"; this is "{listen}"'
        raise ValueError(message)
    return host.strip("[]"), int(port)


def _secret_of(written: str, where: str) -> bytes:
    try:
        secret = base64.b64decode(written.strip(), validate=True)
    except (ValueError, binascii.Error):
        secret = b""
    if len(secret) != SECRET_BYTES:
        raise BadSettings(f"{where} does not hold a secret: {SECRET_BYTES} bytes, written as base64.")
    return secret


def _unknown_in_file(written: dict[str, Any]) -> Iterator[str]:
    names = set(Settings.model_fields) - {"data"}
    yield from (_unknown(name, names) for name in written if name not in names)
    for table, model in NESTED.items():
        given, inside = written.get(table), {f"{table}.{name}" for name in model.model_fields}
        if isinstance(given, dict):
            yield from (_unknown(f"{table}.{name}", inside) for name in given if f"{table}.{name}" not in inside)


def _unknown_in_environment() -> Iterator[str]:
    names = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields if name != "data"}
    names |= {f"{PREFIX}{table}__{name}".upper() for table, model in NESTED.items() for name in model.model_fields}
    given = [name for name in os.environ if name.startswith(PREFIX) and name not in NOT_SETTINGS]
    yield from (_unknown(name, names) for name in given if name not in names)


def _unknown(name: str, names: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, sorted(names), n=1, cutoff=0.4)
    return f"There is no setting {name}; did you mean {near[0]}?" if near else f"There is no setting {name}."


def _sentence(error: Mapping[str, Any]) -> str:
    where = ".".join(str(part) for part in error["loc"])
    text = error["msg"].removeprefix("Value error, ").rstrip(".")
    return f"{where}: {text}." if where else f"{text}."


def setting(name: str, value: str) -> str:
    """A setting as a line of the file."""
    return tomli_w.dumps({name: value}).rstrip()
