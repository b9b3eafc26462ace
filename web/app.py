"""The ASGI application: its routes, what surrounds them, and its life.

`web.server` serves it.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import BaseRoute, Mount, Route

from access.store import AccessStore
from sources.objects import Objects
from streams.logs import log_json
from web.access.arrival import Arrival
from web.access.doors import Doors
from web.access.guard import guarded
from web.access.reach import Reach
from web.api import (
    answers,
    catalogue,
    epidemic,
    grants,
    ingest,
    keys,
    me,
    probes,
    processes,
    replays,
    sessions,
    site_links,
    site_members,
    site_reports,
    site_stats,
    sites,
    sources,
    users,
)
from web.api.by_method import by_method
from web.api.site_parts import ANNOTATIONS, FUNNELS, GOALS
from web.collecting.collector import Collector
from web.collecting.shortcut import Shortcut, collect
from web.edge.first_use import on_first_use
from web.edge.hosts import HostCheck, own_names
from web.edge.middleware import RequestMiddleware
from web.edge.pieces import InPieces
from web.errors import HANDLERS
from web.page.frame import FramedPages
from web.page.static_files import VersionedFiles
from web.pages.account.handlers import account_page, change_password, end_sessions
from web.pages.account.keys import key_page, make_key, revoke_key, rotate_key
from web.pages.admin.grants import add_grant, grant_page, grants_page, remove_grant
from web.pages.admin.keys import admin_key_page, admin_revoke_key, keys_page
from web.pages.admin.seeing import begin_seeing, stop_seeing
from web.pages.admin.user import change_user, end_user_sessions, make_link, user_page
from web.pages.admin.users import add_user, users_page
from web.pages.admin.why import why_page
from web.pages.clinical.handlers import admissions_page, clinical_page, lab_results_page
from web.pages.engines.handlers import engines_page
from web.pages.epidemic.compare import compare_page
from web.pages.epidemic.downloads import download_csv, download_parquet
from web.pages.epidemic.handlers import map_page
from web.pages.epidemic.ranks import ranks_page
from web.pages.epidemic.sources import search_page
from web.pages.epidemic.sources import sources_page as reporting_sources_page
from web.pages.forms.changing import answers_page, step_change
from web.pages.forms.editor import editor_page, look_at_draft
from web.pages.forms.handlers import form_page, step_form
from web.pages.forms.list import forms_page
from web.pages.forms.results import results_page
from web.pages.invitation.handlers import accept_invitation, first_page, invitation_page, make_first
from web.pages.login.handlers import log_in, log_out, login_page
from web.pages.processes.list import processes_page
from web.pages.processes.process import process_page
from web.pages.records.handlers import export_records, records_page
from web.pages.reference.api import api_page
from web.pages.reference.definition import definition_page
from web.pages.rejected.handlers import rejected_page
from web.pages.replays.handlers import replay_page, replays_page
from web.pages.shared.handlers import shared_page, unlock
from web.pages.site.exports import export_json, panel_csv
from web.pages.site.handlers import panel_page, site_page
from web.pages.site_reports.handlers import add_report, remove_report, reports_page
from web.pages.site_reports.unsubscribing import unsubscribe, unsubscribe_page
from web.pages.sites.list import add_site, new_site_page, sites_page
from web.pages.sites.settings import add_part, remove_part, save_general, settings_page
from web.pages.sources.list import sources_page
from web.pages.sources.source import do_act, source_page, upload_file
from web.pages.sources.trying import try_page, try_sample
from web.pages.streams.handlers import streams_page
from web.pages.window.handlers import window_csv, window_page
from web.service import Service
from web.settings import WebSettings
from web.tracking.script import script

_SWITCH_SECONDS = 0.0005
"""How long a thread that computes keeps the others waiting. Python's own 5 ms is paid at each of an answer's five
exchanges with Trino while the lake watcher reads new metadata."""

ROUTES: tuple[BaseRoute, ...] = (
    Route("/", window_page),
    Route("/window.csv", window_csv),
    Route("/streams", streams_page),
    Route("/streams/{stream}", definition_page),
    Route("/docs/api", api_page),
    Route("/engines", engines_page),
    Route("/rejected/{stream}", rejected_page),
    Route("/records/{stream}", records_page),
    Route("/records/{stream}/export", export_records),
    Route("/clinical", clinical_page),
    Route("/clinical/admissions", admissions_page),
    Route("/clinical/lab-results", lab_results_page),
    Route("/forms", forms_page),
    by_method("/form-editor", GET=editor_page, POST=look_at_draft),
    by_method("/forms/{stream}", GET=form_page, POST=step_form),
    by_method("/forms/{stream}/answers/{submission}", GET=answers_page, POST=step_change),
    Route("/forms/{stream}/results", results_page),
    Route("/replays", replays_page),
    Route("/replays/{id}", replay_page),
    by_method("/login", GET=login_page, POST=log_in),
    Route("/logout", log_out, methods=["POST"]),
    by_method("/first", GET=first_page, POST=make_first),
    by_method("/invitation/{token}", GET=invitation_page, POST=accept_invitation),
    Route("/account", account_page),
    Route("/account/password", change_password, methods=["POST"]),
    Route("/account/sessions", end_sessions, methods=["POST"]),
    Route("/account/keys", make_key, methods=["POST"]),
    Route("/account/keys/{key}", key_page),
    Route("/account/keys/{key}/rotate", rotate_key, methods=["POST"]),
    Route("/account/keys/{key}/revoke", revoke_key, methods=["POST"]),
    by_method("/admin", GET=users_page, POST=add_user),
    by_method("/admin/users/{user}", GET=user_page, POST=change_user),
    Route("/admin/users/{user}/link", make_link, methods=["POST"]),
    Route("/admin/users/{user}/sessions", end_user_sessions, methods=["POST"]),
    Route("/admin/users/{user}/see-as", begin_seeing, methods=["POST"]),
    Route("/see-as/stop", stop_seeing, methods=["POST"]),
    by_method("/admin/grants", GET=grants_page, POST=add_grant),
    by_method("/admin/grants/{grant}", GET=grant_page, POST=remove_grant),
    Route("/admin/keys", keys_page),
    by_method("/admin/keys/{key}", GET=admin_key_page, POST=admin_revoke_key),
    Route("/admin/why", why_page),
    Route("/sites", sites_page),
    by_method("/sites/new", GET=new_site_page, POST=add_site),
    Route("/sites/{site}", site_page),
    Route("/sites/{site}/panels/{panel}.csv", panel_csv),
    Route("/sites/{site}/panels/{panel}", panel_page),
    Route("/sites/{site}/export.json", export_json),
    by_method("/sites/{site}/settings", GET=settings_page, POST=save_general),
    Route("/sites/{site}/settings/{part}", add_part, methods=["POST"]),
    Route("/sites/{site}/settings/{part}/{id}", remove_part, methods=["POST"]),
    by_method("/shared/{token}", GET=shared_page, POST=unlock),
    Route("/epidemic", map_page),
    Route("/epidemic/regions/{region}", on_first_use("web.pages.epidemic.region", "region_page")),
    Route("/epidemic/compare", compare_page),
    Route("/epidemic/ranks", ranks_page),
    Route("/epidemic/sources", reporting_sources_page),
    Route("/epidemic/search", search_page),
    Route("/epidemic/download.csv", download_csv),
    Route("/epidemic/download.parquet", download_parquet),
    Route("/epidemic/embed/regions/{region}", on_first_use("web.pages.epidemic.embedded", "embedded_page")),
    Route("/v1/epidemic/search", epidemic.search),
    Route("/v1/epidemic/weeks", epidemic.weeks),
    Route("/v1/openapi.json", catalogue.show_openapi),
    Route("/v1/streams", catalogue.streams),
    Route("/v1/streams/{stream}", catalogue.show_stream),
    Route("/v1/engines", probes.engines),
    Route("/v1/replays", replays.replays),
    Route("/v1/replays/{id}", replays.replay),
    Route("/v1/history", replays.history),
    Route("/v1/streams/{stream}/window", answers.window, methods=["GET", "POST"]),
    Route("/v1/streams/{stream}/series", answers.series, methods=["GET", "POST"]),
    Route("/v1/streams/{stream}/rejected", answers.rejected, methods=["GET", "POST"]),
    Route("/v1/streams/{stream}/records", answers.records, methods=["GET", "POST"]),
    Route("/v1/streams/{stream}/messages", ingest.post_messages, methods=["POST"]),
    by_method("/v1/sessions", GET=sessions.sessions, POST=sessions.log_in),
    Route("/v1/sessions/current", sessions.log_out, methods=["DELETE"]),
    Route("/v1/sessions/{session}", sessions.end_session, methods=["DELETE"]),
    Route("/v1/me", me.me),
    by_method("/v1/see-as", POST=me.begin_seeing, DELETE=me.end_seeing),
    by_method("/v1/users", GET=users.users, POST=users.add_user),
    by_method("/v1/users/{user}", GET=users.show_user, PATCH=users.change_user, DELETE=users.remove_user),
    Route("/v1/users/{user}/invitation", users.invite, methods=["POST"]),
    by_method("/v1/keys", GET=keys.keys, POST=keys.create_key),
    Route("/v1/keys/{key}", keys.revoke_key, methods=["DELETE"]),
    Route("/v1/keys/{key}/rotate", keys.rotate_key, methods=["POST"]),
    by_method("/v1/grants", GET=grants.grants, POST=grants.add_grant),
    Route("/v1/grants/{id}", grants.remove_grant, methods=["DELETE"]),
    by_method("/v1/sites", GET=sites.sites, POST=sites.add_site, PUT=sites.put_sites),
    by_method("/v1/sites/{site}", GET=sites.show_site, PATCH=sites.change_site, DELETE=sites.delete_site),
    by_method("/v1/sites/{site}/goals", GET=GOALS.listed, POST=GOALS.add),
    Route("/v1/sites/{site}/goals/{id}", GOALS.remove, methods=["DELETE"]),
    by_method("/v1/sites/{site}/funnels", GET=FUNNELS.listed, POST=FUNNELS.add),
    by_method("/v1/sites/{site}/funnels/{id}", GET=site_stats.funnel, DELETE=FUNNELS.remove),
    by_method("/v1/sites/{site}/annotations", GET=ANNOTATIONS.listed, POST=ANNOTATIONS.add),
    Route("/v1/sites/{site}/annotations/{id}", ANNOTATIONS.remove, methods=["DELETE"]),
    by_method("/v1/sites/{site}/links", GET=site_links.links, POST=site_links.make_link),
    Route("/v1/sites/{site}/links/{id}", site_links.revoke_link, methods=["DELETE"]),
    by_method("/v1/sites/{site}/members", GET=site_members.members, POST=site_members.put_member),
    Route("/v1/sites/{site}/members/{subject}", site_members.remove_member, methods=["DELETE"]),
    Route("/v1/sites/{site}/stats", site_stats.stats),
    Route("/v1/sites/{site}/breakdown", site_stats.breakdown),
    Route("/v1/sites/{site}/series", site_stats.series),
    Route("/v1/sites/{site}/live", site_stats.live),
    by_method("/v1/sites/{site}/imported", GET=site_stats.imported, DELETE=sites.forget_imported),
    Route("/v1/sites/{site}/imports", sites.imports),
    Route("/v1/sites/{site}/imports/{id}", sites.forget_imported, methods=["DELETE"]),
    Route("/collect/{site}", collect, methods=["POST"]),
    Route("/api/event", collect, methods=["POST"]),
    Route("/v1/sources", sources.sources),
    Route("/v1/sources/{source}", sources.source),
    Route("/v1/sources/{source}/files", sources.add_file, methods=["POST"]),
    Route("/v1/sources/{source}/run", sources.run, methods=["POST"]),
    Route("/v1/sources/{source}/pause", sources.pause, methods=["POST"]),
    Route("/v1/sources/{source}/resume", sources.resume, methods=["POST"]),
    Route("/v1/sources/{source}/redrive", sources.redrive, methods=["POST"]),
    Route("/v1/processes", processes.processes),
    Route("/v1/processes/{process}", processes.process),
    Route("/v1/processes/{process}/runs", processes.runs),
    Route("/v1/processes/{process}/runs/{run}", processes.run),
    Route("/processes", processes_page),
    Route("/processes/{process}", process_page),
    Route("/sources", sources_page),
    by_method("/sources/try", GET=try_page, POST=try_sample),
    Route("/sources/{source}", source_page),
    Route("/sources/{source}/files", upload_file, methods=["POST"]),
    Route("/sources/{source}/{act}", do_act, methods=["POST"]),
    Route("/healthz", probes.alive),
    Route("/readyz", probes.ready),
    Route("/metrics", probes.metrics),
    Route("/js/script.js", script),
    by_method(
        "/v1/sites/{site}/reports",
        GET=site_reports.reports,
        POST=site_reports.add_report,
        DELETE=site_reports.remove_reports,
    ),
    Route("/v1/sites/{site}/reports/{id}", site_reports.remove_report, methods=["DELETE"]),
    by_method("/sites/{site}/reports", GET=reports_page, POST=add_report),
    Route("/sites/{site}/reports/{id}", remove_report, methods=["POST"]),
    by_method("/reports/unsubscribe/{token}", GET=unsubscribe_page, POST=unsubscribe),
)


def create_app(access: AccessStore | None = None, objects: Objects | None = None) -> Starlette:
    """The application as the environment sets it up. It starts, and says so, whether or not the engines are there.

    `access`: where users are kept, if that is not the catalog's PostgreSQL; `objects`: where what came of sources is
    kept, if that is not the object store.
    """
    log_json()
    service = Service.make(WebSettings(), access, objects)
    reach = Reach.of(service.settings)
    app = Starlette(
        routes=[*guarded(ROUTES), Mount("/static/{version}", VersionedFiles())],
        middleware=[
            Middleware(Shortcut, root_path=service.settings.root_path),
            Middleware(InPieces),
            Middleware(RequestMiddleware, metrics=service.metrics),
            Middleware(HostCheck, names=own_names([service.settings.host, *service.settings.hosts.split(",")])),
            Middleware(Arrival, reach=reach, root_path=service.settings.root_path),
            Middleware(FramedPages),
            Middleware(GZipMiddleware, minimum_size=1024, compresslevel=5),
        ],
        exception_handlers=HANDLERS,
        lifespan=_lifespan,
    )
    app.router.redirect_slashes = False
    app.state.service, app.state.doors = service, Doors(service, reach)
    app.state.collector = Collector.of(service, reach)
    return app


@asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    service: Service = app.state.service
    sys.setswitchinterval(_SWITCH_SECONDS)
    await service.start()
    await app.state.collector.start()
    gc.freeze()  # what is there now stays: looking through it again would hold the loop for a tenth of a second
    try:
        yield
    finally:
        await app.state.collector.close()
        await service.close()
