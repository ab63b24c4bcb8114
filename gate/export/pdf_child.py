"""Set one PDF, as a process of its own: it gives way to badge reads, and its time and memory are bounded.

Started by its path with the folder that holds report.typ and data.json, the folder of fonts and the time of the export;
it imports nothing of ours.
"""

import os
import resource
import sys
from datetime import datetime
from pathlib import Path

import typst

NICE = 15
SECONDS = 120
"""Processor time; 2000 rows take about 2 s on a fast machine and 20 s on a small one."""

BYTES = 1024**3
"""Address space; 2000 rows take a little over 400 MB of memory."""

KILLED_FIRST = "800"
"""Where memory runs out, this process goes, and neither the pages nor the readers (proc(5), oom_score_adj)."""

STANDARDS: "list[typst.PDFStandard]" = ["a-3a", "ua-1"]
"""PDF/A-3 level A (ISO 19005-3: tagged, every text as Unicode) and PDF/UA-1 (ISO 14289-1)."""


def main(folder: Path, fonts: Path, at: datetime) -> None:
    """Set `folder`/report.typ as `folder`/report.pdf."""
    os.nice(NICE)
    Path("/proc/self/oom_score_adj").write_text(KILLED_FIRST, encoding="ascii")
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
    typst.compile(
        folder / "report.typ",
        output=folder / "report.pdf",
        root=folder,
        font_paths=[fonts],
        ignore_system_fonts=True,
        pdf_standards=STANDARDS,
        timestamp=at,
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), datetime.fromisoformat(sys.argv[3]))
