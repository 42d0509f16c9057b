"""What the API says of the catalogue."""

from pydantic import BaseModel, ConfigDict, Field


class DemarcheLue(BaseModel):
    """Une démarche."""

    model_config = ConfigDict(
        title="Demarche",
        from_attributes=True,
        json_schema_extra={
            "example": {
                "slug": "demander-un-passeport",
                "titre": "Demander un passeport",
                "ministere": "Ministère de l'Intérieur",
                "organisme": "France Titres",
                "url": "https://passeport.ants.gouv.fr/",
                "en_ligne": True,
                "top_250": True,
                "identifiants": ["jdma:1006", "xwiki:823"],
            }
        },
    )

    slug: str = Field(description="identifiant stable ; s'il change, l'ancien mène toujours à la démarche")
    titre: str
    ministere: str | None = Field(description="nom du ministère")
    organisme: str | None = Field(description="nom de l'organisme")
    url: str | None = Field(description="adresse de la démarche")
    en_ligne: bool = Field(description="la démarche peut se faire en ligne")
    top_250: bool = Field(description="la démarche fait partie aujourd'hui des 250 suivies par l'observatoire")
    identifiants: list[str] = Field(description="identifiants dans d'autres systèmes, « source:valeur », triés")


class PageDeDemarches(BaseModel):
    """Une page de démarches."""

    model_config = ConfigDict(title="Demarches")

    elements: list[DemarcheLue]
    suivant: str | None = Field(description="curseur de la page suivante ; null à la dernière")
