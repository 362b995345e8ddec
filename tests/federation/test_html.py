"""The sanitiser: nothing that runs, nothing that lies about where it leads, and the same again the second time."""

from html import escape
from html.parser import HTMLParser
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from federation import html

ALLOWED = {
    *("p", "br", "a", "span", "strong", "em", "b", "i", "u", "s", "del", "code", "pre", "blockquote", "ul", "ol", "li"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "ruby", "rt", "rp"),
}
CLASSES = {"h-card", "u-url", "mention", "hashtag", "ellipsis", "invisible", "quote-inline"}
REL = 'rel="nofollow noopener noreferrer" target="_blank"'
MENTION = '<span class="h-card"><a href="https://tokyo.example/@ken" class="u-url mention">@<span>ken</span></a></span>'
HASHTAG = '<a href="https://paris.example/tags/note" class="mention hashtag" rel="tag">#<span>Note</span></a>'


class Reader(HTMLParser):
    """Another parser than the sanitiser's own, which checks each tag that it meets."""

    def __init__(self) -> None:
        super().__init__()
        self.hrefs: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in ALLOWED
        for name, value in attrs:
            assert value is not None
            match tag, name:
                case "a", "href":
                    assert value.lower().startswith(("https://", "http://", "mailto:"))
                    self.hrefs.append(value)
                case "a", "rel":
                    assert value in {"nofollow noopener noreferrer", "tag"}
                case "a", "target":
                    assert value == "_blank"
                case "a" | "span" | "p", "class":
                    assert CLASSES.issuperset(value.split())
                case "ol", "start":
                    assert value.isdigit()
                case _:
                    pytest.fail(f"<{tag}> has {name}={value!r}")

    def handle_comment(self, data: str) -> None:
        pytest.fail(f"a comment: {data!r}")

    def handle_decl(self, decl: str) -> None:
        pytest.fail(f"a declaration: {decl!r}")

    def handle_pi(self, data: str) -> None:
        pytest.fail(f"an instruction: {data!r}")


def assert_harmless(fragment: str) -> list[str]:
    """Checks every tag and attribute of a fragment; returns where its links lead."""
    reader = Reader()
    reader.feed(fragment)
    reader.close()
    return reader.hrefs


def link(href: str, text: str) -> str:
    return f'<a href="{href}" {REL}>{text}</a>'


@pytest.mark.parametrize(
    ("hostile", "harmless"),
    [
        ("<script>alert(1)</script>a", "a"),
        ("<ScRiPt src=//evil.example/x.js></sCrIpT>a", "a"),
        ("<script><script>alert(1)</script></script>a", "a"),
        ("<<script>alert(1)</script>a", "&lt;a"),
        ("<scr<script>ipt>alert(1)</script>a", "ipt&gt;alert(1)a"),
        ("<script\x00>alert(1)</script>a", "alert(1)a"),
        ("<style>*{background:url(https://evil.example)}</style>a", "a"),
        ("<p style='position:fixed;inset:0'>a</p>", "<p>a</p>"),
        ("<p id=main onclick=alert(1) onmouseover='alert(1)'>a</p>", "<p>a</p>"),
        ("<p/onclick=alert(1)>a</p>", "<p>a</p>"),
        ("<img src=x onerror=alert(1)>a", "a"),
        ("<img src='https://evil.example/pixel.gif'>a", "a"),
        ('<img """><script>alert(1)</script>">a', '"&gt;a'),
        ("<svg onload=alert(1)>a</svg>b", "b"),
        ("<svg><a xlink:href='javascript:alert(1)'><text>a</text></a></svg>b", "b"),
        ("<svg><animate attributeName=href values=javascript:alert(1) /></svg>b", "b"),
        ("<math><maction actiontype=statusline xlink:href=javascript:alert(1)>a</maction></math>b", "b"),
        ("<iframe src='javascript:alert(1)'>a</iframe>b", "b"),
        ("<iframe srcdoc='&lt;script&gt;alert(1)&lt;/script&gt;'></iframe>b", "b"),
        ("<object data='data:text/html,<script>alert(1)</script>'>a</object>b", "b"),
        ("<embed src=//evil.example/x.swf>b", "b"),
        ("<form action=https://evil.example><input name=password autofocus onfocus=alert(1)>a</form>", "a"),
        ("<button formaction=javascript:alert(1)>a</button>", "a"),
        ("<base href=https://evil.example/>a", "a"),
        ("<meta http-equiv=refresh content='0;url=https://evil.example'>a", "a"),
        ("<link rel=stylesheet href=https://evil.example/x.css>a", "a"),
        ("<video><source onerror=alert(1)></video>a", "a"),
        ("<details open ontoggle=alert(1)>a</details>", "a"),
        ("<marquee onstart=alert(1)>a</marquee>", "a"),
        ("<body onload=alert(1)>a</body>", "a"),
        ("<!-- <p> --><!--><script>alert(1)</script>-->a", "--&gt;a"),
        ("<![CDATA[<script>alert(1)</script>]]>a", "alert(1)]]&gt;a"),
        ("<?xml version='1.0'?>a", "a"),
        ("<!DOCTYPE html><html><head><title>b</title></head>a</html>", "a"),
        ("&lt;script&gt;alert(1)&lt;/script&gt;", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("<p>a\x00\x01\x1b\x7f\x85b</p>", "<p>ab</p>"),
        ("a&#x202e;b\u202dc", "abc"),
        ("\ud800a", "?a"),
    ],
)
def test_what_runs_or_reaches_out_is_gone(hostile: str, harmless: str) -> None:
    assert html.sanitise(hostile) == harmless


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        " javascript:alert(1)",
        "\x01javascript:alert(1)",
        "java\tscript:alert(1)",
        "java\nscript:alert(1)",
        "java&#x0A;script:alert(1)",
        "&#106;&#97;vascript:alert(1)",
        "&#x6A;avascript&colon;alert(1)",
        "javascript://paris.example/%0aalert(1)",
        "vbscript:msgbox(1)",
        "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==",
        "blob:https://paris.example/1",
        "file:///etc/passwd",
        "ftp://paris.example/",
        "//evil.example/",
        "/relative",
        "relative",
        "#anchor",
        "?query",
        "",
        "https:",
        "https:evil.example",
        "https:/evil.example",
        "https:///evil.example",
        r"https:\\evil.example",
        r"https://paris.example\@evil.example/",
        "https://paris.example@evil.example/",
        "https://user:secret@evil.example/",
        "https://paris.example%2f@evil.example/",
        "https://paris example/",
        "https://paris.example:99999/",
        "https://[::1/",
        "https://127.1/",
        "https://paris.example/" + "a" * 2_048,
        "mailto:",
        "mailto:marie",
        "mailto:marie@paris.example@evil.example",
    ],
)
def test_a_link_that_leads_to_no_absolute_address_is_text(address: str) -> None:
    assert html.sanitise(f'<p><a href="{address}">a</a></p>') == "<p>a</p>"


@pytest.mark.parametrize(
    "href",
    [
        "https://paris.example/",
        "http://tokyo.localhost:8002/@ken",
        "https://paris.example/a?b=1&amp;c=2#d",
        "https://paris.example/l'été_(2026)",
        "https://straße.example/",
        "https://[2001:db8::1]/",
        "mailto:marie.dupont@paris.example",
        "mailto:marie@paris.example?subject=Note",
    ],
)
def test_a_link_keeps_its_address_and_opens_apart(href: str) -> None:
    assert html.sanitise(f'<a href="{href}">a</a>') == link(href, "a")
    assert html.sanitise(f'<a target="_top" title="b" href="{href}" rel="opener" download>a</a>') == link(href, "a")


def test_an_address_loses_what_browsers_would_drop_and_cannot_end_its_attribute() -> None:
    assert html.sanitise("<a href=' https://paris.example/a\tb\nc '>a</a>") == link("https://paris.example/abc", "a")
    assert html.sanitise("<a href='https://paris.example/\"onclick=1 <b>'>a</a>") == link(
        "https://paris.example/%22onclick=1%20%3Cb%3E", "a"
    )


@pytest.mark.parametrize(
    "hostile",
    [
        "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
        "<svg></p><style><a id='</style><img src=1 onerror=alert(1)>'>",
        "<form><math><mtext></form><form><mglyph><svg><mtext><style><path id='</style><img onerror=alert(1) src>'>",
        "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
        "<textarea><p title='</textarea><img src=x onerror=alert(1)>'>",
        "<title><p title='</title><img src=x onerror=alert(1)>'>",
        "<xmp><p title='</xmp><img src=x onerror=alert(1)>'>",
        "<select><template><style><!--</style><a rel='--></style></template></select><img src onerror=alert(1)>'>",
        "<table><a href='https://paris.example'><table><a href='javascript:alert(1)'>a</table></a></table>",
        "<p><a href='https://paris.example'><p><a href='https://tokyo.example'>a</a></p></a></p>",
        "<plaintext><script>alert(1)</script>",
        "<b><p><i></b><a href='https://paris.example'></i></p><script>alert(1)</script></a>",
        "<li><ul><p><ol><h1><p></h1><pre>\n\n\n<p>\n</pre>",
        "<a href=https://paris.example/>" * 20 + "<h1><h2>" * 20,
        "<ruby><rt><rp><p><rt></ruby><rp>",
    ],
)
def test_what_changes_under_parsing_has_settled(hostile: str) -> None:
    safe = html.sanitise(hostile)
    assert_harmless(safe)
    assert "alert" not in safe.replace("&lt;script&gt;alert(1)", "")
    assert html.sanitise(safe) == safe


@pytest.mark.parametrize(
    "fragment",
    [
        f"<p>Bonjour {MENTION}, voir {HASHTAG}</p>",
        "<p>un<br>deux</p><p><strong>a</strong> <em>b</em> <b>c</b> <i>d</i> <u>e</u> <s>f</s> <del>g</del></p>",
        "<h1>a</h1><h6>b</h6><blockquote><p>c</p></blockquote><pre><code>  d\n    e</code></pre>",
        '<ul><li>a<ol start="3"><li>b</li></ol></li></ul>',
        "<ruby>東京<rp>(</rp><rt>とうきょう</rt><rp>)</rp></ruby>",
        '<p class="quote-inline">RE: <span class="invisible">https://</span><span class="ellipsis">paris</span></p>',
        "l’été « à 5&nbsp;% » &lt; &gt; &amp; \" '",
        "",
    ],
)
def test_what_is_allowed_stays_as_it_is(fragment: str) -> None:
    assert html.sanitise(fragment) == fragment


def test_new_lines_at_the_head_of_preformatted_text_do_not_wear_off() -> None:
    assert html.sanitise("<pre>" + "\n" * 9 + "<b>a</b>\n  b</pre>") == "<pre><b>a</b>\n  b</pre>"


def test_what_never_settles_is_shown_as_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html, "ROUNDS", 0)
    assert html.sanitise("<p><em>a</em><br>b &lt;c&gt;</p><p>d</p>") == "<p>a<br>b &lt;c&gt;</p><p>d</p>"


def test_only_known_classes_stay_and_only_on_what_has_them() -> None:
    assert (
        html.sanitise('<span class="mention modal h-card mention">a</span>') == '<span class="mention h-card">a</span>'
    )
    assert html.sanitise('<p class="modal">a</p><em class="mention">b</em>') == "<p>a</p><em>b</em>"


@pytest.mark.parametrize(
    "content",
    ["ken", "@ken", "<span>@ken</span>", "@<span>ken</span> maintenant", "@<span>https://bank.example</span>"],
)
def test_only_the_shape_of_a_mention_goes_without_the_precautions(content: str) -> None:
    safe = html.sanitise(f'<a href="https://tokyo.example/@ken" class="u-url mention">{content}</a>')
    assert f'<a href="https://tokyo.example/@ken" class="u-url mention" {REL}>' in safe


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        # The URL of another host: the true host in its place.
        ("https://bank.example/login", "evil.example:8443"),
        ("HTTPS://BANK.EXAMPLE", "evil.example:8443"),
        ("http:bank.example", "evil.example:8443"),
        ("//bank.example", "evil.example:8443"),
        ("www.bank.example", "evil.example:8443"),
        ("bank.example/login", "evil.example:8443"),
        ("voir https://bank.example, merci", "evil.example:8443"),
        ("https://<b>bank</b>.example/", "evil.example:8443"),
        ("<b>https</b>://bank.example/", "evil.example:8443"),
        ("https://bank.example@evil.example:8443/", "evil.example:8443"),
        ("https://evil.example:8443@bank.example/", "evil.example:8443"),
        ("https://evil.example.bank.example/", "evil.example:8443"),
        ("https://evil.example:8444/", "evil.example:8443"),
        ("https://bаnk.example/", "evil.example:8443"),  # a Cyrillic letter
        ("https&#58;&#47;&#47;bank.example", "evil.example:8443"),
        ("https://bank\u200b.example/", "evil.example:8443"),
        ("ｈｔｔｐｓ：／／ｂａｎｋ．ｅｘａｍｐｌｅ", "evil.example:8443"),
        ("bank。example⁄login", "evil.example:8443"),
        ('<span class="invisible">https://evil.example:8443/</span>bank.example/login', "evil.example:8443"),
        ("\u202eelpmaxe.knab//:sptth", "evil.example:8443"),
        # Another host's name: the true one behind it.
        ("bank.example", "bank.example [evil.example:8443]"),
        ("la page de bank.example", "la page de bank.example [evil.example:8443]"),
        ("192.0.2.1", "192.0.2.1 [evil.example:8443]"),
        ("note.pdf", "note.pdf [evil.example:8443]"),
        ('bank.example<span class="invisible"> [evil.example:8443]</span>', None),
        # Nobody else's.
        ("https://evil.example:8443/page", "https://evil.example:8443/page"),
        ("https://EVIL.example:8443", "https://EVIL.example:8443"),
        ("evil.example", "evil.example"),
        ("www.evil.example", "www.evil.example"),
        ("(https://evil.example:8443/page).", "(https://evil.example:8443/page)."),
        ("https://evil.example:8443, ici", "https://evil.example:8443, ici"),
        ("@ken@bank.example", "@ken@bank.example"),
        ("la note, version 1.2, p. 3/4", "la note, version 1.2, p. 3/4"),
        ("", ""),
    ],
)
def test_a_link_does_not_pose_as_another(text: str, shown: str | None) -> None:
    if shown is None:
        shown = f"{text} [evil.example:8443]"
    assert html.sanitise(f'<a href="https://evil.example:8443/page">{text}</a>') == link(
        "https://evil.example:8443/page", shown
    )


def test_a_shortened_url_is_not_taken_for_a_disguise() -> None:
    shortened = (
        '<span class="invisible">https://www.</span><span class="ellipsis">paris.example/long</span>'
        '<span class="invisible">/er/still</span>'
    )
    fragment = link("https://www.paris.example/long/er/still", shortened)
    assert html.sanitise(fragment) == fragment


def test_a_mail_address_poses_as_no_host() -> None:
    honest = link("mailto:ken@tokyo.example", "ken@tokyo.example")
    assert html.sanitise(honest) == honest
    assert html.sanitise('<a href="mailto:ken@tokyo.example">https://bank.example</a>') == honest


@pytest.mark.parametrize(
    "endless",
    [
        "é" * 200_000,
        "&" * 100_000,
        "<" * 100_000,
        "<p>" * 50_000,
        "<div>" * 50_000,
        "<ul><li>" * 20_000,
        "<b " * 50_000,
        "<p>" + "".join(f"<b {number}>" for number in range(3_000)) + "<p>a" * 3_000,
        "<p>" + "".join(f"<b {number}<>" for number in range(1_500)) + "<p>a" * 1_500,
        "<p>" + "<b><b><b><i><i><i><u><u><u><s><s><s><em><em><em><font><font><font>" + "<p>a" * 4_000,
        '<p><a href="https://paris.example/">b.example</a></p>' * 3_000,
        '<a href="https://paris.example/">' + "https:" * 15_000,
        '<a href="https://paris.example/">' + "/" * 90_000,
        '<a href="https://paris.example/">' + "a." * 45_000,
        '<a href="https://paris.example/">' + "a.b-" * 22_000,
    ],
)
def test_sec_e5_a_fragment_costs_a_moment_and_stays_within_its_limits(endless: str) -> None:
    before = process_time()
    safe = html.sanitise(endless)
    assert process_time() - before < 1
    assert len(safe.encode()) <= html.LONGEST_CONTENT
    assert safe.count("<") <= html.MOST_TAGS
    assert_harmless(safe)
    assert html.sanitise(safe) == safe


def test_what_is_cut_off_leaves_whole_elements() -> None:
    safe = html.sanitise("<p><strong>" + "à" * 60_000 + "</strong></p>")
    assert safe.startswith("<p><strong>à")
    assert safe.endswith("à</strong></p>")
    assert 95_000 < len(safe.encode()) <= html.LONGEST_CONTENT


def test_what_nests_too_deeply_keeps_its_text() -> None:
    safe = html.sanitise("<blockquote>" * 100 + "a" + "</blockquote>" * 100 + "b")
    assert safe == "<blockquote>" * html.DEEPEST + "a" + "</blockquote>" * html.DEEPEST + "b"


TAG_SOUP = st.lists(
    st.one_of(
        st.sampled_from([f"<{tag}>" for tag in sorted(ALLOWED)]),
        st.sampled_from([f"</{tag}>" for tag in sorted(ALLOWED)]),
        st.sampled_from(
            ["<table>", "<tr>", "<td>", "</table>", "<button>", "<object>", "<select>", "<svg>", "<math>", "<title>"],
        ),
        st.sampled_from(["<template>", "<form>", "<div>", "</div>", "<nobr>", "<font x>", "<!--", "-->", "<![CDATA["]),
        st.sampled_from(["<style>", "</style>", "<script>", "</script>", "<textarea>", "<mtext>", "<foreignObject>"]),
        st.sampled_from(["\n", "\r", "&#13;", "\x00", "&lt;", "&", '"', "'", ">", "<", " ", "\u202e", "&nbsp;", "é"]),
        st.sampled_from(
            ["https://", "bank.example", "paris.example", "/", "@", "#", "[paris.example]", "www.", ":8002"]
        ),
        st.sampled_from(
            [
                '<a href="https://paris.example/a?b&amp;c">',
                '<a href="https://PARIS.example:8002" class="u-url mention">',
                '<a class="mention hashtag" href="http://paris.example/é\'">',
                "<a href='javascript:alert(1)' onclick=alert(1)>",
                '<a href="mailto:marie@paris.example">',
                '<span class="invisible">',
                '<p class="quote-inline x" id="y">',
                '<ol start="3">',
                '<ol start="-1">',
            ],
        ),
        st.text(max_size=8),
    ),
    max_size=40,
).map("".join)


@settings(max_examples=400, deadline=None)
@given(TAG_SOUP)
def test_sec_h3_whatever_comes_is_harmless_and_sanitising_again_changes_nothing(soup: str) -> None:
    safe = html.sanitise(soup)
    assert_harmless(safe)
    assert html.sanitise(safe) == safe


@settings(max_examples=200, deadline=None)
@given(st.text())
def test_escaped_text_stays_the_text_it_was(text: str) -> None:
    safe = html.sanitise(escape(text))
    assert "<" not in safe
    assert html.sanitise(safe) == safe


@pytest.mark.parametrize(
    ("fragment", "text"),
    [
        ("<p>Bonjour &amp; merci</p><p>à bientôt</p>", "Bonjour & merci\n\nà bientôt"),
        ("<p>un<br>deux<br/>trois</p>", "un\ndeux\ntrois"),
        (f"<p>Pour {MENTION} : {HASHTAG}</p>", "Pour @ken : #Note"),
        ("<p>a</p>\n\n<p>  b \n c </p>\n", "a\n\nb c"),
        ("<ul><li>a</li><li><p>b</p></li></ul>c", "- a\n- b\n\nc"),
        ("<pre><code>if a:\n    b()\n</code></pre>", "if a:\n    b()"),
        ("5&nbsp;% &lt;b&gt;", "5\u00a0% <b>"),
        ("<script>alert(1)</script><img alt=a>b<style>c</style>", "b"),
        ("<h1>Titre</h1><p>Texte</p>", "Titre\n\nTexte"),
        ('<span class="invisible">https://</span><span class="ellipsis">paris.example</span>', "https://paris.example"),
        ("<p></p><p></p>", ""),
        ("", ""),
    ],
)
def test_plain_text_reads_as_a_person_would_type_it(fragment: str, text: str) -> None:
    assert html.plain_text(fragment) == text
    assert html.plain_text(html.sanitise(fragment)) == text


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Marie Dupont", "Marie Dupont"),
        ("  Marie \n\t Dupont\u2028 ", "Marie Dupont"),
        ("Mar\u200bie\u200d \u2060Du\ufeffpont\u00ad", "Marie Dupont"),
        ("\u202eeiraM\u202c \u2066Dupont\u2069\u200f", "eiraM Dupont"),
        ("Marie\x00\x1b[31m\x7f\x9b", "Marie[31m"),
        ("\u3164\u115f\uffa0", ""),
        ("\U000e0041Marie\ue000", "Marie"),
        ("<b>Marie</b>", "<b>Marie</b>"),
        ("李 Éloïse Ñ 🌍", "李 Éloïse Ñ 🌍"),
        ("Marie Dupont de la Tour", "Marie Dupont"),
        ("Marie Dupon t", "Marie Dupon"),
        ("", ""),
    ],
)
def test_sec_e6_a_name_is_what_is_seen(name: str, shown: str) -> None:
    assert html.plain(name, longest=12 if name.startswith("Marie Dupon") else 40) == shown


@given(st.text(), st.integers(min_value=0, max_value=20))
def test_a_plain_name_stays_as_it_is(name: str, longest: int) -> None:
    shown = html.plain(name, longest=longest)
    assert len(shown) <= longest
    assert html.plain(shown, longest=longest) == shown
