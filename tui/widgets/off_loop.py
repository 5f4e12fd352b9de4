"""Questions to a workspace, asked in a thread so that the screen never waits for the answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from textual import on
from textual.message import Message
from textual.widget import Widget

Answer = TypeVar("Answer")


class OffLoop(Widget):
    """`ask` runs a question in a thread; what it answers is taken in back in the loop."""

    @dataclass
    class Answered(Message, bubble=False):
        take: Callable[[Any], None]
        answer: Any

    def ask(
        self,
        group: str,
        question: Callable[[], Answer],
        take: Callable[[Answer], None],
        fail: Callable[[Exception], None],
    ) -> None:
        """Asks; a later question of the same group goes before an earlier one that has not begun."""

        def run() -> None:
            try:
                answered = self.Answered(take, question())
            except Exception as error:
                answered = self.Answered(fail, error)
            self.post_message(answered)

        self.run_worker(run, thread=True, exclusive=True, group=group, exit_on_error=False)

    @on(Answered)
    def _take_answer(self, message: Answered) -> None:
        message.take(message.answer)
