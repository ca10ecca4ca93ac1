"""A stand-in Telegram server and the page of phones that talks through it; speaks HTTP only."""
