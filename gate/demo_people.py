"""The people of the demo: forty invented names, and what each of them is for."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """One invented person: name, language, and the equipment classes worked on; `story` sets somebody apart."""

    number: int
    name: str
    language: str
    classes: tuple[str, ...]
    story: str = ""

    @property
    def id(self) -> str:
        """The employee number."""
        return f"E{1000 + self.number}"


_GRANULATION = ("HSG", "FBD", "MILL", "BLEND")
_COMPRESSION = ("PRESS",)
_COATING = ("COATER",)
_PACKAGING = ("BLISTER", "CARTON")

_ROWS: tuple[tuple[str, str, tuple[str, ...], str], ...] = (
    ("Robin Teakettle", "en", _GRANULATION, ""),
    ("Camille Lanterne", "fr", _GRANULATION, ""),
    ("Morgan Umbrella", "en", _GRANULATION, "expires_soon"),
    ("Dominique Tabouret", "fr", _GRANULATION, ""),
    ("Sasha Windowsill", "en", ("HSG", "FBD"), ""),
    ("Claude Parapluie", "fr", ("HSG", "BLEND"), "sop_expired"),
    ("Jamie Haystack", "en", ("MILL", "BLEND"), ""),
    ("Maxime Réverbère", "fr", ("FBD", "MILL"), "gmp_overdue"),
    ("Avery Doorknob", "en", _GRANULATION, "gown_expired"),
    ("Noa Escabeau", "fr", ("HSG",), "ojt_unsigned"),
    ("Quinn Marmalade", "en", _COMPRESSION, "next_revision"),
    ("Andréa Bouilloire", "fr", _COMPRESSION, ""),
    ("Taylor Corkscrew", "en", _COMPRESSION, ""),
    ("Pascale Girouette", "fr", _COMPRESSION, "expires_soon"),
    ("Riley Thimble", "en", _COMPRESSION, "old_revision"),
    ("Frédérique Pantoufle", "fr", _COMPRESSION, "override"),
    ("Casey Lampshade", "en", ("PRESS", "COATER"), ""),
    ("Ariel Moulinet", "fr", ("PRESS", "COATER"), "next_revision"),
    ("Drew Gumboot", "en", _COMPRESSION, "suspended"),
    ("Michèle Casserole", "fr", _COMPRESSION, ""),
    ("Jordan Pepperpot", "en", _COATING, ""),
    ("Lou Carafe", "fr", _COATING, ""),
    ("Skyler Bannister", "en", _COATING, "sop_expired"),
    ("Alix Coquelicot", "fr", _COATING, ""),
    ("Emery Buttonhole", "en", _COATING, "gmp_overdue"),
    ("Valère Tournevis", "fr", ("COATER", "BLISTER"), ""),
    ("Reese Candlewick", "en", _PACKAGING, ""),
    ("Sacha Brouette", "fr", _PACKAGING, ""),
    ("Hollis Teaspoon", "en", _PACKAGING, "expires_soon"),
    ("Élie Trousseau", "fr", _PACKAGING, ""),
    ("Rowan Clothespin", "en", _PACKAGING, ""),
    ("Charlie Édredon", "fr", _PACKAGING, "gown_expired"),
    ("Finley Snowshoe", "en", ("BLISTER",), ""),
    ("Gwenaël Passoire", "fr", ("CARTON",), ""),
    ("Marlowe Inkwell", "en", _PACKAGING, "badge_lost"),
    ("Stéphane Girandole", "fr", _PACKAGING, "badge_replaced"),
    ("Ellis Drainpipe", "en", _GRANULATION, "contractor"),
    ("Joyce Brindille", "fr", _PACKAGING, "contractor"),
    ("Kendall Suitcase", "en", _COMPRESSION, "contract_ended"),
    ("Billie Visitor-Hat", "en", (), "visitor"),
)

PEOPLE = tuple(DemoPerson(number, *row) for number, row in enumerate(_ROWS, start=1))
