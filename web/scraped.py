"""`/metrics` alone, for a process of the service that answers by another protocol than HTTP."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route

from web.access.arrival import Arrival
from web.access.doors import Doors
from web.access.guard import guarded
from web.access.reach import Reach
from web.api.probes import metrics
from web.edge.hosts import HostCheck, own_names
from web.edge.middleware import RequestMiddleware
from web.errors import HANDLERS
from web.service import Service


def metrics_app(service: Service) -> Starlette:
    """Over a service that is begun already."""
    reach = Reach.of(service.settings)
    app = Starlette(
        routes=guarded([Route("/metrics", metrics)]),
        middleware=[
            Middleware(RequestMiddleware, metrics=service.metrics),
            Middleware(HostCheck, names=own_names()),
            Middleware(Arrival, reach=reach, root_path=""),
        ],
        exception_handlers=HANDLERS,
    )
    app.state.service, app.state.doors = service, Doors(service, reach)
    return app
