import pytest

from tf3d.errors import InputError
from tf3d.models import MULTIVIEW_PRESETS, MultiView, build_multiview


@pytest.mark.parametrize("name", MULTIVIEW_PRESETS)
def test_presets_build(name):
    model = build_multiview(name, code_width=16)
    assert isinstance(model, MultiView)
    assert model.image_size == 128


def test_the_papers():
    model = build_multiview("multiview")
    assert (model.code_width, model.deep, model.mask_output) == (1024, False, False)
    assert model.depth_range == (0.1, 5.0) and not model.relative_depth


def test_the_released_codes():
    model = build_multiview("multiview-deep")
    assert (model.code_width, model.deep, model.mask_output) == (4096, True, False)


def test_the_one_that_ships():
    model = build_multiview("multiview-mask")
    assert (model.code_width, model.deep, model.mask_output) == (1024, False, True)
    assert model.depth_range == (-0.7, 0.7) and model.relative_depth


def test_settings_win_and_leave_the_preset_alone():
    model = build_multiview("multiview-mask", mask_output=False, image_size=64)
    assert not model.mask_output and model.image_size == 64
    assert build_multiview("multiview-mask").mask_output


def test_unknown_preset_lists_the_known():
    with pytest.raises(InputError, match="Unknown model 'multi'.*multiview-deep"):
        build_multiview("multi")
