"""Travel times: a road network, and minutes from many places to many others."""

from bailiwick.routing.circuity import Circuity, measure_circuity
from bailiwick.routing.matrix import RoadMatrix, road_matrix
from bailiwick.routing.network import RoadNetwork, build_network
from bailiwick.routing.profiles import PROFILES, TAGS, Profile, find_profile

__all__ = [
    "PROFILES",
    "TAGS",
    "Circuity",
    "Profile",
    "RoadMatrix",
    "RoadNetwork",
    "build_network",
    "find_profile",
    "measure_circuity",
    "road_matrix",
]
