"""Requests in numbers: so many clients, each sending its next request when the answer to the last has come."""

import asyncio
import os
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientSession, TCPConnector

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Request:
    """One request, and the status that counts as done."""

    method: str
    url: str
    headers: dict[str, str]
    body: bytes | None = None
    status: int = 200


@dataclass(frozen=True, slots=True)
class Figures:
    """What a load has shown. Times in milliseconds; cpu_ms: of the process that answers, for each request."""

    per_second: float
    p50_ms: float
    p99_ms: float
    cpu_ms: float

    def as_json(self) -> dict[str, float]:
        """For the history."""
        return {name: round(float(getattr(self, name)), 3) for name in self.__slots__}


async def load(requests: Callable[[], Iterator[Request]], *, clients: int, number: int, pid: int) -> Figures:
    """Send so many requests by so many clients. pid: of the process that answers. Raises AssertionError on another status."""
    taken: list[float] = []
    waiting = requests()
    async with ClientSession(connector=TCPConnector(limit=clients)) as session:

        async def client() -> None:
            for request in waiting:
                began = time.perf_counter()
                options: dict[str, Any] = {"data": request.body, "headers": request.headers}
                async with session.request(request.method, request.url, **options) as answer:
                    await answer.read()
                    assert answer.status == request.status, (answer.status, await answer.text())
                taken.append(time.perf_counter() - began)
                if len(taken) >= number:
                    return

        cpu, began = cpu_seconds(pid), time.perf_counter()
        await asyncio.gather(*(client() for _ in range(clients)))
        seconds = time.perf_counter() - began
    ordered = sorted(taken)
    return Figures(
        per_second=len(taken) / seconds,
        p50_ms=1000 * statistics.median(ordered),
        p99_ms=1000 * ordered[int(0.99 * (len(ordered) - 1))],
        cpu_ms=1000 * (cpu_seconds(pid) - cpu) / len(taken),
    )


def cpu_seconds(pid: int) -> float:
    """The processor time that a process has used."""
    with open(f"/proc/{pid}/stat") as file:  # noqa: PTH123  a file of the kernel, not of a disk
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS
