"""Awkward names: what people, keyboards, spreadsheets and pranksters put where a name is expected."""

from __future__ import annotations

from hypothesis import strategies as st

#: Nothing that anybody could see.
EMPTY = (" ", "\u200b", "\xa0\u2060", "\u3000")
LONG = ("x" * 200, "Consolidated " * 15)
CHINESE = ("哈萨克斯坦钨矿招标有限公司", "北方矿业投资控股股份有限公司国际合作部")
RIGHT_TO_LEFT = ("شركة التعدين", "חברת הכרייה", "abc\u202efdp.exe", "a\u2066b\u2069c")
NUMBERS = ("007", "1e5", "1.10", "2025", "-1", "+7", "1_000", "0x1F", ".5", "nan", "inf", "-inf", "1:30", "1,5")
DATES = ("2025-01-01", "2030-01", "12:30:45", "1/2")
BOOLEANS = ("true", "True", "False", "no", "yes", "on", "null", "~", "None", "NULL", "n/a", "NA")
FORMULAS = ("=cmd|'/C calc'!A0", "+1+1", "-2+3", "@SUM(1)", "\t=1", "\r=2", "\n=3", "'=1", "''@x", "\uff1d1+1", "'tis")
CONTROLS = (
    "\x1b[31mred\x1b[0m", "\x1b]0;title\x07", "\x9b31mC1", "a\x00b", "del\x7f", "2\nlines", "a\rb", "c\td", "e\u2028f",
    "\ufeffmark",
)  # fmt: skip
INVISIBLE = ("so\xadft", "zero\u200bwidth", "no\xa0break", "b\u0430d", "\uff42ad", "jo\u200diner")
MARKUP = (
    "[bold]x[/bold] [/red]",
    "<b>&amp;</b>",
    "A$ and B$",
    'a, "b" | c',
    "%s {0} \\n",
    ":smile: ⛏️",
    "`x` *y*",
    "#1: x",
)
#: What agents and policies may be called, on condition that no two look alike.
ALLOWED = (
    *LONG, *CHINESE, *RIGHT_TO_LEFT, *NUMBERS, *DATES, *BOOLEANS, *FORMULAS, *CONTROLS, *INVISIBLE, *MARKUP,
)  # fmt: skip
#: How a negotiation ends: no label.
OUTCOMES = ("shelved", "Split", "kept", "NOBODY", " Shelved ", "s\u200bplit", "k\u0435pt", "Shelving")
#: Pairs that nobody can tell apart.
ALIKE = (
    ("Same", "Same"), ("Same", "Same "), ("North", "N\u043erth"), ("zero", "ze\u200bro"), ("ad", "\uff41d"),
    ("a b", "a\xa0b"),
)  # fmt: skip
#: Invisible letters, and letters of other alphabets that look like the plain ones they stand for.
UNSEEN = ("\u200b", "\u200c", "\u200d", "\xad", "\u2060", "\ufeff", "\ufe0f")
TWINS = {
    "a": "\u0430\uff41\u0251",
    "e": "\u0435",
    "o": "\u043e\u03bf",
    "c": "\u0441",
    "p": "\u0440",
    "i": "\u0456\u0131",
    "s": "\u0455",
}


def names() -> st.SearchStrategy[str]:
    """Any name: one of the lists, a mixture of two of them, or whatever Unicode has."""
    listed = st.sampled_from(ALLOWED)
    mixed = st.tuples(listed, st.sampled_from(["", " ", "\n", ",", '"', "'"]), listed).map("".join)
    return listed | mixed | st.text(st.characters(codec="utf-8"), min_size=1, max_size=30)


def deceiving(word: str) -> st.SearchStrategy[str]:
    """A word that looks like this one and is another: a letter replaced by its twin, or an invisible one put in."""
    swaps = [word[:n] + twin + word[n + 1 :] for n, letter in enumerate(word) for twin in TWINS.get(letter, "")]
    hidden = [word[:n] + letter + word[n:] for n in range(1, len(word) + 1) for letter in UNSEEN]
    return st.sampled_from([*swaps, *hidden])


def teams(of: tuple[str, ...], size: int) -> list[tuple[str, ...]]:
    """All names in groups of so many, the last filled up from the first."""
    filled = (*of, *of[: -len(of) % size])
    return [filled[n : n + size] for n in range(0, len(filled), size)]
