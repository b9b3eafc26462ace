{#- Conditions on single messages: beyond what their table holds, and before the end of what is read. -#}
{%- if cut %}
  and arrived >= cast(timestamp {{ cut | literal }} as timestamp_ltz(3))
{%- endif %}
{%- if until %}
  and arrived < cast(timestamp {{ until | literal }} as timestamp_ltz(3))
{%- endif %}
{%- for partition, offset in held.items() %}
  and (`partition` <> {{ partition }} or `offset` > {{ offset }})
{%- endfor %}
