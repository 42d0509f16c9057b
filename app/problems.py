"""Refusals: one class each, with a status and a stable `code`, rendered as `application/problem+json` (RFC 9457).

Services raise them and know nothing of replies; `render` is the only place that turns one into bytes.
"""

from typing import Any, ClassVar, Self

import orjson

MEDIA_TYPE = "application/problem+json"


class Probleme(Exception):
    """A refusal the caller can act on. `detail` is a French sentence; `headers` go out with the reply."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "erreur_interne"
    titre: ClassVar[str] = "Erreur interne"
    detail: str = "Le service a rencontré une erreur. Elle a été consignée ; merci de réessayer plus tard."
    demande: str | None = None
    """What was named and does not exist: for the command, which tells the one who typed it; never in a reply."""
    sorte: str | None = None
    """What kind of thing that was, so that the command proposes what comes close."""

    @classmethod
    def nommant(cls, demande: str) -> Self:
        """This refusal, of something that was named."""
        probleme = cls()
        probleme.demande = demande
        return probleme

    def __init__(self, detail: str | None = None, headers: dict[str, str] | None = None, **extra: Any) -> None:
        super().__init__(self.code)
        self.detail = detail or type(self).detail
        self.headers = headers or {}
        self.extra = extra

    def body(self) -> dict[str, Any]:
        """The members of the problem, as RFC 9457 names them, and ours (`code`, and for a 422 `erreurs`)."""
        return problem_body(self.status, self.code, self.titre, self.detail) | self.extra


def problem_body(status: int, code: str, titre: str, detail: str) -> dict[str, Any]:
    """A problem as a dictionary; `type` is a URN, stable and never dereferenced by mistake."""
    return {"type": f"urn:jdma:probleme:{code}", "title": titre, "status": status, "detail": detail, "code": code}


def render(body: dict[str, Any]) -> bytes:
    """The problem as JSON bytes."""
    return orjson.dumps(body)


class Invalide(Probleme):
    """422, with `erreurs: [{champ, message}]` in French."""

    status, code, titre = 422, "requete_invalide", "Requête invalide"
    detail = "Un ou plusieurs champs ne sont pas valides."


class Introuvable(Probleme):
    status, code, titre = 404, "introuvable", "Introuvable"
    detail = "Cette adresse n'existe pas."


class RequeteMalFormee(Probleme):
    status, code, titre = 400, "requete_refusee", "Requête refusée"
    detail = "La requête n'a pas pu être lue."


class AdresseTropLongue(Probleme):
    status, code, titre = 414, "adresse_trop_longue", "Adresse trop longue"
    detail = "L'adresse demandée, avec ses paramètres, est trop longue : 32 Kio au plus, en-têtes compris."


class EntetesTropLongs(Probleme):
    status, code, titre = 431, "entetes_trop_longs", "En-têtes trop longs"
    detail = "Les en-têtes de la requête dépassent 32 Kio."


class MethodeInconnue(Probleme):
    status, code, titre = 501, "methode_inconnue", "Méthode inconnue"
    detail = "Cette méthode HTTP n'existe pas."


class HoteInconnu(Probleme):
    status, code, titre = 421, "hote_inconnu", "Nom de serveur inconnu"
    detail = "Ce service n'est pas publié sous ce nom. Son exploitant peut l'ajouter : JDMA_URL_PUBLIQUE ou JDMA_HOTES."


class MethodeRefusee(Probleme):
    status, code, titre = 405, "methode_refusee", "Méthode non prise en charge"
    detail = "Cette adresse n'accepte pas cette méthode HTTP."


class CorpsTropGrand(Probleme):
    status, code, titre = 413, "corps_trop_grand", "Corps trop grand"
    detail = "Le corps de la requête dépasse 64 Kio."


class CorpsIncomplet(Probleme):
    status, code, titre = 408, "corps_incomplet", "Corps incomplet"
    detail = "Le corps de la requête n'est pas arrivé en entier à temps. Le même envoi peut être refait sans risque."


class TypeNonPrisEnCharge(Probleme):
    status, code, titre = 415, "type_non_pris_en_charge", "Type de contenu non pris en charge"
    detail = "Le corps doit être du JSON, envoyé comme application/json ou text/plain."


class TropDeRequetes(Probleme):
    status, code, titre = 429, "trop_de_requetes", "Trop de requêtes"
    detail = "Trop de dépôts depuis cette adresse. Merci de réessayer dans un instant."


class Indisponible(Probleme):
    status, code, titre = 503, "indisponible", "Service momentanément indisponible"
    detail = "Le service ne peut pas répondre pour l'instant. Rien n'a été perdu : le même envoi peut être refait."

    def __init__(self, detail: str | None = None, attendre: int = 2) -> None:
        super().__init__(detail, headers={"Retry-After": str(attendre)})
