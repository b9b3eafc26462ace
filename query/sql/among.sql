{#- Conditions by their number of values: all of some, and one of the alternatives if there are any. -#}
{%- macro among(conditions) -%}
  {%- for column, count in conditions %}
    {{- " and " if not loop.first }}{{ column }} in ({{ (["?"] * count) | join(", ") }})
  {%- endfor %}
{%- endmacro -%}
{%- macro met(where, alternatives) -%}
  {%- for condition in where %}
    and {{ among([condition]) }}
  {%- endfor %}
  {%- if alternatives %}
    and ({% for rule in alternatives %}{{ " or " if not loop.first }}({{ among(rule) }}){% endfor %})
  {%- endif %}
{%- endmacro -%}
