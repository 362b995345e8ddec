"""Bytes as text in base58btc, the `z…` of Multikey and of proof values (Multibase, base58-btc)."""

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
PREFIX = "z"

_DIGITS = {character: digit for digit, character in enumerate(ALPHABET)}


def encode(raw: bytes) -> str:
    """The text `z…` of these bytes; leading zero bytes become leading `1`s."""
    zeros = len(raw) - len(raw.lstrip(b"\0"))
    number = int.from_bytes(raw, "big")
    characters = []
    while number:
        number, digit = divmod(number, 58)
        characters.append(ALPHABET[digit])
    return PREFIX + ALPHABET[0] * zeros + "".join(reversed(characters))


def decode(text: str, *, length: int) -> bytes:
    """The bytes of a text `z…`.

    length: how many bytes it must hold; a longer text is not even looked at.
    Raises ValueError: another base, a character outside the alphabet, another length.
    """
    digits = text.removeprefix(PREFIX)
    # A base58 character holds a little more than 5.85 bits.
    if digits == text or len(digits) > length * 8 / 5.85 + 1:
        raise ValueError(f"This is not base58btc text of {length} bytes.")
    number = 0
    for character in digits:
        if character not in _DIGITS:
            raise ValueError("This is not base58btc text.")
        number = number * 58 + _DIGITS[character]
    zeros = len(digits) - len(digits.lstrip(ALPHABET[0]))
    raw = b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8, "big")
    if len(raw) != length:
        raise ValueError(f"This is not base58btc text of {length} bytes.")
    return raw
