"""The compiled inner loops: a z-buffer rasteriser and per-pixel lighting.

All reckoning is in float32: an integer that slips in makes Numba go on in double
precision, at twice the time.

Numba compiles them at first use and keeps the result beside this file. They release the
interpreter's lock, so threads render in parallel.
"""

from __future__ import annotations

import numpy as np

from tf3d.compilation import compiled

NEAR = np.float32(0.05)  # world units; nearer triangles are left out
SLACK = np.float32(-1e-6)  # of weights: no gaps between triangles that share an edge
MARGIN = np.float32(3e-5)  # of samples, for the same; more than rounding makes
MIN_AREA = np.float32(1e-9)  # of triangles, in squared samples
TILE = 4  # samples, of the squares that hidden triangles are told by
SRGB_STEPS = 4096  # of the table

ZERO, HALF, ONE = np.float32(0), np.float32(0.5), np.float32(1)
TINY = np.float32(1e-12)


@compiled(fastmath=True, error_model="numpy")
def _project(corners, rotation, translation, focal, centre, out):
    """Corners in samples, and their 1 / z, into `out` `[3, 3 f]`."""
    flat = corners.reshape(-1, 3)
    a0, a1, a2 = rotation[0, 0] * focal, rotation[0, 1] * focal, rotation[0, 2] * focal
    b0, b1, b2 = rotation[1, 0] * focal, rotation[1, 1] * focal, rotation[1, 2] * focal
    c0, c1, c2 = rotation[2, 0], rotation[2, 1], rotation[2, 2]
    a3, b3, c3 = translation[0] * focal, translation[1] * focal, translation[2]
    for k in range(flat.shape[0]):
        x, y, z = flat[k, 0], flat[k, 1], flat[k, 2]
        inverse = ONE / (c0 * x + c1 * y + c2 * z + c3)
        out[0, k] = (a0 * x + a1 * y + a2 * z + a3) * inverse + centre
        out[1, k] = (b0 * x + b1 * y + b2 * z + b3) * inverse + centre
        out[2, k] = inverse


@compiled(fastmath=True, error_model="numpy")
def _fill_tiles(inverse_depth, tiles):
    """The farthest depth in each square of samples; 0 where one of them is empty."""
    size = inverse_depth.shape[0]
    for i in range(tiles.shape[0]):
        for j in range(tiles.shape[1]):
            farthest = inverse_depth[i * TILE, j * TILE]
            for row in range(i * TILE, min(i * TILE + TILE, size)):
                for column in range(j * TILE, min(j * TILE + TILE, size)):
                    farthest = min(farthest, inverse_depth[row, column])
            tiles[i, j] = farthest


@compiled(fastmath=True, error_model="numpy")
def rasterize(
    corners,
    rotation,
    translation,
    focal,
    projected,
    later,
    tiles,
    bounds,
    inverse_depth,
    faces,
):
    """Draws all triangles into the buffers.

    Those that face the camera come first. Of the others, most then lie behind what is
    drawn already, which a look at the tiles tells without a look at the samples; so no
    face needs to be left out on trust that the mesh is closed.

    Args:
      corners: `[f, 3, 3]` world coordinates.
      rotation: `[3, 3]`, translation `[3]`: world to camera.
      focal: in samples.
      projected: `[3, 3 f]` float32, filled: x and y in samples and 1 / z of corners.
      later: `[f]` int32, scratch.
      tiles: `[t, t]` float32, scratch; t = s / `TILE`, rounded up.
      bounds: `[4]` int64, filled: first and last row, first and last column that may
        hold a surface.
      inverse_depth: `[s, s]` float32, filled: 1 / z of the nearest surface, 0 for none.
      faces: `[s, s]` int32, filled: the nearest face, -1 for none.
    """
    size = faces.shape[0]
    inverse_depth[:] = 0
    faces[:] = -1
    bounds[0], bounds[1], bounds[2], bounds[3] = size, -1, size, -1
    _project(corners, rotation, translation, focal, np.float32(size) * HALF, projected)
    waiting, count = 0, corners.shape[0]
    for turn in range(2):
        if turn == 1:
            _fill_tiles(inverse_depth, tiles)
            count = waiting
        for k in range(count):
            f = k if turn == 0 else later[k]
            x0, x1, x2 = projected[0, 3 * f : 3 * f + 3]
            y0, y1, y2 = projected[1, 3 * f : 3 * f + 3]
            z0, z1, z2 = projected[2, 3 * f : 3 * f + 3]
            area = (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0)
            if turn == 0 and area > -MIN_AREA:
                if area > MIN_AREA:
                    later[waiting] = f
                    waiting += 1
                continue
            left = max(0, int(np.ceil(min(x0, x1, x2) - HALF)))
            right = min(size - 1, int(np.floor(max(x0, x1, x2) - HALF)))
            top = max(0, int(np.ceil(min(y0, y1, y2) - HALF)))
            bottom = min(size - 1, int(np.floor(max(y0, y1, y2) - HALF)))
            if left > right or top > bottom:
                continue
            nearest = max(z0, z1, z2)
            if min(z0, z1, z2) <= ZERO or nearest * NEAR > ONE:
                continue
            if turn == 1:
                hidden = True
                for i in range(top // TILE, bottom // TILE + 1):
                    for j in range(left // TILE, right // TILE + 1):
                        hidden &= tiles[i, j] >= nearest
                if hidden:
                    continue
            bounds[0], bounds[1] = min(bounds[0], top), max(bounds[1], bottom)
            bounds[2], bounds[3] = min(bounds[2], left), max(bounds[3], right)
            # Barycentric coordinates and 1 / z are affine in the sample's place.
            scale = ONE / area
            step0, step1 = (y1 - y2) * scale, (y2 - y0) * scale
            step2 = -step0 - step1
            slope = step0 * (z0 - z2) + step1 * (z1 - z2)
            x = np.float32(left) + HALF
            for row in range(top, bottom + 1):
                y = np.float32(row) + HALF
                w0 = ((x1 - x) * (y2 - y) - (x2 - x) * (y1 - y)) * scale
                w1 = ((x2 - x) * (y0 - y) - (x0 - x) * (y2 - y)) * scale
                # From where to where in the row all three are above zero.
                low, high = -MARGIN, np.float32(right - left) + MARGIN
                low, high = _clip_span(w0, step0, low, high)
                low, high = _clip_span(w1, step1, low, high)
                low, high = _clip_span(ONE - w0 - w1, step2, low, high)
                if low > high:
                    continue
                start = z2 + w0 * (z0 - z2) + w1 * (z1 - z2)
                for step in range(int(np.ceil(low)), int(np.floor(high)) + 1):
                    inverse = start + np.float32(step) * slope
                    before = inverse_depth[row, left + step]
                    hit = inverse > before
                    inverse_depth[row, left + step] = inverse if hit else before
                    faces[row, left + step] = f if hit else faces[row, left + step]


@compiled(fastmath=True, inline="always")
def _clip_span(weight, step, low, high):
    """The part of [low, high] in which weight + step · t is at least `SLACK`."""
    if step > 0:
        low = max(low, (SLACK - weight) / step - MARGIN)
    elif step < 0:
        high = min(high, (SLACK - weight) / step + MARGIN)
    elif weight < SLACK:
        high = -ONE
    return low, high


@compiled(fastmath=True, error_model="numpy")
def resolve_depth(inverse_depth, bounds, factor, depth, alpha):
    """Averages samples into pixels: coverage, and the depth of the nearest surface.

    `depth` and `alpha` hold zeros before.
    """
    share = ONE / np.float32(factor * factor)
    for row in range(bounds[0] // factor, bounds[1] // factor + 1):
        for column in range(bounds[2] // factor, bounds[3] // factor + 1):
            nearest, count = ZERO, ZERO
            for i in range(factor):
                for j in range(factor):
                    value = inverse_depth[row * factor + i, column * factor + j]
                    count += ONE if value > 0 else ZERO
                    nearest = max(nearest, value)
            if count == 0:
                continue
            alpha[row, column] = count * share
            # Samples far behind belong to another surface: no flying pixels.
            limit = ONE / nearest + np.float32(0.03)
            total, used = ZERO, ZERO
            for i in range(factor):
                for j in range(factor):
                    value = inverse_depth[row * factor + i, column * factor + j]
                    if value > 0 and ONE / value <= limit:
                        total += ONE / value
                        used += ONE
            depth[row, column] = total / used


@compiled(fastmath=True)
def _texel(texels, table, index, u, v, out):
    """Bilinear lookup with wrap-around; v grows upwards."""
    first, height, width = table[index, 0], table[index, 1], table[index, 2]
    x = (u - np.floor(u)) * width - 0.5
    y = (1 - (v - np.floor(v))) * height - 0.5
    x0, y0 = int(np.floor(x)), int(np.floor(y))
    fx, fy = np.float32(x - x0), np.float32(y - y0)
    xa, xb = x0 % width, (x0 + 1) % width
    ya, yb = y0 % height, (y0 + 1) % height
    for c in range(3):
        upper = texels[first + ya * width + xa, c] * (ONE - fx)
        upper += texels[first + ya * width + xb, c] * fx
        lower = texels[first + yb * width + xa, c] * (ONE - fx)
        lower += texels[first + yb * width + xb, c] * fx
        out[c] = upper * (ONE - fy) + lower * fy


@compiled(fastmath=True, error_model="numpy")
def _weights(projected, f, x, y):
    """Perspective-correct barycentric coordinates of a place, and the face's side.

    Returns:
      The three weights, and 1 where the face turns its front to the camera, else -1.
    """
    c = 3 * f
    x0, x1, x2 = projected[0, c] - x, projected[0, c + 1] - x, projected[0, c + 2] - x
    y0, y1, y2 = projected[1, c] - y, projected[1, c + 1] - y, projected[1, c + 2] - y
    area0, area1, area2 = x1 * y2 - x2 * y1, x2 * y0 - x0 * y2, x0 * y1 - x1 * y0
    side = -ONE if area0 + area1 + area2 > 0 else ONE
    b0 = area0 * projected[2, c]
    b1 = area1 * projected[2, c + 1]
    b2 = area2 * projected[2, c + 2]
    total = b0 + b1 + b2
    if total == 0:
        return ONE, ZERO, ZERO, side
    total = ONE / total
    return b0 * total, b1 * total, b2 * total, side


@compiled(fastmath=True, error_model="numpy")
def _add_light(place, normal, view, base, weight, light, positions, intensities, out):
    """Adds what a surface sends to the eye to `out` `[3]`.

    Lambert and Blinn-Phong (exponent 32) with quadratic attenuation, plus ambient light
    that falls off from the sky to the ground; `light` holds its strength, the ground's
    share and the strength of highlights.
    """
    x, y, z = place
    nx, ny, nz = normal
    vx, vy, vz = view
    ambient, bounce, specular = light
    dr = ambient * HALF * (ONE + nz + bounce * (ONE - nz))
    dg, db = dr, dr
    sr, sg, sb = ZERO, ZERO, ZERO
    for k in range(positions.shape[0]):
        lx, ly, lz = positions[k, 0] - x, positions[k, 1] - y, positions[k, 2] - z
        attenuation = ONE / (lx * lx + ly * ly + lz * lz)
        length = np.sqrt(attenuation)
        lx, ly, lz = lx * length, ly * length, lz * length
        dot = nx * lx + ny * ly + nz * lz
        if dot <= 0:
            continue
        dot *= attenuation
        dr += dot * intensities[k, 0]
        dg += dot * intensities[k, 1]
        db += dot * intensities[k, 2]
        if specular > 0:
            hx, hy, hz = lx + vx, ly + vy, lz + vz
            dot = nx * hx + ny * hy + nz * hz
            if dot > 0:
                dot = dot * dot / (hx * hx + hy * hy + hz * hz + TINY)
                dot *= dot
                dot *= dot
                dot *= dot
                dot *= dot
                dot *= specular * attenuation
                sr += dot * intensities[k, 0]
                sg += dot * intensities[k, 1]
                sb += dot * intensities[k, 2]
    out[0] += weight * min(ONE, base[0] * dr + sr)
    out[1] += weight * min(ONE, base[1] * dg + sg)
    out[2] += weight * min(ONE, base[2] * db + sb)


@compiled(fastmath=True, error_model="numpy")
def shade(
    corners,
    normals,
    colors,
    uv,
    textures,
    texels,
    texture_table,
    projected,
    faces,
    bounds,
    factor,
    eye,
    first,
    positions,
    intensities,
    others,
    srgb,
    rgb,
    normal_map,
):
    """Lights each pixel: once for each face in it, weighted by the samples it covers.

    Surfaces are two-sided. Under several sets of lights, all but the light is worked
    out once.

    Args:
      first: `[sets + 1]`: where each set's lights begin in `positions` `[n, 3]` and
        `intensities` `[n, 3]`.
      others: `[sets, 3]`: each set's ambient light, bounce and specular strength.
      srgb: `[SRGB_STEPS + 1]`: sRGB of linear values.
      rgb: `[sets, n, n, 3]`, of zeros; receives sRGB of the covered part of pixels.
      normal_map: `[n, n, 3]`, of zeros; receives unit normals.
    """
    sets = rgb.shape[0]
    own = np.empty((factor, factor), np.int32)
    light = np.empty((sets, 3), np.float32)
    base = np.empty(3, np.float32)
    for row in range(bounds[0] // factor, bounds[1] // factor + 1):
        for column in range(bounds[2] // factor, bounds[3] // factor + 1):
            covered = ZERO
            for i in range(factor):
                for j in range(factor):
                    own[i, j] = faces[row * factor + i, column * factor + j]
                    covered += ONE if own[i, j] >= 0 else ZERO
            if covered == 0:
                continue
            light[:] = 0
            mx, my, mz = ZERO, ZERO, ZERO
            for i in range(factor):
                for j in range(factor):
                    f = own[i, j]
                    if f < 0:
                        continue
                    # The mean place of this face's samples in the pixel.
                    share, x, y = ZERO, ZERO, ZERO
                    for i2 in range(i, factor):
                        for j2 in range(factor):
                            if own[i2, j2] == f:
                                own[i2, j2] = -1
                                share += ONE
                                x += np.float32(j2)
                                y += np.float32(i2)
                    x = np.float32(column * factor) + x / share + HALF
                    y = np.float32(row * factor) + y / share + HALF
                    b0, b1, b2, side = _weights(projected, f, x, y)
                    x, y, z = _blend(corners, f, b0, b1, b2)
                    nx, ny, nz = _blend(normals, f, b0, b1, b2)
                    length = side / (np.sqrt(nx * nx + ny * ny + nz * nz) + TINY)
                    nx, ny, nz = nx * length, ny * length, nz * length
                    vx, vy, vz = eye[0] - x, eye[1] - y, eye[2] - z
                    length = ONE / np.sqrt(vx * vx + vy * vy + vz * vz)
                    view = (vx * length, vy * length, vz * length)
                    base[:] = 1
                    if textures[f] >= 0:
                        u = b0 * uv[f, 0, 0] + b1 * uv[f, 1, 0] + b2 * uv[f, 2, 0]
                        v = b0 * uv[f, 0, 1] + b1 * uv[f, 1, 1] + b2 * uv[f, 2, 1]
                        _texel(texels, texture_table, textures[f], u, v, base)
                    for c in range(3):
                        base[c] *= colors[f, c]
                    for k in range(sets):
                        _add_light(
                            (x, y, z),
                            (nx, ny, nz),
                            view,
                            base,
                            share,
                            (others[k, 0], others[k, 1], others[k, 2]),
                            positions[first[k] : first[k + 1]],
                            intensities[first[k] : first[k + 1]],
                            light[k],
                        )
                    mx += share * nx
                    my += share * ny
                    mz += share * nz
            scale = np.float32(SRGB_STEPS) / covered
            for k in range(sets):
                for c in range(3):
                    value = min(light[k, c] * scale, np.float32(SRGB_STEPS))
                    rgb[k, row, column, c] = srgb[int(value)]
            length = ONE / (np.sqrt(mx * mx + my * my + mz * mz) + TINY)
            normal_map[row, column, 0] = mx * length
            normal_map[row, column, 1] = my * length
            normal_map[row, column, 2] = mz * length


@compiled(fastmath=True, inline="always")
def _blend(values, f, b0, b1, b2):
    """The mean of a face's three corners `[f, 3, 3]`."""
    return (
        b0 * values[f, 0, 0] + b1 * values[f, 1, 0] + b2 * values[f, 2, 0],
        b0 * values[f, 0, 1] + b1 * values[f, 1, 1] + b2 * values[f, 2, 1],
        b0 * values[f, 0, 2] + b1 * values[f, 1, 2] + b2 * values[f, 2, 2],
    )
