"""One line with one reader, plain and secure: what holds for both is tested with both."""

import pytest

from tests.firmware_protocol.osdp.lines import Line, plain_line, secure_line


@pytest.fixture(params=["plain", "secure"])
def line(request: pytest.FixtureRequest) -> Line:
    return plain_line() if request.param == "plain" else secure_line()
