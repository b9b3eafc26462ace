"""What the page of a form says by itself, in German."""

from __future__ import annotations

from web.pages.forms.phrases.words import Phrases

GERMAN = Phrases(
    language="Sprache",
    page="Seite",
    page_of="von",
    optional="freiwillig",
    choose="Auswählen …",
    yes="Ja",
    no="Nein",
    in_utc="In UTC.",
    go_on="Weiter",
    back="Zurück",
    send="Absenden",
    review="Antworten ansehen, dann absenden",
    had_answered="Die Antworten bisher",
    look_at="Bitte diese Antworten ansehen",
    not_sent="Nicht gesendet",
    kept="Die Antworten wurden nicht gesendet und stehen noch auf dieser Seite. "
    "Bitte gleich noch einmal absenden: Sie zählen nur einmal.",
    sent="Gesendet",
    thanks="Die Antworten sind angekommen.",
    number="Die Antworten haben die Nummer",
    another="Noch einmal ausfüllen",
    results="Ergebnisse",
    records="Einzelne Antworten",
    opens="Dieses Formular öffnet am {}.",
    closed="Dieses Formular wurde am {} geschlossen. Es nimmt nichts mehr an.",
    already="Jede Person füllt dieses Formular einmal aus, und das ist schon geschehen.",
    being_sent="Dieses Formular wird unter Ihrem Link oder Namen gerade von einer anderen Seite gesendet. "
    "Bitte in einer Minute noch einmal nachsehen.",
    own_link="Jede Person füllt dieses Formular einmal aus. Bitte den eigenen Link öffnen oder anmelden.",
    missing="Bitte diese Frage beantworten.",
    a_number="Bitte eine Zahl in Ziffern schreiben, mit Punkt, etwa 12 oder 3.5.",
    whole_number="Bitte eine ganze Zahl schreiben, etwa 12.",
    yes_or_no="Bitte Ja oder Nein wählen.",
    a_time="Bitte ein Datum und eine Uhrzeit angeben.",
    one_offered="Bitte eine der angebotenen Antworten wählen.",
    bad_text="Das enthält ein Zeichen, das nicht aufbewahrt werden kann; bitte ohne dieses schreiben.",
    not_taken="Diese Antwort wird nicht angenommen.",
    at_least="Bitte eine Zahl von mindestens {} schreiben.",
    at_most="Bitte eine Zahl von höchstens {} schreiben.",
    more_than="Bitte eine Zahl über {} schreiben.",
    less_than="Bitte eine Zahl unter {} schreiben.",
    longer="Bitte mindestens {} Zeichen schreiben.",
    shorter="Bitte höchstens {} Zeichen schreiben.",
)
