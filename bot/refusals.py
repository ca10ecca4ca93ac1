"""What the operator is told when Cachly will not go on: a sentence that says what to do."""


class RefusedError(Exception):
    """Cachly will not go on; the text is for the operator, without a secret or anybody's data in it."""
