"""The communities of the demonstration: at whose node, who leads them, who joins them from anywhere, and what is said there."""

from collections.abc import Sequence
from dataclasses import dataclass

from node.actions.communities import Founding
from node.demo.posts import Sample


@dataclass(frozen=True, slots=True)
class Circle:
    """A community. place: the key of its node.  manager: user name, of that node.  members: user names, of any node.

    samples: what is said there, in this order; the first stands above all others.
    """

    place: str
    manager: str
    founding: Founding
    members: Sequence[str]
    samples: Sequence[Sample]


CIRCLES = (
    Circle(
        "paris",
        "yves.moreau",
        Founding(
            "visas",
            "Visas et état civil",
            purpose="Les cas difficiles entre consulats et centrale. Une question, une conversation ; la réponse utile va à la fiche.",
        ),
        ("lucie.bernard", "yumi.sato", "paul.girard", "marie.lambert"),
        (
            Sample(
                "visas-first",
                "yves.moreau",
                "À lire en premier : la fiche des pièces exigées est tenue à jour chaque lundi. Ce qui manque, demandez-le ici, "
                "réponse sous deux jours. #visas",
                useful_to=("lucie.bernard",),
            ),
            Sample(
                "visas-birth",
                "lucie.bernard",
                "Transcription d’un acte de naissance dont le registre a été détruit : qui a déjà obtenu un jugement supplétif "
                "en moins de trois mois ?",
                useful_to=("paul.girard",),
            ),
            Sample(
                "visas-birth-tokyo",
                "yumi.sato",
                "{lucie.bernard} We had the same after the 2011 tsunami. The court took six weeks once the town hall had certified "
                "the loss; I send you the wording that it accepted.",
                "en",
                "visas-birth",
                useful_to=("lucie.bernard", "yves.moreau"),
            ),
            Sample(
                "visas-birth-sheet",
                "yves.moreau",
                "{yumi.sato} Merci. C’est dans la fiche depuis ce matin, avec votre formulation.",
                answers="visas-birth-tokyo",
                useful_to=("lucie.bernard",),
            ),
        ),
    ),
    Circle(
        "tokyo",
        "ken.tanaka",
        Founding(
            "press", "Press and media", purpose="What we say, when, and who has been told. Lines agreed in Paris first."
        ),
        ("marie.lambert", "sophie.nguyen", "jean.keller", "helene.roux"),
        (
            Sample(
                "press-first",
                "ken.tanaka",
                "Welcome. Agreed lines are posted here first, in French and English. Ask before you quote one to a journalist.",
                "en",
            ),
            Sample(
                "press-visit",
                "marie.lambert",
                "Visite de décembre : rien avant le communiqué de lundi 11 h. Les photos de la signature sont libres.",
                useful_to=("ken.tanaka", "helene.roux"),
            ),
            Sample(
                "press-visit-dakar",
                "jean.keller",
                "{marie.lambert} La presse d’ici posera la question de l’hydrogène africain. Une phrase déjà prête ?",
                answers="press-visit",
            ),
            Sample(
                "press-visit-line",
                "helene.roux",
                "{jean.keller} Oui : « Le partenariat signé à Tokyo est ouvert aux pays producteurs qui le souhaitent. »",
                answers="press-visit-dakar",
                useful_to=("jean.keller", "marie.lambert"),
            ),
        ),
    ),
    Circle(
        "dakar",
        "jean.keller",
        Founding(
            "sahel",
            "Réseau Sahel",
            purpose="Entre postes de la région et direction. Ce qui s’écrit ici reste entre membres.",
            closed=True,
            is_for_members=True,
        ),
        ("fatou.ndiaye", "awa.diop", "marie.lambert"),
        (
            Sample(
                "sahel-first",
                "jean.keller",
                "Point de la semaine, pour nous seuls : l’axe nord est rouvert aux convois de jour. Les missions passent par la "
                "cellule avant tout départ.",
                useful_to=("fatou.ndiaye",),
            ),
            Sample(
                "sahel-schools",
                "fatou.ndiaye",
                "{jean.keller} Les deux écoles partenaires reprennent lundi ; j’y vais mercredi, retour le soir même.",
                answers="sahel-first",
                useful_to=("jean.keller", "marie.lambert"),
            ),
        ),
    ),
)
