{#- Conditions on records: all filters, and one of the alternatives if there are any. -#}
{%- for column, marks in where %}
    and {{ column }} in ({{ marks }})
{%- endfor %}
{%- if alternatives %}
    and (
    {%- for rule in alternatives %}
      {{ "or " if not loop.first }}(
      {%- for column, marks in rule %}{{ column }} in ({{ marks }}){{ " and " if not loop.last }}{% endfor -%}
      )
    {%- endfor %}
    )
{%- endif %}
