"""Transcripts people can read, wire payloads, rules, storage, faults."""
