"""Judges JSON bodies against the contract's OpenAPI document.

`SpecValidator(openapi)` finds the operation that a concrete method and path belong to and checks a request
or a response body with jsonschema: types, enums, required fields, formats, and (strictly, unless told
otherwise) field names that the contract does not know. A disagreement is an `AssertionError` that names
operation and place.

No thread of its own; read `test_simulator_spec.py` next to see it at work.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

_ROOT = "urn:rcdesk:openapi"
_FORMATS = FormatChecker(formats=())


@_FORMATS.checks("date-time", raises=ValueError)
def _is_date_time(value: object) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


@_FORMATS.checks("uri")
def _is_uri(value: object) -> bool:
    return not isinstance(value, str) or bool(re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*:", value))


@_FORMATS.checks("int32")
def _is_int32(value: object) -> bool:
    return not isinstance(value, int) or -(2**31) <= value < 2**31


@_FORMATS.checks("int64")
def _is_int64(value: object) -> bool:
    return not isinstance(value, int) or -(2**63) <= value < 2**63


def _as_json_schema(node: Any) -> Any:
    """OpenAPI 3.0's dialect → JSON Schema: only `nullable` needs translating."""
    if isinstance(node, list):
        return [_as_json_schema(item) for item in node]
    if not isinstance(node, dict):
        return node
    result = {key: _as_json_schema(value) for key, value in node.items()}
    if result.get("nullable") is True and isinstance(result.get("type"), str):
        result["type"] = [result["type"], "null"]
        if "enum" in result:
            result["enum"] = [*result["enum"], None]
    return result


class SpecValidator:
    """Checks bodies against one OpenAPI 3.0 document (the parsed JSON)."""

    def __init__(self, openapi: Mapping[str, Any]) -> None:
        self._spec: dict[str, Any] = _as_json_schema(dict(openapi))
        self._registry: Registry[Any] = Registry().with_resource(
            _ROOT, Resource.from_contents(self._spec, default_specification=DRAFT202012)
        )
        self._templates = sorted(
            ((self._pattern(path), path) for path in self._spec["paths"]),
            key=lambda pair: (pair[1].count("{"), -len(pair[1])),
        )

    @staticmethod
    def _pattern(path: str) -> re.Pattern[str]:
        return re.compile(
            "".join(r"[^/]+" if p.startswith("{") else re.escape(p) for p in re.split(r"(\{[^}]+\})", path))
            + r"/?$"
        )

    def operation(self, method: str, path: str) -> tuple[str, dict[str, Any]]:
        """The contract's path template and operation for a concrete path or URL (query allowed)."""
        bare = urlsplit(path).path
        for pattern, template in self._templates:
            found = self._spec["paths"][template].get(method.lower())
            if found is not None and pattern.match(bare):
                return template, found
        raise AssertionError(f"{method} {bare} is no operation of the contract")

    def check_query(self, method: str, path: str) -> None:
        """Every query parameter in `path` is one the operation declares, with an allowed value."""
        template, operation = self.operation(method, path)
        declared = {}
        for parameter in [
            *self._spec["paths"][template].get("parameters", []),
            *operation.get("parameters", []),
        ]:
            resolved = self._resolved(parameter)
            if resolved["in"] == "query":
                declared[resolved["name"]] = self._resolved(resolved.get("schema", {}))
        given = parse_qs(urlsplit(path).query, keep_blank_values=True)
        for name, values in given.items():
            assert name in declared, f"{method} {template}: query parameter {name!r} is not in the contract"
            schema = declared[name]
            enum = self._resolved(schema.get("items", schema)).get("enum")
            for value in values:
                assert enum is None or value in enum, f"{method} {template}: {name}={value!r} not in {enum}"

    def check_request(
        self,
        method: str,
        path: str,
        json_body: Any,
        *,
        media_type: str = "application/json",
        strict: bool = True,
    ) -> None:
        """`json_body` is what the operation takes as `media_type`; the query in `path` is checked too."""
        self.check_query(method, path)
        template, operation = self.operation(method, path)
        request = self._resolved(operation.get("requestBody", {}))
        content = request.get("content", {})
        if json_body is None:
            assert not (request.get("required") and content), f"{method} {template}: a body is required"
            return
        assert media_type in content, f"{method} {template}: no {media_type} body in the contract"
        self._check(f"{method} {template} request", content[media_type].get("schema", {}), json_body, strict)

    def check_response(self, method: str, path: str, status: int, body: Any, *, strict: bool = False) -> None:
        """`body` (parsed JSON, or None for no body) is what the contract promises for `status`.

        An error status that the operation does not list is judged by the contract's general error model.
        """
        template, operation = self.operation(method, path)
        place = f"{method} {template} → {status}"
        responses = operation["responses"]
        if str(status) not in responses:
            assert status >= 400, f"{place}: status not in the contract ({', '.join(responses)})"
            self._check(place, {"$ref": "#/components/schemas/ApiErrorResponseModel"}, body, False)
            return
        content = self._resolved(responses[str(status)]).get("content", {})
        json_types = [kind for kind in content if kind.endswith("json")]
        if not json_types:
            assert body is None or content, f"{place}: the contract has no body here"
            return
        self._check(place, content[json_types[0]].get("schema", {}), body, strict)

    def check_schema(self, name: str, value: Any, *, strict: bool = False) -> None:
        """`value` is an instance of the component schema `name`."""
        self._check(name, {"$ref": f"#/components/schemas/{name}"}, value, strict)

    def enum(self, name: str) -> list[str]:
        """The values of the component enum `name`."""
        return list(self._spec["components"]["schemas"][name]["enum"])

    def _resolved(self, node: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in node:
            target: Any = self._spec
            for part in node["$ref"].removeprefix("#/").split("/"):
                target = target[part.replace("~1", "/").replace("~0", "~")]
            node = target
        return node

    def _check(self, place: str, schema: dict[str, Any], value: Any, strict: bool) -> None:
        absolute = self._absolute(schema)
        validator = Draft202012Validator(absolute, registry=self._registry, format_checker=_FORMATS)
        problems = [
            f"{'/'.join(map(str, error.absolute_path)) or '(body)'}: {error.message[:300]}"
            for error in validator.iter_errors(value)
        ]
        if strict:
            problems += [f"{where}: not in the contract" for where in self._unknown(schema, value, "")]
        assert not problems, f"{place}\n  " + "\n  ".join(problems)

    def _absolute(self, node: Any) -> Any:
        if isinstance(node, list):
            return [self._absolute(item) for item in node]
        if not isinstance(node, dict):
            return node
        return {
            key: _ROOT + value if key == "$ref" and isinstance(value, str) else self._absolute(value)
            for key, value in node.items()
        }

    def _branches(self, schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
        resolved = self._resolved(schema)
        yield resolved
        for combination in ("allOf", "anyOf", "oneOf"):
            for part in resolved.get(combination, []):
                yield from self._branches(part)

    def _unknown(self, schema: dict[str, Any], value: Any, where: str) -> Iterator[str]:
        branches = list(self._branches(schema))
        if isinstance(value, list):
            for items in [branch["items"] for branch in branches if "items" in branch][:1]:
                for index, item in enumerate(value):
                    yield from self._unknown(items, item, f"{where}/{index}")
        if not isinstance(value, dict):
            return
        known: dict[str, dict[str, Any]] = {}
        for branch in branches:
            known.update(branch.get("properties", {}))
        if not known:
            return
        for name, inner in value.items():
            if name in known:
                yield from self._unknown(known[name], inner, f"{where}/{name}")
            else:
                yield f"{where}/{name}"
