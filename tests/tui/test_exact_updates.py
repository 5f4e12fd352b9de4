"""What is sent for some cells of a line is those cells, and the screen is the same as if all of it was sent."""

from __future__ import annotations

from itertools import accumulate

import pyte
from hypothesis import assume, given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console
from rich.segment import Segment
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.strip import Strip

from tui.exact_updates import ExactUpdate, exact

WIDTH, EDGE = 24, 9  # cells of a line, of which the first nine are of one widget
TEXT = st.text(alphabet="ab 日é", min_size=0, max_size=20)


def strip(text: str, width: int) -> Strip:
    return Strip([Segment(text)]).adjust_cell_length(width)


def update(left: Strip, right: Strip, first: int, last: int) -> ChopsUpdate:
    return ChopsUpdate([{0: left, EDGE: right}], [(0, first, last)], [[EDGE, WIDTH]])


def starts(line: Strip) -> set[int]:
    """Where characters begin, and where the line ends."""
    return set(accumulate((cell_len(character) for character in line.text), initial=0))


def shown(*written: str) -> str:
    screen = pyte.Screen(WIDTH, 1)
    stream = pyte.Stream(screen)
    for text in written:
        stream.feed(text)
    return "".join(screen.buffer[0][x].data for x in range(WIDTH))


@given(left=TEXT, right=TEXT, cells=st.tuples(st.integers(0, WIDTH), st.integers(0, WIDTH)).map(sorted))
def test_a_part_that_is_painted_again_leaves_the_screen_as_it_was(left: str, right: str, cells: list[int]) -> None:
    console = Console(color_system=None, force_terminal=True)
    strips = strip(left, EDGE), strip(right, WIDTH - EDGE)
    assume(set(cells) <= starts(Strip.join(strips)))  # as the widgets ask: no wide character is cut in two
    whole = update(*strips, 0, WIDTH).render_segments(console)
    part = exact(update(*strips, *cells)).render_segments(console)
    assert shown(whole, part) == shown(whole)


def test_only_the_cells_asked_for_are_sent() -> None:
    console = Console(color_system=None, force_terminal=True)
    found = exact(update(strip("one", EDGE), strip("two three", WIDTH - EDGE), 13, 16))
    assert isinstance(found, ExactUpdate)
    assert found.render_segments(console) == "\x1b[1;14Hthr"


def test_what_is_no_update_of_some_cells_stays_as_it_is() -> None:
    whole = LayoutUpdate([], None)  # type: ignore[arg-type]
    assert exact(whole) is whole
    assert exact(None) is None
