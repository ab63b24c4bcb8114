"""Record that somebody opened a page about one person (DESIGN 19): privacy has its own trail."""

from collections.abc import Mapping

from gate.core.audit import Entry, Json, Kind
from gate.web.session import accounts
from gate.web.signing import signing_user
from gate.web.writing import Desk


def note_opening(what: str, asked: Mapping[str, str]) -> None:
    """Write that the answer to a question about a person was shown, and to whom."""
    user = signing_user()
    told: dict[str, Json] = dict(asked)

    def write(desk: Desk) -> int:
        return desk.trail.append(
            Entry(
                kind=Kind.SECURITY,
                moment=desk.moment,
                person=asked.get("person"),
                role=" ".join(sorted(role.value for role in user.roles)),
                by=user.person_id,
                detail={"what": "page about a person opened", "page": what, "asked": told},
            )
        )

    accounts().writer.write(write)
