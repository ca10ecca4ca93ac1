"""The Official Account's calls that ask about a user and about the account itself."""

from zoneinfo import ZoneInfo

import aiohttp

from simulator.refusal import Json
from simulator.zalo_oa_sending import known
from simulator.zalo_oa_wire import Nothing, OfUser
from simulator.zalo_oa_world import Oa

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
GOVERNMENT = 4


async def show_user(oa: Oa, call: OfUser, _: aiohttp.ClientSession) -> Json:
    """GET /v3.0/oa/user/detail; the phone number is there only after the user has shared it."""
    phone = known(oa, call.user_id)
    last = phone.last_interaction
    return {
        "user_id": phone.id,
        "user_id_by_app": phone.id_by_app,
        "user_external_id": "",
        "display_name": phone.name,
        "user_alias": phone.name,
        "is_sensitive": False,
        "user_last_interaction_date": last.astimezone(VIETNAM).strftime("%d/%m/%Y") if last else "",
        "user_is_follower": bool(phone.follows),
        "avatar": "",
        "avatars": {"120": "", "240": ""},
        "tags_and_notes_info": {"notes": [], "tag_names": []},
        "shared_info": phone.shared,
    }


async def show_account(oa: Oa, _: Nothing, __: aiohttp.ClientSession) -> Json:
    """GET /v2.0/oa/getoa."""
    return {
        "oaid": oa.settings.oa_id,
        "oa_id": oa.settings.oa_id,
        "name": oa.settings.oa_name,
        "is_verified": True,
        "oa_type": GOVERNMENT,
        "package_name": "Nâng cao",
        "linked_zca": "ZCA-SIM",
    }
