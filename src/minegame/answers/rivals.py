"""Who stands in a contender's way, and names of levers that there are."""

from __future__ import annotations

from collections.abc import Sequence

from minegame.answers.answer import AnswerError
from minegame.answers.contender import Contender
from minegame.game import LEVERS
from minegame.runner import Runner
from minegame.scenario import nearest

_TRIED = 2000  # replications that say who does best of the others


def best_rival(contender: Contender, named: str | None, seed: int, runner: Runner) -> str:
    """The rival named, else the other contestant that does best; raises AnswerError where there is none."""
    known, name = contender.contestants, contender.scenario.name
    if named is not None and named not in known:
        text = f"there is no contestant '{named}': expected one of {', '.join(known)}{nearest(named, known)}"
        raise AnswerError(name, text)
    others = [one for one in known if one != contender.bidder]
    if named == contender.bidder or not others:
        text = "is no rival of itself" if named else "there is but one contestant, hence no rival"
        raise AnswerError(name, f"{named} {text}" if named else text)
    if named is not None or len(others) == 1:
        return named or others[0]
    places = [contender.place_of(one) for one in others]
    sums = runner.tally(contender.scenario.game().reshape(1, 1), seed, _TRIED, places=places).sums[0, 0]
    return others[int(sums[:, 1].argmax())]


def known_levers(where: str, levers: Sequence[str] | None) -> None:
    """Refuse a lever that there is not."""
    for lever in levers or ():
        if lever not in LEVERS:
            text = f"there is no lever '{lever}': expected one of {', '.join(LEVERS)}{nearest(lever, LEVERS)}"
            raise AnswerError(where, text)
