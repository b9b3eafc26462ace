{#- Conditions on rows: all filters, and one of the alternatives if there are any. -#}
{%- for name, count in where %}
    and {{ name | ident }} in ({{ (["?"] * count) | join(", ") }})
{%- endfor %}
{%- if alternatives %}
    and (
    {%- for rule in alternatives %}
      {{ "or " if not loop.first }}(
      {%- for name, count in rule %}{{ name | ident }} in ({{ (["?"] * count) | join(", ") }}){{ " and " if not loop.last }}{% endfor -%}
      )
    {%- endfor %}
    )
{%- endif %}
