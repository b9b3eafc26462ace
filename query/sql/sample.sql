select {{ dimension | ident }}
from {{ table }} for version as of {{ snapshot }}
limit 1
