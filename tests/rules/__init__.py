"""The rules of quarantine, proved by tables, enumeration and random cases."""
