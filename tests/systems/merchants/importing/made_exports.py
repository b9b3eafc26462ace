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

MATOMO = """date,nb_uniq_visitors,nb_visits,nb_users,nb_actions,max_actions,bounce_count,sum_visit_length,nb_pageviews
2025-01-01,10,12,0,31,5,4,600,30
2025-01-02,5,6,0,9,3,2,120,9
"""


def plausible_export(path: Path, tables: Mapping[str, str] = TABLES) -> Path:
    """An archive as Plausible gives it out; files are called by their days."""
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for name, text in tables.items():
            archive.writestr(f"{name}_{SPAN}.csv", text)
    return path
