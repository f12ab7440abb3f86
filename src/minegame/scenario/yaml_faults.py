"""What somebody did wrong in a file that is no YAML, in plain words: the parser only says what it expected."""

from __future__ import annotations

import re
from typing import Any

import yaml

from minegame.text import visible

#: What no YAML file may hold, quoted or not.
_UNREADABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LINE_END = re.compile("\r\n|[\r\n\x85\u2028\u2029]")  # all that ends a line for the parser
_NO_SPACE = re.compile(r"\s*(?P<name>[\w.*]+):(?P<value>[^\s:]\S*)")
_INDENTATION = "names of one group begin in the same column, with spaces before them"


def explained(error: yaml.YAMLError, text: str, loader: Any) -> tuple[int, str]:
    """The line, from 1, and the words for what is wrong with a text that the parser refused."""
    mark, begun = (getattr(error, name, None) for name in ("problem_mark", "context_mark"))
    if mark is None:
        return _unreadable(error, text)
    problem, context = getattr(error, "problem", "") or "", getattr(error, "context", "") or ""
    lines = _LINE_END.split(text)
    here, there = (min(at.line + 1, len(lines)) if at else 0 for at in (mark, begun))
    if "scanning a quoted scalar" in context:
        return there, _never_closed(there)
    if (quote := _last_quoted(text, lines, loader, mark)) is not None:
        return _after_quote(quote, here)
    if "tab" in problem or _letter(lines, mark) == "\t":
        return here, "a tab indents this line: indent with spaces"
    if "flow" in context:
        return here, _in_brackets(_letter(lines, begun) if begun else "", there, here)
    if begun and any(what in context for what in ("alias", "anchor", "block scalar", "a tag")):
        return there, _cannot_begin(_letter(lines, begun))
    return _of_a_block(problem, lines, mark)


def _letter(lines: list[str], mark: Any) -> str:
    """The letter at a mark; nothing where that is behind the end of a line, or of the text."""
    return _line_at(lines, mark)[mark.column : mark.column + 1]


def _line_at(lines: list[str], mark: Any) -> str:
    """The line of a mark; nothing behind the last."""
    return lines[mark.line] if mark.line < len(lines) else ""


def _unreadable(error: yaml.YAMLError, text: str) -> tuple[int, str]:
    if found := _UNREADABLE.search(text):
        line = len(_LINE_END.findall(text, 0, found.start())) + 1
        return line, f"the character U+{ord(found[0]):04X} has no place in a file"
    return 1, str(getattr(error, "reason", None) or "cannot be read")


# ---------------------------------------------------------------------------------------------------- quotes, brackets


def _never_closed(line: int) -> str:
    return f"the quote that begins in line {line} is never closed"


def _last_quoted(text: str, lines: list[str], loader: Any, mark: Any) -> Any:
    """The quoted text that ends in the line of the mark, before it; None if there is none."""
    last = None
    try:
        for token in yaml.scan(text, Loader=loader):
            if token.start_mark.line > mark.line:
                break
            if isinstance(token, yaml.ScalarToken) and token.style in ("'", '"') and token.end_mark.line == mark.line:
                last = token if token.end_mark.column <= mark.column else last
    except yaml.YAMLError:
        pass
    spans = last is not None and last.start_mark.line < last.end_mark.line
    touches = last is not None and not _line_at(lines, mark)[last.end_mark.column : mark.column].strip()
    return last if spans or touches else None


def _after_quote(quote: Any, here: int) -> tuple[int, str]:
    """Text goes on behind a closing quote: it was meant as a letter, or closed what should have been closed before."""
    begun = quote.start_mark.line + 1
    if begun < here:
        return begun, f"the quote that begins in line {begun} is only closed in line {here}: one is missing between"
    if quote.style == "'":
        return here, "text goes on behind a closing quote: put it between \" and \", or write an apostrophe as ''"
    return here, "text goes on behind a closing quote: put it between ' and ', or write a quote inside as \\\""


def _in_brackets(bracket: str, begun: int, here: int) -> str:
    closing = {"{": "}", "[": "]"}.get(bracket, "a bracket")
    if begun < here:
        return f"the '{bracket}' that begins in line {begun} is not closed by '{closing}', or a comma is missing"
    return f"expected a comma, or '{closing}' for the '{bracket}' in this line (text with either needs quotes)"


# -------------------------------------------------------------------------------------------------------------- blocks


def _of_a_block(problem: str, lines: list[str], mark: Any) -> tuple[int, str]:
    """What is wrong outside quotes and brackets."""
    line, here = _line_at(lines, mark), min(mark.line + 1, len(lines))
    if "mapping values" in problem:
        return here, _second_colon(line[: mark.column])
    if "could not find expected ':'" in problem:
        return _no_colon(lines, mark)
    if "cannot start any token" in problem:
        return here, _cannot_begin(_letter(lines, mark))
    if "escape" in problem:
        return here, "a backslash between double quotes changes the letter behind it: use single quotes, or write two"
    if "block sequence entries" in problem:
        return here, "a list stands on lines of its own, '- ' before each item, or in brackets: [a, b]"
    if (letter := _letter(lines, mark)) in ("}", "]"):
        return here, f"a '{letter}' too many, or the text before it needs quotes"
    if "expected key" in problem or "'-' indicator" in problem:
        return here, f"this line does not begin where those around it do: {_INDENTATION}"
    return here, problem or "cannot be read"


def _cannot_begin(letter: str) -> str:
    return f"text cannot begin with '{visible(letter)}': put it in quotes"


def _second_colon(until: str) -> str:
    if re.search(r":\s", until):
        return "a colon stands in text without quotes: put the text in quotes"
    return f"this line is indented below one that has a value already: {_INDENTATION}"


def _no_colon(lines: list[str], mark: Any) -> tuple[int, str]:
    """The last line with something in it before the mark, which should have been a name with a value."""
    number = next((n for n in range(mark.line - 1, -1, -1) if lines[n].strip()), mark.line)
    if joined := _NO_SPACE.fullmatch(lines[number].rstrip()):
        return number + 1, f"a space is missing after the colon: expected '{joined['name']}: {joined['value']}'"
    return number + 1, "a colon is missing: expected a name and a value, such as 'title: …'"
