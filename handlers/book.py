"""The book: the script with every handler file's questions and commands registered in it."""

from handlers import (
    changing,
    chats,
    enrolment,
    files,
    findings,
    guidance,
    homes,
    inviting,
    leaving,
    linking,
    list_corrections,
    list_doubles,
    lists,
    menu,
    moving,
    overview,
    pastlines,
    printing,
    rescheduling,
    resting,
    roster,
    signs,
    staff,
    staff_units,
    taking_back,
    taking_over,
    tasklist,
    tasks,
    transfers,
    verification,
)
from handlers.script import script

SUBJECTS = (
    tasklist,
    tasks,
    findings,
    enrolment,
    lists,
    list_corrections,
    list_doubles,
    taking_back,
    verification,
    guidance,
    printing,
    homes,
    files,
    changing,
    rescheduling,
    moving,
    leaving,
    transfers,
    taking_over,
    pastlines,
    overview,
    inviting,
    roster,
    staff_units,
    resting,
    staff,
    signs,
    menu,
    linking,
    chats,
)
"""All files that register something, in the order in which their commands stand in menus."""

_PLACE = {subject.__name__: place for place, subject in enumerate(SUBJECTS)}
script.commands.sort(key=lambda command: _PLACE[command.run.__module__])

__all__ = ["SUBJECTS", "script"]
