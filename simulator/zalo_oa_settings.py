"""How the stand-in Zalo Official Account is set up: its app, its secrets, its webhook and Zalo's limits."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

DEMO_APP_SECRET = "DEMO-APP-SECRET"  # noqa: S105 - opens nothing but the stand-in itself
DEMO_OA_SECRET = "DEMO-OA-SECRET-KEY"  # noqa: S105 - the same

First = Literal["app_id", "oa_id"]
"""Which id begins the text that a webhook's signature is taken of; sources differ (channels.md §1.7)."""


@dataclass(slots=True)
class OaSettings:
    """One app with one Official Account; what tests and the page may change while it runs.

    Attributes:
        app_secret: what tokens are traded with, in the header `secret_key`.
        oa_secret_key: what webhooks are signed with; not the app secret.
        webhook_url: where events go; "" while none is saved in the console.
        redirect_uri: the callback saved in the console; "" takes every one.
        signature_first: the reading of the signature's formula.
        proof_required: the console's switch for the header `appsecret_proof`.
        filter_texts: the console's switch "Lọc cú pháp": only texts that begin with # are told.
        calls_per_minute: of the app; 4,000 (channels.md §1.9).
        window: how long after the user's last interaction a message may be sent.
        free: how long after it a message costs nothing.
        retries: pauses before an event that was not taken comes again; then the webhook is switched off.
        answer_seconds: how long the app may take to answer an event.
        templates: text by template id; `<name>` marks a parameter.
        templates_without_uid: those that may go by phone number alone (−249).
        day_quota: templates a day by phone number.
    """

    app_id: str = "3141592653589793238"
    app_secret: str = DEMO_APP_SECRET
    oa_id: str = "2718281828459045235"
    oa_name: str = "Trạm Y tế (mô phỏng)"
    oa_secret_key: str = DEMO_OA_SECRET
    webhook_url: str = ""
    redirect_uri: str = ""
    signature_first: First = "app_id"
    proof_required: bool = False
    filter_texts: bool = False
    limits_on: bool = True
    calls_per_minute: int = 4000
    window: timedelta = timedelta(days=7)
    free: timedelta = timedelta(hours=48)
    code_life: timedelta = timedelta(minutes=10)
    access_life: timedelta = timedelta(seconds=90_000)
    refresh_life: timedelta = timedelta(days=90)
    upload_life: timedelta = timedelta(days=7)
    retries: tuple[float, ...] = (30.0, 300.0, 900.0, 1800.0, 3600.0)
    answer_seconds: float = 2.0
    templates: dict[str, str] = field(default_factory=dict)
    templates_without_uid: frozenset[str] = frozenset()
    day_quota: int = 500
