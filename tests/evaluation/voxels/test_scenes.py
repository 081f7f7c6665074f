import numpy as np
import pytest

from tf3d.data.images import ImageSet, open_images
from tf3d.evaluation.voxels.scenes import scenes_of
from tf3d.evaluation.voxels.turning import turn_voxels


def test_views_of_each_shape_with_its_truth():
    rendered = open_images("shapes", part="test", count=36, kinds=("cars", "cups"))
    scenes = scenes_of(rendered, 4)
    assert len(scenes) == 12 and len(scenes.voxels) == 3
    assert scenes.kinds == ("cars", "cups") and set(scenes.kind[:4]) == {0}
    assert len(set(scenes.degrees[:4])) == 4
    assert scenes.names[0].startswith("cars-")
    again = scenes_of(rendered, 4)
    np.testing.assert_array_equal(scenes.azimuth, again.azimuth)
    other = scenes_of(rendered, 4, seed=1)
    assert (scenes.azimuth != other.azimuth).any()
    # The truth, turned back, has the picture's silhouette.
    for i in range(4):
        seen = turn_voxels(scenes.voxels[scenes.which[i]], -scenes.azimuth[i])
        mask = np.flip((seen > 0.5).any(axis=0).T, 0)
        shown = scenes.images[i, ..., 0] > 64
        assert (mask & shown).sum() / (mask | shown).sum() > 0.7


def test_plain_pictures_have_no_truth():
    with pytest.raises(ValueError, match="rendered set"):
        scenes_of(ImageSet(np.zeros((2, 4, 4, 1), np.uint8)), 1)
