{#- How much a pair changed, from 0: the largest relative change of any number; 1 where only one side has a value. -#}
array_max(array[
  {%- for name in numbers %}
      {%- set old, new = ("old:" ~ name) | ident, ("new:" ~ name) | ident %}
      case
        when {{ old }} is not distinct from {{ new }} then double '0'
        when {{ old }} is null or {{ new }} is null then double '1'
        else abs(cast({{ new }} as double) - {{ old }}) / greatest(abs({{ old }}), abs({{ new }}))
      end{{ "," if not loop.last }}
  {%- endfor %}
    ])
