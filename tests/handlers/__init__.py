"""Tests of what the bot says and hears."""
