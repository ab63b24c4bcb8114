"""What the tests of the forms at a machine look for, and the requirement sets that make buttons."""

from gate.store import schema

OVERLAPS = """() => {
  const parts = '.kf-pill, .kf-in, .kf-key, .k-btn, .kf-badge h2, .kf-statement, .kf-said';
  const boxes = [...document.querySelectorAll(parts)]
    .filter(box => box.checkVisibility()).map(box => [box.className, box.getBoundingClientRect()]);
  const meet = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
  const met = ([name, a], rest) => rest.filter(([, b]) => meet(a, b)).map(([other]) => [name, other]);
  return boxes.flatMap((box, i) => met(box, boxes.slice(i + 1)));
}"""


def set_of(operation: str) -> object:
    return schema.requirement_sets.insert().values(
        id=f"PRESS-{operation}",
        known_from=1,
        scope="class",
        scope_id="PRESS",
        operation=operation,
        effective_at="2020-01-01T00:00:00.000Z",
        approved=1,
        groups="[]",
    )
