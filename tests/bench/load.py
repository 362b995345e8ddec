"""Requests in numbers: so many clients, each sending its next request when the answer to the last has come.

The clients share the machine with what they measure, so they cost as little as Python allows: bytes that were made before,
written to a socket, and of each answer no more than its status and its length.
"""

import asyncio
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Figures:
    """What a load has shown. Times in milliseconds; cpu_ms: of the processes that answer, for each request."""

    per_second: float
    p50_ms: float
    p99_ms: float
    cpu_ms: float


def request(method: str, host: str, path: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    """One request as it goes over the wire."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}", *(f"{name}: {value}" for name, value in headers.items())]
    if body or method == "POST":
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


async def load(
    port: int, requests: Iterator[bytes], *, clients: int, number: int, pids: list[int], status: bytes = b"200"
) -> Figures:
    """Send so many requests by so many clients.

    requests: taken one by one by whichever client is free.  pids: of the processes that answer.
    Raises AssertionError on another status.
    """
    taken: list[float] = []
    left = number

    async def client() -> None:
        nonlocal left
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
        while left > 0:
            left -= 1
            message = next(requests)
            began = time.perf_counter()
            writer.write(message)
            await answered(reader, status)
            taken.append(time.perf_counter() - began)
        writer.close()

    cpu, began = cpu_seconds(pids), time.perf_counter()
    await asyncio.gather(*(client() for _ in range(clients)))
    seconds = time.perf_counter() - began
    ordered = sorted(taken)
    return Figures(
        per_second=len(ordered) / seconds,
        p50_ms=1000 * share(ordered, 0.5),
        p99_ms=1000 * share(ordered, 0.99),
        cpu_ms=1000 * (cpu_seconds(pids) - cpu) / len(ordered),
    )


async def answered(reader: asyncio.StreamReader, status: bytes) -> bytes:
    """Wait for one answer. Returns its body. Raises AssertionError when its status is another."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0] or 0)
    body = await reader.readexactly(length)
    assert head[9:12] == status, (head, body[:300])
    return body


async def once(port: int, message: bytes, status: bytes = b"200") -> bytes:
    """One request on a connection of its own. Returns the body of the answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 22)
    writer.write(message)
    try:
        return await answered(reader, status)
    finally:
        writer.close()


def share(ordered: list[float], part: float) -> float:
    """The value that this part of all is not above. ordered: rising."""
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def cpu_seconds(pids: list[int]) -> float:
    """The processor time that processes have used."""
    ticks = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / TICKS


def pss_mib(pid: int) -> float:
    """The memory of a process, shared pages counted in proportion, in MiB."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
