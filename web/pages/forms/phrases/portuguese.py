"""What the page of a form says by itself, in Portuguese."""

from __future__ import annotations

from web.pages.forms.phrases.words import Phrases

PORTUGUESE = Phrases(
    language="Idioma",
    page="Página",
    page_of="de",
    optional="opcional",
    choose="Escolher…",
    yes="Sim",
    no="Não",
    in_utc="Em UTC.",
    go_on="Continuar",
    back="Voltar",
    send="Enviar",
    review="Veja as suas respostas e depois envie",
    had_answered="O que tinha respondido",
    look_at="Veja estas respostas",
    not_sent="Não enviado",
    kept="As suas respostas não foram enviadas e continuam nesta página. "
    "Envie de novo daqui a pouco: contam uma só vez.",
    sent="Enviado",
    thanks="As suas respostas chegaram.",
    number="O seu envio tem o número",
    another="Preencher outra vez",
    results="Resultados",
    records="Respostas uma a uma",
    opens="Este formulário abre em {}.",
    closed="Este formulário fechou em {}. Já não se pode enviar nada.",
    already="Cada pessoa preenche este formulário uma só vez, e já o fez.",
    being_sent="Este formulário está neste momento a ser enviado pela sua ligação ou nome a partir de "
    "outra página. Veja de novo daqui a um minuto.",
    own_link="Cada pessoa preenche este formulário uma só vez. Abra-o pela ligação que recebeu, ou entre na sua conta.",
    missing="Responda a esta pergunta.",
    a_number="Escreva um número em algarismos, com ponto, como 12 ou 3.5.",
    whole_number="Escreva um número inteiro, como 12.",
    yes_or_no="Escolha sim ou não.",
    a_time="Indique uma data e uma hora.",
    one_offered="Escolha uma das respostas dadas.",
    bad_text="Tem um carácter que não se pode guardar; escreva sem ele.",
    not_taken="Esta resposta não é aceite.",
    at_least="Escreva um número que seja pelo menos {}.",
    at_most="Escreva um número que seja no máximo {}.",
    more_than="Escreva um número maior do que {}.",
    less_than="Escreva um número menor do que {}.",
    longer="Escreva pelo menos {} caracteres.",
    shorter="Escreva no máximo {} caracteres.",
)
