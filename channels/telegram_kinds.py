"""Which parts of Telegram's updates concern a private chat, and which are rightly ignored, as data."""

from __future__ import annotations

from enum import StrEnum


class Ignored(StrEnum):
    """Why an update is not somebody speaking to us."""

    NOT_JSON = "not JSON"
    NO_UPDATE_ID = "no update id"
    UNKNOWN_KIND = "unknown kind of update"
    UNREADABLE = "unreadable"
    NO_CHAT = "no chat"
    GROUP = "group chat"
    CHANNEL = "channel post"
    NOT_PRIVATE = "not a private chat"
    FROM_BOT = "from a bot"
    SERVICE = "service message"
    EMPTY = "message without content"
    INLINE = "inline mode"
    PRESS_WITHOUT_DATA = "press without data"
    MEMBERSHIP = "membership change"
    BUSINESS = "business account"
    REACTION = "reaction"
    POLL = "poll"
    PAYMENT = "payment"
    BOOST = "boost"
    JOIN_REQUEST = "join request"
    OTHER_BOT = "about another bot"


WANTED = ("message", "edited_message", "callback_query", "my_chat_member")
"""The kinds of update that we ask Telegram for (`allowed_updates`)."""

UPDATES_IGNORED = {
    "channel_post": Ignored.CHANNEL,
    "edited_channel_post": Ignored.CHANNEL,
    "business_connection": Ignored.BUSINESS,
    "business_message": Ignored.BUSINESS,
    "edited_business_message": Ignored.BUSINESS,
    "deleted_business_messages": Ignored.BUSINESS,
    "message_reaction": Ignored.REACTION,
    "message_reaction_count": Ignored.REACTION,
    "inline_query": Ignored.INLINE,
    "chosen_inline_result": Ignored.INLINE,
    "shipping_query": Ignored.PAYMENT,
    "pre_checkout_query": Ignored.PAYMENT,
    "purchased_paid_media": Ignored.PAYMENT,
    "poll": Ignored.POLL,
    "poll_answer": Ignored.POLL,
    "chat_member": Ignored.MEMBERSHIP,
    "chat_join_request": Ignored.JOIN_REQUEST,
    "chat_boost": Ignored.BOOST,
    "removed_chat_boost": Ignored.BOOST,
    "guest_message": Ignored.OTHER_BOT,
    "managed_bot": Ignored.OTHER_BOT,
}

CHATS_IGNORED = {"group": Ignored.GROUP, "supergroup": Ignored.GROUP, "channel": Ignored.CHANNEL}

ABOUT_MESSAGE = frozenset(
    # What stands beside a message's content and is none itself; the last two lines are of older servers.
    """
    message_id date chat from sender_chat edit_date message_thread_id direct_messages_topic media_group_id
    author_signature via_bot reply_to_message external_reply quote reply_to_story reply_to_checklist_task_id
    reply_to_poll_option_id reply_markup link_preview_options entities caption caption_entities
    show_caption_above_media has_media_spoiler has_protected_content is_automatic_forward is_from_offline
    is_paid_post is_topic_message paid_star_count sender_boost_count sender_business_bot sender_tag effect_id
    business_connection_id suggested_post_info forward_origin
    guest_bot_caller_chat guest_bot_caller_user guest_query_id
    forward_from forward_from_chat forward_from_message_id forward_signature forward_sender_name forward_date
    type
    """.split()  # noqa: SIM905 - names in rows read better than sixty lines
)
"""Fields of a Message that say something about it."""

SERVICE = frozenset(
    # Telegram's own notes in a chat; the last line is of older servers.
    """
    new_chat_members left_chat_member new_chat_title new_chat_photo delete_chat_photo group_chat_created
    supergroup_chat_created channel_chat_created chat_owner_changed chat_owner_left
    message_auto_delete_timer_changed migrate_to_chat_id migrate_from_chat_id pinned_message
    successful_payment refunded_payment users_shared chat_shared gift unique_gift gift_upgrade_sent
    connected_website write_access_allowed passport_data proximity_alert_triggered boost_added
    chat_background_set checklist_tasks_done checklist_tasks_added direct_message_price_changed
    forum_topic_created forum_topic_edited forum_topic_closed forum_topic_reopened
    general_forum_topic_hidden general_forum_topic_unhidden giveaway_created giveaway_completed
    paid_message_price_changed poll_option_added poll_option_deleted managed_bot_created
    suggested_post_approved suggested_post_approval_failed suggested_post_declined suggested_post_paid
    suggested_post_refunded video_chat_scheduled video_chat_started video_chat_ended
    video_chat_participants_invited web_app_data
    new_chat_member new_chat_participant left_chat_participant user_shared voice_chat_started voice_chat_ended
    """.split()  # noqa: SIM905 - names in rows read better than sixty lines
)
"""Fields of a Message that Telegram wrote, not the person."""
