"""Meshes, cameras and lights to RGB, depth, mask and normals, without a GPU."""

from tf3d.rendering.clutter import clutter
from tf3d.rendering.compositing import composite, foreground
from tf3d.rendering.lights import Lights, random_lights, studio_lights
from tf3d.rendering.render import BACKGROUND, Renderer, render_normals, render_views
from tf3d.rendering.shadows import ground_shadow
from tf3d.rendering.streets import street
from tf3d.rendering.surfaces import Surfaces, prepare

__all__ = [
    "BACKGROUND",
    "Lights",
    "Renderer",
    "Surfaces",
    "clutter",
    "composite",
    "foreground",
    "ground_shadow",
    "prepare",
    "random_lights",
    "render_normals",
    "render_views",
    "street",
    "studio_lights",
]
