"""What the sample staff write: a working day in a ministry, in French and English.

`{ken.tanaka}` in a text becomes the person's handle. An answer names what it answers by its key.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Sample:
    """A post. by: user name.  useful_to, shared_by: user names.  visibility: as the client API has it, or `node`."""

    key: str
    by: str
    text: str
    language: str = "fr"
    answers: str = ""
    summary: str = ""
    visibility: str = "public"
    useful_to: Sequence[str] = field(default_factory=tuple)
    shared_by: Sequence[str] = field(default_factory=tuple)


SAMPLES = (
    Sample(
        "welcome",
        "sophie.nguyen",
        "Bienvenue à toutes et à tous. Ici, on pose une question quand on cherche, on répond quand on sait, et on signe de son "
        "nom. La charte tient en une page. #accueil",
        useful_to=("awa.diop", "ken.tanaka", "paul.girard"),
        shared_by=("claire.fontaine",),
    ),
    Sample(
        "visit",
        "marie.lambert",
        "Visite ministérielle à Tokyo, **du 9 au 11 décembre**. La première version du programme est prête :\n\n"
        "- lundi : entretiens politiques, dîner de travail\n- mardi : hydrogène et transition énergétique\n- mercredi : "
        "rencontre avec la communauté française\n\n{ken.tanaka}, {helene.roux} : vos remarques avant jeudi ? #visite #japon",
        useful_to=("ken.tanaka", "jean.keller"),
    ),
    Sample(
        "visit-press",
        "ken.tanaka",
        "{marie.lambert} Noted, thank you. On Tuesday the press can attend the first ten minutes only. I will send the list of "
        "accredited journalists tomorrow.",
        "en",
        "visit",
        useful_to=("marie.lambert",),
    ),
    Sample(
        "visit-hydrogen",
        "helene.roux",
        "{marie.lambert} Pour mardi, deux industriels confirment. Le troisième demande que la table ronde soit à huis clos : je "
        "propose 40 minutes fermées puis 20 ouvertes.",
        answers="visit",
        useful_to=("marie.lambert", "marc.delorme"),
    ),
    Sample(
        "visit-agreed",
        "marie.lambert",
        "{helene.roux} Parfait, je le note ainsi. Nouvelle version ce soir.",
        answers="visit-hydrogen",
    ),
    Sample(
        "satellite",
        "awa.diop",
        "La liaison par satellite sera coupée ce samedi de 6 h à 8 h (heure de Dakar). Les messages partiront d’eux-mêmes "
        "ensuite, rien à refaire de votre côté. #informatique",
        useful_to=("jean.keller", "fatou.ndiaye", "claire.fontaine"),
        shared_by=("jean.keller",),
    ),
    Sample(
        "notary",
        "yumi.sato",
        "Does anybody know a notary in Osaka who works in French? A family needs an inheritance deed translated and certified "
        "before the end of the month. #consular",
        "en",
    ),
    Sample(
        "notary-answer",
        "yves.moreau",
        "{yumi.sato} Le bureau tient une liste des notaires et traducteurs assermentés : je vous l’envoie. Pour Osaka il y en a "
        "deux, dont une étude qui répond en 48 heures.",
        answers="notary",
        useful_to=("yumi.sato", "lucie.bernard"),
    ),
    Sample(
        "notary-thanks", "yumi.sato", "{yves.moreau} That is exactly what we needed. Merci !", "en", "notary-answer"
    ),
    Sample(
        "students",
        "lucie.bernard",
        "Visas étudiants : les rendez-vous de janvier sont ouverts. Pensez à dire aux familles que l’attestation d’hébergement "
        "doit dater de moins de trois mois. #visas",
        useful_to=("yves.moreau", "yumi.sato"),
        shared_by=("yves.moreau",),
    ),
    Sample(
        "students-question",
        "yumi.sato",
        "{lucie.bernard} Is a digital copy of the accommodation certificate accepted now, or do you still ask for the "
        "original?",
        "en",
        "students",
    ),
    Sample(
        "students-answer",
        "lucie.bernard",
        "{yumi.sato} La copie suffit au dépôt, l’original au guichet. J’ajoute la précision à la fiche.",
        answers="students-question",
        useful_to=("yumi.sato",),
    ),
    Sample(
        "ocean",
        "marc.delorme",
        "Compte rendu du séminaire franco-japonais sur l’observation des océans : trois pistes de projets communs, dont une sur "
        "les fonds marins. Je cherche un relecteur pour la partie juridique. #science #océans",
        useful_to=("helene.roux", "marie.lambert"),
    ),
    Sample(
        "ocean-reader",
        "jean.keller",
        "{marc.delorme} J’ai suivi ce dossier il y a deux ans, je veux bien relire.",
        answers="ocean",
        useful_to=("marc.delorme",),
    ),
    Sample(
        "election",
        "jean.keller",
        "Mission d’observation électorale : il nous manque encore deux binômes pour la région nord. Véhicules et hébergement "
        "sont réservés. Départ le 3. #élections",
        shared_by=("fatou.ndiaye",),
    ),
    Sample(
        "archive",
        "paul.girard",
        "Les dépêches de 1898 du consulat de Yokohama sont numérisées : 1 240 pages, lisibles en ligne depuis ce matin. La carte "
        "de la rade vaut le détour. #archives #japon",
        useful_to=("ken.tanaka", "yumi.sato", "marie.lambert", "marc.delorme"),
        shared_by=("ken.tanaka", "marie.lambert"),
    ),
    Sample(
        "archive-question",
        "ken.tanaka",
        "{paul.girard} Wonderful. May we show the map at the open day in March?",
        "en",
        "archive",
    ),
    Sample(
        "archive-yes",
        "paul.girard",
        "{ken.tanaka} Oui, avec la mention du fonds. Je vous prépare un fichier en grand format.",
        answers="archive-question",
        useful_to=("ken.tanaka",),
    ),
    Sample(
        "school",
        "fatou.ndiaye",
        "Remise des prix du concours de lecture : 14 écoles, 600 élèves, et une salle pleine. Merci aux collègues qui sont venus "
        "tenir le stand. #éducation",
        useful_to=("jean.keller", "lucie.bernard", "sophie.nguyen"),
    ),
    Sample(
        "choir",
        "helene.roux",
        "La chorale de l’ambassade reprend mercredi à 18 h 30, salle B. Tous niveaux, aucune audition. Nous manquons de basses.",
        visibility="node",
        useful_to=("marc.delorme",),
    ),
    Sample(
        "backup",
        "claire.fontaine",
        "Rappel aux administrateurs de nœuds : la sauvegarde se fait sans arrêter le service, et le secret du nœud se garde "
        "ailleurs que la sauvegarde. Testez une restauration ce mois-ci. #informatique",
        useful_to=("awa.diop", "ken.tanaka"),
        shared_by=("awa.diop",),
    ),
    Sample(
        "backup-done",
        "awa.diop",
        "{claire.fontaine} Restauration testée hier sur une machine de secours : douze minutes, tout y est.",
        answers="backup",
        useful_to=("claire.fontaine",),
    ),
    Sample(
        "earthquake",
        "ken.tanaka",
        "Magnitude 5.4 off Ibaraki at 07:12. No damage reported, the consular line is staffed, no French nationals concerned so "
        "far. Next update at 10:00.",
        "en",
        summary="Earthquake, no damage reported",
        useful_to=("marie.lambert", "yves.moreau"),
        shared_by=("marie.lambert",),
    ),
    Sample(
        "earthquake-10",
        "ken.tanaka",
        "Update 10:00: all staff accounted for, trains are running again. We close this thread.",
        "en",
        "earthquake",
        useful_to=("marie.lambert", "helene.roux"),
    ),
    Sample(
        "posting",
        "sophie.nguyen",
        "Mutations d’été : la foire aux questions est à jour (déménagement, scolarité, conjoints). Ce qui manque, dites-le ici : "
        "je complète chaque vendredi. #mutation",
        useful_to=("lucie.bernard", "marc.delorme", "helene.roux"),
    ),
    Sample(
        "posting-school",
        "marc.delorme",
        "{sophie.nguyen} Une ligne sur l’inscription en cours d’année au lycée français serait utile : trois familles me l’ont "
        "demandé.",
        answers="posting",
    ),
    Sample(
        "translation",
        "ken.tanaka",
        "Question for French speakers: how would you render *omotenashi* in a speech about consular service, without a footnote?",
        "en",
        useful_to=("yumi.sato",),
    ),
    Sample(
        "translation-answer",
        "marie.lambert",
        "{ken.tanaka} « L’art de recevoir avant qu’on ait demandé. » Un peu long, mais on l’entend bien à l’oral.",
        answers="translation",
        useful_to=("ken.tanaka", "paul.girard", "fatou.ndiaye"),
    ),
    Sample(
        "team",
        "marie.lambert",
        "Pour celles et ceux qui suivent mes notes Asie : je serai en congé du 23 au 30, {yves.moreau} a bien voulu prendre le "
        "relais.",
        visibility="private",
    ),
    Sample(
        "draft",
        "helene.roux",
        "{marie.lambert} Je te joins dès demain la note sur l’hydrogène ; merci de ne pas la diffuser avant validation.",
        visibility="direct",
    ),
    Sample(
        "heat",
        "fatou.ndiaye",
        "Le groupe électrogène de l’annexe est réparé. Les cours de français du soir reprennent lundi, mêmes salles, mêmes "
        "horaires.",
        useful_to=("awa.diop",),
    ),
    Sample(
        "badge",
        "yves.moreau",
        "Qui a déjà utilisé les nouveaux lecteurs de passeports ? Le nôtre refuse une page sur vingt. #visas",
    ),
    Sample(
        "badge-answer",
        "lucie.bernard",
        "{yves.moreau} Même chose ici, jusqu’à ce qu’on nettoie la vitre deux fois par jour. Depuis, plus rien.",
        answers="badge",
        useful_to=("yves.moreau",),
    ),
)


def samples_of_further_place(username: str, other: str, city: str) -> tuple[Sample, ...]:
    """What is written at any other node. username, other: its two people."""
    return (
        Sample(
            f"{city}-hello",
            username,
            f"Bonjour depuis {city} ! Notre nœud est ouvert depuis ce matin ; dites-nous ce que vous cherchez. #accueil",
        ),
        Sample(
            f"{city}-note",
            other,
            "Compte rendu de la réunion de service : le calendrier des permanences de décembre est affiché, les échanges de tours "
            "se font directement entre vous.",
            useful_to=(username,),
        ),
        Sample(f"{city}-thanks", username, f"{{{other}}} Merci, c’est noté.", answers=f"{city}-note"),
    )
