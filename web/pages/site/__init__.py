"""`/sites/{site}`: the dashboard of a site."""
