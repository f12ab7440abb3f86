"""From declared options to a command: the one bridge between :mod:`minegame.options` and Typer.

A command is a function of the options that its parts declare.  Typer hands over text alone; what it means, and what is
allowed, is said by each option's reader, as it is for files and for Python.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import fields
from typing import Annotated, Any

import typer

from minegame.options import Flag, Option, Options, flag_of, options_of


def command(
    group: typer.Typer, name: str, help: str, perform: Callable[..., None], *parts: type[Options], epilog: str = "",
    hidden: bool = False,
) -> None:  # fmt: skip
    """Register a command whose options are those of all parts, in that order; ``perform`` takes the parts read."""

    def call(**given: Any) -> None:
        perform(*(part.from_typed(given) for part in parts))

    signature = [parameter for part in parts for parameter in _parameters(part)]
    kept = {parameter.name: parameter for parameter in signature}
    named: Any = call
    named.__name__, named.__doc__ = name.replace("-", "_"), help
    named.__signature__ = inspect.Signature(list(kept.values()))
    named.__annotations__ = {parameter.name: parameter.annotation for parameter in kept.values()}
    group.command(name=name, help=help, epilog=epilog)(named)


def alone(name: str, help: str, perform: Callable[..., None], *parts: type[Options], epilog: str = "") -> Any:
    """A command on its own, as :func:`command` registers it."""
    group = typer.Typer(
        add_completion=False, rich_markup_mode="rich", context_settings={"help_option_names": ["-h", "--help"]}
    )
    command(group, name, help, perform, *parts, epilog=epilog)
    return typer.main.get_command(group)


def examples(command: str, *lines: str) -> str:
    """The examples that stand below the help of a command."""
    told = "\n\n".join(f"  minegame {command} {line}".rstrip() for line in lines)
    return f"{'Example' if len(lines) == 1 else 'Examples'}:\n\n{told}"


def _parameters(part: type[Options]) -> Iterator[inspect.Parameter]:
    defaults = {field.name: field.default for field in fields(part)}  # type: ignore[arg-type]
    for name, option in options_of(part).items():
        default = False if isinstance(option.reader, Flag) else None
        yield inspect.Parameter(
            name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=_annotation(name, option, defaults[name])
        )


def _annotation(name: str, option: Option, default: Any) -> Any:
    names = [flag_of(name), *([option.short] if option.short else [])]
    if isinstance(option.reader, Flag):
        return Annotated[bool, typer.Option(*names, help=option.help)]
    kind: Any = list[str] | None if option.reader.many else str | None
    said: dict[str, Any] = {
        "metavar": option.reader.metavar, "help": _with_default(option, default), "show_default": False,
        "autocompletion": _COMPLETED.get((option.reader.metavar, option.is_argument)),
    }  # fmt: skip
    return Annotated[kind, typer.Argument(**said) if option.is_argument else typer.Option(*names, **said)]


def _scenarios(incomplete: str) -> list[str]:
    from minegame.scenario import shipped_scenarios

    return [name for name in shipped_scenarios() if name.startswith(incomplete)]


def _cases(incomplete: str) -> list[str]:
    from minegame.scenario import shipped_campaigns

    return [*_scenarios(incomplete), *(name for name in shipped_campaigns() if name.startswith(incomplete))]


def _experiments(incomplete: str) -> list[str]:
    from minegame.experiment_file import shipped_experiments

    return [name for name in shipped_experiments() if name.startswith(incomplete)]


#: What a shell completes, by what stands for it in the help and whether it is an argument; where no name begins so, it
#: completes files.
#: What a command is about may be a campaign; what an option names beside it is a scenario.
_COMPLETED: dict[tuple[str, bool], Callable[[str], list[str]]] = {
    ("SCENARIO", True): _cases, ("FILE…", True): _cases, ("SCENARIO", False): _scenarios,
    ("EXPERIMENT", True): _experiments, ("EXPERIMENT", False): _experiments,
}  # fmt: skip


def _with_default(option: Option, default: Any) -> str:
    """The help with the default in brackets, where it does not say one itself."""
    if default in (None, "", ()) or "(default" in option.help or "default:" in option.help:
        return option.help
    text = f"{default:,}" if isinstance(default, int) else ", ".join(option.reader.typed(default))
    return f"{option.help.removesuffix('.')} (default: {text})."
