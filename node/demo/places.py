"""The nodes of the demonstration and their staff. Nobody here is a real person."""

from collections.abc import Sequence
from dataclasses import dataclass

from storage.staff import ADMIN, MODERATOR, STAFF

PASSWORD = "valise-soleil-{name}-2026"  # noqa: S105  printed for everybody to see
"""The pattern of the sample passwords."""


@dataclass(frozen=True, slots=True)
class Person:
    """A member of staff. duty: what they do, in the language of their profile."""

    username: str
    name: str
    duty: str
    department: str
    skills: str
    role: str = STAFF

    @property
    def password(self) -> str:
        """With which they sign in."""
        return PASSWORD.format(name=self.username.partition(".")[0])


@dataclass(frozen=True, slots=True)
class Place:
    """A department or an embassy with its node. key: the first part of its host."""

    key: str
    name: str
    language: str
    people: Sequence[Person]


PARIS = Place(
    "paris",
    "Centrale, Paris",
    "fr",
    (
        Person(
            "claire.fontaine",
            "Claire Fontaine",
            "Administratrice du nœud",
            "Direction du numérique",
            "réseau, sauvegardes",
            ADMIN,
        ),
        Person(
            "marie.lambert", "Marie Lambert", "Rédactrice Asie", "Direction Asie et Océanie", "japonais, négociation"
        ),
        Person(
            "yves.moreau",
            "Yves Moreau",
            "Chef du bureau des visas",
            "Direction des Français de l’étranger",
            "droit consulaire",
        ),
        Person(
            "sophie.nguyen",
            "Sophie Nguyen",
            "Animatrice de communautés",
            "Direction des ressources humaines",
            "formation, accueil",
            MODERATOR,
        ),
        Person("paul.girard", "Paul Girard", "Archiviste", "Direction des archives", "fonds anciens, numérisation"),
    ),
)
TOKYO = Place(
    "tokyo",
    "Ambassade de France à Tokyo",
    "en",
    (
        Person("ken.tanaka", "Ken Tanaka", "Press officer", "Press and communication", "Japanese, translation", ADMIN),
        Person("helene.roux", "Hélène Roux", "Conseillère économique", "Service économique", "énergie, hydrogène"),
        Person("yumi.sato", "Yumi Sato", "Consular assistant", "Consular section", "civil status, Japanese law"),
        Person("marc.delorme", "Marc Delorme", "Attaché scientifique", "Service pour la science", "sismologie, océans"),
    ),
)
DAKAR = Place(
    "dakar",
    "Ambassade de France à Dakar",
    "fr",
    (
        Person(
            "awa.diop", "Awa Diop", "Responsable informatique", "Service commun de gestion", "réseaux, satellite", ADMIN
        ),
        Person("jean.keller", "Jean Keller", "Premier conseiller", "Chancellerie politique", "Sahel, élections"),
        Person(
            "fatou.ndiaye",
            "Fatou Ndiaye",
            "Agente de coopération",
            "Coopération et action culturelle",
            "éducation, wolof",
        ),
        Person(
            "lucie.bernard", "Lucie Bernard", "Adjointe au consul", "Consulat général", "état civil, visas étudiants"
        ),
    ),
)
FURTHER = (
    (
        "ottawa",
        "Ambassade de France à Ottawa",
        "en",
        ("Emma Tremblay", "Trade officer"),
        ("Louis Caron", "Attaché culturel"),
    ),
    (
        "brasilia",
        "Ambassade de France à Brasília",
        "fr",
        ("Inês Carvalho", "Traductrice"),
        ("Hugo Perrin", "Conseiller climat"),
    ),
    (
        "nairobi",
        "Ambassade de France à Nairobi",
        "en",
        ("Grace Wanjiru", "Programme officer"),
        ("Alain Dubois", "Attaché de défense adjoint"),
    ),
    (
        "hanoi",
        "Ambassade de France à Hanoï",
        "fr",
        ("Linh Pham", "Assistante consulaire"),
        ("Chloé Martin", "Attachée linguistique"),
    ),
    (
        "berlin",
        "Ambassade de France à Berlin",
        "fr",
        ("Jonas Weber", "Chargé de presse"),
        ("Nadia Benali", "Conseillère Europe"),
    ),
    (
        "rome",
        "Ambassade de France à Rome",
        "fr",
        ("Giulia Conti", "Chargée de mission"),
        ("Thomas Leroy", "Secrétaire général"),
    ),
    (
        "madrid",
        "Ambassade de France à Madrid",
        "fr",
        ("Elena Ruiz", "Chargée de coopération"),
        ("Julien Faure", "Vice-consul"),
    ),
    (
        "beyrouth",
        "Ambassade de France à Beyrouth",
        "fr",
        ("Rima Haddad", "Assistante de presse"),
        ("Camille Petit", "Attachée humanitaire"),
    ),
    (
        "rabat",
        "Ambassade de France à Rabat",
        "fr",
        ("Samir Alaoui", "Chargé d’études"),
        ("Anne Vidal", "Consule adjointe"),
    ),
    (
        "lima",
        "Ambassade de France à Lima",
        "fr",
        ("Rosa Quispe", "Documentaliste"),
        ("Denis Morel", "Conseiller culturel"),
    ),
    (
        "seoul",
        "Ambassade de France à Séoul",
        "en",
        ("Minji Park", "Public affairs officer"),
        ("Olivier Simon", "Attaché industriel"),
    ),
    (
        "delhi",
        "Ambassade de France à New Delhi",
        "en",
        ("Priya Nair", "Science officer"),
        ("Benoît Colin", "Conseiller santé"),
    ),
    (
        "canberra",
        "Ambassade de France à Canberra",
        "en",
        ("Olivia Hughes", "Policy officer"),
        ("Gilles Renaud", "Attaché naval adjoint"),
    ),
    (
        "abidjan",
        "Ambassade de France à Abidjan",
        "fr",
        ("Koffi Kouassi", "Gestionnaire"),
        ("Laure Michel", "Chargée de projets"),
    ),
    (
        "londres",
        "Ambassade de France à Londres",
        "en",
        ("James Carter", "Protocol officer"),
        ("Valérie Blanc", "Conseillère financière"),
    ),
    (
        "washington",
        "Ambassade de France à Washington",
        "en",
        ("Ashley Brooks", "Congress liaison"),
        ("Éric Dumas", "Attaché spatial"),
    ),
    (
        "pekin",
        "Ambassade de France à Pékin",
        "fr",
        ("Wei Zhang", "Interprète"),
        ("Isabelle Roy", "Conseillère agricole"),
    ),
    (
        "geneve",
        "Représentation permanente, Genève",
        "fr",
        ("Mathilde Favre", "Déléguée droits de l’homme"),
        ("Pierre Aubert", "Délégué désarmement"),
    ),
    (
        "newyork",
        "Représentation permanente, New York",
        "en",
        ("Rachel Stone", "Documentation officer"),
        ("Antoine Garnier", "Délégué paix et sécurité"),
    ),
    (
        "bruxelles",
        "Représentation permanente, Bruxelles",
        "fr",
        ("Sofie Peeters", "Assistante"),
        ("Xavier Lemoine", "Conseiller justice"),
    ),
)


def places(number: int) -> list[Place]:
    """The first so many nodes: Paris, Tokyo, Dakar, then others. number: 1 to `most()`."""
    return [PARIS, TOKYO, DAKAR, *map(_further, FURTHER)][:number]


def most() -> int:
    """How many nodes there can be."""
    return 3 + len(FURTHER)


def _further(row: tuple[str, str, str, tuple[str, str], tuple[str, str]]) -> Place:
    key, name, language, (first, duty), (second, other_duty) = row
    return Place(
        key,
        name,
        language,
        (
            Person(_username(first), first, duty, "Chancellerie", "accueil", ADMIN),
            Person(_username(second), second, other_duty, "Chancellerie", "rédaction"),
        ),
    )


PLAIN = str.maketrans("éèêëàâîïôöûüçñãÉ", "eeeeaaiioouucnaE")


def _username(name: str) -> str:
    return name.translate(PLAIN).lower().replace(" ", ".")
