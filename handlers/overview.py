"""The overview: how many people are followed and what is open, in the units that one may look at."""

from __future__ import annotations

from handlers.gate import may_somewhere, units_within
from handlers.script import script
from quarantine.access import Action
from quarantine.conversation import DONE, Next
from quarantine.messages import Term
from quarantine.people import LINKED, NOT_LINKED, EpisodeState
from quarantine.turn import Turn


@script.command(
    "tongquan", "overview.menu", ("tong quan", "so lieu", "bao nhieu nguoi"), may_somewhere(Action.VIEW)
)
def overview(turn: Turn) -> Next:
    """Counts only, no names; that they were looked at is in the history."""
    units = units_within(turn, Action.VIEW)
    totals = turn.store.totals(units)
    turn.note("counts_viewed", units=len(units))

    def people(*states: EpisodeState) -> int:
        return sum(totals.files.get(state, 0) for state in states)

    tasks = [
        Term("overview.task", {"kind": Term(f"task.short_{kind}"), "count": count})
        for kind, count in sorted(totals.tasks.items(), key=lambda one: -one[1])
    ]
    turn.say(
        "overview.text",
        at=turn.now,
        waiting=people(EpisodeState.NOTIFIED),
        unlinked=people(*NOT_LINKED),
        followed=people(*LINKED),
        paused=people(EpisodeState.PAUSED),
        tasks=tasks or Term("overview.no_tasks"),
    )
    return DONE
