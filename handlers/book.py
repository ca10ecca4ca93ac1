"""The book: the script with every handler file's questions and commands registered in it."""

from handlers import enrolment, guidance, linking, menu, staff, tasks, verification
from handlers.script import script

SUBJECTS = (tasks, enrolment, verification, guidance, staff, menu, linking)
"""All files that register something, in the order in which their commands stand in menus."""

__all__ = ["SUBJECTS", "script"]
