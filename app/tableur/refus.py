"""Why a file cannot be read or written at all."""


class FichierIllisible(ValueError):
    """The file as a whole cannot be imported; the message says why, in French."""
