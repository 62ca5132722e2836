"""Leaders' names and 职务 against the office's own list: another's post, or a name with a wrong character."""

from collections.abc import Iterator, Sequence

from roomctl.api import Finding, tr
from roomctl_records.proof.tables import Tables
from roomctl_records.proof.text import Line


def check(text: Sequence[Line], tables: Tables) -> Iterator[Finding]:
    """In each line that is not somebody's own words: who is named must bear the post of the list."""
    for line in text:
        if line.spoken:
            continue
        for name, post in tables.leaders.items():
            yield from _post(line, name, post, tables)
            yield from _name(line, name, post, tables)


def _post(line: Line, name: str, post: str, tables: Tables) -> Iterator[Finding]:
    """副市长张建国, where the list has him as 市长. The longest post that stands there is the one that is meant."""
    posts = sorted(set(tables.leaders.values()), key=len, reverse=True)
    start = line.text.find(name)
    while start >= 0:
        before = line.text[:start]
        written = next((one for one in posts if before.endswith(one)), "")
        if written and written != post:
            said = tr(f"{name}的职务是{post}", f"the list has {name} as {post}")
            yield line.finding("post", start - len(written), start, said, post)
        start = line.text.find(name, start + len(name))


def _name(line: Line, name: str, post: str, tables: Tables) -> Iterator[Finding]:
    """张建围 after his post: as long as the name, the same but for one character, and nobody else's."""
    start = line.text.find(post)
    while start >= 0:
        begins = start + len(post)
        seen = line.text[begins : begins + len(name)]
        differs = sum(one != other for one, other in zip(seen, name, strict=False))
        if len(seen) == len(name) and differs == 1 and seen not in tables.leaders:
            said = tr(f"{post}是{name}", f"the list has {name} as {post}")
            yield line.finding("name", begins, begins + len(name), said, name)
        start = line.text.find(post, begins)
