"""Where the time of a turn goes: the profile that says why a target is not reached."""

from __future__ import annotations

import cProfile
import pstats

from bench import messages
from bench.databases import Place
from bench.ours import turns_on
from bench.province import ACCOUNT
from bench.turns import CLOCK, SIZES, Ground
from bot.turns import Arrived
from channels.telegram_updates import hear
from storage.engine import open_engine
from storage.sealing import Keyring


def turn(place: Place, keyring: Keyring, size: int, lines: int = 40) -> None:
    """Print the dearest functions of presses and of locations, in groups of this size."""
    ground = Ground(place, keyring)
    url = place.fresh(ground.ours)
    engine = open_engine(url)
    turns = turns_on(engine, keyring)
    many = SIZES[size]
    for make in (messages.press, messages.place):
        bodies = [make(resident, CLOCK.now()) for resident in range(many)]
        with cProfile.Profile() as profile:
            for start in range(0, many, size):
                heard = [hear(body, ACCOUNT, CLOCK.now()).incoming for body in bodies[start : start + size]]
                turns.take_group([Arrived(one) for one in heard if one is not None])
        print(f"\n{place.kind}, {make.__name__}, groups of {size}, {many} turns")
        pstats.Stats(profile).sort_stats("tottime").print_stats(lines)
    engine.dispose()
    place.drop(url)
    ground.drop()
