{#- What was answered to the questions of a form: one row. `records` have the rows that the asker may see. Keys of maps
    are texts, for answers are written as JSON. -#}
found as (
  select *
  from records
  where true
    {%- for column, marks in filters %}
    and {{ column | ident }} in ({{ marks }})
    {%- endfor %}
    {%- if searched %}
    and (
      {%- for column in searched %}{{ "or " if not loop.first }}strpos(lower({{ column | ident }}), lower(?)) > 0 {% endfor -%}
    )
    {%- endif %}
)
select
  count(*),
  histogram(cast(cast(to_unixtime({{ moment }}) as bigint) as varchar)),
  {{ crossed }}
  {%- for each in expressions %},
  {{ each }}
  {%- endfor %}
from found
