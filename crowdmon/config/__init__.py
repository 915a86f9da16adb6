"""The YAML configuration of the application: cameras and their ROIs.

models.py    what a configuration is: AppConfig -> CameraConfig -> RoiConfig, frozen
ground.py    the floor that a camera sees
app.py       the whole configuration: AppConfig, frozen, like all the models in it
models.py    CameraConfig -> RoiConfig; what is shown and recorded
alarms.py    groups and alarm rules; rules.py checks that they fit the cameras
follow.py    groups and rules follow cameras and ROIs that are renamed or gone
identity.py  the ids by which the history keeps cameras and ROIs
levels.py    from people per m2 to a level: the named tables, own bounds
fields.py    what the values are made of
messages.py  a validation error in plain words, with its key path
files.py     load() and save()
secrets.py   ${ENV} placeholders, expanded only when a source is opened
"""

from crowdmon.config.alarms import AlarmConfig, GroupConfig
from crowdmon.config.app import AppConfig
from crowdmon.config.files import dump, load, parse, save
from crowdmon.config.follow import with_cameras
from crowdmon.config.ground import GroundConfig
from crowdmon.config.identity import free_id, renamed
from crowdmon.config.levels import BoundsConfig, LevelsConfig
from crowdmon.config.messages import validate
from crowdmon.config.models import (
    COLOURS,
    CameraConfig,
    Colour,
    DisplayConfig,
    RecordConfig,
    RoiConfig,
)
from crowdmon.config.secrets import expand_secrets

__all__ = [
    "COLOURS",
    "AlarmConfig",
    "AppConfig",
    "BoundsConfig",
    "CameraConfig",
    "Colour",
    "DisplayConfig",
    "GroundConfig",
    "GroupConfig",
    "LevelsConfig",
    "RecordConfig",
    "RoiConfig",
    "dump",
    "expand_secrets",
    "free_id",
    "load",
    "parse",
    "renamed",
    "save",
    "validate",
    "with_cameras",
]
