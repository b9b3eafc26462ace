"""Clinical records: patients, admissions and lab results of many sites, for those who may see each of them."""

__all__: list[str] = []
