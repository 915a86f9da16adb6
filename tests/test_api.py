"""The public names stay as they are: this list is what scripts rely on. Change it by addition only."""

from __future__ import annotations

import inspect
import subprocess
import sys
from enum import Enum
from pathlib import Path

import pytest
from pydantic import BaseModel

import crowdmon
from crowdmon import api

SIGNATURES = Path(__file__).parent / "public_names.txt"


def described() -> list[str]:
    """Return a line a public name: its parameters, its fields, or its members."""
    return [f"{name}{_form(getattr(crowdmon, name))}" for name in crowdmon.__all__]


def _form(value: object) -> str:
    if not callable(value):
        return f" = {value!r}"
    if inspect.isclass(value) and issubclass(value, Enum):
        return f": {', '.join(value)}"
    if inspect.isclass(value) and issubclass(value, BaseModel):
        return f"(*, {', '.join(value.model_fields)})"
    if getattr(value, "_is_protocol", False):
        return f": {', '.join(sorted(key for key in vars(value) if not key.startswith('_')))}"
    return str(inspect.signature(value))


def test_public_names_and_signatures_are_those_of_the_list() -> None:
    """A change here is a change for every script. Where it is meant, write the new list into the file."""
    assert described() == SIGNATURES.read_text(encoding="utf-8").splitlines()


def test_what_is_listed_is_there_and_nothing_else() -> None:
    public = {name for name in vars(api) if not name.startswith("_") and name not in ("annotations", "load")}
    assert public == set(crowdmon.__all__)
    assert list(crowdmon.__all__) == sorted(crowdmon.__all__, key=lambda name: (not name.isupper(), name))
    assert set(dir(crowdmon)) >= set(crowdmon.__all__)
    with pytest.raises(AttributeError, match="no attribute 'Countr'"):
        _ = crowdmon.Countr


@pytest.mark.parametrize("name", [name for name in crowdmon.__all__ if callable(getattr(crowdmon, name))])
def test_every_public_name_says_what_it_is(name: str) -> None:
    value = getattr(crowdmon, name)
    words = inspect.getdoc(value) or ""
    assert len(words) > 20
    members = [value]
    if inspect.isclass(value):
        members += [one for key, one in vars(value).items() if inspect.isfunction(one) and key[0] != "_"]
    for one in members:
        text = inspect.getdoc(one) or ""
        assert text, one
        arrays = "NDArray" in str(getattr(one, "__annotations__", {}))
        # Whoever gets an array has to know its shape and what its numbers are.
        shaped = any(word in text for word in ("HxW", "hxw", "N x 2", "x 3", "x 4"))
        assert not arrays or shaped, f"{name}: {one} takes or gives an array of an unknown shape"


def test_importing_it_is_quick_and_loads_nothing_heavy() -> None:
    code = (
        "import sys; import crowdmon; heavy = {'torch', 'PyQt6', 'av', 'cv2', 'numpy', 'yaml'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
        "from crowdmon import Counter, Roi, measure, open_source, Track\n"
        "assert not {'torch', 'PyQt6'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_star_gives_the_public_names() -> None:
    names: dict[str, object] = {}
    exec("from crowdmon import *", names)
    assert set(crowdmon.__all__) <= set(names)
