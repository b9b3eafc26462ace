{#- Groups that come after a cursor, in the order of their keys. -#}
{%- macro beyond(names) -%}
  ({{ names[0] | ident }} > ?
  {%- if names[1:] %} or ({{ names[0] | ident }} = ? and {{ beyond(names[1:]) }}){% endif %})
{%- endmacro -%}
