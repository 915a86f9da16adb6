"""The YAML configuration of the application: cameras and their ROIs.

models.py    what a configuration is: AppConfig -> CameraConfig -> RoiConfig, frozen
ground.py    the floor that a camera sees
levels.py    from people per m2 to a level: the named tables, own bounds
fields.py    what the values are made of
messages.py  a validation error in plain words, with its key path
files.py     load() and save()
secrets.py   ${ENV} placeholders, expanded only when a source is opened
"""

from crowdmon.config.files import dump, load, parse, save
from crowdmon.config.ground import GroundConfig
from crowdmon.config.levels import BoundsConfig, LevelsConfig
from crowdmon.config.messages import validate
from crowdmon.config.models import (
    COLOURS,
    AppConfig,
    CameraConfig,
    Colour,
    DisplayConfig,
    RecordConfig,
    RoiConfig,
)
from crowdmon.config.secrets import expand_secrets

__all__ = [
    "COLOURS",
    "AppConfig",
    "BoundsConfig",
    "CameraConfig",
    "Colour",
    "DisplayConfig",
    "GroundConfig",
    "LevelsConfig",
    "RecordConfig",
    "RoiConfig",
    "dump",
    "expand_secrets",
    "load",
    "parse",
    "save",
    "validate",
]
