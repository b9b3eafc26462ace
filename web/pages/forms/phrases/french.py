"""What the page of a form says by itself, in French."""

from __future__ import annotations

from web.pages.forms.phrases.words import Phrases

FRENCH = Phrases(
    language="Langue",
    page="Page",
    page_of="sur",
    optional="facultatif",
    choose="Choisir…",
    yes="Oui",
    no="Non",
    in_utc="En UTC.",
    go_on="Continuer",
    back="Retour",
    send="Envoyer",
    review="Relisez vos réponses, puis envoyez-les",
    had_answered="Ce que vous aviez répondu",
    look_at="Regardez ces réponses",
    not_sent="Pas envoyé",
    kept="Vos réponses n'ont pas été envoyées et sont toujours sur cette page. "
    "Envoyez-les de nouveau dans un instant : elles comptent une seule fois.",
    sent="Envoyé",
    thanks="Vos réponses sont arrivées.",
    number="Votre envoi porte le numéro",
    another="Remplir encore une fois",
    results="Résultats",
    records="Réponses une à une",
    opens="Ce formulaire ouvre le {}.",
    closed="Ce formulaire a fermé le {}. On ne peut plus rien envoyer.",
    already="Chaque personne remplit ce formulaire une seule fois, et vous l'avez fait.",
    being_sent="Ce formulaire est en train d'être envoyé avec votre lien ou votre nom depuis une autre page. "
    "Regardez de nouveau dans une minute.",
    own_link="Chaque personne remplit ce formulaire une seule fois. "
    "Ouvrez-le par le lien que vous avez reçu, ou connectez-vous.",
    missing="Répondez à cette question.",
    a_number="Écrivez un nombre en chiffres, avec un point, comme 12 ou 3.5.",
    whole_number="Écrivez un nombre entier, comme 12.",
    yes_or_no="Choisissez oui ou non.",
    a_time="Indiquez une date et une heure.",
    one_offered="Choisissez une des réponses proposées.",
    bad_text="Ce texte a un caractère qui ne peut pas être gardé ; écrivez-le sans.",
    not_taken="Cette réponse n'est pas acceptée.",
    at_least="Écrivez un nombre d'au moins {}.",
    at_most="Écrivez un nombre d'au plus {}.",
    more_than="Écrivez un nombre plus grand que {}.",
    less_than="Écrivez un nombre plus petit que {}.",
    longer="Écrivez au moins {} caractères.",
    shorter="Écrivez au plus {} caractères.",
)
