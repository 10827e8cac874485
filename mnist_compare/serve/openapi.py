"""What the API is, as OpenAPI: paths, parameters, answers and errors, as data."""

from typing import Any

from mnist_compare.host.version import __version__
from mnist_compare.serve.bodies import MAX_FILES, MAX_FORM_BYTES, MAX_IMAGE_BYTES
from mnist_compare.serve.network_worker import State
from mnist_compare.serve.service import MOST_PIXELS, Service

Json = dict[str, Any]


def _object(**properties: Json) -> Json:
    """An object of these properties, all of which are always there."""
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def _array(items: Json, **limits: int) -> Json:
    return {"type": "array", "items": items} | limits


def _or_null(schema: Json) -> Json:
    return {"anyOf": [schema, {"type": "null"}]}


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


TEXT, WHOLE, NUMBER = {"type": "string"}, {"type": "integer"}, {"type": "number"}
BOOLEAN, BYTE = {"type": "boolean"}, {"type": "integer", "minimum": 0, "maximum": 255}
STATE = {"type": "string", "enum": [state.value for state in State]}
PICTURE = {"height": WHOLE, "width": WHOLE, "channels": WHOLE, "pixels": _array(BYTE)}
KNOWN = {"label": WHOLE, "index": WHOLE} | PICTURE
PREDICTION = {
    "seen": _or_null(_object(**PICTURE)),
    "note": _or_null(TEXT),
    "answers": _array({"anyOf": [_ref("Answer"), _ref("NoAnswer")]}),
    "agree": _or_null(BOOLEAN),
    "difference": _or_null(NUMBER),
}

SCHEMAS: Json = {
    "Error": _object(error=TEXT),
    "Network": _object(
        id=WHOLE,
        backend=TEXT,
        label=TEXT,
        architecture=TEXT,
        seed=WHOLE,
        mode=TEXT,
        state=STATE,
        reason=_or_null(TEXT),
        epochs=_array(WHOLE),
        accuracy={"type": "object", "additionalProperties": NUMBER},
    ),
    "Info": _object(
        title=TEXT,
        data=TEXT,
        classes=_array(TEXT),
        image=_array(WHOLE, minItems=3, maxItems=3),
        digits=BOOLEAN,
        networks=_array(_ref("Network")),
    ),
    "Answer": _object(
        network=WHOLE,
        probabilities=_or_null(_array(NUMBER)),
        **{"class": WHOLE},
        milliseconds=NUMBER,
    ),
    "NoAnswer": _object(network=WHOLE, state=STATE, reason=_or_null(TEXT)),
    "Prediction": _object(**PREDICTION),
    "Layers": _object(
        layers=_array(_object(name=TEXT, height=WHOLE, width=WHOLE, maps=_array(_array(BYTE)))), note=_or_null(TEXT)
    ),
    "Nearest": _object(images=_array(_object(**KNOWN, distance=NUMBER)), note=_or_null(TEXT)),
    "Examples": _object(images=_array(_object(**KNOWN, disputed=BOOLEAN))),
    "Batch": _object(
        results=_array({"anyOf": [_object(name=TEXT, **PREDICTION), _object(name=TEXT, error=TEXT)]}),
    ),
    "Health": _object(status=TEXT, networks={"type": "object", "additionalProperties": STATE}),
    "OpenAPI": {"type": "object"},
}

ERRORS = {
    400: "Something in the request cannot be meant, or its body is no image.",
    401: "The token is missing, where the server has one.",
    403: "The server is called by a name that is not its own, or another page asks.",
    404: "It is not to be had here: the training images are gone, or the network has no such layer.",
    408: "The body came too slowly.",
    413: "The body has too many bytes, or its image too many pixels.",
    415: "The body is of another type.",
    429: "Too much is being sent at this time.",
    503: "It is not ready yet. Ask again in some seconds.",
}
ALWAYS = (401, 403)
WITH_BODY = (400, 408, 413, 415, 429)


def describe_api(service: Service) -> Json:
    """The description of the API of a server with these networks."""
    last = len(service.networks) - 1
    epochs = sorted({epoch for network in service.networks for epoch in network.checkpoints})
    number = {"type": "integer", "minimum": 0, "maximum": last}
    network = _query("network", "Which network, by its id in info; the first, unless said.", number)
    networks = _query("networks", "Which networks, with commas; all, unless said.", _array(number, minItems=1))
    networks |= {"style": "form", "explode": False}
    epoch = _query("epoch", "After which epoch; the last, unless said.", {"type": "integer", "enum": epochs})
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "mnist_compare serve",
            "version": __version__,
            "description": "Trained networks of several frameworks, asked about images.",
        },
        "paths": {
            "/api/info": _get("What is served, and in which state each network is.", "Info"),
            "/api/predict": _post("What the networks say to an image.", "Prediction", [networks, epoch]),
            "/api/layers": _post("What the first layers make of an image.", "Layers", [network, epoch], 404, 503),
            "/api/nearest": _post(
                "The training images that are nearest by the last hidden layer.", "Nearest", [network], 404, 503
            ),
            "/api/batch": _post("What the networks say to several files.", "Batch", [networks, epoch], form=True),
            "/api/examples": _get("A test image of each class, and some that are disputed.", "Examples", 503),
            "/openapi.json": _get("This description.", "OpenAPI"),
            "/healthz": _get("Whether a network is ready; 503 where none is.", "Health", own={503: "Health"}),
            "/metrics": {
                "get": {
                    "summary": "Counts, in the text format of Prometheus.",
                    "responses": {"200": {"description": "Counts.", "content": {"text/plain": {"schema": TEXT}}}}
                    | _errors(ALWAYS),
                }
            },
        },
        "components": {"schemas": SCHEMAS},
    }


def _query(name: str, text: str, schema: Json) -> Json:
    return {"name": name, "in": "query", "required": False, "description": text, "schema": schema}


def _get(text: str, schema: str, *errors: int, own: dict[int, str] | None = None) -> Json:
    answers = {str(status): _answer(ERRORS[status], name) for status, name in (own or {}).items()}
    return {
        "get": {"summary": text, "responses": {"200": _answer(text, schema)} | _errors((*ALWAYS, *errors)) | answers}
    }


def _post(text: str, schema: str, query: list[Json], *errors: int, form: bool = False) -> Json:
    files = _array({"type": "string", "format": "binary"}, minItems=1, maxItems=MAX_FILES)
    image = {"image/*": {"schema": {"type": "string", "format": "binary", "minLength": 1}}}
    fields = {"type": "object", "properties": {"files": files}, "required": ["files"]}  # others are not looked at
    body = {"multipart/form-data": {"schema": fields}} if form else image
    most = MAX_FORM_BYTES if form else MAX_IMAGE_BYTES
    told = f"Up to {most:,} bytes and {MOST_PIXELS:,} pixels: PNG, JPEG, BMP, GIF, TIFF or WebP."
    return {
        "post": {
            "summary": text,
            "parameters": query,
            "requestBody": {"required": True, "description": told, "content": body},
            "responses": {"200": _answer(text, schema)} | _errors((*ALWAYS, *WITH_BODY, *errors)),
        }
    }


def _answer(text: str, schema: str) -> Json:
    return {"description": text, "content": {"application/json": {"schema": _ref(schema)}}}


def _errors(statuses: tuple[int, ...]) -> Json:
    return {str(status): _answer(ERRORS[status], "Error") for status in statuses}
