"""Which class reads which kind of source. A new kind is one file and one line here."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SourceKind:
    """One kind of source.

    Attributes:
        reader: ``module:Class``; the class is called as
            :class:`~crowdmon.capture.source.SourceReader` says. Loaded when the first source of this
            kind is opened, because FFmpeg takes long to load.
        prefix: what a SOURCE of this kind begins with, such as ``synthetic:``; empty for the kinds that
            :mod:`crowdmon.capture.uri` tells apart itself.
        live: whether its pictures come at their own pace and cannot be asked for again; used with ``prefix``.
    """

    reader: str
    prefix: str = ""
    live: bool = False


KINDS: dict[str, SourceKind] = {
    "file": SourceKind("crowdmon.capture.av_source:AvSource"),
    "network": SourceKind("crowdmon.capture.av_source:AvSource"),
    "webcam": SourceKind("crowdmon.capture.av_source:AvSource"),
    "folder": SourceKind("crowdmon.capture.folder:FolderSource"),
    "synthetic": SourceKind("crowdmon.capture.synthetic:SyntheticSource", prefix="synthetic:"),
}
"""The kinds of sources by their names; a single picture is a file that the folder's class reads."""
