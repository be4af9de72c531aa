"""Open a bundled file: no network, no pickle, and not one changed byte goes unnoticed."""

import hashlib
import io
from functools import cache
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).parent
SHA256 = {
    "digits.npz": "e7039e6655b169742305ad60f4592c844025c635c00f937a96841544a5940504",
    "emoji.npz": "f5beaaf81cadfe35b38f7e1841d2c97ed8eb06a1244122aec0feb8c59218dd28",
}


def read(path: Path, sha256: str) -> dict[str, np.ndarray]:
    """The arrays of an ``.npz`` file, read-only, after its bytes were checked.

    Raises: FileNotFoundError if it is absent, ValueError if its hash is not ``sha256``.
    """
    if not path.is_file():
        raise FileNotFoundError(f"no data file at {path}; reinstall mmbook")
    content = path.read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise ValueError(
            f"{path.name} has {len(content)} bytes and sha256 {found[:16]}...; expected sha256 "
            f"{sha256[:16]}...: the file is truncated or altered, reinstall mmbook"
        )
    with np.load(io.BytesIO(content), allow_pickle=False) as archive:
        arrays = {name: archive[name] for name in archive.files}
    for array in arrays.values():
        array.setflags(write=False)
    return arrays


@cache
def bundled(name: str) -> dict[str, np.ndarray]:
    """The arrays of a file of this folder; read and checked once a process."""
    return read(FOLDER / name, SHA256[name])
