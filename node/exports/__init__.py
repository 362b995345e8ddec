"""Copies of what is somebody's own: one ZIP, made beside the pages, in the formats that other software reads.

    archive.py    what is in a copy, and how it is written: part by part, never more than a part in memory
    exporter.py   makes those that were asked for, one after the other, and throws away old ones

Start reading at `exporter.py`; what a row goes through: `storage.exports`.
"""

from node.exports.exporter import Exporter

__all__ = ["Exporter"]
