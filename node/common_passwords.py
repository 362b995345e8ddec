"""Passwords that are tried first, in English and French: those of twelve characters and more, since shorter are refused."""

_STEMS = (  # noqa: SIM905  read as words, not as forty quoted lines
    "password motdepasse azertyuiop qwertyuiop azerty123456 qwerty123456 administrator administrateur bienvenue welcome "
    "iloveyou jetaime princess princesse sunshine soleil football dragon monkey letmein master secret superman batman "
    "ambassade embassy consulat consulate diplomatie diplomacy ministere ministry marianne france paris republique "
    "changeme changezmoi changeit temporary temporaire legation summer winter autumn spring printemps automne hiver"
).split()
_ENDINGS = (
    "",
    "1",
    "12",
    "123",
    "1234",
    "12345",
    "123456",
    "!",
    "1!",
    "123!",
    "2024",
    "2025",
    "2026",
    "2026!",
    "00",
    "01",
)

COMMON = frozenset(
    {
        *(word for stem in _STEMS for ending in _ENDINGS if len(word := stem + ending) >= 12),  # noqa: PLR2004
        *(stem + stem for stem in _STEMS),
        *(stem + "-" + stem for stem in _STEMS),
        "123456789012",
        "1234567890123",
        "012345678910",
        "987654321098",
        "abcdefghijkl",
        "abcdefghijklm",
        "azertyuiopqs",
        "azertyuiopqsdfghjklm",
        "qwertyuiopas",
        "qwertyuiopasdfghjkl",
        "1q2w3e4r5t6y",
        "1a2z3e4r5t6y",
        "q1w2e3r4t5y6",
        "motdepassemotdepasse",
        "correcthorsebatterystaple",
        "correct horse battery staple",
        "vive la france",
        "vivelafrance",
        "jesuischarlie",
        "liberte egalite fraternite",
        "liberteegalitefraternite",
    }
)
