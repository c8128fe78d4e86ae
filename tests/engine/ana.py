"""The person of a life: what she decides on what she sees on her screen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from random import Random

from microsoft import short
from people import BEN, People
from wishes import Wish, Wishes, mark

from tui.domain.bookings import Action, Cancel, Create, Delete, FailureKind, Respond, Update, Wanted
from tui.domain.events import Attendee, Event, Person, Response, ShowAs
from tui.domain.timespan import AllDay, Timed, When
from tui.store.calendars import CalendarStore
from tui.store.errors import EntryChanged

ANSWERS = (Response.ACCEPTED, Response.TENTATIVE, Response.DECLINED)
SHOWN = (ShowAs.FREE, ShowAs.BUSY, ShowAs.TENTATIVE, ShowAs.OOF)


class Ana:
    """Looks at a store and stages what she wants."""

    def __init__(self, random: Random, wishes: Wishes, people: People, now: Callable[[], datetime]) -> None:
        self._random = random
        self._wishes = wishes
        self._people = people
        self._now = now
        self._favourite = ""

    def act(self, store: CalendarStore) -> str:
        """Stage one change; says what. Raises StoreError when it was not saved."""
        self._recognise(store)
        event = self._chosen(store)
        if event is None or self._random.random() < 0.3:
            return self._stage(store, self._creation(), None)
        return self._stage(store, self._change(event), event)

    def word(self, store: CalendarStore) -> str:
        """Decide on something that waits for her: release or withdraw what is held, try again what failed."""
        self._recognise(store)
        held = [entry for entry in store.outbox.entries() if entry.held]
        failed = [one for one in store.outbox.failed() if one.kind is not FailureKind.UNCERTAIN]
        if held and (not failed or self._random.random() < 0.6):
            entry = self._random.choice(held)
            if self._random.random() < 0.75:
                store.outbox.release(entry.id)
                return f"release {self._wish(entry.id)}"
            wish = self._given_up(entry.id)
            store.outbox.drop(entry.id)
            return f"withdraw {wish}"
        if failed:
            return self._decide_on_failed(store, self._random.choice(failed).entry.id)
        return "nothing"

    def _recognise(self, store: CalendarStore) -> None:
        self._wishes.recognise([*store.outbox.entries(), *(failed.entry for failed in store.outbox.failed())])

    def _chosen(self, store: CalendarStore) -> Event | None:
        """The event that she turns to: often the one of last time."""
        shown = sorted((copy.event for copy in store.copies()), key=lambda event: event.id)
        if not shown:
            return None
        again = [event for event in shown if event.id == self._favourite]
        if again and self._random.random() < 0.5:
            return again[0]
        unanswered = [event for event in shown if event.response is Response.NOT_RESPONDED]
        event = self._random.choice(unanswered if unanswered and self._random.random() < 0.25 else shown)
        master = store.event(event.series_id) if event.series_id and self._random.random() < 0.3 else None
        self._favourite = (master or event).id
        return master or event

    def _change(self, event: Event) -> Action:
        draw = self._random.random()
        if event.is_organizer and event.attendees and draw < 0.25:
            return Cancel(comment=self._mark())
        if not event.is_organizer and draw < 0.7:
            return self._answer(event)
        if draw < 0.85:
            return Update(wanted=self._wanted(event))
        return Delete()

    def _answer(self, event: Event) -> Respond:
        response = self._random.choice(ANSWERS)
        notify = self._random.random() < 0.8
        proposed = self._when(self._people.times()) if notify and response is not Response.ACCEPTED else None
        return Respond(
            response=response,
            before=event.response,
            comment=self._mark(),
            notify=notify,
            proposed=proposed if isinstance(proposed, Timed) and self._random.random() < 0.3 else None,
        )

    def _wanted(self, event: Event) -> Wanted:
        """A mark, and sometimes more; of somebody else's meeting only what concerns nobody but her."""
        text = self._mark()
        if not event.is_organizer:
            return Wanted(categories=(text,))
        more = self._random.random()
        when = self._when(self._people.times()) if more < 0.3 and not event.series_id and not event.repeats else None
        show_as = self._random.choice(SHOWN) if more > 0.7 else None
        kind = self._random.randrange(3)
        return Wanted(
            subject=text if kind == 0 else None,
            location=text if kind == 1 else None,
            body=text if kind == 2 else None,
            when=when,
            show_as=show_as,
        )

    def _creation(self) -> Create:
        attendees = (Attendee(Person("Ben", BEN)),) if self._random.random() < 0.3 else None
        wanted = Wanted(subject=self._mark(), when=self._when(self._people.times()), attendees=attendees)
        return Create(wanted=wanted, transaction_id=f"transaction-{self._wishes.next_number}")

    def _stage(self, store: CalendarStore, action: Action, event: Event | None) -> str:
        target, etag = (event.id, event.etag) if event else ("", "")
        wish = self._wishes.add(action, target, etag)
        held = self._random.random() < 0.12
        try:
            entry = store.outbox.stage(action, target=target, etag=etag, now=self._now(), held=held)
        except EntryChanged:
            return f"{wish}: too late"
        wish.entry_id, wish.target, wish.is_saved = entry.id, entry.target, True
        if event is None:
            self._favourite = entry.target
        return f"{wish}{' held' if held else ''} of {short(entry.target)}"

    def _decide_on_failed(self, store: CalendarStore, entry_id: str) -> str:
        """What came to nothing she forgets or tries again; what was done all the same she does not repeat."""
        wish = self._wish(entry_id)
        making = self._wishes.making(wish.target)
        if wish.effects or (making and making.effects) or self._random.random() < 0.4:
            self._given_up(entry_id)
            store.outbox.drop_failed(entry_id)
            return f"forget {wish}"
        event = store.event(wish.target)
        etag = event.etag if event else ""
        self._wishes.decided_again(wish, etag)
        store.outbox.retry(entry_id, etag=etag, now=self._now())
        return f"try again {wish}"

    def _given_up(self, entry_id: str) -> Wish:
        """The wish of an entry that is to be withdrawn, and with a creation all that was to be done to its event.

        Whether that is saved, or not, it may go either way from now on.
        """
        wish = self._wish(entry_id)
        for other in self._wishes.all:
            if other is wish or (isinstance(wish.action, Create) and other.target == wish.target):
                other.is_given_up = True
        return wish

    def _wish(self, entry_id: str) -> Wish:
        return next(wish for wish in self._wishes.all if wish.entry_id == entry_id)

    def _mark(self) -> str:
        return mark(self._wishes.next_number)

    def _when(self, times: dict[str, object]) -> When:
        start, end = (str(times[name]["dateTime"]) for name in ("start", "end"))  # type: ignore[index]
        if times["isAllDay"]:
            return AllDay(date.fromisoformat(start[:10]), date.fromisoformat(end[:10]))
        return Timed(datetime.fromisoformat(start + "+00:00"), datetime.fromisoformat(end + "+00:00"))
