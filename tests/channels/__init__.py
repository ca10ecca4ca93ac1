"""Wire payloads of the messengers, both ways."""
