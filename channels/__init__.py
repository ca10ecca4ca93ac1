"""How one messenger talks: the only code that knows a messenger's types and JSON."""
