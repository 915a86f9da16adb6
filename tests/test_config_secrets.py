"""Where a ``${NAME}`` is looked up, and what is said if it is nowhere."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from crowdmon.config import expand_secrets
from crowdmon.errors import ConfigError

ADDRESS = "rtsp://user:${CAM_PASSWORD}@10.0.0.7/1"


def test_the_environment_comes_first(tmp_path: Path) -> None:
    (tmp_path / "CAM_PASSWORD").write_text("of a credential\n")
    file = tmp_path / "file"
    file.write_text("of a file\n")
    env = {
        "CAM_PASSWORD": "of the environment",
        "CAM_PASSWORD_FILE": str(file),
        "CREDENTIALS_DIRECTORY": str(tmp_path),
    }
    found = []
    for name in list(env):
        found.append(expand_secrets("${CAM_PASSWORD}", env))
        del env[name]
    assert found == ["of the environment", "of a file", "of a credential"]


def test_a_secret_in_an_address_is_encoded(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("p@ss/word\n")
    assert expand_secrets(ADDRESS, {"CAM_PASSWORD_FILE": str(file)}) == "rtsp://user:p%40ss%2Fword@10.0.0.7/1"


@pytest.mark.parametrize(
    ("content", "says"),
    [(None, "no such file"), (b"\xff\xfe", "not UTF-8"), (b"x" * 70_000, "longer than")],
)
def test_a_file_that_cannot_be_used(tmp_path: Path, content: bytes | None, says: str) -> None:
    file = tmp_path / "file"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ConfigError) as refused:
        expand_secrets(ADDRESS, {"CAM_PASSWORD_FILE": str(file)})
    assert says in str(refused.value)
    assert "CAM_PASSWORD" in str(refused.value)


def test_the_keyring_comes_last(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = {("crowdmon", "CAM_PASSWORD"): "of the keyring"}
    asked = SimpleNamespace(get_password=lambda service, name: kept.get((service, name)))
    monkeypatch.setitem(sys.modules, "keyring", asked)
    monkeypatch.delenv("CAM_PASSWORD", raising=False)
    assert expand_secrets("${CAM_PASSWORD}") == "of the keyring"
    with pytest.raises(ConfigError, match="OTHER is not set"):
        expand_secrets("${OTHER}")
    with pytest.raises(ConfigError, match="CAM_PASSWORD is not set"):
        expand_secrets(ADDRESS, dict(os.environ))


def test_a_keyring_that_fails_is_no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_service: str, _name: str) -> str:
        raise RuntimeError("no backend")

    monkeypatch.setitem(sys.modules, "keyring", SimpleNamespace(get_password=fail))
    with pytest.raises(ConfigError, match="CAM_PASSWORD is not set"):
        expand_secrets(ADDRESS)
