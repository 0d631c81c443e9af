"""Times, numbers, sizes and durations as the viewer writes them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from babel import dates, numbers, units
from markupsafe import Markup

_JUST_NOW = {"ko": "방금", "en": "just now"}
_RELATIVE_UNTIL = timedelta(hours=24)
_SIZES = (("gigabyte", 10**9), ("megabyte", 10**6), ("kilobyte", 10**3), ("byte", 1))
_DURATIONS = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))


@dataclass(frozen=True, slots=True)
class Formats:
    """The formats of one language and time zone; templates know it as `fmt`."""

    language: str
    zone: ZoneInfo
    clock: Callable[[], datetime]

    def when(self, moment: datetime) -> Markup:
        """A `<time>` that says how long ago within a day, else the date; UTC is in its tooltip."""
        distance = self.clock() - moment
        text = self.relative(moment) if abs(distance) < _RELATIVE_UNTIL else self.date(moment)
        return _time_element(moment, text)

    def at(self, moment: datetime) -> Markup:
        """A `<time>` with date, time of day and zone: `Nov 23, 02:57 KST`; UTC is in its tooltip."""
        return _time_element(moment, f"{self.date(moment)} {self.time_of_day(moment)}")

    def clock_time(self, moment: datetime) -> Markup:
        """A `<time>` with the time of day only, for lists that already name the day."""
        return _time_element(moment, self.time_of_day(moment))

    def log_time(self, moment: datetime) -> Markup:
        """A `<time>` to the second, without date and zone, for the lines of a log."""
        return _time_element(moment, moment.astimezone(self.zone).strftime("%H:%M:%S"))

    def relative(self, moment: datetime) -> str:
        """How far a moment lies from now: `3 minutes ago`, `3분 전`."""
        distance = moment - self.clock()
        if abs(distance) < timedelta(minutes=1):
            return _JUST_NOW[self.language]
        text: str = dates.format_timedelta(
            distance, granularity="minute", threshold=1, add_direction=True, locale=self.language
        )
        return text

    def date(self, moment: datetime) -> str:
        """The day in the viewer's zone; the year only where it is not this one."""
        local = moment.astimezone(self.zone)
        is_this_year = local.year == self.clock().astimezone(self.zone).year
        if is_this_year:
            return dates.format_skeleton("MMMd", local, locale=self.language)
        return dates.format_date(local, format="medium", locale=self.language)

    def time_of_day(self, moment: datetime) -> str:
        """Hours and minutes with the zone's name: `02:57 KST`; zones without one by offset: `02:57 UTC-03`."""
        local = moment.astimezone(self.zone)
        name = local.strftime("%Z")
        return f"{local:%H:%M} {name if name.isalpha() else f'UTC{name}'}"

    def number(self, value: float) -> str:
        """A number with the language's separators: `1,204`."""
        text: str = numbers.format_decimal(value, locale=self.language)
        return text

    def percent(self, share: float) -> str:
        """A share between 0 and 1 in percent, without decimals."""
        return numbers.format_percent(share, format="#,##0%", locale=self.language)

    def size(self, size_bytes: int) -> str:
        """A size in the largest decimal unit it fills: `1.2 MB`."""
        name, unit_bytes = next(size for size in _SIZES if size_bytes >= size[1] or size[1] == 1)
        return self._unit(f"digital-{name}", round(size_bytes / unit_bytes, 1))

    def duration(self, duration_s: float) -> str:
        """A duration in its two largest units: `41 sec`, `2 min 5 sec`; below ten seconds with one decimal."""
        if duration_s < 10:
            return self._unit("duration-second", round(duration_s, 1))
        rest = round(duration_s)
        parts = []
        for name, unit_s in _DURATIONS:
            count, rest = divmod(rest, unit_s)
            if count:
                parts.append(self._unit(f"duration-{name}", count))
        return " ".join(parts[:2])

    def _unit(self, unit: str, value: float) -> str:
        return units.format_unit(value, unit, length="short", locale=self.language)


def _time_element(moment: datetime, text: str) -> Markup:
    utc = moment.astimezone(UTC)
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        utc.strftime("%Y-%m-%dT%H:%M:%SZ"), utc.strftime("%Y-%m-%d %H:%M:%S UTC"), text
    )
