select {{ dimension | ident }}
from {{ table }} for version as of {{ snapshot }}
where breakdown = {{ breakdown | literal }}
limit 1
