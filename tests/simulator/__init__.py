"""The stand-in messenger: its wire, its faults and its page."""
