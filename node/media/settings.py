"""The settings of media: the table `[media]` of `legation.toml`."""

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from node.errors import BadSettings
from storage.files import Access

MEBIBYTE = 1024 * 1024


class Media(BaseModel):
    """What files are taken, and where they are kept."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    picture_mib: Annotated[int, Field(ge=1, le=256)] = 16
    """The largest picture that is taken, in MiB."""

    file_mib: Annotated[int, Field(ge=1, le=2048)] = 64
    """The largest film, piece of sound or PDF that is taken, in MiB."""

    per_post: Annotated[int, Field(ge=1, le=16)] = 4
    """How many files may hang on a post."""

    cache_mib: Annotated[int, Field(ge=16)] = 2048
    """How much of other nodes' files is kept here, in MiB; what nobody has looked at for longest goes first."""

    open_to_peers: bool = False
    """Whether files of posts for all nodes are given to whoever knows their address, which nobody can guess. Without it, allowed peers must sign what they ask; some software does not for files."""

    bucket: str = ""
    """The bucket of an S3-compatible storage where files are kept. Without it, the folder `media` in the data folder."""

    endpoint: str = ""
    """Where that storage is, as `https://s3.ministry.example`."""

    region: str = "us-east-1"
    """The region of the bucket, as the storage calls it."""

    access_key: str = ""
    """The name under which the node may use the bucket."""

    secret_key_file: Path | None = None
    """The file with the secret that belongs to `media.access_key`, outside of the data folder."""

    @model_validator(mode="after")
    def _demand_whole_access(self) -> "Media":
        if self.bucket and not (
            self.endpoint.startswith(("https://", "http://")) and self.access_key and self.secret_key_file
        ):
            message = "a bucket needs endpoint (with https://), access_key and secret_key_file beside it"
            raise ValueError(message)
        return self

    @property
    def picture_bytes(self) -> int:
        """The largest picture, in bytes."""
        return self.picture_mib * MEBIBYTE

    @property
    def file_bytes(self) -> int:
        """The largest of all files, in bytes."""
        return max(self.file_mib, self.picture_mib) * MEBIBYTE

    @property
    def cache_bytes(self) -> int:
        """How much of other nodes' files is kept, in bytes."""
        return self.cache_mib * MEBIBYTE

    def access(self) -> Access | None:
        """How the bucket is reached; None where there is none. Raises BadSettings."""
        if not self.bucket or self.secret_key_file is None:
            return None
        try:
            secret = self.secret_key_file.read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise BadSettings(f"media.secret_key_file: {self.secret_key_file} cannot be read: {error}.") from error
        return Access(self.bucket, self.endpoint, self.region, self.access_key, secret)
