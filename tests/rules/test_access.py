"""Who may do what: the whole table role × action × relation, written out (DESIGN.md §7)."""

from itertools import product

import pytest

from quarantine.access import Action, Reach, Relation, allows, appoints, reach, relation, roles_with
from quarantine.people import Posting, Role, UnitKind

EXPECTED = """
              view  enrol import verify guide take_task decide staff invite revoke rest change order
    cdc_admin ob    ob    ob     -      -     ob        ob     ob    ob     ob     o    ob     ob
    cdc_clerk ob    ob    ob     -      -     ob        ob     -     -      -      o    ob     ob
    centre    os    -     -      -      -     os        -      -     -      -      o    -      -
    director  ob    ob    -      ob     ob    ob        ob     ob    ob     ob     o    ob     ob
    officer   ob    -     -      ob     ob    ob        ob     -     -      -      o    ob     -
    viewer    ob    -     -      -      -     -         -      -     -      -      -    -      -
"""
"""o: a file of the own unit, b: of a unit below, s: of a supported one, f: of any other; -: nobody's."""
LETTERS = {"o": Relation.OWN, "b": Relation.BELOW, "s": Relation.SUPPORTED, "f": Relation.FOREIGN}


def table():
    """The table as role × action → relations."""
    heading, *lines = [line.split() for line in EXPECTED.strip().splitlines()]
    return {
        (Role(role), Action(action)): {LETTERS[letter] for letter in cell if letter != "-"}
        for role, *cells in lines
        for action, cell in zip(heading, cells, strict=True)
    }


def test_the_table_in_the_test_is_whole():
    """Every role and every action has its cell: a new one must be decided here first."""
    assert set(table()) == set(product(Role, Action))


@pytest.mark.parametrize("asked", Relation)
@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("role", Role)
def test_the_whole_table(role, action, asked):
    """A posting may do exactly what the table says, and nothing to a foreign file."""
    assert allows(role, action, asked) is (asked in table()[role, action])


@pytest.mark.parametrize("action", Action)
def test_the_roles_that_may_do_something_at_all(action):
    """Commands are offered to whoever may do the action to some file."""
    wanted = {role for role in Role if table()[role, action]}
    assert roles_with(action) == wanted
    assert {role for role in Role if reach(role, action) is not Reach.NOBODY} == wanted


def test_how_a_unit_stands_to_a_posting():
    """Own before below before supported; support is not command (domain.md §D2)."""
    posting = Posting(1, 2, 10, Role.OFFICER)
    assert relation(10, posting, [4], [40]) is Relation.OWN
    assert relation(20, posting, [10, 4], [40]) is Relation.BELOW
    assert relation(20, posting, [4], [10]) is Relation.SUPPORTED
    assert relation(20, posting, [10], [10]) is Relation.BELOW
    assert relation(20, posting, [4], [40]) is Relation.FOREIGN


APPOINTS = {
    Role.CDC_ADMIN: set(Role),
    Role.DIRECTOR: {Role.OFFICER, Role.VIEWER},
}
PLACES = {
    UnitKind.CDC: {Role.CDC_ADMIN, Role.CDC_CLERK, Role.VIEWER},
    UnitKind.CENTRE: {Role.CENTRE, Role.VIEWER},
    UnitKind.STATION: {Role.DIRECTOR, Role.OFFICER, Role.VIEWER},
    UnitKind.POINT: {Role.OFFICER, Role.VIEWER},
}


@pytest.mark.parametrize("kind", UnitKind)
@pytest.mark.parametrize("other", Role)
@pytest.mark.parametrize("role", Role)
def test_who_may_invite_and_end_whom(role, other, kind):
    """Nobody makes, or ends, a posting above their own, nor one that such a unit does not have."""
    assert appoints(role, other, kind) is (other in APPOINTS.get(role, set()) and other in PLACES[kind])
    if Action.INVITE not in {action for action in Action if reach(role, action) is not Reach.NOBODY}:
        assert role not in APPOINTS
