"""What the page of a form says by itself, in Spanish."""

from __future__ import annotations

from web.pages.forms.phrases.words import Phrases

SPANISH = Phrases(
    language="Idioma",
    page="Página",
    page_of="de",
    optional="opcional",
    choose="Elegir…",
    yes="Sí",
    no="No",
    in_utc="En UTC.",
    go_on="Continuar",
    back="Atrás",
    send="Enviar",
    review="Mire sus respuestas y después envíelas",
    had_answered="Lo que había respondido",
    look_at="Mire estas respuestas",
    not_sent="No enviado",
    kept="Sus respuestas no se enviaron y siguen en esta página. "
    "Envíelas otra vez dentro de un momento: cuentan una sola vez.",
    sent="Enviado",
    thanks="Sus respuestas han llegado.",
    number="Su envío tiene el número",
    another="Rellenar otra vez",
    results="Resultados",
    records="Respuestas una a una",
    opens="Este formulario se abre el {}.",
    closed="Este formulario se cerró el {}. Ya no se puede enviar nada.",
    already="Cada persona rellena este formulario una sola vez, y ya lo ha hecho.",
    being_sent="Este formulario se está enviando en este momento con su enlace o nombre desde otra página. "
    "Vuelva a mirar en un minuto.",
    own_link="Cada persona rellena este formulario una sola vez. Ábralo con el enlace que recibió o inicie sesión.",
    missing="Responda a esta pregunta.",
    a_number="Escriba un número en cifras, con punto, como 12 o 3.5.",
    whole_number="Escriba un número entero, como 12.",
    yes_or_no="Elija sí o no.",
    a_time="Indique una fecha y una hora.",
    one_offered="Elija una de las respuestas ofrecidas.",
    bad_text="Tiene un carácter que no se puede guardar; escríbalo sin él.",
    not_taken="Esta respuesta no se acepta.",
    at_least="Escriba un número que sea al menos {}.",
    at_most="Escriba un número que sea como máximo {}.",
    more_than="Escriba un número mayor que {}.",
    less_than="Escriba un número menor que {}.",
    longer="Escriba al menos {} caracteres.",
    shorter="Escriba como máximo {} caracteres.",
)
