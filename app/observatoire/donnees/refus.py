"""What open data refuse."""

from app.problems import Probleme


class FichierInconnu(Probleme):
    status, code, titre = 404, "fichier_inconnu", "Fichier inconnu"
    detail = (
        "Ce fichier n'existe pas : observatoire, synthese et indicateurs se lisent en .csv, .json et .parquet, et"
        " chacun a sa somme (.sha256) et sa signature (.sig)."
    )


class EditionIllisible(Probleme):
    """An édition made elsewhere, whose figures do not have the shape that files are made from."""

    status, code, titre = 422, "edition_illisible", "Édition illisible"
    detail = "Les fichiers ouverts de cette édition ne peuvent pas être écrits : ses chiffres ont une autre forme."
