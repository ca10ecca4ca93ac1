"""Tests of the conversation engine: every question × every kind of input, and each of its rules."""
