"""The search index says exactly what the trail says, whatever happened to its file."""

import shutil
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.core.log_query import Query, Window, holds
from gate.core.log_terms import ALL, Field, Found, Term, ms_of
from gate.store.search_answer import MOST_TERMS, TooManyFitError, entries_of, histogram, span
from gate.store.search_file import SearchFile
from gate.store.search_index import BEHIND, SearchIndex
from gate.store.search_live import head_seq, scan
from gate.store.search_spans import SPAN
from tests.store.open_records import run_sql
from tests.store.searched import BEGAN, add, build, index_at, make_trail, naive, records_at

LONG = 2 * SPAN + 777
START = ms_of(BEGAN)


class Searched:
    """A long trail with a full index over it, and every entry as the certain answer sees it."""

    def __init__(self, folder: Path) -> None:
        self.path = make_trail(folder / "gate.db", LONG)
        self.index = index_at(self.path, folder)
        self.steps = build(self.index)
        with records_at(self.path)().connect() as connection:
            self.every = [one.found for one in scan(connection, 1, head_seq(connection))]

    def fit(self, query: Query) -> list[int]:
        return [found.seq for found in self.every if holds(query, found)]


@pytest.fixture(scope="module")
def searched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searched]:
    found = Searched(tmp_path_factory.mktemp("searched"))
    yield found
    found.index.close()


def seqs(index: SearchIndex, query: Query) -> list[int]:
    return index.ask(lambda lists: list(entries_of(query, lists)))


def covered(index: SearchIndex) -> tuple[int, int]:
    return index.ask(lambda lists: (lists.from_seq, lists.head_seq))


TERMS = st.sampled_from(
    [
        *[Term(Field.PERSON, f"E{n:03d}") for n in (0, 7, 29, 31)],
        *[Term(Field.EQUIPMENT, f"EQ-{n}") for n in (0, 3, 9)],
        *[Term(Field.REASON, code) for code in ("NOT_CERTIFIED", "GOWN_EXPIRED", "NO_SUCH")],
        *[Term(Field.RESULT, word) for word in ("allowed", "denied", "again")],
        *[Term(Field.VIEW, word) for word in ("exceptions", "system", "changes")],
        Term(Field.MODE, "shadow"),
        ALL,
    ]
)
CLAUSES = st.lists(st.frozensets(TERMS, max_size=3), max_size=3).map(tuple)
SECONDS = st.none() | st.integers(-(10**9), 3 * 10**9).map(lambda more: START + more)
RANGES = st.lists(st.tuples(st.integers(-5, LONG + 9), st.integers(-5, LONG + 9)), max_size=3).map(tuple)
WINDOWS = st.none() | st.lists(st.builds(Window, st.frozensets(TERMS, max_size=2), SECONDS, SECONDS), max_size=2).map(
    tuple
)
QUERIES = st.builds(
    Query,
    clauses=CLAUSES,
    texts=st.lists(st.sampled_from(["e00", "eq-3", "punch", "nothing", "b-e01", "_"]), max_size=2).map(tuple),
    since_ms=SECONDS,
    until_ms=SECONDS,
    windows=WINDOWS,
    inside=st.none() | RANGES,
    outside=RANGES,
)


EDGES = st.lists(st.integers(START - 10**8, START + 3 * 10**9), min_size=2, unique=True).map(sorted)


@pytest.mark.req("E6")
@settings(max_examples=60, deadline=None)
@given(query=QUERIES)
def test_the_index_finds_what_looking_at_every_entry_finds(searched: Searched, query: Query) -> None:
    """An index that leaves out one record, or shows one too many, makes every answer worthless."""
    try:
        found = seqs(searched.index, query)
    except TooManyFitError as error:
        assert error.text in query.texts
        return
    assert found == searched.fit(query)


@settings(max_examples=25, deadline=None)
@given(
    query=QUERIES, edges=st.lists(st.integers(START - 10**8, START + 3 * 10**9), min_size=2, unique=True).map(sorted)
)
def test_the_bars_count_what_looking_at_every_entry_counts(
    searched: Searched, query: Query, edges: Sequence[int]
) -> None:
    """A bar opens the rows behind it; its height is their number."""
    if query.texts:
        return
    bars = searched.index.ask(lambda lists: histogram([entries_of(query, lists)], edges, lists))
    fitting = [found for found in searched.every if holds(query, found)]
    assert bars == [[_between(fitting, a, b) for a, b in pairwise(edges)]]


def _between(found: list[Found], since_ms: int, until_ms: int) -> int:
    return sum(since_ms <= one.at_ms < until_ms for one in found)


def _by_halving(every: Sequence[Found], since_ms: int, until_ms: int) -> list[int]:
    """Return what a search finds that believes that times never go back: the mutant."""
    times = [found.at_ms for found in every]
    return [found.seq for found in every[bisect_left(times, since_ms) : bisect_left(times, until_ms)]]


@pytest.mark.fault(12)
def test_a_time_that_the_clock_showed_twice_finds_both(searched: Searched) -> None:
    """Where the clock was set back a day, that day has entries before and after the step; order is by number."""
    step = LONG // 2
    back = next(found for found in searched.every if found.seq > step and found.at_ms < searched.every[step - 1].at_ms)
    query = Query(since_ms=back.at_ms - 3_600_000, until_ms=back.at_ms + 3_600_000)
    found = seqs(searched.index, query)
    assert found == searched.fit(query)
    assert min(found) < back.seq - 1
    assert max(found) >= back.seq
    assert _by_halving(searched.every, back.at_ms - 3_600_000, back.at_ms + 3_600_000) != found


def test_the_span_of_an_answer_reaches_around_it(searched: Searched) -> None:
    """Bars that begin after the first entry would hide it."""
    query = Query(clauses=(frozenset({Term(Field.PERSON, "E007")}),))
    reach = searched.index.ask(lambda lists: span(entries_of(query, lists), lists))
    ats = [one.at_ms for one in searched.every if holds(query, one)]
    assert reach is not None
    assert reach[0] <= min(ats)
    assert reach[1] >= max(ats)
    assert searched.index.ask(lambda lists: span(entries_of(Query(clauses=(frozenset(),)), lists), lists)) is None


def test_a_text_that_fits_too_many_ids_is_told(searched: Searched) -> None:
    """A part of every id finds everything, slowly; people are asked for more of it."""
    with pytest.raises(TooManyFitError):
        seqs(searched.index, Query(texts=("b-",)))
    assert len(searched.index.ask(lambda lists: lists.find("b-", MOST_TERMS + 1))) == MOST_TERMS + 1


def test_an_entry_is_found_as_soon_as_it_is_on_record(searched: Searched, tmp_path: Path) -> None:
    """Behind the trail is wrong, even by one record."""
    path, index = _copy(searched, tmp_path)
    with closing(index):
        add(path, 5)
        assert covered(index) == (1, LONG + 5)
        assert seqs(index, Query()) == list(range(1, LONG + 6))


def test_what_was_indexed_is_not_indexed_again(searched: Searched, tmp_path: Path) -> None:
    """A start of the web process must not take minutes."""
    assert searched.steps > 0
    index = _copy(searched, tmp_path)[1]
    with closing(index):
        assert covered(index) == (1, LONG)
        assert build(index) == 0


def test_without_a_file_the_newest_entries_are_searched_at_once(tmp_path: Path) -> None:
    """The page answers while the index is being built, and says how far it is."""
    path = make_trail(tmp_path / "gate.db", BEHIND + 9)
    with closing(index_at(path, tmp_path)) as index:
        first, last = covered(index)
        assert 1 < first < last - SPAN
        assert seqs(index, Query()) == list(range(first, last + 1))
        build(index)
        assert covered(index) == (1, last)


def _copy(searched: Searched, folder: Path) -> tuple[Path, SearchIndex]:
    """Return the same records and the same index file elsewhere."""
    path = Path(shutil.copy(searched.path, folder / "gate.db"))
    source = searched.path.parent
    for name in ("search.db", "search.db-wal"):
        if (source / name).exists():
            shutil.copy(source / name, folder / name)
    return path, index_at(path, folder)


EXCEPTIONS = Query(clauses=(frozenset({Term(Field.VIEW, "exceptions")}),))


def _whole_again(index: SearchIndex, expected: Sequence[int], query: Query = EXCEPTIONS) -> None:
    """The index answers at once from what it has, and after its work from everything."""
    first, found = index.ask(lambda lists: (lists.from_seq, list(entries_of(query, lists))))
    assert found == [seq for seq in expected if seq >= first]
    build(index)
    assert covered(index)[0] == 1
    assert seqs(index, query) == expected


@pytest.mark.parametrize("where", [20, 40_000])
def test_a_damaged_file_is_made_anew(searched: Searched, tmp_path: Path, where: int) -> None:
    """A torn page must cost time, never an answer."""
    index = _copy(searched, tmp_path)[1]
    data = bytearray((tmp_path / "search.db").read_bytes())
    data[where : where + 300] = bytes(byte ^ 0x5A for byte in data[where : where + 300])
    (tmp_path / "search.db").write_bytes(data)
    (tmp_path / "search.db-wal").unlink(missing_ok=True)
    with closing(index):
        _whole_again(index, searched.fit(EXCEPTIONS))


def test_a_list_that_was_changed_is_not_believed(searched: Searched, tmp_path: Path) -> None:
    """Without the key the file has no check of its own: a flipped bit would drop a denial from a list."""
    index = _copy(searched, tmp_path)[1]
    run_sql(tmp_path / "search.db", "UPDATE postings SET seqs = zeroblob(8) WHERE field = 'view'")
    with closing(index):
        _whole_again(index, searched.fit(EXCEPTIONS))


def test_another_trail_under_the_same_name_is_noticed(searched: Searched, tmp_path: Path) -> None:
    """After a restore the file beside it still speaks of the records that were lost."""
    path, index = _copy(searched, tmp_path)
    with closing(index):
        assert covered(index) == (1, LONG)
        assert seqs(index, EXCEPTIONS) == searched.fit(EXCEPTIONS)
        for name in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
            name.unlink(missing_ok=True)
        make_trail(path, SPAN + 3, seed=9)
        _whole_again(index, naive(path, EXCEPTIONS))


def test_a_shorter_trail_is_noticed_at_the_start(searched: Searched, tmp_path: Path) -> None:
    """A backup of yesterday has fewer entries than the index of today."""
    shutil.copy(searched.path.parent / "search.db", tmp_path / "search.db")
    path = make_trail(tmp_path / "gate.db", SPAN + 3)
    with closing(index_at(path, tmp_path)) as index:
        _whole_again(index, naive(path, EXCEPTIONS))


def test_an_index_of_another_gate_is_not_used(searched: Searched, tmp_path: Path) -> None:
    """Two gates on one disk must never answer for each other."""
    index = _copy(searched, tmp_path)[1]
    run_sql(tmp_path / "search.db", "UPDATE about SET said = 'gate-2' WHERE name = 'gate'")
    with closing(index):
        _whole_again(index, searched.fit(EXCEPTIONS))


def test_two_processes_do_not_write_one_file(searched: Searched, tmp_path: Path) -> None:
    """While the server changes its worker there are two; the second reads, and writes when the first is gone."""
    path, first = _copy(searched, tmp_path)
    with closing(index_at(path, tmp_path)) as second:
        with closing(first):
            build(first)
            add(path, SPAN)
            assert not second.step()
            assert covered(second) == (1, LONG + SPAN)
        assert second.step()


def test_an_answer_that_was_doubted_makes_the_index_anew(searched: Searched, tmp_path: Path) -> None:
    """The page holds each row it shows against the question; one that does not fit is the end of that file."""
    index = _copy(searched, tmp_path)[1]
    with closing(index):
        index.doubt("row 7 does not fit")
        assert covered(index)[0] > 1
        _whole_again(index, searched.fit(EXCEPTIONS))


def test_entries_that_were_removed_behind_the_programs_back_count_nowhere(tmp_path: Path) -> None:
    """The numbers of a cut trail have gaps; what is not there must not be counted."""
    path = make_trail(tmp_path / "gate.db", 2 * SPAN + 10)
    run_sql(path, "DROP TRIGGER audit_trail_no_delete")
    run_sql(path, f"DELETE FROM audit_trail WHERE seq BETWEEN 500 AND {SPAN + 700}")  # noqa: S608 - our own number
    with closing(index_at(path, tmp_path)) as index:
        build(index)
        gone = set(range(500, SPAN + 701))
        assert seqs(index, Query()) == [seq for seq in range(1, 2 * SPAN + 11) if seq not in gone]
        late = Query(since_ms=START + 3_600_000)
        assert seqs(index, late) == naive(path, late)


def test_the_file_says_nothing_without_its_key(tmp_path: Path) -> None:
    """Records that are encrypted at rest must not lie beside themselves in clear."""
    held = SearchFile(tmp_path / "search.db", key="a key of some length")
    held.prepare("gate-1")
    held.close()
    assert b"gate-1" not in (tmp_path / "search.db").read_bytes()
