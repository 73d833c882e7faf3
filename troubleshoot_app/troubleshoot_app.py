"""The composition root: pages, guard, live screens, worker and API, put together."""

from functools import partial

import reflex as rx
from reflex.utils.prerequisites import get_web_dir

from troubleshoot_app.api.app import make_api
from troubleshoot_app.api.edge import SOCKET_PREFIX, Edge
from troubleshoot_app.api.flood import EndFlood
from troubleshoot_app.api.requests import Requests
from troubleshoot_app.api.unread import EndUnread
from troubleshoot_app.components.connection import connection_strip, unbroken
from troubleshoot_app.components.head import head_components
from troubleshoot_app.components.react import Toasts
from troubleshoot_app.components.styles import STYLESHEETS
from troubleshoot_app.core.log import configure_logging
from troubleshoot_app.core.settings import get_settings
from troubleshoot_app.notifications.mail import sender_from
from troubleshoot_app.notifications.worker import Worker
from troubleshoot_app.pages import ADDRESSES, add_pages
from troubleshoot_app.states import guard, live
from troubleshoot_app.states.base import MessageState, on_backend_exception
from troubleshoot_app.states.browser_errors import BrowserErrors
from troubleshoot_app.states.door import Door
from troubleshoot_app.states.inbox import SOCKETS

BUILD = get_web_dir() / "build" / "client"

configure_logging()

app = rx.App(
    frontend_exception_handler=BrowserErrors().log,
    backend_exception_handler=on_backend_exception,
    stylesheets=STYLESHEETS,
    head_components=head_components(),
    toaster=Toasts.create(color_mode=rx.color_mode),
    html_lang="en",
)
sockets = next(route.app for route in app._api.routes if route.path == SOCKET_PREFIX)
app.api_transformer = [
    make_api(),
    partial(Edge, routes=ADDRESSES, build=BUILD, sockets=sockets),
    EndUnread,
    EndFlood,
    Door,
    Requests,
]
app.app_wraps[(5, "Overlay")] = lambda _stateful: connection_strip()
app.app_wraps[(55, "ErrorBoundary")] = lambda _stateful: unbroken()
add_pages(app)
guard.install(app, MessageState.show)
live.install(app, Worker(SOCKETS, live.TabPusher(app), sender_from(get_settings())))
