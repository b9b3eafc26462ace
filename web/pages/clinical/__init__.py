"""`/clinical`: admissions and lab results of clinical sites."""
