"""Exports of other services, made as they make them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

SPAN = "20250101_20250103"

TABLES: Mapping[str, str] = {
    "imported_visitors": """date,visitors,pageviews,bounces,visits,visit_duration
2025-01-01,10,30,4,12,600
2025-01-02,5,9,2,6,120
2025-01-03,1,1,1,1,0
""",
    "imported_sources": """date,source,referrer,utm_source,utm_medium,utm_campaign,utm_content,utm_term,pageviews,visitors,visits,visit_duration,bounces
2025-01-01,Google,google.com,,,,,,20,7,8,400,3
2025-01-01,Google,google.com/x,,,spring,,,2,1,1,0,1
2025-01-01,Direct / None,,,,,,,8,2,3,200,0
2025-01-02,Google,google.com,,,,,,9,5,6,120,2
2025-01-03,news,,news,email,,,,1,1,1,0,1
""",  # noqa: E501
    "imported_pages": """date,hostname,page,visits,visitors,pageviews,total_scroll_depth,total_scroll_depth_visits
2025-01-01,past.example,/,11,10,20,,
2025-01-01,past.example,/a,5,5,10,120,5
2025-01-02,past.example,/,6,5,9,,
""",
    "imported_entry_pages": """date,entry_page,visitors,entrances,visit_duration,bounces,pageviews
2025-01-01,/,10,12,600,4,30
""",
    "imported_exit_pages": """date,exit_page,visitors,visit_duration,exits,bounces,pageviews
2025-01-01,/a,5,600,5,0,10
""",
    "imported_locations": """date,country,region,city,visitors,visits,visit_duration,bounces,pageviews
2025-01-01,DE,DE-BE,2950159,6,7,300,2,18
2025-01-01,DE,DE-BY,2867714,3,4,300,1,10
2025-01-02,FR,,0,5,6,120,2,9
""",
    "imported_devices": """date,device,visitors,visits,visit_duration,bounces,pageviews
2025-01-01,Desktop,6,8,400,3,20
2025-01-01,Laptop,1,1,0,1,1
2025-01-02,Mobile,5,6,120,2,9
""",
    "imported_browsers": """date,browser,browser_version,visitors,visits,visit_duration,bounces,pageviews
2025-01-01,Chrome,140,6,8,400,3,20
2025-01-01,Chrome,141,1,1,0,1,1
""",
    "imported_operating_systems": """date,operating_system,operating_system_version,visitors,visits,visit_duration,bounces,pageviews
2025-01-01,Mac,15.1,6,8,400,3,20
""",  # noqa: E501
    "imported_custom_events": """date,name,link_url,path,visitors,events
2025-01-01,Signup,,,2,3
2025-01-02,Signup,,,1,1
""",
}

MATOMO = """date,nb_uniq_visitors,nb_users,nb_visits,nb_actions,nb_visits_converted,bounce_count,sum_visit_length,max_actions,bounce_rate,nb_actions_per_visit,avg_time_on_site,nb_pageviews
2025-01-01,10,0,12,31,0,4,600,5,33%,2.6,50,30
2025-01-02,5,0,6,9,0,2,120,3,33%,1.5,20,9
"""  # noqa: E501
"""`API.get`; without the last column `VisitsSummary.get`."""

_OF_VISITS = "nb_uniq_visitors,nb_visits,nb_actions,max_actions,sum_visit_length,bounce_count"
_PAGES = (
    "date,label,nb_visits,nb_uniq_visitors,nb_hits,sum_time_spent,entry_nb_uniq_visitors,entry_nb_visits,"
    "entry_nb_actions,entry_sum_visit_length,entry_bounce_count,exit_nb_uniq_visitors,exit_nb_visits,bounce_rate,"
    "exit_rate,metadata_url,metadata_segment,metadata_is_aggregate"
)

MATOMO_REPORTS: Mapping[str, str] = {
    "pages": f"""{_PAGES}
2025-01-01,/index,11,10,20,900,9,10,25,600,4,3,4,40%,36%,http://past.example/,pageUrl==http%253A%252F%252Fpast.example%252F,
2025-01-01,"/a?x=1,2",5,5,10,120,,,,,,4,5,0%,100%,"http://past.example/a?x=1,2",pageUrl==http%253A%252F%252Fpast.example%252Fa,
2025-01-01,/a,1,1,1,0,,,,,,,,0%,0%,http://www.past.example/a,pageUrl==http%253A%252F%252Fwww.past.example%252Fa,
2025-01-01,/dir/,9,9,9,9,,,,,,,,0%,0%,,,1
2025-01-01,Others,3,,4,0,,,,,,,,0%,0%,,,
2025-01-02,/index,6,5,9,120,5,6,9,120,2,5,6,33%,100%,http://past.example/,pageUrl==http%253A%252F%252Fpast.example%252F,
""",
    "types": f"""date,label,{_OF_VISITS},metadata_segment,metadata_referrer_type
2025-01-01,Direct Entry,2,3,9,4,200,0,referrerType==direct,1
2025-01-01,Search Engines,7,8,20,5,400,3,referrerType==search,2
2025-01-01,Websites,1,1,2,2,0,1,referrerType==website,3
""",
    "engines": f"""date,label,{_OF_VISITS},idsubdatatable,metadata_url,metadata_logo,metadata_segment
2025-01-01,Google,7,8,20,5,400,3,1,http://google.com,plugins/Morpheus/icons/dist/searchEngines/google.com.png,referrerType==search;referrerName==Google
""",
    "websites": f"""date,label,{_OF_VISITS},idsubdatatable,metadata_segment
2025-01-01,www.news.example,1,1,2,2,0,1,2,referrerName==www.news.example
""",
    "campaigns": f"""date,label,{_OF_VISITS},metadata_segment
2025-01-01,"'+spring; sale",1,1,2,2,0,1,referrerType==campaign;referrerName==%2Bspring%3B+sale
""",
    "countries": f"""date,label,{_OF_VISITS},metadata_code,metadata_logo,metadata_segment
2025-01-01,Germany,9,11,29,5,600,3,de,plugins/Morpheus/icons/dist/flags/de.png,countryCode==de
2025-01-01,Unknown,1,1,2,2,0,1,xx,plugins/Morpheus/icons/dist/flags/xx.png,
""",
    "regions": f"""date,label,{_OF_VISITS},metadata_region,metadata_country,metadata_segment
2025-01-01,"Berlin, Germany",6,7,18,5,300,2,BE,de,regionCode==BE;countryCode==de
2025-01-01,Unknown,4,5,13,5,300,2,xx,xx,
""",
    "types_of_devices": f"""date,label,{_OF_VISITS},metadata_segment,metadata_logo
2025-01-01,Desktop,6,8,20,5,400,3,deviceType==desktop,x.png
2025-01-01,Smartphone,3,3,9,5,200,1,deviceType==smartphone,x.png
2025-01-01,Phablet,1,1,2,2,0,0,deviceType==phablet,x.png
2025-01-01,Camera,0,0,0,0,0,0,deviceType==camera,x.png
""",
    "browsers": f"""date,label,{_OF_VISITS},metadata_logo,metadata_segment
2025-01-01,Chrome,6,8,20,5,400,3,x.png,browserCode==CH
2025-01-01,Unknown,4,4,11,5,200,1,x.png,browserCode==UNK
""",
    "systems": f"""date,label,{_OF_VISITS},metadata_logo
2025-01-01,Mac,6,8,20,5,400,3,plugins/Morpheus/icons/dist/os/MAC.png
""",
    "languages": f"""date,label,{_OF_VISITS},metadata_segment
2025-01-01,French - Belgium (fr-be),6,8,20,5,400,3,languageCode==fr-be
""",
    "actions": """date,label,nb_uniq_visitors,nb_visits,nb_events,nb_events_with_value,sum_event_value,metadata_segment
2025-01-01,Signup,2,2,3,0,0,eventAction==Signup
2025-01-01,Others,1,1,2,0,0,
""",
}
"""As Matomo's own expected results have them (its repository's tests/PHPUnit/System/expected), made into CSV."""


def plausible_export(path: Path, tables: Mapping[str, str] = TABLES) -> Path:
    """An archive as Plausible gives it out; files are called by their days."""
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for name, text in tables.items():
            archive.writestr(f"{name}_{SPAN}.csv", text)
    return path
