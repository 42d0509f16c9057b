"""Why a file cannot be read or written at all."""


class FichierIllisible(ValueError):
    """The file as a whole cannot be imported; the message says why, in French; `ouvrir` puts its name before."""

    def nommer(self, fichier: str) -> None:
        """Say which file it is."""
        self.args = (f"{fichier} : {self}",)


class HorsDuFichier(FichierIllisible):
    """It cannot be imported for a reason that is not in it: where its rejects go, what was asked with it."""

    def nommer(self, fichier: str) -> None:
        """Nothing: the message names what is wrong."""
