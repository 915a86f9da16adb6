"""``crowdmon alarm test``: a marked message through every publisher, and which of them arrived."""

from __future__ import annotations

from pathlib import Path

import click

from crowdmon.config import load
from crowdmon.errors import ConfigError, CrowdmonError, redact
from crowdmon.publish.trial import attempts


def run(config: Path) -> int:
    """Send a test to everybody, say who got it, and return the exit code: 0, or that of the first failure."""
    known = load(config)
    failed: list[CrowdmonError] = []
    tried = 0
    for name, attempt in attempts(known):
        tried += 1
        try:
            attempt()
        except CrowdmonError as error:
            failed.append(error)
            click.echo(redact(f"FAIL  {name:<24} {error}"))
        else:
            click.echo(redact(f"ok    {name:<24} taken"))
    if not tried:
        raise ConfigError(f"{config} tells nobody", "Add publish: with people or mqtt")
    click.echo(f"{tried - len(failed)} of {tried} took the test alarm; ask the people whether they see it")
    return failed[0].exit_code if failed else 0
