"""Amounts and shares as people read them: 2 decimals, more below a cent."""

from decimal import ROUND_HALF_EVEN, Decimal

#: Amounts leave the service with six decimals, as strings.
MICRO = Decimal("0.000001")
CENT = Decimal("0.01")
ZERO = Decimal(0)


def to_micro(value: Decimal) -> Decimal:
    """Rounded half-even to six decimals."""
    return value.quantize(MICRO, rounding=ROUND_HALF_EVEN)


def show_usd(amount_usd: Decimal) -> str:
    """`$1,234.50`; below a cent two significant digits; what rounds to nothing is `<$0.000001`."""
    size = abs(amount_usd)
    sign = "-" if amount_usd < 0 else ""
    if size == 0:
        return "$0.00"
    if size >= CENT:
        return f"{sign}${size.quantize(CENT, rounding=ROUND_HALF_EVEN):,}"
    if size < MICRO:
        return f"{sign}<${MICRO}"
    # The exponent of the first significant digit is -3 for 0.004: one more digit is kept.
    digits = max(size.adjusted() - 1, -6)
    return f"{sign}${size.quantize(Decimal(1).scaleb(digits), rounding=ROUND_HALF_EVEN):f}"


def show_unit_usd(amount_usd: Decimal) -> str:
    """The price of one call: four decimals below a dollar, where two would hide differences."""
    if CENT <= amount_usd < 1:
        return f"${amount_usd.quantize(Decimal('0.0001'), rounding=ROUND_HALF_EVEN)}"
    return show_usd(amount_usd)


def show_share(share: Decimal) -> str:
    """`12.3 %` of a fraction; `<0.1 %` rather than a zero that is none."""
    percent = share * 100
    if 0 < percent < Decimal("0.05"):
        return "<0.1 %"
    return f"{percent.quantize(Decimal('0.1'), rounding=ROUND_HALF_EVEN)} %"


def share_of(part: Decimal, whole: Decimal) -> Decimal:
    """Part over whole; 0 of nothing."""
    return part / whole if whole else ZERO
