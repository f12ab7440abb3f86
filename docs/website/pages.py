"""Pages that the site has beside those of ``docs``: start, gallery, notebooks, reference, and the files pointed to.

A page of ``docs`` points to files of the repository as GitHub wants it, ``../src/minegame/rules.py``; here each such
file, and each file of a folder, is a page of its own, so that every link leads somewhere without a network.
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from posixpath import normpath, relpath
from typing import Any

import nbformat
from mkdocs.structure.files import File, Files

ROOT = Path(__file__).resolve().parents[2]
#: Pages that are files at the top of the repository.
COPIES = {"index.md": "README.md", "changelog.md": "CHANGELOG.md", "contributing.md": "CONTRIBUTING.md"}
#: What the reference describes, under its headings.
REFERENCE = {
    "One line of Python": ("minegame.python",),
    "Scenarios": ("minegame.scenario.Scenario",),
    "Answers and results": ("minegame.answers.answer.Answer", "minegame.tables.Table", "minegame.results.Results"),
    "One negotiation": ("minegame.model.Negotiation", "minegame.agents"),
    "A side played by a policy": (
        "minegame.sides.side",
        "minegame.sides.players",
        "minegame.env.single",
        "minegame.env.table",
    ),
    "Every formula": ("minegame.rules",),
}
_LINK = re.compile(r"(!?\[[^\]\n]*\])\(([^)#:\s]+)(#[^)\s]*)?\)")
_LANGUAGES = {".py": "python", ".yaml": "yaml", ".cff": "yaml", ".toml": "toml", ".md": "markdown"}
_HIDDEN = "---\nsearch: {exclude: true}\nhide: [toc]\n---\n"


def on_files(files: Files, config: Any) -> Files:
    """Add the pages that are made."""
    made = {page: (ROOT / file).read_text(encoding="utf-8") for page, file in COPIES.items()}
    made["reference.md"] = reference()
    for page, content in [*made.items(), *notebooks()]:
        files.append(File.generated(config, page, content=content))
    pages = {PurePosixPath(page): text for page, text in made.items()}
    pages |= {PurePosixPath(f.src_uri): f.content_string for f in files.documentation_pages() if f.src_uri not in made}
    for place in sorted({place for page, text in pages.items() for place in _pointed_to(page, text)}):
        for page, content in _shown(place):
            if files.get_file_from_path(page) is None:
                files.append(File.generated(config, page, content=content))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Have links to files of the repository lead to their pages."""
    here = PurePosixPath(page.file.src_uri)

    def leading(found: re.Match[str]) -> str:
        words, target, anchor = found.groups()
        place = _place(here, target)
        return f"{words}({relpath(_page(place), here.parent)}{anchor or ''})" if place else found.group()

    return _outside_fences(markdown, lambda text: _LINK.sub(leading, text))


# --------------------------------------------------------------------------------------------- files of the repository


def _pointed_to(page: PurePosixPath, text: str) -> Iterator[str]:
    """The files and folders of the repository that a page points to."""
    for _, target, _ in _LINK.findall(text):
        if (place := _place(page, target)) and not _page(place).startswith("../"):
            yield place


def _place(page: PurePosixPath, target: str) -> str:
    """Where in the repository a link of a page leads; nothing if that is a page, a picture or nowhere."""
    source = _source(page)
    place = normpath(f"{source.parent}/{target}")
    at_home = source.parts[0] == "docs" and place.startswith("docs/")
    return place if (ROOT / place).exists() and not at_home else ""


def _source(page: PurePosixPath) -> PurePosixPath:
    """The file of the repository that a page shows."""
    if page.parts[0] == "notebooks":
        return page.with_suffix("")
    return PurePosixPath(COPIES.get(str(page), f"docs/{page}"))


def _page(place: str) -> str:
    """The page of a file or folder of the repository."""
    if place.startswith("docs/"):
        return place.removeprefix("docs/")
    if place in COPIES.values():
        return next(page for page, file in COPIES.items() if file == place)
    if place.startswith("notebooks"):
        return f"{place}.md"
    return f"files/{place}{'/index' if (ROOT / place).is_dir() else ''}.md"


def _shown(place: str) -> Iterator[tuple[str, str]]:
    """The page of a file, or those of a folder and of the files in it."""
    if _page(place).partition("/")[0] != "files":
        return
    if not (ROOT / place).is_dir():
        language = _LANGUAGES.get(Path(place).suffix, "text")
        text = (ROOT / place).read_text(encoding="utf-8")
        yield _page(place), f"{_HIDDEN}# {place}\n\n{_fenced(text, language)}\n"
        return
    inside = sorted(file for file in (ROOT / place).iterdir() if file.suffix in _LANGUAGES)
    listed = "\n".join(f"- [{file.name}]({file.name}.md)" for file in inside)
    yield _page(place), f"{_HIDDEN}# {place}\n\n{listed}\n"
    for file in inside:
        yield from _shown(f"{place}/{file.name}")


def _fenced(text: str, language: str) -> str:
    fence = "`" * max([3, *(len(run) + 1 for run in re.findall("`{3,}", text))])
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"


def _outside_fences(markdown: str, change: Any) -> str:
    parts = re.split(r"(^`{3,}[^\n]*\n.*?^`{3,}$)", markdown, flags=re.MULTILINE | re.DOTALL)
    return "".join(part if n % 2 else change(part) for n, part in enumerate(parts))


# ------------------------------------------------------------------------------------------------- reference, notebooks


def reference() -> str:
    """What Python has, from its docstrings."""
    parts = ["# Reference", "From the docstrings; [One line of Python](python.md) says what to begin with."]
    for heading, names in REFERENCE.items():
        parts += [f"## {heading}", *(f"::: {name}" for name in names)]
    return "\n\n".join(parts) + "\n"


def notebooks() -> Iterator[tuple[str, str | bytes]]:
    """The notebooks as they ran, the list of them, and the gallery of their pictures."""
    listed = ["# Notebooks", "`minegame notebooks` copies them to a folder, to run and to change."]
    gallery = ["# Gallery", "The pictures of the [notebooks](notebooks.md), each with the code that draws it."]
    for file in sorted((ROOT / "notebooks").glob("*.ipynb")):
        cells = nbformat.read(file, as_version=4).cells
        title = re.findall(r"^# (.+)$", cells[0].source, re.MULTILINE)[0]
        pictures = _pictures(file.stem, cells)
        yield from ((f"notebooks/{name}", drawn) for _, name, drawn in pictures)
        yield f"notebooks/{file.name}.md", "\n\n".join(_as_it_ran(cells, [name for _, name, _ in pictures]))
        listed.append(f"- [{title}](notebooks/{file.name}.md)")
        gallery.append(f"## [{title}](notebooks/{file.name}.md)")
        gallery += [f"{_fenced(code, 'python')}\n\n![{title}](notebooks/{name})" for code, name, _ in pictures]
    yield "notebooks.md", "\n\n".join(listed)
    yield "gallery.md", "\n\n".join(gallery)


def _pictures(stem: str, cells: Any) -> list[tuple[str, str, bytes]]:
    """The pictures of a notebook: the code that drew each, its name, and the picture."""
    drawn = [(cell.source, data["image/png"]) for cell in cells for data in _shows(cell) if "image/png" in data]
    return [(code, f"{stem}_{n}.png", b64decode(picture)) for n, (code, picture) in enumerate(drawn, 1)]


def _as_it_ran(cells: Any, pictures: list[str]) -> Iterator[str]:
    """The text, the code and what it shows."""
    names = iter(pictures)
    for cell in cells:
        yield cell.source if cell.cell_type == "markdown" else _fenced(cell.source, "python")
        for data in _shows(cell):
            yield f"![Picture]({next(names)})" if "image/png" in data else _told(data)


def _shows(cell: Any) -> Iterator[Any]:
    """What a cell shows: the data of every output."""
    for output in cell.get("outputs", []):
        yield output.get("data", {"text/plain": output.get("text", "")})


def _told(data: Any) -> str:
    """What a cell says, if it is no picture."""
    if "text/markdown" in data:
        return str(data["text/markdown"])
    if "text/html" in data:
        return "<div>" + re.sub(r"\n\s*\n", "\n", data["text/html"]) + "</div>"
    return _fenced(data["text/plain"], "text")
