"""Cachly as its users meet it: real processes that talk over real HTTP."""
