"""OpenTelemetry GenAI spans: OTLP JSON (`resourceSpans`), or JSON lines of single spans."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

from domain.costs.formats.fields import Fields, Row, as_object, objects_in
from domain.costs.formats.format import Format, Sample
from domain.costs.formats.limits import ReadOptions
from domain.costs.records import UsageRecord
from domain.costs.written_dates import milliseconds_between

_INPUT = ("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens")
_OUTPUT = ("gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens")
#: Operations whose usage is the sum of the calls below them: counting both would double it.
_SUMS = frozenset({"invoke_agent", "create_agent", "execute_tool", "invoke_workflow"})
_ERROR_CODES = frozenset({"2", "ERROR", "STATUS_CODE_ERROR"})


def _recognises(sample: Sample) -> bool:
    for document in sample.rows:
        if "resourceSpans" in document or "resource_spans" in document:
            return True
        attributes = _attributes(document.get("attributes"))
        if any(name.startswith("gen_ai.") for name in attributes):
            return True
    return False


def _rows_of(document: Row) -> Iterator[Row]:
    resources = document.get("resourceSpans") or document.get("resource_spans")
    if resources is None:
        if "attributes" in document:
            shared = _attributes(as_object(document.get("resource")).get("attributes"))
            yield _flat(document, shared)
        return
    for resource in objects_in(resources):
        shared = _attributes(as_object(resource.get("resource")).get("attributes"))
        scopes = resource.get("scopeSpans") or resource.get("scope_spans")
        for scope in objects_in(scopes):
            for span in objects_in(scope.get("spans")):
                yield _flat(span, shared)


def _flat(span: Row, shared: Mapping[str, Any]) -> Row:
    """One span: its attributes, its resource's, and its own fields, by name."""
    own = as_object(span.get("context"))
    return {
        **shared,
        **_attributes(span.get("attributes")),
        "start": span.get("startTimeUnixNano") or span.get("start_time"),
        "end": span.get("endTimeUnixNano") or span.get("end_time"),
        "trace": span.get("traceId") or own.get("trace_id") or span.get("trace_id"),
        "span": span.get("spanId") or own.get("span_id") or span.get("span_id"),
        "status": span.get("status"),
    }


def _read_row(fields: Fields, options: ReadOptions) -> UsageRecord | None:
    input_tokens, output_tokens = fields.count(*_INPUT), fields.count(*_OUTPUT)
    if input_tokens is None and output_tokens is None:
        return None
    if fields.text("gen_ai.operation.name") in _SUMS:
        return None
    start = fields.needed_moment("start")
    status = fields.inner("status")
    is_error = (status.text("code", "status_code") or "") in _ERROR_CODES
    reasons = fields.items("gen_ai.response.finish_reasons")
    return UsageRecord(
        source_key=f"{fields.text('trace')}/{fields.needed_text('span')}",
        occurred_at=start,
        model=fields.text("gen_ai.response.model", "gen_ai.request.model")
        or options.model
        or fields.needed_text("gen_ai.request.model"),
        provider=fields.text("gen_ai.provider.name", "gen_ai.system"),
        input_tokens=input_tokens or 0,
        cache_read_tokens=fields.optional_count("gen_ai.usage.cache_read.input_tokens") or 0,
        cache_write_5m_tokens=fields.optional_count("gen_ai.usage.cache_creation.input_tokens")
        or 0,
        output_tokens=output_tokens or 0,
        workload=fields.text("service.name") or options.workload,
        end_user=fields.text("user.id", "enduser.id"),
        status="error" if is_error or fields.text("error.type") else "success",
        finish_reason=str(reasons[0]) if reasons else None,
        duration_ms=milliseconds_between(start, fields.optional_moment("end")),
        temperature=fields.optional_setting("gen_ai.request.temperature"),
    )


def _attributes(value: object) -> Mapping[str, Any]:
    """Attributes as a plain object, from OTLP's list of keys and typed values or from an object."""
    if isinstance(value, dict):
        return cast("dict[str, Any]", value)
    pairs = ((item.get("key"), item.get("value")) for item in objects_in(value))
    return {key: _plain(as_object(typed)) for key, typed in pairs if isinstance(key, str)}


def _plain(typed: Mapping[str, Any]) -> object:
    """The value inside `{"intValue": "12"}`, `{"arrayValue": {"values": […]}}` and so on."""
    if "arrayValue" in typed:
        values = as_object(typed["arrayValue"]).get("values")
        return [_plain(item) for item in objects_in(values)]
    return next(iter(typed.values()), None)


OTEL_SPANS = Format(
    name="otel_spans",
    title="OpenTelemetry GenAI spans (OTLP JSON)",
    kind="usage",
    recognises=_recognises,
    read_row=_read_row,
    rows_of=_rows_of,
)
