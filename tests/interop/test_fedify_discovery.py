"""Finding each other: by handle and by address, in documents that only signed requests may read."""

from tests import loopback
from tests.interop.conftest import Meeting, account_of, id_of


async def test_we_find_their_people_by_handle(meeting: Meeting) -> None:
    marie = await meeting.paris.staff("marie")
    jean = await meeting.lyon.person("jean")
    found = await account_of(marie, jean)
    assert (found["uri"], found["acct"], found["display_name"]) == (jean.uri, f"jean@{meeting.lyon.host}", "jean")


async def test_we_do_not_find_whom_they_do_not_know(meeting: Meeting) -> None:
    marie = await meeting.paris.staff("marie")
    asked = {"q": f"@nobody@{meeting.lyon.host}", "resolve": "true", "type": "accounts"}
    assert (await marie.ask("GET", "/api/v2/search", params=asked))["accounts"] == []


async def test_they_find_our_people_by_address(meeting: Meeting) -> None:
    marie = await meeting.paris.staff("marie")
    jean = await meeting.lyon.person("jean")
    found = await jean.do("lookUp", address=await id_of(marie))
    assert (found["id"], found["type"], found["preferredUsername"]) == (await id_of(marie), "Person", "marie")


async def test_who_asks_webfinger_without_a_signature_learns_nothing(meeting: Meeting) -> None:
    """Fedify does not sign WebFinger requests; the names of a ministry's staff are not for anyone."""
    marie = await meeting.paris.staff("marie")
    assert await meeting.lyon.do("webFinger", resource=f"acct:{marie.handle[1:]}") is None
    (knock,) = await meeting.lyon.knocks(f"{meeting.paris.base_url}/.well-known/webfinger", "GET")
    assert (knock.scheme, knock.status) == ("unsigned", 401)


async def test_they_read_what_our_node_says_of_itself(meeting: Meeting) -> None:
    found = await meeting.lyon.do("nodeInfo", address=meeting.paris.base_url)
    assert (found["software"]["name"], found["protocols"]) == ("legation", ["activitypub"])


async def test_they_read_our_node_and_its_keys(meeting: Meeting) -> None:
    jean = await meeting.lyon.person("jean")
    found = await jean.do("lookUp", address=f"{meeting.paris.base_url}/actor")
    assert (found["type"], found["publicKey"]["owner"]) == ("Application", f"{meeting.paris.base_url}/actor")


async def test_both_sides_demand_signed_requests(meeting: Meeting) -> None:
    marie = await meeting.paris.staff("marie")
    jean = await meeting.lyon.person("jean")
    headers = {"Accept": "application/activity+json"}
    async with loopback.session() as session:
        for address in (jean.uri, await id_of(marie)):
            async with session.get(address, headers=headers) as response:
                assert response.status == 401, address


async def test_we_sign_what_we_ask_of_them(meeting: Meeting) -> None:
    marie = await meeting.paris.staff("marie")
    jean = await meeting.lyon.person("jean")
    await account_of(marie, jean)
    asked = [each for each in await meeting.lyon.heard() if each.path == "/users/jean"]
    assert [each.status for each in asked] == [401, 200], (
        "they do not read what our own nodes read, which is tried first"
    )
    assert "unsigned" not in {each.scheme for each in asked}


async def test_our_documents_ask_for_nothing_beyond_the_two_nodes(meeting: Meeting) -> None:
    """Every context that we name is one that others carry with them."""
    marie = await meeting.paris.staff("marie")
    jean = await meeting.lyon.person("jean")
    posted = await marie.post("Bonjour #Presse, [voici](https://example.org/)")
    for address in (await id_of(marie), f"{meeting.paris.base_url}/actor", posted["uri"]):
        await jean.do("lookUp", address=address)
    beyond = [knock.url for knock in await meeting.lyon.knocks("", "GET") if ".localhost:" not in knock.url]
    assert beyond == []


async def test_a_post_is_read_by_its_address(meeting: Meeting) -> None:
    marie = await meeting.paris.staff("marie")
    jean = await meeting.lyon.person("jean")
    posted = await marie.post("Bonjour")
    found = await jean.do("lookUp", address=posted["uri"])
    assert (found["type"], found["attributedTo"], found["content"]) == ("Note", await id_of(marie), "<p>Bonjour</p>")


async def test_a_post_for_followers_is_read_by_followers(meeting: Meeting) -> None:
    marie = await meeting.paris.staff("marie")
    jean = await meeting.lyon.person("jean")
    posted = await marie.post("Entre nous", visibility="private")
    assert await jean.cannot("lookUp", address=posted["uri"])
    await jean.do("follow", whom=await id_of(marie))
    later = await marie.post("Encore entre nous", visibility="private")
    assert (await jean.do("lookUp", address=later["uri"]))["content"] == "<p>Encore entre nous</p>"
