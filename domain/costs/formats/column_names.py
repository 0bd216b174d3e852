"""Finding the columns of a table whose names we can only expect: by alias, then close spelling."""

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches

#: What we need → how exports name it, folded (lower case, letters and digits only), best first.
ALIASES: Mapping[str, tuple[str, ...]] = {
    "time": (
        "timestamp", "time", "datetime", "date", "createdat", "starttime", "startedat",
        "occurredat", "requesttime", "eventtime", "usagedate", "day", "ts",
    ),
    "model": ("model", "modelname", "modelid", "llmmodel", "deployment", "engine"),
    "input": (
        "inputtokens", "prompttokens", "contexttokens", "tokensin", "inputtokencount",
        "totalinputtokens", "ncontexttokens", "ncontexttokenstotal", "tokensprompt",
    ),
    "output": (
        "outputtokens", "completiontokens", "generatedtokens", "tokensout", "outputtokencount",
        "totaloutputtokens", "ngeneratedtokens", "ngeneratedtokenstotal", "tokenscompletion",
        "responsetokens",
    ),
    "cache_read": (
        "cachereadtokens", "cachereadinputtokens", "cachedtokens", "cachedinputtokens",
        "inputcachedtokens", "cachedprompttokens", "tokenscached",
    ),
    "cache_write": (
        "cachewritetokens", "cachecreationtokens", "cachecreationinputtokens",
        "cachewriteinputtokens",
    ),
    "cost": ("costusd", "cost", "totalcost", "totalcostusd", "spend", "amountusd", "priceusd"),
    "id": ("requestid", "callid", "generationid", "logid", "id"),
    "provider": ("provider", "vendor", "llmprovider", "providername"),
    "requests": (
        "requests", "requestcount", "numrequests", "nummodelrequests", "calls", "nrequests",
    ),
    "workload": ("workload", "feature", "usecase", "application", "app", "service", "task"),
    "team": ("team", "teamname", "teamid", "department", "project", "projectname", "projectid"),
    "end_user": ("enduser", "user", "userid", "username", "useremail", "customer", "customerid"),
    "duration_ms": ("durationms", "latencyms", "responsetimems", "elapsedms"),
    "first_token_ms": ("ttftms", "firsttokenms", "timetofirsttokenms"),
    "status": ("status",),
    "batch": ("batch", "isbatch"),
}  # fmt: skip
#: How alike two names must be; "promt_tokens" and "output_token" pass, "input" and "output" do not.
_CLOSE = 0.88


def find_columns(columns: Sequence[str]) -> dict[str, str]:
    """What each column is for: {"time": "Timestamp", …}, with the names as the table has them."""
    by_folded = {_folded(column): column for column in reversed(columns) if column}
    found: dict[str, str] = {}
    for purpose, aliases in ALIASES.items():
        alias = next((alias for alias in aliases if alias in by_folded), None)
        if alias is not None:
            found[purpose] = by_folded.pop(alias)
    for purpose, aliases in ALIASES.items():
        if purpose in found:
            continue
        close = [
            name
            for alias in aliases
            if len(alias) > 4
            for name in get_close_matches(alias, by_folded, n=1, cutoff=_CLOSE)
        ]
        if close:
            found[purpose] = by_folded.pop(close[0])
    return found


def _folded(column: str) -> str:
    return re.sub(r"[^a-z0-9]+", "", column.lower())
