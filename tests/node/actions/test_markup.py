"""What staff type and what becomes of it: mentions, hashtags, Markdown, lengths."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from federation import html
from node.actions import markup
from node.actions.markup import Handle, Mention

MARIE = Handle("marie", None)
KEN = Handle("ken", "tokyo.localhost:8002")
PEOPLE = {
    MARIE: Mention(MARIE, url="http://paris.localhost:8001/@marie", uri="http://paris.localhost:8001/users/1"),
    KEN: Mention(KEN, url="http://tokyo.localhost:8002/@ken", uri="http://tokyo.localhost:8002/users/7"),
}
TO_MARIE = '<span class="h-card"><a href="http://paris.localhost:8001/@marie" class="u-url mention">@<span>marie</span></a></span>'
TO_KEN = (
    '<span class="h-card"><a href="http://tokyo.localhost:8002/@ken" class="u-url mention">@<span>ken</span></a></span>'
)
REL = 'rel="nofollow noopener noreferrer" target="_blank"'


def tag_url(tag: str) -> str:
    return f"http://paris.localhost:8001/tags/{tag.lower()}"


def render(text: str) -> str:
    return markup.render(text, mentions=PEOPLE, tag_url=tag_url)


def tag(name: str) -> str:
    return f'<a href="{tag_url(name)}" class="mention hashtag" rel="tag">#<span>{name}</span></a>'


def link(address: str, text: str | None = None) -> str:
    return f'<a href="{address}" {REL}>{text or address}</a>'


@pytest.mark.parametrize(
    ("typed", "content"),
    [
        ("@marie", TO_MARIE),
        ("@Marie bonjour", f"{TO_MARIE} bonjour"),
        ("bonjour @marie", f"bonjour {TO_MARIE}"),
        ("un\n@marie\ndeux", f"un<br>{TO_MARIE}<br>deux"),
        ("(@marie)", f"({TO_MARIE})"),
        ("« @marie »", f"« {TO_MARIE} »"),
        ("l’@marie et l'@marie", f"l’{TO_MARIE} et l'{TO_MARIE}"),
        ("@marie. @marie, @marie: @marie! @marie?", " ".join(f"{TO_MARIE}{mark}" for mark in ".,:!?")),
        ("@marie… @marie-", f"{TO_MARIE}… {TO_MARIE}-"),
        (".@marie", f".{TO_MARIE}"),
        ("**@marie** *@marie* ~~@marie~~", f"<strong>{TO_MARIE}</strong> <em>{TO_MARIE}</em> <s>{TO_MARIE}</s>"),
        ("Bonjour @ken@tokyo.localhost:8002, ça va ?", f"Bonjour {TO_KEN}, ça va ?"),
        ("@ken@tokyo.localhost:8002: merci", f"{TO_KEN}: merci"),
        ("@KEN@Tokyo.Localhost:8002.", f"{TO_KEN}."),
        ("@marie@ken@tokyo.localhost:8002", "@marie@ken@tokyo.localhost:8002"),
        ("@marie@", "@marie@"),
        ("@mariette @marie_d @mariée", "@mariette @marie_d @mariée"),
        ("@ken @ken@tokyo.localhost", "@ken @ken@tokyo.localhost"),
        ("a@marie é@marie 1@marie /@marie =@marie @@marie", "a@marie é@marie 1@marie /@marie =@marie @@marie"),
        (r"\@marie", "@marie"),
        ("`@marie`", "<code>@marie</code>"),
        ("[@marie](https://paris.example/)", link("https://paris.example/", "@marie")),
        ("https://paris.example/@marie", link("https://paris.example/@marie")),
        ("<https://paris.example/@marie>", link("https://paris.example/@marie")),
        ("x@marie.fr", link("mailto:x@marie.fr", "x@marie.fr")),
    ],
)
def test_a_mention_of_somebody_is_a_link_to_them(typed: str, content: str) -> None:
    assert render(typed) == f"<p>{content}</p>"


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("@marie @ken@tokyo.localhost:8002 @Marie", [MARIE, KEN]),
        ("@jean.dupont-roy_2@tokyo.example.", [Handle("jean.dupont-roy_2", "tokyo.example")]),
        ("@ken@MÜNCHEN.example:443)", [Handle("ken", "münchen.example:443")]),
        ("@ken@tokyo.example:123456", [Handle("ken", "tokyo.example")]),
        ("@ken@tokyo-.example", [Handle("ken", "tokyo")]),
        ("> @marie\n\n- a\n  - @ken@tokyo.localhost:8002\n\n# @x", [MARIE, KEN, Handle("x", None)]),
        ("```\n@marie\n```\n\n`@marie` ``a ` @marie``", []),
        ("marie@paris.example mailto:marie@paris.example <marie@paris.example>", []),
        ("https://tokyo.localhost:8002/@ken http://x.example/?a=@marie https://x.example/(@marie)", []),
        ("[@marie](https://x.example) ![@marie](https://x.example)", []),
        ("@" + "a" * 64, [Handle("a" * 64, None)]),
        ("@" + "a" * 65, []),
        ("@ @. @- @é", []),
        ("", []),
    ],
)
def test_handles_are_found_where_they_are_mentions(typed: str, found: list[Handle]) -> None:
    assert markup.handles(typed) == found


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("#Réunion_2026", ["Réunion_2026"]),
        ("#réunion #RÉUNION #Note #réunion", ["réunion", "Note"]),
        ("#note, (#note2) «#note3» l’#été.", ["note", "note2", "note3", "été"]),
        ("#1 #2026 #_ #１ #", []),
        ("#1er #2026a", ["1er", "2026a"]),
        ("#e\u0301te\u0301 #हिन्दी #日本語 #Ελλάδα", ["e\u0301te\u0301", "हिन्दी", "日本語", "Ελλάδα"]),
        ("C#a a#b ##c /#d &#e", []),
        ("`#note` https://x.example/#ancre [#note](https://x.example)", []),
        ("```\n#note\n```", []),
        (r"\#note", []),
        ("**#note**\n\n> #cite", ["note", "cite"]),
        ("# Titre", []),
        ("#Titre", ["Titre"]),
        ("", []),
    ],
)
def test_hashtags_are_found_in_any_script(typed: str, found: list[str]) -> None:
    assert markup.hashtags(typed) == found


def test_a_hashtag_is_a_link_to_its_page() -> None:
    assert render("Vu #Réunion_2026, #1.") == f"<p>Vu {tag('Réunion_2026')}, #1.</p>"
    assert render("**#Note**") == f"<p><strong>{tag('Note')}</strong></p>"


@pytest.mark.parametrize(
    ("typed", "content"),
    [
        ("L'été à Nice : « ça va » & co.", "<p>L'été à Nice : « ça va » &amp; co.</p>"),
        ("un\ndeux\r\ntrois\n\nquatre", "<p>un<br>deux<br>trois</p><p>quatre</p>"),
        ("un  \ndeux", "<p>un<br>deux</p>"),
        ("**a *b ~~c~~ b* a**", "<p><strong>a <em>b <s>c</s> b</em> a</strong></p>"),
        ("un_mot_long 2*3*4", "<p>un_mot_long 2<em>3</em>4</p>"),
        ("- a\n- b\n  1. c", "<ul><li>a</li><li>b<ol><li>c</li></ol></li></ul>"),
        ("- a\n\n- b", "<ul><li><p>a</p></li><li><p>b</p></li></ul>"),
        ("3. c\n4. d", '<ol start="3"><li>c</li><li>d</li></ol>'),
        ("> a\n> b\n\nc", "<blockquote><p>a<br>b</p></blockquote><p>c</p>"),
        ("# a\n## b\n### c\n#### d\n###### f", "<h3>a</h3><h4>b</h4><h5>c</h5><h6>d</h6><h6>f</h6>"),
        ("```python\nif a:\n    <b>\n```", "<pre><code>if a:\n    &lt;b&gt;</code></pre>"),
        ("`a < b`", "<p><code>a &lt; b</code></p>"),
        ("[note](https://x.example/a_b)", f"<p>{link('https://x.example/a_b', 'note')}</p>"),
        ("https://x.example/a_b_?c=d&e=f.", f"<p>{link('https://x.example/a_b_?c=d&amp;e=f')}.</p>"),
        (
            "(voir http://x.localhost:8001/é)",
            f"<p>(voir {link('http://x.localhost:8001/%C3%A9', 'http://x.localhost:8001/é')})</p>",
        ),
        ("fin.Et www.x.example ftp://x.example //x.example", "<p>fin.Et www.x.example ftp://x.example //x.example</p>"),
        ("marie@x.fr", f"<p>{link('mailto:marie@x.fr', 'marie@x.fr')}</p>"),
        ("![la carte](https://x.example/a.png)", f"<p>{link('https://x.example/a.png', 'la carte')}</p>"),
        ("![](https://x.example/a.png)", f"<p>{link('https://x.example/a.png')}</p>"),
        ("[![a](https://x.example/a.png)](https://y.example)", f"<p>{link('https://y.example', 'a')}</p>"),
        ("titre\n---\n    retrait\n[Rappel]: demain", "<p>titre<br>---<br>retrait<br>[Rappel]: demain</p>"),
        ("&lt;b&gt; &eacute;", "<p>&lt;b&gt; é</p>"),
        ("", ""),
        (" \n\n ", ""),
    ],
)
def test_markdown_becomes_html(typed: str, content: str) -> None:
    assert render(typed) == content


@pytest.mark.parametrize(
    ("typed", "content"),
    [
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("a <b onclick=alert(1)>b</b>", "a &lt;b onclick=alert(1)&gt;b&lt;/b&gt;"),
        ("<!-- a -->", "&lt;!-- a --&gt;"),
        ("[a](javascript:alert(1))", "[a](javascript:alert(1))"),
        ("[a](JAVA&#115;CRIPT:alert(1))", "[a](JAVAsCRIPT:alert(1))"),
        ("[a](data:text/html,b)", "[a](data:text/html,b)"),
        ("<javascript:alert(1)>", "&lt;javascript:alert(1)&gt;"),
        ("[a](/b) [c](d:e)", "a c"),
        ("![a](javascript:alert(1))", "![a](javascript:alert(1))"),
        ('[a](https://x.example "onclick=alert(1)")', link("https://x.example", "a")),
        ('[a](<https://x.example/"onclick=alert(1)>)', link("https://x.example/%22onclick=alert(1)", "a")),
        ("[https://bank.example](https://evil.example)", link("https://evil.example", "evil.example")),
    ],
)
def test_sec_h3_what_staff_type_cannot_run_or_deceive(typed: str, content: str) -> None:
    assert render(typed) == f"<p>{content}</p>"


def test_where_a_mention_leads_is_escaped_and_must_be_an_address() -> None:
    odd = Mention(MARIE, url='https://x.example/?a=1&b="c"', uri="https://x.example/1")
    bad = Mention(MARIE, url="javascript:alert(1)", uri="https://x.example/1")
    assert '<a href="https://x.example/?a=1&amp;b=%22c%22" class="u-url mention">' in markup.render(
        "@marie", mentions={MARIE: odd}, tag_url=tag_url
    )
    assert markup.render("@marie", mentions={MARIE: bad}, tag_url=tag_url) == (
        '<p><span class="h-card">@<span>marie</span></span></p>'
    )


@pytest.mark.parametrize(
    ("typed", "counted"),
    [
        ("", 0),
        ("été", 3),
        ("a\r\nb", 3),
        ("日本 🌍", 4),
        ("https://x.example/" + "a" * 500, 23),
        ("http://x.fr", 23),
        ("voir https://x.example/a, puis http://tokyo.localhost:8002/@ken.", 5 + 23 + 7 + 23 + 1),
        ("marie@paris.example", 19),
        ("@marie", 6),
        ("@ken@tokyo.localhost:8002, ça va", 4 + 7),
        ("https://x.example/@ken@tokyo.example", 23),
        ("@a@b.example @c@d.example", 5),
    ],
)
def test_length_counts_a_url_as_23_and_leaves_out_hosts(typed: str, counted: int) -> None:
    assert markup.length(typed) == counted


MARKUP = st.lists(
    st.one_of(
        st.sampled_from(["@marie", "@ken@tokyo.localhost:8002", "#Note", "#1", "https://x.example/", "a@b.example"]),
        st.sampled_from(
            ["*", "**", "_", "~~", "`", "```\n", "> ", "- ", "1. ", "# ", "\n", "\n\n", " ", "\\", "[", "]("]
        ),
        st.sampled_from([")", "![", "<", ">", "&", "&lt;", "<script>", "javascript:", "|", "---\n", "\t", "'", '"']),
        st.text(max_size=6),
    ),
    max_size=30,
).map("".join)


@settings(max_examples=300, deadline=None)
@given(MARKUP)
def test_what_is_found_is_what_is_rendered(typed: str) -> None:
    content = render(typed)
    assert html.sanitise(content) == content
    for handle, shape in ((MARIE, TO_MARIE), (KEN, TO_KEN)):
        assert (shape in content) == (handle in markup.handles(typed))
    assert content.count('rel="tag"') >= len(markup.hashtags(typed))
    assert markup.length(typed) >= 0


@pytest.mark.parametrize(
    "typed",
    [
        "*a_" * 1_666,
        "[" * 5_000,
        ">" * 5_000,
        "- " * 2_500,
        "@a@b-" * 1_000,
        "[a](" * 1_250,
        "a@" * 2_500,
        "![a](b)" * 700,
    ],
)
def test_a_post_that_is_all_markup_is_rendered_too(typed: str) -> None:
    content = render(typed)
    assert html.sanitise(content) == content
