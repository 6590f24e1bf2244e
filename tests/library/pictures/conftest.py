"""Views to draw, for the tests of this folder."""

from __future__ import annotations

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest


def load_views() -> ModuleType:
    """The helper module beside this file; test folders are not packages."""
    spec = spec_from_file_location("picture_views", Path(__file__).with_name("views.py"))
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def views() -> ModuleType:
    """Makers of small plan views."""
    return load_views()
