"""Letters that deceive: invisible ones, and ones of other alphabets that look like Latin.

Names and paths are written in plain Latin letters, so a letter that only looks like one is a mistake that nobody can
see.  Words in another alphabet throughout are left alone: they are somebody's language.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping

from minegame.text import listed, written_out

#: Letters of other alphabets and the Latin ones that they look like: Cyrillic, Greek, Armenian, phonetic ones.
_LIKE = dict(
    zip(
        "аеорсухіјѕԁһӏԛԝАВЕКМНОРСТУХІЈЅԌԚԜονιαρυκΑΒΕΖΗΙΚΜΝΟΡΤΥΧօոսցհıɡɑ",
        "aeopcyxijsdhlqwABEKMHOPCTYXIJSGQWovlapukABEZHIKMNOPTYXonughiga",
        strict=True,
    )
)
_LIKE |= {chr(0xFF01 + n): chr(0x21 + n) for n in range(94)}  # full width
#: Spaces other than the one of the keyboard.
_SPACES = "\xa0\u1680\u2000-\u200a\u202f\u205f\u3000"
#: What takes no room, or none that anybody would notice.
_UNSEEN = "\xad\u034f\u061c\u115f\u1160\u180b-\u180e\u200b-\u200f\u2060-\u2065\u3164\ufe00-\ufe0f\ufeff\uffa0"
_ODD = re.compile(f"[{re.escape(''.join(_LIKE))}{_SPACES}{_UNSEEN}]")
_WORD = re.compile(f"[\\w{_SPACES}{_UNSEEN}]+")


def looks_like(text: str) -> str:
    """Text as it looks: letters that look like Latin ones as those, and nothing that cannot be seen.

    >>> looks_like("b\\u0430lance\\u200b_weight\\xa0")
    'balance_weight'
    """
    seen = re.sub(f"[{_UNSEEN}]", "", "".join(_LIKE.get(letter, letter) for letter in text))
    return " ".join(seen.split())


def undeceiving(text: str) -> str:
    """Text in which every word that mixes plain Latin letters with deceptive ones shows those as codes.

    >>> undeceiving("host.b\\u0430lance_weight in \\u0440\\u043e\\u0441\\u0441\\u0438\\u044f")
    'host.b\\\\u0430lance_weight in россия'
    """
    return _WORD.sub(lambda word: _coded(word[0]) if re.search("[A-Za-z]", word[0]) else word[0], text)


def _coded(word: str) -> str:
    return _ODD.sub(lambda odd: written_out(odd[0]), word)


def deceptive(name: object, names: Iterable[str]) -> str:
    """What is wrong with a name that looks like one of the names and is none, and which one; nothing else.

    >>> deceptive("b\\u0430d", ["bad"])
    "; it has letters that only look like Latin (U+0430 in place of 'a'); did you mean 'bad'?"
    """
    text = str(name)
    if not _ODD.search(text):
        return ""
    meant = next((known for known in names if known in (looks_like(text), looks_like(text).lower())), None)
    if meant is None:
        return ""
    return f"; it has {' and '.join(_odd_letters(text))}; did you mean '{meant}'?"


def _odd_letters(text: str) -> Iterator[str]:
    """What is odd about the letters of a text: kinds, each with its letters."""
    odd = list(dict.fromkeys(_ODD.findall(text)))
    if alike := [f"U+{ord(letter):04X} in place of '{_LIKE[letter]}'" for letter in odd if letter in _LIKE]:
        yield f"letters that only look like Latin ({listed(alike)})"
    if unseen := [f"U+{ord(letter):04X}" for letter in odd if letter not in _LIKE]:
        yield f"invisible {'ones' if alike else 'letters'} ({listed(unseen)})"


def same_to_the_eye(words: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Pairs of keys whose words nobody can tell apart, whatever they are written in: the later one first.

    >>> list(same_to_the_eye({"a": "north", "b": "south", "c": "n\u043erth "}))
    [('c', 'a')]
    """
    owner: dict[str, str] = {}
    for key, word in words.items():
        seen = looks_like(unicodedata.normalize("NFKC", word))
        if seen in owner:
            yield key, owner[seen]
        owner.setdefault(seen, key)


def unclear_names(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Names that nobody can see, or can tell from another: each with what is wrong with it.

    >>> list(unclear_names(["late", "late ", " "]))
    [('late ', "looks like 'late': expected names that people can tell apart"), (' ', 'is empty: expected a name')]
    """
    words = {name: name for name in names}
    for name, other in same_to_the_eye(words):
        yield name, f"looks like '{other}': expected names that people can tell apart"
    for name in words:
        if not looks_like(name):
            yield name, "is empty: expected a name"
