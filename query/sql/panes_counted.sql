{#- Of those, rollups as far as they count, and finest panes at the edges or that arrived later. -#}
    {%- if panes.late_from %}
    and (grain <> '{{ finest }}'
    {%- for _ in panes.edges %} or (window_start >= ? and window_end <= ?){% endfor %} or arrived_from >= ?)
    {%- endif %}
    {%- if panes.rolled_until %}
    and (grain = '{{ finest }}' or arrived_until <= ?)
    {%- endif %}
    {%- if panes.known_until %}
    and arrived_until <= ?
    {%- endif %}
