"""How people are named on pages of evidence: the newest known name with the id behind it."""

from collections.abc import Mapping

from gate.web.formats import visible


def said_name(id_: str | None, names: Mapping[str, str]) -> str:
    """Return a name with its id, the id alone where there is no name; empty for nobody."""
    if not id_:
        return ""
    name = names.get(id_)
    return visible(f"{name} ({id_})" if name and name != id_ else id_)
