"""Put person numbers where whole names of people stand in a text."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping

_WORD = re.compile(r"[^\W_]+")


def known_names(named: Iterable[tuple[str, str]]) -> Mapping[str, str]:
    """Return name -> number from pairs of both; a name that several people bear stands for all of their numbers."""
    numbers = defaultdict(set)
    for name, number in named:
        if name and name != number:
            numbers[name].add(number)
    return {name: "/".join(sorted(found)) for name, found in numbers.items()}


def number_for_name(names: Mapping[str, str]) -> Callable[[str], str]:
    """Return what replaces every whole name of several words in a text, in any case, by its number.

    A name of one word may be an ordinary word as well; it is replaced only where it is all there is, or quoted.
    """
    beginning: dict[str, list[tuple[int, str, str]]] = defaultdict(list)
    alone = {name.casefold(): number for name, number in names.items()}
    for name, number in names.items():
        words = list(_WORD.finditer(name))
        found = (0, name, number) if len(words) > 1 else (1, f'"{name}"', f'"{number}"')
        if words:
            beginning[words[0][0].casefold()].append((found[0] + words[0].start(), *found[1:]))
    for same in beginning.values():
        same.sort(key=lambda one: -len(one[1]))

    def replaced(text: str) -> str:
        whole = alone.get(text.casefold())
        return whole if whole is not None else _replaced(text, beginning)

    return replaced


def _replaced(text: str, beginning: Mapping[str, list[tuple[int, str, str]]]) -> str:
    parts, done = [], 0
    for word in _WORD.finditer(text):
        for ahead, name, number in beginning.get(word[0].casefold(), ()):
            start = word.start() - ahead
            end = start + len(name)
            if start >= done and text[start:end].casefold() == name.casefold() and not _goes_on(text, end):
                parts += [text[done:start], number]
                done = end
                break
    return "".join([*parts, text[done:]]) if parts else text


def _goes_on(text: str, end: int) -> bool:
    """Whether a word goes on behind the end: Ann Lee is not in Ann Leeds."""
    return text[end - 1].isalnum() and text[end : end + 1].isalnum()


def names_somebody(text: str, names: Iterable[str]) -> bool:
    """Whether a text that somebody typed holds a word, of three letters or more, of a name."""
    words = {word.casefold() for word in _WORD.findall(text) if len(word) > 2}
    return any(word.casefold() in words for name in names for word in _WORD.findall(name))
