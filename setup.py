"""Pack the theme: styles/ at the top of the checkout becomes ketapub/styles in the wheel.

Everything else is declared in pyproject.toml. An editable install copies nothing: there the theme is read
from the checkout, so that a changed style sheet takes effect at once.
"""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py


class BuildWithTheme(build_py):
    """Copy the theme beside the modules when a real build (not an editable install) collects them."""

    def run(self) -> None:
        super().run()
        if not self.editable_mode:
            packed = Path(self.build_lib, "ketapub", "styles")
            shutil.rmtree(packed, ignore_errors=True)
            shutil.copytree("styles", packed, ignore=shutil.ignore_patterns(".*", "__pycache__"))


setup(cmdclass={"build_py": BuildWithTheme})
