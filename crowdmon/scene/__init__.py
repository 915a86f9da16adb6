"""The synthetic plaza: a public square with exact truth, for demo, tests, soaks and benchmarks."""

from crowdmon.scene.parse import SCENES, parse_scene
from crowdmon.scene.plaza import Plaza, SceneFrame

__all__ = ["SCENES", "Plaza", "SceneFrame", "parse_scene"]
