"""Settings: read from the file and the environment, checked, and every mistake is a sentence that names the setting."""

import ast
import inspect
import os
import ssl
import tomllib
from ipaddress import ip_network
from itertools import pairwise
from pathlib import Path

import pytest
import trustme
from pydantic import BaseModel, ValidationError

from node import settings as node_settings
from node.errors import BadSettings
from node.settings import FILE, NESTED, Settings, is_of_this_machine, load, read_secret, write_initial, write_secret

REFERENCE = Path(__file__).parent.parent.parent / "docs" / "reference" / "settings.md"


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("LEGATION_")]:
        monkeypatch.delenv(name)


def written(folder: Path, text: str) -> Path:
    (folder / FILE).write_text(text, encoding="utf-8")
    return folder


def refused(folder: Path, text: str) -> str:
    with pytest.raises(BadSettings) as error:
        load(written(folder, text))
    return str(error.value)


# ---- what is read ---------------------------------------------------------------------------------------------------


def test_a_domain_is_enough(tmp_path: Path) -> None:
    found = load(written(tmp_path, 'domain = "Tokyo.Example"'))
    assert (found.domain, found.account_domain, found.name) == ("tokyo.example", "tokyo.example", "Tokyo.Example")
    assert (found.scheme, found.base_url) == ("https", "https://tokyo.example")
    assert (found.listen_host, found.listen_port) == ("127.0.0.1", 8080)
    assert (found.data, found.database) == (tmp_path, tmp_path / "legation.db")
    assert found.egress_networks is None
    assert found.certificates() is None
    assert not found.development


def test_what_the_file_says_is_taken(tmp_path: Path) -> None:
    text = """
    domain = "tokyo.example:8443"
    account_domain = "diplomatie.example"
    name = "Ambassade de France à Tokyo"
    language = "en"
    listen = "[::1]:9000"
    trusted_proxies = ["10.1.0.0/16"]
    [egress]
    allow = ["10.0.0.0/8", "fd12::/16"]
    """
    found = load(written(tmp_path, text))
    assert found.base_url == "https://tokyo.example:8443"
    assert (found.listen_host, found.listen_port) == ("::1", 9000)
    assert found.host_names == {"tokyo.example:8443", "diplomatie.example"}
    assert found.trusted_proxies == (ip_network("10.1.0.0/16"),)
    assert found.egress_networks == (ip_network("10.0.0.0/8"), ip_network("fd12::/16"))
    assert (found.name, found.language) == ("Ambassade de France à Tokyo", "en")


@pytest.mark.parametrize(
    ("domain", "host", "port"),
    [("localhost:8001", "127.0.0.1", 8001), ("127.0.0.2:8002", "127.0.0.1", 8002), ("localhost", "127.0.0.1", 8080)],
)
def test_in_development_a_node_listens_where_its_domain_says(tmp_path: Path, domain: str, host: str, port: int) -> None:
    found = load(written(tmp_path, f'domain = "{domain}"\ndevelopment = true'))
    assert (found.listen_host, found.listen_port) == (host, port)
    assert (found.scheme, found.base_url) == ("http", f"http://{domain}")
    assert found.egress_networks == (ip_network("127.0.0.0/8"), ip_network("::1/128"))


def test_in_development_the_networks_may_be_narrower(tmp_path: Path) -> None:
    text = 'domain = "localhost:8001"\ndevelopment = true\n[egress]\nallow = ["127.0.0.0/26"]'
    assert load(written(tmp_path, text)).egress_networks == (ip_network("127.0.0.0/26"),)


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEGATION_NAME", "Oslo")
    monkeypatch.setenv("LEGATION_DEVELOPMENT", "false")
    monkeypatch.setenv("LEGATION_EGRESS__ALLOW", '["10.0.0.0/8"]')
    monkeypatch.setenv("LEGATION_POSTS_PER_3_HOURS", "7")
    found = load(written(tmp_path, 'domain = "tokyo.example"\nname = "Tokyo"\nposts_per_3_hours = 9'))
    assert (found.name, found.posts_per_3_hours) == ("Oslo", 7)
    assert found.egress_networks == (ip_network("10.0.0.0/8"),)
    assert (found.scheme, found.listen_port) == ("https", 8080)


@pytest.mark.parametrize("text", ["10.0.0.0/8,fd12::/16", " 10.0.0.0/8  fd12::/16 ", '["10.0.0.0/8", "fd12::/16"]'])
def test_a_list_in_the_environment_is_parted_by_commas(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv("LEGATION_EGRESS__ALLOW", text)
    monkeypatch.setenv("LEGATION_TRUSTED_PROXIES", text)
    found = load(written(tmp_path, 'domain = "tokyo.example"'))
    networks = (ip_network("10.0.0.0/8"), ip_network("fd12::/16"))
    assert (found.egress_networks, found.trusted_proxies) == (networks, networks)


def test_the_folder_is_the_one_that_was_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEGATION_DATA", "/somewhere/else")
    assert load(written(tmp_path, 'domain = "tokyo.example"')).data == tmp_path


def test_settings_do_not_change(tmp_path: Path) -> None:
    found = load(written(tmp_path, 'domain = "tokyo.example"'))
    with pytest.raises(ValidationError, match="frozen"):
        found.name = "Oslo"  # type: ignore[misc]  # that it cannot be done is the point


# ---- what is refused ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "domain: Field required."),
        ('domain = "tokyo.example"\nlanguag = "fr"', "There is no setting languag; did you mean language?"),
        (
            'domain = "tokyo.example"\n[egress]\nalow = []',
            "There is no setting egress.alow; did you mean egress.allow?",
        ),
        ('domain = "tokyo.example"\nxyzzy = 1', "There is no setting xyzzy."),
        ('domain = "tokyo.example"\ndata = "/elsewhere"', "There is no setting data"),
        ('domain = "tokyo.example"\nlanguage = "de"', "language: Input should be 'fr' or 'en'."),
        ('domain = "tokyo.example/"', "domain: "),
        ('domain = "marie@tokyo.example"', "domain: "),
        ('domain = "https://tokyo.example"', "domain: "),
        ('domain = "tokyo.example:0"', "domain: A port is a number from 1 to 65535."),
        ('domain = "tokyo..example"', "domain: "),
        ('domain = "tokyo.example"\naccount_domain = "a b"', "account_domain: "),
        ('domain = "tokyo.example"\nlisten = "8080"', 'listen is an address and a port, as "127.0.0.1:8080"'),
        ('domain = "tokyo.example"\nlisten = "127.0.0.1:65536"', 'this is "127.0.0.1:65536"'),
        ('domain = "tokyo.example"\nposts_per_3_hours = 0', "posts_per_3_hours: "),
        ('domain = "tokyo.example"\npeer_activities_per_minute = "many"', "peer_activities_per_minute: "),
        ('domain = "tokyo.example"\n[egress]\nallow = ["10.0.0.0/33"]', "egress.allow: '10.0.0.0/33' does not"),
        ('domain = "tokyo.example"\n[egress]\nallow = ["10.0.0.1/8"]', "egress.allow: 10.0.0.1/8 has host bits set"),
        ('domain = "tokyo.example"\nlog_level = "loud"', "log_level: "),
        ("domain = tokyo.example", "cannot be read"),
    ],
)
def test_a_mistake_in_the_file_is_one_sentence_that_names_it(tmp_path: Path, text: str, sentence: str) -> None:
    said = refused(tmp_path, text)
    assert sentence in said
    assert str(tmp_path / FILE) in said
    assert "\n" not in said
    assert "pydantic" not in said


def test_several_mistakes_are_told_at_once(tmp_path: Path) -> None:
    said = refused(tmp_path, 'domain = "tokyo.example/"\nlanguage = "de"')
    assert "domain: " in said
    assert "language: " in said


@pytest.mark.parametrize(
    "domain", ["tokyo.example", "8.8.8.8:8001", "localhost.example", "notlocalhost", "10.0.0.1:8001"]
)
def test_development_is_refused_with_a_public_name(tmp_path: Path, domain: str) -> None:
    said = refused(tmp_path, f'domain = "{domain}"\ndevelopment = true')
    assert f"{domain} is a public name" in said


@pytest.mark.parametrize("domain", ["localhost:8001", "paris.localhost:8001", "127.0.0.2:8001", "[::1]:8001"])
def test_this_machine_needs_development(tmp_path: Path, domain: str) -> None:
    assert is_of_this_machine(domain)
    assert "needs development = true" in refused(tmp_path, f'domain = "{domain}"')
    assert load(written(tmp_path, f'domain = "{domain}"\ndevelopment = true')).development


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("LEGATION_LANGUAG", "fr", "There is no setting LEGATION_LANGUAG; did you mean LEGATION_LANGUAGE?"),
        ("LEGATION_EGRESS__ALOW", "[]", "did you mean LEGATION_EGRESS__ALLOW?"),
        ("LEGATION_LANGUAGE", "de", "language: Input should be 'fr' or 'en'."),
        (
            "LEGATION_EGRESS__ALLOW",
            "10.0.0.0/8,everywhere",
            "'everywhere' does not appear to be an IPv4 or IPv6 network",
        ),
        ("LEGATION_TRUSTED_PROXIES", "10.0.0.1/8", "trusted_proxies: 10.0.0.1/8 has host bits set"),
        ("LEGATION_EGRESS", "10.0.0.0/8", "Set its parts, as LEGATION_EGRESS__ALLOW"),
    ],
)
def test_a_mistake_in_the_environment_is_told_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, sentence: str
) -> None:
    monkeypatch.setenv(name, value)
    assert sentence in refused(tmp_path, 'domain = "tokyo.example"')


def test_a_folder_without_a_node_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match=r"There is no node in .*legation init"):
        load(tmp_path / "nowhere")


# ---- the file of a new node -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Tokyo", 'Ambassade "de France" à Tokyo', "C:\\Temp\n[egress]", "東京大使館"])
def test_the_file_of_a_new_node_says_what_was_asked_for(tmp_path: Path, name: str) -> None:
    asked = Settings(data=tmp_path, domain="localhost:8001", development=True, name=name, language="en")
    write_initial(asked, secret_file=tmp_path / "a secret")
    found = load(tmp_path)
    assert found == asked.model_copy(update={"secret_file": tmp_path / "a secret"})
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600


def test_what_is_commented_in_the_file_of_a_new_node_can_be_used(tmp_path: Path) -> None:
    asked = Settings(data=tmp_path, domain="tokyo.example")
    write_initial(asked, secret_file=tmp_path / "secret")
    text = (tmp_path / FILE).read_text(encoding="utf-8")
    commented = text.replace("# [egress]", "[egress]").replace("# allow", "allow").replace("# ca_file", "ca_file")
    assert set(tomllib.loads(commented)["egress"]) == {"allow", "ca_file"}
    assert load(written(tmp_path, commented)).egress_networks == (ip_network("10.0.0.0/8"),)


# ---- the secret, and certificates -----------------------------------------------------------------------------------


def test_the_secret_lies_beside_the_folder_and_is_its_owners_alone(tmp_path: Path) -> None:
    found = load(written(tmp_path, 'domain = "tokyo.example"'))
    assert found.secret_path == tmp_path.with_name(tmp_path.name + ".secret")
    write_secret(found.secret_path)
    assert found.secret_path.stat().st_mode & 0o777 == 0o600
    assert len(found.secret()) == 32
    with pytest.raises(FileExistsError):
        write_secret(found.secret_path)
    found.secret_path.unlink()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o610])
def test_sec_k_a_secret_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    write_secret(tmp_path / "secret")
    (tmp_path / "secret").chmod(mode)
    with pytest.raises(BadSettings, match=r"can be read by others. Run: chmod 600 "):
        read_secret(tmp_path / "secret")


def test_a_missing_secret_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match=r"is missing. Put it back"):
        read_secret(tmp_path / "secret")


@pytest.mark.parametrize("text", ["", "short", "é" * 32, "QUJD", "!" * 44])
def test_what_is_no_secret_is_refused_without_being_repeated(tmp_path: Path, text: str) -> None:
    (tmp_path / "secret").write_text(text, encoding="utf-8")
    (tmp_path / "secret").chmod(0o600)
    with pytest.raises(BadSettings) as error:
        read_secret(tmp_path / "secret")
    assert not text or text not in str(error.value)


def test_the_secret_may_come_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_secret(tmp_path / "secret")
    found = load(written(tmp_path, 'domain = "tokyo.example"'))
    monkeypatch.setenv("LEGATION_SECRET", (tmp_path / "secret").read_text())
    assert found.secret() == read_secret(tmp_path / "secret")
    monkeypatch.setenv("LEGATION_SECRET", "QUJD")
    with pytest.raises(BadSettings, match="LEGATION_SECRET does not hold a secret"):
        found.secret()


def test_a_private_authority_takes_the_place_of_those_of_the_system(tmp_path: Path) -> None:
    trustme.CA().cert_pem.write_to_path(tmp_path / "ca.pem")
    text = f'domain = "tokyo.example"\n[egress]\nca_file = "{tmp_path / "ca.pem"}"'
    context = load(written(tmp_path, text)).certificates()
    assert context is not None
    assert len(context.get_ca_certs()) == 1
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)


@pytest.mark.parametrize("content", [None, "", "no certificate"])
def test_a_private_authority_that_cannot_be_used_is_told(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "ca.pem").write_text(content)
    found = load(written(tmp_path, f'domain = "tokyo.example"\n[egress]\nca_file = "{tmp_path / "ca.pem"}"'))
    with pytest.raises(BadSettings, match=r"egress\.ca_file: .* cannot be used"):
        found.certificates()


# ---- the reference --------------------------------------------------------------------------------------------------


def names_and_meanings() -> list[tuple[str, str]]:
    own = [(name, meaning) for name, meaning in meanings(Settings) if name not in {"data", *NESTED}]
    return own + [(f"{table}.{name}", meaning) for table, model in NESTED.items() for name, meaning in meanings(model)]


def meanings(model: type[BaseModel]) -> list[tuple[str, str]]:
    """The fields of a model, each with the text below it."""
    (written,) = ast.parse(inspect.getsource(model)).body
    assert isinstance(written, ast.ClassDef)
    below: dict[str, str] = {}
    for field, text in pairwise(written.body):
        match field, text:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(meaning))):
                below[name] = inspect.cleandoc(meaning)
            case _:
                continue
    return [(name, below.get(name, "")) for name in model.model_fields]


@pytest.mark.parametrize(("name", "meaning"), names_and_meanings())
def test_each_setting_stands_in_the_reference_as_it_stands_in_the_code(name: str, meaning: str) -> None:
    assert meaning
    assert f"## `{name}`\n\n{meaning}\n" in REFERENCE.read_text(encoding="utf-8")


def test_the_reference_holds_no_other_setting() -> None:
    headings = {line[4:-1] for line in REFERENCE.read_text(encoding="utf-8").splitlines() if line.startswith("## `")}
    assert headings == {name for name, _ in names_and_meanings()}


def test_variables_that_are_no_settings_are_known() -> None:
    text = REFERENCE.read_text(encoding="utf-8")
    assert all(f"`{name}`" in text for name in node_settings.NOT_SETTINGS)
