"""The paths of the server, and what answers each."""

from collections.abc import Sequence
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from mnist_compare.data.image_source import ImageBytes
from mnist_compare.errors import DataError
from mnist_compare.serve.bodies import Bodies
from mnist_compare.serve.guard import Access, Guard
from mnist_compare.serve.json_response import JsonResponse
from mnist_compare.serve.metrics import Metrics
from mnist_compare.serve.network_worker import State
from mnist_compare.serve.networks import ServedNetwork
from mnist_compare.serve.openapi import describe_api
from mnist_compare.serve.page_files import page_routes
from mnist_compare.serve.refusal import Refusal
from mnist_compare.serve.service import MOST_PIXELS, Seen, Service

PROMETHEUS = "text/plain; version=0.0.4"
MAX_DIGITS = 9
STATUSES = {
    404: "There is nothing at {path}. Valid: {paths}.",
    405: "{path} does not take {method}.",
}


def make_app(service: Service, access: Access) -> ASGIApp:
    """The application that answers for a service."""
    api = Api(service)
    routes: list[BaseRoute] = [*page_routes(), *api.routes()]
    app = Starlette(
        routes=routes,
        exception_handlers={Refusal: _refused, HTTPException: _said_by_starlette(routes), Exception: _failed},
    )
    app.router.redirect_slashes = False
    return Guard(app, access, api.metrics)


class Api:
    """The end points of the API."""

    def __init__(self, service: Service) -> None:
        self._service, self._bodies = service, Bodies()
        self.metrics = Metrics(["/", *(route.path for route in self.routes())])

    def routes(self) -> list[Route]:
        """All of them."""
        return [
            Route("/api/info", self._info, methods=["GET"]),
            Route("/api/examples", self._examples, methods=["GET"]),
            Route("/api/predict", self._predict, methods=["POST"]),
            Route("/api/layers", self._layers, methods=["POST"]),
            Route("/api/nearest", self._nearest, methods=["POST"]),
            Route("/api/batch", self._batch, methods=["POST"]),
            Route("/openapi.json", self._openapi, methods=["GET"]),
            Route("/healthz", self._health, methods=["GET"]),
            Route("/metrics", self._metrics, methods=["GET"]),
        ]

    async def _info(self, request: Request) -> Response:
        return JsonResponse(self._service.info())

    async def _examples(self, request: Request) -> Response:
        return JsonResponse(self._service.examples())

    async def _predict(self, request: Request) -> Response:
        networks, epoch = self._asked(request), self._epoch(request)
        async with self._bodies.image(request, MOST_PIXELS) as image:
            seen = await self._see(image)
        return JsonResponse(await self._service.predict(seen, networks, epoch))

    async def _layers(self, request: Request) -> Response:
        network, epoch = self._network(request), self._epoch(request)
        async with self._bodies.image(request, MOST_PIXELS) as image:
            seen = await self._see(image)
        return JsonResponse(await self._service.layers(seen, network, epoch))

    async def _nearest(self, request: Request) -> Response:
        network = self._network(request)
        async with self._bodies.image(request, MOST_PIXELS) as image:
            seen = await self._see(image)
        return JsonResponse(await self._service.nearest(seen, network))

    async def _batch(self, request: Request) -> Response:
        networks, epoch = self._asked(request), self._epoch(request)
        results = []
        async with self._bodies.images(request, MOST_PIXELS) as images:
            for image in images:
                results.append({"name": image.name} | await self._one(image, networks, epoch))
        return JsonResponse({"results": results})

    async def _openapi(self, request: Request) -> Response:
        return JsonResponse(describe_api(self._service))

    async def _health(self, request: Request) -> Response:
        states = {str(one.number): one.worker.state.value for one in self._service.networks}
        is_ready = State.READY in states.values()
        status = "ok" if is_ready else "no network is ready"
        return JsonResponse({"status": status, "networks": states}, 200 if is_ready else 503)

    async def _metrics(self, request: Request) -> Response:
        return PlainTextResponse(self.metrics.text(self._service.networks), media_type=PROMETHEUS)

    async def _see(self, image: ImageBytes) -> Seen:
        """What is seen in an image; raises Refusal for what is none, or is too large."""
        from mnist_compare.data.preparation import TooManyPixels

        try:
            return await self._service.see(image)
        except TooManyPixels as error:
            raise Refusal(413, str(error)) from None
        except DataError as error:
            raise Refusal(400, str(error)) from None

    async def _one(self, image: ImageBytes, networks: Sequence[ServedNetwork], epoch: int | None) -> dict[str, Any]:
        """The result of one file among several; its error, where it is no image."""
        try:
            return await self._service.predict(await self._see(image), networks, epoch)
        except Refusal as refusal:
            return {"error": refusal.text}

    def _asked(self, request: Request) -> list[ServedNetwork]:
        """The networks that the query names; all, where it names none."""
        given = [part for value in request.query_params.getlist("networks") for part in value.split(",")]
        numbers = dict.fromkeys(self._number("networks", part) for part in given)
        return [self._service.networks[number] for number in numbers] or list(self._service.networks)

    def _network(self, request: Request) -> ServedNetwork:
        """The one that the query names, or the first."""
        return self._service.networks[self._number("network", request.query_params.get("network", "0"))]

    def _number(self, name: str, text: str) -> int:
        count = len(self._service.networks)
        number = _whole(text)
        if number is None or number >= count:
            raise Refusal(400, f"{name} is {text[:100]!r}. Valid: {', '.join(map(str, range(count)))}.")
        return number

    def _epoch(self, request: Request) -> int | None:
        """The one that the query names; None for the last."""
        text = request.query_params.get("epoch")
        if text is None:
            return None
        valid = sorted({epoch for network in self._service.networks for epoch in network.checkpoints})
        if (epoch := _whole(text)) not in valid:
            raise Refusal(400, f"epoch is {text[:100]!r}. Valid: {', '.join(map(str, valid))}.")
        return epoch


def _whole(text: str) -> int | None:
    """The number in a text of digits."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS else None


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    return JsonResponse({"error": error.text}, error.status, error.headers)


def _said_by_starlette(routes: Sequence[BaseRoute]) -> Any:
    paths = ", ".join(sorted(route.path for route in routes if isinstance(route, Route)))

    async def answer(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        text = STATUSES.get(error.status_code, str(error.detail))
        told = text.format(path=request.url.path[:100], method=request.method[:20], paths=paths)
        return JsonResponse({"error": told}, error.status_code, error.headers)

    return answer


async def _failed(request: Request, error: Exception) -> Response:
    return JsonResponse({"error": "The server has failed; what went wrong stands on its console."}, 500)
