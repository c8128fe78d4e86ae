"""What befalls the requests of a phase: which of them is struck, and by what.

A phase is calm, has one accident, or is a storm. Everything is drawn from the one source of chance of a life.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from enum import Enum, auto
from random import Random


class Strike(Enum):
    """What becomes of one request."""

    LOST = auto()
    """It never arrived, and nobody said so."""
    ANSWER_LOST = auto()
    """It was carried out; its answer never came."""
    OFFLINE = auto()
    """No connection was made."""
    ERROR = auto()
    """5xx, and nothing was done."""
    ERROR_AFTER = auto()
    """5xx, although it was carried out."""
    THROTTLED = auto()
    PORTAL = auto()
    """Some network answered 200 with a page of its own."""
    TORN = auto()
    """Carried out; the answer is cut in its middle."""
    REFUSED = auto()
    """A definite refusal."""
    RESET = auto()
    """The service forgot where a delta round stood."""
    ABROAD = auto()
    """The answer leads to another host."""
    EXPIRED = auto()
    """The token is not taken any more."""
    DEATH = auto()
    """The process dies before the request leaves."""
    DEATH_AFTER = auto()
    """The request is carried out; the process dies before it hears of it."""


COMMON = (
    Strike.ANSWER_LOST, Strike.ANSWER_LOST, Strike.ANSWER_LOST, Strike.LOST, Strike.ERROR, Strike.ERROR_AFTER,
    Strike.ERROR_AFTER, Strike.DEATH, Strike.DEATH_AFTER, Strike.DEATH_AFTER, Strike.RESET, Strike.THROTTLED,
)  # fmt: skip
STRIKES: tuple[Strike, ...] = (*COMMON, *Strike)
ERRORS = (500, 502, 503, 504)
REFUSALS = (400, 403, 413, 422)


@dataclass(slots=True)
class Weather:
    """``share`` of the requests are struck, and the one numbered ``accident``; ``is_offline`` strikes them all.

    ``crowd`` is the chance that somebody else edits the calendar before a request arrives.
    """

    share: float = 0.0
    accident: int = 0
    kind: Strike | None = None
    crowd: float = 0.0
    is_offline: bool = False
    seen: int = 0

    def strike(self, random: Random) -> Strike | None:
        """What befalls the next request."""
        self.seen += 1
        if self.is_offline:
            return Strike.OFFLINE
        if self.seen == self.accident:
            return self.kind or random.choice(STRIKES)
        if self.share and random.random() < self.share:
            return random.choice(STRIKES)
        return None


CALM = Weather()


def drawn(random: Random) -> Weather:
    """The weather of one round."""
    crowd = random.choice((0.0, 0.0, 0.05, 0.25))
    draw = random.random()
    if draw < 0.35:
        return Weather(crowd=crowd)
    if draw < 0.75:
        return Weather(crowd=crowd, accident=random.randrange(1, 8), kind=random.choice(STRIKES))
    if draw < 0.95:
        return Weather(crowd=crowd, share=random.choice((0.1, 0.3, 0.6)))
    return Weather(is_offline=True)


def retry_after(random: Random, wall: datetime) -> str | None:
    """A Retry-After header, usable or not (RFC 9110, 10.2.3)."""
    ahead = format_datetime(wall + timedelta(seconds=random.choice((7, 400, 90_000))), usegmt=True)
    past = format_datetime(wall - timedelta(hours=1), usegmt=True)
    forms = ("5", "40", "200", "0", "1", "1", "99999999", "-3", "1e9", "nan", "", None, ahead, ahead, past)
    return random.choice((*forms, "Fri, 31 Dec 9999 23:59:59 GMT"))


def least_wait(header: str | None, wall: datetime, cap: float) -> float:
    """The seconds for which nothing may be sent after a refusal with this header, at the least."""
    if header is None or header in ("", "-3", "1e9", "nan"):
        return 0.0
    if header.isdecimal():
        return min(cap, float(header))
    named = header.split(", ", 1)[1].removesuffix(" GMT")
    moment = datetime.strptime(named, "%d %b %Y %H:%M:%S").replace(tzinfo=wall.tzinfo)
    return max(0.0, min(cap, (moment - wall).total_seconds()))
