"""Whether homeport is well, for whoever starts and watches it: /healthz and /readyz."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from homeport.kernel.base.database import Database
from homeport.kernel.base.errors import DatabaseUnavailable
from homeport.kernel.work.worker import Worker


def routes(database: Database, worker: Worker | None) -> APIRouter:
    """The two addresses; `worker` is the one of this process, if it has one."""
    router = APIRouter(include_in_schema=False)

    @router.get("/healthz")
    def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @router.get("/readyz")
    def readyz() -> JSONResponse:
        stopping = _what_stops_it(database, worker)
        troubles = stopping or _what_hinders_it(database, worker)
        status = {"status": "degraded", "troubles": troubles} if troubles else {"status": "ok"}
        return JSONResponse(status, HTTPStatus.SERVICE_UNAVAILABLE if stopping else HTTPStatus.OK)

    return router


def _what_stops_it(database: Database, worker: Worker | None) -> dict[str, str]:
    """What keeps this process from its work altogether."""
    troubles = {}
    try:
        database.check()
    except DatabaseUnavailable as error:
        troubles["database"] = error.message
    if worker is not None and worker.dead_loops:
        troubles["worker"] = f"Loops of the worker have ended: {', '.join(worker.dead_loops)}. Restart homeport."
    return troubles


def _what_hinders_it(database: Database, worker: Worker | None) -> dict[str, str]:
    """What it lives through: it goes on answering whoever looks, and is well by itself once the cause is gone."""
    troubles = {}
    try:
        database.check_writing()
    except DatabaseUnavailable as error:
        troubles["database"] = error.message
    if worker is not None and worker.set_back_s:
        troubles["clock"] = (
            f"The clock was set back by {worker.set_back_s:.0f} s; what waits is being brought into the present."
        )
    return troubles
