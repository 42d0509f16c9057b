"""What open data refuse."""

from app.problems import Probleme


class FichierInconnu(Probleme):
    status, code, titre = 404, "fichier_inconnu", "Fichier inconnu"
    detail = (
        "Ce fichier n'existe pas : observatoire, synthese et indicateurs se lisent en .csv, .json et .parquet, et"
        " chacun a sa somme (.sha256) et sa signature (.sig)."
    )


class SignatureNonConfiguree(Probleme):
    status, code, titre = 404, "signature_non_configuree", "Signature non configurée"
    detail = "Ce service n'a pas de clé de signature (réglage JDMA_CLE_SIGNATURE) : ses fichiers ne sont pas signés."


class SignatureAbsente(Probleme):
    status, code, titre = 404, "signature_absente", "Signature absente"
    detail = (
        "Cette édition a été publiée sans être signée : celui qui exploite ce service la signe par"
        " « jdma edition signer »."
    )


class CleAbsente(Probleme):
    status, code, titre = 404, "cle_absente", "Clé absente"
    detail = "Ce service n'a pas changé de clé de signature : il n'y a pas de clé précédente."


class EditionIllisible(Probleme):
    """An édition made elsewhere, whose figures do not have the shape that files are made from."""

    status, code, titre = 422, "edition_illisible", "Édition illisible"
    detail = "Les fichiers ouverts de cette édition ne peuvent pas être écrits : ses chiffres ont une autre forme."
