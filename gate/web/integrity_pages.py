"""The page of integrity: what was checked, the signed head to take away, its witnesses, and a comparison."""

from flask import Blueprint, Response, abort, render_template, request
from flask.typing import ResponseReturnValue

from gate.core.roles import Act
from gate.head_check import LONGEST
from gate.seal import latest_checkpoint, public_key_files
from gate.web.formats import visible
from gate.web.integrity import integrity
from gate.web.integrity_view import compared, integrity_page
from gate.web.pages import around, site, viewer
from gate.web.session import requires
from gate.web.verifying import under_way

integrity_pages = Blueprint("integrity_pages", __name__)

SHOWN = 2000
"""Characters of what was typed that are put back into the form."""


@integrity_pages.get("/integrity")
@requires(Act.VIEW_RECORDS)
def page() -> str:
    """Show the state of the records; `head` in the address is a kept head to compare."""
    view, here, kept = viewer(), site(), request.args.get("head", "")
    engine = here.records.engine()
    state = integrity(view)
    return render_template(
        "integrity.html",
        **around(view),
        found=integrity_page(engine, here.settings, view),
        state=state,
        running=under_way(view),
        sentence=view.texts.get(f"ig_{state.look}", view.texts["ig_none"]).format(number=f"#{state.number or 0}"),
        answer=compared(engine, kept[: LONGEST + 1], view),
        kept="\n".join(visible(line) for line in kept[:SHOWN].splitlines()),
        syslog=visible(here.settings.seal.syslog),
    )


@integrity_pages.get("/integrity/<name>")
@requires(Act.VIEW_RECORDS)
def download(name: str) -> ResponseReturnValue:
    """Hand out the checkpoint or the public key, as an evidence bundle carries them."""
    engine = site().records.engine()
    checkpoint, keys = latest_checkpoint(engine), public_key_files(engine)
    files = (
        {"checkpoint.txt": checkpoint.note, "gate.vkey": keys[0], "gate.pem": keys[1]} if checkpoint and keys else {}
    )
    if name not in files:
        abort(404)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(files[name], mimetype="text/plain", headers=headers)
