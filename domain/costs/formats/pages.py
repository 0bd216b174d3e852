"""Pages of buckets, as the usage APIs of OpenAI and Anthropic answer: page → buckets → results."""

from collections.abc import Callable, Iterator

from domain.costs.formats.fields import Row, objects_in
from domain.costs.formats.format import Sample

#: When a bucket starts, at OpenAI (epoch seconds) and at Anthropic (ISO).
_BUCKET_KEYS = ("start_time", "end_time", "starting_at", "ending_at")


def results_of(document: Row) -> Iterator[Row]:
    """All results in a page or a bucket, each with its bucket's times."""
    for bucket in objects_in(document["data"]) if "data" in document else [document]:
        times = {key: bucket[key] for key in _BUCKET_KEYS if key in bucket}
        for result in objects_in(bucket.get("results")):
            yield {**result, **times}


def any_result(is_ours: Callable[[Row], bool]) -> Callable[[Sample], bool]:
    """Recognises a file by one of its first results."""

    def recognises(sample: Sample) -> bool:
        return any(is_ours(result) for row in sample.rows for result in results_of(row))

    return recognises
