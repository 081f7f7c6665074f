"""The one error that is the user's to mend. Imports nothing: any floor may use it."""


class InputError(ValueError):
    """Bad input: the message says what was wrong, with what, and what to do.

    The command line prints the message alone and exits with code 2.
    """
