"""Packaging: `cli`, `configs` and `saved_models` install inside the package `tf3d`."""

import pathlib
import re

from setuptools import find_namespace_packages, setup

ROOT = pathlib.Path(__file__).parent

# Read, not imported: building must not need the package's dependencies.
VERSION = re.search(
    r'^__version__ = "([^"]+)"', (ROOT / "tf3d" / "__init__.py").read_text(), re.M
)[1]
README = ROOT / "README.md"

# open3d-cpu 0.19 needs no libusb of the system and is a quarter of the size; it has
# no wheel for Python 3.13 and none outside Linux on x86_64.
CPU_WHEEL = (
    "platform_system == 'Linux' and platform_machine == 'x86_64'"
    " and python_version < '3.13'"
)
FULL_WHEEL = (
    "platform_system != 'Linux' or platform_machine != 'x86_64'"
    " or python_version >= '3.13'"
)

setup(
    name="tf3d",
    version=VERSION,
    description="A 3D object from a single image, on TensorFlow and Keras",
    long_description=README.read_text() if README.exists() else "",
    long_description_content_type="text/markdown",
    license="Apache-2.0",
    python_requires=">=3.11,<3.14",
    packages=[
        *find_namespace_packages(include=["tf3d", "tf3d.*"], exclude=["*.__pycache__"]),
        "tf3d.cli",
        "tf3d.configs",
        "tf3d.saved_models",
    ],
    package_dir={
        "tf3d.cli": "cli",
        "tf3d.configs": "configs",
        "tf3d.saved_models": "saved_models",
    },
    package_data={
        "tf3d.configs": ["*.yaml", "*.json"],
        "tf3d.shapes": ["*.yaml"],
        "tf3d.reproduction": ["stored/*.json", "stored/*.png", "measured/*.json"],
        # Not the numbered SavedModel versions that `tf3d export` puts beside these.
        "tf3d.saved_models": ["*/*.keras", "*/*.md", "*/*.json", "*/*.yaml"],
    },
    install_requires=[
        "tensorflow>=2.20,<2.22",
        "keras>=3.12,<4",
        "numpy>=1.26",
        "tensorflow-datasets>=4.9.7",
        f"open3d-cpu>=0.19,<0.20; {CPU_WHEEL}",
        f"open3d>=0.19; {FULL_WHEEL}",
        "click>=8.1",
        "trimesh>=4.4",
        "pycollada>=0.8",
        "Pillow>=10.3",
        "rich>=13",
        "tensorboard>=2.19",
        "imageio>=2.34",
        "imageio-ffmpeg>=0.5",
        "matplotlib>=3.8",
        "PyYAML>=6",
        "pydantic>=2.7,<3",
        "scikit-image>=0.24",
        "scikit-learn>=1.5",
        "scipy>=1.13",
        "numba>=0.60",
        "tensorflow-serving-api>=2.19,<2.22",
        "grpcio>=1.71,<2",
        "grpcio-health-checking>=1.71,<2",
        "aiohttp>=3.11,<4",
    ],
    extras_require={
        "test": ["pytest>=8", "pytest-timeout>=2.3", "pytest-xdist>=3.6", "ruff>=0.6"],
        "bench": ["torch>=2.4", "panda3d>=1.10.14"],
        "graphics": ["tensorflow-graphics>=2021.12.3; python_version < '3.12'"],
    },
    entry_points={"console_scripts": ["tf3d = tf3d.cli.main:main"]},
    classifiers=[
        "Development Status :: 3 - Alpha",
        "Intended Audience :: Science/Research",
        "Programming Language :: Python :: 3.11",
        "Programming Language :: Python :: 3.12",
        "Programming Language :: Python :: 3.13",
        "Topic :: Scientific/Engineering :: Image Processing",
    ],
)
