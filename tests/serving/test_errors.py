import grpc
import pytest

from tf3d.serving.errors import HTTP_STATUS, Code, ServingError


def test_codes_are_grpcs():
    assert {code.name: code.value for code in Code} == {
        status.name: status.value[0] for status in grpc.StatusCode
    }


def test_every_code_has_a_status_of_http():
    assert set(HTTP_STATUS) == set(Code)


@pytest.mark.parametrize(
    ("code", "status"),
    [
        (Code.INVALID_ARGUMENT, 400),
        (Code.NOT_FOUND, 404),
        (Code.RESOURCE_EXHAUSTED, 429),
        (Code.UNAVAILABLE, 503),
        (Code.DEADLINE_EXCEEDED, 504),
    ],
)
def test_error_for_rest(code, status):
    error = ServingError(code, "why")
    assert error.http_status == status
    assert str(error) == error.message == "why"
