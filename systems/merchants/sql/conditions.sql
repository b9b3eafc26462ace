{#- How clauses are written: all of them, each of which has alternatives of tests. -#}
{%- macro tested(test) -%}
  {%- if test.of is not none -%}
  json_extract_scalar({{ test.column | ident }}, {{ test.path | literal }}) = ?
  {%- elif test.patterns -%}
  regexp_like({{ test.column | ident }}, ?)
  {%- elif test.values | length == 1 -%}
  {{ test.column | ident }} = ?
  {%- else -%}
  {{ test.column | ident }} in ({{ (["?"] * test.values | length) | join(", ") }})
  {%- endif -%}
{%- endmacro -%}
{%- macro met(clause) -%}
  coalesce({% for tests in clause.alternatives %}{{ " or " if not loop.first }}
  {%- for test in tests %}{{ " and " if not loop.first }}{{ tested(test) }}{% endfor %}
  {%- endfor %}, false)
{%- endmacro -%}
{%- macro all_met(clauses) -%}
  {%- for clause in clauses %}{{ " and " if not loop.first }}{{ met(clause) }}{% else %}true{% endfor -%}
{%- endmacro -%}
