"""The compiled inner loops: a z-buffer rasteriser and per-pixel lighting.

Numba compiles them at first use and keeps the result beside this file. They release the
interpreter's lock, so threads render in parallel.
"""

from __future__ import annotations

import numba
import numpy as np

NEAR = 0.05  # world units; triangles that reach nearer to the camera are left out
SLACK = np.float32(-1e-6)  # of weights: no gaps between triangles that share an edge


@numba.njit(cache=True, nogil=True, fastmath=True)
def rasterize(corners, rotation, translation, focal, inverse_depth, faces, weights):
    """Draws all triangles into the buffers.

    Args:
      corners: `[f, 3, 3]` world coordinates.
      rotation: `[3, 3]`, translation `[3]`: world to camera.
      focal: in samples.
      inverse_depth: `[s, s]` float32, filled: 1 / z of the nearest surface, 0 for none.
      faces: `[s, s]` int32, filled: the nearest face, -1 for none.
      weights: `[s, s, 2]` float32, filled: screen-space barycentric coordinates.
    """
    size = faces.shape[0]
    inverse_depth[:] = 0
    faces[:] = -1
    centre = np.float32(size) * np.float32(0.5)
    px = np.empty(3, np.float32)
    py = np.empty(3, np.float32)
    pz = np.empty(3, np.float32)
    for f in range(corners.shape[0]):
        visible = True
        for k in range(3):
            x, y, z = corners[f, k, 0], corners[f, k, 1], corners[f, k, 2]
            depth = (
                rotation[2, 0] * x
                + rotation[2, 1] * y
                + rotation[2, 2] * z
                + translation[2]
            )
            if depth < NEAR:
                visible = False
                break
            inverse = np.float32(1) / depth
            px[k] = (
                rotation[0, 0] * x
                + rotation[0, 1] * y
                + rotation[0, 2] * z
                + translation[0]
            ) * focal * inverse + centre
            py[k] = (
                rotation[1, 0] * x
                + rotation[1, 1] * y
                + rotation[1, 2] * z
                + translation[1]
            ) * focal * inverse + centre
            pz[k] = inverse
        if not visible:
            continue
        area = (px[1] - px[0]) * (py[2] - py[0]) - (px[2] - px[0]) * (py[1] - py[0])
        if abs(area) < 1e-9:
            continue
        left = max(0, int(np.ceil(min(px[0], px[1], px[2]) - 0.5)))
        right = min(size - 1, int(np.floor(max(px[0], px[1], px[2]) - 0.5)))
        top = max(0, int(np.ceil(min(py[0], py[1], py[2]) - 0.5)))
        bottom = min(size - 1, int(np.floor(max(py[0], py[1], py[2]) - 0.5)))
        scale = np.float32(1) / area
        # Barycentric coordinates are affine in the sample's place.
        step0 = (py[1] - py[2]) * scale
        step1 = (py[2] - py[0]) * scale
        for row in range(top, bottom + 1):
            y = np.float32(row) + np.float32(0.5)
            x = np.float32(left) + np.float32(0.5)
            w0 = ((px[1] - x) * (py[2] - y) - (px[2] - x) * (py[1] - y)) * scale
            w1 = ((px[2] - x) * (py[0] - y) - (px[0] - x) * (py[2] - y)) * scale
            for column in range(left, right + 1):
                w2 = np.float32(1) - w0 - w1
                if w0 >= SLACK and w1 >= SLACK and w2 >= SLACK:
                    inverse = w0 * pz[0] + w1 * pz[1] + w2 * pz[2]
                    if inverse > inverse_depth[row, column]:
                        inverse_depth[row, column] = inverse
                        faces[row, column] = f
                        weights[row, column, 0] = w0
                        weights[row, column, 1] = w1
                w0 += step0
                w1 += step1


@numba.njit(cache=True, nogil=True, fastmath=True)
def resolve_depth(inverse_depth, factor, depth, alpha):
    """Averages samples into pixels: coverage, and the depth of the nearest surface."""
    size = depth.shape[0]
    share = np.float32(1.0 / (factor * factor))
    for row in range(size):
        for column in range(size):
            nearest = np.float32(0)
            count = 0
            for i in range(factor):
                for j in range(factor):
                    value = inverse_depth[row * factor + i, column * factor + j]
                    if value > 0:
                        count += 1
                        nearest = max(nearest, value)
            alpha[row, column] = count * share
            depth[row, column] = 0
            if count:
                # Samples far behind belong to another surface: no flying pixels.
                limit = np.float32(1) / nearest + np.float32(0.03)
                total, used = np.float32(0), 0
                for i in range(factor):
                    for j in range(factor):
                        value = inverse_depth[row * factor + i, column * factor + j]
                        if value > 0 and np.float32(1) / value <= limit:
                            total += np.float32(1) / value
                            used += 1
                depth[row, column] = total / used


@numba.njit(cache=True, nogil=True, fastmath=True)
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
        upper = texels[first + ya * width + xa, c] * (1 - fx)
        upper += texels[first + ya * width + xb, c] * fx
        lower = texels[first + yb * width + xa, c] * (1 - fx)
        lower += texels[first + yb * width + xb, c] * fx
        out[c] = upper * (1 - fy) + lower * fy


@numba.njit(cache=True, nogil=True, fastmath=True)
def shade(
    corners,
    normals,
    colors,
    uv,
    textures,
    texels,
    texture_table,
    inverse_depth,
    faces,
    weights,
    factor,
    eye,
    light_positions,
    light_intensities,
    ambient,
    bounce,
    specular,
    rgb,
    normal_map,
):
    """Lights each pixel: once for each face in it, weighted by the samples it covers.

    Lambert and Blinn-Phong (exponent 32) with quadratic attenuation, two-sided, plus
    ambient light that falls off from the sky to the ground. Writes linear RGB of the
    covered part into `rgb` `[n, n, 3]` and the unit normal into `normal_map`.
    """
    size = rgb.shape[0]
    samples = factor * factor
    base = np.empty(3, np.float32)
    seen = np.empty(samples, np.int32)
    for row in range(size):
        for column in range(size):
            r, g, b = np.float32(0), np.float32(0), np.float32(0)
            mx, my, mz = np.float32(0), np.float32(0), np.float32(0)
            covered = 0
            known = 0
            for s in range(samples):
                i = row * factor + s // factor
                j = column * factor + s % factor
                f = faces[i, j]
                if f < 0:
                    continue
                covered += 1
                repeated = False
                for k in range(known):
                    if seen[k] == f:
                        repeated = True
                        break
                if repeated:
                    continue
                seen[known] = f
                known += 1
                # The mean place of this face's samples in the pixel.
                share = 0
                w0, w1, inverse = np.float32(0), np.float32(0), np.float32(0)
                for t in range(s, samples):
                    i2 = row * factor + t // factor
                    j2 = column * factor + t % factor
                    if faces[i2, j2] == f:
                        share += 1
                        w0 += weights[i2, j2, 0]
                        w1 += weights[i2, j2, 1]
                        inverse += inverse_depth[i2, j2]
                w0 /= share
                w1 /= share
                # Perspective-correct barycentric coordinates from the corners' depth.
                b0, b1, b2 = _perspective(corners, f, w0, w1, eye)
                x = (
                    b0 * corners[f, 0, 0]
                    + b1 * corners[f, 1, 0]
                    + b2 * corners[f, 2, 0]
                )
                y = (
                    b0 * corners[f, 0, 1]
                    + b1 * corners[f, 1, 1]
                    + b2 * corners[f, 2, 1]
                )
                z = (
                    b0 * corners[f, 0, 2]
                    + b1 * corners[f, 1, 2]
                    + b2 * corners[f, 2, 2]
                )
                nx = (
                    b0 * normals[f, 0, 0]
                    + b1 * normals[f, 1, 0]
                    + b2 * normals[f, 2, 0]
                )
                ny = (
                    b0 * normals[f, 0, 1]
                    + b1 * normals[f, 1, 1]
                    + b2 * normals[f, 2, 1]
                )
                nz = (
                    b0 * normals[f, 0, 2]
                    + b1 * normals[f, 1, 2]
                    + b2 * normals[f, 2, 2]
                )
                length = np.sqrt(nx * nx + ny * ny + nz * nz) + np.float32(1e-12)
                if not _faces_eye(corners, f, eye):
                    length = -length
                nx /= length
                ny /= length
                nz /= length
                vx, vy, vz = eye[0] - x, eye[1] - y, eye[2] - z
                length = np.float32(1) / np.sqrt(vx * vx + vy * vy + vz * vz)
                vx *= length
                vy *= length
                vz *= length
                sky = ambient * (
                    np.float32(0.5) * (1 + nz) + bounce * np.float32(0.5) * (1 - nz)
                )
                dr, dg, db = sky, sky, sky
                sr, sg, sb = np.float32(0), np.float32(0), np.float32(0)
                for k in range(light_positions.shape[0]):
                    lx = light_positions[k, 0] - x
                    ly = light_positions[k, 1] - y
                    lz = light_positions[k, 2] - z
                    inverse2 = np.float32(1) / (lx * lx + ly * ly + lz * lz)
                    length = np.sqrt(inverse2)
                    lx *= length
                    ly *= length
                    lz *= length
                    dot = nx * lx + ny * ly + nz * lz
                    if dot <= 0:
                        continue
                    dot *= inverse2
                    dr += dot * light_intensities[k, 0]
                    dg += dot * light_intensities[k, 1]
                    db += dot * light_intensities[k, 2]
                    if specular > 0:
                        hx, hy, hz = lx + vx, ly + vy, lz + vz
                        length = np.sqrt(hx * hx + hy * hy + hz * hz)
                        dot = (nx * hx + ny * hy + nz * hz) / (
                            length + np.float32(1e-12)
                        )
                        if dot > 0:
                            dot *= dot
                            dot *= dot
                            dot *= dot
                            dot *= dot
                            dot *= dot
                            dot *= specular * inverse2
                            sr += dot * light_intensities[k, 0]
                            sg += dot * light_intensities[k, 1]
                            sb += dot * light_intensities[k, 2]
                base[0] = colors[f, 0]
                base[1] = colors[f, 1]
                base[2] = colors[f, 2]
                if textures[f] >= 0:
                    u = b0 * uv[f, 0, 0] + b1 * uv[f, 1, 0] + b2 * uv[f, 2, 0]
                    v = b0 * uv[f, 0, 1] + b1 * uv[f, 1, 1] + b2 * uv[f, 2, 1]
                    texel = np.empty(3, np.float32)
                    _texel(texels, texture_table, textures[f], u, v, texel)
                    for c in range(3):
                        base[c] *= texel[c]
                r += share * min(np.float32(1), base[0] * dr + sr)
                g += share * min(np.float32(1), base[1] * dg + sg)
                b += share * min(np.float32(1), base[2] * db + sb)
                mx += share * nx
                my += share * ny
                mz += share * nz
            if covered:
                scale = np.float32(1.0 / covered)
                rgb[row, column, 0] = r * scale
                rgb[row, column, 1] = g * scale
                rgb[row, column, 2] = b * scale
                length = np.sqrt(mx * mx + my * my + mz * mz) + np.float32(1e-12)
                normal_map[row, column, 0] = mx / length
                normal_map[row, column, 1] = my / length
                normal_map[row, column, 2] = mz / length
            else:
                rgb[row, column] = 0
                normal_map[row, column] = 0


@numba.njit(cache=True, nogil=True, fastmath=True, inline="always")
def _faces_eye(corners, f, eye):
    ax = corners[f, 1, 0] - corners[f, 0, 0]
    ay = corners[f, 1, 1] - corners[f, 0, 1]
    az = corners[f, 1, 2] - corners[f, 0, 2]
    bx = corners[f, 2, 0] - corners[f, 0, 0]
    by = corners[f, 2, 1] - corners[f, 0, 1]
    bz = corners[f, 2, 2] - corners[f, 0, 2]
    return (
        (ay * bz - az * by) * (eye[0] - corners[f, 0, 0])
        + (az * bx - ax * bz) * (eye[1] - corners[f, 0, 1])
        + (ax * by - ay * bx) * (eye[2] - corners[f, 0, 2])
    ) >= 0


@numba.njit(cache=True, nogil=True, fastmath=True, inline="always")
def _perspective(corners, f, w0, w1, eye):
    """Screen-space to world-space barycentric weights.

    The camera looks at the origin, so its planar depth is |eye| minus the point's
    component along the eye's direction.
    """
    length = np.sqrt(eye[0] * eye[0] + eye[1] * eye[1] + eye[2] * eye[2])
    ex, ey, ez = eye[0] / length, eye[1] / length, eye[2] / length
    w2 = np.float32(1) - w0 - w1
    w0 /= length - corners[f, 0, 0] * ex - corners[f, 0, 1] * ey - corners[f, 0, 2] * ez
    w1 /= length - corners[f, 1, 0] * ex - corners[f, 1, 1] * ey - corners[f, 1, 2] * ez
    w2 /= length - corners[f, 2, 0] * ex - corners[f, 2, 1] * ey - corners[f, 2, 2] * ez
    total = np.float32(1) / (w0 + w1 + w2)
    return w0 * total, w1 * total, w2 * total
