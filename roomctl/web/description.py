"""The OpenAPI description: what each route needs, and how it fails."""

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI
from pydantic.json_schema import models_json_schema

from roomctl.web.problems import Problem
from roomctl.web.session import COOKIE, NEEDS

SCHEMES = {
    "cookie": {"type": "apiKey", "in": "cookie", "name": COOKIE, "description": "a browser's session"},
    "token": {"type": "http", "scheme": "bearer", "description": "a program's token"},
}


def described(web: FastAPI) -> Callable[[], dict[str, Any]]:
    """In place of `web.openapi`: each operation names its right as `x-right`, and both ways to prove oneself."""
    plain = web.openapi

    def openapi() -> dict[str, Any]:
        if web.openapi_schema is None:
            told = plain()
            parts = told.setdefault("components", {})
            parts["securitySchemes"] = SCHEMES
            _, own = models_json_schema([(Problem, "validation")], ref_template="#/components/schemas/{model}")
            parts.setdefault("schemas", {}).update(own["$defs"])
            for methods in told["paths"].values():
                for operation in methods.values():
                    _say_right(operation)
        return web.openapi_schema or {}

    return openapi


def _say_right(operation: dict[str, Any]) -> None:
    for need in operation.pop("security", ()):
        for name in need:
            operation["x-right"] = name.removeprefix(NEEDS)
            operation["security"] = [{scheme: []} for scheme in SCHEMES]
