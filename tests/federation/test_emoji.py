"""What counts as one emoji."""

import pytest

from federation import emoji


@pytest.mark.parametrize(
    "text",
    [
        "👍",
        "👍🏽",
        "❤",
        "❤\ufe0f",
        "🇫🇷",
        "1\ufe0f⃣",
        "👩‍🚒",
        "👨‍👩‍👧‍👦",
        "🏴\U000e0067\U000e0062\U000e007f",
        "✅",
        "⭐",
        ":blobcat:",
        " 🎉 ",
    ],
)
def test_one_emoji_is_read(text: str) -> None:
    assert emoji.read(text) == text.strip()


@pytest.mark.parametrize(
    "text", ["", "a", "👍👍", "ok 👍", "1", "🇫", "::", ":a b:", "<b>", ":" + "x" * 65 + ":", "👍" + "\u200d👍" * 60]
)
def test_anything_else_is_none(text: str) -> None:
    assert emoji.read(text) is None


@pytest.mark.parametrize(
    ("sent", "text"), [("👍", "👍"), (["👍"], "👍"), (None, ""), ({"a": 1}, ""), ([], ""), (7, "")]
)
def test_content_in_any_form(sent: object, text: str) -> None:
    assert emoji.text_of(sent) == text


def test_a_custom_one_is_no_grapheme() -> None:
    assert not emoji.is_grapheme(":blobcat:")
