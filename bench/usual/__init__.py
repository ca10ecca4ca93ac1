"""The usual ways: what somebody who knows the same libraries would write without Cachly's ideas."""
