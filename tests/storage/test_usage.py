"""Usage as facts: the SQL agrees with counting rows one by one."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from domain.costs.facts import Period
from domain.costs.formats.registry import COST_ONLY_SOURCES
from domain.costs.records import UsageRecord
from domain.costs.spend import summarise_spend
from domain.identity import LOCAL_USER, UserContext
from storage.database import Database
from storage.usage import UsageRepository
from tests.storage.usage_reference import reference_groups, reference_targets
from tests.storage.usage_rows import colliding_records, insert_usage

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def call(key: str, minutes: float = 0, **fields: object) -> UsageRecord:
    known: dict[str, object] = {"model": "m", "cost_usd": Decimal("0.01"), "cost_source": "priced"}
    at = NOON + timedelta(minutes=minutes)
    return UsageRecord(source_key=key, occurred_at=at, **{**known, **fields})  # pyright: ignore[reportArgumentType]


async def test_no_usage_is_empty_and_says_what_to_do(database: Database) -> None:
    repository = UsageRepository(database)
    facts = await repository.facts(LOCAL_USER)
    assert facts.coverage.is_empty
    assert facts.coverage == await repository.coverage(LOCAL_USER)
    assert [gap.field for gap in facts.coverage.missing] == ["usage"]
    assert (facts.days, facts.groups, facts.users, facts.bills) == ((), (), (), ())


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_groups_equal_a_plain_count(database: Database, seed: int) -> None:
    records = colliding_records(700, seed)
    await insert_usage(database, LOCAL_USER, records)
    facts = await UsageRepository(database).facts(LOCAL_USER)
    expected = reference_groups(records)
    found = {
        (g.provider, g.model, g.workload, g.batch, g.is_waste, g.is_duplicate, g.is_short,
         g.prefix_id): g
        for g in facts.groups
    }  # fmt: skip
    assert found.keys() == expected.keys()
    for key, sums in expected.items():
        group = found[key]
        assert group.requests == sums.requests
        assert group.tokens.input_tokens == sums.input_tokens
        assert group.tokens.output_tokens == sums.output_tokens
        assert group.cost_usd == sums.cost_usd
        assert group.excess_output_tokens == sums.excess_tokens
        for plan, wanted in ((group.cache_alone, sums.alone), (group.cache_left, sums.left)):
            assert [plan.reads, plan.read_tokens, plan.writes, plan.write_tokens] == wanted
    assert any(group.is_duplicate for group in facts.groups)
    assert any(group.is_waste for group in facts.groups)


async def test_profiles_days_users_and_hours_equal_a_plain_count(database: Database) -> None:
    records = colliding_records(500, seed=7)
    await insert_usage(database, LOCAL_USER, records)
    facts = await UsageRepository(database).facts(LOCAL_USER)

    targets = reference_targets(records)
    assert {(p.model, p.workload): p.p90_tokens for p in facts.outputs} == targets
    total_usd = sum((r.cost_usd or Decimal(0) for r in records), Decimal(0))
    summary = summarise_spend(facts)
    assert summary.total_usd == total_usd
    for lines in (summary.by_model, summary.by_workload, summary.by_team, summary.by_user):
        assert sum(line.cost_usd for line in lines) == total_usd
        assert sum(line.requests for line in lines) == sum(r.requests for r in records)
    assert sum(line.cost_usd for line in summary.by_day) == total_usd
    for day in {r.occurred_at.date() for r in records}:
        wanted = sum(r.requests for r in records if r.occurred_at.date() == day)
        assert sum(cell.requests for cell in facts.days if cell.day == day) == wanted
    for hour in facts.hours:
        same = [
            r for r in records if (r.workload, r.occurred_at.hour) == (hour.workload, hour.hour)
        ]
        assert hour.requests == sum(r.requests for r in same)
        assert hour.requests_with_user == sum(r.requests for r in same if r.end_user)
        assert hour.day_count == len({r.occurred_at.date() for r in same})
    assert sum(hour.requests for hour in facts.hours) == sum(r.requests for r in records)


async def test_coverage_of_facts_is_that_of_coverage(database: Database) -> None:
    records = colliding_records(200, seed=3)
    await insert_usage(database, LOCAL_USER, records)
    repository = UsageRepository(database)
    coverage = await repository.coverage(LOCAL_USER)
    assert (await repository.facts(LOCAL_USER)).coverage == coverage
    assert coverage.row_count == 200
    assert coverage.unpriced_requests == sum(r.requests for r in records if r.cost_usd is None)
    assert coverage.fields.request_key == sum(1 for r in records if r.request_key)
    assert coverage.first_at == min(r.occurred_at for r in records)
    assert (coverage.rejected_rows, coverage.duplicate_rows) == (3, 2)
    assert coverage.import_notes == ("Pages are missing.",)


async def test_an_entry_is_filled_again_after_24_hours(database: Database) -> None:
    hours = (0, 20, 24, 25, 48, 50)
    # The entry is filled at 0 and serves 20 and 24; 25 fills it again and serves 48 (23 h) but not
    # by being read at 48: it also serves 50 (25 h later?) no: 50 - 25 = 25 h, so 50 fills it again.
    calls = [
        call(f"c{hour:02d}", hour * 60, request_key="k", temperature=0.0, workload=f"h{hour:02d}")
        for hour in hours
    ]
    await insert_usage(database, LOCAL_USER, calls)
    facts = await UsageRepository(database).facts(LOCAL_USER)
    served = {group.workload for group in facts.groups if group.is_duplicate}
    assert served == {"h20", "h24", "h48"}


async def test_only_the_tenants_own_usage_counts(database: Database) -> None:
    stranger = UserContext(user_id="eve", tenant_id="other")
    await insert_usage(database, stranger, [call("theirs")])
    await insert_usage(database, LOCAL_USER, [call("ours")])
    facts = await UsageRepository(database).facts(LOCAL_USER)
    assert facts.coverage.row_count == 1
    assert [group.sample_keys for group in facts.groups] == [("ours",)]


async def test_a_period_leaves_out_its_end(database: Database) -> None:
    await insert_usage(database, LOCAL_USER, [call("a", 0), call("b", 1), call("c", 2)])
    period = Period(NOON, NOON + timedelta(minutes=2))
    facts = await UsageRepository(database).facts(LOCAL_USER, period)
    assert facts.coverage.row_count == 2
    assert facts.groups[0].sample_keys == ("a", "b")


async def test_cost_files_are_bills_and_no_usage(database: Database) -> None:
    source = sorted(COST_ONLY_SOURCES)[0]
    bill = call("bill", provider="openai", requests=0, cost_usd=Decimal("7.5"))
    await insert_usage(database, LOCAL_USER, [bill], source=source)
    await insert_usage(database, LOCAL_USER, [call("use", provider="openai")])
    facts = await UsageRepository(database).facts(LOCAL_USER)
    assert facts.coverage.row_count == 1
    assert facts.coverage.bill_rows == 1
    assert [(b.day, b.provider, b.cost_usd) for b in facts.bills] == [
        (NOON.date(), "openai", Decimal("7.5"))
    ]
    assert summarise_spend(facts).total_usd == Decimal("0.01")


async def test_peak_is_the_load_of_the_busiest_minutes(database: Database) -> None:
    # 20 minutes with one call of 10 tokens, one with three: the 95th percentile is one call.
    calls = [call(f"m{n}", n, input_tokens=4, output_tokens=6) for n in range(20)]
    calls += [call(f"peak{n}", 20, input_tokens=40, output_tokens=60) for n in range(3)]
    await insert_usage(database, LOCAL_USER, calls)
    peak = (await UsageRepository(database).facts(LOCAL_USER)).peak
    assert (peak.minute_count, peak.p95_requests, peak.max_requests) == (21, 1, 3)
    assert (peak.p95_tokens, peak.max_tokens) == (10, 300)


async def test_users_beyond_the_largest_are_one_line(database: Database) -> None:
    calls = [call(f"u{n}", end_user=f"user {n:03d}", cost_usd=Decimal(n)) for n in range(1, 54)]
    await insert_usage(database, LOCAL_USER, [*calls, call("nobody")])
    users = (await UsageRepository(database).facts(LOCAL_USER)).users
    # 1 + 2 + 3 are the three below the largest 50.
    pooled = [user for user in users if user.user_count > 1]
    assert [(user.user_count, user.cost_usd) for user in pooled] == [(3, Decimal(6))]
    assert [user.cost_usd for user in users if user.user_count == 0] == [Decimal("0.01")]
    assert len(users) == 52
