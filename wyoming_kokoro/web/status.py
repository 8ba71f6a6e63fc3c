"""How the service is, as JSON: who speaks on what and why, who waits, what was said last."""

import time
from dataclasses import asdict
from typing import Any

from aiohttp import web

from wyoming_kokoro import __version__
from wyoming_kokoro.answering.histogram import Histogram
from wyoming_kokoro.answering.journal import Entry, Journal
from wyoming_kokoro.privacy import public
from wyoming_kokoro.web.house import House


class StatusHandler:
    def __init__(self, house: House) -> None:
        self._house = house

    async def alive(self, _: web.Request) -> web.Response:
        """GET /health/live and /health/ready: it listens only after an engine can speak."""
        return web.Response(text="ok\n")

    async def status(self, _: web.Request) -> web.Response:
        """GET /status."""
        return web.json_response(status(self._house))


def status(house: House) -> dict[str, Any]:
    speaker, journal = house.speaker(), house.journal
    details = speaker.details
    return {
        "version": __version__,
        "engine": speaker.engine.name,
        "note": public(speaker.note),
        "running_on": {key: public(value) if isinstance(value, str) else value for key, value in details.items()},
        "default_voice": speaker.catalogue.default.name,
        "voices": [voice.name for voice in speaker.catalogue.voices],
        "wanted": {"engine": house.settings.engine, "device": house.settings.device.prefer, **_choice(house)},
        "uptime_s": round(time.monotonic() - journal.began, 1),
        "connections": {protocol: count for protocol, count in journal.connections.items() if count},
        "queue": _queue(house),
        "downloads": {name: {"done": done, "size": size} for name, (done, size) in house.downloads().items()},
        **_history(journal),
    }


def _choice(house: House) -> dict[str, str]:
    choice = house.choice()
    return {"chosen": str(choice.device), "reason": public(choice.reason), "remedy": public(choice.remedy)}


def _queue(house: House) -> dict[str, Any]:
    return {
        "waiting": house.scheduler.waiting,
        "running": house.scheduler.running,
        "parallel": house.parallel(),
        "dropped": house.scheduler.dropped,
        "characters": house.backlog.characters,
        "seconds": round(house.backlog.seconds, 1),
    }


def _history(journal: Journal) -> dict[str, Any]:
    return {
        "requests": [
            {"protocol": protocol, "engine": engine, "outcome": outcome, "count": count}
            for (protocol, engine, outcome), count in sorted(journal.requests.items())
        ],
        "errors": dict(journal.errors),
        "gaps": {"count": journal.gaps, "seconds": round(journal.gap_s, 3)},
        "first_audio": {engine: _spread(spread) for engine, spread in sorted(journal.first_audio.items())},
        "real_time_factor": {engine: _spread(spread) for engine, spread in sorted(journal.real_time_factor.items())},
        "last": [_entry(entry) for entry in reversed(journal.last)],
    }


def _entry(entry: Entry) -> dict[str, Any]:
    """Clocks of two machines differ: it is told how long ago it was."""
    facts = asdict(entry)
    return {"ago_s": round(time.monotonic() - facts.pop("at"), 1), **facts}


def _spread(spread: Histogram) -> dict[str, Any]:
    """Infinity has no JSON: what is above all bounds has none."""
    quantiles = {f"p{share}": spread.quantile(share / 100) for share in (50, 95)}
    return {
        "bounds": spread.bounds,
        "counts": spread.counts,
        "count": spread.count,
        "mean": round(spread.total / spread.count, 4) if spread.count else None,
        **{name: value if value != float("inf") else None for name, value in quantiles.items()},
    }
