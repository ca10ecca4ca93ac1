"""Faults: processes that are killed, handlers that raise, databases that go away (DESIGN.md §3, §5, §9)."""
